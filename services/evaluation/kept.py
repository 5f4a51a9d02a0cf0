"""Reports kept for whoever asks next, for as long as the facts behind them stand as they are."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import date
from threading import Lock

from sqlalchemy.orm import Session

from services.evaluation import marks, report
from services.evaluation.measures import Period
from services.evaluation.report import Report
from services.evaluation.scope import Scope

AT_MOST = 128  # reports; each is a few thousand numbers
_Key = tuple[frozenset[str] | None, date, int, date]


class KeptReports:
    """Reports without durations, by scope, period and day. One is made again as soon as the
    facts went on: every page is as new as the last run of the job `statistics`. Used by several
    threads at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, tuple[tuple[int, ...], Report]] = OrderedDict()
        self._lock = Lock()

    def report(self, session: Session, scope: Scope, period: Period, *, on: date) -> Report:
        """The report as `report.make` would make it now; not to be changed."""
        months = period.months
        key = (scope.places, months[0], len(months), on)
        standing = marks.standing(session)
        with self._lock:
            known = self._kept.get(key)
        if known is not None and known[0] == standing:
            return replace(known[1], scope=scope)
        made = report.make(session, scope, period, on=on, durations=False)
        with self._lock:
            self._kept[key] = standing, made
            self._kept.move_to_end(key)
            while len(self._kept) > AT_MOST:
                self._kept.popitem(last=False)
        return made
