"""What belongs to no subject: the menu, help, cancel, back, and messages nobody asked for."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers import answers, doing
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.message import NO_KEYBOARD
from handlers.turn import Turn, conversation_of
from services import linking

_SYMBOLS = re.compile(r"^\W+")
# Where a conversation begins, if not with its own "open".
ENTRANCES = {
    "plan": "plan.mine",
    "callback": "join.open",
    "staff": "staff.invite",
    "cases": "cases.open",
}
JOIN_ROW = (Button("menu.join", "join.open"),)
MENU_ROWS = (
    (Button("menu.status", "status.open"),),
    (Button("menu.plan", "plan.open"), Button("menu.complaint", "complaint.open")),
    (Button("menu.pay", "pay.open"), Button("menu.cases", "cases.open")),
    (Button("menu.answers", "answers.open"), Button("menu.person", "person.open")),
    JOIN_ROW,
    (Button("menu.settings", "settings.open"), Button("button.help", "help.open")),
)


def menu_rows(turn: Turn) -> list[list[Button]]:
    """The menu's buttons; joining the fund is for those whose own account is not linked."""
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    joined = any(one.is_own for one in linked)
    return [list(row) for row in MENU_ROWS if not (joined and row is JOIN_ROW)]


def menu(turn: Turn) -> None:
    """The main menu, in place where a button was pressed."""
    turn.show("menu.title", menu_rows(turn))


def help_(turn: Turn) -> None:
    """Help for the open question, else what the bot can do; `/help WORDS` searches answers."""
    if turn.argument:
        answers.search(turn, turn.argument)
        return
    step = turn.caller.step
    if step is None:
        turn.show("help.general", menu_rows(turn))
        return
    turn.show(f"{step}.help", [turn.navigation()])


def cancel(turn: Turn) -> None:
    """Leave the open conversation; nothing of it was sent to anyone."""
    if turn.caller.step is None:
        turn.say("cancel.nothing", keyboard=NO_KEYBOARD)
    else:
        turn.close()
        turn.say("cancel.done", keyboard=NO_KEYBOARD)
    turn.press = None
    menu(turn)


def back(turn: Turn) -> None:
    """To the question before; what was answered there can be answered anew."""
    step = turn.kit.book.steps.get(turn.caller.step or "")
    if step is None:
        menu(turn)
    else:
        turn.go(step.back or step.name)


def present_state(turn: Turn) -> None:
    """Show where the person stands now: the open question, else the menu."""
    if turn.caller.step in turn.kit.book.steps:
        turn.go(turn.caller.step)
    else:
        menu(turn)


def use_the_buttons(turn: Turn) -> None:
    """Something was sent where only a button answers: say so, and ask again."""
    turn.say("step.use_buttons")
    turn.go(turn.caller.step or "")


def restart_draft(turn: Turn) -> None:
    """Throw the kept draft away and begin that conversation anew, by its own way in: a step in
    its middle can do nothing without what was said before."""
    assert turn.press is not None
    step = turn.press.argument
    if step not in turn.kit.book.steps:
        menu(turn)
        return
    subject = conversation_of(step)
    if turn.caller.step is not None and conversation_of(turn.caller.step) == subject:
        turn.close()
    turn.caller.drafts.pop(subject, None)
    entrance = ENTRANCES.get(subject, f"{subject}.open")
    if entrance not in turn.kit.book.actions:
        turn.go(next(one for one in turn.kit.book.steps if conversation_of(one) == subject))
        return
    turn.press = None
    doing.do(turn, entrance)


def steering_word(turn: Turn) -> Callable[[Turn], None] | None:
    """ "Cancel", "back" or "help" typed, or pressed on a reply keyboard, in either language."""
    typed = turn.text.strip().casefold()
    if not typed or len(typed) > 40:
        return None
    for words in turn.kit.words.values():
        for key, handler in (
            ("button.cancel", cancel),
            ("button.back", back),
            ("button.help", help_),
        ):
            label = words.label(key).casefold()
            if typed in (label, _SYMBOLS.sub("", label)):
                return handler
    return None


def free_message(turn: Turn) -> None:
    """Something sent while no question is open that is neither words nor a voice message."""
    message = turn.message
    assert message is not None
    if message.video_note:
        turn.say("free.voice", menu_rows(turn))
    elif message.photo or message.document or message.video:
        turn.say("free.file", menu_rows(turn))
    elif message.sticker or message.animation or message.dice:
        turn.say("free.sticker", menu_rows(turn))
    elif message.location or message.venue:
        turn.say("free.location", menu_rows(turn))
    elif message.contact:
        turn.say("free.contact", menu_rows(turn))
    else:
        turn.say("free.other", menu_rows(turn))


def unknown_command(turn: Turn) -> None:
    turn.say("free.unknown_command", menu_rows(turn))


def edited(turn: Turn) -> None:
    """An edit changes nothing that was already answered; the person is told so. A live
    location moves by edits without words, which are no answer to anything."""
    if turn.raw_message and (turn.raw_message.get("text") or turn.raw_message.get("caption")):
        turn.say("free.edited")


CONVERSATION = Conversation(
    name="general",
    personal=False,
    commands={"help": help_, "cancel": cancel, "menu": menu},
    actions={
        "menu.open": Action(menu),
        "help.open": Action(help_),
        "step.help": Action(help_),
        "step.cancel": Action(cancel),
        "step.back": Action(back),
        "draft.restart": Action(restart_draft),
    },
)
