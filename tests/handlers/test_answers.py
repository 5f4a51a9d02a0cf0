"""Frequent questions: dated data in both languages, found in one's own words."""

from __future__ import annotations

import re
from datetime import date

import pytest

from handlers.answers import NEXT
from handlers.words import load_all
from services.answers import data, search
from services.answers.data import AnswersUnusable
from services.answers.figures import figures
from services.complaints import categories
from services.policy import load
from tests.support.chat import FundBot

TODAY = date(2026, 11, 25)
ASKED_FOR = {
    "deadline",
    "minimum",
    "documents",
    "certificate",
    "auto_entrepreneur",
    "informal",
    "chifa_plan",
    "appeal",
}


def test_the_questions_the_fund_is_asked_most_have_an_answer() -> None:
    assert {one.code for one in data.in_force(TODAY)} >= ASKED_FOR


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_answer_is_whole_in_each_language_with_the_figures_of_its_day(language: str) -> None:
    words = load_all()[language]
    values = figures(load(), TODAY)
    for one in data.every():
        assert len(words.label(f"answer.{one.words}.question")) <= 34
        text = words.text(f"answer.{one.words}.text", **values)
        assert 80 < len(re.sub("<[^>]+>", "", text)) < 900, one.code


def test_every_answer_has_its_source_and_leads_to_something_that_exists() -> None:
    for one in data.every():
        assert one.source
        for name in one.buttons:
            kind, _, what = name.partition(":")
            if kind == "answer":
                assert what != one.code
                data.answer(what, TODAY)
            elif what:
                assert kind == "complaint"
                categories.tree().leaf(what)
            else:
                assert kind in NEXT


@pytest.mark.parametrize(
    ("on", "pay_by"),
    [
        (date(2026, 6, 30), date(2026, 6, 30)),
        (date(2026, 9, 30), date(2026, 6, 30)),
        (date(2026, 10, 1), date(2027, 6, 30)),
    ],
)
def test_deadlines_are_those_of_the_year_that_can_still_be_kept(on: date, pay_by: date) -> None:
    assert figures(load(), on)["pay_by"] == pay_by


def test_an_answer_that_is_not_certain_says_so(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat(language="fr")
    chat.send("/help date limite")
    assert "30 juin 2027" in chat.text
    assert "À confirmer avec votre agence" in chat.text


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("quand payer", "deadline"),
        ("متى ندفع", "deadline"),
        ("wa9tach lazem nkhales", "deadline"),
        ("c'est quoi le minimum", "minimum"),
        ("شحال الحد الأدنى", "minimum"),
        ("papiers pour s'inscrire", "documents"),
        ("كيفاش ندخل بلا سجل", "informal"),
        ("attestation de mise a jour", "certificate"),
        ("شهادة تسوية الوضعية", "certificate"),
        ("mo9awil dati ch7al", "auto_entrepreneur"),
        ("chifa pendant l'échéancier", "chifa_plan"),
        ("بطاقة الشفاء مع التقسيط", "chifa_plan"),
        ("recours commission", "appeal"),
        ("كيفاش نطعن في الزيادات", "appeal"),
        ("j'ai fermé mon magasin", "cessation"),
        ("retraite", "pension"),
    ],
)
def test_the_right_answer_is_among_the_three_best(question: str, code: str) -> None:
    found = [one.code for one in search.best(question, TODAY)]
    assert code in found
    assert len(found) <= 3


@pytest.mark.parametrize("question", ["", "😀", "zzzz", "<b>", "'; DROP TABLE", "x" * 5_000])
def test_nothing_is_offered_for_what_asks_nothing(question: str) -> None:
    assert search.best(question, TODAY) == []


def test_the_list_opens_an_answer_and_any_question_can_be_typed(fund_bot: FundBot) -> None:
    chat = fund_bot.chat(language="ar")
    chat.send("/menu")
    chat.press("أسئلة شائعة")
    chat.press("الحصول على شهادة")
    assert "شهادة تسوية الوضعية" in chat.text
    fund_bot.restart()
    chat.press("الأسئلة الأخرى")
    chat.send("بطاقة الشفاء مع التقسيط")
    assert "أقرب الأجوبة" in chat.text
    chat.press("بطاقة الشفاء وجدول التسديد")
    assert "للتأكيد لدى وكالتكم" in chat.text
    chat.send("zzzz")
    assert any("موظف" in one for one in chat.buttons)
    chat.send("/cancel")
    assert chat.seen("تم الإلغاء")


def test_a_forged_answer_reveals_nothing(sqlite_bot: FundBot) -> None:
    chat = sqlite_bot.chat()
    chat.send("/menu")
    chat.press_data(sqlite_bot.kit.seal.write(chat.id, "answers.show", "nothing", 0))
    assert "plus valable" in chat.toasts[-1]


# --- the data file --------------------------------------------------------------------------

ROW = {
    "code": "one",
    "valid_from": date(2026, 1, 1),
    "source": "the fund",
    "confidence": "certain",
}


def test_an_answer_changes_on_its_day_without_code() -> None:
    before = ROW | {"valid_to": date(2026, 6, 30)}
    after = ROW | {"valid_from": date(2026, 7, 1), "words": "one_2026"}
    first, second = data.read({"answer": [before, after]})
    assert (first.words, second.words) == ("one", "one_2026")
    assert first.valid_to is not None
    assert first.valid_to < second.valid_from


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, ROW],
        [ROW | {"code": "not a code"}],
        [ROW | {"source": ""}],
        [ROW | {"confidence": "maybe"}],
        [ROW | {"valid_to": date(2025, 1, 1)}],
        [ROW | {"labels": ["no_such_label"]}],
        [ROW | {"text": "words do not belong here"}],
    ],
)
def test_a_file_that_is_not_right_is_refused_by_name(rows: list[dict[str, object]]) -> None:
    with pytest.raises(AnswersUnusable):
        data.read({"answer": rows})
