"""From TOML files to rows, with file and line in every complaint.

`tomllib` gives values but no places, so a small scan finds the line on which the
n-th `[[table]]` begins and, inside it, the line of each key.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.policy import contribution_rows, payment_rows, service_rows, values
from services.policy.errors import PolicyError
from services.policy.rows import Confidence, Row

ROW_TYPES: Mapping[str, type[Row]] = {
    row_type.TABLE: row_type
    for row_type in (*contribution_rows.ROWS, *service_rows.ROWS, *payment_rows.ROWS)
}
_COMMON = ("valid_from", "valid_to", "year", "source", "confidence", "note", "withdrawn")
_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class Found(NamedTuple):
    """A row as one file states it; `withdrawn` rows take ours away."""

    row: Row
    withdrawn: bool


class _Place(NamedTuple):
    file: str
    line: int
    keys: Mapping[str, int]

    def of(self, key: str | None = None) -> str:
        return f"{self.file}:{self.keys.get(key, self.line) if key else self.line}"


def read_directory(directory: Path) -> list[Found]:
    """Every row of every `*.toml` in a directory, in order of file name.

    Raises:
        PolicyError: the directory or a file cannot be read, or a row is wrong.
    """
    if not directory.is_dir():
        raise PolicyError(str(directory), "is not a directory")
    found: list[Found] = []
    for path in sorted(directory.glob("*.toml")):
        found.extend(_read_file(path))
    _refuse_twins(found)
    return found


def _read_file(path: Path) -> Iterable[Found]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(path.name, f"cannot be read as UTF-8 text ({error})") from error
    try:
        tables = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        stated = re.search(r"line (\d+)", str(error))
        line = f":{stated[1]}" if stated else ""
        raise PolicyError(f"{path.name}{line}", f"is not valid TOML: {error}") from error
    places = _places(path.name, content)
    for table, rows in tables.items():
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise PolicyError(path.name, f"{table!r} must be written as [[{table}]] rows")
        row_type = ROW_TYPES.get(table)
        for number, raw in enumerate(rows):
            place = places[table][number] if number < len(places.get(table, ())) else None
            at = place or _Place(path.name, 1, {})
            if row_type is None:
                raise PolicyError(at.of(), f"[[{table}]] is unknown{_perhaps(table, ROW_TYPES)}")
            yield _read_row(row_type, raw, at)


def _places(file: str, content: str) -> dict[str, list[_Place]]:
    places: dict[str, list[_Place]] = {}
    keys: dict[str, int] = {}
    inside_text = False
    for number, line in enumerate(content.splitlines(), start=1):
        was_inside = inside_text
        if line.count('"""') % 2 or line.count("'''") % 2:
            inside_text = not inside_text
        if was_inside:
            continue
        if header := _HEADER.match(line):
            keys = {}
            places.setdefault(header[1], []).append(_Place(file, number, keys))
        elif key := _KEY.match(line):
            keys.setdefault(key[1], number)
    return places


def _read_row(row_type: type[Row], raw: Mapping[str, Any], place: _Place) -> Found:
    readers: dict[str, tuple[Callable[[object], Any], bool]] = _readers(row_type)
    for key in raw:
        if key not in readers and key not in _COMMON:
            hint = _perhaps(key, (*readers, *_COMMON))
            raise PolicyError(place.of(key), f"[[{row_type.TABLE}]] has no {key!r}{hint}")
    fields: dict[str, Any] = _common_fields(row_type, raw, place)
    withdrawn = bool(_value(raw, "withdrawn", values.flag, place, default=False))
    for key, (reader, required) in readers.items():
        if key in raw:
            fields[key] = _value(raw, key, reader, place)
        elif required:
            raise PolicyError(place.of(), f"[[{row_type.TABLE}]] needs {key!r}")
    row = row_type(**fields)
    problem = row.problem()
    if problem:
        raise PolicyError(place.of(), f"[[{row_type.TABLE}]] {problem}")
    return Found(row, withdrawn)


_readers_of: dict[type[Row], dict[str, tuple[Callable[[object], Any], bool]]] = {}


def _readers(row_type: type[Row]) -> dict[str, tuple[Callable[[object], Any], bool]]:
    readers = _readers_of.get(row_type)
    if readers is None:
        readers = {
            field.name: (field.metadata["read"], field.default is dataclasses.MISSING)
            for field in dataclasses.fields(row_type)
            if "read" in field.metadata
        }
        _readers_of[row_type] = readers
    return readers


def _common_fields(row_type: type[Row], raw: Mapping[str, Any], place: _Place) -> dict[str, Any]:
    if "year" in raw:
        if "valid_from" in raw or "valid_to" in raw:
            raise PolicyError(place.of("year"), "year stands for valid_from and valid_to: drop one")
        year = _value(raw, "year", values.whole, place)
        if not 1900 <= year <= 2200:
            raise PolicyError(place.of("year"), "year must be between 1900 and 2200")
        valid_from, valid_to = date(year, 1, 1), date(year, 12, 31)
    else:
        if "valid_from" not in raw:
            raise PolicyError(place.of(), f"[[{row_type.TABLE}]] needs 'valid_from' (or 'year')")
        valid_from = _value(raw, "valid_from", values.day, place)
        valid_to = _value(raw, "valid_to", values.day, place, default=None)
    if valid_to is not None and valid_to < valid_from:
        raise PolicyError(place.of("valid_to"), "valid_to is before valid_from")
    if "source" not in raw or "confidence" not in raw:
        missing = "source" if "source" not in raw else "confidence"
        raise PolicyError(place.of(), f"[[{row_type.TABLE}]] needs {missing!r}")
    confidence = _value(raw, "confidence", values.one_of(*map(str, Confidence)), place)
    return {
        "valid_from": valid_from,
        "valid_to": valid_to,
        "source": _value(raw, "source", values.text, place),
        "confidence": Confidence[confidence.upper()],
        "note": _value(raw, "note", values.text, place, default=""),
        "where": place.of(),
    }


def _value(
    raw: Mapping[str, Any],
    key: str,
    reader: Callable[[object], Any],
    place: _Place,
    **default: Any,
) -> Any:
    if key not in raw and "default" in default:
        return default["default"]
    try:
        return reader(raw[key])
    except ValueError as error:
        raise PolicyError(place.of(key), f"{key!r} {error}, not {raw[key]!r}") from None


def _perhaps(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _refuse_twins(found: Iterable[Found]) -> None:
    seen: dict[tuple[Any, ...], Row] = {}
    for row, _ in found:
        twin = seen.setdefault(row.identity(), row)
        if twin is not row:
            raise PolicyError(
                row.where, f"[[{row.TABLE}]] states the same dates and scope as {twin.where}"
            )
