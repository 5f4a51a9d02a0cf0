"""The people of the demo: the same four at any date, each with a story that stays true.

Their years are counted back from the day the demo's data is true for, so the trader owes
about 180 000 DA whenever the demo is started.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from importlib.resources import files
from itertools import chain
from pathlib import Path
from random import Random

from services.contributions.base import year_base
from services.money import Centimes, dinars
from services.policy.category import Category
from services.policy.policy import Policy
from services.sample.draw import Draw
from services.sample.files import sample_agencies, write_people
from services.sample.person import SamplePayment, SamplePerson
from services.sample.words import SampleAgency, words

TRADER = "trader"
CRAFTSWOMAN = "craftswoman"
FARMER = "farmer"
AUTO_ENTREPRENEUR = "auto_entrepreneur"
_OTHERS_SEED = 7


def demo_people(as_of: date, policy: Policy) -> dict[str, SamplePerson]:
    """The four by their key, with all that the fund knows of them on `as_of`."""
    this_year = as_of.year
    story = _Story(as_of, policy)

    trader = story.person(TRADER, date(this_year - 8, 3, 1))
    for year in range(this_year - 8, this_year):
        story.declare_floor(trader, year)
    for year in range(this_year - 8, this_year - 3):
        story.pay(trader, year, days_before_due=20)
    # Then business went badly: a part of one year, late, and nothing since.
    story.pay_part(trader, this_year - 3, dinars(10_000), days_after_due=75)

    craftswoman = story.person(CRAFTSWOMAN, date(this_year - 6, 1, 15))
    for year in range(this_year - 6, this_year + 1):
        floor = policy.year(year, Category.CRAFTSPERSON).floor
        craftswoman.declarations[year] = Centimes(floor * 3 // 2)
        story.pay(craftswoman, year, days_before_due=35)

    farmer = story.person(FARMER, date(this_year - 10, 10, 1))
    for year in range(this_year - 10, this_year + 1):
        # This year is paid only where its 30 September is past: the next one is to come.
        if policy.year(year, Category.FARMER).due < as_of:
            story.pay(farmer, year, days_before_due=5)

    auto_entrepreneur = story.person(AUTO_ENTREPRENEUR, date(this_year - 1, 2, 10))
    story.pay(auto_entrepreneur, this_year - 1, days_before_due=10)

    return {
        TRADER: trader,
        CRAFTSWOMAN: craftswoman,
        FARMER: farmer,
        AUTO_ENTREPRENEUR: auto_entrepreneur,
    }


def write_demo_files(directory: Path, *, as_of: date, policy: Policy, others: int = 0) -> None:
    """Write the demo's people, and so many drawn `others` beside, as the fund's files."""
    agencies = sample_agencies(policy, as_of)
    people: Iterable[SamplePerson] = demo_people(as_of, policy).values()
    if others:
        by_wilaya: dict[str, list[SampleAgency]] = {}
        for agency in agencies:
            by_wilaya.setdefault(agency.wilaya, []).append(agency)
        draw = Draw(
            Random(_OTHERS_SEED),
            series=_OTHERS_SEED,
            as_of=as_of,
            policy=policy,
            words=words(),
            agencies=dict(by_wilaya),
        )
        people = chain(people, (draw.person(number) for number in range(1, others + 1)))
    write_people(directory, people, agencies=agencies, receipts="SD")


class _Story:
    """Tells what someone declared and paid, as the rules of each year have it."""

    def __init__(self, as_of: date, policy: Policy) -> None:
        self._as_of = as_of
        self._policy = policy
        text = (files("services.sample") / "data" / "demo_people.toml").read_text("utf-8")
        self._known = tomllib.loads(text)

    def person(self, key: str, affiliated_on: date) -> SamplePerson:
        return SamplePerson(**self._known[key], affiliated_on=affiliated_on)

    def declare_floor(self, person: SamplePerson, year: int) -> None:
        person.declarations[year] = self._policy.year(year, Category(person.category)).floor

    def pay(self, person: SamplePerson, year: int, *, days_before_due: int) -> None:
        """Pay what is due for a year, before its last day (at the latest yesterday)."""
        rules = self._policy.year(year, Category(person.category))
        due = year_base(rules, person.declarations.get(year)).due
        day = rules.due - timedelta(days=days_before_due)
        self._add(person, year, due, day)

    def pay_part(
        self, person: SamplePerson, year: int, amount: Centimes, *, days_after_due: int
    ) -> None:
        rules = self._policy.year(year, Category(person.category))
        self._add(person, year, amount, rules.due + timedelta(days=days_after_due))

    def _add(self, person: SamplePerson, year: int, amount: Centimes, day: date) -> None:
        day = max(person.affiliated_on, min(day, self._as_of - timedelta(days=1)))
        person.payments.append(SamplePayment(year, day, amount, "counter"))
