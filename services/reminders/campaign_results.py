"""What came of a campaign: by outcome and agency, and what people did within the days after."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.policy import Policy
from services.records.reminders import Campaign

COLUMNS = (
    "agency",
    "audience",
    "sent",
    "unknown",
    "failed",
    "unreachable",
    "held",
    "not_fitted",
    "waiting",
    "paid_within_days",
    "paid_amount_da",
    "plans_asked",
    "opted_out",
    "complaints",
)


@dataclass(slots=True)
class Result:
    """One agency's part, or the whole. Amounts in centimes."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def row(self) -> list[int | str]:
        of = self.counts
        return [
            sum(of[state] for state in ("ready", "held", "queued", "sent", "unknown", "failed")),
            of["sent"],
            of["unknown"],
            of["failed"],
            self.reasons["unreachable"],
            of["held"],
            self.reasons["no_capacity"],
            of["ready"] + of["queued"],
            of["paid"],
            f"{of['paid_centimes'] // 100}.{of['paid_centimes'] % 100:02d}",
            of["plans"],
            of["opted_out"],
            of["complaints"],
        ]


_OUTCOMES = text("""
    SELECT agency, state, reason, count(*) FROM campaign_members
     WHERE campaign_id = :campaign GROUP BY agency, state, reason
""")
# Days are compared as days of Algiers: one hour ahead of UTC all year, so the instant of a
# daytime message and its day agree.
_WITHIN = {
    "sqlite": "payment.paid_on BETWEEN date(member.decided_at) "
    "AND date(member.decided_at, '+' || :days || ' days')",
    "postgresql": "payment.paid_on BETWEEN CAST(member.decided_at AS date) "
    "AND CAST(member.decided_at AS date) + CAST(:days AS integer)",
}
_UNTIL = {
    # Written as instants are stored: with six digits after the second.
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', member.decided_at, '+' || :days || ' days')",
    "postgresql": "member.decided_at + CAST(:days AS integer) * interval '1 day'",
}
_PAID = """
    SELECT member.agency, count(DISTINCT member.contributor_id), coalesce(sum(payment.amount), 0)
      FROM campaign_members AS member
      JOIN payments AS payment ON payment.contributor_id = member.contributor_id
       AND payment.amount > 0 AND {within}
       AND payment.generation = (
           SELECT max(newest.generation) FROM payments AS newest
            WHERE newest.contributor_id = payment.contributor_id
              AND newest.receipt = payment.receipt
              AND newest.generation <= (SELECT generation FROM loads WHERE state = 'current'))
     WHERE member.campaign_id = :campaign AND member.state IN ('sent', 'unknown')
     GROUP BY member.agency
"""
_PLANS = """
    SELECT member.agency, count(DISTINCT member.contributor_id)
      FROM campaign_members AS member
      JOIN plans ON plans.contributor_id = member.contributor_id
       AND plans.asked_at >= member.decided_at AND plans.asked_at <= {until}
     WHERE member.campaign_id = :campaign AND member.state IN ('sent', 'unknown')
     GROUP BY member.agency
"""
_COMPLAINTS = """
    SELECT member.agency, count(DISTINCT complaints.id)
      FROM campaign_members AS member
      JOIN complaints ON complaints.telegram_id = member.telegram_id
       AND complaints.restricted = :no
       AND complaints.filed_at >= member.decided_at AND complaints.filed_at <= {until}
     WHERE member.campaign_id = :campaign AND member.state IN ('sent', 'unknown')
     GROUP BY member.agency
"""
_OPT_OUTS = """
    SELECT member.agency, count(DISTINCT member.telegram_id)
      FROM campaign_members AS member
      JOIN events ON events.subject_kind = 'person' AND events.subject_id = member.telegram_id
       AND events.name = 'reminders.switched_off'
       AND events.at >= member.decided_at AND events.at <= {until}
     WHERE member.campaign_id = :campaign AND member.state IN ('sent', 'unknown')
     GROUP BY member.agency
"""


def outcomes(session: Session, campaign: Campaign) -> dict[str, Result]:
    """By agency, how far it is: who was sent the message, who is held and why."""
    found: dict[str, Result] = defaultdict(Result)
    for agency, state, reason, count in session.execute(_OUTCOMES, {"campaign": campaign.id}):
        found[agency].counts[state] += count
        if reason is not None:
            found[agency].reasons[reason] += count
    return found


def of(session: Session, policy: Policy, campaign: Campaign) -> dict[str, Result]:
    """By agency, the outcomes and what people did; the window of payments, plans, opt-outs and
    complaints is the policy's, from the moment each person was written to. Complaints kept from
    agencies are not counted."""
    found = outcomes(session, campaign)
    dialect = session.get_bind().dialect.name
    days = policy.reminder_rules(campaign.last).result_window_days
    values = {"campaign": campaign.id, "days": days}
    places = {"within": _WITHIN[dialect], "until": _UNTIL[dialect]}
    for agency, people, amount in session.execute(text(_PAID.format(**places)), values):
        found[agency].counts["paid"] = people
        found[agency].counts["paid_centimes"] = int(amount)
    for name, statement, more in (
        ("plans", _PLANS, {}),
        ("complaints", _COMPLAINTS, {"no": False}),
        ("opted_out", _OPT_OUTS, {}),
    ):
        asked = text(statement.format(**places))
        for agency, count in session.execute(asked, values | more):
            found[agency].counts[name] = count
    return dict(found)


def total(results: dict[str, Result]) -> Result:
    whole = Result()
    for one in results.values():
        whole.counts.update(one.counts)
        whole.reasons.update(one.reasons)
    return whole


def as_csv(results: dict[str, Result]) -> bytes:
    """One line an agency and one for all; then the reasons for which people were held."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for agency in sorted(results):
        writer.writerow([agency, *results[agency].row])
    whole = total(results)
    writer.writerow(["all", *whole.row])
    writer.writerow([])
    writer.writerow(["reason", "people"])
    for reason, count in sorted(whole.reasons.items()):
        writer.writerow([reason, count])
    return out.getvalue().encode()
