"""The card of a case: what it shows, and the buttons that need no writing."""

from __future__ import annotations

from handlers import shown_files
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.desk import card_text
from handlers.desk import forum as topics
from handlers.desk.guard import pressed
from handlers.desk.names import shown_name
from handlers.desk.notices import tell_withdrawn
from handlers.turn import Turn
from services import access_trail, accounts, events
from services.access_trail import What
from services.complaints import access, desk, evidence, letters
from services.complaints.access import NoSuchCase
from services.complaints.citizen import NotNow
from services.complaints.desk import TakenBy
from services.complaints.office import Office
from services.complaints.store import Case
from services.staff import Member


def show(turn: Turn) -> None:
    show_card(turn, pressed(turn))


def show_card(turn: Turn, complaint_id: int, *, looked: bool = True) -> None:
    """The case as it stands, for whoever may see it; who looked is written down.

    Raises:
        NotStaff, NoSuchCase
    """
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    case = access.for_staff(the_office, turn.caller.telegram_id, complaint_id)
    if looked:
        access_trail.looked(
            turn.session,
            member,
            What.CASE,
            now=turn.now,
            contributor_id=case.contributor_id,
            telegram_id=case.telegram_id,
        )
    turn.show_html(
        card_text.card(turn.words, the_office, member, case), rows(the_office, member, case)
    )


def present(turn: Turn, complaint_id: int) -> None:
    """The case after something was done: on its card in the group, and here in private chat."""
    the_office = office(turn)
    try:
        case = access.for_staff(the_office, turn.caller.telegram_id, complaint_id)
    except NoSuchCase:  # it left this desk meanwhile
        return
    topics.refresh(turn.kit, turn.outbox, the_office, case)
    if turn.chat_type == "private":
        show_card(turn, complaint_id, looked=False)


def rows(office: Office, member: Member, case: Case) -> list[list[Button]]:
    """What this member can do with the case now."""
    number = str(case.id)
    found: list[list[Button]] = []
    if case.progress.status.is_open:
        mine = case.progress.owner == member.telegram_id
        found += [
            [Button("desk.release", "desk.release", number)]
            if mine
            else [Button("desk.take", "desk.take", number)],
            *card_text.writing_rows(case),
        ]
    else:
        found.append([Button("desk.note", "desk.write", f"{number}:note")])
    looks = []
    if evidence.count(office, case):
        looks.append(Button("desk.see_files", "desk.files", number))
    if case.contributor_id is not None and desk.identity_shown(member, case):
        looks.append(Button("desk.see_number", "desk.number", number))
    own = _own_letters(office, member, case)
    back = [Button("desk.take_back", "desk.unsay", f"{number}:{own[-1]}")] if own else []
    return [*found, looks, back, [Button("desk.to_queue", "desk.queue")]]


def _own_letters(office: Office, member: Member, case: Case) -> list[int]:
    """One's own notes and answers that stand."""
    author = events.staff(member.telegram_id)
    return [
        one.id
        for one in letters.of(office, case).values()
        if one.author == author and one.kind in ("note", "answer") and one.withdrawn_at is None
    ]


def take(turn: Turn) -> None:
    """Take the case; who comes second is told by whom."""
    number = pressed(turn)
    try:
        desk.take(office(turn), turn.caller.telegram_id, number)
        turn.toast("desk.taken")
    except TakenBy as refusal:
        turn.toast("desk.taken_by", alert=True, name=shown_name(turn.words, refusal.member))
    except NotNow:
        turn.toast("desk.no_longer_open", alert=True)
    present(turn, number)


def release(turn: Turn) -> None:
    number = pressed(turn)
    try:
        desk.release(office(turn), turn.caller.telegram_id, number)
        turn.toast("desk.released")
    except TakenBy as refusal:
        turn.toast("desk.taken_by", alert=True, name=shown_name(turn.words, refusal.member))
    except NotNow:
        turn.toast("desk.no_longer_open", alert=True)
    present(turn, number)


def see_number(turn: Turn) -> None:
    """The whole number in a window that stays in no chat; who looked is written down."""
    the_office = office(turn)
    case = desk.note_seen(the_office, turn.caller.telegram_id, pressed(turn), "number")
    if case.contributor_id is None:
        raise NoSuchCase
    ssn = accounts.ssn_of(turn.session, turn.kit.vault, case.contributor_id)
    turn.toast("desk.number", alert=True, reference=case.reference, ssn=ssn)


def see_files(turn: Turn) -> None:
    """Send the files, each under its place; who looked is written down."""
    the_office = office(turn)
    case = desk.note_seen(the_office, turn.caller.telegram_id, pressed(turn), "files")
    shown_files.send(turn, the_office, case, evidence.of(the_office, case))


def unsay(turn: Turn) -> None:
    """Take one's own note or answer back; of an answer, the citizen is told."""
    assert turn.press is not None
    number, _, message = turn.press.argument.partition(":")
    if not (number.isdecimal() and message.isdecimal()):
        raise NoSuchCase
    the_office = office(turn)
    case, letter = desk.withdraw_message(
        the_office, turn.caller.telegram_id, int(number), int(message)
    )
    if letter.kind == "answer":
        tell_withdrawn(turn.kit, turn.outbox, the_office, case)
    turn.toast("desk.taken_back")
    present(turn, case.id)
