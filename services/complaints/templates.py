"""Reply templates: words a desk uses again, with placeholders that are checked when kept.

They are written by directors for their agency and by the central level for every desk, each for
a category (or all of them), a state of the case (`STATES`) and a language. Using one only fills a
draft: it is shown and sent like any other answer.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from services import events
from services.complaints import categories, guard
from services.complaints.access import NoSuchCase, member_of
from services.complaints.letters import check as check_length
from services.complaints.office import Office
from services.complaints.state import Outcome
from services.people import Role
from services.records.base import table_of
from services.records.complaints import ReplyTemplate
from services.references import CENTRAL
from services.staff import Member

ANSWER, ASK, ANY_OUTCOME = "answer", "ask", "resolve"
OUTCOMES = tuple(one.value for one in Outcome)
STATES = (ANSWER, ASK, *OUTCOMES)
"""Where a letter leaves the case: in hand, waiting for the citizen, or solved in one of four
ways. What an earlier edition kept for any solution (`ANY_OUTCOME`) still fits each of them."""
EVERY = "every"  # in place of a category: for all of them
PLACEHOLDERS = ("reference", "name", "agency")
TITLE_MAX = 30  # characters: it stands on a button
SHOWN = 6  # of one state, category and language
_templates = table_of(ReplyTemplate)


class PlaceholderUnknown(ValueError):
    """The text names placeholders that nothing fills; carries what was written."""

    def __init__(self, written: list[str]) -> None:
        super().__init__(", ".join(written))
        self.written = written


class HoldsANumber(ValueError):
    """The text holds numbers of persons, and would go to others; carries them, masked."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(f"{len(numbers)} numbers")
        self.numbers = numbers


class TitleUnusable(ValueError):
    """A title has 1 to `TITLE_MAX` characters."""


class MayNotWrite(PermissionError):
    """Templates are the director's and the central level's to write."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a template is for."""

    category: str
    state: str
    language: str


@dataclass(frozen=True, slots=True)
class Template:
    id: int
    desk: str
    title: str
    body: str
    place: Place


def may_write(member: Member) -> bool:
    return member.role in (Role.DIRECTOR, Role.CENTRAL)


def fitting(office: Office, member: Member, place: Place) -> list[Template]:
    """The templates a member may use for a letter: those of the own desk first, then what was
    written for this very category."""
    own = member.agency or CENTRAL
    return _read(
        office,
        _templates.c.desk.in_({own, CENTRAL}),
        _templates.c.category.in_({place.category, EVERY}),
        _templates.c.kind.in_({place.state, _general(place.state)}),
        _templates.c.language == place.language,
        order=(
            (_templates.c.desk == own).desc(),
            (_templates.c.category == place.category).desc(),
            _templates.c.id.desc(),
        ),
    )[:SHOWN]


def written_for(office: Office, telegram_id: int, place: Place) -> list[Template]:
    """The templates of a member's own desk for exactly this, newest first.

    Raises:
        NotStaff, MayNotWrite
    """
    return _read(
        office,
        _templates.c.desk == _own_desk(office, telegram_id),
        _templates.c.category == place.category,
        _templates.c.kind.in_({place.state, _general(place.state)}),
        _templates.c.language == place.language,
    )


def count_by_category(office: Office, telegram_id: int) -> dict[str, int]:
    """How many templates of a member's own desk there are for each category.

    Raises:
        NotStaff, MayNotWrite
    """
    rows = office.session.execute(
        select(_templates.c.category, func.count())
        .where(_templates.c.desk == _own_desk(office, telegram_id), _templates.c.ended_at.is_(None))
        .group_by(_templates.c.category)
    )
    return {category: int(count) for category, count in rows}


def one_of(office: Office, telegram_id: int, template_id: int) -> Template:
    """A template of a member's own desk.

    Raises:
        NotStaff, MayNotWrite
        NoSuchCase: no such template of this desk.
    """
    found = _read(
        office,
        _templates.c.id == template_id,
        _templates.c.desk == _own_desk(office, telegram_id),
    )
    if not found:
        raise NoSuchCase
    return found[0]


def keep(
    office: Office,
    telegram_id: int,
    place: Place,
    *,
    title: str,
    body: str,
    instead_of: int | None = None,
) -> int:
    """Keep a text for cases like these; one of the same title, or the one it is written instead
    of, is replaced. What was replaced stays in the records, ended.

    Raises:
        NotStaff, MayNotWrite, TitleUnusable, NothingSaid, TooLong
        PlaceholderUnknown, HoldsANumber
        NoSuchCase: `instead_of` is no template of this desk.
        UnknownCategory, ValueError: the place is none.
    """
    desk = _own_desk(office, telegram_id)
    _check_place(place)
    title = check_title(title)
    body = check_kept(body)
    if instead_of is not None:
        end(office, telegram_id, instead_of)
    same = (
        _templates.c.desk == desk,
        _templates.c.kind == place.state,
        _templates.c.category == place.category,
        _templates.c.language == place.language,
        _templates.c.title == title,
        _templates.c.ended_at.is_(None),
    )
    office.session.execute(update(_templates).where(*same).values(ended_at=office.now))
    result = office.session.execute(
        insert(_templates).values(
            desk=desk,
            kind=place.state,
            category=place.category,
            language=place.language,
            title=title,
            body=body,
            written_by=telegram_id,
            written_at=office.now,
        )
    )
    number = int(result.inserted_primary_key[0])  # type: ignore[attr-defined]
    events.record(
        office.session,
        "template.kept",
        at=office.now,
        actor=events.staff(telegram_id),
        subject=("template", number),
        data={
            "desk": desk,
            "kind": place.state,
            "category": place.category,
            "language": place.language,
        },
    )
    return number


def end(office: Office, telegram_id: int, template_id: int) -> None:
    """Give a template of one's own desk up.

    Raises:
        NotStaff, MayNotWrite
        NoSuchCase: no such template of this desk.
    """
    ended = office.session.execute(
        update(_templates)
        .where(
            _templates.c.id == template_id,
            _templates.c.desk == _own_desk(office, telegram_id),
            _templates.c.ended_at.is_(None),
        )
        .values(ended_at=office.now)
        .returning(_templates.c.id)
    ).one_or_none()
    if ended is None:
        raise NoSuchCase
    events.record(
        office.session,
        "template.ended",
        at=office.now,
        actor=events.staff(telegram_id),
        subject=("template", template_id),
    )


# --- what may be kept -------------------------------------------------------------------------


def check_title(title: str) -> str:
    """The title as it is kept.

    Raises:
        TitleUnusable
    """
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        raise TitleUnusable
    return title


def check_kept(body: str) -> str:
    """A body as it is kept: every placeholder can be filled, and it names no person's number.

    Raises:
        NothingSaid, TooLong, PlaceholderUnknown, HoldsANumber
    """
    body = check_length(body)
    check(body)
    if numbers := guard.numbers_of_persons(body):
        raise HoldsANumber(numbers)
    return body


def check(body: str) -> None:
    """Whether every placeholder of a text can be filled.

    Raises:
        PlaceholderUnknown: also for a brace that stands alone.
    """
    try:
        parts = list(string.Formatter().parse(body))
    except ValueError:
        raise PlaceholderUnknown(["{", "}"]) from None
    wrong = [
        name
        for _, name, spec, conversion in parts
        if name is not None and (name not in PLACEHOLDERS or spec or conversion)
    ]
    if wrong:
        raise PlaceholderUnknown([f"{{{name}}}" for name in wrong])


def check_plain(body: str) -> None:
    """Whether a text has no placeholder at all.

    Raises:
        PlaceholderUnknown
    """
    written = [f"{{{name}}}" for name in PLACEHOLDERS if f"{{{name}}}" in body]
    if written:
        raise PlaceholderUnknown(written)


def fill(body: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled.

    Raises:
        PlaceholderUnknown
    """
    check(body)
    return body.format_map(dict(values))


# --- inside -----------------------------------------------------------------------------------


def _general(state: str) -> str:
    return ANY_OUTCOME if state in OUTCOMES else state


def _check_place(place: Place) -> None:
    if place.category != EVERY:
        categories.tree().leaf(place.category)
    if place.state not in STATES:
        raise ValueError(f"{place.state!r} is no state of a letter")


def _own_desk(office: Office, telegram_id: int) -> str:
    member = member_of(office, telegram_id)
    if not may_write(member):
        raise MayNotWrite
    return member.agency or CENTRAL


def _read(
    office: Office,
    *conditions: ColumnElement[bool],
    order: tuple[ColumnElement[Any], ...] = (_templates.c.id.desc(),),
) -> list[Template]:
    rows = office.session.execute(
        select(_templates).where(*conditions, _templates.c.ended_at.is_(None)).order_by(*order)
    )
    return [
        Template(row.id, row.desk, row.title, row.body, Place(row.category, row.kind, row.language))
        for row in rows
    ]
