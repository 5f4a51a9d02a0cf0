"""Which of the fund's payments settle which installments. Pure, and the same every time.

Payments fill installments in the order they fall due, whatever they were meant for: early,
part and full payments need no rule of their own. A payment counts if it was not known when
the plan was signed and is not for a year outside the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from services.contributions.facts import Payment
from services.money import Centimes
from services.plans.schedule import Installment


class Settled(NamedTuple):
    """One installment after matching; `on` is the day it was paid in full, or None."""

    number: int
    paid: Centimes
    on: date | None


class Matched(NamedTuple):
    installments: tuple[Settled, ...]
    receipts: tuple[str, ...]
    """The receipts that were used, in order of payment."""
    surplus: Centimes
    """What came in beyond the whole plan."""


def counted(
    payments: Iterable[Payment], *, known: Mapping[str, int], years: Collection[int]
) -> list[Payment]:
    """The payments that count for a plan: what is new since signing (`known`: receipt to
    centimes then), for one of its years or for none, in the order they were paid."""
    found = [
        payment._replace(amount=Centimes(payment.amount - known.get(payment.receipt, 0)))
        for payment in payments
        if payment.year is None or payment.year in years
    ]
    return sorted(
        (payment for payment in found if payment.amount > 0),
        key=lambda payment: (payment.paid_on, payment.receipt),
    )


def match(installments: Sequence[Installment], payments: Sequence[Payment]) -> Matched:
    """Fill installments, oldest first, with payments in the order they were made."""
    left = [int(part.amount) for part in installments]
    done: list[date | None] = [None] * len(installments)
    receipts: list[str] = []
    place, surplus = 0, 0
    for payment in payments:
        rest = int(payment.amount)
        while rest and place < len(left):
            part = min(rest, left[place])
            left[place] -= part
            rest -= part
            if not left[place]:
                done[place] = payment.paid_on
                place += 1
        if rest < payment.amount:
            receipts.append(payment.receipt)
        surplus += rest
    return Matched(
        tuple(
            Settled(part.number, Centimes(part.amount - left[index]), done[index])
            for index, part in enumerate(installments)
        ),
        tuple(receipts),
        Centimes(surplus),
    )
