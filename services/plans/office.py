"""What every use case of plans is given: the transaction, the rules, the time.

One `Office` lives as long as its unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from services import accounts
from services.accounts import AgencyCard
from services.dates import day_in_algiers
from services.policy import Policy
from services.references import CENTRAL
from services.vault import Vault
from services.working_time import AgencyCalendar, agency_calendar

CENTRAL_WILAYA = "16"  # the fund's seat is in Algiers, and keeps the hours of the north


@dataclass(slots=True)
class Office:
    session: Session
    policy: Policy
    vault: Vault
    now: datetime
    _agencies: dict[str, AgencyCard] | None = field(default=None, repr=False)

    @property
    def today(self) -> date:
        return day_in_algiers(self.now)

    @property
    def agencies(self) -> dict[str, AgencyCard]:
        if self._agencies is None:
            self._agencies = accounts.agencies(self.session)
        return self._agencies

    def under(self, agency: str) -> list[str]:
        """An agency and the counters under it."""
        return [
            agency,
            *(code for code, card in self.agencies.items() if card.parent == agency),
        ]

    def calendar(self, agency: str) -> AgencyCalendar:
        """Working days of an agency or counter; an unlisted one keeps the general hours."""
        card = self.agencies.get(agency)
        if agency == CENTRAL:
            return agency_calendar(self.policy, wilaya=CENTRAL_WILAYA)
        wilaya = card.wilaya if card is not None else None
        return agency_calendar(self.policy, agency=agency, wilaya=wilaya)
