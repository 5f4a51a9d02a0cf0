"""more facts: outcomes, the oldest open case, requests for a person, payments after reminders"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.records.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The cells are what their cases add up to: the new columns are filled as the program would.
_FILL = """
    UPDATE case_cells SET {name} = (
        SELECT {sum} FROM case_facts
         WHERE case_facts.place = case_cells.place AND case_facts.month = case_cells.month
           AND case_facts.category = case_cells.category
           AND case_facts.regime = case_cells.regime{more})
"""


def upgrade() -> None:
    for name in ("accepted", "partly", "explained"):
        op.add_column(
            "case_cells", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
        op.execute(_FILL.format(name=name, sum="count(*)", more=f" AND outcome = '{name}'"))
    op.add_column("case_cells", sa.Column("oldest_open", sa.Date(), nullable=True))
    is_open = " AND status IN ('new', 'in_hand', 'waiting')"
    op.execute(_FILL.format(name="oldest_open", sum="min(filed_on)", more=is_open))
    with op.batch_alter_table("case_cells") as cells:
        for name in ("accepted", "partly", "explained"):
            cells.alter_column(name, server_default=None, existing_type=sa.Integer())
    op.create_table(
        "request_facts",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("call_by", Instant(), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_request_facts")),
    )
    op.create_index("ix_request_facts_place", "request_facts", ["place", "asked_on"])
    op.create_table(
        "reminder_facts",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("people", "known_14", "paid_14", "known_30", "paid_30")
        ),
        sa.PrimaryKeyConstraint(
            "place", "month", "reached", "complete", name=op.f("pk_reminder_facts")
        ),
    )
    op.create_table(
        "band_flags",
        sa.Column("place", sa.String(length=4), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "what", "first", name=op.f("pk_band_flags")),
    )
    # The pass over all contributors now counts reminders too: it begins anew.
    op.execute("DELETE FROM statistics_marks WHERE name = 'collection_load'")
