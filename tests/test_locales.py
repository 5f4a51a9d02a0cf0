"""Every word in both languages: nothing missing, fuzzy, unused, or filled in differently."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from handlers import book
from handlers.words import LANGUAGES, LOCALES, load

ROOT = Path(__file__).resolve().parent.parent
KINDS = {"", "money", "date", "weekday", "datetime", "time", "number", "percent", "code", "html"}
TAGS = re.compile(r"</?(\w+)[^>]*>")
ALLOWED_TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
ARABIC = re.compile("[\u0600-\u06ff]")
SAYING = {"say", "show", "ask", "toast", "text", "label"}
PLURALS = {"ar": 6, "fr": 2}
# Where words are spoken from: handlers and the parts of bot that answer people.
SPEAKING = ("handlers", "bot")


def _messages(language: str) -> dict[str, tuple[Message, str]]:
    found: dict[str, tuple[Message, str]] = {}
    for file in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as stream:
            catalog: Catalog = read_po(stream, locale=language)
        assert not catalog.obsolete, f"{file.name} keeps messages that are commented out"
        for message in catalog:
            if message.id:
                key = message.id[0] if isinstance(message.id, tuple) else message.id
                assert key not in found, f"{key} is in {found[key][1]} and in {file.name}"
                found[key] = (message, file.name)
    return found


MESSAGES = {language: _messages(language) for language in LANGUAGES}


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for package in SPEAKING:
        for file in sorted((ROOT / package).rglob("*.py")):
            if "standin" not in file.parts:
                yield file, ast.parse(file.read_text())


def _spoken() -> tuple[set[str], set[str], list[re.Pattern[str]]]:
    """(keys that are surely said, every literal that looks like a key, patterns of built keys)."""
    said: set[str] = set()
    literals: set[str] = set()
    built: list[re.Pattern[str]] = []
    for _, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if KEY.fullmatch(node.value):
                    literals.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.values
                ]
                pattern = "".join(parts)
                if re.match(r"[a-z_]+\\?\.|\.\+\\\.", pattern):
                    built.append(re.compile(pattern))
            elif isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                if (
                    (name in SAYING or name in ("Button", "LinkButton"))
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                    and KEY.fullmatch(first.value)
                ):
                    said.add(first.value)
    return said, literals, built


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_fuzzy_or_empty(language: str) -> None:
    bad = [
        key
        for key, (message, _) in MESSAGES[language].items()
        if message.fuzzy or not all(form and form.strip() for form in _forms(message))
    ]
    assert bad == []


def test_both_languages_hold_the_same_messages_in_the_same_files() -> None:
    arabic = {key: file for key, (_, file) in MESSAGES["ar"].items()}
    french = {key: file for key, (_, file) in MESSAGES["fr"].items()}
    assert sorted(arabic.items() ^ french.items()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_all_forms_of_its_language(language: str) -> None:
    bad = [
        key
        for key, (message, _) in MESSAGES[language].items()
        if message.pluralizable and len(_forms(message)) != PLURALS[language]
    ]
    assert bad == []


def _fields(text: str) -> set[tuple[str, str]]:
    return {
        (name, spec or "")
        for _, name, spec, _ in string.Formatter().parse(text)
        if name is not None
    }


def test_both_languages_are_filled_with_the_same_values_of_known_kinds() -> None:
    wrong = []
    for key, (message, _) in MESSAGES["fr"].items():
        if key not in MESSAGES["ar"]:
            continue
        french = set().union(*(_fields(form) for form in _forms(message)))
        arabic = set().union(*(_fields(form) for form in _forms(MESSAGES["ar"][key][0])))
        # A plural form may leave its number unsaid ("one day").
        if {f for f in french if f[0] != "n"} != {f for f in arabic if f[0] != "n"}:
            wrong.append((key, french, arabic))
        if any(kind not in KINDS for _, kind in french | arabic):
            wrong.append((key, "unknown kind", french | arabic))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_opens_and_closes_within_its_line(language: str) -> None:
    bad = []
    for key, (message, _) in MESSAGES[language].items():
        for line in "\n".join(_forms(message)).split("\n"):
            stack: list[str] = []
            for tag in TAGS.finditer(line):
                if tag[1] not in ALLOWED_TAGS:
                    bad.append((key, tag[0]))
                elif not tag[0].startswith("</"):
                    stack.append(tag[1])
                elif not stack or stack.pop() != tag[1]:
                    bad.append((key, tag[0]))
            if stack:
                bad.append((key, line))
    assert bad == []


def test_every_message_that_is_said_exists() -> None:
    said, _, _ = _spoken()
    said |= {f"{name}.help" for name in book.open_book().steps}
    assert sorted(said - MESSAGES["fr"].keys()) == []


def test_no_message_is_left_unused() -> None:
    _, literals, built = _spoken()
    helps = {f"{name}.help" for name in book.open_book().steps}
    unused = [
        key
        for key in MESSAGES["fr"]
        if key not in literals
        and key not in helps
        and not key.startswith("format.")
        and not any(pattern.fullmatch(key) for pattern in built)
    ]
    assert unused == []


def test_no_sentence_for_people_is_written_in_code() -> None:
    found = [
        str(file.relative_to(ROOT))
        for package in ("bot", "handlers", "services")
        for file in (ROOT / package).rglob("*.py")
        if ARABIC.search(file.read_text())
    ]
    assert found == []


def test_a_french_message_holds_no_arabic() -> None:
    """The choice of a language names each in its own letters."""
    wrong = [
        key
        for key, (message, _) in MESSAGES["fr"].items()
        if not key.startswith("language.") and any(map(ARABIC.search, _forms(message)))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_and_weekdays_are_those_of_algeria(language: str) -> None:
    names = Locale.parse(f"{language}_DZ")
    words = load(language)
    for month in range(1, 13):
        assert names.months["format"]["wide"][month] in words.date(date(2026, month, 2))
    for day in range(1, 8):
        weekday = date(2026, 11, day).weekday()
        assert words.weekday(date(2026, 11, day)).startswith(names.days["format"]["wide"][weekday])
