"""Joining: which card, which papers, which agency; a number to be called; the agency's task."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from handlers.words import load_all
from services import housekeeping
from services.joining import callbacks, ways
from services.joining.ways import WaysUnusable
from services.personal_data import holdings
from services.records.joining import Callback
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen, newcomer
from tests.support.complaints import (
    AGENT,
    CENTRAL,
    CITIZEN,
    COLLEAGUE,
    DIRECTOR,
    ELSEWHERE,
    STRANGER,
    linked_citizen,
    open_agencies,
    unlinked_citizen,
)

PHONE = "0550 12 34 56"


@pytest.fixture
def bot(fund_bot: FundBot) -> FundBot:
    open_agencies(fund_bot)
    return fund_bot


@pytest.fixture
def quick(sqlite_bot: FundBot) -> FundBot:
    open_agencies(sqlite_bot)
    return sqlite_bot


def calls_of(bot: FundBot) -> list[Callback]:
    def read(session: Any) -> list[Callback]:
        found = list(session.scalars(select(Callback).order_by(Callback.id)))
        session.expunge_all()
        return found

    return bot.do(read)


def ask_for_a_call(chat: Chat, *, phone: str = PHONE) -> None:
    chat.send("/menu")
    chat.press("M’affilier")
    chat.press("sans registre")
    chat.press("Appelez-moi")
    chat.send("16")
    chat.send(phone)
    chat.press("Oui, appelez-moi")


def test_someone_without_a_register_is_guided_and_called_back(bot: FundBot) -> None:
    chat = unlinked_citizen(bot)
    chat.send("je travaille sans registre comment m'affilier")
    chat.press("sans registre")
    for words in ("carte d’auto-entrepreneur", "carte d’artisan", "chambre d’agriculture", "CNRC"):
        assert words in chat.text
    assert "43 200 DA" in chat.text
    assert "À confirmer avec votre agence" in chat.text
    chat.press("Mon agence et ses horaires")
    bot.restart()
    chat.send("oran")
    assert "Oran" in chat.text
    assert "Ouverte maintenant" in chat.text
    chat.press("Appelez-moi")
    assert "À quel numéro l’agence Oran" in chat.text
    bot.restart()
    chat.send("pas un numéro")
    assert "pas un numéro que nous pouvons appeler" in chat.text
    chat.send(f"mon numéro : {PHONE}")
    assert "•••• 3456" in chat.text
    assert calls_of(bot) == []
    bot.restart()
    chat.press("Oui, appelez-moi")
    assert "vous appellera au plus tard : 29 novembre 2026" in chat.text
    [call] = calls_of(bot)
    assert (call.agency, call.way, call.outcome) == ("31", "informal", None)
    assert b"550123456" not in (call.phone_sealed or b"")
    assert "veut s’affilier" in bot.chat(ELSEWHERE).text
    assert bot.chat(AGENT).messages == []


def test_the_same_in_arabic_with_ones_own_number_shared(bot: FundBot) -> None:
    chat = unlinked_citizen(bot, language="ar")
    chat.send("نخدم بلا سجل كيفاش ندخل كاسنوس")
    chat.press("أعمل دون سجل")
    assert "بطاقة المقاول الذاتي" in chat.text
    chat.press("اتصلوا بي")
    chat.send("الجزائر الوسطى")
    chat.share_contact()
    chat.press("نعم، اتصلوا بي")
    assert "يتصل بكم موظف من وكالة الجزائر الوسطى" in chat.text
    assert len(calls_of(bot)) == 1


def test_before_consent_nothing_is_kept_and_the_wish_goes_on_after_it(quick: FundBot) -> None:
    chat = quick.chat(STRANGER, language="fr")
    chat.send("comment m'affilier sans registre ?")
    chat.press("sans registre")
    chat.press("Appelez-moi")
    assert "J’accepte" in " ".join(chat.buttons)
    chat.press("J’accepte")
    assert "Dans quelle wilaya" in chat.text
    assert calls_of(quick) == []


def test_asking_again_replaces_and_withdrawing_ends_it(bot: FundBot) -> None:
    chat = unlinked_citizen(bot)
    ask_for_a_call(chat)
    ask_for_a_call(chat, phone="0660 00 00 11")
    assert len(calls_of(bot)) == 1
    chat.press("Ne plus m’appeler")
    assert "personne ne vous appellera" in chat.text
    assert calls_of(bot)[0].outcome == "withdrawn"
    names = [event.name for event in bot.events() if event.name.startswith("callback.")]
    assert names == ["callback.asked", "callback.changed", "callback.closed"]


def test_cancel_and_outdated_buttons_keep_nothing(quick: FundBot) -> None:
    chat = unlinked_citizen(quick)
    chat.send("/menu")
    chat.press("M’affilier")
    chat.press("Commerçant")
    chat.press("Appelez-moi")
    chat.send("16")
    chat.send(PHONE)
    old = chat.data_of("Oui, appelez-moi")
    chat.send("/cancel")
    chat.press_data(old)
    assert calls_of(quick) == []
    for argument in ("nothing:16", "", "informal:99"):
        chat.press_data(quick.kit.seal.write(chat.id, "callback.open", argument, 0))
    assert calls_of(quick) == []


# --- the agency's side ----------------------------------------------------------------------


def test_an_agent_sees_calls_and_closes_them_with_how_they_ended(bot: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(bot))
    agent = bot.chat(AGENT)
    agent.send("/queue")
    agent.press("Appels à faire (1)")
    agent.press("Alger Centre")
    assert "sans registre" in agent.text
    assert "0550" not in agent.text
    assert "123456" not in agent.text
    agent.press("Voir le numéro")
    assert "+213550123456" in agent.text
    [seen] = bot.events("callback.number_seen")
    assert seen.actor == f"staff:{AGENT}"
    bot.restart()
    agent.press("Affilié")
    assert "Aucun appel à faire" in agent.text
    [call] = calls_of(bot)
    assert (call.outcome, call.closed_by) == ("joined", AGENT)
    agent.send("/queue")
    assert not any("Appels" in one for one in agent.buttons)


def test_a_call_is_out_of_reach_of_others(bot: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(bot))
    number = str(calls_of(bot)[0].id)
    citizen = linked_citizen(bot)
    for who in (bot.chat(ELSEWHERE), citizen, bot.chat(STRANGER)):
        who.send("/menu")
        for action, argument in (
            ("calls.show", number),
            ("calls.number", number),
            ("calls.close", f"{number}:joined"),
        ):
            toasts = len(who.toasts)
            who.press_data(bot.kit.seal.write(who.id, action, argument, 0))
            assert len(who.toasts) == toasts + 1
    assert calls_of(bot)[0].outcome is None
    assert bot.events("callback.number_seen") == []
    central = bot.chat(CENTRAL)
    central.send("/queue")
    central.press("Appels à faire (1)")
    assert "Alger Centre" in " ".join(central.buttons)


def test_a_forged_outcome_closes_nothing(quick: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(quick))
    number = calls_of(quick)[0].id
    agent = quick.chat(AGENT)
    for outcome in ("withdrawn", "nothing", ""):
        agent.press_data(quick.kit.seal.write(agent.id, "calls.close", f"{number}:{outcome}", 0))
    assert calls_of(quick)[0].outcome is None


def test_nobody_calls_themself_back(quick: FundBot) -> None:
    agent = unlinked_citizen(quick, COLLEAGUE)
    ask_for_a_call(agent)
    assert "veut s’affilier" in quick.chat(AGENT).text
    assert not agent.seen("veut s’affilier")
    agent.send("/queue")
    assert not any("Appels" in one for one in agent.buttons)


def test_a_late_call_is_marked(quick: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(quick))
    quick.clock.advance(days=7)
    agent = quick.chat(AGENT)
    agent.send("/queue")
    agent.press("Appels à faire (1)")
    assert any("🔴" in one for one in agent.buttons)


def test_a_call_not_made_in_time_is_brought_to_the_director_once(bot: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(bot))
    director = bot.chat(DIRECTOR)
    bot.run_job("calls")
    assert director.messages == []
    bot.clock.advance(days=7)
    bot.run_job("calls")
    assert "attend toujours un appel" in director.text
    bot.run_job("calls")
    assert len(director.messages) == 1
    director.press("Ouvrir")
    director.press("Injoignable")
    assert calls_of(bot)[0].outcome == "unreachable"


def test_calls_are_counted_for_the_evaluation_by_agency(bot: FundBot) -> None:
    ask_for_a_call(unlinked_citizen(bot))
    ask_for_a_call(unlinked_citizen(bot, CITIZEN))
    agent = bot.chat(AGENT)
    agent.press("Ouvrir")
    agent.press("Va se présenter")
    day = date(2026, 11, 25)
    found = bot.do(lambda session: callbacks.counts(session, day, day))
    assert found == {"16": {"asked": 2, "coming": 1, "open": 1}}
    before = date(2026, 11, 24)
    assert bot.do(lambda session: callbacks.counts(session, before, before)) == {}


# --- personal data --------------------------------------------------------------------------


def test_a_call_is_handed_out_masked_and_erased(bot: FundBot) -> None:
    chat = unlinked_citizen(bot)
    ask_for_a_call(chat)
    now = bot.clock.now()
    given = bot.do(lambda session: holdings.export(session, bot.vault, chat.id, now))
    assert given["callbacks"][0]["phone"] == "•••• 3456"
    bot.do(lambda session: holdings.erase(session, chat.id, now))
    [call] = calls_of(bot)
    assert (call.telegram_id, call.phone_sealed, call.outcome) == (None, None, "withdrawn")


def test_a_closed_call_is_forgotten_after_its_time(quick: FundBot) -> None:
    chat = unlinked_citizen(quick)
    ask_for_a_call(chat)
    chat.press("Ne plus m’appeler")
    for days, left in ((365, 1), (1, 0)):
        quick.clock.advance(days=days, seconds=1 if left == 0 else 0)
        now = quick.clock.now()
        quick.do(
            lambda session, now=now: housekeeping.retention(
                session, quick.kit.policy, quick.kit.vault, now
            )
        )
        assert len(calls_of(quick)) == left


# --- the data -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_way_has_its_words(language: str) -> None:
    words = load_all()[language]
    for one in ways.every():
        assert one.source
        assert words.has(f"join.way_{one.words}")
        assert len(words.label(f"join.button_{one.words}")) <= 30


@pytest.mark.parametrize(
    "row",
    [
        {"code": "x", "source": "s", "confidence": "certain"},
        {"code": "x", "valid_from": date(2026, 1, 1), "confidence": "certain"},
        {"code": "x", "valid_from": date(2026, 1, 1), "source": "s", "confidence": "maybe"},
        {"code": "x", "valid_from": date(2026, 1, 1), "source": "s", "other": 1},
    ],
)
def test_a_way_that_is_not_right_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(WaysUnusable):
        ways.read({"way": [row]})


def test_joining_is_offered_until_ones_own_account_is_linked(sqlite_bot: FundBot) -> None:
    stranger = unlinked_citizen(sqlite_bot)
    stranger.send("/menu")
    assert any("M’affilier" in one for one in stranger.buttons)
    member = citizen(sqlite_bot, language="fr")
    member.send("/menu")
    assert not any("M’affilier" in one for one in member.buttons)


@pytest.mark.parametrize(
    ("language", "typed", "answer"),
    [
        ("fr", "commerçant", "registre du commerce"),
        ("fr", "je suis artisan", "artisan"),
        ("ar", "أنا تاجر", "السجل التجاري"),
        ("fr", "taxi", "taxi"),
    ],
)
def test_the_work_may_be_typed(sqlite_bot: FundBot, language: str, typed: str, answer: str) -> None:
    chat = newcomer(sqlite_bot, language=language)
    chat.send("/menu")
    chat.press("CASNOS" if language == "fr" else "كاسنوس")
    chat.send(typed)
    assert answer in chat.text
    assert any("📍" in button for button in chat.buttons)


@pytest.mark.parametrize("typed", ["astronaute", "commerçant et artisan", "😀"])
def test_work_that_is_none_of_these_is_asked_again(sqlite_bot: FundBot, typed: str) -> None:
    chat = newcomer(sqlite_bot)
    chat.send("/menu")
    chat.press("CASNOS")
    chat.send(typed)
    assert "appuyez sur un des boutons" in chat.messages[-2].text
    assert "🏪 Commerçant" in chat.buttons
