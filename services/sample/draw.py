"""Drawing a contributor's life: category, place, what they declare and how they pay.

The shares follow what the fund has said in public: about 55 % are not up to date and
about 90 % pay the minimum. Everything else is made up to look plausible.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from services.contributions.base import YearBase, year_base
from services.contributions.surcharge import late_surcharge
from services.money import Centimes, dinars
from services.policy.category import Category
from services.policy.policy import Policy
from services.policy.year import YearRules
from services.sample.person import SamplePayment, SamplePerson
from services.sample.words import SampleAgency, Shares, Words

FIRST_AFFILIATION = 2012
_AUTO_ENTREPRENEURS_SINCE = 2023
_CHANNELS = Shares({"counter": 46, "post": 22, "bank": 12, "online": 20})
_BEHIND = 0.55
_ABOVE_THE_FLOOR = 0.10
_CEASED = 0.06
_WITHOUT_PHONE = 0.03
_SHARED_PHONE = 0.02


class Draw:
    """Draws one contributor after another from one source of chance.

    `years` gives everyone exactly so many contribution years; without it they began on
    any day since 2012, more of them lately.
    """

    def __init__(
        self,
        random: Random,
        *,
        series: int,
        as_of: date,
        policy: Policy,
        words: Words,
        agencies: dict[str, Sequence[SampleAgency]],
        years: int | None = None,
    ) -> None:
        self._random = random
        self._series = series % 100
        self._as_of = as_of
        self._policy = policy
        self._words = words
        self._agencies = agencies
        self._years = years
        self._wilayas = Shares({code: words.wilaya_weight(code) for code in agencies})
        self._last_phone = ""

    def person(self, number: int) -> SamplePerson:
        """The contributor with a running number (from 1)."""
        random, words = self._random, self._words
        category = words.categories.draw(random)
        woman = random.random() * 100 < words.women_percent[category]
        first = random.choice(words.women if woman else words.men)
        family = random.choice(words.families)
        affiliated_on = self._affiliation(category)
        person = SamplePerson(
            ssn=f"99{self._series:02d}{number:08d}",
            name_fr=f"{first.fr} {family.fr}",
            name_ar=f"{first.ar} {family.ar}",
            phone=self._phone(),
            category=category.value,
            agency=random.choice(self._agencies[self._wilayas.draw(random)]).code,
            affiliated_on=affiliated_on,
            ceased_on=self._cessation(affiliated_on),
        )
        self._history(person, category)
        return person

    def _affiliation(self, category: Category) -> date:
        if self._years is not None:
            return date(self._as_of.year - self._years + 1, 1, 1)
        earliest = FIRST_AFFILIATION
        if category is Category.AUTO_ENTREPRENEUR:
            earliest = _AUTO_ENTREPRENEURS_SINCE
        begin = date(min(earliest, self._as_of.year), 1, 1)
        span = (self._as_of - begin).days
        return begin + timedelta(days=int(span * self._random.random() ** 0.75))

    def _cessation(self, affiliated_on: date) -> date | None:
        if self._years is not None or self._random.random() >= _CEASED:
            return None
        span = (self._as_of - affiliated_on).days
        return affiliated_on + timedelta(days=int(span * self._random.random()))

    def _phone(self) -> str:
        chance = self._random.random()
        if chance < _WITHOUT_PHONE:
            return ""
        if chance < _WITHOUT_PHONE + _SHARED_PHONE and self._last_phone:
            return self._last_phone
        operator = self._random.choice("567")
        self._last_phone = f"+213{operator}{self._random.randrange(10**8):08d}"
        return self._last_phone

    def _history(self, person: SamplePerson, category: Category) -> None:
        """Declare and pay, year by year, as this person's habit is."""
        random = self._random
        last = self._as_of.year if person.ceased_on is None else person.ceased_on.year
        first = max(person.affiliated_on.year, self._policy.first_year)
        owed: list[tuple[YearRules, Centimes]] = []
        previous: YearBase | None = None
        times_the_floor = self._declared_height(category)
        declares = random.random() < 0.75
        for year in range(first, last + 1):
            rules = self._policy.year(year, category)
            declared = None
            if times_the_floor > 1:
                raised = round(rules.floor * times_the_floor / 100_000)
                declared = Centimes(raised * 100_000)  # people declare round sums
                times_the_floor *= 1 + random.random() * 0.1
            elif declares and rules.flat is None and random.random() < 0.9:
                declared = rules.floor
            if declared is not None:
                person.declarations[year] = declared
            previous = year_base(rules, declared, previous)
            owed.append((rules, previous.due))
        self._pay(person, owed)

    def _declared_height(self, category: Category) -> float:
        """How many times the floor this person declares; 1 is the minimum."""
        if category is Category.AUTO_ENTREPRENEUR or self._random.random() >= _ABOVE_THE_FLOOR:
            return 1.0
        return min(20.0, 1.1 + self._random.expovariate(1 / 1.8))

    def _pay(self, person: SamplePerson, owed: list[tuple[YearRules, Centimes]]) -> None:
        random = self._random
        fallen_due = [entry for entry in owed if entry[0].due < self._as_of]
        to_come = [entry for entry in owed if entry[0].due >= self._as_of]
        if random.random() >= _BEHIND:
            for rules, due in fallen_due:
                self._pay_in_time(person, rules, due)
            if to_come and random.random() < 0.25:
                self._pay_in_time(person, *to_come[0])
            return
        kept, missed = self._split(fallen_due)
        for rules, due in kept:
            if random.random() < 0.25:
                self._pay_late(person, rules, due)
            else:
                self._pay_in_time(person, rules, due)
        remaining = self._pay_a_part(person, missed)
        if random.random() < 0.15:
            self._let_the_fund_state_surcharges(person, remaining)

    def _split(
        self, fallen_due: list[tuple[YearRules, Centimes]]
    ) -> tuple[list[tuple[YearRules, Centimes]], list[tuple[YearRules, Centimes]]]:
        """The years that were paid and those that were not: the last, several, or all."""
        chance = self._random.random()
        if chance < 0.2:
            missing = len(fallen_due)
        elif chance < 0.6:
            missing = 1
        else:
            missing = min(len(fallen_due), self._random.randint(2, 6))
        kept = len(fallen_due) - missing
        return fallen_due[: max(0, kept)], fallen_due[max(0, kept) :]

    def _pay_in_time(self, person: SamplePerson, rules: YearRules, due: Centimes) -> None:
        begin = max(date(rules.year, 1, 1), person.affiliated_on)
        last = max(begin, min(rules.due, self._as_of))
        self._pay_on(person, rules.year, due, self._between(begin, last, lean_late=True), last)

    def _pay_late(self, person: SamplePerson, rules: YearRules, due: Centimes) -> None:
        begin = max(rules.first_late_day, person.affiliated_on)
        last = max(begin, min(self._as_of, begin + timedelta(days=500)))
        self._pay_on(person, rules.year, due, self._between(begin, last, lean_late=False), last)

    def _pay_on(
        self, person: SamplePerson, year: int, amount: Centimes, day: date, last: date
    ) -> None:
        """Mostly in one payment; some pay in two, some name no year."""
        chance = self._random.random()
        if chance < 0.08 and amount > dinars(10_000):
            first_part = Centimes(amount // 2 // 100_000 * 100_000)
            rest = Centimes(amount - first_part)
            later = self._between(day, last, lean_late=False)
            self._add(person, year, first_part, day)
            self._add(person, year, rest, later)
        else:
            self._add(person, None if chance > 0.93 else year, amount, day)

    def _pay_a_part(
        self, person: SamplePerson, missed: list[tuple[YearRules, Centimes]]
    ) -> list[tuple[YearRules, Centimes]]:
        """Some of those behind have begun to pay their oldest open year."""
        if not missed or self._random.random() >= 0.2:
            return missed
        rules, due = missed[0]
        thousands = self._random.randint(3, max(3, due // 100_000 - 1))
        part = dinars(thousands * 1_000)
        if part >= due:
            return missed
        begin = max(rules.first_late_day, person.affiliated_on)
        self._add(person, rules.year, part, self._between(begin, self._as_of, lean_late=False))
        return [(rules, Centimes(due - part)), *missed[1:]]

    def _let_the_fund_state_surcharges(
        self, person: SamplePerson, unpaid: list[tuple[YearRules, Centimes]]
    ) -> None:
        as_of = self._as_of - timedelta(days=self._random.randint(0, 20))
        for rules, amount in unpaid:
            if rules.due < as_of and person.affiliated_on <= as_of:
                person.surcharges[rules.year] = (late_surcharge(amount, rules, as_of), as_of)

    def _add(self, person: SamplePerson, year: int | None, amount: Centimes, paid_on: date) -> None:
        channel = _CHANNELS.draw(self._random)
        person.payments.append(SamplePayment(year, paid_on, amount, channel))

    def _between(self, first: date, last: date, *, lean_late: bool) -> date:
        """A day of the interval, both ends included; people tend to wait for the last weeks."""
        span = (last - first).days
        share = self._random.random()
        return first + timedelta(days=int((span + 1) * (share**0.4 if lean_late else share)))
