"""/plan from the debt to the signed paper, as people live it, in both languages."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from services import signing
from tests.handlers.plan_scene import Scene, open_scene
from tests.services.plans.plan_cases import a_trader_with_arrears
from tests.support.chat import FundBot

SAY = {
    "fr": {
        "twelve": "12 mois",
        "confirm": "Je confirme",
        "means": "Dire ce que je peux payer",
        "length": "Une autre durée",
        "day": "Un autre jour",
        "down": "Premier versement",
        "send": "Envoyer au directeur",
        "without_note": "Envoyer sans message",
        "granted": "accordé",
        "director": "directeur",
        "changed": "a changé",
        "again": "rien n’est encore accordé",
        "cancel": "Annuler",
        "other": "Un autre choix",
    },
    "ar": {
        "twelve": "12 شهرا",
        "confirm": "أؤكد هذا الجدول",
        "means": "أقول كم أستطيع",
        "length": "مدة أخرى",
        "day": "يوم آخر",
        "down": "الدفعة الأولى",
        "send": "إرسال إلى مدير الوكالة",
        "without_note": "إرسال دون رسالة",
        "granted": "تمّ الاتفاق",
        "director": "مدير وكالتكم",
        "changed": "تغيّر المبلغ",
        "again": "لم نسجّل أي شيء",
        "cancel": "إلغاء",
        "other": "اختيار آخر",
    },
}


@pytest.fixture(params=["fr", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def papers(scene: Scene) -> list[bytes]:
    return [
        shown.file
        for shown in scene.samir.messages
        if shown.file and shown.file_name[-4:] == ".pdf"
    ]


def test_arrears_are_spread_over_twelve_months(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    assert "180 000" in chat.text
    fund_bot.restart()
    chat.press(say["twelve"])
    assert "13 500" in chat.text
    assert chat.text.count("2027") >= 11
    fund_bot.restart()
    chat.press(say["confirm"])
    assert chat.seen(say["granted"])
    [plan] = scene.plans()
    assert (plan.state, plan.months, plan.debt) == ("active", 12, 18_000_000)
    [paper] = papers(scene)
    pages = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    # The letters of the code are printed too, in groups of five.
    printed = re.findall(r"[0-9A-Z]{5}-(?:[0-9A-Z]{5}-)+|^[0-9A-Z-]+$", pages, re.MULTILINE)
    code = "".join(line for line in printed if line != plan.reference)
    proof = signing.verify(code, signing.public_key(fund_bot.vault))
    assert proof.reference == plan.reference
    chat.send("/plan")
    assert plan.reference in chat.text


def test_three_proposals_stand_side_by_side(sqlite_bot: FundBot, language: str) -> None:
    scene = open_scene(sqlite_bot, language=language)
    scene.samir.send("/plan")
    for monthly in ("54 000", "27 000", "13 500"):
        assert monthly in scene.samir.text
        assert any(monthly in button for button in scene.samir.buttons)


def test_by_means_the_shortest_plan_that_fits(sqlite_bot: FundBot, language: str) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["means"])
    chat.send("9000")
    assert "9 000" in chat.text
    chat.press("13 500")
    chat.press(say["other"])
    chat.send("14 000")  # typed straight away: what can be paid a month
    assert any("13 500" in button for button in chat.buttons)
    fits = "qui convient : 12 mois" if language == "fr" else "أقصر مدة تناسبكم: 12 شهرا"
    assert fits in chat.text


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "un million"), ("ar", "مليون"), ("ar", "زوج ملاين")]
)
def test_an_amount_said_in_centimes_is_asked_back(
    sqlite_bot: FundBot, language: str, said: str
) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["means"])
    chat.send(said)
    dinars = "20 000" if "زوج" in said else "10 000"
    assert any(dinars in button for button in chat.buttons)
    assert scene.plans() == []
    sqlite_bot.restart()
    chat.press(dinars)
    assert dinars in chat.text


def test_day_and_down_payment_recalculate_everything(sqlite_bot: FundBot, language: str) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["twelve"])
    chat.press(say["day"])
    chat.send("٥" if language == "ar" else "5")
    assert ("الخميس 3 ديسمبر" if language == "ar" else "jeudi 3 décembre") in chat.text
    chat.press(say["down"])
    chat.send("60 000")
    assert "10 000" in chat.text
    chat.press(say["confirm"])
    [plan] = scene.plans()
    assert (plan.day, plan.down_payment, plan.regular) == (5, 6_000_000, 1_000_000)


def test_a_debt_that_changes_meanwhile_is_shown_and_asked_again(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["twelve"])
    scene.pay(10_000, "IN-THE-MEANTIME")
    chat.press(say["confirm"])
    assert scene.plans() == []
    assert chat.seen(say["again"])
    assert say["changed"] in chat.text
    assert "170 000" in chat.text
    chat.press(say["confirm"])
    [plan] = scene.plans()
    assert plan.debt == 17_000_000


def test_the_next_day_other_dates_are_asked_again(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.press("12 mois")
    sqlite_bot.clock.set(day="2026-12-01")
    scene.samir.press("Je confirme")
    assert scene.plans() == []
    assert "31 janvier 2027" in scene.samir.text


def test_outside_standard_terms_every_reason_and_the_way_to_a_person(
    fund_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(fund_bot, dinars=700_000, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["length"])
    fund_bot.restart()
    chat.send("24")
    assert "500 000" in chat.text  # the limit
    assert "200 000" in chat.text  # what to pay first
    assert not any(say["confirm"] in button for button in chat.buttons)
    fund_bot.restart()
    chat.press(say["send"])
    chat.press(say["without_note"])
    [plan] = scene.plans()
    assert (plan.state, plan.level) == ("requested", "agency")
    assert say["director"] in chat.text
    assert "9" in chat.text
    assert scene.director.seen(plan.reference)
    assert scene.other_director.seen(plan.reference)
    assert not scene.central.messages


def test_means_under_the_smallest_installment_can_be_sent_to_the_director(
    sqlite_bot: FundBot, language: str
) -> None:
    scene, say = open_scene(sqlite_bot, language=language), SAY[language]
    chat = scene.samir
    chat.send("/plan")
    chat.press(say["means"])
    chat.send("1000")
    assert "4 500" in chat.text  # the least that fits, over 36 months
    chat.press("1 000")
    assert "3 000" in chat.text  # the smallest installment
    chat.press(say["send"])
    chat.send("Je n'ai qu'une petite boutique")
    [plan] = scene.plans()
    assert plan.wish["means"] == 100_000
    assert "means_under_smallest" in plan.reasons


@pytest.mark.parametrize("wrong", ["abc", "", "0", "-5", "12 14", "5000000000000000"])
def test_a_wrong_answer_changes_nothing(sqlite_bot: FundBot, wrong: str) -> None:
    scene = open_scene(sqlite_bot)
    chat = scene.samir
    chat.send("/plan")
    chat.press("Dire ce que je peux payer")
    if wrong:
        chat.send(wrong)
    else:
        chat.send_message(sticker={
            "file_id": "s", "file_unique_id": "s", "width": 1, "height": 1,
            "is_animated": False, "is_video": False, "type": "regular",
        })  # fmt: skip
    assert "Combien pouvez-vous payer" in chat.text
    assert scene.plans() == []


@pytest.mark.parametrize("typed", ["12", "12 mois", "١٢", "sur 12 mois", "un an", "على 12 شهر"])
def test_months_can_be_typed_at_the_proposals(sqlite_bot: FundBot, typed: str) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.send(typed)
    assert "Puis 12 échéances de 13 500 DA" in scene.samir.text


@pytest.mark.parametrize("step", ["Dire ce que je peux payer", "Une autre durée"])
def test_a_length_is_understood_whatever_was_asked(sqlite_bot: FundBot, step: str) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.press(step)
    scene.samir.send("en 12 fois")
    assert "Puis 12 échéances de 13 500 DA" in scene.samir.text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("le 5 de chaque mois", "le 5"), ("fin du mois", "mois"), ("le 31", "dernier jour")],
)
def test_the_day_is_typed_as_people_say_it(sqlite_bot: FundBot, typed: str, shown: str) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.press("Un autre jour")
    scene.samir.send(typed)
    assert shown in scene.samir.text
    assert any("12 mois" in button for button in scene.samir.buttons)


def test_the_words_of_a_button_may_be_typed(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.send("12 mois · 13 500 DA")
    scene.samir.send("je confirme cet échéancier")
    [plan] = scene.plans()
    assert (plan.state, plan.months) == ("active", 12)


def test_a_length_that_is_not_offered_becomes_the_next_longer_one(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.send("10 mois")
    assert scene.samir.seen("La durée de 10 mois n’est pas proposée")
    assert "Puis 12 échéances" in scene.samir.text


def test_a_down_payment_of_everything_is_no_plan(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    chat = scene.samir
    chat.send("/plan")
    chat.press("Premier versement")
    chat.send("180000")
    assert chat.seen("couvre toute la dette")
    chat.send("90000")
    assert "90 000 DA le jour de l’accord" in chat.text


def test_cancel_leaves_nothing_behind(fund_bot: FundBot, language: str) -> None:
    scene, say = open_scene(fund_bot, language=language), SAY[language]
    scene.samir.send("/plan")
    scene.samir.press(say["twelve"])
    scene.samir.send("/cancel")
    assert scene.plans() == []
    assert fund_bot.events("plan.granted") == []


def test_a_second_press_on_an_outdated_button_signs_nothing_twice(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    chat = scene.samir
    chat.send("/plan")
    chat.press("12 mois")
    data = chat.data_of("Je confirme")
    chat.press_data(data)
    chat.press_data(data)
    assert len(scene.plans()) == 1


def test_who_owes_nothing_late_is_told_so(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.pay(180_000, "ALL")
    scene.samir.send("/plan")
    assert "aucun retard" in scene.samir.text


def test_who_is_not_linked_is_led_to_link(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    stranger = sqlite_bot.chat(7009, language="fr")
    stranger.send("/start")
    stranger.press("J’accepte")
    stranger.send("/cancel")
    stranger.send("/plan")
    assert "180 000" not in stranger.text
    assert scene.plans() == []


def test_a_stranger_reads_and_changes_nothing_by_any_button_or_reference(
    fund_bot: FundBot,
) -> None:
    scene = open_scene(fund_bot)
    scene.samir.send("/plan")
    scene.samir.press("12 mois")
    scene.samir.press("Je confirme")
    [plan] = scene.plans()
    stranger = fund_bot.chat(7009, language="fr")
    stranger.send("/start")
    stranger.press("J’accepte")
    stranger.send("/cancel")
    before = [(one.name, one.subject_id) for one in fund_bot.events() if one.subject_kind == "plan"]
    book = fund_bot.kit.book
    for action in sorted(book.actions):
        if action.partition(".")[0] not in ("plan", "plan_desk"):
            continue
        for argument in ("", str(plan.id), f"{plan.id}:all", "999"):
            # Even with a seal that only the bot can make: the record itself says who may.
            stranger.press_data(fund_bot.kit.seal.write(stranger.id, action, argument, 1))
            assert plan.reference not in stranger.text
            assert "180 000" not in stranger.text
            assert "13 500" not in stranger.text
    for typed in (plan.reference, plan.reference.lower(), "E-16-26-000002-5", "E16"):
        stranger.send(f"/plan {typed}")
        assert "13 500" not in stranger.text
        assert "En cours" not in stranger.text
    stranger.press_data(scene.samir.data_of("Mon échéancier"))
    assert "plus valable" in stranger.toasts[-1]
    after = [(one.name, one.subject_id) for one in fund_bot.events() if one.subject_kind == "plan"]
    assert after == before
    assert scene.plans()[0].state == "active"


def test_another_citizen_with_a_plan_of_their_own_reaches_only_theirs(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.press("12 mois")
    scene.samir.press("Je confirme")
    [plan] = scene.plans()
    sqlite_bot.do(lambda session: a_trader_with_arrears(session, telegram_id=7020, dinars=90_000))
    other = sqlite_bot.chat(7020)
    other.send("/plan")
    assert "90 000" in other.text
    for action in sorted(sqlite_bot.kit.book.actions):
        if action.partition(".")[0] in ("plan", "plan_desk"):
            for argument in (str(plan.id), f"{plan.id}:all", f"{plan.id}:late"):
                other.press_data(sqlite_bot.kit.seal.write(other.id, action, argument, 1))
                assert plan.reference not in other.text
                assert "180 000" not in other.text
    other.send(f"/plan {plan.reference}")
    assert "Aucun échéancier de ce numéro" in other.text
    assert scene.plans()[0].state == "active"


def test_a_debt_that_fell_under_the_down_payment_signs_nothing(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    chat = scene.samir
    chat.send("/plan")
    chat.press("12 mois")
    chat.press("Premier versement")
    chat.send("90 000")
    scene.pay(100_000, "MOST-OF-IT")
    chat.press("Je confirme")
    assert scene.plans() == []
    assert "80 000 DA" in chat.text
    chat.press("Je confirme")
    assert scene.plans()[0].down_payment == 800_000


def test_the_reference_opens_ones_own_plan_however_it_is_typed(sqlite_bot: FundBot) -> None:
    scene = open_scene(sqlite_bot)
    scene.samir.send("/plan")
    scene.samir.press("12 mois")
    scene.samir.press("Je confirme")
    [plan] = scene.plans()
    scene.samir.send(f"/plan {plan.reference.lower().replace('-', ' ')}")
    assert "Versements payés : 0 sur 13" in scene.samir.text
    scene.samir.send(f"/plan {plan.reference[:-1]}{(int(plan.reference[-1]) + 1) % 10}")
    assert "contient une erreur" in scene.samir.text
