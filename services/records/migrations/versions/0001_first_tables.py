"""the first tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.records.base import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "affiliate_counts",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("regime", sa.String(length=20), nullable=False),
        sa.Column("affiliates", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "regime", name=op.f("pk_affiliate_counts")),
    )
    op.create_table(
        "agencies",
        sa.Column("code", sa.String(length=4), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_fr", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("wilaya", sa.String(length=2), nullable=False),
        sa.Column("parent", sa.String(length=4), nullable=True),
        sa.Column("affiliates", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", "generation", name=op.f("pk_agencies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("agency", sa.String(length=4), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=True),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("started_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("prepared_at", Instant(), nullable=True),
        sa.Column("approved_by", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "case_cells",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("regime", sa.String(length=20), nullable=False),
        sa.Column("filed", sa.Integer(), nullable=False),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("answer_known", sa.Integer(), nullable=False),
        sa.Column("answered_in_target", sa.Integer(), nullable=False),
        sa.Column("resolution_known", sa.Integer(), nullable=False),
        sa.Column("resolved_in_target", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.Column("escalated", sa.Integer(), nullable=False),
        sa.Column("transferred_twice", sa.Integer(), nullable=False),
        sa.Column("last_hour", sa.Integer(), nullable=False),
        sa.Column("without_contact", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "month", "category", "regime", name=op.f("pk_case_cells")),
    )
    op.create_table(
        "case_facts",
        sa.Column("complaint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("regime", sa.String(length=20), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("answer_minutes", sa.Integer(), nullable=True),
        sa.Column("resolution_minutes", sa.Integer(), nullable=True),
        sa.Column("calendar_minutes", sa.Integer(), nullable=True),
        sa.Column("answered_in_target", sa.Boolean(), nullable=True),
        sa.Column("resolved_in_target", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("transfers", sa.SmallInteger(), nullable=False),
        sa.Column("last_hour", sa.Boolean(), nullable=False),
        sa.Column("without_contact", sa.Boolean(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=True),
        sa.Column("touched_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_case_facts")),
    )
    with op.batch_alter_table("case_facts", schema=None) as batch_op:
        batch_op.create_index("ix_case_facts_filed_on", ["filed_on"], unique=False)
        batch_op.create_index("ix_case_facts_place", ["place", "filed_on"], unique=False)

    op.create_table(
        "case_steps",
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("status_before", sa.String(length=12), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_steps")),
    )
    with op.batch_alter_table("case_steps", schema=None) as batch_op:
        batch_op.create_index("ix_case_steps_complaint_id", ["complaint_id"], unique=False)

    op.create_table(
        "cluster_flags",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected_tenths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "category", "month", name=op.f("pk_cluster_flags")),
    )
    op.create_table(
        "collection_facts",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("contributors", sa.Integer(), nullable=False),
        sa.Column("in_arrears", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("surcharge", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("place", "year", "complete", name=op.f("pk_collection_facts")),
    )
    op.create_table(
        "complaint_series",
        sa.Column("series", sa.String(length=4), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_complaint_series")),
    )
    op.create_table(
        "contributors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ssn_fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ssn_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributors")),
        sa.UniqueConstraint("ssn_fingerprint", name=op.f("uq_contributors_ssn_fingerprint")),
    )
    op.create_table(
        "conversations",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.JSON(), nullable=False),
        sa.Column("album", sa.String(length=64), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "telegram_id", name=op.f("pk_conversations")),
    )
    op.create_table(
        "counter_codes",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("mandate_until", sa.Date(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_counter_codes")),
    )
    op.create_table(
        "declarations",
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "contributor_id", "year", "generation", name=op.f("pk_declarations")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "desk_groups",
        sa.Column("desk", sa.String(length=4), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("bound_by", sa.BigInteger(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("trouble", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_desk_groups")),
        sa.UniqueConstraint("chat_id", name=op.f("uq_desk_groups_chat_id")),
    )
    op.create_table(
        "digests",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", "day", name=op.f("pk_digests")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "fund_answers",
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("difference", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("contributor_id", name=op.f("pk_fund_answers")),
    )
    op.create_table(
        "fund_questions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown_total", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_questions")),
    )
    with op.batch_alter_table("fund_questions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_fund_questions_chat_id", ["chat_id", "contributor_id"], unique=False
        )
        batch_op.create_index("ix_fund_questions_next_try_at", ["next_try_at"], unique=False)

    op.create_table(
        "job_failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_failures")),
    )
    with op.batch_alter_table("job_failures", schema=None) as batch_op:
        batch_op.create_index("ix_job_failures_at", ["at"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "loads",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_loads")),
    )
    with op.batch_alter_table("loads", schema=None) as batch_op:
        batch_op.create_index("ix_loads_state", ["state", "generation"], unique=False)

    op.create_table(
        "open_spans",
        sa.Column("complaint_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id", "number", name=op.f("pk_open_spans")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("repeatable", sa.Boolean(), nullable=False),
        sa.Column("after_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_chat_id", ["chat_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_failed",
            ["subject"],
            unique=False,
            sqlite_where=sa.text("state = 'failed' AND subject IS NOT NULL"),
            postgresql_where=sa.text("state = 'failed' AND subject IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_outbox_open",
            ["lane", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )

    op.create_table(
        "outgoing_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mime", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_files")),
    )
    op.create_table(
        "page_links",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_page_links")),
    )
    op.create_table(
        "page_sessions",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_page_sessions")),
    )
    op.create_table(
        "payments",
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt", sa.String(length=40), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint(
            "contributor_id", "receipt", "generation", name=op.f("pk_payments")
        ),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index("ix_payments_receipt", ["receipt"], unique=False)

    op.create_table(
        "people",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("consented_at", Instant(), nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("wrong_proofs", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_people")),
    )
    op.create_table(
        "plan_facts",
        sa.Column("plan_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("granted_at_once", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("trouble_on", sa.Date(), nullable=True),
        sa.Column("cured", sa.Boolean(), nullable=False),
        sa.Column("broken_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_facts")),
    )
    with op.batch_alter_table("plan_facts", schema=None) as batch_op:
        batch_op.create_index("ix_plan_facts_place", ["place", "asked_on"], unique=False)

    op.create_table(
        "plan_series",
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "year", name=op.f("pk_plan_series")),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("prepared_by", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("campaign", sa.String(length=16), nullable=True),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("granted", sa.JSON(), nullable=True),
        sa.Column("figured_on", sa.Date(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.BigInteger(), nullable=False),
        sa.Column("down_payment", sa.BigInteger(), nullable=False),
        sa.Column("regular", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.SmallInteger(), nullable=False),
        sa.Column("years", sa.JSON(), nullable=False),
        sa.Column("estimate", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("days_left", sa.SmallInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("known", sa.JSON(), nullable=True),
        sa.Column("own_changes", sa.SmallInteger(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("lapse_proposed_on", sa.Date(), nullable=True),
        sa.Column("save_by", sa.Date(), nullable=True),
        sa.Column("save_numbers", sa.JSON(), nullable=True),
        sa.Column("decide_by", sa.Date(), nullable=True),
        sa.Column("delayed_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["replaces"], ["plans.id"], name=op.f("fk_plans_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("reference", name=op.f("uq_plans_reference")),
    )
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.create_index("ix_plans_agency_state", ["agency", "state"], unique=False)
        batch_op.create_index("ix_plans_contributor_id", ["contributor_id"], unique=False)
        batch_op.create_index("ix_plans_telegram_id", ["telegram_id"], unique=False)
        batch_op.create_index(
            "uq_plans_live",
            ["contributor_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('active', 'lapse_proposed')"),
            postgresql_where=sa.text("state IN ('active', 'lapse_proposed')"),
        )
        batch_op.create_index(
            "uq_plans_waiting",
            ["contributor_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('prepared', 'requested', 'questioned', 'offered')"),
            postgresql_where=sa.text("state IN ('prepared', 'requested', 'questioned', 'offered')"),
        )

    op.create_table(
        "profiles",
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name_fr", sa.String(length=120), nullable=False),
        sa.Column("name_ar", sa.String(length=120), nullable=False),
        sa.Column("phone_fingerprint", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("affiliated_on", sa.Date(), nullable=True),
        sa.Column("ceased_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("contributor_id", "generation", name=op.f("pk_profiles")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.create_index(
            "ix_profiles_phone_fingerprint",
            ["phone_fingerprint"],
            unique=False,
            sqlite_where=sa.text("phone_fingerprint IS NOT NULL"),
            postgresql_where=sa.text("phone_fingerprint IS NOT NULL"),
        )

    op.create_table(
        "reminder_choices",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("muted", sa.JSON(), nullable=False),
        sa.Column("hide_amounts", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_reminder_choices")),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("agency", sa.String(length=4), nullable=True),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("known_to", sa.Date(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "contributor_id",
            "kind",
            "subject",
            "step",
            name=op.f("uq_reminders_contributor_id_kind_subject_step"),
        ),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index("ix_reminders_decided_at", ["decided_at"], unique=False)
        batch_op.create_index(
            "ix_reminders_queued",
            ["call_id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index(
            "ix_reminders_telegram_id", ["telegram_id", "decided_at"], unique=False
        )
        batch_op.create_index(
            "ix_reminders_waiting",
            ["last"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "reply_templates",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("desk", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_templates")),
    )
    with op.batch_alter_table("reply_templates", schema=None) as batch_op:
        batch_op.create_index("ix_reply_templates_category", ["category", "language"], unique=False)

    op.create_table(
        "set_aside_updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("traceback_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("update_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_set_aside_updates")),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "staff",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("agency", sa.String(length=8), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_staff")),
    )
    op.create_table(
        "staff_absences",
        sa.Column("telegram_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("deputy", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("telegram_id", name=op.f("pk_staff_absences")),
    )
    op.create_table(
        "staff_invites",
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("agency", sa.String(length=8), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_staff_invites")),
    )
    op.create_table(
        "statistics_marks",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_statistics_marks")),
    )
    op.create_table(
        "surcharges",
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("contributor_id", "year", "generation", name=op.f("pk_surcharges")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_updates")),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("call_by", Instant(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["telegram_id"], ["people.telegram_id"], name=op.f("fk_callbacks_telegram_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index("ix_callbacks_agency", ["agency", "outcome"], unique=False)
        batch_op.create_index("ix_callbacks_telegram_id", ["telegram_id"], unique=False)

    op.create_table(
        "campaign_members",
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_members_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "contributor_id", name=op.f("pk_campaign_members")),
    )
    with op.batch_alter_table("campaign_members", schema=None) as batch_op:
        batch_op.create_index(
            "ix_campaign_members_queued",
            ["call_id"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index(
            "ix_campaign_members_ready",
            ["campaign_id", "contributor_id"],
            unique=False,
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        )
        batch_op.create_index(
            "ix_campaign_members_telegram_id", ["telegram_id", "decided_at"], unique=False
        )

    op.create_table(
        "complaints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=24), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=True),
        sa.Column("agency", sa.String(length=4), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=True),
        sa.Column("desk", sa.String(length=4), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.Column("promised_by", Instant(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("look_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["telegram_id"], ["people.telegram_id"], name=op.f("fk_complaints_telegram_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("reference", name=op.f("uq_complaints_reference")),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index("ix_complaints_contributor_id", ["contributor_id"], unique=False)
        batch_op.create_index("ix_complaints_desk", ["desk", "status"], unique=False)
        batch_op.create_index(
            "ix_complaints_look_at",
            ["look_at"],
            unique=False,
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )
        batch_op.create_index("ix_complaints_telegram_id", ["telegram_id"], unique=False)

    op.create_table(
        "links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("contributor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("proof", sa.String(length=8), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["telegram_id"], ["people.telegram_id"], name=op.f("fk_links_telegram_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index("ix_links_contributor_id", ["contributor_id"], unique=False)
        batch_op.create_index("ix_links_telegram_id", ["telegram_id"], unique=False)

    op.create_table(
        "plan_claims",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("up_to", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.String(length=256), nullable=False),
        sa.Column("file_kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_claims_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_claims")),
    )
    with op.batch_alter_table("plan_claims", schema=None) as batch_op:
        batch_op.create_index("ix_plan_claims_plan_id", ["plan_id"], unique=False)
        batch_op.create_index("ix_plan_claims_state", ["state"], unique=False)

    op.create_table(
        "plan_installments",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("missed_told_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_installments_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_installments")),
    )
    with op.batch_alter_table("plan_installments", schema=None) as batch_op:
        batch_op.create_index("ix_plan_installments_due", ["due"], unique=False)

    op.create_table(
        "plan_words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_plan_words_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_words")),
    )
    with op.batch_alter_table("plan_words", schema=None) as batch_op:
        batch_op.create_index("ix_plan_words_plan_id", ["plan_id"], unique=False)

    op.create_table(
        "complaint_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("file_id", sa.String(length=200), nullable=False),
        sa.Column("unique_id", sa.String(length=64), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mime", sa.String(length=100), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("copy_state", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_files_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_files")),
        sa.UniqueConstraint(
            "complaint_id", "position", name=op.f("uq_complaint_files_complaint_id_position")
        ),
    )
    with op.batch_alter_table("complaint_files", schema=None) as batch_op:
        batch_op.create_index(
            "ix_complaint_files_copy",
            ["id"],
            unique=False,
            sqlite_where=sa.text("copy_state = 'waiting'"),
            postgresql_where=sa.text("copy_state = 'waiting'"),
        )

    op.create_table(
        "complaint_messages",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("source_chat", sa.BigInteger(), nullable=True),
        sa.Column("source_message", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_messages_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_messages")),
    )
    with op.batch_alter_table("complaint_messages", schema=None) as batch_op:
        batch_op.create_index("ix_complaint_messages_complaint_id", ["complaint_id"], unique=False)
        batch_op.create_index(
            "ix_complaint_messages_source", ["source_chat", "source_message"], unique=False
        )

    op.create_table(
        "desk_topics",
        sa.Column("complaint_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_call", sa.BigInteger(), nullable=False),
        sa.Column("card_call", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("card_id", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_desk_topics_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "chat_id", name=op.f("pk_desk_topics")),
    )
    with op.batch_alter_table("desk_topics", schema=None) as batch_op:
        batch_op.create_index("ix_desk_topics_thread", ["chat_id", "thread_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("desk_topics", schema=None) as batch_op:
        batch_op.drop_index("ix_desk_topics_thread")

    op.drop_table("desk_topics")
    with op.batch_alter_table("complaint_messages", schema=None) as batch_op:
        batch_op.drop_index("ix_complaint_messages_source")
        batch_op.drop_index("ix_complaint_messages_complaint_id")

    op.drop_table("complaint_messages")
    with op.batch_alter_table("complaint_files", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_complaint_files_copy",
            sqlite_where=sa.text("copy_state = 'waiting'"),
            postgresql_where=sa.text("copy_state = 'waiting'"),
        )

    op.drop_table("complaint_files")
    with op.batch_alter_table("plan_words", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_words_plan_id")

    op.drop_table("plan_words")
    with op.batch_alter_table("plan_installments", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_installments_due")

    op.drop_table("plan_installments")
    with op.batch_alter_table("plan_claims", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_claims_state")
        batch_op.drop_index("ix_plan_claims_plan_id")

    op.drop_table("plan_claims")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index("ix_links_telegram_id")
        batch_op.drop_index("ix_links_contributor_id")

    op.drop_table("links")
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.drop_index("ix_complaints_telegram_id")
        batch_op.drop_index(
            "ix_complaints_look_at",
            sqlite_where=sa.text("look_at IS NOT NULL"),
            postgresql_where=sa.text("look_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_complaints_desk")
        batch_op.drop_index("ix_complaints_contributor_id")

    op.drop_table("complaints")
    with op.batch_alter_table("campaign_members", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_members_telegram_id")
        batch_op.drop_index(
            "ix_campaign_members_ready",
            sqlite_where=sa.text("state = 'ready'"),
            postgresql_where=sa.text("state = 'ready'"),
        )
        batch_op.drop_index(
            "ix_campaign_members_queued",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )

    op.drop_table("campaign_members")
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index("ix_callbacks_telegram_id")
        batch_op.drop_index("ix_callbacks_agency")

    op.drop_table("callbacks")
    op.drop_table("updates")
    op.drop_table("surcharges")
    op.drop_table("statistics_marks")
    op.drop_table("staff_invites")
    op.drop_table("staff_absences")
    op.drop_table("staff")
    op.drop_table("settings")
    op.drop_table("set_aside_updates")
    with op.batch_alter_table("reply_templates", schema=None) as batch_op:
        batch_op.drop_index("ix_reply_templates_category")

    op.drop_table("reply_templates")
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reminders_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_reminders_telegram_id")
        batch_op.drop_index(
            "ix_reminders_queued",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index("ix_reminders_decided_at")

    op.drop_table("reminders")
    op.drop_table("reminder_choices")
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_profiles_phone_fingerprint",
            sqlite_where=sa.text("phone_fingerprint IS NOT NULL"),
            postgresql_where=sa.text("phone_fingerprint IS NOT NULL"),
        )

    op.drop_table("profiles")
    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_plans_waiting",
            sqlite_where=sa.text("state IN ('prepared', 'requested', 'questioned', 'offered')"),
            postgresql_where=sa.text("state IN ('prepared', 'requested', 'questioned', 'offered')"),
        )
        batch_op.drop_index(
            "uq_plans_live",
            sqlite_where=sa.text("state IN ('active', 'lapse_proposed')"),
            postgresql_where=sa.text("state IN ('active', 'lapse_proposed')"),
        )
        batch_op.drop_index("ix_plans_telegram_id")
        batch_op.drop_index("ix_plans_contributor_id")
        batch_op.drop_index("ix_plans_agency_state")

    op.drop_table("plans")
    op.drop_table("plan_series")
    with op.batch_alter_table("plan_facts", schema=None) as batch_op:
        batch_op.drop_index("ix_plan_facts_place")

    op.drop_table("plan_facts")
    op.drop_table("people")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_index("ix_payments_receipt")

    op.drop_table("payments")
    op.drop_table("page_sessions")
    op.drop_table("page_links")
    op.drop_table("outgoing_files")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_open",
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.drop_index(
            "ix_outbox_failed",
            sqlite_where=sa.text("state = 'failed' AND subject IS NOT NULL"),
            postgresql_where=sa.text("state = 'failed' AND subject IS NOT NULL"),
        )
        batch_op.drop_index("ix_outbox_chat_id")

    op.drop_table("outbox")
    op.drop_table("open_spans")
    with op.batch_alter_table("loads", schema=None) as batch_op:
        batch_op.drop_index("ix_loads_state")

    op.drop_table("loads")
    op.drop_table("leases")
    with op.batch_alter_table("job_failures", schema=None) as batch_op:
        batch_op.drop_index("ix_job_failures_at")

    op.drop_table("job_failures")
    with op.batch_alter_table("fund_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_fund_questions_next_try_at")
        batch_op.drop_index("ix_fund_questions_chat_id")

    op.drop_table("fund_questions")
    op.drop_table("fund_answers")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_subject")

    op.drop_table("events")
    op.drop_table("digests")
    op.drop_table("desk_groups")
    op.drop_table("declarations")
    op.drop_table("counter_codes")
    op.drop_table("conversations")
    op.drop_table("contributors")
    op.drop_table("complaint_series")
    op.drop_table("collection_facts")
    op.drop_table("cluster_flags")
    with op.batch_alter_table("case_steps", schema=None) as batch_op:
        batch_op.drop_index("ix_case_steps_complaint_id")

    op.drop_table("case_steps")
    with op.batch_alter_table("case_facts", schema=None) as batch_op:
        batch_op.drop_index("ix_case_facts_place")
        batch_op.drop_index("ix_case_facts_filed_on")

    op.drop_table("case_facts")
    op.drop_table("case_cells")
    op.drop_table("campaigns")
    op.drop_table("agencies")
    op.drop_table("affiliate_counts")
