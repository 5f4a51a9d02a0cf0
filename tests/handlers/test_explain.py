""" "How was this computed?": every step, its rule and its certainty, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from handlers import words
from handlers.account.explain_text import source, source_key
from services.contributions.explanation import StepKey
from services.policy import contribution_rows as rows
from services.policy import load
from tests.support.chat import Chat, FundBot
from tests.support.citizens import citizen

EXAMPLE: dict[str, Any] = {
    "affiliated_on": date(2024, 1, 1),
    "declarations": {2024: 18_000_000},
    "payments": [(2024, date(2024, 9, 15), 2_000_000)],
}
DECIDING = (
    rows.Snmg,
    rows.ContributionRate,
    rows.Floor,
    rows.Ceiling,
    rows.FlatSum,
    rows.DeclarationDeadline,
    rows.PaymentDeadline,
    rows.Postponement,
    rows.FirstYear,
    rows.Surcharge,
)
EXPLAIN = {"fr": "Comment c’est calculé", "ar": "كيف حُسب هذا؟"}


def _explained(bot: FundBot, year: str, *, language: str = "fr", **facts: Any) -> Chat:
    chat = citizen(bot, language=language, **facts)
    chat.send("/status")
    chat.press(EXPLAIN[language])
    chat.press(year)
    return chat


def test_the_worked_example_step_by_step(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2025-01-01")
    shown = _explained(fund_bot, "2024", **EXAMPLE).text
    for words_of_a_step in (
        "2024 : comment nous arrivons à 19 160 DA",
        "Revenu que vous avez déclaré pour 2024 : 180 000 DA.",
        "C’est moins que le minimum : la base est portée à 240 000 DA.",
        "Règle : décret présidentiel fixant le salaire minimum (SNMG) · certaine",
        "Règle : décret exécutif 15-289 · à confirmer avec votre agence",
        "Cotisation : 15 % de 240 000 DA = 36 000 DA",
        "Dernier jour pour payer sans majoration : 30 juin 2024",
        "Payé 20 000 DA le 15 septembre 2024",
        "Reste de la cotisation : 16 000 DA",
        "20 000 DA ont été payés le 15 septembre 2024, soit 77 jours de retard.",
        "pour chacun des 2 mois entiers = 7 %, soit 1 400 DA",
        "16 000 DA n’étaient pas payés au 1er janvier 2025, soit 185 jours de retard.",
        "5 % dès que la date est passée + 1 % pour chacun des 6 mois entiers = 11 %, soit 1 760 DA",
        "Règle : loi 83-14 modifiée · probable",
        "Majorations ensemble : 3 160 DA",
        "Reste à payer pour 2024 : 19 160 DA (dont cotisation : 16 000 DA)",
        "La majoration est notre calcul, pas celui de la caisse.",
    ):
        assert words_of_a_step in shown


def test_the_same_in_arabic(fund_bot: FundBot) -> None:
    fund_bot.clock.set(day="2025-01-01")
    shown = _explained(fund_bot, "2024", language="ar", **EXAMPLE).text
    for words_of_a_step in (
        "2024: كيف حُسب المبلغ 19 160 دج؟",
        "هذا أقل من الحد الأدنى، فيُحسب الاشتراك على 240 000 دج.",
        "الاشتراك: 15 % من 240 000 دج = 36 000 دج",
        "20 000 دج دُفعت يوم 15 سبتمبر 2024، أي بتأخير 77 يوما.",
        "16 000 دج لم تُدفع إلى 1 جانفي 2025، أي بتأخير 185 يوما.",
        "5 % بمجرد فوات الأجل + 1 % عن كل شهر من 6 أشهر كاملة = 11 %، أي 1 760 دج",
        "القاعدة: القانون 83-14 المعدل · مرجّحة",
        "الباقي عن 2024: 19 160 دج",
    ):
        assert words_of_a_step in shown


def test_it_stays_in_one_message_and_leads_back_to_the_account(fund_bot: FundBot) -> None:
    chat = _explained(fund_bot, "2024", **EXAMPLE)
    seen = len(chat.messages)
    chat.press("2025 ▶️")
    assert "Nous reprenons, à titre provisoire, la base de l’année précédente : 240 000 DA" in (
        chat.text
    )
    fund_bot.restart()
    chat.press("◀️ 2024")
    chat.press("Ma situation")
    assert "Total à payer" in chat.text
    assert len(chat.messages) == seen


def test_a_single_year_is_explained_at_once(sqlite_bot: FundBot) -> None:
    chat = citizen(sqlite_bot, affiliated_on=date(2026, 1, 1), category="auto_entrepreneur")
    chat.send("/status")
    chat.press(EXPLAIN["fr"])
    assert "une somme fixe de 24 000 DA par an" in chat.text
    assert "presse, 2024-2026 · probable" in chat.text


def test_a_postponed_deadline_names_its_notice(sqlite_bot: FundBot) -> None:
    shown = _explained(sqlite_bot, "2019", affiliated_on=date(2019, 1, 1)).text
    assert "reporté au 30 septembre 2019" in shown
    assert "avis de la caisse, 2019 · certaine" in shown


def test_the_funds_own_surcharge_is_said_to_be_the_one_that_counts(sqlite_bot: FundBot) -> None:
    shown = _explained(
        sqlite_bot,
        "2025",
        affiliated_on=date(2025, 1, 1),
        surcharges={2025: (180_000, date(2025, 7, 2))},
    ).text
    assert "La caisse a elle-même fixé la majoration au 2 juillet 2025 ; il en reste 1 800 DA." in (
        shown
    )
    assert "Reste à payer pour 2025 : 37 800 DA" in shown


def test_a_ceiling_a_first_year_and_a_ceased_year_are_explained(sqlite_bot: FundBot) -> None:
    chat = _explained(
        sqlite_bot,
        "2024",
        affiliated_on=date(2024, 8, 1),
        ceased_on=date(2025, 3, 1),
        declarations={2024: 900_000_000},
    )
    assert "la base est ramenée à 4 800 000 DA" in chat.text
    assert "15 % de 4 800 000 DA = 720 000 DA" in chat.text
    assert "le dernier jour pour payer est à confirmer avec votre agence" in chat.text
    chat.press("2025")
    assert "Activité arrêtée le 1er mars 2025" in chat.text


@pytest.mark.parametrize("forged", ["L999:2024", "L1:1999", "L1", ":", "L1:abc", ""])
def test_a_guessed_account_or_year_reveals_nothing(sqlite_bot: FundBot, forged: str) -> None:
    chat = citizen(sqlite_bot, **EXAMPLE)
    chat.send("/status")
    before = chat.last_message.html
    seal = sqlite_bot.kit.seal
    chat.press_data(seal.write(chat.id, "explain.year", forged, 0))
    assert "plus valable" in chat.toasts[-1]
    assert chat.last_message.html == before


def test_another_persons_account_is_not_explained(sqlite_bot: FundBot) -> None:
    citizen(sqlite_bot, **EXAMPLE)
    other = citizen(sqlite_bot, 7002, affiliated_on=date(2026, 1, 1))
    other.send("/status")
    other.press_data(sqlite_bot.kit.seal.write(other.id, "explain.year", "L1:2024", 0))
    assert "plus valable" in other.toasts[-1]


def test_every_step_and_every_source_of_our_rules_has_words() -> None:
    policy = load()
    sources = {row.source for kind in DECIDING for row in policy.rows(kind)}
    assert len(sources) > 8
    for spoken in words.load_all().values():
        assert [key for key in StepKey if not spoken.has(f"explain.{key.value}")] == []
        assert [stated for stated in sources if not spoken.has(source_key(stated))] == []


def test_a_source_that_the_fund_wrote_itself_is_shown_as_it_stands() -> None:
    assert source(words.load("ar"), "Note 12/2027") == "Note 12/2027"
