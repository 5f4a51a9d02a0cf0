"""The proof of a signed plan: a code that any counter verifies without a network.

It carries the reference, the sums, the dates and a digest of the whole schedule; of the
person only the last four digits of their number.
"""

from __future__ import annotations

from services import accounts, signing
from services.office import Office
from services.plans import store
from services.records.plans import Plan, PlanInstallment
from services.references import Kind


def code(office: Office, plan: Plan) -> str:
    """The signed code of a plan's present schedule.

    Raises:
        ValueError: the plan is not signed.
    """
    if plan.signed_on is None:
        raise ValueError("only a signed plan has a code")
    rows = store.installments_of(office.session, plan.id)
    ssn = accounts.ssn_of(office.session, office.vault, plan.contributor_id)
    return signing.sign(
        office.vault,
        Kind.PLAN,
        plan.reference,
        {
            "signed_on": plan.signed_on,
            "total": plan.debt,
            "installments": sum(1 for row in rows if row.number),
            "last_due": rows[-1].due,
            "holder": ssn[-4:],
            "digest": signing.digest_of(written(rows)),
        },
    )


def written(rows: list[PlanInstallment]) -> str:
    """Every part of a plan in one line each: number, date, centimes."""
    return "\n".join(f"{row.number} {row.due} {row.amount}" for row in rows)
