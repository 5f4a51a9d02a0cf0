"""/complaint: what it is about, what happened, what proves it; then a number and two dates.

Someone who is not linked can complain too, by agency. Nothing is filed before the last
button; what was begun is kept, and the words in it are sealed.
"""

from __future__ import annotations

from typing import Any

from handlers import agency_choice, whose
from handlers.buttons import Button
from handlers.complaints import cases, telling
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.turn import PARKED, Turn, conversation_of
from services import accounts, linking, situation
from services.complaints import categories, filing
from services.complaints.store import Case
from services.dates import day_in_algiers

# --- the ways in ----------------------------------------------------------------------------


def open_(turn: Turn) -> None:
    """Begin, go on where it was left, or show again what is open."""
    if turn.caller.step is not None and conversation_of(turn.caller.step) == "complaint":
        turn.go(turn.caller.step)
        return
    argument = turn.press.argument if turn.press is not None else ""
    if not _is_parked(turn) and (linked := whose.by_argument(turn, argument)) is not None:
        _begin(turn, {"contributor": linked.contributor_id, "agency": _agency_of(turn, linked)})
        return
    turn.enter("complaint.start")


def open_by_agency(turn: Turn) -> None:
    """The link on a poster of an agency."""
    if turn.argument not in office(turn).agencies or _is_parked(turn):
        open_(turn)
        return
    _begin(turn, {"agency": turn.argument})


def dispute(turn: Turn) -> None:
    """A line of the status that looks wrong: the complaint carries its figures."""
    _about_a_line(turn, "contribution_amount")


def unrecorded(turn: Turn) -> None:
    """Someone paid and is asked all the same: what they paid is looked for, unless it is here
    by now."""
    _about_a_line(turn, "payment_not_recorded")


def _about_a_line(turn: Turn, category: str) -> None:
    assert turn.press is not None
    account, _, year = turn.press.argument.rpartition(":")
    linked = whose.by_argument(turn, account)
    if linked is None and not account:
        own = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
        linked = own[0] if len(own) == 1 else None
    found = (
        situation.situation_on(
            turn.session,
            policy=turn.kit.policy,
            vault=turn.kit.vault,
            contributor_id=linked.contributor_id,
            on=turn.today,
        )
        if linked is not None
        else None
    )
    lines = found.position.lines if found is not None else ()
    line = next((one for one in lines if str(one.year) == year), None)
    if linked is None or found is None or line is None:
        turn.toast("button.not_valid", alert=True)
        return
    turn.press = None  # the status stays as it is
    if category == "payment_not_recorded" and not line.total:
        turn.say(
            "complaint.recorded_by_now",
            [[Button("complaint.to_status", "status.open", whose.argument_of(linked))]],
            year=str(line.year),
        )
        return
    draft: dict[str, Any] = {
        "contributor": linked.contributor_id,
        "agency": found.card.agency,
        "category": category,
        "figures": {
            "year": line.year,
            "due": line.due,
            "paid": line.paid,
            "remaining": line.remaining,
            "surcharge": line.surcharge,
            "estimate": line.estimate,
            "as_of": found.card.as_of.isoformat(),
        },
    }
    open_already = _duplicate_in(turn, draft) is not None
    _begin(turn, draft, "complaint.duplicate" if open_already else "complaint.text")


def _begin(turn: Turn, draft: dict[str, Any], step: str = "complaint.start") -> None:
    turn.close(keep_draft=True)
    turn.caller.drafts["complaint"] = draft
    turn.go(step)


def _is_parked(turn: Turn) -> bool:
    return PARKED in turn.caller.drafts.get("complaint", {})


def _agency_of(turn: Turn, linked: linking.Linked) -> str | None:
    profile = accounts.profile_of(turn.session, linked.contributor_id)
    known = office(turn).agencies
    return profile.agency if profile is not None and profile.agency in known else None


# --- for whom, and where --------------------------------------------------------------------


def ask_start(turn: Turn) -> None:
    """Ask for whom where that is open; else go straight on."""
    draft = turn.draft
    linked = linking.accounts_of(turn.session, turn.caller.telegram_id, turn.today)
    if "contributor" not in draft and len(linked) == 1:
        draft["contributor"] = linked[0].contributor_id
        draft.setdefault("agency", _agency_of(turn, linked[0]))
    if "contributor" not in draft and len(linked) > 1:
        page = whose.page_of(turn.press.argument if turn.press else "", len(linked))
        shown = linked[page * whose.PAGE_ROWS : (page + 1) * whose.PAGE_ROWS]
        turn.ask(
            "complaint.for_whom",
            [
                *[[_account_button(turn, one)] for one in shown],
                whose.page_turners("complaint.accounts", page, len(linked)),
            ],
        )
        return
    turn.go("complaint.category" if draft.get("agency") else "complaint.agency")


def _account_button(turn: Turn, one: linking.Linked) -> Button:
    return Button(
        "complaint.account",
        "complaint.for",
        whose.argument_of(one),
        values={"name": whose.display_name(turn, one.contributor_id)},
    )


def choose_account(turn: Turn) -> None:
    """Keep for whom."""
    assert turn.press is not None
    linked = whose.by_argument(turn, turn.press.argument)
    if linked is None:
        turn.go("complaint.start")
        return
    turn.draft["contributor"] = linked.contributor_id
    if not turn.draft.get("agency"):
        turn.draft["agency"] = _agency_of(turn, linked)
    turn.go("complaint.start")


def ask_agency(turn: Turn) -> None:
    """Ask which agency is concerned: from the list, or typed."""
    asked = turn.press.argument if turn.press is not None else ""
    cards = agency_choice.listed(office(turn))
    turn.ask(
        "complaint.ask_agency",
        agency_choice.rows(
            turn,
            cards,
            choose="complaint.agency_is",
            turn_page="complaint.agencies",
            asked=asked,
        ),
    )


def answer_agency(turn: Turn) -> None:
    """Keep the agency that was typed, or show those it may be."""
    agency_choice.typed(
        turn, keep=_keep_agency, choose="complaint.agency_is", again="complaint.agency"
    )


def _keep_agency(turn: Turn, code: str) -> None:
    turn.draft["agency"] = code
    turn.go("complaint.category")


def choose_agency(turn: Turn) -> None:
    """Keep the agency that was pressed."""
    assert turn.press is not None
    if turn.press.argument in office(turn).agencies:
        _keep_agency(turn, turn.press.argument)
    else:
        turn.go("complaint.agency")


# --- what about -----------------------------------------------------------------------------


def ask_category(turn: Turn) -> None:
    """Ask what it is about; a subject known before (`about`) is taken as chosen."""
    if not turn.draft.get("agency"):
        turn.go("complaint.agency")
        return
    if about := turn.draft.pop("about", None):
        _keep_category(turn, about)
        return
    turn.ask(
        "complaint.ask_category",
        [
            [Button(f"category.{one.code}", "complaint.about", one.code)]
            for one in categories.tree().children()
        ],
        agency=agency_choice.of_draft(turn),
    )


def ask_kind(turn: Turn) -> None:
    heading = turn.draft.get("heading", "")
    turn.ask(
        f"category.{heading}.heading",
        [
            [Button(f"category.{one.code}", "complaint.kind_is", one.code)]
            for one in categories.tree().children(heading)
        ],
    )


def choose_category(turn: Turn) -> None:
    """Keep the category, or open its heading."""
    assert turn.press is not None
    _keep_category(turn, turn.press.argument)


def _keep_category(turn: Turn, code: str) -> None:
    if categories.tree().is_heading(code):
        turn.draft["heading"] = code
        turn.go("complaint.kind")
        return
    try:
        categories.tree().leaf(code)
    except categories.UnknownCategory:
        turn.go("complaint.category")
        return
    turn.draft["category"] = code
    turn.draft.pop("figures", None)
    turn.go("complaint.duplicate" if _duplicate_in(turn, turn.draft) else "complaint.text")


def ask_duplicate(turn: Turn) -> None:
    """A case on this is open already: offer to go on there."""
    duplicate = _duplicate_in(turn, turn.draft)
    if duplicate is None:
        turn.go("complaint.text")
        return
    turn.ask(
        "complaint.duplicate",
        [
            [Button("complaint.add_to_it", "complaint.continue")],
            [Button("complaint.another_matter", "complaint.anew")],
        ],
        reference=duplicate.reference,
        on=day_in_algiers(duplicate.filed_at),
    )


def continue_duplicate(turn: Turn) -> None:
    """Leave this one and add to the open case."""
    duplicate = _duplicate_in(turn, turn.draft)
    turn.close()
    if duplicate is None:
        open_(turn)
        return
    cases.add_to(turn, duplicate.id)


def _duplicate_in(turn: Turn, draft: dict[str, Any]) -> Case | None:
    return filing.open_duplicate(
        office(turn), turn.caller.telegram_id, draft["category"], draft.get("contributor")
    )


CONVERSATION = Conversation(
    name="complaint",
    commands={"complaint": open_},
    deep_links={"agency": open_by_agency},
    steps=(
        Step("complaint.start", ask=ask_start),
        Step("complaint.agency", ask=ask_agency, answer=answer_agency),
        Step("complaint.category", ask=ask_category, back="complaint.agency"),
        Step("complaint.kind", ask=ask_kind, back="complaint.category"),
        Step("complaint.duplicate", ask=ask_duplicate, back="complaint.category"),
        Step(
            "complaint.text",
            ask=telling.ask_text,
            answer=telling.answer_text,
            back="complaint.category",
            takes_albums=True,
        ),
        Step(
            "complaint.evidence",
            ask=telling.ask_evidence,
            answer=telling.answer_evidence,
            back="complaint.text",
            takes_albums=True,
        ),
        Step("complaint.review", ask=telling.ask_review, back="complaint.evidence"),
    ),
    actions={
        "complaint.open": Action(open_),
        "complaint.dispute": Action(dispute),
        "complaint.unrecorded": Action(unrecorded),
        "complaint.for": Action(choose_account, step="complaint.start"),
        "complaint.accounts": Action(ask_start, step="complaint.start"),
        "complaint.agency_is": Action(choose_agency, step="complaint.agency"),
        "complaint.agencies": Action(ask_agency, step="complaint.agency"),
        "complaint.about": Action(choose_category, step="complaint.category"),
        "complaint.kind_is": Action(choose_category, step="complaint.kind"),
        "complaint.continue": Action(continue_duplicate, step="complaint.duplicate"),
        "complaint.anew": Action(
            lambda turn: turn.go("complaint.text"), step="complaint.duplicate"
        ),
        "complaint.reviewed": Action(
            lambda turn: turn.go("complaint.review"), step="complaint.evidence"
        ),
        "complaint.anonymous": Action(telling.toggle_anonymous, step="complaint.review"),
        "complaint.send": Action(telling.send, step="complaint.review"),
    },
)
