"""After an outage longer than Telegram keeps updates, people in a conversation are told once."""

from __future__ import annotations

import pytest

from bot.gateway.workers import Workers
from bot.presence import Presence
from services.database import open_engine, sessions
from tests.support.chat import FundBot


@pytest.mark.parametrize(("hours", "told"), [(1, False), (23.9, False), (24.5, True), (400, True)])
def test_who_was_in_a_conversation_is_asked_to_repeat(
    fund_bot: FundBot, hours: float, told: bool
) -> None:
    talking, resting = fund_bot.chat(), fund_bot.chat(7002)
    talking.send("/start")
    resting.send("/help")
    engine = open_engine(fund_bot.database_url)
    presence = Presence(
        kit=fund_bot.kit,
        machine=fund_bot.clock,
        sessions=sessions(engine),
        workers=Workers(1),
        after_commit=lambda _: None,
    )
    presence.beat()
    fund_bot.clock.advance(hours=hours)
    for _ in range(3):
        presence.beat()
        fund_bot.deliver()
    engine.dispose()
    said = [message for message in talking.messages if "interrompu" in message.text]
    assert len(said) == told
    assert not resting.seen("interrompu")
