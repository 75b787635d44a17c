"""The tables of what people do with a reply beside saying what it means. The first page of tables is schema."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table, Text

from mobilize.store.schema import Moment, metadata, raw_mail, replies

__all__ = ["amendments", "assignments", "metadata", "opened", "remarks"]

#: Who changed which other field of a reply from what to what, the words encrypted as the mail is. Rows are only added.
amendments = Table(
    "amendments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("field", String(32), nullable=False),
    # What it was and what it is, as a JSON list of two texts in UTF-8; several values with a blank between.
    Column("words", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("amendments_by_reply", amendments.c.campaign, amendments.c.reply)

#: What people noted beside a reply, encrypted as the mail is. Rows are only added.
remarks = Table(
    "remarks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("remarks_by_reply", remarks.c.campaign, remarks.c.reply)

#: Who is to see to a reply: the last row of a reply counts. Rows are only added.
assignments = Table(
    "assignments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    # people.name; empty: nobody in particular.
    Column("person", String(64), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("assignments_by_reply", assignments.c.campaign, assignments.c.reply)

#: Replies that somebody has opened on the pages, and who did first.
opened = Table(
    "opened",
    metadata,
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("campaign", "reply"),
)

# All that lists choose and count by: their rows, encrypted words among them, are not read for it.
Index(
    "replies_listed",
    *(replies.c[name] for name in ("campaign", "kind", "attention", "country", "language", "stance", "reviewed_by")),
    replies.c.reply,
)
Index("raw_mail_when", raw_mail.c.id, raw_mail.c.received_at)
