"""Words for people: the catalogs in `locales/`, and numbers, money and dates as people write them.

A message is looked up by its key and filled with values; the message itself says how each is
shown: `{total:money}`, `{due:date}`, `{at:datetime}`, `{hour:time}`, `{reference:code}`,
`{count:number}`, `{rate:percent}`, `{name}`. Values are escaped for Telegram's HTML, and in
Arabic every number, date and reference stands in a direction isolate so that it keeps its order.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import string
from collections.abc import Callable, Mapping
from fractions import Fraction
from gettext import GNUTranslations
from html import escape, unescape
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from services.clock import ALGIERS

LOCALES = Path(__file__).resolve().parent.parent / "locales"
LANGUAGES = ("ar", "fr")

LEFT_TO_RIGHT, RIGHT_TO_LEFT, FIRST_STRONG, END = "\u2066", "\u2067", "\u2068", "\u2069"
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # embeddings, overrides, isolates
_NOT_ISOLATES = re.compile("[\u202a-\u202e]")
NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_SIGNS = "\u2139\ufe0f\U0001f4b0 "

# What is written from figures alone cannot hold markup.
_NEEDS_NO_ESCAPE = frozenset(
    ("html", "money", "number", "percent", "date", "weekday", "time", "datetime")
)
# Literal text, then a value's name (None: no value follows), its kind, whether it is HTML already.
_Piece = tuple[str, str | None, str, bool]


class MissingMessage(LookupError):
    """A key that no catalog holds; carries the key and the language."""

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"{key} has no message in {language!r}")
        self.key = key
        self.language = language


class Words:
    """Everything said in one language. Immutable, shared between threads."""

    def __init__(self, language: str, catalog: GNUTranslations) -> None:
        self.language = language
        self.right_to_left = language == "ar"
        self._catalog = catalog
        # As in Babel's ar_DZ and fr_DZ (a test compares), whose data would weigh 6 MiB.
        self._months = ("", *catalog.gettext("format.months").split("|"))
        self._days = catalog.gettext("format.weekdays").split("|")
        self._currency = catalog.gettext("format.currency")
        self._templates: dict[tuple[str, int | None], list[_Piece]] = {}
        self._formats: Mapping[str, Callable[[Any], str]] = {
            "": self._plain,
            "money": self.money,
            "date": self.date,
            "weekday": self.weekday,
            "datetime": self.datetime,
            "time": self.time,
            "number": self.number,
            "percent": self.percent,
            "code": self.code,
            "html": str,
        }

    def text(self, key: str, **values: Any) -> str:
        """The message as Telegram's HTML. `n` among the values chooses the plural form."""
        parts: list[str] = []
        for literal, name, kind, as_html in self._template(key, values.get("n")):
            parts.append(literal)
            if name is not None:
                shown = self._formats[kind](values[name])
                parts.append(shown if as_html else escape(shown, quote=False))
        return "".join(parts)

    def label(self, key: str, **values: Any) -> str:
        """The message as plain text: a button, a toast, a command's description."""
        return "".join(
            literal if name is None else literal + self._formats[kind](values[name])
            for literal, name, kind, _ in self._template(key, values.get("n"))
        )

    def has(self, key: str) -> bool:
        return self._catalog.gettext(key) != key or self._is_plural(key)

    # --- values -------------------------------------------------------------------------

    def money(self, centimes: int) -> str:
        """36 000,00 DA; centimes are left out when there are none."""
        sign, (dinars, rest) = "-" if centimes < 0 else "", divmod(abs(centimes), 100)
        figure = f"{sign}{self._grouped(dinars)}" + (f",{rest:02d}" if rest else "")
        return f"{self._isolate(figure)}{NO_BREAK}{self._currency}"

    def number(self, value: int) -> str:
        return self._isolate(("-" if value < 0 else "") + self._grouped(abs(value)))

    def percent(self, rate: Fraction | int) -> str:
        """A rate such as Fraction(3, 20) as 15 %; at most two decimals."""
        hundredths = round(Fraction(rate) * 10_000)
        whole, rest = divmod(hundredths, 100)
        figure = f"{whole}" + (f",{rest:02d}".rstrip("0") if rest else "")
        return self._isolate(f"{figure}{NO_BREAK}%")

    def date(self, day: dt.date) -> str:
        """30 juin 2026, 1er janvier 2027."""
        number = "1er" if day.day == 1 and self.language == "fr" else str(day.day)
        written = f"{number}{NO_BREAK}{self._months[day.month]}{NO_BREAK}{day.year}"
        return f"{RIGHT_TO_LEFT}{written}{END}" if self.right_to_left else written

    def month(self, day: dt.date) -> str:
        """juin 2026."""
        written = f"{self._months[day.month]}{NO_BREAK}{day.year}"
        return f"{RIGHT_TO_LEFT}{written}{END}" if self.right_to_left else written

    def weekday(self, day: dt.date) -> str:
        """lundi 30 novembre 2026."""
        return f"{self._days[day.weekday()]} {self.date(day)}"

    def time(self, moment: dt.time | dt.datetime) -> str:
        """24 hours, Algiers: 15:30."""
        if isinstance(moment, dt.datetime):
            moment = moment.astimezone(ALGIERS).time()
        return self._isolate(f"{moment:%H:%M}")

    def datetime(self, instant: dt.datetime) -> str:
        local = instant.astimezone(ALGIERS)
        return self.label("format.day_and_time", day=local.date(), hour=local)

    def code(self, reference: str) -> str:
        return self._isolate(reference)

    # --- inside -------------------------------------------------------------------------

    def _plain(self, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return self._isolate(str(value))
        # Someone else's words: their own direction, whatever stands around them.
        plain = _steady(str(value))
        return f"{FIRST_STRONG}{plain}{END}" if self.right_to_left else plain

    def _isolate(self, figure: str) -> str:
        return f"{LEFT_TO_RIGHT}{figure}{END}" if self.right_to_left else figure

    @staticmethod
    def _grouped(value: int) -> str:
        return f"{value:,}".replace(",", NARROW_NO_BREAK)

    def _is_plural(self, key: str) -> bool:
        return self._catalog.ngettext(key, f"{key}\0", 2) != f"{key}\0"

    def _template(self, key: str, n: int | None) -> list[_Piece]:
        form = None if n is None else self._catalog.plural(n)  # type: ignore[attr-defined]
        found = self._templates.get((key, form))
        if found is None:
            message = self._catalog.gettext(key)
            if n is not None:
                plural = self._catalog.ngettext(key, f"{key}\0", n)
                message = message if plural in (key, f"{key}\0") else plural
            if message == key:
                raise MissingMessage(key, self.language)
            found = [
                (literal, name, spec or "", spec in _NEEDS_NO_ESCAPE)
                for literal, name, spec, _ in string.Formatter().parse(message)
            ]
            self._templates[(key, form)] = found
        return found


def _steady(text: str) -> str:
    """Someone's words without what would turn the direction of the rest of the line: isolates
    stay where each is closed again."""
    if not _TURNS.search(text):
        return text
    open_isolates = 0
    for sign in _TURNS.findall(text):
        if sign == END:
            open_isolates -= 1
        elif sign in (LEFT_TO_RIGHT, RIGHT_TO_LEFT, FIRST_STRONG):
            open_isolates += 1
        if open_isolates < 0:
            break
    return (_TURNS if open_isolates else _NOT_ISOLATES).sub("", text)


def load(language: str, *, folder: Path = LOCALES) -> Words:
    """Read every catalog of a language (one file a subject) and join them."""
    joined = Catalog(fuzzy=False)
    for file in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as stream:
            # Without a locale: Babel's own plural forms of Arabic stand in another order than
            # gettext's, and the header of the file says which.
            catalog = read_po(stream)
            joined.mime_headers = catalog.mime_headers
            for message in catalog:
                if message.id and not message.fuzzy:
                    joined[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, joined)
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))


def load_all(*, folder: Path = LOCALES) -> dict[str, Words]:
    return {language: load(language, folder=folder) for language in LANGUAGES}


def plain(html: str) -> str:
    """A chat message's text without markup and without the signs that begin a note there."""
    return unescape(re.sub(r"<[^>]+>", "", html)).lstrip(_SIGNS)
