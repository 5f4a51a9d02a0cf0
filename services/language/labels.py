"""What a person may want; `docs/language.md` says how each differs from its neighbours."""

from __future__ import annotations

from enum import StrEnum


class Label(StrEnum):
    """One intent. The value is what the data files write."""

    # The account
    STATUS_BALANCE = "status_balance"
    CONTRIBUTION_AMOUNT = "contribution_amount"
    HOW_TO_PAY = "how_to_pay"
    PAID_ALREADY = "paid_already"
    NOT_PAID = "not_paid"
    PAYMENT_NOT_RECORDED = "payment_not_recorded"
    DEADLINE = "deadline"
    LATE_SURCHARGE = "late_surcharge"
    FORMAL_NOTICE = "formal_notice"
    # Installment plans
    PLAN_REQUEST = "plan_request"
    PLAN_PROBLEM = "plan_problem"
    # Being insured
    JOIN = "join"
    AFFILIATION_DELAY = "affiliation_delay"
    CESSATION_OF_ACTIVITY = "cessation_of_activity"
    AUTO_ENTREPRENEUR = "auto_entrepreneur"
    ATTESTATION = "attestation"
    IDENTITY_DATA = "identity_data"
    CHIFA_CARD = "chifa_card"
    REIMBURSEMENT_DELAY = "reimbursement_delay"
    PENSION = "pension"
    ONLINE_SERVICE = "online_service"
    AGENCY_INFO = "agency_info"
    # Being heard
    COMPLAINT = "complaint"
    CASE_FOLLOW_UP = "case_follow_up"
    CONDUCT = "conduct"
    CORRUPTION_REPORT = "corruption_report"
    AGENT_REQUEST = "agent_request"
    # The bot itself
    REMINDERS = "reminders"
    OPT_OUT = "opt_out"
    MY_DATA = "my_data"
    LANGUAGE_CHANGE = "language_change"
    HELP = "help"
    CANCEL = "cancel"
    YES = "yes"
    NO = "no"
    GREETING = "greeting"
    THANKS = "thanks"
    INSULT = "insult"
    OTHER = "other"


SENSITIVE = frozenset({Label.CONDUCT, Label.CORRUPTION_REPORT})
"""They go straight to the central level: always confirmed, never acted upon silently."""

CONTROL = frozenset(
    {Label.CANCEL, Label.HELP, Label.AGENT_REQUEST, Label.LANGUAGE_CHANGE, Label.OPT_OUT}
)
"""They steer the conversation itself, and are heard even while an answer is expected."""


class Variety(StrEnum):
    """How a text is written: standard Arabic, Algerian Arabic, Arabizi or French."""

    ARABIC = "ar"
    ALGERIAN = "ary"
    ARABIZI = "arabizi"
    FRENCH = "fr"
