"""A person's plans in their data, their erasure, and how long plans are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from services.plans import asking, deciding, living, personal, quoting, store, undelivered
from services.plans.living import Scope
from services.plans.terms import Wish
from services.records.plans import Plan, PlanWords
from services.records.traffic import OutgoingCall
from tests.services.plans.plan_cases import DIRECTOR, SAMIR, STRANGER, VAULT, Fund

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


def signed(fund: Fund) -> int:
    with fund.office() as office:
        quote = quoting.quote(office, quoting.case_of(office, fund.contributor), Wish(months=12))
        return asking.agree_at_once(office, fund.samir, Wish(months=12), seen=quote.mark).id


def requested(fund: Fund) -> int:
    with fund.office() as office:
        quote = quoting.quote(office, quoting.case_of(office, fund.contributor), Wish(months=24))
        plan = asking.send_request(
            office, fund.samir, Wish(months=24), seen=quote.mark, note="Un incendie"
        )
        return plan.id


def test_a_person_gets_their_plans_with_the_words_and_nobody_elses(fund: Fund) -> None:
    requested(fund)
    with fund.office() as office:
        [found] = personal.export(office.session, VAULT, SAMIR, NOW)
        assert found["words"][0]["text"] == "Un incendie"
        assert found["debt"] == "180000.00"
        assert personal.export(office.session, VAULT, STRANGER, NOW) == []


def test_erasing_withdraws_what_waits_and_removes_the_words(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        personal.erase(office.session, SAMIR, NOW)
        plan = office.session.get(Plan, plan_id)
        assert plan is not None
        assert (plan.state, plan.telegram_id) == ("withdrawn", None)
        assert office.session.query(PlanWords).count() == 0


def test_erasing_leaves_a_signed_plan_without_the_person(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        living.claim(office, SAMIR, plan_id, file_id="f", file_kind="photo", scope=Scope.NEXT)
        personal.erase(office.session, SAMIR, NOW)
        plan = office.session.get(Plan, plan_id)
        assert plan is not None
        assert (plan.state, plan.telegram_id) == ("active", None)
        assert store.claims_of(office.session, plan_id) == []


def test_a_plan_that_is_over_is_kept_for_the_stated_time(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        deciding.refuse(office, DIRECTOR, plan_id, "Non")
    keep = fund.policy.retention("plan", date(2026, 11, 25)).keep
    with fund.office() as office:
        assert personal.forget_old(office.session, fund.policy, NOW + keep) == 0
        late = NOW + keep + timedelta(days=1)
        assert personal.forget_old(office.session, fund.policy, late) == 1
        assert office.session.get(Plan, plan_id) is None


def test_a_plan_that_runs_is_never_forgotten(fund: Fund) -> None:
    signed(fund)
    with fund.office() as office:
        assert personal.forget_old(office.session, fund.policy, NOW + timedelta(days=9_000)) == 0


def test_a_decision_that_did_not_arrive_returns_once(fund: Fund) -> None:
    with fund.office() as office:
        for state in ("failed", "sent", "queued"):
            office.session.add(
                OutgoingCall(
                    lane=0,
                    chat_id=SAMIR,
                    method="sendMessage",
                    params="{}",
                    repeatable=True,
                    subject=undelivered.subject(7, DIRECTOR),
                    state=state,
                    created_at=NOW,
                )
            )
        office.session.flush()
        assert undelivered.take(office) == [undelivered.Undelivered(7, DIRECTOR)]
        assert undelivered.take(office) == []
