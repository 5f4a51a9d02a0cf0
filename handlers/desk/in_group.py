"""What staff do in their group: bind it to a desk, press the card's buttons, write in a topic.

A message in a topic is a note for colleagues. It is an answer to the citizen only as a reply
to the bot's own question for one, or after `ANSWER_MARK`; and it is shown again before it
leaves. So a note cannot leak. What someone outside the staff writes or presses is nothing.
"""

from __future__ import annotations

from datetime import datetime

import telegram
from sqlalchemy.orm import Session

from handlers import general
from handlers.buttons import NotOurButton
from handlers.complaints import draft as draft_of
from handlers.complaints import files_sent
from handlers.complaints.office import office
from handlers.desk import healing, writing
from handlers.kit import Kit
from handlers.memberships import Change
from handlers.notices import tell
from handlers.turn import Turn
from services import staff
from services.complaints import access, desk, desk_groups, evidence, forum, letters
from services.complaints.access import NoSuchCase, NotStaff
from services.complaints.office import Office
from services.complaints.store import Case
from services.outbox import Lane, Outbox

ANSWER_MARK = "!!"
ACTIONS = frozenset(
    {
        "desk.take",
        "desk.release",
        "desk.write",
        "desk.outcome_is",
        "desk.where_is",
        "desk.where_page",
        "desk.send",
        "desk.send_with_number",
        "desk.files_joined",
        "desk.rewrite",
        "step.back",
        "step.cancel",
        "step.help",
    }
)
TEXT, WHERE, CHECK = "desk.text", "desk.where", "desk.check"  # steps in which one writes


def is_desk(turn: Turn) -> bool:
    """Whether this chat is the group of a desk."""
    return desk_groups.group_at(office(turn), turn.chat_id) is not None


# --- binding --------------------------------------------------------------------------------


def bind(turn: Turn) -> None:
    """`/agency CODE` in a group: this is the desk's place from now on."""
    message = turn.message
    code = turn.argument.split()[0] if turn.argument.split() else ""
    the_office = office(turn)
    member = staff.of(turn.session, turn.caller.telegram_id)
    if not code and member is not None and member.agency is not None:
        code = member.agency
    if message is None or not message.chat.is_forum:
        if member is not None:
            turn.say("desk.group_needs_topics")
        return
    try:
        group = desk_groups.bind(
            the_office,
            turn.caller.telegram_id,
            desk=code,
            chat_id=turn.chat_id,
            language=turn.caller.language,
        )
    except desk_groups.MayNotBind:
        if member is not None:
            turn.say("desk.group_not_yours")
        return
    turn.say("desk.group_bound", desk=group.desk, mark=ANSWER_MARK)


def membership(
    session: Session,
    change: Change,
    *,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """The bot's own standing in a desk's group changed."""
    the_office = Office(session, kit.policy, kit.vault, now)
    chat_id = change.chat_id
    if desk_groups.group_at(the_office, chat_id) is None:
        return
    if not change.is_in:
        healing.report_trouble(kit, outbox, the_office, chat_id, "removed")
    elif not change.can_manage_topics:
        healing.report_trouble(kit, outbox, the_office, chat_id, "no_right")
    elif not change.is_forum:
        healing.report_trouble(kit, outbox, the_office, chat_id, "no_topics")
    else:
        desk_groups.set_trouble(the_office, chat_id, None)


def joined(
    session: Session,
    change: Change,
    *,
    kit: Kit,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Someone came into a desk's group: whoever is not of the staff is pointed out."""
    the_office = Office(session, kit.policy, kit.vault, now)
    group = desk_groups.group_at(the_office, change.chat_id)
    if group is None or change.user_id is None or change.is_bot:
        return
    if change.was_in or not change.is_in:
        return
    member = staff.of(session, change.user_id)
    if member is not None and (
        member.agency is None or staff.works_for(session, member, group.desk)
    ):
        return
    for admin in staff.admins(session) or staff.central(session):
        tell(
            kit,
            session,
            outbox,
            admin.telegram_id,
            "desk.group_stranger",
            lane=Lane.STAFF,
            repeatable=False,
            desk=group.desk,
        )


# --- pressing -------------------------------------------------------------------------------


def pressed(turn: Turn, data: str) -> None:
    """A button in the group: ours, of those that may be pressed here, and outdated or not."""
    try:
        press = turn.kit.seal.read(turn.chat_id, data)
    except NotOurButton:
        turn.toast("button.not_valid", alert=True)
        return
    if press.action not in ACTIONS:
        turn.toast("desk.read_in_private", alert=True)
        return
    _, action = turn.kit.book.actions[press.action]
    caller = turn.caller
    own_step = action.step or (caller.step if press.action.startswith("step.") else None)
    if press.action.startswith("step.") or action.step is not None:
        fresh = press.version == caller.version & 0xFFFFFF
        if own_step is None or caller.step != own_step or not fresh:
            turn.toast("desk.not_your_draft")
            return
    turn.press = press
    if press.action == "step.cancel":
        turn.close()
        turn.show("cancel.done")
    elif press.action == "step.help":
        turn.press = None
        general.help_(turn)
    else:
        action.run(turn)


# --- writing --------------------------------------------------------------------------------


def message(turn: Turn) -> None:
    """Words or a file in a topic: a note, an answer in the making, or nothing."""
    said = turn.message
    if said is None or not said.is_topic_message or said.message_thread_id is None:
        return
    text = (said.text or said.caption or "").strip()
    has_file = files_sent.is_file(said)
    if not (text or has_file):
        return
    the_office = office(turn)
    number = forum.case_in(the_office, turn.chat_id, said.message_thread_id)
    if number is None:
        return
    try:
        case = access.for_staff(the_office, turn.caller.telegram_id, number)
    except (NoSuchCase, NotStaff):
        return
    source = (turn.chat_id, said.message_id)
    if turn.edited:
        if has_file and letters.by_source(the_office, case, source):
            _note_replaced_file(turn, the_office, case, source)
        if text:
            _edited(turn, the_office, case, text, source)
        return
    step = turn.caller.step or ""
    writes = (
        step in (TEXT, WHERE)
        and turn.draft.get("case") == number
        and (_replies_to_the_bot(said) or _goes_on_with_an_album(turn, said))
    )
    if writes and step == WHERE:
        writing.answer_where(turn)
    elif writes:
        turn.draft["source"] = said.message_id
        _keep(turn, text, has_file)
    elif text.startswith(ANSWER_MARK) and case.progress.status.is_open:
        turn.close()
        turn.caller.drafts["desk"] = {
            "case": number,
            "kind": "answer",
            "seen": desk.seen(case).events,
            "source": said.message_id,
        }
        turn.caller.step = TEXT
        _keep(turn, _without_mark(text), has_file)
    elif not has_file:
        desk.note(the_office, turn.caller.telegram_id, number, text, source=source)
    else:
        _note_with_file(turn, the_office, case, text, source)


def _keep(turn: Turn, text: str, has_file: bool) -> None:
    if has_file:
        writing.keep_file(turn, text)
    else:
        writing.keep_text(turn, text)


def _note_with_file(
    turn: Turn, the_office: Office, case: Case, text: str, source: tuple[int, int]
) -> None:
    """A file among colleagues stays among them; one that may not be kept is said at once, and
    the words with it are a note all the same."""
    file = files_sent.take_one(turn, already=evidence.count(the_office, case))
    if file is not None or text:
        desk.note(
            the_office,
            turn.caller.telegram_id,
            case.id,
            text,
            files=[file] if file is not None else [],
            source=source,
        )


def _note_replaced_file(
    turn: Turn, the_office: Office, case: Case, source: tuple[int, int]
) -> None:
    """Another file took the place of the first, which stays in the record; the new one stands
    beside it. Mostly only the words under it changed."""
    assert turn.message is not None
    file = files_sent.read(turn.message)
    if not evidence.is_known(the_office, case, file.unique_id):
        _note_with_file(turn, the_office, case, "", source)


def _goes_on_with_an_album(turn: Turn, message: telegram.Message) -> bool:
    """Only the first part of an album carries the mark that makes it an answer."""
    album = message.media_group_id
    return album is not None and any(one.get("album") == album for one in draft_of.files(turn))


def _edited(turn: Turn, the_office: Office, case: Case, text: str, source: tuple[int, int]) -> None:
    """A message was reworded. Of a note, what arrived first stays in the record and the new
    wording stands beside it; a letter that still waits to be sent is shown again; one that left
    is not called back by it, which is said."""
    if letters.by_source(the_office, case, source):
        desk.note(the_office, turn.caller.telegram_id, case.id, text, source=source)
    elif turn.caller.step in (TEXT, CHECK) and turn.draft.get("source") == source[1]:
        writing.keep_text(turn, _without_mark(text))
        return
    if text.startswith(ANSWER_MARK):
        turn.say("desk.edit_sends_nothing", mark=ANSWER_MARK)


def _without_mark(text: str) -> str:
    return text.removeprefix(ANSWER_MARK).strip()


def _replies_to_the_bot(message: telegram.Message) -> bool:
    """Whether it was written as a reply to the bot. Every plain message in a topic names the
    topic's opening as what it replies to, and the bot opened it: that is no reply."""
    replied = message.reply_to_message
    return (
        replied is not None
        and replied.forum_topic_created is None
        and replied.message_id != message.message_thread_id
        and replied.from_user is not None
        and replied.from_user.is_bot
    )
