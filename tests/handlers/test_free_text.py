"""People's own words, in four varieties: the right place, or asked back, never a dead end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from handlers.change_of_mind import ANSWERS, STAFF
from handlers.free_deeds import DEEDS
from services import references
from services.language.labels import SENSITIVE, Label
from services.language.understanding import Intent, Kind, Understanding
from services.records.people import Conversation
from services.records.plans import Plan
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen
from tests.support.complaints import (
    AGENT,
    ARAB,
    STRANGER,
    complaints,
    file_complaint,
    linked_citizen,
    open_agencies,
    unlinked_citizen,
)

ARREARS: dict[str, Any] = {"declarations": {2026: 18_000_000}}


def step_of(bot: FundBot, chat: Chat) -> str | None:
    def read(session: Any) -> str | None:
        found = session.get(Conversation, (chat.id, chat.id))
        return found.step if found is not None else None

    return bot.do(read)


# --- sure: said in one line, and done -------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["شحال راني نسال", "ch7al rani nsal", "combien je dois", "أريد معرفة وضعية اشتراكاتي"],
)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_one_owes_is_found_in_every_variety(
    sqlite_bot: FundBot, typed: str, language: str
) -> None:
    chat = citizen(sqlite_bot, language=language, **ARREARS)
    chat.send(typed)
    line = (
        "فهمنا: تريدون معرفة ما عليكم"
        if language == "ar"
        else "vous souhaitez savoir ce que vous devez"
    )
    assert line in chat.messages[-2].text
    assert "43 200" in chat.text


@pytest.mark.parametrize(
    ("typed", "reads"),
    [
        ("kifach nkhales", "payer"),
        ("date limite pour payer", "30 juin 2027"),
        ("نحب نقسط الدين", "vous souhaitez payer en plusieurs fois"),
        ("win rahi la plainte ta3i", "réclamation"),
        ("carte chifa bloquée", "carte Chifa"),
        ("وصلني إعذار", "mise en demeure"),
        ("nkhdem bla registre kifah ndkhol casnos", "S’affilier à la CASNOS"),
        ("je voudrais changer mon numero de telephone", "corriger"),
        ("à quelle heure ouvre l'agence", "aujourd’hui"),
    ],
)
def test_each_wish_leads_to_its_place(sqlite_bot: FundBot, typed: str, reads: str) -> None:
    chat = citizen(sqlite_bot, **ARREARS)
    before = len(chat.messages)
    chat.send(typed)
    said = "\n".join(one.text for one in chat.messages[before:])
    assert "Nous avons compris" in said
    assert reads in said


def test_already_paid_leads_to_the_record_and_the_receipt(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send("j'ai déjà payé")
    assert "reçu" in chat.text
    chat.press("n’y figure pas")
    assert step_of(fund_bot, chat) == "complaint.text"
    fund_bot.restart()
    chat.send("Payé à la poste le 3 mars, reçu 4411.")
    chat.press("Continuer")
    chat.press("Envoyer")
    assert complaints(fund_bot)[0].category == "payment_not_recorded"


def test_not_paid_and_paid_are_not_mixed_up(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, language="ar", **ARREARS)
    chat.send("ما خلصتش")
    assert "ما بقي عليكم" in chat.messages[-2].text
    chat.send("خلصت")
    assert "دفعتم" in chat.text


def test_the_language_changes_by_words(fund_bot: FundBot) -> None:
    chat = citizen(fund_bot, language="fr")
    chat.send("parle arabe")
    assert chat.seen("نواصل بالعربية")
    chat.send("بالفرنسية")
    assert chat.seen("nous continuons en français")
    chat.send("change la langue")
    assert {"العربية", "Français"} <= {one.split(maxsplit=1)[-1] for one in chat.buttons}


@pytest.mark.parametrize("typed", ["vous êtes des voleurs", "يا حمار"])
def test_an_insult_is_answered_calmly(sqlite_bot: FundBot, typed: str) -> None:
    chat = citizen(sqlite_bot)
    chat.send(typed)
    assert "nous voulons vous aider" in chat.text
    assert any("personne" in one for one in chat.buttons)


@pytest.mark.parametrize(
    ("typed", "reads"), [("salam", "أهلا"), ("merci bcp", "خدمتكم"), ("لا", "سؤال")]
)
def test_courtesies_are_answered_in_kind(sqlite_bot: FundBot, typed: str, reads: str) -> None:
    assert reads in citizen(sqlite_bot, language="ar").send(typed).text


def test_before_consent_the_wish_waits_and_is_then_done(fund_bot: FundBot) -> None:
    chat = fund_bot.chat(7050, language="fr")
    chat.send("combien je dois")
    assert "J’accepte" in " ".join(chat.buttons)
    chat.press("J’accepte")
    assert "vérifier votre identité" in chat.text


@pytest.mark.parametrize(
    "typed",
    ["🗓 الدفع على أقساط", "الدفع على اقساط", "Payer en plusieurs fois", "payer EN plusieurs fois"],
)
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_words_of_the_menu_may_be_typed_instead_of_pressed(
    sqlite_bot: FundBot, typed: str, language: str
) -> None:
    chat = citizen(sqlite_bot, language=language, **ARREARS)
    chat.send(typed)
    assert step_of(sqlite_bot, chat) == "plan.choose"


def test_a_menu_button_typed_by_someone_without_consent_asks_for_it_first(
    sqlite_bot: FundBot,
) -> None:
    chat = sqlite_bot.chat(4_242)
    chat.send("Payer en plusieurs fois")
    assert step_of(sqlite_bot, chat) == "consent.ask"


# --- unsure, unknown ------------------------------------------------------------------------


def unsure(*labels: Label) -> Understanding:
    chance = 0.5
    return Understanding(Kind.UNSURE, tuple(Intent(label, chance) for label in labels))


def test_unsure_asks_back_with_two_or_three_meanings_and_a_person(
    sqlite_bot: FundBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = citizen(sqlite_bot, **ARREARS)
    meant = unsure(Label.STATUS_BALANCE, Label.HOW_TO_PAY)
    monkeypatch.setattr("handlers.free_text.understand", lambda text, **_: meant)
    chat.send("…")
    assert chat.buttons == ["Ce que je dois", "Comment payer", "🙋 Parler à une personne"]
    chat.press("Ce que je dois")
    assert "43 200" in chat.text


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_what_is_not_understood_is_never_a_dead_end_twice(fund_bot: FundBot, language: str) -> None:
    chat = citizen(fund_bot, language=language)
    first = chat.send("blabla xyzt qsd").text
    person = "التحدث مع موظف" if language == "ar" else "Parler à une personne"
    assert any(person in one for one in chat.buttons)
    assert len(chat.buttons) > 6
    fund_bot.restart()
    second = chat.send("qsdf wxcv 😀").text
    assert second != first
    assert person in chat.buttons[0]
    assert len(chat.buttons) == 2


def test_what_was_understood_in_between_starts_the_count_anew(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, **ARREARS)
    first = chat.send("blabla xyzt qsd").text
    chat.send("combien je dois")
    assert chat.send("blabla xyzt qsd").text == first


def test_a_forged_meaning_does_nothing(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot)
    chat.send("/menu")
    for argument in ("yes", "nothing", ""):
        chat.press_data(sqlite_bot.kit.seal.write(chat.id, "free.do", argument, 0))
        assert "plus valable" in chat.toasts[-1]


# --- conduct and bribes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "button", "category"),
    [
        ("طلب مني رشوة", "demandé de l’argent", "bribe"),
        ("l'agent m'a insulté au guichet", "Signaler un comportement", "conduct"),
        ("wahed f l'agence tlab meni 9ahwa", "demandé de l’argent", "bribe"),
    ],
)
def test_conduct_and_bribes_are_asked_back_with_the_protected_way(
    fund_bot: FundBot, typed: str, button: str, category: str
) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    chat.send(typed)
    assert "directement au niveau central" in chat.text
    assert complaints(fund_bot) == []
    assert "🔒" in chat.buttons[0]
    chat.press(button)
    chat.send("Cela s’est passé hier au guichet 3, vers dix heures.")
    chat.press("Continuer")
    chat.press("Envoyer")
    [case] = complaints(fund_bot)
    assert (case.category, case.restricted, case.desk) == (category, True, "00")
    assert fund_bot.chat(AGENT).messages == []


def test_no_sensitive_wish_is_ever_done_without_asking() -> None:
    for label in SENSITIVE:
        assert DEEDS[label].category in ("conduct", "bribe")


# --- typed references and numbers -----------------------------------------------------------


def test_a_typed_reference_opens_ones_own_case_only(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot)
    file_complaint(chat)
    reference = complaints(fund_bot)[0].reference
    chat.send(f"où en est {reference.lower().replace('-', ' ')} ?")
    assert reference in chat.text
    assert "Chifa" in chat.text
    stranger = unlinked_citizen(fund_bot)
    theirs = stranger.send(reference).text
    none = references.make(references.Kind.COMPLAINT, agency="16", year=2026, serial=999)
    assert stranger.send(none).text == theirs
    wrong_digit = "1" if reference[-1] != "1" else "2"
    assert stranger.send(reference[:-1] + wrong_digit).text != theirs
    assert not any(reference in one.text for one in stranger.messages)


def test_a_plans_reference_that_is_not_theirs_says_the_same_as_an_unknown_one(
    sqlite_bot: FundBot,
) -> None:
    owner = citizen(sqlite_bot, 7301, declarations={2025: 24_000_000, 2026: 24_000_000})
    owner.send("/plan")
    owner.press("3 mois")
    owner.press("Je confirme")
    reference = sqlite_bot.do(lambda session: session.scalars(select(Plan)).one().reference)
    owner.send(reference)
    assert "échéancier" in owner.text.lower()
    other = citizen(sqlite_bot, 7302)
    theirs = other.send(reference).text
    none = references.make(references.Kind.PLAN, agency="16", year=2026, serial=999)
    assert other.send(none).text == theirs
    assert reference not in theirs


@pytest.mark.parametrize("typed", ["990000000077", "٩٩٠٠٠٠٠٠٠٠٧٧", "mon numero 99 0000 0000 77"])
def test_a_typed_social_security_number_leads_to_linking_and_is_not_repeated(
    fund_bot: FundBot, typed: str
) -> None:
    chat = unlinked_citizen(fund_bot)
    chat.send(typed)
    assert step_of(fund_bot, chat) == "link.phone"
    assert chat.seen("un numéro seul ne suffit pas")
    assert not any("0077" in one.text for one in chat.messages)


def test_a_bare_phone_or_amount_is_asked_back(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot)
    chat.send("0550 00 00 99")
    assert "ne suffit pas" in chat.text
    chat.send("5000")
    assert "montant" in chat.text
    assert any("plusieurs fois" in one for one in chat.buttons)


HOSTILE = (
    "\u202e\u2066" * 50,
    "😀" * 400,
    "<b>x</b><script>alert(1)</script>",
    "'; DROP TABLE people; --",
    '{0} {name} %s %(x)s \\ "',
    "R-" * 2_000,
    "9" * 4_096,
    "ـ" * 4_096,
    "٣" * 40 + " ملاين",
    "a\u0301" * 2_000,
    "/" + "x" * 200,
    "\u0000\u0001",
)


@pytest.mark.parametrize("at_a_question", [False, True])
def test_hostile_words_are_answered_and_change_nothing(
    sqlite_bot: FundBot, at_a_question: bool
) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    for words in HOSTILE:
        if at_a_question:
            chat.send("/simulate")
            chat.send("/complaint")
        before = len(chat.messages)
        chat.send(words)
        assert len(chat.messages) > before, words[:20]
    assert complaints(sqlite_bot) == []


# --- inside a conversation ------------------------------------------------------------------


def test_the_expected_number_comes_first_and_a_change_of_mind_is_followed(
    fund_bot: FundBot,
) -> None:
    chat = citizen(fund_bot, declarations={2024: 24_000_000, 2025: 24_000_000, 2026: 24_000_000})
    chat.send("/plan")
    chat.press("ce que je peux payer")
    assert step_of(fund_bot, chat) == "plan.means"
    chat.send("ch7al rani nsal")
    assert chat.seen("Ce que vous aviez commencé est gardé")
    assert step_of(fund_bot, chat) is None
    fund_bot.restart()
    chat.press("Reprendre où j’en étais")
    assert step_of(fund_bot, chat) == "plan.means"
    chat.send("5000")
    assert step_of(fund_bot, chat) != "plan.means"


@pytest.mark.parametrize(
    "words",
    [
        "combien je dois",
        "je veux parler à un agent",
        "ما خلصتش على خاطر ما عنديش",
        "l'agent m'a demandé de l'argent",
        "شكرا",
        "annuler ma pénalité de retard de 2024 s'il vous plaît",
        "aide moi à comprendre pourquoi on me refuse l'échéancier",
        "R-16-26-000123-0",
        "990000000077",
        "12000",
        "oui",
        "parlez-moi en arabe car je ne comprends pas la lettre",
    ],
)
def test_the_words_of_a_complaint_are_never_taken_for_something_else(
    sqlite_bot: FundBot, words: str
) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("Voici ce qui s’est passé :")
    assert step_of(sqlite_bot, chat) == "complaint.evidence"
    chat.send(words)
    assert step_of(sqlite_bot, chat) == "complaint.evidence"
    chat.press("Retour")
    chat.send(f"{words} …")
    chat.press("Continuer")
    assert words[:20] in chat.text


def test_an_agencys_name_is_an_answer_and_a_wish_in_its_place_is_followed(
    sqlite_bot: FundBot,
) -> None:
    open_agencies(sqlite_bot)
    chat = unlinked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.send("وهران")
    assert step_of(sqlite_bot, chat) == "complaint.category"
    chat.press("Retour")
    chat.send("kifach nkhales")
    assert chat.seen("savoir comment payer")


def test_at_a_question_with_buttons_a_typed_subject_counts(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    assert step_of(sqlite_bot, chat) == "complaint.category"
    chat.send("mon remboursement n'arrive toujours pas")
    assert step_of(sqlite_bot, chat) == "complaint.text"
    chat.press("Retour")
    chat.send("blabla xyzt qsd")
    assert step_of(sqlite_bot, chat) == "complaint.category"
    chat.send("طلب مني رشوة")
    assert "directement au niveau central" in chat.text
    assert step_of(sqlite_bot, chat) == "complaint.category"


def test_an_agent_who_writes_an_answer_is_never_interrupted(fund_bot: FundBot) -> None:
    open_agencies(fund_bot)
    chat = linked_citizen(fund_bot, ARAB, language="ar")
    chat.send("/complaint")
    chat.press("موضوع آخر")
    chat.send("لم أفهم المبلغ.")
    chat.press("متابعة")
    chat.press("إرسال")
    agent = fund_bot.chat(AGENT)
    agent.press("Ouvrir le dossier")
    agent.press("Répondre")
    agent.send("combien je dois")
    assert "combien je dois" in agent.text
    agent.press("Envoyer")
    assert "combien je dois" in chat.text


def test_the_language_changes_in_the_middle_and_the_question_stays(sqlite_bot: FundBot) -> None:
    open_agencies(sqlite_bot)
    chat = linked_citizen(sqlite_bot)
    chat.send("/complaint")
    chat.press("Autre sujet")
    chat.send("parle arabe")
    assert step_of(sqlite_bot, chat) == "complaint.text"
    assert "اكتبوا" in chat.text


def test_stop_means_what_is_open(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, declarations={2025: 24_000_000, 2026: 24_000_000})
    chat.send("/plan")
    chat.press("ce que je peux payer")
    chat.send("stop")
    assert step_of(sqlite_bot, chat) is None
    assert chat.seen("C’est annulé")


def test_a_resume_button_of_someone_else_or_of_nothing_opens_nothing(sqlite_bot: FundBot) -> None:
    chat = unlinked_citizen(sqlite_bot, STRANGER)
    chat.send("/menu")
    for step in ("plan.means", "desk.text", "nonsense", ""):
        chat.press_data(sqlite_bot.kit.seal.write(chat.id, "free.resume", step, 0))
        assert step_of(sqlite_bot, chat) is None


def test_every_step_that_is_listened_to_exists_and_none_of_the_staffs(sqlite_bot: FundBot) -> None:
    steps = sqlite_bot.kit.book.steps
    assert set(ANSWERS) <= set(steps)
    assert all(steps[name].answer is not None for name in ANSWERS)
    assert not any(name.startswith(tuple(f"{one}." for one in STAFF)) for name in ANSWERS)


def test_what_is_begun_again_begins_at_its_beginning(fund_bot: FundBot) -> None:
    """In the middle, nothing of what was said before is there any more."""
    chat = citizen(fund_bot, affiliated_on=date(2024, 1, 1))
    chat.send("/simulate")
    chat.press("revenu")
    chat.press("2026")
    chat.send("je veux parler à une personne")
    chat.press("Reprendre")
    fund_bot.restart()
    chat.press("Recommencer")
    assert "Que souhaitez-vous calculer" in chat.text
    chat.send("/plan")
    chat.press("Dire ce que je peux payer")
    chat.send("5000")
    chat.send("/complaint")
    chat.send("/plan")
    chat.press("Recommencer")
    assert "Propositions" in chat.text
    assert "5 000 DA" not in chat.text
