"""The templates of a desk, edited in chat: for a category, a state of the case and a language.

A director writes those of the agency, the central level those that every desk is offered. What is
written is shown as a citizen would read it before it is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation, Step
from handlers.desk import card_text
from handlers.desk.guard import for_staff
from handlers.turn import Turn
from handlers.words import LANGUAGES
from services.complaints import access, categories, templates
from services.complaints.access import NoSuchCase
from services.complaints.letters import NothingSaid, TooLong
from services.complaints.templates import (
    EVERY,
    STATES,
    HoldsANumber,
    Place,
    PlaceholderUnknown,
    Template,
    TitleUnusable,
)
from services.references import CENTRAL

EXAMPLE = "R-16-26-000123-0"
NEW = 0  # in place of a template's number

Handler = Callable[[Turn], None]


def for_writers(handler: Handler) -> Handler:
    """Run for those who write templates; anyone else learns nothing."""

    def guarded(turn: Turn) -> None:
        member = access.member_of(office(turn), turn.caller.telegram_id)
        if not templates.may_write(member):
            turn.toast("button.not_valid", alert=True)
            return
        try:
            handler(turn)
        except NoSuchCase:  # a colleague gave it up meanwhile
            turn.toast("templates.gone", alert=True)
            turn.go("templates.list")

    return for_staff(guarded)


def queue_row(turn: Turn) -> list[Button]:
    """The row of the queue that leads here, for those who write templates."""
    member = access.member_of(office(turn), turn.caller.telegram_id)
    return [Button("templates.open", "templates.open")] if templates.may_write(member) else []


# --- what for -------------------------------------------------------------------------------


def open_(turn: Turn) -> None:
    """Begin with the category; what was being written elsewhere is kept there."""
    turn.close(keep_draft=True)
    turn.caller.drafts["templates"] = {}
    turn.go("templates.category")


def ask_category(turn: Turn) -> None:
    """Ask for the category, with how many templates there are of each."""
    counts = templates.count_by_category(office(turn), turn.caller.telegram_id)
    codes = [EVERY, *(one.code for one in categories.tree().leaves())]
    buttons = [
        Button(
            "templates.category",
            "templates.category_is",
            code,
            values={"category": _category(turn, code), "count": counts.get(code, 0)},
        )
        for code in codes
    ]
    turn.ask("templates.ask_category", [[one] for one in buttons])


def choose_category(turn: Turn) -> None:
    """Keep the category; first shown: answers, in the language of the one who writes."""
    assert turn.press is not None
    code = turn.press.argument
    if code != EVERY and code not in {one.code for one in categories.tree().leaves()}:
        turn.go("templates.category")
        return
    turn.draft.update(category=code, state=STATES[0], language=turn.caller.language)
    turn.go("templates.list")


def ask_list(turn: Turn) -> None:
    """The templates of a category, for one state and one language at a time."""
    place = _place(turn)
    found = templates.written_for(office(turn), turn.caller.telegram_id, place)
    states = [_switch(f"templates.state_{one}", place.state == one, one) for one in STATES]
    languages = [
        _switch(f"templates.in_{one}", place.language == one, one) for one in sorted(LANGUAGES)
    ]
    rows = [
        *(states[at : at + 2] for at in range(0, len(states), 2)),
        languages,
        *(
            [Button("desk.template", "templates.show", str(one.id), {"title": one.title})]
            for one in found
        ),
        [Button("templates.new", "templates.new")],
    ]
    turn.ask("templates.list", rows, n=len(found), category=_category(turn, place.category))


def switch(turn: Turn) -> None:
    """Look at another state, or the other language."""
    assert turn.press is not None
    chosen = turn.press.argument
    if chosen in STATES:
        turn.draft["state"] = chosen
    elif chosen in LANGUAGES:
        turn.draft["language"] = chosen
    turn.go("templates.list")


def _switch(label: str, chosen: bool, argument: str) -> Button:
    return Button(f"{label}_chosen" if chosen else label, "templates.switch", argument)


# --- one of them ----------------------------------------------------------------------------


def show(turn: Turn) -> None:
    """One template, as it is written and as it is read."""
    assert turn.press is not None
    found = _pressed(turn)
    turn.draft["id"] = found.id
    turn.go("templates.one")


def ask_one(turn: Turn) -> None:
    found = templates.one_of(office(turn), turn.caller.telegram_id, int(turn.draft["id"]))
    parts = [
        turn.words.text("templates.one", title=found.title, body=found.body),
        _as_read(turn, found.body),
    ]
    rows = [
        [
            Button("templates.rewrite", "templates.edit"),
            Button("desk.template_end", "templates.end"),
        ]
    ]
    turn.show_html("\n\n".join(parts), [*rows, turn.navigation()])


def end(turn: Turn) -> None:
    templates.end(office(turn), turn.caller.telegram_id, int(turn.draft["id"]))
    turn.toast("desk.template_ended")
    turn.go("templates.list")


# --- writing --------------------------------------------------------------------------------


def new(turn: Turn) -> None:
    turn.draft["id"] = NEW
    turn.draft.pop("title", None)
    turn.go("templates.text")


def edit(turn: Turn) -> None:
    """Write an existing one anew, under its title."""
    found = templates.one_of(office(turn), turn.caller.telegram_id, int(turn.draft["id"]))
    turn.draft["title"] = found.title
    turn.go("templates.text")


def ask_text(turn: Turn) -> None:
    place = _place(turn)
    turn.ask(
        "templates.ask_text",
        language=turn.words.label(f"desk.speaks_{place.language}"),
        known=", ".join(f"{{{name}}}" for name in templates.PLACEHOLDERS),
    )


def answer_text(turn: Turn) -> None:
    """Keep the words once they can serve many; then ask for a title, or show the whole."""
    try:
        turn.draft["body"] = templates.check_kept(turn.text)
    except NothingSaid:
        turn.say("cases.words_please")
    except TooLong as refusal:
        turn.say("templates.too_long", length=refusal.length)
    except PlaceholderUnknown as refusal:
        turn.say(
            "templates.placeholder_unknown",
            written=", ".join(refusal.written),
            known=", ".join(f"{{{name}}}" for name in templates.PLACEHOLDERS),
        )
    except HoldsANumber as refusal:
        turn.say("templates.holds_a_number", numbers=", ".join(refusal.numbers))
    else:
        turn.go("templates.preview" if turn.draft.get("title") else "templates.title")


def ask_title(turn: Turn) -> None:
    turn.ask("templates.ask_title", most=str(templates.TITLE_MAX))


def answer_title(turn: Turn) -> None:
    try:
        turn.draft["title"] = templates.check_title(turn.text)
    except TitleUnusable:
        turn.say("desk.template_title_unusable", most=str(templates.TITLE_MAX))
        return
    turn.go("templates.preview")


def ask_preview(turn: Turn) -> None:
    """Show it as a citizen would read it, before it is kept."""
    place = _place(turn)
    head = turn.words.text(
        "templates.preview",
        title=turn.draft["title"],
        category=_category(turn, place.category),
        state=turn.words.label(f"templates.state_{place.state}"),
        language=turn.words.label(f"desk.speaks_{place.language}"),
    )
    rows = [
        [Button("templates.keep", "templates.keep")],
        [
            Button("templates.rewrite", "templates.again"),
            Button("templates.retitle", "templates.retitle"),
        ],
    ]
    turn.show_html(
        "\n\n".join((head, _as_read(turn, turn.draft["body"]))), [*rows, turn.navigation()]
    )


def keep(turn: Turn) -> None:
    templates.keep(
        office(turn),
        turn.caller.telegram_id,
        _place(turn),
        title=turn.draft["title"],
        body=turn.draft["body"],
        instead_of=int(turn.draft["id"]) or None,
    )
    turn.toast("desk.template_kept")
    for name in ("id", "title", "body"):
        turn.draft.pop(name, None)
    turn.go("templates.list")


# --- inside ---------------------------------------------------------------------------------


def _place(turn: Turn) -> Place:
    draft = turn.draft
    return Place(draft["category"], draft["state"], draft["language"])


def _pressed(turn: Turn) -> Template:
    assert turn.press is not None
    number = int(turn.press.argument) if turn.press.argument.isdecimal() else NEW
    return templates.one_of(office(turn), turn.caller.telegram_id, number)


def _category(turn: Turn, code: str) -> str:
    return turn.words.label("templates.every" if code == EVERY else f"category.{code}")


def _as_read(turn: Turn, body: str) -> str:
    """With made-up values in the citizen's language."""
    the_office = office(turn)
    member = access.member_of(the_office, turn.caller.telegram_id)
    words = turn.kit.words[_place(turn).language]
    agency = member.agency or CENTRAL
    filled = templates.fill(
        body,
        {
            "reference": EXAMPLE,
            "name": words.label("templates.example_name"),
            "agency": card_text.agency_title(words, the_office, agency)
            if agency != CENTRAL
            else words.label("desk.central"),
        },
    )
    return turn.words.text("templates.as_read", text=filled)


def _to(step: str) -> Handler:
    return for_writers(lambda turn: turn.go(step))


CONVERSATION = Conversation(
    name="templates",
    personal=False,  # whoever works here is asked for their role, not for consent
    steps=(
        Step("templates.category", ask=for_writers(ask_category)),
        Step("templates.list", ask=for_writers(ask_list), back="templates.category"),
        Step("templates.one", ask=for_writers(ask_one), back="templates.list"),
        Step(
            "templates.text",
            ask=for_writers(ask_text),
            answer=for_writers(answer_text),
            back="templates.list",
        ),
        Step(
            "templates.title",
            ask=for_writers(ask_title),
            answer=for_writers(answer_title),
            back="templates.text",
        ),
        Step("templates.preview", ask=for_writers(ask_preview), back="templates.text"),
    ),
    actions={
        "templates.open": Action(for_writers(open_)),
        "templates.category_is": Action(for_writers(choose_category), step="templates.category"),
        "templates.switch": Action(for_writers(switch), step="templates.list"),
        "templates.show": Action(for_writers(show), step="templates.list"),
        "templates.new": Action(for_writers(new), step="templates.list"),
        "templates.edit": Action(for_writers(edit), step="templates.one"),
        "templates.end": Action(for_writers(end), step="templates.one"),
        "templates.again": Action(_to("templates.text"), step="templates.preview"),
        "templates.retitle": Action(_to("templates.title"), step="templates.preview"),
        "templates.keep": Action(for_writers(keep), step="templates.preview"),
    },
)
