"""The staff's side of plans: what waits, what is in trouble, receipts to check, one card each."""

from __future__ import annotations

from handlers import whose
from handlers.buttons import Button
from handlers.plans import text
from handlers.plans.guard import office, pressed
from handlers.turn import Turn
from services import access_trail, accounts
from services.access_trail import What
from services.identity import mask_ssn
from services.office import Office
from services.people import Role
from services.plans import access, living, states, store
from services.plans.debt import NothingLate
from services.plans.quoting import NoAccount, case_of
from services.plans.states import State
from services.records.plans import Plan
from services.references import NotAReference, ReferenceMistyped
from services.staff import Member

PAGE_ROWS = 8
LISTS: dict[str, tuple[State, ...]] = {
    "requests": states.BEFORE_DECISION,
    "trouble": (State.LAPSE_PROPOSED,),
    "running": (State.ACTIVE,),
}


def home(turn: Turn) -> None:
    """What waits for this member of the staff, and the ways on."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    rows = [
        [
            Button(
                f"plan_desk.button_{name}",
                "plan_desk.list",
                name,
                values={"n": len(access.of_staff(the_office, member, within))},
            )
        ]
        for name, within in LISTS.items()
    ]
    receipts = len(access.open_claims(the_office, member))
    rows.append([Button("plan_desk.button_receipts", "plan_desk.receipts", values={"n": receipts})])
    rows.append([Button("plan_desk.button_prepare", "plan_desk.prepare")])
    rows.append([Button("plan_desk.button_own", "plan.mine"), Button("button.menu", "menu.open")])
    turn.show("plan_desk.home", rows)


def list_(turn: Turn) -> None:
    """One of the lists, a page at a time."""
    assert turn.press is not None
    name, _, page_text = turn.press.argument.partition(":")
    within = LISTS.get(name)
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    if within is None:
        home(turn)
        return
    plans = access.of_staff(the_office, member, within)
    page = int(page_text) if page_text.isdecimal() else 0
    page = min(page, max(0, (len(plans) - 1) // PAGE_ROWS))
    shown = plans[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    lines = [turn.words.text(f"plan_desk.list_{name}", n=len(plans))]
    lines += [_line(turn, plan) for plan in shown]
    rows = [
        [
            Button(
                "plan_desk.button_plan",
                "plan_desk.show",
                str(plan.id),
                values={"reference": plan.reference},
            )
        ]
        for plan in shown
    ]
    turners = []
    if page:
        turners.append(Button("plan_desk.button_before", "plan_desk.list", f"{name}:{page - 1}"))
    if (page + 1) * PAGE_ROWS < len(plans):
        turners.append(Button("plan_desk.button_after", "plan_desk.list", f"{name}:{page + 1}"))
    turn.show_html(
        "\n\n".join(lines), [*rows, turners, [Button("plan_desk.button_home", "plan_desk.home")]]
    )


def _line(turn: Turn, plan: Plan) -> str:
    by = plan.answer_by if plan.state in states.BEFORE_DECISION else plan.decide_by or plan.save_by
    late = by is not None and by < turn.today
    key = (
        "plan_desk.line" if by is None else ("plan_desk.line_late" if late else "plan_desk.line_by")
    )
    return turn.words.text(
        key,
        reference=plan.reference,
        name=whose.display_name(turn, plan.contributor_id),
        debt=plan.debt,
        months=text.months(turn.words, plan.months),
        by=by,
    )


# --- a card -----------------------------------------------------------------------------------


def show(turn: Turn) -> None:
    show_card(turn, access.for_staff(office(turn), turn.caller.telegram_id, pressed(turn)))


def by_reference(turn: Turn, typed: str) -> None:
    """A plan by its reference as typed, for someone of the fund. Raises `NoSuchPlan`."""
    the_office = office(turn)
    try:
        plan_id = access.find(the_office, typed)
    except ReferenceMistyped:
        turn.say("plan.reference_mistyped")
        return
    except NotAReference:
        turn.say("plan.not_a_reference")
        return
    show_card(turn, access.for_staff(the_office, turn.caller.telegram_id, plan_id))


def show_card(turn: Turn, plan: Plan) -> None:
    """All the figures a decision needs, and what may be decided now."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    access_trail.looked(
        turn.session, member, What.PLAN, now=turn.now, contributor_id=plan.contributor_id
    )
    turn.show_html(_card(turn, the_office, plan), _rows(member, plan))


def _card(turn: Turn, office: Office, plan: Plan) -> str:
    words = turn.words
    ssn = accounts.ssn_of(turn.session, turn.kit.vault, plan.contributor_id)
    parts = [
        text.head(words, plan),
        words.text(
            "plan_desk.who",
            name=whose.display_name(turn, plan.contributor_id),
            ssn=mask_ssn(ssn),
            agency=plan.agency,
            level=words.label(f"plan_desk.level_{plan.level}"),
        ),
        text.asked(words, plan),
    ]
    parts.append(_debt_today(turn, office, plan))
    if plan.signed_on is None:
        if plan.reasons:
            lines = [words.text("plan_desk.reasons")]
            lines += [words.text(f"plan_desk.why_{why}") for why in plan.reasons]
            parts.append("\n".join(lines))
        means = plan.wish.get("means")
        if means is not None:
            parts.append(words.text("plan_desk.means", means=means))
        if plan.answer_by is not None and plan.state in states.BEFORE_DECISION:
            key = "plan_desk.promised_late" if plan.answer_by < turn.today else "plan_desk.promised"
            parts.append(words.text(key, by=plan.answer_by))
    elif State(plan.state) in states.LIVE:
        found = living.progress_of(office, plan)
        parts.append(text.progress(words, plan, found, turn.today))
    for kind in ("note", "question", "answer", "reason"):
        said = store.said(office, plan, kind)
        if said is not None:
            parts.append(words.text(f"plan_desk.said_{kind}", text=said))
    parts.append(_earlier(turn, plan))
    return "\n\n".join(part for part in parts if part)


def _debt_today(turn: Turn, office: Office, plan: Plan) -> str:
    """The debt by the fund's data of today, beside what the plan was asked for."""
    try:
        owed = case_of(office, plan.contributor_id).debt
    except (NothingLate, NoAccount):
        return turn.words.text("plan_desk.debt_gone")
    lines = [turn.words.text("plan_desk.debt_today", amount=owed.amount)]
    lines += [
        turn.words.text(
            "plan_desk.debt_year",
            year=str(year.year),
            principal=year.principal,
            surcharge=year.surcharge,
        )
        for year in owed.years
    ]
    return "\n".join(lines)


def _earlier(turn: Turn, plan: Plan) -> str:
    others = [one for one in store.all_of(turn.session, plan.contributor_id) if one.id != plan.id]
    if not others:
        return turn.words.text("plan_desk.no_earlier")
    lines = [turn.words.text("plan_desk.earlier")]
    lines += [
        turn.words.text(
            "plan_desk.earlier_line",
            reference=one.reference,
            state=turn.words.label(f"plan.state_{one.state}"),
        )
        for one in others[:5]
    ]
    return "\n".join(lines)


def _rows(member: Member, plan: Plan) -> list[list[Button]]:
    number, state = str(plan.id), State(plan.state)
    rows: list[list[Button]] = []
    decides = member.role in access.MAY_DECIDE and (
        plan.level != "central" or member.role is Role.CENTRAL
    )
    if decides and state in states.BEFORE_DECISION:
        rows += [
            [Button("plan_desk.button_grant", "plan_desk.grant", number)],
            [Button("plan_desk.button_terms", "plan_desk.terms", number)],
            [Button("plan_desk.button_refuse", "plan_desk.refuse", number)],
        ]
        if state is State.REQUESTED:
            rows.append([Button("plan_desk.button_ask", "plan_desk.ask", number)])
    if decides and state is State.LAPSE_PROPOSED:
        rows += [
            [Button("plan_desk.button_delay", "plan_desk.delay", number)],
            [Button("plan_desk.button_lapse", "plan_desk.lapse", number)],
        ]
    return [*rows, [Button("plan_desk.button_home", "plan_desk.home")]]
