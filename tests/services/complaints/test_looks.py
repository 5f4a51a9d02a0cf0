"""Who looked at the files or the number of a case is told to the person concerned."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services import access_trail
from services.access_trail import DayOfLooks, Look
from services.complaints import desk
from services.complaints.access import NoSuchCase
from tests.services.complaints.conftest import AGENT, CITIZEN, ELSEWHERE, OTHER, Fund


def looks(the_fund: Fund, person: int) -> list[tuple[str | None, str | None, str]]:
    with the_fund.sessions.begin() as session:
        found = access_trail.looks_at(session, telegram_id=person, contributor_ids=[])
    return [(one.role, one.agency, one.what) for one in found]


def test_who_opens_the_files_of_a_case_is_told_to_its_citizen_only(the_fund: Fund) -> None:
    case = the_fund.file(CITIZEN)
    the_fund.do(desk.note_seen, AGENT, case.id, "files")
    assert looks(the_fund, CITIZEN) == [("agent", "16", "files")]
    assert looks(the_fund, OTHER) == []


def test_who_may_not_look_leaves_no_look(the_fund: Fund) -> None:
    case = the_fund.file(CITIZEN)
    with pytest.raises(NoSuchCase):
        the_fund.do(desk.note_seen, ELSEWHERE, case.id, "files")
    assert looks(the_fund, CITIZEN) == []


def test_a_day_of_looks_is_one_line_for_each_role_and_agency_by_algiers_days() -> None:
    late = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # half past midnight in Algiers
    early = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
    seen = [
        Look(late, "agent", "16", "case"),
        Look(early, "agent", "16", "number"),
        Look(early, "agent", "16", "case"),
        Look(early, "agent", "16", "case"),
        Look(early, "central", None, "case"),
    ]
    assert access_trail.by_day(seen) == [
        DayOfLooks(date(2026, 11, 26), "agent", "16", ("case",)),
        DayOfLooks(date(2026, 11, 25), "agent", "16", ("case", "number")),
        DayOfLooks(date(2026, 11, 25), "central", None, ("case",)),
    ]
