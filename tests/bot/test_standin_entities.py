"""Telegram's HTML and the entities it finds by itself, counted in UTF-16 units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.standin.entities import find_entities, formatted, parse_html, units
from bot.standin.refusal import Refusal

PARSED = [
    ("plain", "plain", []),
    ("<b>bold</b>", "bold", [("bold", 0, 4)]),
    ("a &lt;b&gt; &amp; &quot;c&quot; &#233;", 'a <b> & "c" é', []),
    ("&nbsp; & &copy;", "&nbsp; & &copy;", []),
    ("<b>a<i>b</i></b>", "ab", [("italic", 1, 1), ("bold", 0, 2)]),
    ("\U0001f600<b>x</b>", "\U0001f600x", [("bold", 2, 1)]),
    ("<STRONG>x</Strong>", "x", [("bold", 0, 1)]),
    ("<b></b>x", "x", []),
    ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
    ("<code>R-16-26-000123-0</code>", "R-16-26-000123-0", [("code", 0, 16)]),
]


@pytest.mark.parametrize(("source", "text", "marks"), PARSED)
def test_html_becomes_text_and_entities(
    source: str, text: str, marks: list[tuple[str, int, int]]
) -> None:
    plain, entities = parse_html(source)
    assert plain == text
    assert [(each["type"], each["offset"], each["length"]) for each in entities] == marks


def test_links_and_languages_keep_their_details() -> None:
    _, [link] = parse_html('<a href="https://example.org/?a=1&amp;b=2">x</a>')
    assert link["url"] == "https://example.org/?a=1&b=2"
    _, [pre] = parse_html('<pre><code class="language-python">x</code></pre>')
    assert (pre["type"], pre["language"]) == ("pre", "python")
    assert parse_html("<a>x</a>") == ("x", [])


REFUSED = [
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_broken_html_is_refused_with_its_place(source: str, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@given(st.text())
def test_html_is_parsed_or_refused_but_never_breaks(source: str) -> None:
    try:
        plain, entities = parse_html(source)
    except Refusal:
        return
    for entity in entities:
        assert 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= units(plain)


FOUND = [
    ("/start link_abc", [("bot_command", 0, 6)]),
    ("/start@casnos_bot now", [("bot_command", 0, 17)]),
    ("a/b", []),
    ("see https://example.org/a?b=1.", [("url", 4, 25)]),
    ("to a.b@example.org", [("email", 3, 15)]),
    ("@somebody #tag", [("mention", 0, 9), ("hashtag", 10, 4)]),
    ("\U0001f600 /help", [("bot_command", 3, 5)]),
    ("+213550000001", [("phone_number", 0, 13)]),
    ("100 % of 36 000", []),
]


@pytest.mark.parametrize(("text", "marks"), FOUND)
def test_commands_and_links_are_marked_in_plain_text(
    text: str, marks: list[tuple[str, int, int]]
) -> None:
    assert [(each["type"], each["offset"], each["length"]) for each in find_entities(text)] == marks


def test_surrounding_space_goes_and_entities_follow() -> None:
    text, entities = formatted("\n  <b> x</b> y \n", "HTML", None)
    assert text == "x y"
    assert entities == [{"type": "bold", "offset": 0, "length": 1}]


def test_given_entities_must_lie_inside_the_text() -> None:
    with pytest.raises(Refusal):
        formatted("abc", "", [{"type": "bold", "offset": 1, "length": 9}])
