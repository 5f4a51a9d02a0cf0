"""The people of the plan dialogues: a trader in arrears, the agency's staff, a stranger."""

from __future__ import annotations

from dataclasses import dataclass

from services.people import Role
from services.records.plans import Plan
from tests.services.plans.plan_cases import (
    AGENT,
    CENTRAL,
    DIRECTOR,
    OTHER_DIRECTOR,
    SAMIR,
    a_trader_with_arrears,
    create_person,
    create_staff,
    pay,
)
from tests.support.chat import Chat, FundBot


@dataclass
class Scene:
    """`samir` owes what the test says; everyone has their telephone."""

    bot: FundBot
    contributor: int
    samir: Chat
    director: Chat
    other_director: Chat
    central: Chat
    agent: Chat

    def plans(self) -> list[Plan]:
        return self.bot.do(lambda session: list(session.query(Plan).order_by(Plan.id).all()))

    def pay(self, dinars: int, receipt: str) -> None:
        today = self.bot.clock.now().date()
        self.bot.do(
            lambda session: pay(
                session, self.contributor, amount=dinars * 100, on=today, receipt=receipt
            )
        )


def open_scene(bot: FundBot, *, dinars: int = 180_000, language: str = "fr") -> Scene:
    def build(session: object) -> int:
        contributor = a_trader_with_arrears(session, dinars=dinars, language=language)  # type: ignore[arg-type]
        for telegram_id, role, agency in (
            (DIRECTOR, Role.DIRECTOR, "16"),
            (OTHER_DIRECTOR, Role.DIRECTOR, "16"),
            (AGENT, Role.AGENT, "16"),
            (CENTRAL, Role.CENTRAL, None),
        ):
            create_staff(session, telegram_id, role, agency, language)  # type: ignore[arg-type]
            create_person(session, telegram_id)  # type: ignore[arg-type]
        return contributor

    contributor = bot.do(build)
    chats = {
        who: bot.chat(who, language=language)
        for who in (SAMIR, DIRECTOR, OTHER_DIRECTOR, CENTRAL, AGENT)
    }
    return Scene(
        bot,
        contributor,
        chats[SAMIR],
        chats[DIRECTOR],
        chats[OTHER_DIRECTOR],
        chats[CENTRAL],
        chats[AGENT],
    )
