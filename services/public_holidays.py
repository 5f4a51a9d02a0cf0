"""Algeria's public holidays as the `holidays` package computes them, written down in advance.

The package weighs eleven MiB in memory; the thirty years that anyone will ask about lie in
`public_holidays.csv`, made from it by `python -m services.public_holidays` and compared with it
by a test. A year outside the file is asked of the package itself.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_suffix(".csv")
FIRST_YEAR, LAST_YEAR = 2010, 2040


class PublicHoliday(NamedTuple):
    """A public holiday of the calendar; `estimated`: its date may move by a day."""

    day: date
    estimated: bool


@lru_cache(maxsize=64)
def public_holidays(year: int) -> dict[date, PublicHoliday]:
    """The public holidays of a year, before the policy's word against them."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return _written_down()[year]
    return computed(year)


def computed(year: int) -> dict[date, PublicHoliday]:
    """The same from the package."""
    import holidays

    named = holidays.country_holidays("DZ", years=year, language="en_US")
    return {day: PublicHoliday(day, estimated="(estimated)" in name) for day, name in named.items()}


@lru_cache(maxsize=1)
def _written_down() -> dict[int, dict[date, PublicHoliday]]:
    found: dict[int, dict[date, PublicHoliday]] = {
        year: {} for year in range(FIRST_YEAR, LAST_YEAR + 1)
    }
    with FILE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            day = date.fromisoformat(row["day"])
            found[day.year][day] = PublicHoliday(day, estimated=row["estimated"] == "yes")
    return found


def write() -> None:
    """Write the file anew from the package."""
    with FILE.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("day", "estimated"))
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for holiday in sorted(computed(year).values()):
                writer.writerow((holiday.day.isoformat(), "yes" if holiday.estimated else "no"))


if __name__ == "__main__":
    write()
