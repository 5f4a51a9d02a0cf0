"""/simulate: what a declared income would cost, and what a payment on a day would settle.

Nothing is kept of it but the draft while it is open; a simulation changes no record.
"""

from __future__ import annotations

from datetime import date, timedelta

from handlers import whose
from handlers.account import simulate_text
from handlers.buttons import Button
from handlers.conversation import Action, Conversation, Step
from handlers.turn import Turn
from services import linking, situation
from services.contributions.simulation import simulate_income, simulate_payment
from services.dates import end_of_month
from services.linking import Linked
from services.money import Centimes, NotAnAmount
from services.numbers.amounts import read_amount
from services.numbers.written_dates import NotADate, read_date, read_year
from services.policy.category import Category
from services.situation import Situation

YEARS_AHEAD = 1
PAYMENT_WITHIN = timedelta(days=3 * 365)
UNCLEAR = frozenset({"empty", "no_number", "not_a_number"})


def open_(turn: Turn) -> None:
    """Of whose account, where several can be meant; someone not linked may try incomes."""
    account = ""
    if linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today):
        linked = whose.account(turn, "simulate.open")
        if linked is None:
            return
        account = whose.argument_of(linked)
    turn.press = None  # the account stays as it is; the questions follow below
    turn.close()
    turn.caller.drafts["simulate"] = {"account": account}
    turn.go("simulate.what")


def ask_what(turn: Turn) -> None:
    rows = [[Button("simulate.button_income", "simulate.income")]]
    if turn.draft.get("account"):
        rows.append([Button("simulate.button_payment", "simulate.payment")])
    turn.ask("simulate.what", rows)


# --- an income ---------------------------------------------------------------------------


def income(turn: Turn) -> None:
    """Go on to the year; the category first, of someone without an account."""
    turn.go("simulate.year" if turn.draft.get("account") else "simulate.category")


def ask_category(turn: Turn) -> None:
    buttons = [
        Button(f"category.{category}", "simulate.category_is", category) for category in Category
    ]
    turn.ask("simulate.category", [buttons[start : start + 2] for start in range(0, 8, 2)])


def category_is(turn: Turn) -> None:
    """Keep the category, ask the year."""
    assert turn.press is not None
    if turn.press.argument in list(Category):
        turn.draft["category"] = turn.press.argument
        turn.go("simulate.year")


def ask_year(turn: Turn) -> None:
    this = turn.today.year
    years = (this - 1, this, this + 1)
    turn.ask(
        "simulate.year",
        [
            [
                Button("explain.button_year", "simulate.year_is", str(year), {"year": year})
                for year in years
            ]
        ],
        first=turn.kit.policy.first_year,
        last=this + YEARS_AHEAD,
    )


def year_is(turn: Turn) -> None:
    assert turn.press is not None
    _keep_year(turn, turn.press.argument)


def year_typed(turn: Turn) -> None:
    _keep_year(turn, turn.text)


def _keep_year(turn: Turn, typed: str) -> None:
    """Keep the year, ask the income; a year without rules is asked again."""
    first, last = turn.kit.policy.first_year, turn.today.year + YEARS_AHEAD
    try:
        year = read_year(typed)
    except NotADate:
        turn.say("simulate.year_unclear", first=first, last=last)
        return
    if not first <= year <= last:
        turn.say("simulate.no_such_year", first=first, last=last)
        return
    turn.draft["year"] = year
    turn.go("simulate.income")


def ask_income(turn: Turn) -> None:
    turn.ask("simulate.income", year=turn.draft["year"])


def income_typed(turn: Turn) -> None:
    """Compute at once, or ask back where the amount was said rather than written."""
    amount = _read(turn, "simulate.income_confirm")
    if amount is not None:
        _show_income(turn, amount)


def _show_income(turn: Turn, amount: Centimes) -> None:
    draft = turn.draft
    linked, found = _account(turn)
    name = draft.get("category")
    category = found.facts.category if found is not None else Category(name or Category.TRADER)
    result = simulate_income(amount, year=draft["year"], category=category, policy=turn.kit.policy)
    turn.close()
    html = simulate_text.income(turn.words, amount, result, today=turn.today)
    turn.say_html(html, _after(linked))


# --- a payment ---------------------------------------------------------------------------


def payment(turn: Turn) -> None:
    turn.go("simulate.day")


def ask_day(turn: Turn) -> None:
    """Today, the end of the month, the next deadline; or any day, typed."""
    _, found = _account(turn)
    days = {turn.today: "simulate.button_today", end_of_month(turn.today): "simulate.button_day"}
    if found is not None and (coming := found.position.next_deadline) is not None:
        days.setdefault(coming.day, "simulate.button_day")
    turn.ask(
        "simulate.day",
        [
            [Button(label, "simulate.day_is", day.isoformat(), {"day": day})]
            for day, label in days.items()
        ],
    )


def day_is(turn: Turn) -> None:
    assert turn.press is not None
    _keep_day(turn, date.fromisoformat(turn.press.argument))


def day_typed(turn: Turn) -> None:
    """Read the day as people write it; what is no day is asked again."""
    try:
        read = read_date(turn.text, today=turn.today)
    except NotADate:
        turn.say("simulate.no_such_day")
        return
    _keep_day(turn, read.day)


def _keep_day(turn: Turn, day: date) -> None:
    """Keep the day, ask the amount."""
    if not turn.today <= day <= turn.today + PAYMENT_WITHIN:
        turn.say("simulate.day_out_of_reach", first=turn.today, last=turn.today + PAYMENT_WITHIN)
        return
    turn.draft["day"] = day.isoformat()
    turn.go("simulate.amount")


def ask_amount(turn: Turn) -> None:
    turn.ask(
        "simulate.amount",
        [[Button("simulate.button_everything", "simulate.everything")]],
        day=date.fromisoformat(turn.draft["day"]),
    )


def everything(turn: Turn) -> None:
    _show_payment(turn, None)


def amount_typed(turn: Turn) -> None:
    amount = _read(turn, "simulate.amount_confirm")
    if amount is not None:
        _show_payment(turn, amount)


def _show_payment(turn: Turn, amount: Centimes | None) -> None:
    linked, found = _account(turn)
    day = date.fromisoformat(turn.draft["day"])
    turn.close()
    if linked is None or found is None:
        turn.say("status.no_account")
        return
    result = simulate_payment(found.facts, turn.kit.policy, pay_on=day, amount=amount)
    html = simulate_text.payment(turn.words, found, result, today=turn.today)
    turn.say_html(html, _after(linked))


# --- amounts that were said --------------------------------------------------------------


def _read(turn: Turn, confirm: str) -> Centimes | None:
    """The amount typed; None when it is asked back or asked again."""
    try:
        read = read_amount(turn.text)
    except NotAnAmount as problem:
        reason = "unclear" if problem.reason in UNCLEAR else problem.reason
        turn.say(f"simulate.amount_{reason}")
        return None
    if read.ask_back:
        turn.draft["readings"] = list(read.readings)
        turn.go(confirm)
        return None
    return read.amount


def _ask_which(turn: Turn, action: str) -> None:
    turn.ask(
        "simulate.which_amount",
        [
            [Button("simulate.button_amount", action, str(number), {"amount": reading})]
            for number, reading in enumerate(turn.draft["readings"])
        ],
    )


def ask_which_income(turn: Turn) -> None:
    _ask_which(turn, "simulate.income_is")


def ask_which_amount(turn: Turn) -> None:
    _ask_which(turn, "simulate.amount_is")


def income_is(turn: Turn) -> None:
    _show_income(turn, _chosen(turn))


def amount_is(turn: Turn) -> None:
    _show_payment(turn, _chosen(turn))


def _chosen(turn: Turn) -> Centimes:
    assert turn.press is not None
    return Centimes(turn.draft["readings"][int(turn.press.argument)])


# --- inside ------------------------------------------------------------------------------


def _account(turn: Turn) -> tuple[Linked | None, Situation | None]:
    """The account of the draft, if the person may still see it."""
    linked = whose.by_argument(turn, turn.draft.get("account", ""))
    if linked is None:
        return None, None
    return linked, situation.situation_on(
        turn.session,
        policy=turn.kit.policy,
        vault=turn.kit.vault,
        contributor_id=linked.contributor_id,
        on=turn.today,
    )


def _after(linked: Linked | None) -> list[list[Button]]:
    argument = whose.argument_of(linked) if linked is not None else ""
    again = [Button("simulate.button_again", "simulate.open", argument)]
    if linked is None:
        return [again]
    return [again, [Button("explain.button_back", "status.open", argument)]]


CONVERSATION = Conversation(
    name="simulate",
    commands={"simulate": open_},
    steps=(
        Step("simulate.what", ask=ask_what),
        Step("simulate.category", ask=ask_category, back="simulate.what"),
        Step("simulate.year", ask=ask_year, answer=year_typed, back="simulate.what"),
        Step("simulate.income", ask=ask_income, answer=income_typed, back="simulate.year"),
        Step(
            "simulate.income_confirm",
            ask=ask_which_income,
            answer=income_typed,
            back="simulate.income",
        ),
        Step("simulate.day", ask=ask_day, answer=day_typed, back="simulate.what"),
        Step("simulate.amount", ask=ask_amount, answer=amount_typed, back="simulate.day"),
        Step(
            "simulate.amount_confirm",
            ask=ask_which_amount,
            answer=amount_typed,
            back="simulate.amount",
        ),
    ),
    actions={
        "simulate.open": Action(open_),
        "simulate.income": Action(income, step="simulate.what"),
        "simulate.payment": Action(payment, step="simulate.what"),
        "simulate.category_is": Action(category_is, step="simulate.category"),
        "simulate.year_is": Action(year_is, step="simulate.year"),
        "simulate.income_is": Action(income_is, step="simulate.income_confirm"),
        "simulate.day_is": Action(day_is, step="simulate.day"),
        "simulate.everything": Action(everything, step="simulate.amount"),
        "simulate.amount_is": Action(amount_is, step="simulate.amount_confirm"),
    },
)
