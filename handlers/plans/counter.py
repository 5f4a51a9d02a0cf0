"""At the counter: a clerk prepares a plan for a citizen, who confirms it on their own telephone."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.plans import desk, telling, text
from handlers.plans.guard import office, pressed_among
from handlers.turn import Turn
from services import accounts
from services.identity import NotASocialSecurityNumber
from services.money import Centimes
from services.office import Office
from services.plans import access, asking, proposals, quoting
from services.plans.asking import AlreadyOne
from services.plans.debt import NothingLate
from services.plans.quoting import Case, NoAccount, Quote
from services.plans.terms import Wish, down_payment_of
from services.staff import Member


def start(turn: Turn) -> None:
    access.member_of(office(turn), turn.caller.telegram_id)
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan_desk"] = {}
    turn.go("plan_desk.ssn")


def ask_ssn(turn: Turn) -> None:
    access.member_of(office(turn), turn.caller.telegram_id)
    turn.ask("plan_desk.ask_ssn")


def answer_ssn(turn: Turn) -> None:
    """Keep whom the plan is for: someone of this agency, never oneself."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    try:
        found = accounts.find_by_ssn(turn.session, turn.kit.vault, turn.text)
    except NotASocialSecurityNumber:
        turn.say("plan_desk.ssn_not_read")
        turn.go("plan_desk.ssn")
        return
    if found is None or not _may_prepare(the_office, member, found):
        turn.say("plan_desk.ssn_unknown")
        turn.go("plan_desk.ssn")
        return
    turn.draft["contributor"] = found
    try:
        quoting.case_of(the_office, found)
    except (NothingLate, NoAccount):
        turn.close()
        turn.say("plan_desk.nothing_late")
        return
    turn.go("plan_desk.choose")


def ask_choose(turn: Turn) -> None:
    """Every length that makes a difference, with its amount."""
    case = _case(turn)
    down = down_payment_of(Wish(), case.debt.amount, case.terms)
    rows = []
    for months in proposals.lengths(Centimes(case.debt.amount - down), case.terms):
        found = quoting.quote(office(turn), case, Wish(months=months)).schedule
        rows.append(
            [
                Button(
                    "plan.button_proposal",
                    "plan_desk.choose_is",
                    str(months),
                    values={
                        "months": text.months(turn.words, found.months),
                        "regular": found.regular,
                    },
                )
            ]
        )
    turn.ask(
        "plan_desk.ask_choose",
        rows,
        name=whose.display_name(turn, case.contributor_id),
        debt=case.debt.amount,
        down=down,
    )


def choose_is(turn: Turn) -> None:
    months = pressed_among(turn, turn.kit.policy.plan_terms(turn.today).months)
    if months is not None:
        turn.draft["months"] = months
        turn.go("plan_desk.prepared")


def ask_prepared(turn: Turn) -> None:
    """Show it to be read out at the counter."""
    case, quote = _quote(turn)
    parts = [
        turn.words.text(
            "plan_desk.would_prepare", name=whose.display_name(turn, case.contributor_id)
        ),
        text.terms(turn.words, case.debt, quote.schedule),
        text.calendar(turn.words, quote.schedule.parts),
    ]
    if quote.reasons:
        lines = [turn.words.text("plan_desk.reasons")]
        lines += [turn.words.text(f"plan_desk.why_{one.why.value}") for one in quote.reasons]
        parts.append("\n".join(lines))
    rows = [[Button("plan_desk.button_send_to_citizen", "plan_desk.prepare_do")], turn.navigation()]
    turn.show_html("\n\n".join(parts), rows)


def prepare(turn: Turn) -> None:
    """Send it to the citizen's telephone, where it becomes a plan or not."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    case, quote = _quote(turn)
    try:
        plan = asking.prepare(the_office, member, case.contributor_id, quote.wish)
    except AlreadyOne as refusal:
        turn.close()
        turn.say("plan_desk.there_is_one")
        if refusal.plan is not None:
            turn.press = None
            desk.show_card(turn, refusal.plan)
        return
    turn.close()
    reached = telling.tell_citizen(
        turn.kit,
        turn.outbox,
        the_office,
        plan,
        "plan.news_prepared",
        [[Button("plan.button_read_offer", "plan.read", str(plan.id))]],
    )
    turn.show(
        "plan_desk.was_prepared" if reached else "plan_desk.was_prepared_unlinked",
        [[Button("plan_desk.button_home", "plan_desk.home")]],
        reference=plan.reference,
    )


def _may_prepare(office: Office, member: Member, contributor_id: int) -> bool:
    profile = accounts.profile_of(office.session, contributor_id)
    if profile is None or contributor_id in access.accounts_of(office, member.telegram_id):
        return False
    return access.works_for(office, member, profile.agency)


def _case(turn: Turn) -> Case:
    """The debt of whom the clerk serves, while they may. Raises `NoSuchPlan`."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    found = int(turn.draft.get("contributor", 0))
    if not _may_prepare(the_office, member, found):
        raise access.NoSuchPlan
    return quoting.case_of(the_office, found)


def _quote(turn: Turn) -> tuple[Case, Quote]:
    case = _case(turn)
    months = int(turn.draft.get("months", case.terms.months[0]))
    return case, quoting.quote(office(turn), case, Wish(months=months))
