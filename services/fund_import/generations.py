"""The life of a load: begun, made current in one short transaction, tidied; or abandoned."""

from __future__ import annotations

import time
from array import array
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update

from services import events
from services.fund_import.store import Pace, Store, push_to_disk
from services.records.fund import Load

_BY_CONTRIBUTOR = {
    "profiles": (),
    "declarations": ("year",),
    "payments": ("receipt",),
    "surcharges": ("year",),
}
"""The tables with a contributor's rows, and what else makes up their key."""


def current(store: Store) -> tuple[int, date] | None:
    """The generation and the day of the load that readers see."""
    with store.reading() as session:
        row = session.execute(
            select(Load.generation, Load.as_of).where(Load.state == "current")
        ).one_or_none()
        return None if row is None else (row[0], row[1])


def begin(store: Store, *, as_of: date, now: datetime) -> int:
    """Open the next generation. What a killed load left must be removed before."""
    with store.writing() as session:
        generation = (session.execute(select(func.max(Load.generation))).scalar() or 0) + 1
        session.add(
            Load(generation=generation, state="loading", as_of=as_of, started_at=now, counts={})
        )
    return generation


def make_current(
    store: Store, generation: int, *, as_of: date, now: datetime, counts: Mapping[str, Any]
) -> None:
    """Show the load to everyone, at once and whole."""
    with push_to_disk(store), store.writing() as session:
        session.execute(update(Load).where(Load.state == "current").values(state="superseded"))
        session.execute(
            update(Load)
            .where(Load.generation == generation)
            .values(state="current", as_of=as_of, finished_at=now, counts=dict(counts))
        )
        events.record(
            session,
            "load.made_current",
            at=now,
            actor="fund",
            subject=("load", generation),
            data={"as_of": as_of.isoformat(), "files": dict(counts)},
        )


def remove_unfinished(store: Store, now: datetime) -> int:
    """Remove, in short transactions, the rows of loads that never became current.

    Returns how many such loads there were. The identities they added stay: without a
    profile nobody sees them, and a number keeps its contributor for good.
    """
    with store.reading() as session:
        unfinished = list(
            session.execute(select(Load.generation).where(Load.state == "loading")).scalars()
        )
    for generation in unfinished:
        _remove_rows(store, generation)
        with store.writing() as session:
            session.execute(
                update(Load)
                .where(Load.generation == generation)
                .values(state="abandoned", finished_at=now)
            )
    return len(unfinished)


def _remove_rows(store: Store, generation: int) -> None:
    with store.writing():
        store.run("DELETE FROM agencies WHERE generation = ?", [generation])
        last = store.run("SELECT max(id) FROM contributors").scalar() or 0
    pace = Pace(500)
    start = 0
    while start < last:
        end = min(last, start + pace.rows)
        with store.writing():
            begun = time.perf_counter()
            for table in _BY_CONTRIBUTOR:
                store.run(
                    f"DELETE FROM {table} WHERE contributor_id > ? AND contributor_id <= ?"  # noqa: S608
                    " AND generation = ?",
                    [start, end, generation],
                )
        pace.took(time.perf_counter() - begun)
        pace.rest()
        start = end


def tidy(store: Store, generation: int, replaced: Mapping[str, array[int]]) -> None:
    """Remove the rows which the now current load replaced, in short transactions.

    `replaced` names, by table, the contributors who have such rows. A kill in between
    only leaves rows that no reader takes; the next change of the same key removes them.
    """
    with store.writing():
        store.run(
            "DELETE FROM agencies WHERE generation < (SELECT max(newest.generation)"
            " FROM agencies AS newest WHERE newest.code = agencies.code)"
        )
    for table, contributors in replaced.items():
        pace = Pace(500)
        waiting = sorted(set(contributors))
        start = 0
        while start < len(waiting):
            some = waiting[start : start + pace.rows]
            start += len(some)
            with store.writing():
                begun = time.perf_counter()
                _remove_replaced(store, table, some, generation)
            pace.took(time.perf_counter() - begun)
            pace.rest()


def _remove_replaced(store: Store, table: str, some: list[int], generation: int) -> None:
    same_key = " AND ".join(
        f"newest.{column} = {table}.{column}"
        for column in ("contributor_id", *_BY_CONTRIBUTOR[table])
    )
    if store.sqlite:
        among, values = f"contributor_id IN ({','.join('?' * len(some))})", list[Any](some)
    else:
        among, values = "contributor_id = ANY(?::bigint[])", [some]
    store.run(
        f"DELETE FROM {table} WHERE {among} AND generation < (SELECT max(newest.generation)"  # noqa: S608
        f" FROM {table} AS newest WHERE {same_key} AND newest.generation <= ?)",
        [*values, generation],
    )
    if table == "payments":
        # Nothing older is left under these, so an amount of 0 says no more than no row.
        store.run(
            f"DELETE FROM payments WHERE {among} AND amount = 0 AND generation <= ?",  # noqa: S608
            [*values, generation],
        )
