"""The whole life of a plan in the chat, in both languages, through a restart between any two
steps; and the staff's part in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services import people
from services.people import Role
from services.records.traffic import OutgoingCall
from tests.handlers.plan_scene import Scene, open_scene
from tests.services.plans.plan_cases import create_person, create_staff, link
from tests.support.chat import FundBot
from tests.support.fund import create_contributor

SAY: dict[str, dict[str, str]] = {
    "fr": {
        "length": "Une autre durée",
        "send": "Envoyer au directeur",
        "open": "Ouvrir le dossier",
        "ask": "Poser une question",
        "do_ask": "Envoyer la question",
        "answer": "Répondre",
        "terms": "Autres conditions",
        "eighteen": "18 mois",
        "offer": "Envoyer cette proposition",
        "read": "Lire la proposition",
        "confirm": "Je confirme",
        "mine": "Mon échéancier",
        "paid": "J’ai payé",
        "see": "Voir le reçu",
        "good": "Reçu conforme",
        "bad": "Non recevable",
        "change": "Changer le jour",
        "day": "Un autre jour",
        "tenth": "Le 10",
        "confirm_change": "Je confirme ce changement",
        "new_terms": "Demander un nouvel accord",
        "grant": "Accorder tel quel",
        "refuse": "Refuser",
        "do_refuse": "Confirmer le refus",
        "delay": "Accorder un délai",
        "lapse": "Mettre fin",
        "do_lapse": "Confirmer la fin",
        "all": "Tout payer",
        "paid_all": "J’ai tout payé",
        "missed": "ne voyons pas encore",
        "saved": "sauvé",
        "completed": "entièrement payé",
        "appeal": "commission de recours",
        "quicker": "a été plus rapide",
        "no_message": "Envoyer sans message",
        "withdraw": "Retirer la demande",
        "yes_withdraw": "Oui, retirer",
        "down": "Premier versement",
    },
    "ar": {
        "length": "مدة أخرى",
        "send": "إرسال إلى مدير الوكالة",
        "open": "فتح الملف",
        "ask": "طرح سؤال",
        "do_ask": "إرسال السؤال",
        "answer": "الجواب عن السؤال",
        "terms": "منح بشروط أخرى",
        "eighteen": "18 شهرا",
        "offer": "إرسال هذا العرض",
        "read": "قراءة العرض",
        "confirm": "أؤكد هذا الجدول",
        "mine": "جدولي",
        "paid": "لقد دفعت",
        "see": "رؤية الوصل",
        "good": "الوصل صحيح",
        "bad": "لا يمكن قبوله",
        "change": "تغيير اليوم",
        "day": "يوم آخر",
        "tenth": "اليوم 10",
        "confirm_change": "أؤكد هذا التغيير",
        "new_terms": "طلب شروط جديدة",
        "grant": "منح كما طُلب",
        "refuse": "رفض",
        "do_refuse": "تأكيد الرفض",
        "delay": "منح مهلة",
        "lapse": "تأكيد إنهاء",
        "do_lapse": "تأكيد إنهاء",
        "all": "دفع كل الباقي",
        "paid_all": "دفعت كل شيء",
        "missed": "لم يظهر لدينا",
        "saved": "لم يعد في خطر",
        "completed": "بالكامل",
        "appeal": "لجنة الطعن المسبق",
        "quicker": "سبقكم",
        "no_message": "إرسال دون رسالة",
        "withdraw": "سحب الطلب",
        "yes_withdraw": "نعم، سحب الطلب",
        "down": "الدفعة الأولى",
    },
}


@pytest.fixture(params=["fr", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def restarting(bot: FundBot) -> None:
    """From now on the program is stopped and started before every single update."""
    arrive = bot.update

    def update(**content: Any) -> int:
        bot.restart()
        return arrive(**content)

    bot.update = update  # type: ignore[method-assign]


def a_request(scene: Scene, say: dict[str, str], months: str = "24") -> None:
    scene.samir.send("/plan")
    scene.samir.press(say["length"])
    scene.samir.send(months)
    scene.samir.press(say["send"])
    scene.samir.press(say["no_message"])


def a_plan(scene: Scene, say: dict[str, str]) -> None:
    scene.samir.send("/plan")
    scene.samir.send("12")
    scene.samir.press(say["confirm"])


def test_the_whole_life_through_a_restart_at_every_step(fund_bot: FundBot, language: str) -> None:
    say = SAY[language]
    scene = open_scene(fund_bot, language=language)
    samir, director, agent, clock = scene.samir, scene.director, scene.agent, fund_bot.clock
    restarting(fund_bot)

    # Outside standard terms: a person decides, after a question.
    samir.send("/plan")
    samir.press(say["length"])
    samir.send("24")
    samir.press(say["send"])
    samir.send("Ma boutique a brûlé")
    [plan] = scene.plans()
    assert plan.state == "requested"
    director.press(say["open"])
    assert "180 000" in director.text
    assert "Ma boutique a brûlé" in director.text
    director.press(say["ask"])
    director.send("Quand rouvrez-vous ?")
    director.press(say["do_ask"])
    assert "Quand rouvrez-vous ?" in samir.text
    samir.press(say["answer"])
    samir.send("En janvier")
    director.press(say["open"])
    assert "En janvier" in director.text

    # Other terms, which the citizen reads and confirms.
    director.press(say["terms"])
    director.press(say["eighteen"])
    director.send("20 000")
    director.press(say["offer"])
    samir.press(say["read"])
    assert "20 000" in samir.text
    samir.press(say["confirm"])
    [plan] = scene.plans()
    assert (plan.state, plan.months, plan.down_payment) == ("active", 18, 2_000_000)
    assert any(shown.file_name.endswith(".pdf") for shown in samir.messages)
    assert director.seen(plan.reference)

    # The down payment: a photo, checked by a clerk.
    samir.press(say["mine"])
    samir.press(say["paid"])
    samir.send_photo(name="receipt")
    agent.press(say["see"])
    assert any(call.params.get("photo") == "photo-receipt" for call in fund_bot.calls)
    agent.press(say["good"])
    samir.send("/plan")
    assert "160 000" in samir.text

    # Another day of the month, once.
    samir.press(say["change"])
    samir.press(say["day"])
    samir.press(say["tenth"])
    samir.press(say["confirm_change"])
    [plan] = scene.plans()
    assert plan.day == 10
    samir.send("/plan")
    assert not any(say["change"] in button for button in samir.buttons)

    # Two installments missed, told, proposed to lapse, saved by the exact sum.
    clock.set(day="2026-12-11")
    fund_bot.run_job("plans")
    assert samir.seen(say["missed"])
    clock.set(day="2027-02-09")
    fund_bot.run_job("plans")
    fund_bot.run_job("plans")
    [plan] = scene.plans()
    assert plan.state == "lapse_proposed"
    assert sum("17 777,78" in shown.text for shown in samir.messages) == 1
    scene.pay(20_000 + 18_000, "SAVED")  # the down payment's money arrives as well
    fund_bot.run_job("plans")
    assert samir.seen(say["saved"])

    # Everything at once.
    samir.send("/plan")
    samir.press(say["all"])
    samir.press(say["paid_all"])
    samir.send_photo(name="all")
    agent.press(say["see"])
    agent.press(say["good"])
    [plan] = scene.plans()
    assert plan.state == "completed"
    assert samir.seen(say["completed"])


def test_a_refusal_is_read_with_its_reason_and_the_way_to_appeal(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_request(scene, say)
    scene.director.press(say["open"])
    scene.director.press(say["refuse"])
    scene.director.send("Dossier incomplet")
    assert scene.plans()[0].state == "requested"  # not before it was read once more
    scene.director.press(say["do_refuse"])
    assert scene.plans()[0].state == "refused"
    assert "Dossier incomplet" in scene.samir.text
    assert say["appeal"] in scene.samir.text


def test_the_second_decider_is_told_who_was_quicker(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_request(scene, say)
    for chat in (scene.director, scene.other_director):
        chat.press(say["open"])
    scene.director.press(say["grant"])
    scene.other_director.press(say["refuse"])
    scene.other_director.send("Non")
    scene.director.press(say["offer"])
    scene.other_director.press(say["do_refuse"])
    assert scene.other_director.seen(say["quicker"])
    assert scene.plans()[0].state == "offered"
    assert not scene.samir.seen("Non\n")


def test_a_promised_date_that_passes_is_told_and_goes_to_the_central_level(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_request(scene, say)
    fund_bot.clock.set(day="2026-12-10")
    fund_bot.run_job("plans")
    assert scene.central.seen(scene.plans()[0].reference)
    before = len(scene.samir.messages)
    fund_bot.run_job("plans")
    assert len(scene.samir.messages) == before
    scene.director.press(say["open"])
    assert not any(say["grant"] in button for button in scene.director.buttons)
    scene.central.press(say["open"])
    scene.central.press(say["grant"])
    scene.central.press(say["offer"])
    assert scene.plans()[0].state == "offered"


def test_a_debt_that_fell_meanwhile_is_offered_and_signed_anew(fund_bot: FundBot) -> None:
    scene, say = open_scene(fund_bot), SAY["fr"]
    a_request(scene, say)
    scene.director.press(say["open"])
    scene.director.press(say["grant"])
    scene.pay(30_000, "MEANWHILE")
    scene.director.press(say["offer"])
    assert scene.plans()[0].state == "requested"
    assert "150 000" in scene.director.text
    scene.director.press(say["offer"])
    scene.samir.press(say["read"])
    scene.pay(10_000, "AGAIN")
    scene.samir.press(say["confirm"])
    assert scene.plans()[0].state == "offered"
    assert "140 000" in scene.samir.text
    scene.samir.press(say["confirm"])
    assert scene.plans()[0].debt == 14_000_000


def test_a_lapse_is_decided_by_a_person_and_told_before_and_after(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_plan(scene, say)
    fund_bot.clock.set(day="2027-01-30")
    fund_bot.run_job("plans")
    assert "31 500" in scene.samir.text
    assert any(say["new_terms"] in button for button in scene.samir.buttons)
    scene.director.press(say["open"])
    scene.director.press(say["lapse"])
    assert scene.director.toasts  # not before the promised time is over
    fund_bot.clock.set(day="2027-02-15")
    fund_bot.run_job("plans")
    assert scene.plans()[0].state == "lapse_proposed"
    scene.director.press(say["open"])
    scene.director.press(say["lapse"])
    scene.director.send("Deux échéances impayées")
    scene.director.press(say["do_lapse"])
    assert scene.plans()[0].state == "lapsed"
    assert "Deux échéances impayées" in scene.samir.text
    assert say["appeal"] in scene.samir.text


def test_who_blocked_the_bot_is_phoned_before_a_lapse(sqlite_bot: FundBot) -> None:
    scene, say = open_scene(sqlite_bot), SAY["fr"]
    a_plan(scene, say)
    sqlite_bot.do(lambda session: people.set_reachable(session, scene.samir.id, False))
    sqlite_bot.clock.set(day="2027-01-30")
    sqlite_bot.run_job("plans")
    assert "téléphonez-lui" in scene.agent.text


def test_a_delay_is_one_press(fund_bot: FundBot) -> None:
    scene, say = open_scene(fund_bot), SAY["fr"]
    a_plan(scene, say)
    fund_bot.clock.set(day="2027-01-30")
    fund_bot.run_job("plans")
    scene.director.press(say["open"])
    scene.director.press(say["delay"])
    assert scene.plans()[0].state == "active"
    assert "Un délai vous est accordé" in scene.samir.text


def test_new_terms_in_trouble_are_one_tap_away(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_plan(scene, say)
    fund_bot.clock.set(day="2027-01-30")
    fund_bot.run_job("plans")
    scene.samir.press(say["new_terms"])
    scene.samir.send("12")
    scene.samir.press(say["send"])
    scene.samir.press(say["no_message"])
    first, second = scene.plans()
    assert (first.state, second.state, second.replaces) == ("lapse_proposed", "requested", first.id)
    scene.director.press(say["open"])
    scene.director.press(say["grant"])
    scene.director.press(say["offer"])
    scene.samir.press(say["read"])
    scene.samir.press(say["confirm"])
    first, second = scene.plans()
    assert (first.state, second.state) == ("replaced", "active")


def test_a_second_change_goes_through_the_agency(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    samir = scene.samir
    a_plan(scene, say)
    samir.press(say["mine"])
    old_button = samir.data_of(say["change"])
    samir.press(say["change"])
    samir.press(say["day"])
    samir.press(say["tenth"])
    samir.press(say["confirm_change"])
    samir.press_data(old_button)  # the one change of one's own is used up
    samir.press(say["new_terms"])
    samir.send("6")
    samir.press(say["send"])
    samir.press(say["no_message"])
    first, second = scene.plans()
    assert (first.state, first.day, second.state) == ("active", 10, "requested")


def test_a_new_amount_is_checked_against_its_limits_and_confirmed(sqlite_bot: FundBot) -> None:
    scene, say = open_scene(sqlite_bot), SAY["fr"]
    samir = scene.samir
    a_plan(scene, say)
    samir.press(say["mine"])
    samir.press(say["change"])
    samir.press("Un autre montant")
    samir.send("4000")
    assert samir.seen("de 13 500 DA à 162 000 DA")
    samir.send("3 millions")  # 30 000 DA: asked back
    samir.press("30 000")
    assert "12 000" in samir.text  # the last one
    samir.press(say["confirm_change"])
    assert (scene.plans()[0].months, scene.plans()[0].regular) == (6, 3_000_000)


def test_a_receipt_that_cannot_be_accepted_comes_back_with_the_reason(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_plan(scene, say)
    scene.samir.press(say["mine"])
    scene.samir.press(say["paid"])
    scene.samir.send("voilà")  # no picture: asked again, nothing kept
    assert not scene.agent.messages
    scene.samir.send_photo()
    scene.agent.press(say["see"])
    scene.agent.press(say["bad"])
    scene.agent.send("Photo illisible")
    assert "Photo illisible" in scene.samir.text
    assert any(say["paid"] in button for button in scene.samir.buttons)


def test_a_decision_that_did_not_arrive_returns_to_be_phoned(
    sqlite_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    a_request(scene, say)
    scene.director.press(say["open"])
    scene.director.press(say["grant"])
    scene.director.press(say["offer"])
    [plan] = scene.plans()

    def fail(session: Any) -> None:
        session.query(OutgoingCall).filter(OutgoingCall.subject.is_not(None)).update(
            {"state": "failed"}
        )

    sqlite_bot.do(fail)
    for _ in range(2):
        sqlite_bot.run_job("plans")
    told = [m for m in scene.director.messages if "⚠️" in m.text and plan.reference in m.text]
    assert len(told) == 1


def test_a_request_is_withdrawn_only_when_meant(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    a_request(scene, say)
    scene.samir.send("/plan")
    scene.samir.press(say["withdraw"])
    assert scene.plans()[0].state == "requested"
    scene.samir.press(say["yes_withdraw"])
    assert scene.plans()[0].state == "withdrawn"


def test_a_clerk_opens_a_plan_and_the_citizen_confirms(fund_bot: FundBot, language: str) -> None:
    say = SAY[language]
    scene = open_scene(fund_bot, language=language)
    amina_id = fund_bot.do(lambda session: _amina(session, fund_bot, "991234567890", language))
    agent = scene.agent
    agent.send("/plan")
    agent.press("➕")
    agent.send("12")
    agent.send("99 1234 567890")
    agent.press("12")
    agent.press("📲")
    [plan] = scene.plans()
    assert (plan.state, plan.contributor_id) == ("prepared", amina_id)
    amina = fund_bot.chat(7050, language=language)
    amina.send("/plan")
    amina.press(say["read"])
    assert scene.plans()[0].signed_on is None
    amina.press(say["confirm"])
    assert scene.plans()[0].state == "active"


def _amina(session: Any, bot: FundBot, ssn: str, language: str) -> int:
    contributor = create_contributor(
        session,
        bot.vault,
        ssn=ssn,
        name_fr="Amina Saïdi",
        affiliated_on=date(2025, 1, 1),
        declarations={2025: 24_000_000},
    )
    create_person(session, 7050, language)
    link(session, 7050, contributor)
    return contributor


def test_the_desk_shows_an_agency_only_its_own(sqlite_bot: FundBot) -> None:
    scene, say = open_scene(sqlite_bot), SAY["fr"]
    a_request(scene, say)
    [plan] = scene.plans()
    sqlite_bot.do(lambda session: create_staff(session, 8100, Role.DIRECTOR, "31"))
    oran = sqlite_bot.chat(8100)
    oran.send("/start")
    for action in sorted(sqlite_bot.kit.book.actions):
        if action.startswith("plan_desk."):
            for argument in (str(plan.id), "requests", "running", ""):
                oran.press_data(sqlite_bot.kit.seal.write(oran.id, action, argument, 0))
                assert plan.reference not in oran.text
                assert "Karim" not in oran.text
    assert scene.plans()[0].state == "requested"


def test_an_agent_sees_but_does_not_decide(sqlite_bot: FundBot) -> None:
    scene, say = open_scene(sqlite_bot), SAY["fr"]
    a_request(scene, say)
    [plan] = scene.plans()
    agent = scene.agent
    agent.send(f"/plan {plan.reference}")
    assert "180 000" in agent.text
    assert not any("Accorder" in button for button in agent.buttons)
    for action in ("grant", "terms", "refuse", "ask", "lapse", "delay"):
        agent.press_data(
            sqlite_bot.kit.seal.write(agent.id, f"plan_desk.{action}", str(plan.id), 0)
        )
        assert "ne vous revient pas" in agent.toasts[-1]
    assert scene.plans()[0].state == "requested"


def test_every_list_of_the_desk_opens(sqlite_bot: FundBot, language: str) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    a_plan(scene, say)
    scene.samir.press(say["mine"])
    scene.samir.press(say["paid"])
    scene.samir.send_photo()
    director = scene.director
    director.send("/plan")
    assert len(director.buttons) == 7  # four lists, the counter, one's own, the menu
    home = director.last_message
    for label in home.buttons[:4]:
        director.press(label, message=home)
        assert director.text
        director.send("/plan")
        home = director.last_message
    director.send(f"/plan {scene.plans()[0].reference}")
    assert "180 000" in director.text
