"""Every button under a reminder, pressed at once and weeks later, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from handlers.reminder_text import NEXT
from services.records.complaints import Complaint
from services.records.fund import Load
from services.records.people import Link
from tests.support.chat import Chat, FundBot, Shown
from tests.support.citizens import citizen
from tests.support.fund import create_payment
from tests.support.officers import OWES_2025, SECOND, officers, prepare, press_as

PAID_BEFORE: dict[str, Any] = {
    "affiliated_on": date(2025, 1, 1),
    "declarations": {2025: 40_000_000, 2026: 40_000_000, 2027: 40_000_000},
    "payments": [(2025, date(2025, 5, 1), 6_000_000), (2026, date(2026, 5, 1), 6_000_000)],
}
UNDECLARED: dict[str, Any] = PAID_BEFORE | {"declarations": {2025: 40_000_000, 2026: 40_000_000}}
# What each answer must hold, in French and in Arabic, by the button's place from the first.
PAY = ("Comment payer votre cotisation", "كيف تدفعون اشتراككم؟")
STATUS = ("Situation au", "الحساب بتاريخ")
PAID = ("Année 20", "سنة 20")
WHY = ("Pourquoi ce rappel du", "لماذا وصلكم تذكير")
NO_PLAN = ("un échéancier n’est pas nécessaire", "فلا حاجة إلى جدول تسديد")
PLAN = ("Propositions", "اقتراحات")
SCENES = {
    "contribution": ("2027-06-23", PAID_BEFORE, (PAY, NO_PLAN, STATUS, PAID, WHY)),
    "arrears": ("2027-07-07", PAID_BEFORE, (PAY, PLAN, STATUS, PAID, WHY)),
    "declaration": ("2027-01-24", UNDECLARED, (STATUS, WHY)),
    "campaign": ("2026-12-02", OWES_2025, (PAY, PLAN, STATUS, PAID, WHY)),
}


def reminded(bot: FundBot, kind: str, language: str) -> tuple[Chat, Shown]:
    """Someone who has just got a reminder of a kind, and that message."""
    day, facts, _ = SCENES[kind]
    central = officers(bot) if kind == "campaign" else None
    chat = citizen(bot, 7001, language=language, **facts)
    if central is not None:
        prepare(bot, central)
        press_as(bot, SECOND, "campaigns.approve", "1")
    bot.clock.set(day=day)
    known_to = date.fromisoformat(day)
    bot.do(lambda session: session.execute(update(Load).values(as_of=known_to)))
    bot.run_job("campaigns" if central is not None else "reminders")
    assert len(chat.messages) == 1
    return chat, chat.last_message


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("kind", list(SCENES))
def test_each_button_answers_at_once_and_weeks_later_and_the_reminder_stays(
    sqlite_bot: FundBot, kind: str, language: str
) -> None:
    chat, reminder = reminded(sqlite_bot, kind, language)
    expected = SCENES[kind][2]
    assert len(reminder.buttons) == len(expected)
    text = reminder.text
    for weeks in (0, 6):
        sqlite_bot.clock.advance(weeks=weeks)
        sqlite_bot.restart()
        for label, words in zip(reminder.buttons, expected, strict=True):
            if words is NO_PLAN and weeks:
                words = PLAN  # by now it is late
            before = len(chat.messages)
            chat.press(label, message=reminder)
            assert len(chat.messages) > before, label
            new = "\n".join(one.text for one in chat.messages[before:])
            assert words[language == "ar"] in new, label
            assert reminder in chat.messages
            assert reminder.text == text
    assert chat.toasts == []


def test_who_paid_meanwhile_is_told_that_it_is_recorded(sqlite_bot: FundBot) -> None:
    chat, reminder = reminded(sqlite_bot, "contribution", "fr")
    sqlite_bot.do(
        lambda session: create_payment(
            session, 1, year=2027, paid_on=date(2027, 6, 25), amount=6_000_000
        )
    )
    sqlite_bot.clock.set(day="2027-07-01")
    chat.press("J’ai déjà payé", message=reminder)
    assert "Votre paiement est enregistré : il ne reste rien à payer pour 2027" in chat.text
    chat.press("Ma situation")
    assert "Vous êtes à jour" in chat.text


def test_who_says_they_paid_files_that_a_payment_is_missing_with_the_figures(
    fund_bot: FundBot,
) -> None:
    chat, reminder = reminded(fund_bot, "contribution", "fr")
    chat.press("J’ai déjà payé", message=reminder)
    chat.send("J’ai payé le 20 juin au guichet, reçu 4512.")
    for _ in range(4):
        for label in ("Passer", "Continuer", "Sans pièce", "Envoyer", "Confirmer"):
            if any(label in button for button in chat.buttons):
                chat.press(label)
                break
    filed = fund_bot.do(
        lambda session: [(c.category, c.figures) for c in session.query(Complaint).all()]
    )
    assert len(filed) == 1, chat.buttons
    assert filed[0][0] == "payment_not_recorded"
    assert filed[0][1]["year"] == 2027
    # Nobody is reminded of what they dispute.
    fund_bot.clock.set(day="2027-06-29")
    before = len(chat.messages)
    fund_bot.run_job("reminders")
    assert len(chat.messages) == before


def test_an_account_that_is_no_longer_theirs_is_not_shown(sqlite_bot: FundBot) -> None:
    chat, reminder = reminded(sqlite_bot, "arrears", "fr")
    sqlite_bot.do(
        lambda session: session.execute(update(Link).values(ended_at=sqlite_bot.clock.now()))
    )
    for label in reminder.buttons[:-1]:
        before = len(chat.messages)
        chat.press(label, message=reminder)
        new = "\n".join(one.text for one in chat.messages[before:])
        assert "60 000" not in new
        assert "63 600" not in new


def test_every_way_from_a_reminder_leads_somewhere(sqlite_bot: FundBot) -> None:
    assert set(NEXT.values()) <= set(sqlite_bot.kit.book.actions)
    for name in NEXT.values():
        assert sqlite_bot.kit.book.actions[name][1].step is None
    chat = citizen(sqlite_bot, 7001, **PAID_BEFORE)
    chat.send("/reminders")
    for argument in ("", "nonsense:L1", "pay", "paid:L99:2027", "paid:", "plan:99", "case:99"):
        chat.press_data(sqlite_bot.kit.seal.write(7001, "reminders.next", argument, 0))
