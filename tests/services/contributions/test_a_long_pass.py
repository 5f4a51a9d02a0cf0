"""A pass over the whole country keeps nothing behind; what it costs is in `make bench`."""

import gc
import tracemalloc
from datetime import date

from services.contributions import Facts, Payment, position
from services.money import dinars
from services.policy import Category, load

POLICY = load()
ON = date(2026, 11, 25)
FIFTEEN_YEARS = Facts(
    Category.TRADER,
    date(2012, 1, 1),
    None,
    {2014: dinars(1_000_000), 2020: dinars(30_000)},
    [Payment(f"R{year}", year, date(year, 9, 15), dinars(20_000)) for year in range(2012, 2027)],
)


def test_a_pass_keeps_nothing_behind() -> None:
    position(FIFTEEN_YEARS, POLICY, ON)
    # What another thread or the interpreter itself keeps in one pass is not ours.
    assert min(_kept_by_a_pass() for _ in range(3)) < 5_000


def _kept_by_a_pass() -> int:
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(500):
        position(FIFTEEN_YEARS, POLICY, ON)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return grown
