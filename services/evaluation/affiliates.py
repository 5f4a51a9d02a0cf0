"""Affiliates by agency and regime: what volumes are measured against.

A regime is the category of the self-employed. Counted once a day, and when a load came in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from services import accounts
from services.dates import day_in_algiers
from services.evaluation import marks
from services.records.base import table_of
from services.records.evaluation import AffiliateCount
from services.records.fund import Load

UNKNOWN = ""
_load = select(Load.__table__.c.generation).where(Load.__table__.c.state == "current")
_newest = """
    profiles.generation = (
        SELECT max(newer.generation) FROM profiles AS newer
         WHERE newer.contributor_id = profiles.contributor_id
           AND newer.generation <= (SELECT generation FROM loads WHERE state = 'current'))
"""
_count = text(f"""
    INSERT INTO affiliate_counts (place, regime, affiliates, linked)
    SELECT profiles.agency, profiles.category, count(*), count(linked.contributor_id)
      FROM profiles
      LEFT JOIN (SELECT DISTINCT contributor_id FROM links
                  WHERE ended_at IS NULL AND kind = 'self') AS linked
             ON linked.contributor_id = profiles.contributor_id
     WHERE {_newest} AND (profiles.ceased_on IS NULL OR profiles.ceased_on > :today)
     GROUP BY profiles.agency, profiles.category
""")  # noqa: S608 - only texts of this module
_regimes = text(f"""
    SELECT contributor_id, category FROM profiles WHERE contributor_id IN :ids AND {_newest}
""").bindparams(bindparam("ids", expanding=True))  # noqa: S608


def refresh(session: Session, now: datetime) -> None:
    """Count again if the day or the load is another than at the last count."""
    today = day_in_algiers(now)
    load = session.execute(_load).scalar() or 0
    known = (marks.read(session, marks.COUNTED_LOAD), marks.read(session, marks.COUNTED_DAY))
    if known == (load, today.toordinal()):
        return
    session.execute(delete(table_of(AffiliateCount)))
    session.execute(_count, {"today": today})
    marks.write(session, marks.COUNTED_LOAD, load)
    marks.write(session, marks.COUNTED_DAY, today.toordinal())


def regimes_of(session: Session, contributor_ids: Collection[int]) -> dict[int, str]:
    """The regime of each contributor that the fund knows."""
    if not contributor_ids:
        return {}
    return {row[0]: row[1] for row in session.execute(_regimes, {"ids": list(contributor_ids)})}


def by_regime(session: Session) -> dict[tuple[str, str], int]:
    """Affiliates by (agency, regime). Where none were loaded, the number the fund gave for the
    agency, of unknown regime."""
    table = table_of(AffiliateCount)
    found = {
        (row.place, row.regime): int(row.affiliates)
        for row in session.execute(select(table.c.place, table.c.regime, table.c.affiliates))
    }
    counted = {place for place, _ in found}
    for code, card in accounts.agencies(session).items():
        if code not in counted and card.affiliates:
            found[code, UNKNOWN] = card.affiliates
    return found


def linked(session: Session) -> dict[str, int]:
    """Affiliates linked to the bot, by agency."""
    table = table_of(AffiliateCount)
    found: dict[str, int] = {}
    for row in session.execute(select(table.c.place, table.c.linked)):
        found[row.place] = found.get(row.place, 0) + int(row.linked)
    return found
