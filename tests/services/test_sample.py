"""The sample: the fund's own formats, the same for a seed, and the shares the fund has named."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.contributions.position import position
from services.contributions.result import BaseSource, Limit, Status
from services.database import open_engine
from services.fund_import.formats import ALL
from services.money import Centimes, parse_plain
from services.policy.category import Category
from services.policy.policy import Policy
from services.policy.policy import load as load_policy
from services.sample.files import write_sample
from services.sample.words import words
from services.vault import Vault
from tests.services.import_directory import load

AS_OF = date(2026, 7, 15)
PEOPLE = 3_000


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, policy: Policy) -> Path:
    directory = tmp_path_factory.mktemp("sample")
    write_sample(directory, contributors=PEOPLE, seed=1, as_of=AS_OF, policy=policy)
    return directory


def rows(directory: Path, name: str) -> list[dict[str, str]]:
    with (directory / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_ssn(directory: Path, name: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows(directory, name):
        found[row["ssn"]].append(row)
    return found


@pytest.fixture(scope="module")
def facts(sample: Path) -> list[Facts]:
    declared, paid = by_ssn(sample, "declarations.csv"), by_ssn(sample, "payments.csv")
    given = by_ssn(sample, "surcharges.csv")
    return [
        Facts(
            category=Category(person["category"]),
            affiliated_on=date.fromisoformat(person["affiliated_on"]),
            ceased_on=date.fromisoformat(person["ceased_on"]) if person["ceased_on"] else None,
            declarations={
                int(row["year"]): parse_plain(row["base"]) for row in declared[person["ssn"]]
            },
            payments=[
                Payment(
                    row["receipt"],
                    int(row["year"]) if row["year"] else None,
                    date.fromisoformat(row["paid_on"]),
                    parse_plain(row["amount"]),
                )
                for row in paid[person["ssn"]]
            ],
            surcharges={
                int(row["year"]): GivenSurcharge(
                    parse_plain(row["amount"]), date.fromisoformat(row["as_of"])
                )
                for row in given[person["ssn"]]
            },
        )
        for person in rows(sample, "contributors.csv")
    ]


def digest(directory: Path) -> dict[str, str]:
    return {
        file_format.name: hashlib.sha256((directory / file_format.name).read_bytes()).hexdigest()
        for file_format in ALL
    }


def test_equal_arguments_make_equal_files_and_another_seed_others(
    tmp_path: Path, policy: Policy
) -> None:
    arguments: dict[str, Any] = {"contributors": 200, "as_of": AS_OF, "policy": policy}
    write_sample(tmp_path / "one", seed=5, **arguments)
    write_sample(tmp_path / "same", seed=5, **arguments)
    write_sample(tmp_path / "other", seed=6, **arguments)

    assert digest(tmp_path / "one") == digest(tmp_path / "same")
    other = digest(tmp_path / "other")
    assert all(other[name] != found for name, found in digest(tmp_path / "one").items())
    numbers = {row["ssn"] for row in rows(tmp_path / "one", "contributors.csv")}
    assert numbers.isdisjoint(row["ssn"] for row in rows(tmp_path / "other", "contributors.csv"))


def test_a_larger_sample_begins_with_the_same_people(tmp_path: Path, policy: Policy) -> None:
    for name, people in (("small", 50), ("large", 80)):
        write_sample(tmp_path / name, contributors=people, seed=5, as_of=AS_OF, policy=policy)

    small, large = (
        (tmp_path / name / "contributors.csv").read_text("utf-8") for name in ("small", "large")
    )
    assert large.startswith(small)


def test_the_import_takes_every_line(
    sample: Path, sqlite_url: str, vault: Vault, policy: Policy
) -> None:
    engine = open_engine(sqlite_url)
    loaded = load(engine, vault, sample, as_of=AS_OF)
    engine.dispose()

    assert loaded.rejected == []
    assert loaded.report.files["contributors.csv"].written == PEOPLE
    assert all(count.written == count.lines > 0 for count in loaded.report.files.values())


def test_nobody_can_take_it_for_real_data(sample: Path) -> None:
    people = rows(sample, "contributors.csv")

    assert {row["ssn"][:4] for row in people} == {"9901"}
    assert all(re.fullmatch(r"[0-9]{12}", row["ssn"]) for row in people)
    assert all(re.fullmatch(r"(\+213[567][0-9]{8})?", row["phone"]) for row in people)
    assert {row["receipt"][:4] for row in rows(sample, "payments.csv")} == {"S01-"}
    phones = Counter(row["phone"] for row in people)
    assert 0 < phones[""] < PEOPLE * 0.06
    assert any(times == 2 for phone, times in phones.items() if phone)


def test_every_wilaya_every_category_and_counters_under_their_agency(
    sample: Path, policy: Policy
) -> None:
    agencies = {row["code"]: row for row in rows(sample, "agencies.csv")}
    people = rows(sample, "contributors.csv")

    assert {row["wilaya"] for row in agencies.values()} == {f"{n:02d}" for n in range(1, 59)}
    assert sum(row["wilaya"] == "16" and not row["parent"] for row in agencies.values()) > 3
    counters = [row for row in agencies.values() if row["parent"]]
    assert len(counters) > 10
    assert all(agencies[row["parent"]]["wilaya"] == row["wilaya"] for row in counters)
    assert {row["category"] for row in people} == set(Category)
    affiliates = Counter(row["agency"] for row in people)
    assert all(int(row["affiliates"]) == affiliates[code] for code, row in agencies.items())


def test_names_are_written_in_both_scripts_and_match(sample: Path) -> None:
    lists = words()
    fits = {
        f"{first.fr} {family.fr}": f"{first.ar} {family.ar}"
        for first in (*lists.men, *lists.women)
        for family in lists.families
    }
    people = rows(sample, "contributors.csv")

    assert all(fits[row["name_fr"]] == row["name_ar"] for row in people)
    for name in (*lists.men, *lists.women, *lists.families):
        assert re.fullmatch(r"[\u0621-\u064A ]+", name.ar), name.fr
        assert re.fullmatch(r"[A-Za-zÀ-ÿ ]+", name.fr), name.fr
    assert len({row["name_fr"] for row in people}) > PEOPLE * 0.8


def test_about_55_percent_are_not_up_to_date(facts: list[Facts], policy: Policy) -> None:
    states = Counter(position(fact, policy, AS_OF).status for fact in facts)

    share = states[Status.IN_ARREARS] / PEOPLE
    assert 0.50 < share < 0.60, states
    assert states[Status.CEASED] > PEOPLE * 0.01


def test_about_90_percent_pay_the_minimum(facts: list[Facts], policy: Policy) -> None:
    lines = [line for fact in facts for line in position(fact, policy, AS_OF).lines]
    above = sum(
        line.base_source is not BaseSource.FLAT
        and line.limit is Limit.NONE
        and line.base is not None
        and line.base > policy.year(line.year, Category.TRADER).floor
        for line in lines
    )

    assert 0.07 < above / len(lines) < 0.13


def test_there_is_something_of_everything(facts: list[Facts]) -> None:
    payments = [payment for fact in facts for payment in fact.payments]

    assert any(payment.year is None for payment in payments)
    assert any(
        len([paid for paid in fact.payments if paid.year == year]) > 1
        for fact in facts
        for year in (2024, 2025)
    )
    assert any(payment.year and payment.paid_on.year > payment.year for payment in payments)
    assert any(fact.surcharges for fact in facts)
    assert any(fact.ceased_on for fact in facts)
    assert any(not fact.payments and not fact.declarations for fact in facts)
    assert all(payment.paid_on <= AS_OF for payment in payments)
    assert all(payment.amount > Centimes(0) for payment in payments)


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2026, 6, 30), date(2028, 2, 29)])
def test_any_day_makes_files_that_load(
    as_of: date, tmp_path: Path, sqlite_url: str, vault: Vault, policy: Policy
) -> None:
    write_sample(tmp_path / "s", contributors=300, seed=2, as_of=as_of, policy=policy)
    engine = open_engine(sqlite_url)
    known = {row.code for row in policy.wilayas(as_of)}
    loaded = load(engine, vault, tmp_path / "s", as_of=as_of, wilayas=known)
    engine.dispose()

    assert loaded.rejected == []


def test_everyone_has_the_years_that_were_asked_for(tmp_path: Path, policy: Policy) -> None:
    write_sample(tmp_path, contributors=50, seed=2, as_of=AS_OF, policy=policy, years=5)

    assert {row["affiliated_on"] for row in rows(tmp_path, "contributors.csv")} == {"2022-01-01"}
