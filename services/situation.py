"""A contributor's situation (وضعية / situation): who they are, what they owe, as of when.

The use case behind `/status`, the explanation, the simulation and the statement: it loads
the facts in two statements and lets the pure rules compute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, LargeBinary, String, column, text
from sqlalchemy.orm import Session

from services import accounts
from services.contributions import Facts, Position, position
from services.identity import mask_ssn
from services.policy import Policy
from services.policy.category import Category
from services.vault import Vault


@dataclass(frozen=True, slots=True)
class Card:
    """A contributor as shown at the head of their account. `number` is masked."""

    contributor_id: int
    name_fr: str
    name_ar: str
    number: str
    category: Category
    agency: str
    agency_fr: str
    agency_ar: str
    wilaya: str | None
    as_of: date
    """The day up to which the fund's payments are known."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A card with what is owed on a day."""

    card: Card
    facts: Facts
    position: Position


# Written as text because it is asked for every /status: its key in the compilation cache is
# its text, where a built statement is walked through anew each time.
_card = text("""
    SELECT profile.name_fr, profile.name_ar, contributor.ssn_sealed, profile.category,
           profile.agency, agency.name_fr, agency.name_ar, agency.wilaya, load.as_of
      FROM loads AS load
      JOIN contributors AS contributor ON contributor.id = :contributor_id
      JOIN profiles AS profile ON profile.contributor_id = contributor.id
       AND profile.generation = (
           SELECT max(generation) FROM profiles
            WHERE contributor_id = :contributor_id AND generation <= load.generation)
      LEFT JOIN agencies AS agency ON agency.code = profile.agency
       AND agency.generation = (
           SELECT max(generation) FROM agencies AS newest
            WHERE newest.code = profile.agency AND newest.generation <= load.generation)
     WHERE load.state = 'current'
""").columns(
    column("name_fr", String),
    column("name_ar", String),
    column("ssn_sealed", LargeBinary),
    column("category", String),
    column("agency", String),
    column("agency_fr", String),
    column("agency_ar", String),
    column("wilaya", String),
    column("as_of", Date),
)


def card_of(session: Session, vault: Vault, contributor_id: int) -> Card | None:
    """The head of an account; None when the fund's data does not have them."""
    row = session.execute(_card, {"contributor_id": contributor_id}).one_or_none()
    if row is None:
        return None
    name_fr, name_ar, sealed, category, agency, agency_fr, agency_ar, wilaya, as_of = row
    return Card(
        contributor_id=contributor_id,
        name_fr=name_fr,
        name_ar=name_ar,
        number=mask_ssn(vault.open_sealed(sealed)),
        category=Category(category),
        agency=agency,
        agency_fr=agency_fr or agency,
        agency_ar=agency_ar or agency,
        wilaya=wilaya,
        as_of=as_of,
    )


def situation_on(
    session: Session, *, policy: Policy, vault: Vault, contributor_id: int, on: date
) -> Situation | None:
    """What a contributor owes on a day of Algiers; None when the fund's data has no such."""
    card = card_of(session, vault, contributor_id)
    facts = accounts.facts_of(session, contributor_id) if card is not None else None
    if card is None or facts is None:
        return None
    return Situation(card=card, facts=facts, position=position(facts, policy, on))
