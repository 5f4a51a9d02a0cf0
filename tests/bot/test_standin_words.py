"""The page's own words: the same in both languages, each used, none missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "bot" / "standin" / "page"
PLURALS = ("_zero", "_one", "_two", "_few", "_many", "_other")


def words(language: str) -> dict[str, str]:
    content = (ROOT / "locales" / "standin" / f"{language}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(content)
    return found


def stem(key: str) -> str:
    return next((key.removesuffix(end) for end in PLURALS if key.endswith(end)), key)


def test_both_languages_have_the_same_words_filled_in() -> None:
    arabic, french = words("ar"), words("fr")
    assert {stem(key) for key in arabic} == {stem(key) for key in french}
    assert all(text.strip() for text in [*arabic.values(), *french.values()])
    for key in arabic.keys() & french.keys():
        if stem(key) == key:
            places = [sorted(re.findall(r"\{\w+\}", each[key])) for each in (arabic, french)]
            assert places[0] == places[1], key


def test_each_word_is_used_and_each_used_one_exists() -> None:
    source = "\n".join(
        path.read_text("utf-8") for path in PAGE.iterdir() if path.suffix in (".js", ".html")
    )
    known = {stem(key) for key in words("ar")}
    asked = set(re.findall(r'word\("(\w+)"', source))
    asked |= set(re.findall(r'data-(?:word|label)="(\w+)"', source))
    assert asked <= known, asked - known
    unused = {key for key in known if not re.search(rf'["`]{key}["`]', source)}
    code = "\n".join(path.read_text("utf-8") for path in PAGE.parent.glob("*.py"))
    reasons = set(re.findall(r'Impossible\(\s*"[^"]+",\s*"(\w+)",?\s*\)', code))
    assert {f"impossible_{reason}" for reason in reasons} <= known
    unused -= {f"impossible_{reason}" for reason in reasons}
    unused -= {f"language_{each}" for each in ("ar", "fr", "en")}
    assert unused == set()


def test_no_letter_of_arabic_is_in_the_pages_code() -> None:
    for path in PAGE.iterdir():
        text = path.read_text("utf-8")
        assert not re.search(r"[\u0600-\u06ff]", text.replace("، ", "")), path.name
