"""What a load makes of good files: new, changed, unchanged, moved, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from services import accounts
from services.accounts import PHONE
from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.database import open_engine
from services.fund_import.store import LoadInProgress, only_load
from services.money import Centimes
from services.policy.category import Category
from services.vault import KeyDoesNotFit, Vault
from tests.services.import_directory import GOOD, OTHER_SSN, SSN, Loaded, load


@pytest.fixture
def fund_engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


TABLES = ("agencies", "contributors", "profiles", "declarations", "payments", "surcharges")


class Fund:
    """One database under test, with the directory it is loaded from."""

    def __init__(self, engine: Engine, vault: Vault, directory: Path) -> None:
        self.engine = engine
        self.vault = vault
        self.directory = directory

    def load(self, files: dict[str, list[str] | bytes], *, as_of: date | None = None) -> Loaded:
        for old in self.directory.glob("*.csv"):
            old.unlink()
        day = {} if as_of is None else {"as_of": as_of}
        return load(self.engine, self.vault, self.directory, files, **day)

    def facts(self, ssn: str = SSN) -> Facts:
        with Session(self.engine) as session:
            contributor_id = accounts.find_by_ssn(session, self.vault, ssn)
            assert contributor_id is not None
            facts = accounts.facts_of(session, contributor_id)
            assert facts is not None
            return facts

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        with self.engine.connect() as connection:
            return {
                table: sorted(
                    (tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))),
                    key=repr,
                )
                for table in TABLES
            }

    def ask(self, question: Callable[[Session], object]) -> object:
        with Session(self.engine) as session:
            return question(session)


@pytest.fixture
def fund(fund_engine: Engine, vault: Vault, tmp_path: Path) -> Iterator[Fund]:
    directory = tmp_path / "delivery"
    directory.mkdir()
    return Fund(fund_engine, vault, directory)


def test_a_first_load_is_an_account(fund: Fund) -> None:
    loaded = fund.load(GOOD)

    assert loaded.rejected == []
    assert {name: count.written for name, count in loaded.report.files.items()} == {
        "agencies.csv": 2,
        "contributors.csv": 2,
        "declarations.csv": 2,
        "payments.csv": 3,
        "surcharges.csv": 1,
    }
    assert fund.facts() == Facts(
        category=Category.TRADER,
        affiliated_on=date(2015, 3, 1),
        ceased_on=None,
        declarations={2024: Centimes(18_000_000), 2025: Centimes(25_000_050)},
        payments=[
            Payment("R-1", 2024, date(2024, 6, 30), Centimes(3_600_000), "counter"),
            Payment("R-2", None, date(2025, 9, 15), Centimes(2_000_050), "post"),
        ],
        surcharges={2025: GivenSurcharge(Centimes(180_000), date(2026, 6, 30))},
    )
    assert fund.facts(OTHER_SSN).ceased_on == date(2025, 12, 31)
    assert fund.ask(accounts.as_of) == date(2026, 7, 1)
    phone = fund.vault.fingerprint("+213550000001", PHONE)
    assert fund.ask(lambda session: accounts.find_by_phone(session, phone)) == [1]
    with Session(fund.engine) as session:
        assert list(accounts.agencies(session)) == ["16", "1601"]
        assert accounts.agencies(session)["1601"].parent == "16"


def test_numbers_are_nowhere_in_the_clear(fund: Fund) -> None:
    fund.load(GOOD)

    everything = repr(fund.rows())

    assert SSN not in everything
    assert "550000001" not in everything


def test_the_same_files_again_write_nothing(fund: Fund) -> None:
    fund.load(GOOD)
    before = fund.rows()

    again = fund.load(GOOD, as_of=date(2026, 8, 1))

    assert fund.rows() == before
    assert {(count.written, count.rejected) for count in again.report.files.values()} == {(0, 0)}
    assert sum(count.unchanged for count in again.report.files.values()) == 10
    assert fund.ask(accounts.as_of) == date(2026, 8, 1)


def test_a_later_receipt_replaces_and_zero_cancels(fund: Fund) -> None:
    fund.load(GOOD)

    fund.load(
        {
            "payments.csv": [
                f"R-1,{SSN},2023,2024-06-29,30000,post",
                f"R-2,{SSN},,2025-09-15,0,post",
                f"R-9,{SSN},,2025-09-15,0,post",
            ]
        }
    )

    assert fund.facts().payments == [
        Payment("R-1", 2023, date(2024, 6, 29), Centimes(3_000_000), "post")
    ]
    assert [row[1] for row in fund.rows()["payments"]] == ["R-1", "R-3"]


def test_a_cancelled_receipt_can_come_back(fund: Fund) -> None:
    fund.load(GOOD)
    fund.load({"payments.csv": [f"R-1,{SSN},2024,2024-06-30,0,counter"]})
    fund.load({"payments.csv": [f"R-1,{SSN},2024,2024-06-30,100,counter"]})

    assert [payment.amount for payment in fund.facts().payments] == [10_000, 2_000_050]


def test_a_receipt_given_to_another_contributor_leaves_the_former(fund: Fund) -> None:
    fund.load(GOOD)

    loaded = fund.load({"payments.csv": [f"R-1,{OTHER_SSN},2024,2024-06-30,36000,counter"]})

    assert loaded.report.files["payments.csv"].written == 1
    assert [payment.receipt for payment in fund.facts().payments] == ["R-2"]
    assert [payment.receipt for payment in fund.facts(OTHER_SSN).payments] == ["R-1", "R-3"]
    fund.load({"payments.csv": [f"R-1,{SSN},2024,2024-06-30,36000,counter"]})
    assert [payment.receipt for payment in fund.facts().payments] == ["R-1", "R-2"]
    assert [payment.receipt for payment in fund.facts(OTHER_SSN).payments] == ["R-3"]


def test_zero_cancels_a_receipt_whoever_the_line_names(fund: Fund) -> None:
    fund.load(GOOD)

    fund.load({"payments.csv": [f"R-1,{OTHER_SSN},2024,2024-06-30,0,counter"]})

    assert [payment.receipt for payment in fund.facts().payments] == ["R-2"]
    assert [payment.receipt for payment in fund.facts(OTHER_SSN).payments] == ["R-3"]


def test_what_a_later_load_does_not_mention_stays(fund: Fund) -> None:
    fund.load(GOOD)
    other_before = fund.facts(OTHER_SSN)

    fund.load(
        {
            "contributors.csv": [
                f"{SSN},Test BENALI,اختبار بن علي,,craftsperson,16,2015-03-01,2026-01-31"
            ],
            "declarations.csv": [f"{SSN},2025,300000"],
            "surcharges.csv": [f"{SSN},2025,0,2026-07-01"],
        }
    )

    assert fund.facts(OTHER_SSN) == other_before
    facts = fund.facts()
    assert (facts.category, facts.ceased_on) == (Category.CRAFTSPERSON, date(2026, 1, 31))
    assert facts.declarations == {2024: 18_000_000, 2025: 30_000_000}
    assert facts.surcharges == {2025: GivenSurcharge(Centimes(0), date(2026, 7, 1))}
    assert len(facts.payments) == 2
    phone = fund.vault.fingerprint("+213550000001", PHONE)
    assert fund.ask(lambda session: accounts.find_by_phone(session, phone)) == []


def test_replaced_rows_are_tidied_away(fund: Fund) -> None:
    fund.load(GOOD)
    changed = {
        "agencies.csv": ["16,Alger,الجزائر,16,,901"],
        "contributors.csv": [f"{SSN},Test BENALI,اختبار,0550000002,trader,1601,2015-03-01,"],
        "declarations.csv": [f"{SSN},2024,190000"],
        "payments.csv": [f"R-1,{SSN},2024,2024-06-30,36001,counter"],
        "surcharges.csv": [f"{SSN},2025,1801.00,2026-06-30"],
    }

    fund.load(changed)

    assert {table: len(rows) for table, rows in fund.rows().items()} == {
        "agencies": 2,
        "contributors": 2,
        "profiles": 2,
        "declarations": 2,
        "payments": 3,
        "surcharges": 1,
    }


def test_new_names_do_not_make_old_payments_newer(fund: Fund) -> None:
    fund.load(GOOD)

    loaded = fund.load({"agencies.csv": GOOD["agencies.csv"]}, as_of=date(2026, 7, 20))

    assert loaded.report.as_of == date(2026, 7, 1)
    assert fund.ask(accounts.as_of) == date(2026, 7, 1)
    fund.load({"payments.csv": []}, as_of=date(2026, 7, 20))
    assert fund.ask(accounts.as_of) == date(2026, 7, 20)


def test_an_earlier_day_than_before_is_noticed(fund: Fund) -> None:
    fund.load(GOOD)

    assert fund.load(GOOD, as_of=date(2026, 6, 30)).report.earlier_than_before


def test_more_lines_than_a_batch_are_all_there(fund: Fund) -> None:
    numbers = [f"9900001{index:05d}" for index in range(7_000)]
    files = {
        "agencies.csv": GOOD["agencies.csv"],
        "contributors.csv": [f"{ssn},Test,اختبار,,trader,16,2015-01-01," for ssn in numbers],
        "declarations.csv": [f"{ssn},2025,250000" for ssn in reversed(numbers)],
        "payments.csv": [
            f"R-{place},{ssn},2025,2025-06-30,100,post" for place, ssn in enumerate(numbers)
        ],
    }

    first, again = fund.load(files), fund.load(files)

    assert first.report.files["payments.csv"].written == 7_000
    assert again.report.files["payments.csv"].unchanged == 7_000
    assert again.report.files["declarations.csv"].unchanged == 7_000
    assert [payment.receipt for payment in fund.facts(numbers[6_543]).payments] == ["R-6543"]
    changed = {**files, "declarations.csv": [f"{ssn},2025,300000" for ssn in numbers]}
    assert fund.load(changed).report.files["declarations.csv"].written == 7_000
    assert len(fund.rows()["declarations"]) == 7_000


def test_another_key_loads_nothing(fund: Fund) -> None:
    fund.load(GOOD)
    before = fund.rows()
    fund.vault = Vault(b"x" * 32)

    with pytest.raises(KeyDoesNotFit):
        fund.load(GOOD)

    assert fund.rows() == before


def test_two_loads_never_run_together(fund: Fund) -> None:
    with only_load(fund.engine), pytest.raises(LoadInProgress):
        fund.load(GOOD)

    assert fund.load(GOOD).rejected == []
