"""What a digest is made of: an entry, a line, and who looks at what since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.complaints.office import Office
from services.evaluation.scope import Scope


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list. `kind` is case, plan, call, agency, place, cluster, job or message;
    `reference` what it is called; `id` opens it where there is something to open."""

    kind: str
    reference: str
    id: int = 0
    since: datetime | None = None
    category: str | None = None
    observed: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line with something in it; its list is read when it is opened."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class View:
    """Who looks, at what, and since when."""

    office: Office
    scope: Scope
    since: datetime

    @property
    def session(self) -> Session:
        return self.office.session

    @property
    def now(self) -> datetime:
        return self.office.now
