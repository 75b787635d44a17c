"""Version 7: leases, letters that workers send, and the database that a ledger is sent from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

#: The rules of version 6 did nothing in place of a change, without a word.
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'rows of audit are kept'; END $$"
)
_CALL = (
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_kept()"
)


def upgrade() -> None:
    """Bring a ledger of version 6 up."""
    op.create_table(
        "leases",
        sa.Column("holder", sa.String(64), primary_key=True),
        sa.Column("began_at", sa.DateTime, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("claims", sa.Integer, nullable=False),
    )
    op.add_column("ledger", sa.Column("place", sa.String(80), nullable=False, server_default=""))
    op.add_column("letters", sa.Column("dated", sa.Date))
    op.add_column("letters", sa.Column("office_hours", sa.Boolean, nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        for sentence in ("DROP RULE audit_no_UPDATE ON audit", "DROP RULE audit_no_DELETE ON audit", _FUNCTION, _CALL):
            op.execute(sentence)
