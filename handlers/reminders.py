"""/reminders: what will come and when, each kind on or off, and why a message came.

Also the job `reminders`: one slice of the daily round.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from handlers import reminder_text, whose
from handlers.buttons import Button, Press
from handlers.conversation import Action, Conversation
from handlers.kit import Kit
from handlers.turn import Turn
from services.outbox import Outbox
from services.reminders import choices, rounds, upcoming
from services.reminders.choices import Choices
from services.reminders.steps import Kind

COMING_MAX = 6


def run(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> bool:
    """The job: a slice of today's round; True when there is more to do at once."""
    return rounds.run(
        session,
        policy=kit.policy,
        now=now,
        say=reminder_text.sayer(kit, session, outbox),
    )


def open_(turn: Turn) -> None:
    """Show what is coming, and a switch for each kind."""
    _show(turn, choices.of(turn.session, turn.caller.telegram_id))


def switch(turn: Turn) -> None:
    """Switch a kind off or on, in place."""
    assert turn.press is not None
    if turn.press.argument not in set(Kind):
        turn.toast("button.not_valid", alert=True)
        return
    kind = Kind(turn.press.argument)
    changed = choices.switch(turn.session, turn.caller.telegram_id, kind, now=turn.now)
    turn.toast("reminders.now_off" if kind in changed.muted else "reminders.now_on")
    _show(turn, changed)


def switch_amounts(turn: Turn) -> None:
    """Keep amounts out of messages, or let them in."""
    changed = choices.switch_amounts(turn.session, turn.caller.telegram_id, now=turn.now)
    turn.toast("reminders.amounts_now_hidden" if changed.hide_amounts else "reminders.now_on")
    _show(turn, changed)


def why(turn: Turn) -> None:
    """Under a reminder: what it was about, from which records, and how to switch it off."""
    assert turn.press is not None
    second = turn.press.argument
    found = (
        choices.sent_at(turn.session, turn.caller.telegram_id, int(second))
        if second.isdecimal() and len(second) <= 11
        else []
    )
    turn.press = None  # the reminder stays where it is
    if not found:
        turn.say("reminders.why_gone", [[Button("reminders.button_open", "reminders.open")]])
        return
    lines = [turn.words.text("reminders.why_title", at=found[0].at)]
    lines += [reminder_text.why(turn.words, sent) for sent in found]
    lines.append(turn.words.text("reminders.why_end"))
    turn.say_html("\n\n".join(lines), [[Button("reminders.button_open", "reminders.open")]])


def follow(turn: Turn) -> None:
    """A step from a reminder. The reminder stays where it is, with its other buttons: what is
    shown is a message of its own."""
    assert turn.press is not None
    code, _, argument = turn.press.argument.partition(":")
    name = reminder_text.NEXT.get(code, "")
    if name not in turn.kit.book.actions:
        turn.toast("button.not_valid", alert=True)
        return
    turn.press = Press(name, argument, turn.press.version)
    turn.raw_message = None
    turn.kit.book.actions[name][1].run(turn)


def _show(turn: Turn, chosen: Choices) -> None:
    words = turn.words
    coming = upcoming.of_person(turn.session, turn.kit.policy, turn.caller.telegram_id, turn.now)
    several = len({one.contributor_id for one in coming}) > 1
    lines = []
    for one in coming[:COMING_MAX]:
        if one.step.kind in chosen.muted:
            continue
        line = reminder_text.coming(words, one.step)
        if several:
            name = whose.name_in(words, turn.session, one.contributor_id)
            line = f"{line}\n{words.text('reminder.account', name=name)}"
        lines.append(line)
    parts = [
        words.text("reminders.title"),
        "\n".join(lines) if lines else words.text("reminders.nothing_coming"),
        words.text("reminders.how"),
    ]
    kinds = [
        Button(
            f"reminders.{'off' if kind in chosen.muted else 'on'}_{kind}",
            "reminders.switch",
            kind.value,
        )
        for kind in choices.SWITCHES
    ]
    amounts = "reminders.amounts_hidden" if chosen.hide_amounts else "reminders.amounts_shown"
    turn.show_html(
        "\n\n".join(parts),
        [
            *[[button] for button in kinds],
            [Button(amounts, "reminders.amounts")],
            [Button("button.menu", "menu.open")],
        ],
    )


CONVERSATION = Conversation(
    name="reminders",
    commands={"reminders": open_},
    actions={
        "reminders.open": Action(open_),
        "reminders.switch": Action(switch),
        "reminders.amounts": Action(switch_amounts),
        "reminders.why": Action(why),
        "reminders.next": Action(follow),
    },
)
