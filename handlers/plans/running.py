"""A plan as the citizen sees it, whatever its state, and what they can do with it now."""

from __future__ import annotations

from handlers.buttons import Button
from handlers.papers.order import Wanted
from handlers.plans import telling, text
from handlers.plans.guard import office, pressed
from handlers.turn import Turn
from services.money import Centimes
from services.plans import access, asking, changing, living, states, store
from services.plans.changing import ChangesUsedUp, SomethingOverdue
from services.plans.living import NothingToPay, Progress, Scope
from services.plans.states import NotNow, State
from services.records.plans import Plan


def show(turn: Turn) -> None:
    show_plan(turn, access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn)))


def progress(turn: Turn, plan: Plan) -> Progress:
    return living.progress_of(office(turn), plan)


def show_plan(turn: Turn, plan: Plan) -> None:
    """Where a plan stands, what comes next, and the buttons of this state."""
    words, state = turn.words, State(plan.state)
    parts = [text.head(words, plan)]
    if plan.signed_on is not None:
        if state in states.LIVE:
            parts.append(text.progress(words, plan, progress(turn, plan), turn.today))
        else:
            parts.append(text.asked(words, plan))
    else:
        parts.append(text.asked(words, plan))
        if state is State.REQUESTED and plan.answer_by is not None:
            parts.append(words.text(f"plan.waits_{plan.level}", by=plan.answer_by))
        if state is State.QUESTIONED:
            question = store.said(office(turn), plan, "question") or ""
            parts.append(words.text("plan.question", text=question))
    if state in (State.REFUSED, State.LAPSED):
        reason = store.said(office(turn), plan, "reason") or ""
        parts.append(words.text("plan.reason", text=reason))
        parts.append(words.text("plan.appeal"))
    turn.show_html("\n\n".join(parts), _rows(turn, plan))


def _rows(turn: Turn, plan: Plan) -> list[list[Button]]:
    number, state = str(plan.id), State(plan.state)
    rows: list[list[Button]] = []
    if state in states.LIVE:
        found = progress(turn, plan)
        if len(found.overdue) > 1:
            rows.append([Button("plan.button_paid_late", "plan.paid", f"{number}:late")])
        if found.next is not None:
            rows.append([Button("plan.button_paid", "plan.paid", number)])
            rows += how_to_pay(turn)
        if _may_change(turn, plan):
            rows.append([Button("plan.button_change", "plan.change", number)])
        waiting = store.latest_of(turn.session, plan.contributor_id, states.WAITING)
        if waiting is not None:
            rows.append([Button("plan.button_waiting", "plan.show", str(waiting.id))])
        else:
            rows.append([Button("plan.button_new_terms", "plan.new_terms", number)])
        if found.next is not None:
            rows.append([Button("plan.button_all", "plan.all", number)])
        rows.append(
            [
                Button("plan.button_calendar", "plan.calendar", number),
                Button("plan.button_paper", "plan.paper", number),
            ]
        )
    elif state in (State.OFFERED, State.PREPARED):
        rows.append([Button("plan.button_read_offer", "plan.read", number)])
    elif state is State.QUESTIONED:
        rows.append([Button("plan.button_answer", "plan.reply", number)])
    elif plan.signed_on is not None:
        rows.append([Button("plan.button_calendar", "plan.calendar", number)])
    if state in states.WAITING:
        rows.append([Button("plan.button_withdraw", "plan.withdraw", number)])
    if state in (State.REFUSED, State.LAPSED, State.WITHDRAWN):
        rows.append([Button("plan.button_new", "plan.open")])
    return [*rows, [Button("button.menu", "menu.open")]]


def how_to_pay(turn: Turn) -> list[list[Button]]:
    """Where and how to pay, where this edition can tell it."""
    if "pay.open" not in turn.kit.book.actions:
        return []
    return [[Button("menu.pay", "pay.open")]]


def _may_change(turn: Turn, plan: Plan) -> bool:
    try:
        changing.may_change(office(turn), plan)
    except (NotNow, ChangesUsedUp, SomethingOverdue, NothingToPay):
        return False
    return True


def calendar(turn: Turn) -> None:
    """Every part with what became of it."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    found = progress(turn, plan)
    if not found.parts:
        show_plan(turn, plan)
        return
    parts = [text.head(turn.words, plan), text.lived(turn.words, found)]
    turn.show_html("\n\n".join(parts), [[Button("plan.button_show", "plan.show", str(plan.id))]])


def send_again(turn: Turn) -> None:
    """The signed summary once more, with the schedule as it is now."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if plan.signed_on is None:
        show_plan(turn, plan)
        return
    send_paper(turn, plan)


def send_paper(turn: Turn, plan: Plan) -> None:
    turn.say_paper(
        Wanted("plan", f"{plan.reference}.pdf", details={"plan": plan.id}),
        "plan.paper",
        reference=plan.reference,
    )


# --- taking back ----------------------------------------------------------------------------


def withdraw(turn: Turn) -> None:
    """Ask once more before a request is taken back or an offer turned down."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if State(plan.state) not in states.WAITING:
        show_plan(turn, plan)
        return
    turn.show(
        "plan.withdraw_sure",
        [
            [Button("plan.button_withdraw_yes", "plan.withdraw_yes", str(plan.id))],
            [Button("plan.button_keep", "plan.show", str(plan.id))],
        ],
        reference=plan.reference,
    )


def withdraw_yes(turn: Turn) -> None:
    the_office = office(turn)
    plan = access.for_citizen(the_office, turn.caller.telegram_id, pressed(turn))
    told = State(plan.state) in states.BEFORE_DECISION
    try:
        plan = asking.withdraw(the_office, turn.caller.telegram_id, plan.id)
    except NotNow:
        show_plan(turn, plan)
        return
    if (turn.caller.step or "") == "plan.offer":
        turn.close()
    if told:
        telling.tell_deciders(turn.kit, turn.outbox, the_office, plan, "plan_desk.news_withdrawn")
    show_plan(turn, plan)


# --- the director's question ------------------------------------------------------------------


def reply(turn: Turn) -> None:
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if plan.state != State.QUESTIONED:
        show_plan(turn, plan)
        return
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {"question": plan.id}
    turn.go("plan.reply")


def ask_reply(turn: Turn) -> None:
    plan = _questioned(turn)
    question = store.said(office(turn), plan, "question") or ""
    turn.ask("plan.ask_reply", reference=plan.reference, text=question)


def answer_reply(turn: Turn) -> None:
    """Keep the answer; the request goes back to whoever asked."""
    plan = _questioned(turn)
    words = turn.text.strip()
    if not words:
        turn.say("plan.words_please")
        return
    try:
        plan = asking.answer(office(turn), turn.caller.telegram_id, plan.id, words[:1_000])
    except NotNow:
        turn.close()
        show_plan(turn, plan)
        return
    turn.close()
    telling.tell_deciders(turn.kit, turn.outbox, office(turn), plan, "plan_desk.news_answered")
    turn.say("plan.replied", by=plan.answer_by)
    show_plan(turn, plan)


def _questioned(turn: Turn) -> Plan:
    return access.for_citizen(
        office(turn), turn.caller.telegram_id, int(turn.draft.get("question", 0))
    )


# --- "I have paid" ------------------------------------------------------------------------------


def pay_all(turn: Turn) -> None:
    """The sum that ends the plan today."""
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    found = progress(turn, plan)
    if State(plan.state) not in states.LIVE or found.next is None:
        show_plan(turn, plan)
        return
    turn.show(
        "plan.pay_all",
        [
            [Button("plan.button_paid_all", "plan.paid", f"{plan.id}:all")],
            [Button("plan.button_show", "plan.show", str(plan.id))],
        ],
        reference=plan.reference,
        amount=found.left,
    )


def paid(turn: Turn) -> None:
    """Ask for a picture of the receipt."""
    assert turn.press is not None
    plan = access.for_citizen(office(turn), turn.caller.telegram_id, pressed(turn))
    if State(plan.state) not in states.LIVE or progress(turn, plan).next is None:
        show_plan(turn, plan)
        return
    scope = turn.press.argument.partition(":")[2]
    turn.press = None
    turn.close(keep_draft=True)
    turn.caller.drafts["plan"] = {
        "receipt_for": plan.id,
        "scope": scope if scope in ("all", "late") else "next",
    }
    turn.go("plan.receipt")


def ask_receipt(turn: Turn) -> None:
    plan = _paid_for(turn)
    found = progress(turn, plan)
    if State(plan.state) not in states.LIVE or found.next is None:
        turn.close()
        show_plan(turn, plan)
        return
    covered = living.covered(found, Scope(turn.draft.get("scope", "next")))
    amount = Centimes(sum(part.left for part in covered))
    turn.ask("plan.ask_receipt", amount=amount, reference=plan.reference)


def answer_receipt(turn: Turn) -> None:
    """Keep the picture as a task for a clerk; from now on nobody reminds of this installment."""
    message = turn.message
    assert message is not None
    if message.photo:
        file_id, kind = message.photo[-1].file_id, "photo"
    elif message.document is not None and (message.document.mime_type or "") in (
        "image/jpeg",
        "image/png",
        "application/pdf",
    ):
        file_id, kind = message.document.file_id, "document"
    else:
        turn.say("plan.receipt_please")
        return
    plan = _paid_for(turn)
    try:
        claim = living.claim(
            office(turn),
            turn.caller.telegram_id,
            plan.id,
            file_id=file_id,
            file_kind=kind,
            scope=Scope(turn.draft.get("scope", "next")),
        )
    except (NotNow, NothingToPay):
        turn.close()
        show_plan(turn, plan)
        return
    turn.close()
    telling.tell_clerks(turn.kit, turn.outbox, office(turn), plan, claim)
    turn.say(
        "plan.receipt_kept",
        [[Button("plan.button_show", "plan.show", str(plan.id))]],
        amount=claim.amount,
    )


def _paid_for(turn: Turn) -> Plan:
    return access.for_citizen(
        office(turn), turn.caller.telegram_id, int(turn.draft.get("receipt_for", 0))
    )
