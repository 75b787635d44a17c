"""Version 8: where replies were filed, and which were genuine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring a ledger of version 7 up."""
    op.create_table(
        "filings",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("letter", sa.String(length=32), nullable=True),
        sa.Column("same_as", sa.String(length=64), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("filings", schema=None) as batch_op:
        batch_op.create_index("filings_by_reply", ["campaign", "reply"], unique=False)

    op.create_table(
        "signature_checks",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("signature_checks", schema=None) as batch_op:
        batch_op.create_index("signature_checks_by_reply", ["campaign", "reply"], unique=False)

    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("genuine", sa.String(length=16), server_default="", nullable=False))

    with op.batch_alter_table("stances", schema=None) as batch_op:
        batch_op.add_column(sa.Column("genuine", sa.String(length=16), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reporter", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False))
