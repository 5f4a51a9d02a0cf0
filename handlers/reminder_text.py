"""The words of a reminder: what, until when, the exact figure or none, and the next step."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import whose
from handlers.buttons import Button, laid_out
from handlers.kit import Kit
from handlers.words import Words
from services.dates import day_in_algiers
from services.outbox import Outbox
from services.reminders.choices import Sent
from services.reminders.letters import Item, Letter, Say
from services.reminders.steps import Kind, Step

ITEMS_MAX = 6  # of one message; the others are counted, and shown by /status
_MOST_URGENT = (
    Kind.CURE,
    Kind.INSTALLMENT,
    Kind.ANSWER,
    Kind.CONTRIBUTION,
    Kind.ARREARS,
    Kind.DECLARATION,
    Kind.CAMPAIGN,
)

NEXT = {
    "pay": "pay.open",
    "spread": "plan.open",
    "status": "status.open",
    "paid": "complaint.unrecorded",
    "unrecorded": "complaint.of",
    "plan": "plan.show",
    "part_paid": "plan.paid",
    "case": "cases.show",
}
"""What the buttons under a reminder lead to, by the first word of their argument."""


def sayer(kit: Kit, session: Session, outbox: Outbox) -> Say:
    """What words a letter and adds it to the outbox: never repeated when in doubt."""

    def say(letter: Letter) -> int:
        words = kit.words[letter.language]

        def button(one: Button) -> dict[str, Any]:
            data = kit.seal.write(letter.telegram_id, one.action, one.argument, 0)
            return {"text": words.label(one.label, **one.values), "callback_data": data}

        params: dict[str, Any] = {
            "chat_id": letter.telegram_id,
            "text": text(words, session, letter),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": laid_out(buttons(letter, outbox.now), button)},
        }
        rules = kit.policy.reminder_rules(day_in_algiers(outbox.now))
        if letter.campaign_id is not None and rules.paid_broadcast:
            params["allow_paid_broadcast"] = True
        call = outbox.add(
            "sendMessage",
            params,
            chat_id=letter.telegram_id,
            lane=letter.lane,
            repeatable=False,
            subject=letter.subject,
        )
        return call.id

    return say


def text(words: Words, session: Session, letter: Letter, *, name: str | None = None) -> str:
    """The message. Whose account it is is said where it is not the reader's only one; `name`:
    what stands there instead, for those who may not know whom it is about."""
    items = in_order(letter)
    several = len({item.contributor_id for item in items}) > 1
    parts = [words.text("reminder.title")]
    for item in items[:ITEMS_MAX]:
        lines = [_item(words, item, letter.hide_amounts)]
        if item.step.pay_by < item.step.deadline:
            lines.append(words.text("reminder.closed_on", pay_by=item.step.pay_by))
        if several or not item.is_own:
            known = name or whose.name_in(words, session, item.contributor_id)
            lines.insert(0, words.text("reminder.account", name=known))
        parts.append("\n".join(lines))
    if len(items) > ITEMS_MAX:
        parts.append(words.text("reminder.more", n=len(items) - ITEMS_MAX))
    if any(_about_money(item.step.kind) for item in items):
        parts.append(words.text("reminder.crossed"))
    return "\n\n".join(parts)


def buttons(letter: Letter, now: datetime) -> list[list[Button]]:
    """The next step for what is most urgent, then why this came."""
    first = in_order(letter)[0]
    step, account = first.step, f"L{first.link_id}"
    kind, _, rest = step.subject.partition(":")
    number = rest.partition(":")[0]
    rows: list[list[Button]]
    match step.kind:
        case Kind.INSTALLMENT | Kind.CURE:
            rows = [
                [_next("plan_show", "plan", number)],
                [_next("pay", "pay", account), _next("paid", "part_paid", number)],
            ]
        case Kind.ANSWER:
            rows = [[_next("answer", "case" if kind == "case" else "plan", number)]]
        case Kind.DECLARATION:
            rows = [[_next("status", "status", account)]]
        case _:
            paid = (
                _next("paid", "paid", f"{account}:{step.subject}")
                if step.subject
                else _next("paid", "unrecorded", "payment_not_recorded")
            )
            rows = [
                [_next("pay", "pay", account), _next("plan", "spread", account)],
                [_next("status", "status", account), paid],
            ]
    rows.append([Button("reminder.button_why", "reminders.why", str(int(now.timestamp())))])
    return rows


def _next(label: str, code: str, argument: str) -> Button:
    return Button(f"reminder.button_{label}", "reminders.next", f"{code}:{argument}")


def in_order(letter: Letter) -> list[Item]:
    """The most urgent first."""
    return sorted(
        letter.items,
        key=lambda item: (_MOST_URGENT.index(item.step.kind), item.step.deadline),
    )


def coming(words: Words, step: Step) -> str:
    """A line of /reminders: what will be said, and when."""
    return words.text(
        f"reminders.coming_{step.kind}",
        on=step.first,
        deadline=step.deadline,
        year=_year(step.kind, step.subject),
    )


def why(words: Words, sent: Sent) -> str:
    """Why a message came."""
    key = f"reminders.why_{sent.kind}"
    if sent.kind is Kind.CAMPAIGN and sent.subject:
        key = "reminders.why_campaign_year"
    if sent.kind is Kind.ANSWER and sent.subject.startswith("plan"):
        key = "reminders.why_answer_plan"
    return words.text(
        key,
        year=_year(sent.kind, sent.subject),
        deadline=sent.deadline or date.min,
        known_to=sent.known_to or date.min,
    )


def _item(words: Words, item: Item, hide_amounts: bool) -> str:
    step, amount = item.step, None if hide_amounts else item.owed.amount
    key = f"reminder.{step.kind}"
    if step.kind is Kind.ANSWER:
        key = f"{key}_{step.subject.partition(':')[0]}"
    elif step.kind is Kind.CAMPAIGN and step.subject:
        key = f"{key}_year"
    if amount is not None:
        key = f"{key}_amount"
    return words.text(
        key, year=_year(step.kind, step.subject), deadline=step.deadline, amount=amount or 0
    )


def _year(kind: Kind, subject: str) -> str:
    """The year a subject names; empty where it names none."""
    yearly = (Kind.CONTRIBUTION, Kind.DECLARATION, Kind.ARREARS, Kind.CAMPAIGN)
    return subject if kind in yearly else ""


def _about_money(kind: Kind) -> bool:
    return kind not in (Kind.ANSWER, Kind.DECLARATION)
