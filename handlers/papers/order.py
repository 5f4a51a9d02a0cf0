"""How a paper comes about: ordered in a unit of work, made when its call is about to leave.

The order is committed with the answer; reading the records and drawing happen later, in a
transaction that writes nothing and in a thread of its own. Nobody waits for a drawing but the
person who ordered it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session, sessionmaker

from handlers.words import Words
from services.dates import day_in_algiers
from services.outbox import Paper

if TYPE_CHECKING:
    from handlers.kit import Kit

PDF = "application/pdf"
PNG = "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NotToBeMade(Exception):
    """Whoever ordered it may not have it any more, or what it shows is gone."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a paper is made from: who ordered it, when, and the details, plain JSON values."""

    kit: Kit
    session: Session
    telegram_id: int
    language: str
    at: datetime
    details: Mapping[str, Any]

    @property
    def words(self) -> Words:
        return self.kit.words[self.language]

    @property
    def day(self) -> date:
        return day_in_algiers(self.at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper as a conversation asks for it: the `kind` names its maker in the book, `name` is
    the file's; in the person's language unless another is named."""

    kind: str
    name: str
    mime: str = PDF
    language: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


Draw = Callable[[], bytes]
"""Draws what was read; needs no record any more."""

Maker = Callable[[Order], Draw]
"""Reads what a paper shows. Raises `NotToBeMade`."""


def written_down(
    wanted: Wanted, *, telegram_id: int, language: str, at: datetime, otherwise: str
) -> Paper:
    """The order as the outbox keeps it; `otherwise` is said if the paper cannot be made."""
    return Paper(
        kind=wanted.kind,
        name=wanted.name,
        mime=wanted.mime,
        order={
            "telegram_id": telegram_id,
            "language": wanted.language or language,
            "at": at.isoformat(),
            "details": dict(wanted.details),
        },
        otherwise=otherwise,
    )


def make(kit: Kit, sessions: sessionmaker[Session], paper: Paper) -> bytes:
    """Make a paper that was ordered; belongs in a thread.

    Raises:
        NotToBeMade: it may not be handed out any more.
    """
    kept = paper.order
    with sessions() as session:
        session.connection(execution_options={"read_only": True})
        draw = kit.book.papers[paper.kind](
            Order(
                kit=kit,
                session=session,
                telegram_id=kept["telegram_id"],
                language=kept["language"],
                at=datetime.fromisoformat(kept["at"]),
                details=kept["details"],
            )
        )
    return draw()
