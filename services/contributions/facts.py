"""What is known of a contributor: the facts from which a position is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.money import Centimes
from services.policy.category import Category


class Payment(NamedTuple):
    """A receipt of the fund. `year` is None when the payer named none."""

    receipt: str
    year: int | None
    paid_on: date
    amount: Centimes
    channel: str = ""


class GivenSurcharge(NamedTuple):
    """The surcharge of a year still due on `as_of`, as the fund itself states it."""

    amount: Centimes
    as_of: date


class Facts(NamedTuple):
    """One contributor. Declarations are the declared base by year; order is of no matter."""

    category: Category
    affiliated_on: date | None
    ceased_on: date | None = None
    declarations: Mapping[int, Centimes] = {}
    payments: Sequence[Payment] = ()
    surcharges: Mapping[int, GivenSurcharge] = {}
