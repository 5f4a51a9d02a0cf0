"""What the paper of a signed plan tells, read from the records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers import whose
from handlers.account import text as account_text
from handlers.plans import text
from handlers.words import Words, plain
from services import accounts
from services.identity import mask_ssn
from services.money import Centimes
from services.office import Office
from services.plans import store
from services.plans.debt import PlanKind
from services.plans.schedule import Installment
from services.plans.summary import code
from services.records.plans import Plan


@dataclass(frozen=True, slots=True)
class Summary:
    """What a plan's paper tells; amounts in centimes.

    `years` and `rights` are worded already; `ssn` is masked; `code` is signed.
    """

    reference: str
    name: str
    ssn: str
    agency: str
    signed_on: date
    debt: Centimes
    is_estimate: bool
    years: str
    down_payment: Centimes
    frozen: Centimes
    parts: Sequence[Installment]
    rights: str
    code: str


def summary(words: Words, office: Office, plan: Plan) -> Summary:
    """A signed plan with its present schedule.

    Raises:
        ValueError: the plan is not signed.
    """
    proof = code(office, plan)
    card = office.agencies.get(plan.agency)
    agency = plan.agency
    if card is not None:
        agency = card.name_ar if words.right_to_left else card.name_fr
    ssn = accounts.ssn_of(office.session, office.vault, plan.contributor_id)
    return Summary(
        reference=plan.reference,
        name=whose.name_in(words, office.session, plan.contributor_id),
        ssn=mask_ssn(ssn),
        agency=agency,
        signed_on=plan.signed_on or office.today,
        debt=Centimes(plan.debt),
        is_estimate=plan.estimate,
        years=account_text.ranges(year for year, _, _ in plan.years),
        down_payment=Centimes(plan.down_payment),
        frozen=Centimes(plan.frozen),
        parts=[
            Installment(row.number, row.due, Centimes(row.amount))
            for row in store.installments_of(office.session, plan.id)
        ],
        rights=plain(text.rights(words, PlanKind(plan.kind), Centimes(plan.frozen))),
        code=proof,
    )
