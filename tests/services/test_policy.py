import threading
from datetime import date, time, timedelta
from pathlib import Path
from time import process_time

import pytest

from services.policy import Asked, Category, Confidence, NoRule, Policy, PolicyError, load
from services.policy.checking import check, show
from services.policy.contribution_rows import Floor, Snmg, Surcharge
from services.policy.reading import ROW_TYPES
from services.policy.service_rows import OpeningHours, Wilaya

ROW = 'source = "a test"\nconfidence = "certain"\n'


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load()


def write(directory: Path, text: str, name: str = "fund.toml") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


# The least, the most and the last day to pay: the table of DOMAIN.md, copied by hand.
YEARS = [
    (2010, 27_000, 216_000, "2010-04-30"),
    (2011, 27_000, 216_000, "2011-04-30"),
    (2012, 32_400, 259_200, "2012-04-30"),
    (2015, 32_400, 259_200, "2015-04-30"),
    (2016, 32_400, 648_000, "2016-06-30"),
    (2019, 32_400, 648_000, "2019-09-30"),
    (2020, 32_400, 648_000, "2020-06-30"),
    (2021, 36_000, 720_000, "2021-06-30"),
    (2025, 36_000, 720_000, "2025-06-30"),
    (2026, 43_200, 864_000, "2026-06-30"),
]


@pytest.mark.parametrize(("year", "least", "most", "due"), YEARS)
def test_each_year_has_its_least_its_most_and_its_last_day(
    policy: Policy, year: int, least: int, most: int, due: str
) -> None:
    rules = policy.year(year, Category.TRADER)
    assert rules.rate == 1500
    assert rules.floor * 15 == least * 100 * 100
    assert rules.ceiling * 15 == most * 100 * 100
    assert rules.due == date.fromisoformat(due)


def test_farmers_pay_by_30_september_since_2016(policy: Policy) -> None:
    assert policy.year(2015, Category.FARMER).due == date(2015, 4, 30)
    assert policy.year(2016, Category.FARMER).due == date(2016, 9, 30)
    assert policy.year(2019, Category.FARMER).due == date(2019, 9, 30)
    assert not policy.year(2019, Category.FARMER).postponed
    assert policy.year(2019, Category.TRADER).postponed


def test_doubts_about_single_years_are_kept_with_those_years(policy: Policy) -> None:
    unsure_floors = [y for y in range(2010, 2027) if policy.year(y, Category.TRADER).floor_unsure]
    unsure_ceilings = [
        y for y in range(2010, 2027) if policy.year(y, Category.TRADER).ceiling_unsure
    ]
    assert unsure_floors == [2021, 2022, 2023, 2024, 2025]
    assert unsure_ceilings == [2012, 2013, 2014, 2015, 2021, 2022, 2023, 2024, 2025]
    assert policy.one(Snmg, date(2026, 1, 1)).confidence is Confidence.PROBABLE


def test_only_the_auto_entrepreneur_has_a_flat_sum(policy: Policy) -> None:
    with_flat = {c: policy.year(2026, c).flat for c in Category if policy.year(2026, c).flat}
    assert with_flat == {Category.AUTO_ENTREPRENEUR: 2_400_000}


def test_years_before_the_first_rule_have_no_rules(policy: Policy) -> None:
    assert policy.first_year == 2010
    with pytest.raises(NoRule) as refusal:
        policy.year(2009, Category.TRADER)
    assert refusal.value.on == date(2009, 1, 1)


def test_declaration_days_are_dated_per_year(policy: Policy) -> None:
    assert policy.declaration_deadline(2025, Category.TRADER) == date(2025, 1, 31)
    assert policy.declaration_deadline(2026, Category.TRADER) == date(2026, 2, 28)
    assert policy.declaration_deadline(2027, Category.TRADER) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2015-07-22", None),
        ("2015-07-23", "2015"),
        ("2016-12-31", "2015"),
        ("2017-01-01", None),
        ("2021-08-25", "2021"),
        ("2022-01-31", "2021"),
        ("2022-02-01", None),
        ("2026-11-25", None),
    ],
)
def test_a_campaign_is_open_to_its_last_day_included(
    policy: Policy, on: str, code: str | None
) -> None:
    campaign = policy.campaign(date.fromisoformat(on))
    assert (campaign.code if campaign else None) == code


def test_service_rules_are_those_of_the_frame(policy: Policy) -> None:
    on = date(2026, 11, 25)
    terms, standard = policy.plan_terms(on), policy.standard_terms(on)
    assert terms.months == (3, 6, 12, 18, 24, 36)
    assert (terms.smallest_installment, terms.down_payment_at_least) == (300_000, 1000)
    assert (standard.arrears_up_to, standard.months_up_to) == (50_000_000, 12)
    targets = policy.complaint_targets(on)
    assert targets.first_answer == timedelta(hours=17)
    assert targets.resolution == timedelta(hours=85)
    assert targets.paused_at_most == timedelta(hours=42, minutes=30)
    assert targets.warning(targets.first_answer) == timedelta(hours=12, minutes=45)
    reminders = policy.reminder_rules(on)
    assert (reminders.lead_days, reminders.overdue_days) == ((60, 30, 7, 1), (7, 30, 90))
    assert (reminders.oldest_figure_days, reminders.one_in_days) == (90, 5)
    assert reminders.quiet_from == time(20)
    identity = policy.identity_rules(on)
    assert (identity.tries, identity.lock, identity.code_lives) == (
        5,
        timedelta(hours=24),
        timedelta(hours=72),
    )
    assert policy.retention("draft", on).keep == timedelta(days=30)
    trouble = policy.plan_trouble(on)
    assert (trouble.installments_overdue, trouble.overdue_days, trouble.last_overdue_days) == (
        2,
        30,
        60,
    )
    assert policy.appeal(on).straight_to_national_above == 100_000_000
    assert policy.relief(on).ordinary == 5000


def test_the_twenty_southern_wilayas_have_their_own_ramadan_hours(policy: Policy) -> None:
    on = date(2026, 3, 1)
    south = {row.code for row in policy.wilayas(on) if row.zone == "south"}
    assert south == {
        *("01", "03", "07", "08", "11", "30", "33", "37", "39", "47"),
        *(str(code) for code in range(49, 59)),
    }
    assert [str(h) for h in policy.opening_hours(on, wilaya="16").hours] == ["08:30-15:30"]
    assert [str(h) for h in policy.opening_hours(on, wilaya="30").hours] == ["08:00-15:00"]
    after = date(2026, 4, 1)
    assert [str(h) for h in policy.opening_hours(after, wilaya="30").hours] == ["08:00-16:30"]


def test_a_new_wilaya_has_its_mother_until_it_takes_up_its_powers(policy: Policy) -> None:
    assert len(policy.wilayas(date(2026, 12, 31))) == 58
    assert len(policy.wilayas(date(2027, 1, 1))) == 69
    assert policy.wilaya("59", date(2026, 12, 31)).code == "03"
    assert policy.wilaya("59", date(2027, 1, 1)).name_fr == "Aflou"
    with pytest.raises(NoRule):
        policy.wilaya("99", date(2027, 1, 1))


def test_our_own_files_have_no_gap_and_no_overlap(policy: Policy) -> None:
    assert check(policy) == []


def test_loading_is_quick() -> None:
    load()
    start = process_time()
    load()
    assert process_time() - start < 0.1


def test_one_policy_serves_many_threads() -> None:
    policy = load()
    seen: list[int] = []

    def read() -> None:
        seen.extend(policy.year(y, c).floor for c in Category for y in range(2010, 2028))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8 * 8 * 18
    assert sum(seen) == 8 * 8 * sum(
        policy.year(y, Category.TRADER).floor for y in range(2010, 2028)
    )


# The fund's own files


def test_a_decree_is_one_row_in_the_funds_own_directory(tmp_path: Path) -> None:
    write(tmp_path, f"[[snmg]]\nmonthly = 27_000\nvalid_from = 2027-01-01\n{ROW}")
    policy = load(tmp_path)
    assert policy.year(2026, Category.TRADER).floor == 28_800_000
    assert policy.year(2027, Category.TRADER).floor == 32_400_000
    assert policy.one(Snmg, date(2027, 1, 1)).where == "fund.toml:1"


def test_a_row_of_equal_dates_and_scope_replaces_ours(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[surcharge]]\nfirst = "7 %"\nmonthly = "1 %"\ncap = "50 %"\n'
        f"valid_from = 2010-01-01\n{ROW}",
    )
    policy = load(tmp_path)
    [row] = policy.rows(Surcharge)
    assert (row.first, row.cap) == (700, 5000)


def test_an_exception_for_one_year_comes_before_the_rule_and_ends(tmp_path: Path) -> None:
    write(tmp_path, f"[[floor]]\nbase = 216_000\nyear = 2024\n{ROW}")
    policy = load(tmp_path)
    floors = [policy.year(y, Category.TRADER).floor for y in (2023, 2024, 2025)]
    assert floors == [24_000_000, 21_600_000, 24_000_000]
    assert not policy.year(2024, Category.TRADER).floor_unsure
    assert policy.year(2024, Category.TRADER).ceiling == 432_000_000


def test_a_postponement_for_farmers_moves_nobody_else(tmp_path: Path) -> None:
    write(
        tmp_path,
        f'[[postponement]]\ncategories = ["farmer"]\nuntil = 2026-12-31\nyear = 2026\n{ROW}'
        f"[[postponement]]\nuntil = 2025-01-15\nyear = 2025\n{ROW}",
    )
    policy = load(tmp_path)
    assert policy.year(2026, Category.FARMER).due == date(2026, 12, 31)
    assert policy.year(2026, Category.TRADER).due == date(2026, 6, 30)
    assert policy.year(2025, Category.TRADER).due == date(2025, 6, 30), "never moved forward"


def test_a_row_can_be_withdrawn(tmp_path: Path) -> None:
    row = f"until = 2019-09-30\nyear = 2019\nwithdrawn = true\n{ROW}"
    write(tmp_path, f"[[postponement]]\n{row}")
    assert load(tmp_path).year(2019, Category.TRADER).due == date(2019, 6, 30)
    write(tmp_path, f"[[postponement]]\n{row.replace('2019', '2018')}")
    with pytest.raises(PolicyError, match=r"fund\.toml:1: .*withdraws a row that does not exist"):
        load(tmp_path)


def test_hours_of_an_agency_come_before_those_of_its_wilaya(tmp_path: Path) -> None:
    regular = 'occasion = "regular"\nweekdays = ["sun"]\nvalid_from = 2026-01-01\n' + ROW
    notice = (
        'occasion = "ramadan"\nweekdays = ["sun"]\nvalid_from = 2026-02-19\nvalid_to = 2026-03-19\n'
    )
    write(
        tmp_path,
        f'[[opening_hours]]\nagencies = ["1601"]\nhours = ["09:00-12:00", "13:00-16:00"]\n{regular}'
        f'[[opening_hours]]\nwilayas = ["16"]\nhours = ["08:00-12:00"]\n{regular}'
        f'[[opening_hours]]\nhours = ["10:00-14:00"]\n{notice}{ROW}',
    )
    policy = load(tmp_path)
    hours = policy.opening_hours
    assert len(hours(date(2026, 6, 1), agency="1601", wilaya="16").hours) == 2
    assert str(hours(date(2026, 6, 1), agency="1602", wilaya="16").hours[0]) == "08:00-12:00"
    assert str(hours(date(2026, 3, 1), agency="1601").hours[0]) == "10:00-14:00"
    # Ours is narrower (north), so it comes before the fund's notice for everywhere.
    assert str(hours(date(2026, 3, 1), wilaya="16").hours[0]) == "08:30-15:30"


WRONG = [
    ("[[snmg]\nmonthly = 1", "fund.toml:1: is not valid TOML"),
    ("snmg = 3\n", r"fund.toml: 'snmg' must be written as \[\[snmg\]\] rows"),
    (
        f"\n\n[[smng]]\nmonthly = 1\nvalid_from = 2027-01-01\n{ROW}",
        "fund.toml:3: .*did you mean 'snmg'",
    ),
    (
        f"[[snmg]]\nmonthli = 1\nvalid_from = 2027-01-01\n{ROW}",
        "fund.toml:2: .*did you mean 'monthly'",
    ),
    (f"[[snmg]]\nvalid_from = 2027-01-01\n{ROW}", r"fund.toml:1: \[\[snmg\]\] needs 'monthly'"),
    (
        f"[[snmg]]\nmonthly = 24000.0\nvalid_from = 2027-01-01\n{ROW}",
        "fund.toml:2: 'monthly' must be an amount",
    ),
    (
        f"[[snmg]]\nmonthly = -1\nvalid_from = 2027-01-01\n{ROW}",
        "fund.toml:2: 'monthly' must be an amount",
    ),
    (f"[[snmg]]\nmonthly = 1\n{ROW}", "fund.toml:1: .*needs 'valid_from'"),
    (
        f'[[snmg]]\nmonthly = 1\nvalid_from = "2027-01-01"\n{ROW}',
        "fund.toml:3: 'valid_from' must be a date",
    ),
    (
        '[[snmg]]\nmonthly = 1\nvalid_from = 2027-01-01\nconfidence = "certain"',
        "fund.toml:1: .*needs 'source'",
    ),
    (
        '[[snmg]]\nmonthly = 1\nvalid_from = 2027-01-01\nsource = "x"',
        "fund.toml:1: .*needs 'confidence'",
    ),
    (
        '[[snmg]]\nmonthly = 1\nvalid_from = 2027-01-01\nsource = "x"\nconfidence = "sure"',
        "fund.toml:5: 'confidence' must be one of unsure, probable, certain",
    ),
    (
        f"[[snmg]]\nmonthly = 1\nvalid_from = 2027-01-01\nvalid_to = 2026-01-01\n{ROW}",
        "fund.toml:4: valid_to is before",
    ),
    (
        f"[[snmg]]\nmonthly = 1\nyear = 2027\nvalid_from = 2027-01-01\n{ROW}",
        "fund.toml:3: year stands for",
    ),
    (f"[[floor]]\nvalid_from = 2027-01-01\n{ROW}", "fund.toml:1: .*either months_of_snmg or base"),
    (
        f'[[surcharge]]\nfirst = "9 %"\nmonthly = 1\nvalid_from = 2027-01-01\n{ROW}',
        "fund.toml:3: 'monthly' must be a rate",
    ),
    (
        f'[[surcharge]]\nfirst = "9 %"\nmonthly = "1 %"\ncap = "8 %"\nyear = 2027\n{ROW}',
        "fund.toml:1: .*cap must not",
    ),
    (
        f'[[payment_deadline]]\nday = "02-30"\nvalid_from = 2027-01-01\n{ROW}',
        "fund.toml:2: 'day' must be a day of the year",
    ),
    (
        f'[[payment_deadline]]\nday = "06-30"\ncategories = ["baker"]\nyear = 2027\n{ROW}',
        "fund.toml:3: 'categories' must be one of trader",
    ),
    (
        f"[[postponement]]\nuntil = 2027-01-01\nvalid_from = 2026-01-01\n{ROW}",
        "fund.toml:1: .*concerns one year",
    ),
    (
        f"[[snmg]]\nmonthly = 1\nyear = 2027\n{ROW}\n[[snmg]]\nmonthly = 2\nyear = 2027\n{ROW}",
        "fund.toml:7: .*same dates and scope as fund.toml:1",
    ),
    (
        '[[opening_hours]]\noccasion = "ramadan"\nweekdays = ["sun"]\nhours = ["08:00-15:00"]\n'
        f"valid_from = 2027-02-01\n{ROW}",
        "fund.toml:1: .*needs valid_to",
    ),
    (
        '[[opening_hours]]\noccasion = "regular"\nweekdays = ["sun"]\nhours = ["12:00-08:00"]\n'
        f"valid_from = 2027-02-01\n{ROW}",
        "fund.toml:4: 'hours' must be hours",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_row_is_refused_with_its_file_and_line(
    tmp_path: Path, text: str, message: str
) -> None:
    write(tmp_path, text)
    with pytest.raises(PolicyError, match=message):
        load(tmp_path)


def test_a_header_inside_a_long_text_does_not_shift_the_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        f'[[snmg]]\nmonthly = 1\nyear = 2027\nnote = """\n[[snmg]]\nmonthly = 2\n"""\n{ROW}'
        f'[[snmg]]\nmonthly = "x"\nyear = 2028\n{ROW}',
    )
    with pytest.raises(PolicyError, match=r"fund\.toml:11: 'monthly'"):
        load(tmp_path)


def test_a_missing_directory_and_a_file_of_another_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="is not a directory"):
        load(tmp_path / "nowhere")
    (tmp_path / "latin.toml").write_bytes("# d\xe9cret".encode("latin-1"))
    with pytest.raises(PolicyError, match=r"latin\.toml: cannot be read as UTF-8"):
        load(tmp_path)


def test_gaps_and_overlaps_are_found(tmp_path: Path) -> None:
    only = f"[[floor]]\nmonths_of_snmg = 12\nvalid_from = 2012-01-01\nvalid_to = 2013-12-31\n{ROW}"
    again = f"[[floor]]\nmonths_of_snmg = 12\nvalid_from = 2013-01-01\nvalid_to = 2014-12-31\n{ROW}"
    inside = (
        f"[[floor]]\nmonths_of_snmg = 11\nvalid_from = 2012-02-01\nvalid_to = 2012-02-29\n{ROW}"
    )
    later = f"[[floor]]\nmonths_of_snmg = 12\nvalid_from = 2016-01-01\nvalid_to = 2016-12-31\n{ROW}"
    write(tmp_path, only + again + inside + later)
    rows = [
        row
        for kind in ROW_TYPES.values()
        for row in load(tmp_path).rows(kind)
        if kind is not Floor or row.where.startswith("fund")
    ]
    found = [(f.kind, f.table, f.start, f.end) for f in check(Policy(rows))]
    assert found == [
        ("gap", "floor", date(2010, 1, 1), date(2011, 12, 31)),
        ("gap", "floor", date(2015, 1, 1), date(2015, 12, 31)),
        ("gap", "floor", date(2017, 1, 1), None),
        ("overlap", "floor", date(2013, 1, 1), date(2013, 12, 31)),
    ]
    without = Policy(row for row in rows if row.TABLE != "snmg")
    assert ("missing", "snmg") in [(f.kind, f.table) for f in check(without)]


def test_show_prints_what_is_in_force_with_source_and_certainty(policy: Policy) -> None:
    shown = {(s.table, s.scope): s for s in show(policy, date(2026, 3, 1))}
    snmg = shown[("snmg", "")]
    assert snmg.values == (("monthly", "24000.00 DA"),)
    assert snmg.confidence is Confidence.PROBABLE
    assert dict(shown[("surcharge", "")].values) == {"first": "5 %", "monthly": "1 %"}
    assert shown[("payment_deadline", "farmer")].values == (("day", "09-30"),)
    assert ("opening_hours", "south") in shown
    assert dict(shown[("complaint_targets", "")].values)["working_day"] == "8 h 30"
    assert all(s.source and s.where for s in shown.values())
    [hours] = [s for s in show(policy, date(2026, 4, 1)) if s.table == "opening_hours"]
    assert hours.scope == ""


def test_rows_are_found_by_subject_and_place(policy: Policy) -> None:
    assert policy.find(Wilaya, date(2026, 1, 1), code="16") is not None
    assert policy.find(Wilaya, date(2026, 1, 1), code="59") is None
    with pytest.raises(NoRule, match=r"retention.*for nothing"):
        policy.retention("nothing", date(2026, 1, 1))
    row = policy.one(OpeningHours, date(2026, 3, 1), Asked(zone="south"))
    assert row.occasion == "ramadan"
