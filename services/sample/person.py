"""One made-up contributor with a history of years, as the fund's files would tell it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.money import Centimes


@dataclass(slots=True)
class SamplePayment:
    """A payment before it has its receipt; `year` is None where the payer named none."""

    year: int | None
    paid_on: date
    amount: Centimes
    channel: str


@dataclass(slots=True)
class SamplePerson:
    """Lines for each of the fund's files; amounts in centimes."""

    ssn: str
    name_fr: str
    name_ar: str
    phone: str
    category: str
    agency: str
    affiliated_on: date
    ceased_on: date | None = None
    declarations: dict[int, Centimes] = field(default_factory=dict)
    payments: list[SamplePayment] = field(default_factory=list)
    surcharges: dict[int, tuple[Centimes, date]] = field(default_factory=dict)
