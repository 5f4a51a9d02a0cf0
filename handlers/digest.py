"""/digest: what someone has to look at today, line by line; and the job that sends it at 08:00.

Each line opens its list. Everything is asked of the records anew when a button is pressed, by
the scope of whoever presses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import figures, general
from handlers.buttons import Button
from handlers.complaints.office import office
from handlers.conversation import Action, Conversation
from handlers.kit import Kit
from handlers.notices import tell
from handlers.turn import Turn
from handlers.words import Words
from services import staff
from services.audit import seals
from services.complaints import access
from services.complaints.office import Office
from services.dates import day_in_algiers, in_algiers
from services.evaluation import (
    bands,
    building,
    clusters,
    collection,
    digest,
    doors,
    failures,
    scope,
)
from services.evaluation.digest import Item, Line, View
from services.outbox import Lane, Outbox
from services.people import Role
from services.staff import Member

log = logging.getLogger(__name__)

Handler = Callable[[Turn], None]
# What a run takes on at most: it holds up conversations for less than a second.
EVENTS_AT_ONCE = 800
POSITIONS_BY_DAY, POSITIONS_BY_NIGHT, NIGHT_ENDS = 1_000, 10_000, 6
SHOWN = 12  # entries of a list; more of them are opened from the queue
_ALL_QUIET = "digest.quiet"


def for_readers(handler: Handler) -> Handler:
    """Run for those who read figures; anyone else learns nothing, not even that they exist."""

    def guarded(turn: Turn) -> None:
        try:
            scope.of(turn.session, turn.caller.telegram_id)
        except scope.NotForYou:
            if turn.query_id is not None:
                turn.toast("button.not_valid", alert=True)
            else:
                general.unknown_command(turn)
            return
        handler(turn)

    return guarded


# --- in chat ----------------------------------------------------------------------------------


def show(turn: Turn) -> None:
    """The digest as it stands now."""
    view = _view(turn)
    found = digest.lines(view)
    turn.show_html(text(turn.words, turn.now, found), buttons(found))


def open_list(turn: Turn) -> None:
    """The entries behind a line, with a button for each that the reader may open."""
    assert turn.press is not None
    kind = turn.press.argument
    if kind not in digest.KINDS:
        turn.toast("button.not_valid", alert=True)
        return
    view = _view(turn)
    items = digest.list_of(view, kind)
    back = [Button("button.back", "digest.show")]
    if not items:
        turn.show("digest.list_empty", [back])
        return
    words = turn.words
    shown = items[:SHOWN]
    count = len(items) if len(items) <= SHOWN else digest.count_of(view, kind)
    parts = [words.text(f"digest.line_{kind}", n=count)]
    parts += [_entry(words, view, item) for item in shown]
    if count > SHOWN:
        parts.append(words.text("digest.more", n=count - SHOWN))
    rows = [[button] for item in shown if (button := _opener(words, view, item)) is not None]
    turn.show_html("\n".join(parts), [*rows, back])


def text(words: Words, now: datetime, found: Sequence[Line]) -> str:
    """The digest's words; all quiet is one line."""
    day = day_in_algiers(now)
    if not found:
        return words.text(_ALL_QUIET, day=day)
    lines = [words.text(f"digest.line_{line.kind}", n=line.count) for line in found]
    return "\n".join([words.text("digest.title", day=day), "", *lines])


def buttons(found: Sequence[Line]) -> list[list[Button]]:
    return [[Button(f"digest.open_{line.kind}", "digest.list", line.kind)] for line in found]


# --- jobs -------------------------------------------------------------------------------------


def send_due(kit: Kit, session: Session, now: datetime, outbox: Outbox) -> None:
    """Send everybody's digest that is due. One that cannot be made raises an alarm, and the
    others go out all the same."""
    desk = Office(session, kit.policy, kit.vault, now)
    failed = 0
    for member in digest.readers(session):
        if not digest.is_due(desk, member):
            continue
        try:
            with session.begin_nested():
                found = digest.lines(digest.view_of(desk, member))
        except Exception as error:
            log.error("A digest could not be made: %s", type(error).__name__)
            failures.record(session, "digest", error, now)
            digest.keep_made(session, member, now, sent=False)
            failed += 1
            continue
        words = kit.words[member.language or "ar"]
        tell(
            kit,
            session,
            outbox,
            member.telegram_id,
            "digest.sent",
            buttons(found),
            lane=Lane.STAFF,
            repeatable=False,
            content=text(words, now, found) + _head(desk, member, words),
        )
        digest.keep_made(session, member, now, sent=True)
    if failed:
        for admin in staff.admins(session):
            tell(kit, session, outbox, admin.telegram_id, "digest.alarm", lane=Lane.STAFF, n=failed)


def _head(desk: Office, member: Member, words: Words) -> str:
    """Once a week the central level gets the head of the trail of events: a chat is another
    place than the database, so a trail that was cut off shows by it."""
    if member.role is not Role.CENTRAL or not digest.is_first_of_week(desk, member):
        return ""
    sealed = seals.last(desk.session)
    if sealed is None:
        return ""
    return "\n\n" + words.text("digest.trail", head=sealed.written)


def statistics(kit: Kit, session: Session, now: datetime, _: Outbox) -> None:
    """Bring the facts up to date, look for what left its band and for clusters, forget what
    ran out."""
    built = building.refresh(
        session, policy=kit.policy, vault=kit.vault, now=now, at_most=EVENTS_AT_ONCE
    )
    at_night = in_algiers(now).hour < NIGHT_ENDS
    collection.go_on(
        session, kit.policy, now, at_most=POSITIONS_BY_NIGHT if at_night else POSITIONS_BY_DAY
    )
    clusters.find_new(session, now)
    if not built.more:
        bands.find_new(session, now)
    doors.forget_old(session, now)
    failures.forget_old(session, now)
    digest.forget_old(session, now)


# --- inside -----------------------------------------------------------------------------------


def _view(turn: Turn) -> View:
    member = scope.of(turn.session, turn.caller.telegram_id).member
    return digest.view_of(office(turn), member)


def _entry(words: Words, view: View, item: Item) -> str:
    """One entry of a list as a line of text."""
    category = item.category or ""
    match item.kind:
        case "case":
            return words.text(
                "digest.entry_case",
                reference=item.reference,
                category=words.label(f"category.{category}"),
                days=_days_since(view, item),
            )
        case "plan":
            days = _days_since(view, item)
            return words.text("digest.entry_plan", reference=item.reference, days=days)
        case "call":
            place = figures.place_name(words, view.scope, item.reference)
            return words.text("digest.entry_call", place=place, days=_days_since(view, item))
        case "cluster":
            return words.text(
                "digest.entry_cluster",
                place=figures.place_name(words, view.scope, item.reference),
                category=words.label(f"category.{category}"),
                count=item.observed,
            )
        case "agency":
            return words.text(
                "digest.entry_agency",
                place=figures.place_name(words, view.scope, item.reference),
                measure=words.label(f"compared.{category}"),
            )
        case "place":
            place = figures.place_name(words, view.scope, item.reference)
            return words.text("digest.entry_place", place=place)
        case "job":
            return words.text(
                "digest.entry_job", job=item.reference, count=item.observed, at=item.since
            )
        case _:
            return words.text("digest.entry_message", reference=item.reference, at=item.since)


def _days_since(view: View, item: Item) -> int:
    assert item.since is not None
    return (view.now - item.since) // timedelta(days=1)


def _opener(words: Words, view: View, item: Item) -> Button | None:
    """The button that opens an entry, for those who work on it."""
    if view.scope.member.role not in access.MAY_WORK:
        return None
    number, named = str(item.id), {"reference": item.reference}
    match item.kind:
        case "case":
            return Button("digest.open_entry", "desk.show", number, values=named)
        case "plan":
            return Button("digest.open_entry", "plan_desk.show", number, values=named)
        case "call":
            place = figures.place_name(words, view.scope, item.reference)
            return Button(
                "calls.late_one", "calls.show", number, values={"by": item.since, "agency": place}
            )
        case _:
            return None


CONVERSATION = Conversation(
    name="digest",
    personal=False,  # whoever reads figures is asked for their role, not for consent
    commands={"digest": for_readers(show)},
    actions={
        "digest.show": Action(for_readers(show)),
        "digest.list": Action(for_readers(open_list)),
    },
)
