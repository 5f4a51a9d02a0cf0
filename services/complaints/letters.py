"""The words of a case: sealed when they are kept, opened for whoever may read the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from services.complaints.office import Office
from services.complaints.store import Case
from services.records.base import table_of
from services.records.complaints import ComplaintMessage

TEXT_MAX = 10_000  # characters: a complaint may be told in several messages
SENTENCE_LETTERS = 8  # fewer explain nothing: "ok", "done", a full stop
CITIZENS = frozenset({"complaint", "addition", "reply", "dispute", "word"})
TO_CITIZEN = frozenset({"answer", "question", "resolution"})
INTERNAL = frozenset({"note", "reason"})
_messages = table_of(ComplaintMessage)


class NothingSaid(ValueError):
    """The text is empty."""


class TooLong(ValueError):
    """The text is over `TEXT_MAX` characters; carries its length."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters")
        self.length = length


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a case, opened."""

    id: int
    at: datetime
    kind: str
    author: str
    text: str
    withdrawn_at: datetime | None


def check(text: str) -> str:
    """The text as it is kept.

    Raises:
        NothingSaid, TooLong
    """
    text = text.strip()
    if not text:
        raise NothingSaid
    if len(text) > TEXT_MAX:
        raise TooLong(len(text))
    return text


def is_sentence(text: str) -> bool:
    """Whether a text can explain anything: a solution to its citizen, a transfer to colleagues."""
    return sum(character.isalpha() for character in text) >= SENTENCE_LETTERS


def keep(
    office: Office,
    case: Case,
    kind: str,
    text: str,
    *,
    author: str,
    source: tuple[int, int] | None = None,
    with_files: bool = False,
) -> int:
    """Keep words of a case; returns their id. `source` is the chat and message they came from;
    `with_files` says that files go with them, which may speak for themselves.

    Raises:
        NothingSaid, TooLong
    """
    result = office.session.execute(
        insert(_messages).values(
            complaint_id=case.id,
            at=office.now,
            kind=kind,
            author=author,
            text_sealed=office.vault.seal("" if with_files and not text.strip() else check(text)),
            source_chat=source[0] if source else None,
            source_message=source[1] if source else None,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[attr-defined]


def of(office: Office, case: Case) -> dict[int, Letter]:
    """Every message of a case by its id, in order."""
    rows = office.session.execute(
        select(_messages).where(_messages.c.complaint_id == case.id).order_by(_messages.c.id)
    )
    return {
        row.id: Letter(
            id=row.id,
            at=row.at,
            kind=row.kind,
            author=row.author,
            text=office.vault.open_sealed(row.text_sealed),
            withdrawn_at=row.withdrawn_at,
        )
        for row in rows
    }


def by_source(office: Office, case: Case, source: tuple[int, int]) -> list[int]:
    """The messages kept from one chat message, oldest first: an edit adds, nothing is lost."""
    rows = office.session.execute(
        select(_messages.c.id)
        .where(
            _messages.c.complaint_id == case.id,
            _messages.c.source_chat == source[0],
            _messages.c.source_message == source[1],
        )
        .order_by(_messages.c.id)
    )
    return list(rows.scalars())


def mark_withdrawn(office: Office, message_id: int) -> None:
    office.session.execute(
        update(_messages).where(_messages.c.id == message_id).values(withdrawn_at=office.now)
    )
