"""Who of a campaign's audience was not reached, by name: for the fund's own letters and calls.

Only those another channel may still write to are listed. Whoever paid, keeps a plan, disputes the
figures or switched reminders off is counted in the result and named nowhere.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.identity import mask_phone, mask_ssn
from services.records.base import table_of
from services.records.fund import Contributor
from services.records.reminders import Campaign
from services.reminders import ledgers, names
from services.reminders.campaign_forecast import first_without_room
from services.reminders.campaign_members import members
from services.reminders.judge import Reason
from services.vault import Vault

COLUMNS = ("agency", "ssn", "name_fr", "name_ar", "phone", "why")
SLICE = 1_000
ELSEWHERE = (
    Reason.NOT_LINKED,
    Reason.NO_CONSENT,
    Reason.UNREACHABLE,
    Reason.NO_CAPACITY,
    Reason.STOPPED,
)
"""Reasons for which someone was held and may be written to by other means."""
_contributors = table_of(Contributor)


class NotReached(NamedTuple):
    """One contributor. `why`: `unknown` (the message may have arrived), `failed` (Telegram
    refused it), or the reason for which it was held."""

    agency: str
    ssn: str
    name_fr: str
    name_ar: str
    phone: str
    why: str


def not_reached(
    session: Session, vault: Vault, campaign: Campaign, *, fits: int, agency: str | None = None
) -> Iterator[NotReached]:
    """Read in slices, in the order of the fund's numbers. `fits`: how many of those still to be
    written to will be (`campaign_forecast`); the others are listed as without room."""
    load = ledgers.current_load(session)
    wanted = _wanted(session, campaign, fits)
    if agency is not None:
        wanted = and_(wanted, members.c.agency == agency)
    query = (
        select(
            members.c.contributor_id,
            members.c.agency,
            members.c.state,
            members.c.reason,
            _contributors.c.ssn_sealed,
        )
        .join(_contributors, _contributors.c.id == members.c.contributor_id)
        .where(
            members.c.campaign_id == campaign.id,
            members.c.contributor_id > bindparam("after"),
            wanted,
        )
        .order_by(members.c.contributor_id)
        .limit(SLICE)
    )
    after = 0
    while load is not None:
        rows = session.execute(query, {"after": after}).all()
        if not rows:
            return
        after = rows[-1].contributor_id
        known = names.of_some(session, [row.contributor_id for row in rows], load[0])
        for row in rows:
            named = known.get(row.contributor_id, names.NOBODY)
            yield NotReached(
                row.agency,
                vault.open_sealed(row.ssn_sealed),
                named.name_fr,
                named.name_ar,
                vault.open_sealed(named.phone) if named.phone is not None else "",
                _why(row),
            )


def count_not_reached(session: Session, campaign: Campaign, *, fits: int) -> int:
    """How many `not_reached` names."""
    query = (
        select(func.count())
        .select_from(members)
        .where(members.c.campaign_id == campaign.id, _wanted(session, campaign, fits))
    )
    return session.execute(query).scalar_one()


def row_of(one: NotReached, *, masked: bool) -> tuple[str, ...]:
    """A line of a list; `masked`: numbers and telephones by their last four digits."""
    ssn, phone = one.ssn, one.phone
    if masked:
        ssn, phone = mask_ssn(ssn), mask_phone(phone) if phone else ""
    return one.agency, ssn, one.name_fr, one.name_ar, phone, one.why


def as_csv(people: Iterable[NotReached]) -> bytes:
    """A list to be sent in a chat: numbers and telephones are masked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row_of(one, masked=True) for one in people)
    return out.getvalue().encode()


def _wanted(session: Session, campaign: Campaign, fits: int) -> ColumnElement[bool]:
    held = and_(members.c.state == "held", members.c.reason.in_([one.value for one in ELSEWHERE]))
    wanted = or_(held, members.c.state.in_(("unknown", "failed")))
    beyond = first_without_room(session, campaign, fits)
    if beyond is None:
        return wanted
    return or_(wanted, and_(members.c.state == "ready", members.c.contributor_id >= beyond))


def _why(row: Any) -> str:
    if row.state == "ready":
        return Reason.NO_CAPACITY.value
    return str(row.reason or row.state)
