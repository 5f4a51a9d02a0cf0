"""Every line of `cases.csv` was worked out by hand; `why` says how."""

import csv
from datetime import date
from pathlib import Path

import pytest

from services.contributions import Facts, GivenSurcharge, Payment, position
from services.money import Centimes, format_plain, parse_plain
from services.policy import Category, load

POLICY = load()
CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").open(encoding="utf-8")))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def listed(text: str) -> list[str]:
    return text.split(";") if text else []


def facts_of(case: dict[str, str]) -> Facts:
    payments = []
    for number, item in enumerate(listed(case["payments"])):
        paid_on, amount, year = item.split(":")
        payments.append(
            Payment(
                f"R{number}",
                int(year) if year else None,
                date.fromisoformat(paid_on),
                parse_plain(amount),
            )
        )
    declarations = dict(item.split(":") for item in listed(case["declarations"]))
    given = {}
    for item in listed(case["given"]):
        year, figure = item.split(":")
        amount, as_of = figure.split("@")
        given[int(year)] = GivenSurcharge(parse_plain(amount), date.fromisoformat(as_of))
    return Facts(
        category=Category(case["category"]),
        affiliated_on=day(case["affiliated_on"]),
        ceased_on=day(case["ceased_on"]),
        declarations={int(year): parse_plain(base) for year, base in declarations.items()},
        payments=payments,
        surcharges=given,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_figures_worked_out_by_hand(case: dict[str, str]) -> None:
    found = position(facts_of(case), POLICY, date.fromisoformat(case["on"]))
    principal, surcharge, total = found.principal, found.surcharge, found.total
    estimate = found.estimate
    if case["year"] != "all":
        line = found.line(int(case["year"]))
        assert line is not None
        principal, surcharge, total = line.remaining, line.surcharge, line.total
        estimate = line.estimate
    assert (
        format_plain(Centimes(principal)),
        format_plain(Centimes(surcharge)),
        format_plain(Centimes(total)),
        "yes" if estimate else "no",
    ) == (case["principal"], case["surcharge"], case["total"], case["estimate"])


def test_the_table_is_large_enough_and_its_names_are_unique() -> None:
    assert len(CASES) >= 60
    assert len({case["case"] for case in CASES}) == len(CASES)
