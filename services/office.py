"""What a use case of the fund's work is given: the transaction, the rules, the key, the time.

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
    """`now` is an aware instant in UTC."""

    session: Session
    policy: Policy
    vault: Vault
    now: datetime
    _agencies: dict[str, AgencyCard] | None = field(default=None, repr=False)
    _calendars: dict[str, AgencyCalendar] = field(default_factory=dict, repr=False)

    @property
    def today(self) -> date:
        """The day in Algiers."""
        return day_in_algiers(self.now)

    @property
    def agencies(self) -> dict[str, AgencyCard]:
        """The fund's agencies and counters by code, read once."""
        if self._agencies is None:
            self._agencies = accounts.agencies(self.session)
        return self._agencies

    def under(self, agency: str) -> list[str]:
        """An agency and the counters under it."""
        return [
            agency,
            *(code for code, card in self.agencies.items() if card.parent == agency),
        ]

    def calendar(self, desk: str) -> AgencyCalendar:
        """Working time at an agency, a counter or the central level; one that the fund does not
        list keeps the general hours."""
        found = self._calendars.get(desk)
        if found is None:
            card = self.agencies.get(desk)
            wilaya = CENTRAL_WILAYA if desk == CENTRAL else card.wilaya if card else None
            agency = None if desk == CENTRAL else desk
            found = agency_calendar(self.policy, agency=agency, wilaya=wilaya)
            self._calendars[desk] = found
        return found
