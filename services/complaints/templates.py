"""Reply templates: words a desk uses again, with placeholders that are checked when kept.

They are written by directors for their agency and by the central level for every desk; they
are chosen by kind of letter, category and language. Using one only fills a draft: it is shown
and sent like any other answer.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from services import events
from services.complaints.access import NoSuchCase, member_of
from services.complaints.office import Office
from services.complaints.store import Case
from services.people import Role
from services.records.base import table_of
from services.records.complaints import ReplyTemplate
from services.references import CENTRAL
from services.staff import Member

KINDS = ("answer", "ask", "resolve")
PLACEHOLDERS = ("reference", "name", "agency")
TITLE_MAX = 30  # characters: it stands on a button
SHOWN = 6  # of one kind, category and language
_templates = table_of(ReplyTemplate)


class PlaceholderUnknown(ValueError):
    """The text names placeholders that nothing fills; carries what was written."""

    def __init__(self, written: list[str]) -> None:
        super().__init__(", ".join(written))
        self.written = written


class TitleUnusable(ValueError):
    """A title has 1 to `TITLE_MAX` characters."""


class MayNotWrite(PermissionError):
    """Templates are the director's and the central level's to write."""


@dataclass(frozen=True, slots=True)
class Template:
    id: int
    desk: str
    title: str
    body: str


def may_write(member: Member) -> bool:
    return member.role in (Role.DIRECTOR, Role.CENTRAL)


def fitting(office: Office, member: Member, case: Case, kind: str, language: str) -> list[Template]:
    """The templates a member may use for a letter, those of the own desk first."""
    own = member.agency or CENTRAL
    rows = office.session.execute(
        select(_templates.c.id, _templates.c.desk, _templates.c.title, _templates.c.body)
        .where(
            _templates.c.kind == kind,
            _templates.c.category == case.category,
            _templates.c.language == language,
            _templates.c.desk.in_({own, CENTRAL}),
            _templates.c.ended_at.is_(None),
        )
        .order_by((_templates.c.desk == own).desc(), _templates.c.id.desc())
        .limit(SHOWN)
    )
    return [Template(*row) for row in rows]


def keep(
    office: Office,
    telegram_id: int,
    case: Case,
    *,
    kind: str,
    language: str,
    title: str,
    body: str,
) -> int:
    """Keep a text for cases like this one; one of the same title is replaced.

    Raises:
        NotStaff, MayNotWrite, TitleUnusable, PlaceholderUnknown
    """
    member = member_of(office, telegram_id)
    if not may_write(member):
        raise MayNotWrite
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        raise TitleUnusable
    check(body)
    desk = member.agency or CENTRAL
    same = (
        _templates.c.desk == desk,
        _templates.c.kind == kind,
        _templates.c.category == case.category,
        _templates.c.language == language,
        _templates.c.title == title,
        _templates.c.ended_at.is_(None),
    )
    office.session.execute(update(_templates).where(*same).values(ended_at=office.now))
    result = office.session.execute(
        insert(_templates).values(
            desk=desk,
            kind=kind,
            category=case.category,
            language=language,
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
        data={"desk": desk, "kind": kind, "category": case.category, "language": language},
    )
    return number


def end(office: Office, telegram_id: int, template_id: int) -> None:
    """Give a template of one's own desk up.

    Raises:
        NotStaff, MayNotWrite
        NoSuchCase: no such template of this desk.
    """
    member = member_of(office, telegram_id)
    if not may_write(member):
        raise MayNotWrite
    ended = office.session.execute(
        update(_templates)
        .where(
            _templates.c.id == template_id,
            _templates.c.desk == (member.agency or CENTRAL),
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
