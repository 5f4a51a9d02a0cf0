"""What a message means: sure, unsure or unknown; the expected answer first; never an error."""

import random
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.language import CONTROL, SENSITIVE, Expectation, Kind, Label, Variety, understand
from services.language.entities import Entity, EntityKind
from services.language.understanding import Understanding

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("خلصت", Label.PAID_ALREADY),
        ("راني خلصت البارح", Label.PAID_ALREADY),
        ("khlast", Label.PAID_ALREADY),
        ("5alast", Label.PAID_ALREADY),
        ("j'ai payé", Label.PAID_ALREADY),
        ("ما خلصتش", Label.NOT_PAID),
        ("ماخلصتش", Label.NOT_PAID),
        ("مازال ما خلصتش", Label.NOT_PAID),
        ("لم أدفع", Label.NOT_PAID),
        ("ma khlastch", Label.NOT_PAID),
        ("makhlastch", Label.NOT_PAID),
        ("ma 5alastch", Label.NOT_PAID),
        ("pas payé", Label.NOT_PAID),
        ("je n'ai pas encore payé", Label.NOT_PAID),
        ("khlast w ma banch", Label.PAYMENT_NOT_RECORDED),
        ("خلصت وما تسجلتش", Label.PAYMENT_NOT_RECORDED),
    ],
)
def test_paying_and_not_paying_are_told_apart_whatever_the_spelling(
    text: str, label: Label
) -> None:
    assert understand(text).label is label


@pytest.mark.parametrize("text", ["خلصت؟", "j'ai payé ?", "khlast ?"])
def test_asking_whether_one_has_paid_is_not_taken_for_saying_so(text: str) -> None:
    assert understand(text).kind is not Kind.SURE


@pytest.mark.parametrize(
    ("text", "label", "variety"),
    [
        ("شحال راني نسال", Label.STATUS_BALANCE, Variety.ALGERIAN),
        ("ch7al rani nsal", Label.STATUS_BALANCE, Variety.ARABIZI),
        ("combien je dois", Label.STATUS_BALANCE, Variety.FRENCH),
        ("كم يجب عليّ أن أدفع لأسوي وضعيتي", Label.STATUS_BALANCE, Variety.ARABIC),
        ("نهدر مع واحد", Label.AGENT_REQUEST, Variety.ALGERIAN),
        ("n7eb ndir echeancier", Label.PLAN_REQUEST, Variety.ARABIZI),
    ],
)
def test_the_same_wish_is_understood_in_each_variety(
    text: str, label: Label, variety: Variety
) -> None:
    found = understand(text)
    assert (found.kind, found.label, found.variety) == (Kind.SURE, label, variety)


@pytest.mark.parametrize("greeting", ["bonjour ", "salam khoya ", "السلام عليكم "])
def test_a_greeting_in_front_does_not_hide_the_wish(greeting: str) -> None:
    assert understand(greeting + "combien je dois").label is Label.STATUS_BALANCE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("طلب مني رشوة", Label.CORRUPTION_REPORT),
        ("talbou meni tchipa", Label.CORRUPTION_REPORT),
        ("on m'a demandé un pot-de-vin", Label.CORRUPTION_REPORT),
        ("حقروني في القيشي", Label.CONDUCT),
        ("l'agent m'a humilié au guichet", Label.CONDUCT),
        ("hagrouni f l'agence", Label.CONDUCT),
    ],
)
def test_conduct_and_corruption_are_offered_and_never_acted_upon_silently(
    text: str, label: Label
) -> None:
    found = understand(text)
    assert found.kind is Kind.UNSURE
    assert found.label is label
    assert len(found.intents) >= 2


@pytest.mark.parametrize("text", ["dkfjgh sdkfjh", "raconte moi une blague", "؟؟؟", "🙈🙉", ""])
def test_what_is_not_for_us_stays_unknown(text: str) -> None:
    assert understand(text).kind is Kind.UNKNOWN


def test_unsure_offers_two_or_three_different_buttons() -> None:
    found = understand("j'ai pas encore payé mais je veux payer par tranches")
    assert found.kind is Kind.UNSURE
    offered = [intent.label for intent in found.intents]
    assert {Label.NOT_PAID, Label.PLAN_REQUEST} <= set(offered)
    assert len(offered) == len(set(offered)) <= 3


def test_a_decision_says_which_features_spoke_for_it() -> None:
    found = understand("ch7al rani nsal")
    assert "g:HOW_MUCH" in [reason.feature for reason in found.why]
    assert all(reason.weight > 0 for reason in found.why)


@pytest.mark.parametrize(
    ("text", "expecting", "kind"),
    [
        ("5000", Expectation.AMOUNT, EntityKind.AMOUNT),
        ("نقدر 5000 دج في الشهر", Expectation.AMOUNT, EntityKind.AMOUNT),
        ("30/09/2026", Expectation.DATE, EntityKind.DATE),
        ("1234 5678 9012", Expectation.SSN, EntityKind.SSN),
        ("c'est le 0551234567", Expectation.PHONE, EntityKind.PHONE),
    ],
)
def test_inside_a_conversation_the_expected_answer_comes_first(
    text: str, expecting: Expectation, kind: EntityKind
) -> None:
    found = understand(text, expecting=expecting, today=TODAY)
    assert isinstance(found.answer, Entity)
    assert found.answer.kind is kind


@pytest.mark.parametrize(
    ("text", "said"),
    [("oui", True), ("واه", True), ("ih", True), ("👍", True), ("non", False), ("لالا", False)],
)
def test_yes_and_no_are_read_in_each_variety(text: str, said: bool) -> None:
    assert understand(text, expecting=Expectation.YES_OR_NO).answer is said


@pytest.mark.parametrize("expecting", list(Expectation))
@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("annuler", Label.CANCEL),
        ("نهدر مع واحد", Label.AGENT_REQUEST),
        ("je veux parler à quelqu'un", Label.AGENT_REQUEST),
    ],
)
def test_a_clear_change_of_mind_is_followed_whatever_was_expected(
    text: str, label: Label, expecting: Expectation
) -> None:
    found = understand(text, expecting=expecting, today=TODAY)
    assert (found.kind, found.label, found.is_answer) == (Kind.SURE, label, False)
    assert label in CONTROL


def test_a_long_complaint_is_the_text_that_was_asked_for() -> None:
    text = "أريد أن أشتكي لأن الموظف رفض استلام ملفي وقال لي ألغ كل شيء واذهب من هنا يوم الأحد"
    assert understand(text, expecting=Expectation.FREE_TEXT).answer == text


def test_stop_means_the_reminders_outside_a_conversation_and_the_conversation_inside() -> None:
    assert understand("stop").label is Label.OPT_OUT
    assert understand("stop", expecting=Expectation.AMOUNT).label is Label.CANCEL


def _hostile(count: int) -> list[str]:
    """Random and hostile strings, up to 4096 characters, the same on every run."""
    source = random.Random(9)
    alphabets = [
        "".join(map(chr, range(0x300, 0x370))) + "\u064b\u0651\u0670",
        "".join(map(chr, range(0x1F600, 0x1F650))) + "👍👎❤\ufe0f\u200d",
        "\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad ",
        "abcdefghijklmnopqrstuvwxyz0123456789 '’",
        "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ءآأإة٠١٢٣ـ",
        "aا2٢é你ⵣжक가ﷺ '-/.,;",
        "0123456789+-./ ()",
        "\x00\x01\x07\x1b\ud7ff\ue000\U0010ffff\t\r\n",
        "'\";--<>&=()%*/\\ SELECTDROPUNIONscript",
    ]
    phrases = [
        "'; DROP TABLE contributors; -- ",
        "<script>alert(1)</script> ",
        "{{7*7}} ${jndi:ldap://x} ",
        "R-16-26-000123-0 ",
        "0551234567 ",
        "خلصت ",
        "ma khlastch ",
        "5'5'5'2a2a2a",
        "\u202eabc\u202c ",
    ]
    lengths = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55]
    found = []
    for place in range(count):
        if place % 97 == 0:
            size = 4096
        else:
            size = source.choice(lengths)
        if place % 3 == 0:
            text = "".join(source.choices(phrases, k=size // 8 + 1))
        else:
            text = "".join(source.choices(alphabets[place % len(alphabets)], k=size))
        found.append(text[:4096])
    return found


def test_twenty_thousand_hostile_strings_are_understood_as_something() -> None:
    expectations = [None, *Expectation]
    started = time.process_time()
    for place, text in enumerate(_hostile(20_000)):
        expecting = expectations[place % len(expectations)]
        found = understand(text, expecting=expecting, today=TODAY)
        assert isinstance(found, Understanding)
        if expecting is None:
            assert not (found.kind is Kind.SURE and found.label in SENSITIVE)
    # A bound far above what it takes (a second or three): it only tells of a blow-up.
    assert time.process_time() - started < 60


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from([None, *Expectation]), st.sampled_from([None, TODAY]))
def test_no_text_at_all_raises(
    text: str, expecting: Expectation | None, today: date | None
) -> None:
    found = understand(text, expecting=expecting, today=today)
    assert all(0 <= intent.probability <= 1 for intent in found.intents)


def test_no_number_of_a_person_becomes_a_feature() -> None:
    """The model's own features hold no number as long as a phone number."""
    from services.language import model

    assert not [name for name in model.default().names if sum(map(str.isdigit, name)) >= 8]


def test_the_running_program_needs_no_numeric_library(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from services.language import understand; understand('ch7al nsal');"
        "print(any(name.split('.')[0] in {'numpy', 'scipy', 'sklearn'} for name in sys.modules))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
