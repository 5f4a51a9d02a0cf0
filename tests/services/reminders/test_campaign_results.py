"""What came of a campaign: each figure, within its days and not beyond, by agency."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from services import events
from services import policy as policies
from services.records.complaints import Complaint
from services.records.fund import Load, Payment
from services.records.plans import Plan
from services.records.reminders import Campaign, CampaignMember
from services.reminders import campaign_results
from tests.services.reminders.year_scene import at
from tests.support import fund
from tests.support.chat import FundBot
from tests.support.citizens import newcomer
from tests.support.crowd import create_campaign

RULES = policies.load()
SENT = date(2026, 12, 2)
NOON = at(SENT, "12:00")
REACHED = {1: "16", 2: "16", 3: "31"}  # by contributor; people have number 7000 + it


@pytest.fixture
def scene(fund_bot: FundBot) -> FundBot:
    """Three were reached, one of them in doubt; a fourth was held."""

    def write(session: Session) -> None:
        fund.create_load(session, as_of=date(2026, 12, 30))
        create_campaign(session, state="done", starts_on=SENT, last=SENT)
        for number in range(1, 5):
            state = {2: "unknown", 4: "held"}.get(number, "sent")
            session.add(
                CampaignMember(
                    campaign_id=1,
                    contributor_id=number,
                    agency=REACHED.get(number, "16"),
                    telegram_id=7000 + number,
                    state=state,
                    reason="cap" if state == "held" else None,
                    decided_at=NOON,
                )
            )

    for number in range(1, 5):
        newcomer(fund_bot, 7000 + number)
    fund_bot.do(write)
    return fund_bot


def results(bot: FundBot) -> dict[str, dict[str, Any]]:
    def read(session: Session) -> dict[str, dict[str, Any]]:
        campaign = session.get(Campaign, 1)
        assert campaign is not None
        found = campaign_results.of(session, RULES, campaign)
        return {
            agency: dict(zip(campaign_results.COLUMNS[1:], one.row, strict=True))
            for agency, one in found.items()
        }

    return bot.do(read)


def pay(bot: FundBot, number: int, day: date, amount: int, *, generation: int = 1) -> None:
    bot.do(
        lambda session: session.add(
            Payment(
                contributor_id=number,
                receipt=f"R{number}-{day}",
                generation=generation,
                year=2025,
                paid_on=day,
                amount=amount,
                channel="post",
            )
        )
    )


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 12, 1), False),  # the day before
        (date(2026, 12, 2), True),  # the same day
        (date(2026, 12, 16), True),  # the fourteenth day after
        (date(2026, 12, 17), False),
    ],
)
def test_a_payment_counts_within_fourteen_days(scene: FundBot, day: date, counts: bool) -> None:
    pay(scene, 1, day, 6_500_050)
    found = results(scene)["16"]
    assert found["paid_within_days"] == int(counts)
    assert found["paid_amount_da"] == ("65000.50" if counts else "0.00")


def test_each_agency_has_its_own_and_who_was_held_counts_nowhere(scene: FundBot) -> None:
    for number in range(1, 5):
        pay(scene, number, date(2026, 12, 5), 1_000_000)
    pay(scene, 1, date(2026, 12, 6), 500_000)
    pay(scene, 2, date(2026, 12, 7), 0)  # a cancelled receipt
    found = results(scene)
    assert (found["16"]["paid_within_days"], found["16"]["paid_amount_da"]) == (2, "25000.00")
    assert (found["31"]["paid_within_days"], found["31"]["paid_amount_da"]) == (1, "10000.00")
    assert (found["16"]["audience"], found["16"]["sent"], found["16"]["unknown"]) == (3, 1, 1)
    assert found["16"]["held"] == 1


def test_a_receipt_that_a_later_load_changed_counts_as_it_is_now(scene: FundBot) -> None:
    pay(scene, 1, date(2026, 12, 5), 1_000_000)
    assert results(scene)["16"]["paid_amount_da"] == "10000.00"

    def cancel(session: Session) -> None:
        session.add(
            Payment(
                contributor_id=1,
                receipt="R1-2026-12-05",
                generation=2,
                year=2025,
                paid_on=date(2026, 12, 5),
                amount=0,
                channel="post",
            )
        )

    scene.do(cancel)
    # That load is not current yet.
    assert results(scene)["16"]["paid_amount_da"] == "10000.00"

    def make_current(session: Session) -> None:
        session.execute(update(Load).values(generation=2))

    scene.do(make_current)
    assert results(scene)["16"]["paid_within_days"] == 0


def test_plans_complaints_and_switches_count_from_the_message_on(scene: FundBot) -> None:
    within, late = NOON + timedelta(days=14), NOON + timedelta(days=14, minutes=1)
    before = NOON - timedelta(minutes=1)

    def write(session: Session) -> None:
        for place, (number, moment) in enumerate(
            ((1, within), (2, late), (3, NOON), (3, before), (4, NOON))
        ):
            session.add(_plan(place, number, moment))
            session.add(_complaint(place, number, moment))
            events.record(
                session,
                "reminders.switched_off",
                at=moment,
                actor=events.person(7000 + number),
                subject=("person", 7000 + number),
            )
        # Kept from agencies: it must not show in a number either.
        session.add(_complaint(9, 1, within, restricted=True))

    scene.do(write)
    found = results(scene)
    for agency in ("16", "31"):
        assert [found[agency][name] for name in ("plans_asked", "complaints", "opted_out")] == [
            1,
            1,
            1,
        ], agency


def _plan(place: int, number: int, moment: datetime) -> Plan:
    return Plan(
        reference=f"E-16-26-00000{place}-0",
        agency="16",
        contributor_id=number,
        telegram_id=7000 + number,
        state="requested" if moment >= NOON else "withdrawn",  # one waits at a time
        kind="ordinary",
        wish={},
        figured_on=SENT,
        debt=6_000_000,
        frozen=0,
        down_payment=0,
        regular=3_000_000,
        months=2,
        day=0,
        years=[[2025, 6_000_000, 0]],
        estimate=False,
        reasons=[],
        level="agency",
        asked_at=moment,
    )


def _complaint(place: int, number: int, moment: datetime, *, restricted: bool = False) -> Complaint:
    return Complaint(
        reference=f"R-16-26-00000{place}-0",
        telegram_id=7000 + number,
        contributor_id=number,
        agency="16",
        category="conduct" if restricted else "contribution_amount",
        restricted=restricted,
        anonymous=False,
        language="fr",
        filed_at=moment,
        desk="16",
        level="agency",
        status="new",
        late=False,
    )
