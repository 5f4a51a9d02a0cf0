"""Reading accounts as the fund last told them: one contributor's, or everyone's in one pass.

Only rows of the current load or older ones are seen; a load in progress is invisible.
Days are Algiers days, amounts centimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, String, bindparam, column, func, select, text
from sqlalchemy.orm import Session

from services.contributions.facts import Facts, GivenSurcharge, Payment
from services.identity import normalise_ssn
from services.money import Centimes
from services.policy.category import Category
from services.records.fund import Contributor, Load
from services.vault import Vault

# The purposes under which numbers are fingerprinted.
SSN = "ssn"
PHONE = "phone"


@dataclass(frozen=True, slots=True)
class ContributorProfile:
    """A contributor as a person; `phone_fingerprint` is None where no number is registered."""

    contributor_id: int
    name_fr: str
    name_ar: str
    phone_fingerprint: bytes | None
    category: Category
    agency: str
    affiliated_on: date | None
    ceased_on: date | None


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """An agency, or a counter under `parent`; `affiliates` is None where the fund gave none."""

    code: str
    name_fr: str
    name_ar: str
    wilaya: str
    parent: str | None
    affiliates: int | None


# Written as text because they are asked for every message: their key in the compilation
# cache is their text, where a built statement is walked through anew each time.
# A key may have a row of an earlier load beside the present one: the newest comes last.
_VISIBLE = "generation <= (SELECT generation FROM loads WHERE state = 'current')"
_PROFILE, _DECLARATION, _PAYMENT, _SURCHARGE = range(4)
# All by place: then how to read a row is worked out once, not each time.
_FACT_COLUMNS = (
    column("kind", Integer),
    column("generation", Integer),
    column("year", Integer),
    column("label", String),
    column("detail", String),
    column("amount", BigInteger),
    column("first_day", Date),
    column("last_day", Date),
)


def _facts_where(who: str, *, first: str = "", order: str = "generation") -> str:
    """Every row that makes up the accounts chosen by `who`; what is newest comes last."""
    return f"""
        SELECT {first}{_PROFILE} AS kind, generation, NULL AS year, category AS label,
               NULL AS detail, NULL AS amount, affiliated_on AS first_day, ceased_on AS last_day
          FROM profiles WHERE contributor_id {who} AND {_VISIBLE}
        UNION ALL
        SELECT {first}{_DECLARATION}, generation, year, NULL, NULL, base, NULL, NULL
          FROM declarations WHERE contributor_id {who} AND {_VISIBLE}
        UNION ALL
        SELECT {first}{_PAYMENT}, generation, year, receipt, channel, amount, paid_on, NULL
          FROM payments WHERE contributor_id {who} AND {_VISIBLE}
        UNION ALL
        SELECT {first}{_SURCHARGE}, generation, year, NULL, NULL, amount, as_of, NULL
          FROM surcharges WHERE contributor_id {who} AND {_VISIBLE}
        ORDER BY {order}
    """  # noqa: S608 - the parts are ours; the values are bound


_facts = text(_facts_where("= :contributor_id")).columns(*_FACT_COLUMNS)
_facts_between = text(
    _facts_where(
        "BETWEEN :first AND :last",
        first="contributor_id, ",
        order="contributor_id, generation",
    )
).columns(column("contributor_id", BigInteger), *_FACT_COLUMNS)
_last_contributor = select(func.max(Contributor.__table__.c.id))
_profile = text(f"""
    SELECT name_fr, name_ar, phone_fingerprint, category, agency, affiliated_on, ceased_on
      FROM profiles WHERE contributor_id = :contributor_id AND {_VISIBLE}
     ORDER BY generation DESC LIMIT 1
""").columns(affiliated_on=Date, ceased_on=Date)  # noqa: S608
_by_ssn = text(f"""
    SELECT id FROM contributors
     WHERE ssn_fingerprint = :fingerprint
       AND EXISTS (SELECT 1 FROM profiles WHERE contributor_id = contributors.id AND {_VISIBLE})
""")  # noqa: S608
_by_phone = text(f"""
    SELECT contributor_id FROM profiles
     WHERE phone_fingerprint = :fingerprint
       AND generation = (SELECT max(newest.generation) FROM profiles AS newest
                          WHERE newest.contributor_id = profiles.contributor_id
                            AND newest.{_VISIBLE})
     ORDER BY contributor_id
""")  # noqa: S608
_agencies = """
    SELECT code, name_fr, name_ar, wilaya, parent, affiliates
      FROM agencies WHERE {} ORDER BY code, generation
"""
_current_agencies = text(_agencies.format(_VISIBLE))
_agencies_of_load = text(_agencies.format("generation <= :generation"))
_as_of = select(Load.__table__.c.as_of).where(Load.__table__.c.state == "current")
_sealed_ssn = select(Contributor.__table__.c.ssn_sealed).where(
    Contributor.__table__.c.id == bindparam("contributor_id")
)


def facts_of(session: Session, contributor_id: int) -> Facts | None:
    """All that decides what a contributor owes, in one statement; None when nothing is known.

    Cancelled payments are left out; the others come in the order they were paid.
    """
    return _facts_from(session.execute(_facts, {"contributor_id": contributor_id}))


def every_account(
    session: Session, *, first: int = 1, last: int | None = None, slice_size: int = 1_000
) -> Iterator[tuple[int, Facts]]:
    """(contributor's id, facts) of everyone from `first` to `last`, in the order of ids.

    Read in slices of `slice_size` ids, so that a whole country never sits in memory.
    """
    end = session.execute(_last_contributor).scalar() or 0
    end = end if last is None else min(last, end)
    for start in range(first, end + 1, slice_size):
        rows = session.execute(
            _facts_between, {"first": start, "last": min(start + slice_size - 1, end)}
        )
        for contributor_id, own in groupby(rows, key=itemgetter(0)):
            facts = _facts_from(row[1:] for row in own)
            if facts is not None:
                yield contributor_id, facts


def _facts_from(rows: Iterable[Any]) -> Facts | None:
    profile = None
    declarations: dict[int, Centimes] = {}
    payments: dict[str, Payment] = {}
    surcharges: dict[int, GivenSurcharge] = {}
    for kind, _generation, year, label, detail, amount, first_day, last_day in rows:
        if kind == _DECLARATION:
            declarations[year] = amount
        elif kind == _PAYMENT:
            payments[label] = Payment(label, year, first_day, amount, detail)
        elif kind == _SURCHARGE:
            surcharges[year] = GivenSurcharge(amount, first_day)
        else:
            profile = (label, first_day, last_day)
    if profile is None:
        return None
    category, affiliated_on, ceased_on = profile
    return Facts(
        category=Category(category),
        affiliated_on=affiliated_on,
        ceased_on=ceased_on,
        declarations=declarations,
        payments=sorted(
            (payment for payment in payments.values() if payment.amount),
            key=lambda payment: (payment.paid_on, payment.receipt),
        ),
        surcharges=surcharges,
    )


def profile_of(session: Session, contributor_id: int) -> ContributorProfile | None:
    """A contributor as a person; None when the fund's data does not have them."""
    row = session.execute(_profile, {"contributor_id": contributor_id}).one_or_none()
    if row is None:
        return None
    name_fr, name_ar, phone, category, agency, affiliated_on, ceased_on = row
    return ContributorProfile(
        contributor_id=contributor_id,
        name_fr=name_fr,
        name_ar=name_ar,
        phone_fingerprint=phone,
        category=Category(category),
        agency=agency,
        affiliated_on=affiliated_on,
        ceased_on=ceased_on,
    )


def find_by_ssn(session: Session, vault: Vault, ssn: str) -> int | None:
    """The contributor with this social security number, typed in any form.

    Raises:
        NotASocialSecurityNumber: the text has not twelve digits.
    """
    fingerprint = vault.fingerprint(normalise_ssn(ssn), SSN)
    return session.execute(_by_ssn, {"fingerprint": fingerprint}).scalar_one_or_none()


def find_by_phone(session: Session, phone_fingerprint: bytes) -> list[int]:
    """The contributors whose registered number has this fingerprint; often one, maybe several."""
    return list(session.execute(_by_phone, {"fingerprint": phone_fingerprint}).scalars())


def ssn_of(session: Session, vault: Vault, contributor_id: int) -> str:
    """The twelve digits themselves: mask them before they go anywhere.

    Raises:
        LookupError: no such contributor.
        SealBroken: the number was sealed with another key.
    """
    sealed = session.execute(_sealed_ssn, {"contributor_id": contributor_id}).scalar_one_or_none()
    if sealed is None:
        raise LookupError("no such contributor")
    return vault.open_sealed(sealed)


def agencies(session: Session, *, generation: int | None = None) -> dict[str, AgencyCard]:
    """Every agency and counter by its code, in the order of codes.

    `generation` shows them as a load in progress will leave them; by default the current one.
    """
    if generation is None:
        rows = session.execute(_current_agencies)
    else:
        rows = session.execute(_agencies_of_load, {"generation": generation})
    return {row[0]: AgencyCard(*row) for row in rows}


def as_of(session: Session) -> date | None:
    """The day up to which the fund's payments are known; None before the first load."""
    return session.execute(_as_of).scalar_one_or_none()
