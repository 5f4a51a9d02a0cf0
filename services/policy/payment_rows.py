"""Ways to pay a contribution, as data the fund edits; the counter has its opening hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.policy import values
from services.policy.rows import PlaceRow, Row, read_by


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentWay(PlaceRow):
    """One way to pay at a place. What is unsure is shown as to be confirmed with the agency.

    `link` is where it is done, `account` the number to pay to; the notes are the fund's own
    words to its affiliates, shown below ours.
    """

    TABLE: ClassVar[str] = "payment_way"
    KEYS: ClassVar[tuple[str, ...]] = ("way",)
    way: str = read_by(values.one_of("card", "portal", "postal_account", "bank_transfer"))
    order: int = read_by(values.whole, optional=True, default=50)
    link: str | None = read_by(values.text, optional=True)
    account: str | None = read_by(values.text, optional=True)
    note_fr: str | None = read_by(values.text, optional=True)
    note_ar: str | None = read_by(values.text, optional=True)

    def problem(self) -> str | None:
        wrong_place = PlaceRow.problem(self)
        if wrong_place:
            return wrong_place
        if self.link is not None and not self.link.startswith("https://"):
            return "link must start with https://"
        if (self.note_fr is None) != (self.note_ar is None):
            return "needs note_fr and note_ar, or neither"
        return None


ROWS: tuple[type[Row], ...] = (PaymentWay,)
