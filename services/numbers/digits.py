"""Digits and invisible marks: what every reader of typed numbers cleans first."""

from __future__ import annotations

# Code points, not letters: Arabic-Indic (U+0660), Persian (U+06F0) and full-width digits.
_DIGIT_ROWS = (0x0660, 0x06F0, 0xFF10)
# Direction marks and isolates, zero-width characters, the byte order mark, soft hyphen.
_INVISIBLE = (
    0x00AD,
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
)
# No-break, thin and other typographic spaces become a plain one.
_SPACES = (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x0009, 0x000A, 0x000D)
# Hyphens, dashes, the minus sign and the Arabic tatweel, all typed for a dash.
_DASHES = (0x0640, *range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D)

_LATIN: dict[int, str] = {
    **{row + value: str(value) for row in _DIGIT_ROWS for value in range(10)},
    **dict.fromkeys(_INVISIBLE, ""),
    **dict.fromkeys(_SPACES, " "),
}
_LATIN_AND_DASHES = {**_LATIN, **dict.fromkeys(_DASHES, "-")}


def latin_digits(text: str) -> str:
    """The same text with Latin digits, plain spaces and no invisible marks."""
    return text if text.isascii() else text.translate(_LATIN)


def latin_digits_and_dashes(text: str) -> str:
    """As `latin_digits`, and every kind of dash becomes a plain hyphen."""
    return text if text.isascii() else text.translate(_LATIN_AND_DASHES)
