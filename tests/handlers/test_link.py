"""/link by the registered phone: who is linked, who is refused, and what nobody learns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from services import linking
from tests.support.chat import Chat, FundBot
from tests.support.fund import create_contributor

SSN = "990000000101"
PHONE = "+213550000001"
TODAY = date(2026, 11, 25)
CODE_BUTTON = {"fr": "J’ai un code", "ar": "لديّ رمز"}
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def contributor(bot: FundBot, **facts: Any) -> int:
    facts = {"ssn": SSN, "phone": PHONE} | facts
    return bot.do(lambda session: create_contributor(session, bot.vault, **facts))


def newcomer(bot: FundBot, telegram_id: int = 7001, **who: Any) -> Chat:
    """Someone who agreed and is asked for their phone."""
    chat = bot.chat(telegram_id, **who)
    chat.send("/start")
    chat.press("J’accepte" if chat.language == "fr" else "أوافق")
    return chat


def accounts_of(bot: FundBot, chat: Chat) -> list[linking.Linked]:
    return bot.do(lambda session: linking.accounts_of(session, chat.id, TODAY))


def labels(chat: Chat) -> list[str]:
    keyboard = chat.last_message.keyboard or {}
    return [button["text"] for row in keyboard.get("keyboard", []) for button in row]


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_registered_phone_and_the_number_link_through_restarts(
    fund_bot: FundBot, language: str
) -> None:
    who = contributor(fund_bot)
    chat = newcomer(fund_bot, language=language)
    keyboard = chat.last_message.keyboard
    assert keyboard is not None
    assert keyboard["keyboard"][0][0]["request_contact"] is True

    fund_bot.restart()
    chat.share_contact()
    assert "12" in chat.text
    fund_bot.restart()
    chat.send("99 0000-0001 01")

    name = "Karim Benali" if language == "fr" else "كريم بن علي"
    assert name in chat.text
    [linked] = accounts_of(fund_bot, chat)
    assert (linked.contributor_id, linked.kind, linked.until) == (who, "self", None)
    [event] = fund_bot.events("link.added")
    assert event.data["proof"] == "phone"
    assert event.subject_id == who


@pytest.mark.parametrize(
    "typed",
    [
        SSN,
        "99 0000 0001 01".translate(ARABIC_INDIC),
        "\u206699-0000-0001-01\u2069",
        "n° 99 0000 0001 01",
        "c’est 990000000101, merci",
        "رقمي 99 0000 0001 01",
    ],
)
def test_the_number_is_understood_as_people_type_it(sqlite_bot: FundBot, typed: str) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    chat.send(typed)
    assert len(accounts_of(sqlite_bot, chat)) == 1


@pytest.mark.parametrize("typed", [f"{SSN} ou 990000000102", f"{SSN} tél 0550000001"])
def test_of_two_numbers_none_is_chosen(sqlite_bot: FundBot, typed: str) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    chat.send(typed)
    assert "uniquement avec des chiffres" in chat.text
    assert accounts_of(sqlite_bot, chat) == []


@pytest.mark.parametrize(
    ("language", "typed"), [("fr", "j'ai un code de l'agence"), ("ar", "لدي رمز من الوكالة")]
)
def test_who_has_a_code_may_say_so(sqlite_bot: FundBot, language: str, typed: str) -> None:
    chat = newcomer(sqlite_bot, language=language)
    chat.send(typed)
    assert "7K3M-9QXD-2HVT" in chat.text


def test_a_day_away_the_shared_phone_is_still_kept(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    chat = newcomer(fund_bot)
    chat.share_contact()
    fund_bot.clock.advance(days=1)
    fund_bot.restart()
    chat.send(SSN)
    assert len(accounts_of(fund_bot, chat)) == 1


def test_leaving_for_another_subject_keeps_the_place_and_link_comes_back_to_it(
    sqlite_bot: FundBot,
) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    chat.send("/mydata")
    chat.press("Effacer mes données")
    sqlite_bot.clock.advance(days=1)
    chat.send("/link")
    assert chat.seen("Nous avons gardé ce que vous aviez commencé")
    chat.send(SSN)
    assert len(accounts_of(sqlite_bot, chat)) == 1


# --- only one's own contact -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("contact", ["someone_else", "without_user_id", "forwarded"])
def test_any_other_contact_is_refused_and_changes_nothing(
    sqlite_bot: FundBot, language: str, contact: str
) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot, language=language)
    content: dict[str, Any] = {"phone_number": PHONE, "first_name": "X", "user_id": chat.id}
    message: dict[str, Any] = {"contact": content}
    if contact == "someone_else":
        content["user_id"] = 4242
    elif contact == "without_user_id":
        del content["user_id"]
    else:
        message["forward_origin"] = {
            "type": "user",
            "date": 1,
            "sender_user": {"id": chat.id, "is_bot": False, "first_name": "X"},
        }
    chat.send_message(**message)
    refused = "pas celui de votre compte" if language == "fr" else "ليست رقم حسابكم"
    assert refused in chat.text
    assert any(button.get("request_contact") for row in _rows(chat) for button in row)
    # Nothing was kept: the number typed now is not taken for a proof.
    chat.send(SSN)
    assert accounts_of(sqlite_bot, chat) == []
    assert sqlite_bot.events("proof.refused") == []


def test_a_typed_phone_is_no_proof(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    for typed in ("0550000001", "+213 550 00 00 01", PHONE.translate(ARABIC_INDIC)):
        chat.send(typed)
        assert "Un numéro écrit ne suffit pas" in chat.text
    assert sqlite_bot.events("proof.refused") == []


def test_a_phone_that_cannot_be_read_leads_to_the_counter(sqlite_bot: FundBot) -> None:
    chat = newcomer(sqlite_bot)
    chat.share_contact(phone="12345")
    assert chat.seen("Demandez un code à votre agence")
    assert "Écrivez le code" in chat.text


STRANGE: list[dict[str, Any]] = [
    {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]},
    {
        "sticker": {
            "file_id": "s",
            "file_unique_id": "s",
            "type": "regular",
            "width": 1,
            "height": 1,
            "is_animated": False,
            "is_video": False,
        }
    },
    {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
    {"location": {"longitude": 3.0, "latitude": 36.7}},
]


@pytest.mark.parametrize("content", STRANGE, ids=["photo", "sticker", "voice", "location"])
def test_the_wrong_kind_of_message_is_answered_and_changes_nothing(
    sqlite_bot: FundBot, content: dict[str, Any]
) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.send_message(**content)
    assert "ne l’avons pas conservé" in chat.text
    assert "📱 Partager mon numéro" in labels(chat)
    chat.share_contact()
    chat.send_message(**content)
    assert "n’a pas été conservé" in chat.text
    chat.press("J’ai un code")
    chat.send_message(**content)
    assert "Nous ne pouvons pas lire le code" in chat.text
    chat.press("Retour")
    chat.share_contact()
    chat.send(SSN)
    assert len(accounts_of(sqlite_bot, chat)) == 1
    assert sqlite_bot.events("proof.refused") == []


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("99000000010", "Vous avez écrit 11 chiffres"),
        ("9900000001011", "Vous avez écrit 13 chiffres"),
        ("7", "Vous avez écrit 1 chiffre ;"),
        ("abc", "uniquement avec des chiffres"),
    ],
)
def test_a_wrong_length_is_told_with_an_example_and_not_counted(
    sqlite_bot: FundBot, typed: str, answer: str
) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    for _ in range(6):
        chat.send(typed)
        assert answer in chat.text
        assert "12 3456 7890 12" in chat.text
    assert sqlite_bot.events("proof.refused") == []


# --- what nobody learns -----------------------------------------------------------------------


def refused_as(
    bot: FundBot, telegram_id: int, ssn: str, phone: str, language: str
) -> tuple[str, list[str]]:
    chat = newcomer(bot, telegram_id, phone=phone, language=language)
    chat.share_contact()
    before = len(chat.messages)
    chat.send(ssn)
    assert len(chat.messages) == before + 1
    return chat.last_message.html, chat.buttons


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_failed_proof_gets_the_same_answer(fund_bot: FundBot, language: str) -> None:
    contributor(fund_bot)
    contributor(fund_bot, ssn="990000000201", phone="+213660000002")
    contributor(fund_bot, ssn="990000000202", phone="+213660000002")
    contributor(fund_bot, ssn="990000000301", phone=None)
    contributor(fund_bot, ssn="990000000401", phone="+213770000004")
    linked = newcomer(fund_bot, 7100, phone="+213770000004")
    linked.share_contact()
    linked.send("990000000401")

    answers = [
        refused_as(fund_bot, 7101, "991111111111", PHONE, language),  # unknown number
        refused_as(fund_bot, 7102, SSN, "+213550000009", language),  # another phone
        refused_as(fund_bot, 7103, "990000000201", "+213660000002", language),  # two on one phone
        refused_as(fund_bot, 7104, "990000000301", PHONE, language),  # none registered
        refused_as(fund_bot, 7105, "990000000401", "+213770000004", language),  # linked elsewhere
        refused_as(fund_bot, 7106, "990000000201", PHONE, language),  # another one's phone
    ]
    assert len({(html, *buttons) for html, buttons in answers}) == 1
    assert len(fund_bot.events("proof.refused")) == len(answers)


def test_every_failed_proof_runs_the_same_statements(sqlite_bot: FundBot) -> None:
    """Else the time of an answer would tell what its words do not."""
    contributor(sqlite_bot)
    contributor(sqlite_bot, ssn="990000000201", phone="+213660000002")
    contributor(sqlite_bot, ssn="990000000202", phone="+213660000002")
    linked = newcomer(sqlite_bot, 7100)
    linked.share_contact()
    linked.send(SSN)
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    def statements_of(telegram_id: int, ssn: str, phone: str) -> list[str]:
        chat = newcomer(sqlite_bot, telegram_id, phone=phone)
        chat.share_contact()
        seen.clear()
        event.listen(sqlite_bot._engine, "before_cursor_execute", note)
        chat.send(ssn)
        event.remove(sqlite_bot._engine, "before_cursor_execute", note)
        assert "pas pu vérifier" in chat.text
        return list(seen)

    unknown = statements_of(7101, "991111111111", "+213550000009")
    assert len(unknown) > 10
    assert statements_of(7102, "990000000201", "+213550000009") == unknown  # another phone
    assert statements_of(7103, "990000000201", "+213660000002") == unknown  # two on one phone
    assert statements_of(7104, SSN, PHONE) == unknown  # linked elsewhere


# --- five wrong proofs ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_five_wrong_proofs_lock_for_a_day_whatever_comes_then(
    fund_bot: FundBot, language: str
) -> None:
    contributor(fund_bot)
    chat = newcomer(fund_bot, language=language)
    bystander = newcomer(fund_bot, 7002, phone="+213550000009")
    chat.share_contact()
    for wrong in range(4):
        chat.send(f"99111111111{wrong}")
    chat.send("991111111119")
    told = "26 novembre 2026 à 10:00" if language == "fr" else "26 نوفمبر 2026"
    assert told in chat.text
    [locked] = fund_bot.events("proof.locked")
    assert locked.actor == "person:7001"

    fund_bot.clock.advance(hours=23, minutes=59)
    fund_bot.restart()
    chat.send("/link")
    assert told in chat.text
    # The lock is one Telegram account's: the other goes on.
    bystander.share_contact(phone=PHONE)
    bystander.send(SSN)
    assert len(accounts_of(fund_bot, bystander)) == 1

    fund_bot.clock.advance(minutes=1)
    chat.send("/link")
    assert told not in chat.text
    chat.share_contact()
    chat.send("991111111111")
    assert len(fund_bot.events("proof.locked")) == 1  # the count began anew


def test_a_success_begins_the_count_anew(fund_bot: FundBot) -> None:
    contributor(fund_bot)
    chat = newcomer(fund_bot)
    chat.share_contact()
    for wrong in range(4):
        chat.send(f"99111111111{wrong}")
    chat.send(SSN)
    chat.send("/settings")
    chat.press("Dossiers reliés")
    chat.press("Délier")
    chat.press("Oui, délier")
    chat.send("/link")
    chat.share_contact()
    for wrong in range(4):
        chat.send(f"99111111111{wrong}")
    assert fund_bot.events("proof.locked") == []


# --- steering ---------------------------------------------------------------------------------


def test_cancel_forgets_the_shared_phone(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    chat.send("/cancel")
    chat.send(SSN)
    assert accounts_of(sqlite_bot, chat) == []


@pytest.mark.parametrize("word", ["✖ Annuler", "annuler", "إلغاء"])
def test_the_keyboards_own_words_steer(sqlite_bot: FundBot, word: str) -> None:
    chat = newcomer(sqlite_bot)
    chat.send(word)
    assert chat.seen("C’est annulé")


def test_help_stands_at_each_step(sqlite_bot: FundBot) -> None:
    chat = newcomer(sqlite_bot)
    chat.send("❓ Aide")
    assert "icône aux quatre carrés" in chat.text
    chat.share_contact()
    chat.press("Aide")
    assert "carte Chifa" in chat.text
    chat.press("Retour")
    assert "📱 Partager mon numéro" in labels(chat)


def test_an_outdated_button_shows_where_one_stands(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    agree = next(s for s in chat.messages if "accord est enregistré" in s.text)
    assert agree.buttons == []
    chat.share_contact()
    retry = chat.data_of("J’ai un code")
    chat.press_data(retry)
    assert "Écrivez le code" in chat.text
    other = newcomer(sqlite_bot, 7002)
    other.press_data(retry)
    assert "plus valable" in other.toasts[-1]


def test_who_is_linked_is_told_so(sqlite_bot: FundBot) -> None:
    contributor(sqlite_bot)
    chat = newcomer(sqlite_bot)
    chat.share_contact()
    chat.send(SSN)
    chat.send("/link")
    assert "relié au dossier de Karim Benali" in chat.text


def _rows(chat: Chat) -> list[list[dict[str, Any]]]:
    return list((chat.last_message.keyboard or {}).get("keyboard", []))
