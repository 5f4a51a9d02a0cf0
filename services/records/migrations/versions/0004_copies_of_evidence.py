"""own copies of evidence: fetched as tasks, sealed in a directory; files of staff"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.records.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITING = sa.text("copy_state = 'waiting'")
# A random name for each file there is; they are told apart by the row in any case.
_NAMES = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "md5(random()::text || id::text)"}


def upgrade() -> None:
    op.create_table(
        "evidence_removals",
        sa.Column("blob", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("blob", name=op.f("pk_evidence_removals")),
    )
    op.drop_index("ix_complaint_files_copy", table_name="complaint_files")
    for column in (
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("album", sa.String(length=64)),
        sa.Column("blob", sa.String(length=32)),
        sa.Column("copy_at", Instant()),
        sa.Column("copy_tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("copy_reason", sa.String(length=16)),
        sa.Column("sha256", sa.LargeBinary()),
        sa.Column("kept_at", Instant()),
    ):
        op.add_column("complaint_files", column)
    name = _NAMES[op.get_bind().dialect.name]
    op.execute(f"UPDATE complaint_files SET blob = {name}")  # noqa: S608 - our own words
    # Nothing was fetched so far: all of it is due now.
    op.execute("UPDATE complaint_files SET copy_at = added_at WHERE copy_state = 'waiting'")
    with op.batch_alter_table("complaint_files") as table:
        table.alter_column("blob", existing_type=sa.String(length=32), nullable=False)
    op.create_index(
        "ix_complaint_files_copy",
        "complaint_files",
        ["copy_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index("ix_complaint_files_blob", "complaint_files", ["blob"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_complaint_files_blob", table_name="complaint_files")
    op.drop_index("ix_complaint_files_copy", table_name="complaint_files")
    for name in (
        "message_id",
        "album",
        "blob",
        "copy_at",
        "copy_tries",
        "copy_reason",
        "sha256",
        "kept_at",
    ):
        op.drop_column("complaint_files", name)
    op.create_index(
        "ix_complaint_files_copy",
        "complaint_files",
        ["id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.drop_table("evidence_removals")
