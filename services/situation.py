"""A contributor's situation (wad'iya / situation): who they are, what they owe, as of when.

The use case behind `/status`, the explanation, the simulation and the statement: it loads
the facts in two statements and lets the pure rules compute. Of the imported records and the
last answer of the fund's live system, the newer counts; a figure that the fund itself states
wins over ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Date, LargeBinary, String, column, text
from sqlalchemy.orm import Session

from services import accounts
from services.contributions import Facts, Position, position
from services.dates import day_in_algiers
from services.fund_system.answer import Answer, NotAnAnswer, read_answer
from services.fund_system.figures import position_by_fund
from services.identity import mask_ssn
from services.policy import Policy
from services.policy.category import Category
from services.records.base import Instant
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
    """The day up to which the imported payments are known."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A card with what is owed on a day.

    `facts` and `computed` are what our rules start from and come to; `position` is what
    counts: the same, or with the fund's own figures of `answer` over them. `asked_fund_at`
    is when the fund's system last answered, also where newer records were imported since.
    """

    card: Card
    facts: Facts
    computed: Position
    position: Position
    answer: Answer | None = None
    asked_fund_at: datetime | None = None

    @property
    def known_to(self) -> date:
        """The day up to which payments are known."""
        return self.card.as_of if self.answer is None else self.answer.day


# Written as text because it is asked for every /status: its key in the compilation cache is
# its text, where a built statement is walked through anew each time.
_card = text("""
    SELECT profile.name_fr, profile.name_ar, contributor.ssn_sealed, profile.category,
           profile.agency, agency.name_fr, agency.name_ar, agency.wilaya, load.as_of,
           answer.as_of, answer.received_at, answer.content
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
      LEFT JOIN fund_answers AS answer ON answer.contributor_id = contributor.id
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
    column("answer_as_of", Instant),
    column("answer_received_at", Instant),
    column("answer_content", String),
)


def card_of(session: Session, vault: Vault, contributor_id: int) -> Card | None:
    """The head of an account; None when the fund's data does not have them."""
    found = _card_and_answer(session, vault, contributor_id)
    return None if found is None else found[0]


def situation_on(
    session: Session, *, policy: Policy, vault: Vault, contributor_id: int, on: date
) -> Situation | None:
    """What a contributor owes on a day of Algiers; None when the fund's data has no such."""
    found = _card_and_answer(session, vault, contributor_id)
    if found is None:
        return None
    card, asked_fund_at, answer = found
    if answer is not None:
        return Situation(
            card=replace(card, category=answer.facts.category),
            facts=answer.facts,
            computed=position(answer.facts, policy, on),
            position=position_by_fund(answer, policy, on),
            answer=answer,
            asked_fund_at=asked_fund_at,
        )
    facts = accounts.facts_of(session, contributor_id)
    if facts is None:
        return None
    ours = position(facts, policy, on)
    return Situation(
        card=card, facts=facts, computed=ours, position=ours, asked_fund_at=asked_fund_at
    )


def _card_and_answer(
    session: Session, vault: Vault, contributor_id: int
) -> tuple[Card, datetime | None, Answer | None] | None:
    row = session.execute(_card, {"contributor_id": contributor_id}).one_or_none()
    if row is None:
        return None
    name_fr, name_ar, sealed, category, agency, agency_fr, agency_ar, wilaya, as_of = row[:9]
    answer_as_of, received_at, content = row[9:]
    card = Card(
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
    answer = None
    if answer_as_of is not None and day_in_algiers(answer_as_of) >= as_of:
        answer = _kept(content)
    return card, received_at, answer


def _kept(content: str) -> Answer | None:
    """The kept answer; None if an older edition of the program kept it in another form."""
    try:
        return read_answer(json.loads(content))
    except NotAnAnswer:
        return None
