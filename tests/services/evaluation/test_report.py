"""The report: what is worth a sentence, what is not, and rows without anybody in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from handlers import figures, report_tables, words
from handlers.papers import report as report_pdf
from services import policy
from services.database import open_engine, sessions
from services.evaluation import agencies, building, clusters, funnel, measures, report, scope
from services.evaluation.measures import Period, half_year, quantile
from services.people import Role
from services.records.evaluation import CaseCell
from services.staff import Member
from services.vault import Vault
from tests.services.evaluation.year import create_year
from tests.support import fund

NOW = datetime(2026, 12, 30, 9, tzinfo=UTC)
TODAY = date(2026, 12, 30)
MANAGER = Member(1, "M", Role.MANAGER, None, True, "fr", True)
SECOND_HALF = half_year(date(2026, 9, 3))
COUNTS = [
    column.name
    for column in CaseCell.__table__.columns
    if column.name not in ("place", "month", "category", "regime", "oldest_open")
]


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    engine = open_engine(sqlite_url)
    make: sessionmaker[Session] = sessions(engine)
    with make.begin() as opened:
        yield opened
    engine.dispose()


def cell(session: Session, place: str, month: int, category: str = "chifa", **counts: int) -> None:
    fund.create_agency(session, place, name_fr=f"Agence {place}", wilaya=place, affiliates=20_000)
    values = dict.fromkeys(COUNTS, 0) | counts
    session.add(
        CaseCell(place=place, month=date(2026, month, 1), category=category, regime="", **values)
    )
    session.flush()


def made(session: Session, period: Period = SECOND_HALF) -> report.Report:
    return report.make(session, scope.of_member(session, MANAGER), period, on=TODAY)


def kinds(findings: list[report.Finding]) -> list[tuple[str, str | None]]:
    return [(one.kind, one.place) for one in findings]


def test_half_years_are_whole_months_and_follow_one_another() -> None:
    assert (SECOND_HALF.first, SECOND_HALF.last) == (date(2026, 7, 1), date(2026, 12, 31))
    before = report.previous(SECOND_HALF)
    assert (before.first, before.last) == (date(2026, 1, 1), date(2026, 6, 30))
    assert before == half_year(date(2026, 6, 30))
    assert len(SECOND_HALF.months) == 6


def test_an_agency_far_above_the_expected_volume_needs_attention(session: Session) -> None:
    for place in ("05", "16", "31", "47"):
        cell(session, place, 9, filed=180 if place == "31" else 100)
    found = made(session)
    assert kinds(found.attention) == [("volume_high", "31")]
    [one] = found.attention
    assert one.values == {"n": 180, "expected": 120}


def test_few_complaints_are_no_praise(session: Session) -> None:
    for place in ("05", "16", "31", "47"):
        cell(session, place, 9, filed=40 if place == "31" else 100)
    found = made(session)
    assert found.good == []
    assert ("volume_low", "31") in kinds(found.unsaid)


def test_a_share_that_moved_beyond_chance_is_told_and_one_within_it_is_not(
    session: Session,
) -> None:
    cell(session, "16", 3, filed=400, answer_known=400, answered_in_target=200)
    cell(session, "16", 9, filed=400, answer_known=400, answered_in_target=300)
    assert [one.kind for one in made(session).good] == ["improved"]
    cell(session, "31", 3, filed=60, resolution_known=60, resolved_in_target=40)
    cell(session, "31", 9, filed=60, resolution_known=60, resolved_in_target=34)
    assert "worsened" not in [one.kind for one in made(session).attention]


def test_an_agency_that_answers_late_beyond_chance_needs_attention(session: Session) -> None:
    for place in ("05", "16", "31", "47"):
        met = 50 if place == "47" else 90
        cell(session, place, 9, filed=100, answer_known=100, answered_in_target=met)
    assert ("share_low", "47") in kinds(made(session).attention)


def test_the_mix_of_categories_is_taken_into_account(session: Session) -> None:
    # Pension cases take long everywhere; an agency with many of them is not slow for that.
    for place, pensions in (("05", 10), ("16", 10), ("31", 90)):
        cell(
            session,
            place,
            9,
            "pension",
            filed=pensions,
            resolution_known=pensions,
            resolved_in_target=pensions // 2,
        )
        cell(
            session,
            place,
            9,
            filed=100 - pensions,
            resolution_known=100 - pensions,
            resolved_in_target=(100 - pensions) * 9 // 10,
        )
    bands = {one.place: one.band.value for one in made(session).compared["resolved_in_target"]}
    assert bands["31"] == "usual"


def test_under_five_expected_nothing_is_said_of_an_agency(session: Session) -> None:
    cell(session, "16", 9, filed=4)
    found = made(session)
    assert {one.band.value for one in found.compared["volume"]} == {"too_few"}
    assert funnel.draw(found.compared["volume"]) is None
    assert found.unsaid


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("cases", [0, 1, 300])
def test_paper_and_spreadsheet_are_made_of_anything(
    session: Session, language: str, cases: int
) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    if cases:
        create_year(session, cases=cases)
    vault = Vault(b"k" * 32)
    while building.refresh(session, policy=policy.load(), vault=vault, now=NOW).more:
        pass
    found, said = made(session), words.load(language)
    assert report_pdf.write(said, found, at=NOW).startswith(b"%PDF")
    book = load_workbook(BytesIO(report_tables.write_xlsx(said, found)))
    assert len(book.sheetnames) == 7 + len(agencies.COMPARED)
    assert all(sheet.sheet_view.rightToLeft == (language == "ar") for sheet in book)
    first = book[book.sheetnames[0]]
    assert first.cell(2, 3).value == found.together.filed
    for finding in (*found.good, *found.attention, *found.unsaid):
        assert figures.sentence(said, found.scope, finding)


def test_the_rows_of_cases_hold_no_name_number_or_word(session: Session) -> None:
    create_year(session, cases=60)
    vault = Vault(b"k" * 32)
    while building.refresh(session, policy=policy.load(), vault=vault, now=NOW).more:
        pass
    within = scope.of_member(session, MANAGER)
    rows = list(report.case_rows(session, within, Period(date(2026, 1, 1), date(2026, 12, 31))))
    assert len(rows) == 60
    assert set(rows[0]) == {
        *("complaint_id", "place", "month", "filed_on", "category", "regime", "restricted"),
        *("status", "answer_minutes", "resolution_minutes", "calendar_minutes"),
        *("answered_in_target", "resolved_in_target", "outcome", "reopened", "contested"),
        *("escalated", "transfers", "last_hour", "without_contact", "stars"),
    }
    director = scope.of_member(session, Member(2, "D", Role.DIRECTOR, "16", True, "fr", True))
    theirs = report.case_rows(session, director, Period(date(2026, 1, 1), date(2026, 12, 31)))
    assert {(row["place"], row["restricted"]) for row in theirs} == {("16", False)}


def test_a_cluster_is_flagged_once_and_a_usual_month_never(session: Session) -> None:
    for month, filed in ((7, 20), (8, 24), (9, 22), (10, 21), (11, 25)):
        cell(session, "16", month, filed=filed)
    assert clusters.find_new(session, datetime(2026, 11, 25, tzinfo=UTC)) == []
    cell(session, "16", 12, filed=60)
    [flag] = clusters.find_new(session, NOW)
    assert (flag.place, flag.category, flag.observed) == ("16", "chifa", 60)
    assert clusters.find_new(session, NOW) == []


def test_without_a_past_there_is_no_cluster(session: Session) -> None:
    cell(session, "16", 12, filed=60)
    assert clusters.find_new(session, NOW) == []


def test_the_unfinished_month_has_no_lower_limit(session: Session) -> None:
    for month in range(3, 13):
        cell(session, "16", month, filed=100 if month < 12 else 5)
    within = scope.of_member(session, MANAGER)
    *_, november, december = agencies.by_month(session, within, date(2026, 12, 1), today=TODAY)
    assert november.alarm_low is not None
    assert december.alarm_low is None
    assert december.expected == 100


@pytest.mark.parametrize(
    ("histogram", "share", "value"),
    [({}, 0.5, None), ({7: 1}, 0.9, 7), ({1: 5, 2: 4, 9: 1}, 0.5, 1), ({1: 5, 2: 4, 9: 1}, 0.9, 2)],
)
def test_a_quantile_is_the_nearest_rank(
    histogram: dict[int, int], share: float, value: int | None
) -> None:
    assert quantile(histogram, share) == value


def test_every_measure_has_its_words_in_both_languages() -> None:
    for language in ("ar", "fr"):
        said = words.load(language)
        for measure in measures.MEASURES:
            assert said.has(f"measure.{measure.name}")
            assert said.has(f"measure.{measure.name}.help")
