"""What the fund's staff do with a case. Every use case asks the records who may.

Whoever answers, asks or resolves has the case: a free one is taken by the first, and the
second is told by whom. A higher level may take a case over; equals may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services import access_trail, events, staff
from services.access_trail import What
from services.complaints import absences, evidence, letters, store
from services.complaints.access import NoSuchCase, for_staff, may_see, member_of
from services.complaints.citizen import NotNow
from services.complaints.evidence import Evidence
from services.complaints.office import Office
from services.complaints.state import Happening, Level, Outcome
from services.complaints.store import Case
from services.people import Role
from services.references import CENTRAL
from services.staff import Member

# What changes nothing that a letter could be about.
_NO_NEWS = frozenset(
    (
        "noted", "number_seen", "files_seen", "file_refused", "file_lost", "warned", "late",
        "promised",
    )
)  # fmt: skip
RANK = {Role.AGENT: 0, Role.DIRECTOR: 1, Role.CENTRAL: 2}


class TakenBy(Exception):
    """A colleague has the case; carries who."""

    def __init__(self, member: Member | None) -> None:
        super().__init__("a colleague has the case")
        self.member = member


class Changed(Exception):
    """Something happened to the case since the caller looked; carries the newest event."""

    def __init__(self, happening: Happening) -> None:
        super().__init__(happening.name)
        self.happening = happening


class SameDesk(ValueError):
    """The case is at that desk already."""


class NoDesk(LookupError):
    """No agency has this code."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of a case someone had seen: the number of its events."""

    events: int


def seen(case: Case) -> Seen:
    return Seen(len(case.happenings))


def take(office: Office, telegram_id: int, complaint_id: int) -> Case:
    """Make a free case one's own, or take one over from a lower level.

    Raises:
        NotStaff, NoSuchCase, NotNow
        TakenBy: a colleague was quicker.
    """
    member, case = _open_case(office, telegram_id, complaint_id)
    _hold(office, member, case)
    return case


def release(office: Office, telegram_id: int, complaint_id: int) -> Case:
    """Give a case back to the queue.

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy
    """
    member, case = _open_case(office, telegram_id, complaint_id)
    if case.progress.owner != member.telegram_id:
        raise TakenBy(_owner(office, case))
    store.happen(office, case, "released", actor=_actor(member), data={"why": "given_back"})
    return case


def answer(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    text: str,
    *,
    files: Sequence[Evidence] = (),
    since: Seen | None = None,
) -> Case:
    """Answer the citizen; the case stays open.

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy, Changed, NothingSaid, TooLong
    """
    return _write(
        office, telegram_id, complaint_id, "answered", "answer", text, files=files, since=since
    )


def ask(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    text: str,
    *,
    files: Sequence[Evidence] = (),
    since: Seen | None = None,
) -> Case:
    """Ask the citizen; the staff's clock waits for the reply (a second question is one wait).

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy, Changed, NothingSaid, TooLong
    """
    return _write(
        office, telegram_id, complaint_id, "asked", "question", text, files=files, since=since
    )


def resolve(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    outcome: Outcome,
    text: str,
    *,
    files: Sequence[Evidence] = (),
    since: Seen | None = None,
) -> Case:
    """Resolve a case with an outcome and a sentence to the citizen.

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy, Changed, NothingSaid, TooLong
    """
    return _write(
        office,
        telegram_id,
        complaint_id,
        "resolved",
        "resolution",
        text,
        files=files,
        since=since,
        outcome=outcome.value,
    )


def note(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    text: str,
    *,
    files: Sequence[Evidence] = (),
    source: tuple[int, int] | None = None,
) -> Case:
    """Leave a note for colleagues, words or files or both; whoever may see the case may,
    whoever has it. A further part of an album joins the note that the first ones made.

    Raises:
        NotStaff, NoSuchCase, NothingSaid, TooLong
    """
    member = member_of(office, telegram_id)
    case = for_staff(office, telegram_id, complaint_id, lock=True)
    actor = _actor(member)
    album = files[0].album if files and not text.strip() else None
    if album is not None:
        earlier = evidence.note_of_album(office, case, album, actor)
        if earlier is not None:
            evidence.keep(office, case, files, message_id=earlier)
            return case
    message = letters.keep(
        office, case, "note", text, author=actor, source=source, with_files=bool(files)
    )
    evidence.keep(office, case, files, message_id=message)
    store.happen(office, case, "noted", actor=actor, data={"message": message})
    return case


def transfer(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    to: str,
    reason: str,
    *,
    since: Seen | None = None,
) -> Case:
    """Hand a case to the desk it belongs to. No clock is set back by it.

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy, Changed, NothingSaid, TooLong
        NoDesk, SameDesk
    """
    member, case = _open_case(office, telegram_id, complaint_id)
    _unchanged(case, since)
    if to != CENTRAL and to not in office.agencies:
        raise NoDesk(to)
    if to == case.progress.desk:
        raise SameDesk(to)
    if case.restricted:  # it is kept from every agency, so there is no desk to hand it to
        raise NoDesk(to)
    _hold(office, member, case)
    message = letters.keep(office, case, "reason", reason, author=_actor(member))
    store.happen(
        office,
        case,
        "transferred",
        actor=_actor(member),
        data={"from": case.progress.desk, "to": to, "message": message},
    )
    return case


def hand_up(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    reason: str,
    *,
    since: Seen | None = None,
) -> Case:
    """Give a case to the next level, which then has to take it.

    Raises:
        NotStaff, NoSuchCase, NotNow, TakenBy, Changed, NothingSaid, TooLong
    """
    member, case = _open_case(office, telegram_id, complaint_id)
    _unchanged(case, since)
    _hold(office, member, case)
    message = letters.keep(office, case, "reason", reason, author=_actor(member))
    store.happen(
        office,
        case,
        "raised",
        actor=_actor(member),
        data={"level": higher(office, case).value, "why": "staff", "message": message},
    )
    store.happen(office, case, "released", actor=_actor(member), data={"why": "raised"})
    return case


def withdraw_message(
    office: Office, telegram_id: int, complaint_id: int, message_id: int
) -> tuple[Case, letters.Letter]:
    """Take one's own note or answer back. It stays in the record, marked; the clock forgets
    an answer that was withdrawn.

    Raises:
        NotStaff, NoSuchCase
    """
    member = member_of(office, telegram_id)
    case = for_staff(office, telegram_id, complaint_id, lock=True)
    letter = letters.of(office, case).get(message_id)
    if (
        letter is None
        or letter.author != _actor(member)
        or letter.kind not in ("note", "answer")
        or letter.withdrawn_at is not None
    ):
        raise NoSuchCase
    letters.mark_withdrawn(office, message_id)
    store.happen(
        office,
        case,
        "message_withdrawn",
        actor=_actor(member),
        data={"message": message_id, "kind": letter.kind},
    )
    return case, letter


def note_seen(office: Office, telegram_id: int, complaint_id: int, what: str) -> Case:
    """Write down that someone looked at the number or the files of a case.

    Raises:
        NotStaff, NoSuchCase
    """
    member = member_of(office, telegram_id)
    case = for_staff(office, telegram_id, complaint_id, lock=True)
    if what == "number" and not identity_shown(member, case):
        raise NoSuchCase
    store.happen(office, case, f"{what}_seen", actor=_actor(member))
    access_trail.looked(
        office.session,
        member,
        What(what),
        now=office.now,
        contributor_id=case.contributor_id,
        telegram_id=case.telegram_id,
    )
    return case


def identity_shown(member: Member, case: Case) -> bool:
    """Whether this member may know who complains: not the agency, where that was asked."""
    return not case.anonymous or member.role is Role.CENTRAL


def higher(office: Office, case: Case) -> Level:
    """The next level above a case: the director where there is one, else central."""
    directors = absences.present(office, staff.directors_of(office.session, case.progress.desk))
    if case.progress.level is Level.AGENCY and any(
        may_see(office, director, case) for director in directors
    ):
        return Level.DIRECTOR
    return Level.CENTRAL


def _write(
    office: Office,
    telegram_id: int,
    complaint_id: int,
    name: str,
    kind: str,
    text: str,
    *,
    files: Sequence[Evidence],
    since: Seen | None,
    **data: str,
) -> Case:
    member, case = _open_case(office, telegram_id, complaint_id)
    _unchanged(case, since)
    text = letters.check(text)
    _hold(office, member, case)
    message = letters.keep(office, case, kind, text, author=_actor(member))
    evidence.keep(office, case, files, message_id=message)
    store.happen(office, case, name, actor=_actor(member), data={"message": message, **data})
    return case


def _open_case(office: Office, telegram_id: int, complaint_id: int) -> tuple[Member, Case]:
    member = member_of(office, telegram_id)
    case = for_staff(office, telegram_id, complaint_id, lock=True)
    if not case.progress.status.is_open:
        raise NotNow(case.progress.status)
    return member, case


def _unchanged(case: Case, since: Seen | None) -> None:
    """What was written in view of an older state must be looked at again before it leaves."""
    if since is None:
        return
    news = [one for one in case.happenings[since.events :] if one.name not in _NO_NEWS]
    if news:
        raise Changed(news[-1])


def _hold(office: Office, member: Member, case: Case) -> None:
    owner = case.progress.owner
    if owner == member.telegram_id:
        return
    if owner is not None:
        holder = staff.of(office.session, owner)
        if holder is not None and RANK.get(holder.role, 0) >= RANK[member.role]:
            raise TakenBy(holder)
    store.happen(office, case, "taken", actor=_actor(member))


def _owner(office: Office, case: Case) -> Member | None:
    owner = case.progress.owner
    return None if owner is None else staff.of(office.session, owner)


def _actor(member: Member) -> str:
    return events.staff(member.telegram_id)
