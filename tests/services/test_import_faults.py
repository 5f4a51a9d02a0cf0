"""What a load says to bad files: one clear line each, and the good lines load all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from services import accounts
from services.database import open_engine
from services.fund_import.failures import LoadFailed
from services.fund_import.formats import ImportRefused
from services.fund_import.load import import_directory
from services.vault import Vault
from tests.services.import_directory import (
    AS_OF,
    COLUMNS,
    GOOD,
    OTHER_SSN,
    SSN,
    FixedClock,
    load,
    write_files,
)

A, C, D, P, S = COLUMNS


@pytest.fixture
def fund_engine(sqlite_url: str) -> Iterator[Engine]:
    """What is wrong with a file has nothing to do with the kind of database."""
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return tmp_path / "delivery"


def person(**changes: str) -> str:
    fields = {
        "ssn": "990000000033",
        "name_fr": "Test",
        "name_ar": "اختبار",
        "phone": "",
        "category": "trader",
        "agency": "16",
        "affiliated_on": "2015-01-01",
        "ceased_on": "",
    }
    return ",".join((fields | changes).values())


def agency(**changes: str) -> str:
    fields = {
        "code": "3101",
        "name_fr": "Arzew",
        "name_ar": "أرزيو",
        "wilaya": "31",
        "parent": "",
        "affiliates": "",
    }
    return ",".join((fields | changes).values())


def payment(**changes: str) -> str:
    fields = {
        "receipt": "R-8",
        "ssn": SSN,
        "year": "2024",
        "paid_on": "2024-06-30",
        "amount": "36000",
        "channel": "post",
    }
    return ",".join((fields | changes).values())


BAD_LINES = [
    # numbers
    (C, person(ssn=""), "ssn: missing"),
    (C, person(ssn="12345678901"), "ssn: fewer than 12 digits"),
    (C, person(ssn="1234567890123"), "ssn: more than 12 digits"),
    (C, person(ssn="99000000003X"), "ssn: not only digits"),
    (D, "990000000099,2024,180000", "ssn: unknown to the fund's contributors"),
    (P, payment(ssn="990000000099"), "ssn: unknown to the fund's contributors"),
    (S, "990000000099,2024,1,2025-01-01", "ssn: unknown to the fund's contributors"),
    # people
    (C, person(name_fr="", name_ar=" "), "name_fr, name_ar: both missing"),
    (C, person(name_fr="x" * 121), "name_fr: longer than 120 signs"),
    (C, person(category="baker"), "category: not one of the eight"),
    (C, person(category=""), "category: missing"),
    (C, person(agency="9999"), "agency: unknown"),
    (C, person(agency=""), "agency: missing"),
    (C, person(agency="Alger"), "agency: not 2 to 4 digits"),
    (C, person(affiliated_on="2015-02-29"), "affiliated_on: not a day such as 2024-06-30"),
    (C, person(affiliated_on="01/02/2015"), "affiliated_on: not a day such as 2024-06-30"),
    (C, person(affiliated_on="20150102"), "affiliated_on: not a day such as 2024-06-30"),
    (C, person(affiliated_on="٢٠١٥-٠١-٠٢"), "affiliated_on: not a day such as 2024-06-30"),
    (C, person(affiliated_on="2026-07-02"), "affiliated_on: after 2026-07-01"),
    (C, person(affiliated_on="0205-01-01"), "affiliated_on: before 1950-01-01"),
    (C, person(ceased_on="2014-12-31"), "ceased_on: before affiliated_on"),
    (C, person(ceased_on="2206-01-01"), "ceased_on: after 2027-07-02"),
    # agencies
    (A, agency(code="1"), "code: not 2 to 4 digits"),
    (A, agency(code="16001"), "code: not 2 to 4 digits"),
    (A, agency(code="00"), "code: 00 is kept for the central level"),
    (A, agency(code=""), "code: missing"),
    (A, agency(wilaya="77"), "wilaya: unknown"),
    (A, agency(wilaya="1"), "wilaya: unknown"),
    (A, agency(wilaya=""), "wilaya: missing"),
    (A, agency(parent="77"), "parent: unknown"),
    (A, agency(parent="3101"), "parent: the agency itself"),
    (A, agency(affiliates="-5"), "affiliates: not a whole number"),
    (A, agency(affiliates="many"), "affiliates: not a whole number"),
    (A, agency(name_fr="", name_ar=""), "name_fr, name_ar: both missing"),
    # amounts
    (D, f"{SSN},2024,-1", "base: negative"),
    (D, f"{SSN},2024,", "base: missing"),
    (D, f"{SSN},2024,180000.123", "base: more than two decimals"),
    (D, f"{SSN},2024,180 000", "base: not a plain amount such as 36000.00"),
    (D, f"{SSN},2024,١٨٠٠٠٠", "base: not a plain amount such as 36000.00"),
    (D, f"{SSN},2024,1e9", "base: not a plain amount such as 36000.00"),
    (D, f"{SSN},2024,+1", "base: not a plain amount such as 36000.00"),
    (D, f"{SSN},2024,NaN", "base: not a plain amount such as 36000.00"),
    (D, f"{SSN},2024,1234567890123", "base: too large"),
    (D, f'{SSN},2024,"180000,50"', "base: not a plain amount such as 36000.00"),
    (P, payment(amount="-36000"), "amount: negative"),
    (P, payment(amount=""), "amount: missing"),
    (S, f"{SSN},2024,-1,2025-01-01", "amount: negative"),
    # years and days
    (D, f"{SSN},24,180000", "year: not a year such as 2024"),
    (D, f"{SSN},,180000", "year: missing"),
    (D, f"{SSN},2027,180000", "year: not between 1970 and 2026"),
    (D, f"{SSN},1969,180000", "year: not between 1970 and 2026"),
    (D, f"{SSN},٢٠٢٤,180000", "year: not a year such as 2024"),
    (P, payment(year="2027"), "year: not between 1970 and 2026"),
    (P, payment(year="x"), "year: not a year such as 2024"),
    (P, payment(paid_on="2024-06-31"), "paid_on: not a day such as 2024-06-30"),
    (P, payment(paid_on="2026-07-02"), "paid_on: after 2026-07-01"),
    (P, payment(paid_on=""), "paid_on: missing"),
    (P, payment(receipt=" "), "receipt: missing"),
    (P, payment(receipt="R" * 41), "receipt: longer than 40 signs"),
    (P, payment(channel="c" * 41), "channel: longer than 40 signs"),
    (S, f"{SSN},2024,1,2026-07-02", "as_of: after 2026-07-01"),
    (S, f"{SSN},2024,1,", "as_of: missing"),
    # lines
    (D, f"{SSN},2024", "line: 2 fields instead of 3"),
    (D, f"{SSN},2024,1,", "line: 4 fields instead of 3"),
    (D, f'{SSN},2024,"180000', "line: quotes do not match, or a line break inside quotes"),
    (D, f'"{SSN}"x,2024,1', "line: quotes do not match, or a line break inside quotes"),
    (D, f"{SSN},2024,18\x000000", "line: contains a control character"),
    (D, f"{SSN},20\r24,180000", "line: contains a control character"),
    (C, person(name_fr="x" * 20_000), "line: longer than 16384 bytes"),
    (D, "x" * 200_000, "line: longer than 16384 bytes"),
]


@pytest.mark.parametrize(
    ("file", "line", "reason"), BAD_LINES, ids=[f"{file}-{reason}" for file, _, reason in BAD_LINES]
)
def test_a_bad_line_is_set_aside_and_the_others_load(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    file: str,
    line: str,
    reason: str,
) -> None:
    files = {name: list(lines) for name, lines in GOOD.items()}
    files[file].insert(1, line)

    loaded = load(fund_engine, vault, delivery, files)

    assert loaded.rejected == [(file, 3, reason)]
    assert loaded.report.files[file].rejected == 1
    assert {name: count.good for name, count in loaded.report.files.items()} == {
        name: len(lines) for name, lines in GOOD.items()
    }


def test_reasons_never_repeat_what_a_line_says(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    load(fund_engine, vault, delivery, GOOD)
    files: dict[str, list[str] | bytes] = {
        C: [
            person(ssn="990000000099", name_fr="SECRETNAME", agency="9999", phone="0550000077"),
            person(ssn="990000000099", name_fr="SECRETNAME", category="SECRETNAME"),
            person(ssn="990000000099", phone="055000007", name_fr="SECRETNAME"),
        ],
        P: [payment(ssn="990000000098")],
    }

    loaded = load(fund_engine, vault, delivery, files)

    assert len(loaded.rejected) == 4
    told = repr(loaded)
    assert not re.search(r"[0-9]{6}|SECRETNAME", told)


@pytest.mark.parametrize(
    ("file", "first", "second"),
    [
        (A, agency(), agency(name_fr="Again")),
        (C, person(), person(name_fr="Again")),
        (C, person(ssn="99 0000 0000 33"), person(ssn="990000000033", name_fr="Again")),
        (D, f"{OTHER_SSN},2020,1", f"{OTHER_SSN},2020,2"),
        (P, payment(), payment(ssn=OTHER_SSN, amount="1")),
        (S, f"{OTHER_SSN},2020,1,2025-01-01", f"{OTHER_SSN},2020,2,2025-01-01"),
    ],
)
def test_of_a_key_twice_in_one_file_the_second_is_rejected(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    file: str,
    first: str,
    second: str,
) -> None:
    files = {name: list(lines) for name, lines in GOOD.items()}
    files[file] = [first, *files[file], second]

    for _ in range(2):  # also when the first line is known already and changes nothing
        loaded = load(fund_engine, vault, delivery, files)

        assert loaded.rejected == [(file, len(files[file]) + 1, TWICE)]


def test_a_bad_line_does_not_take_the_key_of_a_good_one(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    files = {**GOOD, P: [payment(amount="x"), payment(amount="1")]}

    loaded = load(fund_engine, vault, delivery, files)

    assert [line for _, line, _ in loaded.rejected] == [2]
    assert loaded.report.files[P].written == 1


def test_a_name_in_one_language_stands_for_the_other(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    files = {
        A: ["16,,الجزائر,16,,", "31,Oran,,31,,"],
        C: [person(name_fr="", name_ar="كريم"), person(ssn="990000000044", name_ar="")],
    }

    loaded = load(fund_engine, vault, delivery, files)

    assert loaded.rejected == []
    with Session(fund_engine) as session:
        assert [(card.name_fr, card.name_ar) for card in accounts.agencies(session).values()] == [
            ("الجزائر", "الجزائر"),
            ("Oran", "Oran"),
        ]
        names = [
            (profile.name_fr, profile.name_ar)
            for number in (1, 2)
            if (profile := accounts.profile_of(session, number)) is not None
        ]
        assert names == [("كريم", "كريم"), ("Test", "Test")]


def test_counters_without_an_end_of_parents_are_refused_with_all_under_them(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    files = {
        A: [
            "16,Alger,الجزائر,16,,",
            agency(code="3101", parent="3102"),
            agency(code="3102", parent="3103"),
            agency(code="3103", parent="3101"),
            agency(code="3104", parent="3105"),
            agency(code="3105", parent="7777"),
        ]
    }

    loaded = load(fund_engine, vault, delivery, files)

    assert sorted(line for _, line, _ in loaded.rejected) == [3, 4, 5, 6, 7]
    with Session(fund_engine) as session:
        assert list(accounts.agencies(session)) == ["16"]


@pytest.mark.parametrize("phone", ["12", "0550", "call me", "05500000010000000000"])
def test_a_mistyped_phone_costs_the_phone_and_not_the_account(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    phone: str,
) -> None:
    loaded = load(
        fund_engine, vault, delivery, {**GOOD, C: [person(phone=phone)], D: [], P: [], S: []}
    )

    count = loaded.report.files[C]
    assert (count.written, count.rejected, count.noted) == (1, 0, 1)
    [(file, line, reason)] = loaded.rejected
    assert (file, line) == (C, 2)
    assert reason.startswith("phone: ")
    assert reason.endswith(", loaded without it")
    with Session(fund_engine) as session:
        profile = accounts.profile_of(session, 1)
        assert profile is not None
        assert profile.phone_fingerprint is None


TWICE = "line: its key came before in this file"


def header(name: str) -> bytes:
    return COLUMNS[name].encode() + b"\n"


GOOD_IN_ODD_CLOTHES = {
    "byte order mark": b"\xef\xbb\xbf" + header(D) + f"{SSN},2024,180000\n".encode(),
    "CR LF": header(D).replace(b"\n", b"\r\n") + f"{SSN},2024,180000\r\n".encode(),
    "blank lines": header(D) + f"\n\n{SSN},2024,180000\n   \n,,\n\n".encode(),
    "no last line end": header(D) + f"{SSN},2024,180000".encode(),
    "quotes": header(D) + f'"{SSN}","2024","180000"\n'.encode(),
    "spaces around": header(D) + f" {SSN} , 2024 ,\t180000 \n".encode(),
    "direction marks": header(D) + f"\u200f{SSN}\u200f,2024,180000\n".encode(),
    "Arabic digits in the number": header(D) + "٩٩٠٠٠٠٠٠٠٠١٧,2024,180000\n".encode(),
    "columns in another order": f"base,ssn,year\n180000,{SSN},2024\n".encode(),
    "capitals in the header": f"SSN, Year ,BASE\n{SSN},2024,180000\n".encode(),
}


@pytest.mark.parametrize("clothes", GOOD_IN_ODD_CLOTHES)
def test_a_good_line_is_understood_in_odd_clothes(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    clothes: str,
) -> None:
    loaded = load(
        fund_engine, vault, delivery, {**GOOD, D: GOOD_IN_ODD_CLOTHES[clothes], P: [], S: []}
    )

    assert loaded.rejected == []
    with Session(fund_engine) as session:
        facts = accounts.facts_of(session, 1)
        assert facts is not None
        assert facts.declarations == {2024: 18_000_000}


def test_another_encoding_costs_the_lines_it_spoils(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    latin = person(name_fr="Aïssa", name_ar="").encode("latin-1")
    files = {**GOOD, C: header(C) + latin + b"\n" + "\n".join(GOOD[C]).encode()}

    loaded = load(fund_engine, vault, delivery, files)

    assert loaded.rejected == [(C, 2, "line: not UTF-8 (byte 0xEF at position 15)")]
    assert loaded.report.files[C].written == 2


BAD_FILES = {
    "empty": (b"", "is empty: not even a header"),
    "missing column": (b"ssn,year\n", "header: missing base (expected ssn,year,base)"),
    "unknown column": (
        b"ssn,year,base,colour\n",
        "header: unknown colour (expected ssn,year,base)",
    ),
    "column twice": (b"ssn,year,base,year\n", "header: twice year (expected ssn,year,base)"),
    "no header": (
        f"{SSN},2024,180000\n".encode(),
        "header: missing ssn, year, base, 3 unknown (expected ssn,year,base)",
    ),
    "semicolons": (
        b"ssn;year;base\n",
        "header: missing ssn, year, base, 1 unknown (expected ssn,year,base);"
        " columns are parted by ';' where ',' is expected",
    ),
    "UTF-16": ("ssn,year,base\n".encode("utf-16"), "is UTF-16: save it as UTF-8"),
    "workbook": (
        b"PK\x03\x04 rest",
        "is a workbook or an archive: save it as CSV (UTF-8)",
    ),
    "compressed": (b"\x1f\x8b rest", "is compressed: unpack it first"),
    "CR alone": (b"ssn,year,base\r1,2,3\r", "lines end in CR alone: save it with LF or CR LF"),
    "wrong bytes in the header": (
        b"ssn,y\xe9ar,base\n",
        "header: not UTF-8 (byte 0xE9 at position 6)",
    ),
    "no lines at all": (b"\x00" * 100_000, "its first line is no header"),
}


@pytest.mark.parametrize("fault", BAD_FILES)
def test_a_file_that_cannot_be_read_as_it_is_stops_the_load_before_anything_changes(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    fault: str,
) -> None:
    content, reason = BAD_FILES[fault]
    load(fund_engine, vault, delivery, GOOD)

    with pytest.raises(ImportRefused) as refusal:
        load(fund_engine, vault, delivery, {**GOOD, A: [agency()], D: content})

    assert [str(problem) for problem in refusal.value.problems] == [f"{D}: {reason}"]
    with Session(fund_engine) as session:
        assert list(accounts.agencies(session)) == ["16", "1601"]


def test_every_unreadable_file_is_named_at_once(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    write_files(delivery, {A: b"", C: b"PK\x03\x04"})
    (delivery / P).mkdir()

    with pytest.raises(ImportRefused) as refusal:
        load(fund_engine, vault, delivery)

    assert [problem.file for problem in refusal.value.problems] == [A, C, P]


def test_no_directory_no_files_and_a_file_in_place_of_a_directory(
    fund_engine: Engine,
    vault: Vault,
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name, reason in [
        ("absent", "no such directory"),
        ("empty", "has none of agencies.csv, contributors.csv,"),
        ("file", "not a directory"),
    ]:
        with pytest.raises(ImportRefused, match=reason):
            load(fund_engine, vault, tmp_path / name)


def test_a_load_without_one_good_line_does_not_move_the_day(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    load(fund_engine, vault, delivery, GOOD)
    for file in delivery.iterdir():
        file.unlink()

    with pytest.raises(ImportRefused, match=r"payments.csv: none of its 1 lines is good"):
        load(fund_engine, vault, delivery, {P: [payment(amount="x")]}, as_of=AS_OF.replace(day=9))

    with Session(fund_engine) as session:
        assert accounts.as_of(session) == AS_OF


def test_other_csv_files_are_mentioned(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    write_files(delivery, {**GOOD, "payment.csv": b"x", "rejected.csv": b"x", "notes.txt": b"x"})

    assert load(fund_engine, vault, delivery).report.other_files == ["payment.csv"]


def test_a_full_disk_is_one_line_and_the_last_load_stays(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
) -> None:
    load(fund_engine, vault, delivery, GOOD)
    with fund_engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    many = [f"R-9{place},{SSN},2024,2024-06-30,1,{'c' * 40}" for place in range(5_000)]

    with pytest.raises(LoadFailed, match="the database's disk is full") as failure:
        load(fund_engine, vault, delivery, {P: many})

    assert SSN not in str(failure.value)
    with Session(fund_engine) as session:
        facts = accounts.facts_of(session, 1)
        assert facts is not None
        assert [paid.receipt for paid in facts.payments] == ["R-1", "R-2"]
    with fund_engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages * 1000}")
    load(fund_engine, vault, delivery, {P: many})
    with Session(fund_engine) as session:
        facts = accounts.facts_of(session, 1)
        assert facts is not None
        assert len(facts.payments) == 5_002


def test_a_database_without_tables_is_one_line(
    vault: Vault, delivery: Path, tmp_path: Path
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    write_files(delivery, GOOD)
    with pytest.raises(LoadFailed, match="run migrate first"):
        load(engine, vault, delivery)
    engine.dispose()


def test_a_place_where_rejects_cannot_be_written_is_one_line(
    fund_engine: Engine,
    vault: Vault,
    delivery: Path,
    tmp_path: Path,
) -> None:
    write_files(delivery, GOOD)
    with pytest.raises(LoadFailed, match=r"rejected.csv: No such file or directory"):
        import_directory(
            fund_engine,
            vault,
            delivery,
            as_of=AS_OF,
            clock=FixedClock(),
            wilayas={"16"},
            rejected=tmp_path / "absent" / "rejected.csv",
        )
