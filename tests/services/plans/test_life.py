"""A plan from the wish to the last centime, on both databases."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from services import plans, references, signing, situation, staff
from services.events import person
from services.money import dinars
from services.people import Role
from services.plans import access, asking, changing, daily, deciding, living, quoting, store
from services.plans.daily import What
from services.plans.debt import NothingLate
from services.plans.living import Scope
from services.plans.quoting import FiguresChanged, Quote
from services.plans.schedule import NothingToSpread
from services.plans.states import NotNow, State
from services.plans.summary import code
from services.plans.terms import Wish
from services.records.plans import Plan
from services.records.traffic import Event
from tests.services.plans.plan_cases import (
    AGENT,
    CENTRAL,
    DIRECTOR,
    OTHER_DIRECTOR,
    SAMIR,
    STRANGER,
    VAULT,
    Fund,
    a_trader_with_arrears,
    create_staff,
    link,
    pay,
)
from tests.support.fund import create_agency, create_contributor

TWELVE = Wish(months=12)
LONG = Wish(months=24)


def seen(fund: Fund, wish: Wish, on: date | None = None) -> Quote:
    with fund.office(on) as office:
        return quoting.quote(office, quoting.case_of(office, fund.contributor), wish)


def signed(fund: Fund, wish: Wish = TWELVE) -> int:
    mark = seen(fund, wish).mark
    with fund.office() as office:
        return asking.agree_at_once(office, fund.samir, wish, seen=mark).id


def requested(fund: Fund, wish: Wish = LONG) -> int:
    mark = seen(fund, wish).mark
    with fund.office() as office:
        return asking.send_request(office, fund.samir, wish, seen=mark, note="Un incendie").id


def happenings(fund: Fund, on: date) -> list[What]:
    with fund.office(on) as office:
        return [one.what for one in daily.run(office)]


def plan_of(fund: Fund, plan_id: int) -> Plan:
    with fund.office() as office:
        found = store.load(office.session, plan_id)
        assert found is not None
        return found


def test_inside_standard_terms_a_plan_is_granted_at_once(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        plan = store.load(office.session, plan_id)
        assert plan is not None
        assert (plan.state, plan.debt, plan.down_payment) == ("active", 18_000_000, 1_800_000)
        assert references.parse(plan.reference).serial == 1
        parts = store.installments_of(office.session, plan_id)
        assert [part.number for part in parts] == list(range(13))
        assert sum(part.amount for part in parts) == plan.debt
        proof = signing.verify(code(office, plan), signing.public_key(VAULT))
        assert proof.reference == plan.reference
        assert proof.fields["total"] == plan.debt


def test_figures_that_changed_are_never_signed(fund: Fund) -> None:
    before = seen(fund, TWELVE)
    with fund.office() as office:
        pay(
            office.session,
            fund.contributor,
            amount=1_000_000,
            on=date(2026, 11, 25),
            receipt="NEW1",
        )
    with fund.office() as office, pytest.raises(FiguresChanged) as change:
        asking.agree_at_once(office, fund.samir, TWELVE, seen=before.mark)
    assert change.value.quote.case.debt.amount == 17_000_000
    assert change.value.quote.mark != before.mark
    with fund.office() as office:
        assert store.all_of(office.session, fund.contributor) == []


def test_another_day_means_other_dates_and_is_asked_again(fund: Fund) -> None:
    before = seen(fund, TWELVE)
    with fund.office(date(2026, 12, 1)) as office, pytest.raises(FiguresChanged):
        asking.agree_at_once(office, fund.samir, TWELVE, seen=before.mark)


def test_outside_standard_terms_only_a_person_grants(fund: Fund) -> None:
    mark = seen(fund, LONG).mark
    with fund.office() as office, pytest.raises(asking.NeedsADecision):
        asking.agree_at_once(office, fund.samir, LONG, seen=mark)
    plan = plan_of(fund, requested(fund))
    assert (plan.state, plan.level, plan.answer_by) == ("requested", "agency", date(2026, 12, 9))


def test_one_plan_that_waits_and_one_that_runs(fund: Fund) -> None:
    signed(fund)
    with pytest.raises(asking.AlreadyOne):
        signed(fund)
    first = requested(fund)  # new terms, to replace the one that runs
    assert plan_of(fund, first).replaces is not None
    with pytest.raises(asking.AlreadyOne):
        requested(fund)


def test_nobody_asks_for_an_account_that_is_not_theirs(fund: Fund) -> None:
    mark = seen(fund, TWELVE).mark
    stranger = asking.Asker(STRANGER, fund.contributor, "fr")
    with fund.office() as office:
        for try_it in (asking.agree_at_once, asking.send_request):
            with pytest.raises(access.NoSuchPlan):
                try_it(office, stranger, TWELVE, seen=mark)


def test_a_strangers_every_move_meets_no_such_plan(fund: Fund) -> None:
    running, waiting = signed(fund), requested(fund)
    with fund.office() as office:
        for plan_id in (running, waiting, 999):
            for try_it in (
                lambda plan_id: access.for_citizen(office, STRANGER, plan_id),
                lambda plan_id: asking.withdraw(office, STRANGER, plan_id),
                lambda plan_id: asking.answer(office, STRANGER, plan_id, "x"),
                lambda plan_id: asking.agree(
                    office, asking.Asker(STRANGER, fund.contributor, "fr"), plan_id, seen=""
                ),
                lambda plan_id: changing.change(office, STRANGER, plan_id, day=5, seen=""),
                lambda plan_id: living.claim(
                    office, STRANGER, plan_id, file_id="f", file_kind="photo", scope=Scope.ALL
                ),
            ):
                with pytest.raises(access.NoSuchPlan):
                    try_it(plan_id)
            with pytest.raises(access.NotStaff):
                access.for_staff(office, STRANGER, plan_id)


def test_the_director_grants_and_the_citizen_has_the_last_word(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        mark = deciding.terms_for(office, DIRECTOR, plan_id, None).mark
        deciding.grant(office, DIRECTOR, plan_id, None, seen=mark)
    with fund.office() as office:
        quote = asking.quote_of(office, access.for_citizen(office, SAMIR, plan_id))
        assert quote.reasons == ()
        plan = asking.agree(office, fund.samir, plan_id, seen=quote.mark)
        assert (plan.state, plan.months) == ("active", 24)
        assert len(store.installments_of(office.session, plan_id)) == 25


def test_other_terms_are_the_directors_and_confirmed_by_the_citizen(fund: Fund) -> None:
    plan_id = requested(fund)
    other = Wish(months=18, down_payment=dinars(30_000))
    with fund.office() as office:
        mark = deciding.terms_for(office, DIRECTOR, plan_id, other).mark
        deciding.grant(office, DIRECTOR, plan_id, other, seen=mark)
    with fund.office() as office:
        quote = asking.quote_of(office, access.for_citizen(office, SAMIR, plan_id))
        assert (quote.schedule.months, quote.schedule.down_payment) == (18, 3_000_000)
        with pytest.raises(FiguresChanged):
            asking.agree(office, fund.samir, plan_id, seen="something else")


def test_a_refusal_needs_a_reason_and_is_final(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        with pytest.raises(deciding.ReasonNeeded):
            deciding.refuse(office, DIRECTOR, plan_id, "  ")
        plan = deciding.refuse(office, DIRECTOR, plan_id, "Dossier incomplet")
        assert plan.state == "refused"
        assert store.said(office, plan, "reason") == "Dossier incomplet"
    with fund.office() as office, pytest.raises(deciding.DecidedAlready):
        deciding.refuse(office, OTHER_DIRECTOR, plan_id, "Encore")


def test_a_question_stops_the_promised_date(fund: Fund) -> None:
    plan_id = requested(fund)  # by 9 December
    with fund.office(date(2026, 12, 2)) as office:
        plan = deciding.ask(office, DIRECTOR, plan_id, "Quels revenus ?")
        assert plan.days_left == 5
    assert happenings(fund, date(2026, 12, 20)) == []
    with fund.office(date(2026, 12, 20)) as office:
        plan = asking.answer(office, SAMIR, plan_id, "40 000 DA par mois")
        assert (plan.state, plan.answer_by) == ("requested", date(2026, 12, 27))


def test_a_promised_date_that_passes_goes_to_the_central_level_once(fund: Fund) -> None:
    plan_id = requested(fund)
    assert happenings(fund, date(2026, 12, 9)) == []
    assert happenings(fund, date(2026, 12, 10)) == [What.ESCALATED]
    assert happenings(fund, date(2026, 12, 10)) == []
    with fund.office() as office:
        with pytest.raises(access.NotADecider):
            deciding.refuse(office, DIRECTOR, plan_id, "Trop tard")
        deciding.refuse(office, CENTRAL, plan_id, "Dossier incomplet")


def test_an_agency_without_director_sends_to_the_central_level_at_once(fund: Fund) -> None:
    with fund.office() as office:
        for one in (DIRECTOR, OTHER_DIRECTOR):
            staff.deactivate(office.session, one, now=office.now, actor="command")
    assert plan_of(fund, requested(fund)).level == "central"


def test_nobody_decides_their_own_plan(fund: Fund) -> None:
    with fund.office() as office:
        link(office.session, DIRECTOR, fund.contributor, kind="mandate")
    plan_id = requested(fund)
    with fund.office() as office:
        assert [one.telegram_id for one in access.deciders_of(office, plan_of(fund, plan_id))] == [
            OTHER_DIRECTOR
        ]
        with pytest.raises(access.NoSuchPlan):
            deciding.grant(office, DIRECTOR, plan_id, None, seen="")


def test_an_agent_does_not_decide_and_another_agency_sees_nothing(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        create_staff(office.session, 8100, Role.DIRECTOR, "31")
        with pytest.raises(access.NotADecider):
            deciding.refuse(office, AGENT, plan_id, "Non")
        with pytest.raises(access.NoSuchPlan):
            deciding.refuse(office, 8100, plan_id, "Non")


def test_of_two_deciders_at_once_one_wins_and_the_other_is_told(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        mark = deciding.terms_for(office, DIRECTOR, plan_id, None).mark
    start, outcomes = threading.Barrier(2), []

    def decide(who: int) -> None:
        start.wait()
        try:
            with fund.office() as office:
                if who == DIRECTOR:
                    deciding.grant(office, who, plan_id, None, seen=mark)
                else:
                    deciding.refuse(office, who, plan_id, "Non")
            outcomes.append("won")
        except deciding.DecidedAlready:
            outcomes.append("told")

    threads = [threading.Thread(target=decide, args=(who,)) for who in (DIRECTOR, OTHER_DIRECTOR)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "won"]
    assert plan_of(fund, plan_id).state in ("offered", "refused")


def test_references_have_no_gap_when_many_are_signed_at_once(fund: Fund) -> None:
    with fund.office() as office:
        people = [
            (7100 + n, a_trader_with_arrears(office.session, telegram_id=7100 + n))
            for n in range(6)
        ]
    start = threading.Barrier(6)

    def sign(telegram_id: int, contributor: int) -> None:
        start.wait()
        with fund.office() as office:
            quote = quoting.quote(office, quoting.case_of(office, contributor), TWELVE)
            asker = asking.Asker(telegram_id, contributor, "ar")
            asking.agree_at_once(office, asker, TWELVE, seen=quote.mark)

    threads = [threading.Thread(target=sign, args=one) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fund.office() as office:
        made = [
            references.parse(plan.reference).serial
            for _, contributor in people
            for plan in store.all_of(office.session, contributor)
        ]
    assert sorted(made) == [1, 2, 3, 4, 5, 6]


def test_a_double_press_signs_once_and_leaves_no_gap(fund: Fund) -> None:
    mark, start = seen(fund, TWELVE).mark, threading.Barrier(2)
    outcomes = []

    def sign() -> None:
        start.wait()
        try:
            with fund.office() as office:
                asking.agree_at_once(office, fund.samir, TWELVE, seen=mark)
            outcomes.append("signed")
        except asking.AlreadyOne:
            outcomes.append("there is one")

    threads = [threading.Thread(target=sign) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["signed", "there is one"]


# --- life ---------------------------------------------------------------------------------


def test_the_funds_payments_settle_installments_early_in_part_and_in_full(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        pay(office.session, fund.contributor, amount=2_000_000, on=date(2026, 11, 30), receipt="A")
    assert happenings(fund, date(2026, 12, 1)) == [What.PAID]
    with fund.office() as office:
        parts = store.standing_of(office.session, plan_id)
        assert parts[0].settled
        assert parts[1].left == 1_350_000 - 200_000
    assert happenings(fund, date(2026, 12, 1)) == []
    with fund.office() as office:
        pay(office.session, fund.contributor, amount=16_000_000, on=date(2026, 12, 20), receipt="B")
    assert happenings(fund, date(2026, 12, 21)) == [What.COMPLETED]
    assert plan_of(fund, plan_id).state == "completed"


def test_a_payment_for_a_year_outside_the_plan_is_not_counted(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        pay(
            office.session,
            fund.contributor,
            amount=4_320_000,
            on=date(2027, 1, 5),
            receipt="A",
            year=2027,
        )
    assert What.PAID not in happenings(fund, date(2027, 1, 6))
    with fund.office() as office:
        assert not store.standing_of(office.session, plan_id)[0].settled


def test_a_receipt_stops_reminders_at_once_and_a_clerk_confirms_it(fund: Fund) -> None:
    plan_id = signed(fund)
    day = date(2026, 12, 31)
    with fund.office() as office:
        assert [one.number for one in plans.due_installments(office.session, fund.day)] == [0]
        made = living.claim(
            office, SAMIR, plan_id, file_id="photo", file_kind="photo", scope=Scope.NEXT
        )
        assert made.up_to == 0
        assert plans.due_installments(office.session, fund.day) == []
        assert [one.number for one in plans.due_installments(office.session, day)] == [1]
    with fund.office() as office:
        plan, found = living.confirm_claim(office, AGENT, made.id)
        assert store.standing_of(office.session, plan.id)[0].settled
        assert found.state == "confirmed"
    with fund.office() as office, pytest.raises(living.ClaimDecided):
        living.reject_claim(office, DIRECTOR, made.id, "illisible")


def test_a_rejected_receipt_leaves_the_installment_open(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        made = living.claim(
            office, SAMIR, plan_id, file_id="photo", file_kind="photo", scope=Scope.NEXT
        )
        living.reject_claim(office, AGENT, made.id, "photo illisible")
        part = store.standing_of(office.session, plan_id)[0]
        assert not part.settled
        assert not part.waits
        with pytest.raises(access.NotStaff):
            living.confirm_claim(office, STRANGER, made.id)


def test_a_claim_for_everything_confirmed_completes_the_plan(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        made = living.claim(
            office, SAMIR, plan_id, file_id="photo", file_kind="photo", scope=Scope.ALL
        )
        assert made.amount == 18_000_000
        with pytest.raises(living.NothingToPay):
            living.claim(
                office, SAMIR, plan_id, file_id="photo", file_kind="photo", scope=Scope.NEXT
            )
        plan, _ = living.confirm_claim(office, AGENT, made.id)
        assert [one.what for one in daily.settle(office, plan)] == [What.COMPLETED]


def test_a_receipt_for_all_that_is_overdue_settles_it_together(fund: Fund) -> None:
    plan_id = signed(fund)
    happenings(fund, date(2027, 1, 30))
    fund.day = date(2027, 2, 1)
    with fund.office() as office:
        made = living.claim(
            office, SAMIR, plan_id, file_id="photo", file_kind="photo", scope=Scope.LATE
        )
        assert (made.up_to, made.amount) == (2, 1_800_000 + 2 * 1_350_000)
    assert happenings(fund, fund.day) == []  # nothing is overdue while a clerk has it
    with fund.office() as office:
        plan, _ = living.confirm_claim(office, AGENT, made.id)
        assert [one.what for one in daily.settle(office, plan)] == [What.SAVED]
        assert [part.settled for part in store.standing_of(office.session, plan_id)][:4] == [
            True,
            True,
            True,
            False,
        ]


def test_the_day_changes_once_by_oneself(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        plan = access.for_citizen(office, SAMIR, plan_id)
        parts = changing.with_day(office, plan, 10)
        changing.change(office, SAMIR, plan_id, day=10, seen=changing.written(parts))
        rows = store.installments_of(office.session, plan_id)
        assert [row.due for row in rows[1:4]] == [
            date(2026, 12, 10),
            date(2027, 1, 10),
            date(2027, 2, 10),
        ]
        assert sum(row.amount for row in rows) == plan.debt
        with pytest.raises(changing.ChangesUsedUp):
            changing.change(office, SAMIR, plan_id, day=12, seen="")


def test_the_amount_changes_inside_what_a_machine_may_grant(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        plan = access.for_citizen(office, SAMIR, plan_id)
        with pytest.raises(changing.AmountNotPossible) as limits:
            changing.with_amount(office, plan, dinars(5_000))
        assert (limits.value.least, limits.value.most) == (dinars(13_500), dinars(162_000))
        parts = changing.with_amount(office, plan, dinars(25_000))
        assert [part.amount for part in parts][-2:] == [dinars(25_000), dinars(12_000)]
        with pytest.raises(changing.FiguresMoved):
            changing.change(office, SAMIR, plan_id, amount=dinars(25_000), seen="older")
        changing.change(office, SAMIR, plan_id, amount=dinars(25_000), seen=changing.written(parts))
        rows = store.installments_of(office.session, plan_id)
        assert len(rows) == 8
        assert sum(row.amount for row in rows) == plan.debt
        assert (plan.months, plan.regular) == (7, dinars(25_000))


def test_what_is_overdue_is_not_changed_by_oneself(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office(date(2026, 12, 1)) as office, pytest.raises(changing.SomethingOverdue):
        changing.change(office, SAMIR, plan_id, day=10, seen="")


# --- trouble ------------------------------------------------------------------------------


def test_a_plan_in_trouble_is_told_proposed_and_decided_by_a_person(fund: Fund) -> None:
    plan_id = signed(fund)
    assert happenings(fund, date(2026, 11, 25)) == []
    assert happenings(fund, date(2026, 11, 26)) == [What.MISSED]  # the down payment
    assert happenings(fund, date(2026, 11, 27)) == []
    assert happenings(fund, date(2027, 1, 3)) == [What.MISSED]  # the first installment
    assert happenings(fund, date(2027, 1, 29)) == []
    assert happenings(fund, date(2027, 1, 30)) == [What.LAPSE_PROPOSED]
    plan = plan_of(fund, plan_id)
    assert (plan.state, plan.save_by) == ("lapse_proposed", date(2027, 2, 14))
    with fund.office(date(2027, 2, 14)) as office, pytest.raises(deciding.StillTime):
        deciding.confirm_lapse(office, DIRECTOR, plan_id, "Impayé")
    assert happenings(fund, date(2027, 2, 14)) == []
    assert happenings(fund, date(2027, 2, 15)) == [What.LAPSE_TO_DECIDE]
    assert happenings(fund, date(2027, 2, 16)) == []
    assert plan_of(fund, plan_id).state == "lapse_proposed"
    with fund.office(date(2027, 2, 16)) as office:
        deciding.confirm_lapse(office, DIRECTOR, plan_id, "Deux échéances impayées")
    assert plan_of(fund, plan_id).state == "lapsed"
    with fund.office(date(2027, 3, 1)) as office:
        case = quoting.case_of(office, fund.contributor)
        reasons = quoting.quote(office, case, TWELVE).reasons
        assert [reason.why.value for reason in reasons] == ["lapsed_recently"]


def test_paying_the_exact_sum_in_the_cure_window_saves_the_plan(fund: Fund) -> None:
    plan_id = signed(fund)
    happenings(fund, date(2027, 1, 30))
    with fund.office() as office:
        pay(office.session, fund.contributor, amount=3_150_000, on=date(2027, 2, 10), receipt="A")
    assert happenings(fund, date(2027, 2, 11)) == [What.PAID, What.SAVED, What.MISSED]
    assert plan_of(fund, plan_id).state == "active"


def test_undecided_after_ten_working_days_it_goes_to_the_central_level(fund: Fund) -> None:
    plan_id = signed(fund)
    happenings(fund, date(2027, 1, 30))
    happenings(fund, date(2027, 2, 15))
    assert plan_of(fund, plan_id).decide_by == date(2027, 3, 1)
    assert What.LAPSE_ESCALATED not in happenings(fund, date(2027, 3, 1))
    assert What.LAPSE_ESCALATED in happenings(fund, date(2027, 3, 2))
    with fund.office(date(2027, 3, 3)) as office:
        with pytest.raises(access.NotADecider):
            deciding.delay(office, DIRECTOR, plan_id)
        plan = deciding.delay(office, CENTRAL, plan_id)
        assert (plan.state, plan.delayed_until) == ("active", date(2027, 4, 4))
    assert What.LAPSE_PROPOSED not in happenings(fund, date(2027, 4, 4))
    assert What.LAPSE_PROPOSED in happenings(fund, date(2027, 4, 5))


def test_new_terms_replace_the_plan_in_trouble_only_when_agreed(fund: Fund) -> None:
    old = signed(fund)
    happenings(fund, date(2027, 1, 30))
    fund.day = date(2027, 2, 1)
    new = requested(fund, LONG)
    with fund.office() as office:
        mark = deciding.terms_for(office, DIRECTOR, new, None).mark
        deciding.grant(office, DIRECTOR, new, None, seen=mark)
    assert plan_of(fund, old).state == "lapse_proposed"
    with fund.office() as office:
        quote = asking.quote_of(office, access.for_citizen(office, SAMIR, new))
        asking.agree(office, fund.samir, new, seen=quote.mark)
    assert (plan_of(fund, old).state, plan_of(fund, new).state) == ("replaced", "active")


# --- others -------------------------------------------------------------------------------


def test_a_clerk_prepares_and_the_citizen_confirms(fund: Fund) -> None:
    with fund.office() as office:
        clerk = access.member_of(office, AGENT)
        plan_id = asking.prepare(office, clerk, fund.contributor, TWELVE).id
    assert plan_of(fund, plan_id).state == "prepared"
    with fund.office() as office:
        quote = asking.quote_of(office, access.for_citizen(office, SAMIR, plan_id))
        assert asking.agree(office, fund.samir, plan_id, seen=quote.mark).state == "active"


def test_what_a_clerk_prepared_outside_standard_terms_goes_to_the_director(fund: Fund) -> None:
    with fund.office() as office:
        clerk = access.member_of(office, AGENT)
        plan_id = asking.prepare(office, clerk, fund.contributor, LONG).id
    with fund.office() as office:
        quote = asking.quote_of(office, access.for_citizen(office, SAMIR, plan_id))
        plan = asking.agree(office, fund.samir, plan_id, seen=quote.mark)
        assert (plan.state, plan.answer_by) == ("requested", date(2026, 12, 9))


def test_a_clerk_prepares_neither_their_own_nor_another_agencys(fund: Fund) -> None:
    with fund.office() as office:
        create_staff(office.session, 8100, Role.AGENT, "31")
        with pytest.raises(access.NoSuchPlan):
            asking.prepare(office, access.member_of(office, 8100), fund.contributor, TWELVE)
        link(office.session, AGENT, fund.contributor)
        with pytest.raises(access.NoSuchPlan):
            asking.prepare(office, access.member_of(office, AGENT), fund.contributor, TWELVE)


def test_a_counter_serves_its_people_and_its_agency_decides(fund: Fund) -> None:
    with fund.office() as office:
        create_agency(office.session, "1601", name_fr="Guichet Bab El Oued", parent="16")
        create_staff(office.session, 8200, Role.AGENT, "1601")
        at_counter = create_contributor(
            office.session,
            VAULT,
            agency="1601",
            affiliated_on=date(2025, 1, 1),
            declarations={2025: 24_000_000},
        )
        clerk = access.member_of(office, 8200)
        plan = asking.prepare(office, clerk, at_counter, TWELVE)
        assert references.parse(plan.reference).agency == "1601"
        with pytest.raises(access.NoSuchPlan):  # another counter's, or the agency's own
            asking.prepare(office, clerk, fund.contributor, TWELVE)
        director = access.member_of(office, DIRECTOR)
        prepared = (State.PREPARED,)
        assert [one.id for one in access.of_staff(office, director, prepared)] == [plan.id]
        assert [one.id for one in access.of_staff(office, clerk, prepared)] == [plan.id]
        deciders = [one.telegram_id for one in access.deciders_of(office, plan)]
        assert deciders == [DIRECTOR, OTHER_DIRECTOR]


def test_a_plan_spreads_exactly_what_the_situation_shows(fund: Fund) -> None:
    with fund.office() as office:
        shown = situation.situation_on(
            office.session,
            policy=fund.policy,
            vault=VAULT,
            contributor_id=fund.contributor,
            on=fund.day,
        )
        assert shown is not None
        assert quoting.case_of(office, fund.contributor).debt.amount == shown.position.total


def test_who_owes_nothing_late_is_told_so(fund: Fund) -> None:
    with fund.office() as office:
        pay(office.session, fund.contributor, amount=18_000_000, on=date(2026, 11, 25), receipt="A")
    with fund.office() as office, pytest.raises(NothingLate):
        quoting.case_of(office, fund.contributor)
    with fund.office() as office, pytest.raises(NothingLate):
        asking.agree_at_once(office, fund.samir, TWELVE, seen="x")


def test_a_down_payment_of_everything_is_no_plan(fund: Fund) -> None:
    with pytest.raises(NothingToSpread):
        seen(fund, Wish(months=12, down_payment=dinars(180_000)))


def test_a_withdrawn_request_cannot_be_granted(fund: Fund) -> None:
    plan_id = requested(fund)
    with fund.office() as office:
        asking.withdraw(office, SAMIR, plan_id)
    with fund.office() as office, pytest.raises(deciding.DecidedAlready):
        deciding.grant(office, DIRECTOR, plan_id, None, seen="")
    with fund.office() as office, pytest.raises(NotNow):
        asking.withdraw(office, SAMIR, plan_id)


def test_every_change_is_an_event_with_who(fund: Fund) -> None:
    plan_id = signed(fund)
    with fund.office() as office:
        found = (
            office.session.query(Event)
            .filter(Event.subject_kind == "plan", Event.subject_id == plan_id)
            .all()
        )
        assert [event.name for event in found] == ["plan.granted", "plan.signed"]
        assert {event.actor for event in found} == {person(SAMIR)}
