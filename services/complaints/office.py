"""What every use case of complaints is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services import office
from services.dates import day_in_algiers
from services.office import CENTRAL_WILAYA as CENTRAL_WILAYA
from services.policy.service_rows import ComplaintTargets


@dataclass(slots=True)
class Office(office.Office):
    def targets(self, filed_at: datetime) -> ComplaintTargets:
        """The targets of a case: those in force on the day it was filed, for its whole life."""
        return self.policy.complaint_targets(day_in_algiers(filed_at))
