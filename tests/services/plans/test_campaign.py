"""A plan under a campaign: frozen surcharges, waived on the last day, back on a lapse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services import policy
from services.database import open_engine, sessions
from services.money import dinars
from services.people import Role
from services.plans import asking, daily, deciding, quoting, store
from services.plans.daily import What
from services.plans.terms import Wish
from tests.services.plans.plan_cases import (
    DIRECTOR,
    SAMIR,
    VAULT,
    Fund,
    create_person,
    create_staff,
    link,
    pay,
)
from tests.support.fund import create_agency, create_contributor

CAMPAIGN = """
[[campaign]]
code = "2026"
waives = ["surcharge", "penalty"]
waived_percent = "100 %"
waived_when = "last_installment_paid_on_time"
requires = ["current_year_paid", "schedule_signed"]
valid_from = 2026-10-01
valid_to = 2026-12-31
source = "an invented law, for tests"
confidence = "certain"
"""


@pytest.fixture
def campaign(database_url: str, tmp_path: Path) -> Iterator[Fund]:
    """Samir owes 36 000 of 2024 with 10 000 of surcharge; 2025 and 2026 are paid."""
    (tmp_path / "campaigns.toml").write_text(CAMPAIGN)
    engine = open_engine(database_url)
    fund = Fund(sessions(engine), policy=policy.load(tmp_path))
    with fund.sessions.begin() as session:
        create_agency(session)
        fund.contributor = create_contributor(
            session,
            VAULT,
            affiliated_on=date(2024, 1, 1),
            declarations={2024: 24_000_000},
            payments=[
                (2025, date(2025, 5, 1), 3_600_000),
                (2026, date(2026, 5, 1), 4_320_000),
            ],
            surcharges={2024: (1_000_000, date(2026, 11, 24))},
        )
        create_person(session, SAMIR)
        link(session, SAMIR, fund.contributor)
        create_staff(session, DIRECTOR, Role.DIRECTOR, "16")
    yield fund
    engine.dispose()


def signed(fund: Fund) -> int:
    wish = Wish(months=6)
    with fund.office() as office:
        quote = quoting.quote(office, quoting.case_of(office, fund.contributor), wish)
        plan = asking.agree_at_once(office, fund.samir, wish, seen=quote.mark)
        assert (plan.kind, plan.debt, plan.frozen) == ("campaign", 3_600_000, 1_000_000)
        return plan.id


def run(fund: Fund, on: date) -> list[daily.Happening]:
    with fund.office(on) as office:
        return daily.run(office)


def test_paid_to_the_last_day_the_frozen_surcharges_are_waived(campaign: Fund) -> None:
    signed(campaign)
    with campaign.office() as office:
        pay(
            office.session,
            campaign.contributor,
            amount=dinars(36_000),
            on=date(2027, 5, 31),
            receipt="A",
        )
    [found] = run(campaign, date(2027, 6, 1))
    assert (found.what, found.facts["waiver"]) == (What.COMPLETED, 1_000_000)


def test_paid_later_the_waiver_is_a_persons_to_decide(campaign: Fund) -> None:
    signed(campaign)
    with campaign.office() as office:
        pay(
            office.session,
            campaign.contributor,
            amount=dinars(36_000),
            on=date(2027, 6, 1),
            receipt="A",
        )
    found = [one for one in run(campaign, date(2027, 6, 2)) if one.what is What.COMPLETED]
    assert [one.facts["waiver"] for one in found] == [0]


def test_a_confirmed_lapse_brings_the_frozen_surcharges_back(campaign: Fund) -> None:
    plan_id = signed(campaign)
    run(campaign, date(2027, 1, 30))
    with campaign.office(date(2027, 3, 1)) as office:
        deciding.confirm_lapse(office, DIRECTOR, plan_id, "Impayé")
        plan = store.load(office.session, plan_id)
        assert plan is not None
        assert plan.frozen == 1_000_000
    # The campaign is over: what is owed is the principal and the surcharge again.
    with campaign.office(date(2027, 3, 1)) as office:
        debt = quoting.case_of(office, campaign.contributor).debt
        assert (debt.kind.value, debt.frozen) == ("ordinary", 0)
        assert debt.amount >= dinars(46_000)


def test_on_the_day_after_the_campaign_no_plan_promises_a_waiver(campaign: Fund) -> None:
    with campaign.office(date(2026, 12, 31)) as office:
        assert quoting.case_of(office, campaign.contributor).debt.frozen == 1_000_000
    with campaign.office(date(2027, 1, 1)) as office:
        debt = quoting.case_of(office, campaign.contributor).debt
        assert (debt.kind.value, debt.frozen, debt.pay_first) == ("ordinary", 0, 0)
