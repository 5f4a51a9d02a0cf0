"""People whose number is proven: a test states what they declared and paid, and reads on."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.records.people import Link, Person
from tests.support import fund
from tests.support.chat import Chat, FundBot


def citizen(
    bot: FundBot,
    telegram_id: int = 7001,
    *,
    language: str = "fr",
    kind: str = "self",
    until: date | None = None,
    **facts: Any,
) -> Chat:
    """A person who consented and is linked to one more contributor with these facts."""
    now = bot.clock.now()

    def write(session: Any) -> None:
        contributor_id = fund.create_contributor(session, bot.vault, **facts)
        if session.get(Person, telegram_id) is None:
            session.add(
                Person(
                    telegram_id=telegram_id,
                    language=language,
                    language_chosen=True,
                    consented_at=now,
                    reachable=True,
                    wrong_proofs=0,
                    created_at=now,
                )
            )
            session.flush()
        session.add(
            Link(
                telegram_id=telegram_id,
                contributor_id=contributor_id,
                kind=kind,
                proof="phone",
                since=now,
                until=until,
            )
        )

    bot.do(write)
    return bot.chat(telegram_id, language=language)


def newcomer(bot: FundBot, telegram_id: int = 7009, *, language: str = "fr") -> Chat:
    """A person who consented and has proven no number yet."""
    now = bot.clock.now()

    def write(session: Any) -> None:
        session.add(
            Person(
                telegram_id=telegram_id,
                language=language,
                language_chosen=True,
                consented_at=now,
                reachable=True,
                wrong_proofs=0,
                created_at=now,
            )
        )

    bot.do(write)
    return bot.chat(telegram_id, language=language)
