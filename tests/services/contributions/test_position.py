"""What a position says beside its figures: status, deadlines, credit, notes, doubts."""

from datetime import date

import pytest

from services.contributions import (
    BaseSource,
    Doubt,
    Facts,
    GivenSurcharge,
    Limit,
    NoteKey,
    Payment,
    Position,
    Status,
    Use,
    position,
)
from services.money import Centimes, dinars
from services.policy import Category, load

POLICY = load()
TODAY = date(2026, 11, 25)


def create_facts(
    *,
    category: Category = Category.TRADER,
    affiliated_on: date | None = date(2024, 1, 1),
    ceased_on: date | None = None,
    declarations: dict[int, int] | None = None,
    payments: list[Payment] | None = None,
    surcharges: dict[int, GivenSurcharge] | None = None,
) -> Facts:
    declared = {year: dinars(base) for year, base in (declarations or {}).items()}
    return Facts(category, affiliated_on, ceased_on, declared, payments or [], surcharges or {})


def paid(on: str, amount: int, year: int | None = None, receipt: str = "R1") -> Payment:
    return Payment(receipt, year, date.fromisoformat(on), dinars(amount))


def on(day: str, **facts: object) -> Position:
    return position(create_facts(**facts), POLICY, date.fromisoformat(day))  # type: ignore[arg-type]


PAID_UP = [paid("2024-06-01", 36_000, 2024), paid("2025-06-01", 36_000, 2025, "R2")]


@pytest.mark.parametrize(
    ("day", "facts", "status"),
    [
        ("2024-01-01", {}, Status.UP_TO_DATE),
        ("2024-06-30", {}, Status.UP_TO_DATE),
        ("2024-07-01", {}, Status.IN_ARREARS),
        ("2024-07-02", {"payments": [paid("2024-07-01", 36_000)]}, Status.IN_ARREARS),
        ("2024-07-02", {"payments": [paid("2024-07-01", 37_800)]}, Status.UP_TO_DATE),
        ("2026-06-30", {"payments": PAID_UP}, Status.UP_TO_DATE),
        ("2026-07-01", {"payments": PAID_UP}, Status.IN_ARREARS),
        ("2026-07-01", {"payments": PAID_UP, "ceased_on": date(2025, 12, 31)}, Status.CEASED),
        ("2026-07-01", {"ceased_on": date(2025, 12, 31)}, Status.IN_ARREARS),
        ("2026-07-01", {"ceased_on": date(2023, 12, 31)}, Status.CEASED),
        ("2024-06-01", {"ceased_on": date(2024, 8, 1)}, Status.UP_TO_DATE),
        ("2024-06-01", {"affiliated_on": None}, Status.NOTHING_KNOWN),
        ("2024-06-01", {"affiliated_on": date(2025, 1, 1)}, Status.NOTHING_KNOWN),
        # The day is the agency's to tell; the year's end is late by any reading.
        ("2024-12-31", {"affiliated_on": date(2024, 9, 1)}, Status.UP_TO_DATE),
        ("2025-01-01", {"affiliated_on": date(2024, 9, 1)}, Status.IN_ARREARS),
    ],
)
def test_a_contributor_is_late_from_the_day_after_the_last_day(
    day: str, facts: dict, status: Status
) -> None:
    assert on(day, **facts).status is status


@pytest.mark.parametrize(
    ("day", "facts", "expected"),
    [
        ("2026-03-01", {"payments": PAID_UP}, ("2026-06-30", 2026, 43_200)),
        ("2026-06-30", {"payments": PAID_UP}, ("2026-06-30", 2026, 43_200)),
        ("2026-07-01", {"payments": PAID_UP}, ("2027-06-30", 2027, None)),
        ("2024-06-02", {"payments": PAID_UP[:1]}, ("2025-06-30", 2025, None)),
        ("2024-06-02", {"category": Category.FARMER}, ("2024-09-30", 2024, 36_000)),
        ("2026-07-01", {"ceased_on": date(2025, 5, 1)}, None),
        ("2025-07-01", {"ceased_on": date(2025, 12, 31)}, None),
        ("2026-07-01", {"affiliated_on": None}, None),
    ],
)
def test_the_next_deadline_is_the_next_last_day(day: str, facts: dict, expected: tuple) -> None:
    found = on(day, **facts).next_deadline
    if expected is None:
        assert found is None
    else:
        until, year, amount = expected
        wanted = None if amount is None else dinars(amount)
        assert found == (date.fromisoformat(until), year, wanted)


def test_due_but_not_late_is_in_the_total_and_not_in_what_is_late() -> None:
    found = on("2026-03-01", payments=PAID_UP)
    assert (found.total, found.late_principal, found.late) == (dinars(43_200), 0, 0)


def test_an_overpayment_is_a_credit_and_no_payment_is_lost() -> None:
    found = on("2024-12-31", payments=[paid("2024-06-01", 50_000, 2024)])
    assert (found.total, found.credit) == (0, dinars(14_000))
    assert [(part.use, part.year, part.amount) for part in found.allocations] == [
        (Use.PRINCIPAL, 2024, dinars(36_000)),
        (Use.CREDIT, None, dinars(14_000)),
    ]


def test_a_credit_for_next_year_says_so_until_the_year_opens() -> None:
    payments = [paid("2024-06-01", 36_000, 2024), paid("2024-12-20", 40_000, 2025, "R2")]
    before, after = on("2024-12-31", payments=payments), on("2025-01-01", payments=payments)
    assert before.allocations[-1] == ("R2", Use.CREDIT, 2025, dinars(40_000), date(2024, 12, 20))
    assert (before.credit, after.credit) == (dinars(40_000), dinars(4_000))
    assert after.line(2025).remaining == 0
    assert after.allocations[1].on == date(2025, 1, 1)


def test_money_named_for_a_year_after_the_last_one_settles_what_is_owed() -> None:
    found = on(
        "2024-12-31",
        ceased_on=date(2024, 12, 31),
        payments=[paid("2024-06-20", 36_000, 2025)],
    )
    assert found.line(2024).remaining == 0


def test_a_payment_named_for_a_far_year_does_not_wait_for_it() -> None:
    found = on("2024-06-30", payments=[paid("2024-06-20", 36_000, 2030)])
    assert found.total == 0


def test_a_payment_before_the_first_year_waits_for_it() -> None:
    found = on("2024-02-01", payments=[paid("2023-12-20", 10_000, 2023)])
    assert found.line(2024).remaining == dinars(26_000)


def test_future_payments_are_left_out_with_a_note() -> None:
    future = [paid("2024-08-01", 36_000, 2024), paid("2024-09-01", 10_000, None, "R2")]
    found = on("2024-07-15", payments=future)
    assert found.line(2024).remaining == dinars(36_000)
    assert (NoteKey.FUTURE_PAYMENTS, None, dinars(46_000)) in found.notes
    assert not found.allocations
    cancelled = on("2024-07-15", payments=[paid("2024-06-01", 0)])
    assert NoteKey.FUTURE_PAYMENTS not in {note.key for note in cancelled.notes}


@pytest.mark.parametrize(
    ("day", "facts", "note"),
    [
        ("2024-03-01", {"ceased_on": date(2024, 2, 1)}, (NoteKey.CEASED_YEAR, 2024, 3_600_000)),
        (
            "2024-10-01",
            {"affiliated_on": date(2024, 9, 10)},
            (NoteKey.FIRST_YEAR_DATE, 2024, 3_600_000),
        ),
        ("2024-03-01", {}, (NoteKey.NO_RECORDS, None, None)),
        (
            "2011-01-01",
            {"affiliated_on": date(1998, 1, 1)},
            (NoteKey.YEARS_BEFORE_RULES, 2010, None),
        ),
        (
            "2024-03-01",
            {"affiliated_on": date(2025, 2, 1)},
            (NoteKey.NOT_YET_AFFILIATED, 2025, None),
        ),
        (
            "2024-03-01",
            {"declarations": {2021: 500_000}},
            (NoteKey.DECLARATION_OUTSIDE, 2021, 50_000_000),
        ),
        (
            "2024-03-01",
            {"surcharges": {2008: GivenSurcharge(dinars(700), date(2024, 1, 31))}},
            (NoteKey.SURCHARGE_OUTSIDE, 2008, 70_000),
        ),
    ],
)
def test_what_the_reader_must_know_is_a_note(day: str, facts: dict, note: tuple) -> None:
    assert note in on(day, **facts).notes


def test_nothing_remarkable_has_no_note() -> None:
    found = on("2026-03-01", payments=PAID_UP, declarations={2024: 240_000})
    assert found.notes == ()


@pytest.mark.parametrize(
    ("day", "year", "facts", "doubts"),
    [
        ("2024-03-01", 2024, {"declarations": {2024: 500_000}}, []),
        ("2024-03-01", 2024, {"declarations": {2024: 100_000}}, [Doubt.BASE]),
        ("2024-03-01", 2024, {}, [Doubt.BASE]),
        ("2024-07-01", 2024, {"declarations": {2024: 500_000}}, [Doubt.SURCHARGE]),
        (
            "2024-03-01",
            2024,
            {"declarations": {2024: 500_000}, "affiliated_on": date(2024, 2, 1)},
            [Doubt.FIRST_YEAR],
        ),
        (
            "2024-03-01",
            2024,
            {"declarations": {2024: 500_000}, "ceased_on": date(2024, 2, 1)},
            [Doubt.CEASED_YEAR],
        ),
        (
            "2025-03-01",
            2025,
            {
                "declarations": {2024: 500_000},
                "payments": [paid("2025-02-01", 80_000)],
            },
            [Doubt.SETTLEMENT],
        ),
        # With one year open the convention had nothing to choose.
        (
            "2024-03-01",
            2024,
            {"declarations": {2024: 500_000}, "payments": [paid("2024-02-01", 100)]},
            [],
        ),
    ],
)
def test_only_a_rule_that_bit_makes_an_estimate(
    day: str, year: int, facts: dict, doubts: list[Doubt]
) -> None:
    line = on(day, **facts).line(year)
    assert list(line.reasons) == doubts
    assert line.estimate == bool(doubts)
    assert line.surcharge_is_estimate == (Doubt.SURCHARGE in doubts)
    assert line.principal_is_estimate == bool(set(doubts) - {Doubt.SURCHARGE})


def test_how_the_base_was_determined_is_said() -> None:
    found = on("2026-03-01", affiliated_on=date(2023, 1, 1), declarations={2024: 250_000})
    said = {line.year: (line.base_source, line.base_from, line.limit) for line in found.lines}
    assert said == {
        2023: (BaseSource.FLOOR, None, Limit.NONE),
        2024: (BaseSource.DECLARED, 2024, Limit.NONE),
        2025: (BaseSource.PROVISIONAL, 2024, Limit.NONE),
        2026: (BaseSource.PROVISIONAL, 2024, Limit.FLOOR),
    }
    flat = on("2026-03-01", category=Category.AUTO_ENTREPRENEUR).line(2026)
    assert (flat.base, flat.base_source) == (None, BaseSource.FLAT)


def test_the_funds_figure_stands_with_its_day_and_ours_since_is_told_apart() -> None:
    given = {2024: GivenSurcharge(Centimes(123_456), date(2025, 1, 31))}
    line = on("2025-03-01", declarations={2024: 300_000}, surcharges=given).line(2024)
    assert (line.surcharge, line.surcharge_as_of) == (123_456, date(2025, 1, 31))
    assert not line.surcharge_is_estimate
    # 45 000 DA: 11 % on 31 January, 13 % on 1 March.
    assert line.surcharge_since == dinars(900)
    assert line.total == dinars(45_000) + 123_456


def test_a_credit_settles_a_surcharge_the_fund_states_later() -> None:
    given = {2024: GivenSurcharge(dinars(500), date(2024, 10, 31))}
    payments = [paid("2024-06-01", 36_300, 2024)]
    found = on("2024-12-31", payments=payments, surcharges=given)
    assert (found.line(2024).surcharge, found.credit) == (dinars(200), 0)


def test_two_receipts_of_one_day_are_taken_in_order_of_their_number() -> None:
    one, two = paid("2025-02-01", 36_000, None, "A"), paid("2025-02-01", 36_000, 2024, "B")
    for payments in ([one, two], [two, one]):
        found = on("2025-02-01", payments=payments)
        assert [part.receipt for part in found.allocations] == ["A", "B"]


def test_fixed_and_running_surcharge_are_told_apart() -> None:
    line = on("2025-01-01", payments=[paid("2024-09-15", 20_000, 2024)]).line(2024)
    assert (line.surcharge_fixed, line.surcharge_running) == (dinars(1_400), dinars(1_760))


def test_a_day_before_every_rule_owes_nothing() -> None:
    found = on("2005-01-01", affiliated_on=date(1998, 1, 1))
    assert (found.lines, found.total, found.status) == ((), 0, Status.NOTHING_KNOWN)


def test_activity_that_ceased_before_it_began_owes_nothing() -> None:
    found = on("2026-01-01", ceased_on=date(2020, 1, 1))
    assert (found.lines, found.status) == ((), Status.CEASED)


def test_a_year_beyond_any_calendar_owes_nothing() -> None:
    found = on("2026-01-01", affiliated_on=None, declarations={99_999: 1})
    assert (found.lines, found.status) == ((), Status.NOTHING_KNOWN)
