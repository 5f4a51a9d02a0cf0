"""Someone's own words inside ours: escaped, and unable to turn the line around."""

from __future__ import annotations

import pytest

from handlers.words import END, FIRST_STRONG, LEFT_TO_RIGHT, load

OVERRIDE = "\u202e"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"Karim{OVERRIDE}ilaneB", "KarimilaneB"),
        (f"{LEFT_TO_RIGHT}Karim", "Karim"),
        (f"Karim{END}{END}", "Karim"),
        (f"{END}Karim{FIRST_STRONG}", "Karim"),
        (f"{LEFT_TO_RIGHT}12{END} mois", f"{LEFT_TO_RIGHT}12{END} mois"),
        ("<b>Karim</b> & fils", "&lt;b&gt;Karim&lt;/b&gt; &amp; fils"),
    ],
)
def test_a_name_cannot_turn_the_rest_of_the_line(name: str, shown: str) -> None:
    key = "pay.counter_of"
    french, arabic = load("fr"), load("ar")
    assert french.text(key, agency=name) == french.text(key, agency="@").replace("@", shown)
    isolated = f"{FIRST_STRONG}{shown}{END}"
    assert isolated in arabic.text(key, agency=name)
