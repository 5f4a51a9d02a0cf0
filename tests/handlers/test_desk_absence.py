"""Absences: cases go to the deputy or back to the queue, and nothing waits for who is away."""

from __future__ import annotations

from services.complaints import absences, watch
from services.complaints.office import Office
from services.complaints.state import Level
from tests.support.chat import FundBot
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    COLLEAGUE,
    DIRECTOR,
    ELSEWHERE,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
)


def take_first(bot: FundBot) -> None:
    agent = bot.chat(AGENT)
    agent.press("Prendre")


def away(bot: FundBot, person: int, days: str, deputy: str) -> None:
    chat = bot.chat(person)
    chat.send("/queue")
    chat.press("Mon absence")
    bot.restart()
    chat.press(days)
    chat.press(deputy)


def test_cases_go_to_the_deputy_who_hears_of_it(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    file_complaint(linked_citizen(fund_bot))
    take_first(fund_bot)
    away(fund_bot, AGENT, "3 jours", "Bachir")
    assert "Absence notée jusqu’au 27 novembre 2026" in fund_bot.chat(AGENT).text
    assert complaints(fund_bot)[0].owner == COLLEAGUE
    assert "Collègue absent" in fund_bot.chat(COLLEAGUE).text
    # What is filed meanwhile reaches those who are there only.
    heard = len(fund_bot.chat(AGENT).messages)
    file_complaint(linked_citizen(fund_bot, 7600))
    assert len(fund_bot.chat(AGENT).messages) == heard
    assert complaints(fund_bot)[1].reference in fund_bot.chat(COLLEAGUE).text


def test_without_deputy_they_return_to_the_queue(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    file_complaint(linked_citizen(fund_bot))
    take_first(fund_bot)
    away(fund_bot, AGENT, "1 jour", "Sans remplaçant")
    assert complaints(fund_bot)[0].owner is None
    assert "remis en file" in fund_bot.chat(COLLEAGUE).text


def test_the_absence_ends_by_itself_or_by_a_button(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    away(fund_bot, AGENT, "1 jour", "Sans remplaçant")
    agent = fund_bot.chat(AGENT)
    agent.send("/queue")
    agent.press("Mon absence")
    assert "absent jusqu’au 25 novembre" in agent.text
    agent.press("de retour")
    heard = len(agent.messages)
    file_complaint(linked_citizen(fund_bot))
    assert len(agent.messages) > heard
    away(fund_bot, AGENT, "1 jour", "Sans remplaçant")
    fund_bot.clock.advance(days=1)
    file_complaint(linked_citizen(fund_bot, 7600))
    assert complaints(fund_bot)[1].reference in agent.text


def test_a_director_away_is_stood_in_for_or_passed_over(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    file_complaint(linked_citizen(fund_bot))
    away(fund_bot, DIRECTOR, "30 jours", "Bachir")
    fund_bot.clock.advance(days=5)
    fund_bot.run_job("escalations")
    assert "remonte jusqu’à vous" in fund_bot.chat(COLLEAGUE).text
    assert complaints(fund_bot)[0].level == "director"

    away(fund_bot, COLLEAGUE, "30 jours", "Sans remplaçant")
    file_complaint(linked_citizen(fund_bot, 7600))
    fund_bot.clock.advance(days=5)
    fund_bot.run_job("escalations")
    assert complaints(fund_bot)[1].level == Level.CENTRAL
    assert fund_bot.chat(CENTRAL).seen(complaints(fund_bot)[1].reference)


def test_only_a_colleague_of_the_desk_who_is_there_can_stand_in(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    away(sqlite_bot, COLLEAGUE, "7 jours", "Sans remplaçant")
    chat = sqlite_bot.chat(AGENT)
    chat.send("/queue")
    chat.press("Mon absence")
    chat.press("7 jours")
    assert [one for one in chat.buttons if "👤" in one] == ["👤 Djamila"]
    version = sqlite_bot.kit.seal.read(chat.id, chat.data_of("Djamila")).version
    for person in (COLLEAGUE, ELSEWHERE, AGENT, 1):
        data = sqlite_bot.kit.seal.write(chat.id, "desk.deputy", str(person), version)
        chat.press_data(data)
        assert "Qui vous remplace" in chat.text
        version += 1

    def nobody_away(session):  # type: ignore[no-untyped-def]
        office = Office(session, sqlite_bot.kit.policy, sqlite_bot.vault, sqlite_bot.clock.now())
        return absences.of(office, AGENT), watch.run(office)

    assert sqlite_bot.do(nobody_away) == (None, [])
