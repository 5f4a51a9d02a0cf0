"""Names and telephones of many contributors at once, for lists that leave by other means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.records.base import table_of
from services.records.fund import Profile

_profiles = table_of(Profile)


class Named(NamedTuple):
    """As the fund knows a contributor; `phone` is sealed, None where there is none."""

    name_fr: str
    name_ar: str
    phone: bytes | None


NOBODY = Named("", "", None)


def of_some(session: Session, numbers: Sequence[int], generation: int) -> dict[int, Named]:
    """By the newest load that knows each of them; those that none knows are left out."""
    rows = session.execute(
        select(
            _profiles.c.contributor_id,
            _profiles.c.name_fr,
            _profiles.c.name_ar,
            _profiles.c.phone_sealed,
        )
        .where(_profiles.c.contributor_id.in_(numbers), _profiles.c.generation <= generation)
        .order_by(_profiles.c.generation)
    )
    return {row[0]: Named(row[1], row[2], row[3]) for row in rows}
