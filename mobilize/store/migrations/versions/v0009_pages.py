"""Version 9: what people do with a reply; words, places in the order of reading, programs and webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring a ledger of version 8 up."""
    op.create_table(
        "amendments",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.create_index("amendments_by_reply", ["campaign", "reply"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index("assignments_by_reply", ["campaign", "reply"], unique=False)

    op.create_table(
        "clients",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("deliveries_by_due", ["due_at"], unique=False)
        batch_op.create_index("deliveries_by_webhook", ["campaign", "webhook"], unique=False)

    op.create_table(
        "indexed",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("campaign", "reply"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "opened",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "reply"),
    )
    op.create_table(
        "remarks",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("remarks", schema=None) as batch_op:
        batch_op.create_index("remarks_by_reply", ["campaign", "reply"], unique=False)

    op.create_table(
        "requests",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("reply", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("client", "key"),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index("requests_by_time", ["at"], unique=False)

    op.create_table(
        "stances_now",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "country"),
    )
    op.create_table(
        "webhooks",
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "name"),
    )
    op.create_table(
        "words",
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token", "number"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.add_column(sa.Column("salt", sa.String(length=32), server_default="", nullable=False))

    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index("letters_by_country", ["campaign", "country", "state"], unique=False)

    with op.batch_alter_table("plans", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
        batch_op.drop_index("plans_by_country")
        batch_op.create_index("plans_by_country", ["campaign", "country", "partner_digest"], unique=False)
        batch_op.create_index("plans_by_reply", ["campaign", "reply"], unique=False)

    with op.batch_alter_table("raw_mail", schema=None) as batch_op:
        batch_op.create_index("raw_mail_when", ["id", "received_at"], unique=False)

    with op.batch_alter_table("replies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("received_at", sa.DateTime(), nullable=True))
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch_op.create_index("replies_counted", ["campaign", "country", "kind", "place"], unique=False)
        batch_op.create_index(
            "replies_in_order",
            ["campaign", "place", sa.literal_column("received_at DESC"), sa.literal_column("reply DESC")],
            unique=False,
        )
        batch_op.create_index(
            "replies_in_order_of_country",
            ["campaign", "country", "place", sa.literal_column("received_at DESC"), sa.literal_column("reply DESC")],
            unique=False,
        )
        batch_op.create_index(
            "replies_in_order_of_language",
            ["campaign", "language", "place", sa.literal_column("received_at DESC"), sa.literal_column("reply DESC")],
            unique=False,
        )
        batch_op.create_index(
            "replies_in_order_of_stance",
            ["campaign", "stance", "place", sa.literal_column("received_at DESC"), sa.literal_column("reply DESC")],
            unique=False,
        )
        batch_op.create_index(
            "replies_listed",
            ["campaign", "kind", "attention", "country", "language", "stance", "reviewed_by", "reply"],
            unique=False,
        )

    with op.batch_alter_table("stances", schema=None) as batch_op:
        batch_op.create_index("stances_by_reply", ["campaign", "reply"], unique=False)
