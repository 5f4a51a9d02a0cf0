"""How to pay: the agency's counter and hours, the other ways, and the reference as a QR code."""

from __future__ import annotations

from datetime import time

from handlers import whose
from handlers.buttons import Button
from handlers.conversation import Action, Conversation
from handlers.papers import square
from handlers.turn import Turn
from handlers.words import Words
from services import linking, payment_ways, situation
from services.linking import Linked
from services.payment_ways import Opening
from services.policy.payment_rows import PaymentWay
from services.situation import Situation

QR_PIXELS = 10


def how_to_pay(turn: Turn) -> None:
    """The ways to pay at the person's agency; in general for someone not linked."""
    if not linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today):
        lines = [turn.words.text("pay.title"), *_ways(turn, agency=None, wilaya=None)]
        turn.show_html("\n\n".join(lines), [[Button("whose.link", "link.open")]])
        return
    linked = whose.account(turn, "pay.open")
    if linked is None:
        return
    found = _situation(turn, linked)
    if found is None:
        turn.show("status.no_account")
        return
    argument = whose.argument_of(linked)
    lines = [turn.words.text("pay.title"), *_owed(turn.words, found), *_at_agency(turn, found)]
    turn.show_html(
        "\n\n".join(lines),
        [
            [Button("pay.button_reference", "pay.reference", argument)],
            [Button("explain.button_back", "status.open", argument)],
        ],
    )


def reference(turn: Turn) -> None:
    """The payment reference of an account, as text and QR code."""
    linked = whose.by_argument(turn, turn.press.argument if turn.press is not None else "")
    found = _situation(turn, linked) if linked is not None else None
    if linked is None or found is None:
        turn.toast("button.not_valid", alert=True)
        return
    code = payment_ways.reference(found.card.agency, linked.contributor_id)
    turn.say_paper(
        square.wanted(code, code, pixels=QR_PIXELS),
        "pay.reference",
        reference=code,
        number=found.card.number,
        agency=_agency(turn.words, found),
    )


def _situation(turn: Turn, linked: Linked) -> Situation | None:
    return situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )


def _agency(words: Words, found: Situation) -> str:
    return found.card.agency_ar if words.right_to_left else found.card.agency_fr


def _owed(words: Words, found: Situation) -> list[str]:
    where = found.position
    if not where.total:
        return [words.text("pay.nothing_owed")]
    about = words.text("status.estimate") if where.estimate else ""
    if where.late == where.total:
        return [words.text("pay.owed", total=where.total, estimate=about)]
    ahead = where.next_deadline
    if where.late:
        return [words.text("pay.owed_partly", total=where.total, late=where.late, estimate=about)]
    if ahead is None:
        return [words.text("pay.owed_open", total=where.total, estimate=about)]
    return [words.text("pay.owed_ahead", total=where.total, day=ahead.day, estimate=about)]


def _at_agency(turn: Turn, found: Situation) -> list[str]:
    agency, wilaya = found.card.agency, found.card.wilaya
    name = turn.words.text("pay.counter_of", agency=_agency(turn.words, found))
    return _ways(turn, agency=agency, wilaya=wilaya, counter=name)


def _ways(
    turn: Turn, *, agency: str | None, wilaya: str | None, counter: str | None = None
) -> list[str]:
    """The counter first, then every way the fund offers there."""
    words, policy = turn.words, turn.kit.policy
    opening = payment_ways.next_opening(policy, turn.now, agency=agency, wilaya=wilaya)
    blocks = ["\n".join([counter or words.text("pay.counter"), _opening(turn, opening)])]
    for row in payment_ways.ways(policy, turn.today, agency=agency, wilaya=wilaya):
        blocks.append(_way(words, row))
    return [*blocks, words.text("pay.keep_receipt")]


def _opening(turn: Turn, opening: Opening | None) -> str:
    words = turn.words
    if opening is None:
        return words.text("pay.hours_unknown")
    spans = words.text("pay.and").join(
        words.text("pay.hours", opens=_clock(span.opens), closes=_clock(span.closes))
        for span in opening.hours
    )
    key = "pay.open_today" if opening.day == turn.today else "pay.opens_on"
    return words.text(key, day=opening.day, hours=spans, confirm=_to_confirm(words, opening.unsure))


def _way(words: Words, row: PaymentWay) -> str:
    lines = [words.text(f"pay.way_{row.way}", confirm=_to_confirm(words, row.unsure))]
    if row.link is not None:
        lines.append(words.text("pay.link", link=row.link))
    if row.account is not None:
        lines.append(words.text("pay.account", account=row.account))
    elif row.way in ("postal_account", "bank_transfer"):
        lines.append(words.text("pay.account_at_agency"))
    note = row.note_ar if words.right_to_left else row.note_fr
    if note:
        lines.append(words.text("pay.note", note=note))
    return "\n".join(lines)


def _to_confirm(words: Words, unsure: bool) -> str:
    return words.text("pay.to_confirm") if unsure else ""


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


CONVERSATION = Conversation(
    name="pay",
    commands={"pay": how_to_pay},
    actions={"pay.open": Action(how_to_pay), "pay.reference": Action(reference)},
    papers={"square": square.make},
)
