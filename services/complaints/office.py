"""What every use case of complaints is given: the transaction, the rules, the time.

One `Office` lives as long as its unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from services import accounts
from services.accounts import AgencyCard
from services.complaints.clock import Calendar
from services.dates import day_in_algiers
from services.policy import Policy
from services.policy.service_rows import ComplaintTargets
from services.references import CENTRAL
from services.vault import Vault
from services.working_time import agency_calendar

CENTRAL_WILAYA = "16"  # the fund's seat is in Algiers, and keeps the hours of the north


@dataclass(slots=True)
class Office:
    session: Session
    policy: Policy
    vault: Vault
    now: datetime
    _agencies: dict[str, AgencyCard] | None = field(default=None, repr=False)
    _calendars: dict[str, Calendar] = field(default_factory=dict, repr=False)

    def targets(self, filed_at: datetime) -> ComplaintTargets:
        """The targets of a case: those in force on the day it was filed, for its whole life."""
        return self.policy.complaint_targets(day_in_algiers(filed_at))

    @property
    def agencies(self) -> dict[str, AgencyCard]:
        if self._agencies is None:
            self._agencies = accounts.agencies(self.session)
        return self._agencies

    def calendar(self, desk: str) -> Calendar:
        """Working time at a desk; an agency the fund no longer lists keeps the general hours."""
        found = self._calendars.get(desk)
        if found is None:
            card = self.agencies.get(desk)
            wilaya = CENTRAL_WILAYA if desk == CENTRAL else card.wilaya if card else None
            agency = None if desk == CENTRAL else desk
            found = agency_calendar(self.policy, agency=agency, wilaya=wilaya)
            self._calendars[desk] = found
        return found
