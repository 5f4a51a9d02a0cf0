"""for how long a plan was kept before it came into trouble; open cases found by their day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.dates import add_months

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_facts = sa.table(
    "plan_facts",
    sa.column("plan_id", sa.BigInteger()),
    sa.column("signed_on", sa.Date()),
    sa.column("trouble_on", sa.Date()),
    sa.column("kept_months", sa.SmallInteger()),
)


def upgrade() -> None:
    op.add_column("plan_facts", sa.Column("kept_months", sa.SmallInteger(), nullable=True))
    connection = op.get_bind()
    in_trouble = sa.and_(_facts.c.signed_on.is_not(None), _facts.c.trouble_on.is_not(None))
    query = sa.select(_facts.c.plan_id, _facts.c.signed_on, _facts.c.trouble_on)
    for plan_id, signed_on, trouble_on in connection.execute(query.where(in_trouble)).all():
        kept = (months for months in (3, 6, 12) if trouble_on > add_months(signed_on, months))
        connection.execute(
            sa.update(_facts)
            .where(_facts.c.plan_id == plan_id)
            .values(kept_months=max(kept, default=0))
        )
    is_open = sa.text("status IN ('new', 'in_hand', 'waiting')")
    op.create_index(
        "ix_complaints_open",
        "complaints",
        ["filed_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
