"""Reading an answer of the fund's system; the contract is `docs/fund-api.yaml`.

An answer is taken whole or not at all: what breaks the contract, or contradicts itself,
is nonsense and never reaches a citizen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.dates import day_in_algiers
from services.money import Centimes, parse_plain, total
from services.policy.category import Category

CLOCKS_MAY_DIFFER = timedelta(minutes=10)
_FIRST_YEAR, _LAST_YEAR = 1950, 2199


class NotAnAnswer(ValueError):
    """The answer breaks the contract. `place` says where, never what stood there."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class StatedYear(NamedTuple):
    """What the fund itself says of a year, in centimes. The surcharge is what is still due."""

    due: Centimes
    paid: Centimes
    remaining: Centimes
    surcharge: Centimes


@dataclass(frozen=True, slots=True)
class Answer:
    """One contributor as the fund's system knows them at an instant.

    `facts` hold the fund's surcharges too, also those of the stated years. `years` is empty
    where the system gives records only; `credit` is None where it does not say.
    """

    as_of: datetime
    facts: Facts
    years: Mapping[int, StatedYear]
    credit: Centimes | None

    @property
    def day(self) -> date:
        return day_in_algiers(self.as_of)


def read_answer(content: object, *, now: datetime | None = None) -> Answer:
    """Read the JSON value of an answer; `now`, of a fresh one, tells that it is not of the future.

    Raises:
        NotAnAnswer: it breaks the contract, contradicts itself or comes from the future.
    """
    try:
        account = _Account.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise NotAnAnswer(".".join(map(str, first["loc"])) or "answer") from None
    if now is not None and account.as_of > now + CLOCKS_MAY_DIFFER:
        raise NotAnAnswer("as_of")
    as_of = day_in_algiers(account.as_of)
    stated = _stated(account)
    surcharges = {
        one.year: GivenSurcharge(parse_plain(one.amount), one.as_of) for one in account.surcharges
    }
    surcharges |= {year: GivenSurcharge(figure.surcharge, as_of) for year, figure in stated.items()}
    if len({paid.receipt for paid in account.payments}) != len(account.payments):
        raise NotAnAnswer("payments: a receipt comes twice")
    if len({one.year for one in account.declarations}) != len(account.declarations):
        raise NotAnAnswer("declarations: a year comes twice")
    facts = Facts(
        category=account.contributor.category,
        affiliated_on=account.contributor.affiliated_on,
        ceased_on=account.contributor.ceased_on,
        declarations={one.year: parse_plain(one.base) for one in account.declarations},
        payments=sorted(
            (
                Payment(p.receipt, p.year, p.paid_on, parse_plain(p.amount), p.channel)
                for p in account.payments
                if parse_plain(p.amount)
            ),
            key=lambda payment: (payment.paid_on, payment.receipt),
        ),
        surcharges=surcharges,
    )
    credit = account.position.credit if account.position is not None else None
    return Answer(
        as_of=account.as_of,
        facts=facts,
        years=stated,
        credit=None if credit is None else parse_plain(credit),
    )


def _stated(account: _Account) -> dict[int, StatedYear]:
    position = account.position
    if position is None:
        return {}
    stated = {
        one.year: StatedYear(
            parse_plain(one.due),
            parse_plain(one.paid),
            parse_plain(one.remaining),
            parse_plain(one.surcharge),
        )
        for one in position.years
    }
    if len(stated) != len(position.years):
        raise NotAnAnswer("position.years: a year comes twice")
    if any(year.remaining > year.due for year in stated.values()):
        raise NotAnAnswer("position.years: more remains than was due")
    owed = total(Centimes(year.remaining + year.surcharge) for year in stated.values())
    if owed != parse_plain(position.total):
        raise NotAnAnswer("position.total: not the sum of its years")
    return stated


_Amount = Annotated[str, Field(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")]
_Year = Annotated[int, Field(strict=True, ge=_FIRST_YEAR, le=_LAST_YEAR)]


class _Part(BaseModel):
    # A newer system may say more; what is said is what the contract says.
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class _Contributor(_Part):
    category: Category
    affiliated_on: date | None = None
    ceased_on: date | None = None


class _Declaration(_Part):
    year: _Year
    base: _Amount


class _Payment(_Part):
    receipt: Annotated[str, Field(min_length=1, max_length=40)]
    year: _Year | None = None
    paid_on: date
    amount: _Amount
    channel: Annotated[str, Field(max_length=40)] = ""


class _Surcharge(_Part):
    year: _Year
    amount: _Amount
    as_of: date


class _YearFigures(_Part):
    year: _Year
    due: _Amount
    paid: _Amount
    remaining: _Amount
    surcharge: _Amount


class _Position(_Part):
    years: list[_YearFigures]
    credit: _Amount | None = None
    total: _Amount


class _Account(_Part):
    as_of: AwareDatetime
    contributor: _Contributor
    declarations: list[_Declaration]
    payments: list[_Payment]
    surcharges: list[_Surcharge] = []
    position: _Position | None = None
