"""Version 6: the first that Alembic knows. Any ledger of versions 1 to 6 becomes one, and so does an empty database.

Up to here a ledger grew by what was missing: tables, columns that may be NULL or have a default, and indexes. The page
of tables below is frozen as it was then; what came later stands in the files beside this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateColumn

revision = "0006"
down_revision = None

_THEN = sa.MetaData()

_KEPT = "CREATE TRIGGER audit_no_{0} BEFORE {0} ON audit BEGIN SELECT RAISE(ABORT, 'rows of audit are kept'); END"
_KEPT_BY_RULE = "CREATE RULE audit_no_{0} AS ON {0} TO audit DO INSTEAD NOTHING"


def upgrade() -> None:
    """Add what is missing; what is there stays as it is."""
    connection = op.get_bind()
    had_audit = sa.inspect(connection).has_table("audit")
    _THEN.create_all(connection)
    known = sa.inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in _THEN.tables.values():
        there = {column["name"] for column in known.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ADD COLUMN {definition}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    if not had_audit:
        words = _KEPT if connection.dialect.name == "sqlite" else _KEPT_BY_RULE
        for deed in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(words.format(deed))


sa.Table(
    "ledger",
    _THEN,
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("identity", sa.String(32), nullable=False, server_default=""),
    sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
)
sa.Table(
    "letters",
    _THEN,
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("letter", sa.String(32), nullable=False),
    sa.Column("contact", sa.String(80), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("audience", sa.String(16), nullable=False),
    sa.Column("language", sa.String(16), nullable=False),
    sa.Column("address_digest", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(255), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", sa.DateTime),
    sa.Column("tried_since", sa.DateTime),
    sa.Column("holder", sa.String(64)),
    sa.Column("handed_over", sa.Boolean, nullable=False),
    sa.Column("queued_at", sa.DateTime, nullable=False),
    sa.Column("changed_at", sa.DateTime, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("campaign", "letter"),
    sa.UniqueConstraint("campaign", "round", "address_digest"),
    sa.UniqueConstraint("campaign", "contact", "round"),
    sa.Index("letters_by_message_id", "message_id"),
    sa.Index("letters_by_state", "campaign", "state", "due_at"),
)
sa.Table(
    "attempts",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("letter", sa.String(32), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("code", sa.Integer),
    sa.Column("enhanced", sa.String(16), nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, server_default=""),
    sa.Index("attempts_by_letter", "campaign", "letter"),
    sa.Index("attempts_by_time", "at"),
)
sa.Table(
    "refusals",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("letter", sa.String(32), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("code", sa.Integer),
    sa.Column("enhanced", sa.String(16), nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Index("refusals_by_letter", "campaign", "letter"),
)
sa.Table(
    "suppression",
    _THEN,
    sa.Column("address_digest", sa.String(64), primary_key=True),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("source", sa.String(80), nullable=False),
)
sa.Table(
    "approvals",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("approvals_by_round", "campaign", "round"),
)
sa.Table(
    "approved",
    _THEN,
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("letter", sa.String(32), nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("number", "letter"),
)
sa.Table(
    "pace",
    _THEN,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("next_at", sa.Float, nullable=False),
)
sa.Table(
    "switches",
    _THEN,
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("name", sa.String(32), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.PrimaryKeyConstraint("campaign", "name"),
)
sa.Table(
    "raw_mail",
    _THEN,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Index("raw_mail_by_time", "received_at"),
)
sa.Table(
    "mailboxes",
    _THEN,
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("folder", sa.String(255), nullable=False),
    sa.Column("uidvalidity", sa.BigInteger, nullable=False),
    sa.Column("uid", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("campaign", "account", "folder"),
)
sa.Table(
    "replies",
    _THEN,
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("reply", sa.String(64), nullable=False),
    sa.Column("read_at", sa.DateTime, nullable=False),
    sa.Column("said_on", sa.Date),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("via", sa.String(16)),
    sa.Column("country", sa.String(2)),
    sa.Column("stance", sa.String(16)),
    sa.Column("language", sa.String(16)),
    sa.Column("letter", sa.String(32)),
    sa.Column("attention", sa.Text, nullable=False),
    sa.Column("reviewed_by", sa.Text, nullable=False),
    sa.Column("parsed", sa.LargeBinary, nullable=False),
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.PrimaryKeyConstraint("campaign", "reply"),
    sa.Index("replies_by_country", "campaign", "country"),
)
sa.Table(
    "stances",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("reply", sa.String(64), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("stance", sa.String(16), nullable=False),
    sa.Column("concerns", sa.Text, nullable=False),
    sa.Column("quote", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("said_on", sa.Date),
    sa.Column("direct", sa.Boolean, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    sa.Index("stances_by_country", "campaign", "country"),
)
sa.Table(
    "plans",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("reply", sa.String(64), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("partner_digest", sa.String(64), nullable=False),
    sa.Column("planned_on", sa.Date),
    sa.Column("by", sa.Text, nullable=False),
    sa.Index("plans_by_country", "campaign", "country"),
)
sa.Table(
    "corrections",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("reply", sa.String(64), nullable=False),
    sa.Column("field", sa.String(32), nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Index("corrections_by_reply", "campaign", "reply"),
)
sa.Table(
    "people",
    _THEN,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("totp", sa.LargeBinary, nullable=False),
    sa.Column("used_step", sa.Integer, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", sa.DateTime),
    sa.Column("made_at", sa.DateTime, nullable=False),
)
sa.Table(
    "sessions",
    _THEN,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person", sa.String(64), nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
    sa.Column("ends_at", sa.DateTime, nullable=False),
    sa.Index("sessions_by_person", "person"),
)
sa.Table(
    "audit",
    _THEN,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("what", sa.String(32), nullable=False),
    sa.Column("about", sa.String(80), nullable=False),
)
