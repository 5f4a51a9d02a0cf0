"""What the fund's own data says of the contributor a person is, and who looked at it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from services import access_trail, accounts, linking
from services.dates import day_in_algiers
from services.identity import mask_ssn
from services.linking import SELF, Linked
from services.money import format_plain
from services.vault import Vault


def export(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """One's own accounts whole; others' accounts under a mandate only by name and last day."""
    today = day_in_algiers(now)
    return [
        _own(session, vault, one, today) if one.kind == SELF else _mandated(session, vault, one)
        for one in linking.accounts_of(session, telegram_id, today)
    ]


def export_looks(session: Session, vault: Vault, telegram_id: int, now: datetime) -> Any:
    """Who of the fund looked, newest first."""
    own = own_accounts(session, telegram_id, now)
    return [
        {"at": look.at.isoformat(), "role": look.role, "agency": look.agency, "what": look.what}
        for look in access_trail.looks_at(
            session, telegram_id=telegram_id, contributor_ids=own, limit=10_000
        )
    ]


def own_accounts(session: Session, telegram_id: int, now: datetime) -> list[int]:
    """The contributors this person is."""
    return [
        one.contributor_id
        for one in linking.accounts_of(session, telegram_id, day_in_algiers(now))
        if one.kind == SELF
    ]


def _mandated(session: Session, vault: Vault, linked: Linked) -> dict[str, Any]:
    profile = accounts.profile_of(session, linked.contributor_id)
    return {
        "kind": linked.kind,
        "until": linked.until.isoformat() if linked.until is not None else None,
        "social_security_number": mask_ssn(accounts.ssn_of(session, vault, linked.contributor_id)),
        "name_fr": profile.name_fr if profile is not None else "",
        "name_ar": profile.name_ar if profile is not None else "",
    }


def _own(session: Session, vault: Vault, linked: Linked, today: date) -> dict[str, Any]:
    profile = accounts.profile_of(session, linked.contributor_id)
    facts = accounts.facts_of(session, linked.contributor_id)
    found = _mandated(session, vault, linked)
    if profile is not None:
        found |= {
            "category": profile.category.value,
            "agency": profile.agency,
            "affiliated_on": _day(profile.affiliated_on),
            "ceased_on": _day(profile.ceased_on),
            "phone_registered": profile.phone_fingerprint is not None,
        }
    if facts is not None:
        found |= {
            "declarations": [
                {"year": year, "base": format_plain(base)}
                for year, base in sorted(facts.declarations.items())
            ],
            "payments": [
                {
                    "receipt": payment.receipt,
                    "year": payment.year,
                    "paid_on": payment.paid_on.isoformat(),
                    "amount": format_plain(payment.amount),
                    "channel": payment.channel,
                }
                for payment in facts.payments
            ],
            "surcharges": [
                {
                    "year": year,
                    "amount": format_plain(given.amount),
                    "as_of": given.as_of.isoformat(),
                }
                for year, given in sorted(facts.surcharges.items())
            ],
        }
    found["mandates_given"] = [
        {"name": given.name, "since": given.since.isoformat(), "until": given.until.isoformat()}
        for given in linking.mandates_on(session, vault, linked.contributor_id, today)
    ]
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
