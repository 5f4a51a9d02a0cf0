"""The catalogs agree with themselves: one thing has one name wherever a person reads of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CATALOGS = Path(__file__).parents[1] / "locales"
# By language: a word that is not used, as a whole word, and the one that is.
INSTEAD = {
    "ar": [
        ("عون", "موظف"),
        ("العون", "الموظف"),
        ("أعوان", "موظفون"),
        ("الأعوان", "الموظفون"),
    ],
    "fr": [("tranche", "échéance"), ("tranches", "échéances")],
}


@pytest.mark.parametrize("language", INSTEAD)
def test_one_thing_has_one_name(language: str) -> None:
    found = []
    for file in sorted((CATALOGS / language / "LC_MESSAGES").glob("*.po")):
        said = " ".join(
            line
            for line in file.read_text("utf8").splitlines()
            if not line.startswith(("#", "msgid"))
        )
        words = set(re.findall(r"\w+", said.casefold()))
        found += [
            f"{file.name}: {word}, not {used}" for word, used in INSTEAD[language] if word in words
        ]
    assert found == []
