"""Telling the other side: the desk of what a citizen did, the citizen of what the desk did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from handlers import shown_files
from handlers.buttons import Button, Rows
from handlers.desk import forum as topics
from handlers.desk.names import language_of
from handlers.kit import Kit
from handlers.notices import tell
from handlers.words import Words
from services import people, staff
from services.complaints import absences, access, desk_groups, evidence, undelivered, watch
from services.complaints.office import Office
from services.complaints.state import Happening, Level, Outcome
from services.complaints.store import Case
from services.outbox import Call, Lane, Outbox
from services.staff import Member

SINGLY = 5  # news of cases that one colleague gets one by one; more are listed in one message
LISTED = 10
ADDITIONS_TOLD_EVERY = timedelta(minutes=10)


def tell_of_new_case(kit: Kit, outbox: Outbox, office: Office, case: Case) -> None:
    """A case came to a desk: its topic is opened, and whoever answers for it hears of it. Where
    the agency's own group shows it, the agents are not written to one by one."""
    topics.refresh(kit, outbox, office, case)
    grouped = desk_groups.group_for(office, case) is not None
    if grouped and case.progress.level is Level.AGENCY:
        return
    answer_by = case.progress.promised_by
    for member in watch.answerable(office, case):
        tell_member(kit, outbox, office, member, case, "desk.news_filed", take=True, by=answer_by)


def tell_staff(kit: Kit, outbox: Outbox, office: Office, case: Case, key: str) -> None:
    """News of a case for whoever has it, or answers for it while nobody has."""
    topics.refresh(kit, outbox, office, case)
    said = topics.tell(kit, outbox, office, case, key)
    if said and case.progress.owner is None and case.progress.level is Level.AGENCY:
        return
    for member in holders(office, case):
        tell_member(kit, outbox, office, member, case, key)


def tell_of_addition(kit: Kit, outbox: Outbox, office: Office, case: Case) -> None:
    """The citizen added something. Whoever sends one message after another disturbs the desk
    once in `ADDITIONS_TOLD_EVERY`; the card shows all of it."""
    *earlier, newest = case.happenings
    if (
        earlier[-1].name == newest.name == "added"
        and newest.at - earlier[-1].at < ADDITIONS_TOLD_EVERY
    ):
        topics.refresh(kit, outbox, office, case)
        return
    tell_staff(kit, outbox, office, case, "desk.news_added")


def holders(office: Office, case: Case) -> list[Member]:
    """Who has the case; where nobody (still) does, who answers for it."""
    owner = case.progress.owner
    member = staff.of(office.session, owner) if owner is not None else None
    if (
        member is not None
        and member.role in access.MAY_WORK
        and access.may_see(office, member, case)
        and absences.present(office, [member]) == [member]
    ):
        return [member]
    return watch.answerable(office, case)


def tell_member(
    kit: Kit,
    outbox: Outbox,
    office: Office,
    member: Member,
    case: Case,
    key: str,
    *,
    take: bool = False,
    repeatable: bool = True,
    **values: Any,
) -> None:
    """One message to one colleague, with the case behind a button."""
    number = str(case.id)
    row = [Button("desk.open_case", "desk.show", number)]
    if take:
        row.insert(0, Button("desk.take", "desk.take", number))
    tell(
        kit,
        office.session,
        outbox,
        member.telegram_id,
        key,
        [row],
        lane=Lane.STAFF,
        repeatable=repeatable,
        reference=case.reference,
        category=lambda words: words.label(f"category.{case.category}"),
        **values,
    )


def tell_members(
    kit: Kit, outbox: Outbox, office: Office, news: Iterable[tuple[Member, Case, str]]
) -> None:
    """News of many cases at once, as after an outage: whoever would get more than `SINGLY`
    messages gets one that lists them and leads to the queue. Never repeated."""
    of_each: dict[int, list[tuple[Member, Case, str]]] = {}
    for one in news:
        of_each.setdefault(one[0].telegram_id, []).append(one)
    for found in of_each.values():
        if len(found) <= SINGLY:
            for member, case, key in found:
                tell_member(kit, outbox, office, member, case, key, repeatable=False)
        else:
            _tell_of_many(kit, outbox, office, found)


def _tell_of_many(
    kit: Kit, outbox: Outbox, office: Office, found: list[tuple[Member, Case, str]]
) -> None:
    def lines(words: Words) -> str:
        shown = [
            words.text(
                key, reference=case.reference, category=words.label(f"category.{case.category}")
            )
            for _, case, key in found[:LISTED]
        ]
        if len(found) > LISTED:
            shown.append(words.text("desk.waiting_more", n=len(found) - LISTED))
        return "\n".join(shown)

    late = any(case.progress.late for _, case, _ in found)
    tell(
        kit,
        office.session,
        outbox,
        found[0][0].telegram_id,
        "desk.news_many",
        [[Button("desk.to_queue", "desk.queue", "late" if late else "all")]],
        lane=Lane.STAFF,
        repeatable=False,
        n=len(found),
        lines=lines,
    )


def tell_citizen(
    kit: Kit, outbox: Outbox, office: Office, case: Case, happening: Happening, text: str
) -> Call | None:
    """What the desk wrote, with what the citizen can do about it. None: it cannot be
    delivered, the citizen blocked the bot. A delivery that fails later returns to its author
    by the subject of the call."""
    number = str(case.id)
    rows: Rows
    if happening.name == "asked":
        # Whatever they type next is the answer, unless they are in the middle of something.
        expected = _expect_reply(office, case)
        key = "cases.got_question" if expected else "cases.got_question_meanwhile"
        rows = [[Button("cases.reply", "cases.add", number)]]
    elif happening.name == "resolved":
        key = f"cases.got_{Outcome(happening.data['outcome']).value}"
        rows = [
            [Button("cases.confirm", "cases.confirm", number)],
            [Button("cases.contest", "cases.contest", number)],
            [Button("cases.rate", "cases.rate", number)],
        ]
    else:
        key = "cases.got_answer"
        rows = [
            [Button("cases.add", "cases.add", number)],
            [Button("cases.show", "cases.show", number)],
        ]
    about = undelivered.subject(case.id, happening.staff_id or 0)
    call = tell(
        kit,
        office.session,
        outbox,
        case.telegram_id,
        key,
        rows,
        subject=about,
        reference=case.reference,
        text=text,
        days=str(office.targets(case.filed_at).close_after_days),
    )
    files = evidence.by_letter(office, case).get(happening.data["message"], [])
    if call is not None:
        words = kit.words[language_of(office, case)]
        shown_files.send_to_citizen(outbox, case.telegram_id, words, case, files, subject=about)
    return call


def _expect_reply(office: Office, case: Case) -> bool:
    """Open the question to the citizen in their own chat; False while another one is open, or
    while they are just being answered: the message then leads to it by its button."""
    citizen = people.find_to_change(office.session, case.telegram_id)
    if citizen is None or citizen.step is not None:
        return False
    citizen.step = "cases.add"
    citizen.version += 1
    citizen.drafts["cases"] = {"case": case.id}
    people.keep_conversation(office.session, citizen, office.now)
    return True


def tell_withdrawn(kit: Kit, outbox: Outbox, office: Office, case: Case) -> None:
    """An answer was taken back: the citizen must not rely on it."""
    tell(
        kit,
        office.session,
        outbox,
        case.telegram_id,
        "cases.got_withdrawn",
        [[Button("cases.show", "cases.show", str(case.id))]],
        reference=case.reference,
    )
