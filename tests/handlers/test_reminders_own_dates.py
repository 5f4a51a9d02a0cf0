"""Reminders of what is one person's alone: installments, the time that saves a plan, answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services import events
from services.records.complaints import Complaint
from services.records.plans import Plan, PlanClaim, PlanInstallment
from services.records.reminders import Reminder
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen

UP_TO_DATE: dict[str, Any] = {
    "affiliated_on": date(2026, 1, 1),
    "declarations": {2026: 40_000_000, 2027: 40_000_000},
    "payments": [(2026, date(2026, 5, 1), 6_000_000), (2027, date(2027, 1, 5), 6_000_000)],
}


@pytest.fixture
def samir(fund_bot: FundBot) -> Chat:
    return citizen(fund_bot, **UP_TO_DATE)


def create_plan(bot: FundBot, state: str = "active", **more: Any) -> None:
    """A plan over 2025 with parts due on 30 November and 31 December 2026 (Thursday)."""

    def write(session: Any) -> None:
        plan = Plan(
            reference="E-16-26-000001-0",
            agency="16",
            contributor_id=1,
            telegram_id=7001,
            state=state,
            kind="ordinary",
            wish={},
            figured_on=date(2026, 10, 1),
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
            asked_at=bot.clock.now(),
            **({"signed_on": date(2026, 10, 1)} | more),
        )
        session.add(plan)
        session.flush()
        for number, due in ((1, date(2026, 11, 30)), (2, date(2026, 12, 31))):
            session.add(
                PlanInstallment(
                    plan_id=plan.id,
                    number=number,
                    month=due.replace(day=1),
                    due=due,
                    amount=3_000_000,
                )
            )

    bot.do(write)


def kept(bot: FundBot) -> list[tuple[str, str, int, str, str | None]]:
    rows = bot.do(
        lambda session: session.execute(
            select(Reminder.kind, Reminder.subject, Reminder.step, Reminder.state, Reminder.reason)
            .where(Reminder.reason.is_distinct_from("missed"))
            .order_by(Reminder.id)
        ).all()
    )
    return [tuple(row) for row in rows if row.kind != "declaration"]


def test_an_installment_is_announced_five_days_and_a_day_before(
    fund_bot: FundBot, samir: Chat
) -> None:
    create_plan(fund_bot)
    fund_bot.run_job("reminders")  # Wednesday 25 November
    assert "30 000 DA" in samir.text
    assert "lundi 30 novembre 2026" in samir.text
    assert samir.buttons[0] == "🗓 Voir mon échéancier"
    fund_bot.clock.set(day="2026-11-26")
    fund_bot.run_job("reminders")
    assert len(samir.messages) == 1
    fund_bot.clock.set(day="2026-11-29")
    fund_bot.run_job("reminders")  # the last step before the day: no cap holds it
    assert len(samir.messages) == 2
    samir.press("Voir mon échéancier")
    assert "30 000" in samir.text
    assert kept(fund_bot)[:2] == [
        ("installment", "plan:1:1", -5, "sent", None),
        ("installment", "plan:1:1", -1, "queued", None),
    ]


def test_a_receipt_that_waits_for_a_clerk_is_no_longer_asked_for(
    fund_bot: FundBot, samir: Chat
) -> None:
    create_plan(fund_bot)
    fund_bot.do(
        lambda session: session.add(
            PlanClaim(
                plan_id=1,
                up_to=1,
                amount=3_000_000,
                telegram_id=7001,
                at=fund_bot.clock.now(),
                file_id="f",
                file_kind="photo",
                state="open",
            )
        )
    )
    fund_bot.run_job("reminders")
    assert samir.messages == []
    assert kept(fund_bot) == [("installment", "plan:1:1", -5, "held", "paid")]


def test_what_saves_a_plan_is_said_a_week_before(fund_bot: FundBot, samir: Chat) -> None:
    create_plan(
        fund_bot,
        "lapse_proposed",
        save_by=date(2026, 12, 2),
        save_numbers=[1],
        lapse_proposed_on=date(2026, 11, 1),
    )
    fund_bot.run_job("reminders")
    assert "se poursuit si 30 000 DA sont payés" in samir.text
    assert "mercredi 2 décembre 2026" in samir.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_question_without_answer_is_recalled_after_two_days_once(
    sqlite_bot: FundBot, language: str
) -> None:
    samir = citizen(sqlite_bot, language=language, **UP_TO_DATE)

    def ask(session: Any) -> None:
        session.add(
            Complaint(
                reference="R-16-26-000001-0",
                telegram_id=7001,
                contributor_id=None,
                agency="16",
                category="pension",
                restricted=False,
                anonymous=False,
                language=language,
                filed_at=sqlite_bot.clock.now(),
                desk="16",
                level="agency",
                status="waiting",
                late=False,
            )
        )
        session.flush()
        events.record(
            session,
            "complaint.asked",
            at=sqlite_bot.clock.now(),
            actor="staff:1",
            subject=("complaint", 1),
        )

    sqlite_bot.clock.set(day="2026-11-22")
    sqlite_bot.do(ask)
    sqlite_bot.clock.set(day="2026-11-23")
    sqlite_bot.run_job("reminders")
    assert samir.messages == []
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        sqlite_bot.clock.set(day=day)
        sqlite_bot.run_job("reminders")
    assert len(samir.messages) == 1
    assert ("réclamation le 22 novembre" if language == "fr" else "شكواكم") in samir.text
    assert len(samir.buttons) == 2


def test_an_offer_that_waits_is_recalled(fund_bot: FundBot, samir: Chat) -> None:
    fund_bot.clock.set(day="2026-11-22")
    create_plan(fund_bot, "offered", signed_on=None)
    fund_bot.do(
        lambda session: events.record(
            session,
            "plan.offered",
            at=fund_bot.clock.now(),
            actor="staff:1",
            subject=("plan", 1),
        )
    )
    fund_bot.clock.set(day="2026-11-24")
    fund_bot.run_job("reminders")
    assert "échéancier attend votre réponse depuis le 22 novembre 2026" in samir.text
