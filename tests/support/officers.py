"""People of the fund who start, approve and stop campaigns, and what they do first."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from services import staff
from services.people import Role
from services.records.reminders import CampaignMember
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_agency

OWES_2025: dict[str, Any] = {
    "affiliated_on": date(2025, 1, 1),
    "declarations": {2025: 40_000_000, 2026: 40_000_000},
    "payments": [(2026, date(2026, 5, 1), 6_000_000)],
    "surcharges": {2025: (500_000, date(2026, 11, 1))},
}
CENTRAL, SECOND, MANAGER, DIRECTOR = 9001, 9002, 9003, 9004


def officers(bot: FundBot) -> Chat:
    """The fund's people; returns the telephone of the one who starts campaigns."""

    def write(session: Any) -> None:
        for number, role, agency in (
            (CENTRAL, Role.CENTRAL, None),
            (SECOND, Role.CENTRAL, None),
            (MANAGER, Role.MANAGER, None),
            (DIRECTOR, Role.DIRECTOR, "16"),
        ):
            staff.add(
                session,
                telegram_id=number,
                name="Nadia",
                role=role,
                agency=agency,
                now=bot.clock.now(),
                actor="command",
                language="fr",
            )

    bot.do(lambda session: create_agency(session))
    bot.do(write)
    for number in (SECOND, MANAGER, DIRECTOR):
        bot.chat(number)
    return bot.chat(CENTRAL)


def members(bot: FundBot) -> list[tuple[int, str, str | None]]:
    """Everyone of the campaigns' audiences: contributor, state, reason."""
    rows = bot.do(
        lambda session: session.execute(
            select(
                CampaignMember.contributor_id, CampaignMember.state, CampaignMember.reason
            ).order_by(CampaignMember.contributor_id)
        ).all()
    )
    return [tuple(row) for row in rows]


def press_as(bot: FundBot, who: int, action: str, argument: str) -> Chat:
    """Someone of the fund presses a button of the list of campaigns."""
    chat = bot.chat(who)
    chat.send("/campaigns")
    chat.press_data(bot.kit.seal.write(who, action, argument, 0))
    return chat


def prepare(bot: FundBot, chat: Chat, *, within: str = "7 jours") -> None:
    """A campaign about 2025 for everyone, started and counted; it stands in the chat."""
    chat.send("/campaigns")
    chat.press("Nouvelle campagne")
    bot.restart()
    chat.press("Toutes les agences")
    bot.restart()
    chat.press("Toutes les catégories")
    chat.press("2025")
    chat.press(within)
    bot.run_job("campaigns")
    chat.press("Voir la campagne")
