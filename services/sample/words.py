"""The lists the sample draws from: names in both scripts, agencies, shares."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, NamedTuple, TypeVar

from services.policy.category import Category

_DATA = files("services.sample") / "data"
_OTHER_WILAYA = 60

T = TypeVar("T")


class Name(NamedTuple):
    """One name in both scripts."""

    fr: str
    ar: str


class SampleAgency(NamedTuple):
    """As in `agencies.csv`, without the number of affiliates."""

    code: str
    name_fr: str
    name_ar: str
    wilaya: str
    parent: str


class Shares(Generic[T]):
    """Draws among things by weight."""

    def __init__(self, weights: dict[T, int]) -> None:
        self._things = list(weights)
        self._steps = list(accumulate(weights.values()))

    def draw(self, random: Random) -> T:
        return random.choices(self._things, cum_weights=self._steps)[0]


@dataclass(frozen=True)
class Words:
    men: tuple[Name, ...]
    women: tuple[Name, ...]
    families: tuple[Name, ...]
    other_agencies: tuple[SampleAgency, ...]
    """Beside the one of each wilaya: the agencies of Algiers and some counters."""
    categories: Shares[Category]
    women_percent: dict[Category, int]
    wilaya_weights: dict[str, int]

    def wilaya_weight(self, code: str) -> int:
        return self.wilaya_weights.get(code, _OTHER_WILAYA)


@cache
def words() -> Words:
    """Read the lists once."""
    shares = tomllib.loads((_DATA / "shares.toml").read_text("utf-8"))
    first_names = _rows("first_names.csv")
    return Words(
        men=tuple(Name(row["fr"], row["ar"]) for row in first_names if row["sex"] == "m"),
        women=tuple(Name(row["fr"], row["ar"]) for row in first_names if row["sex"] == "f"),
        families=tuple(Name(row["fr"], row["ar"]) for row in _rows("family_names.csv")),
        other_agencies=tuple(SampleAgency(**row) for row in _rows("agencies.csv")),
        categories=Shares(
            {Category(name): weight for name, weight in shares["categories"].items()}
        ),
        women_percent={Category(name): share for name, share in shares["women"].items()},
        wilaya_weights=shares["wilayas"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_DATA / name).read_text("utf-8").splitlines()))
