"""Tables of where people filed replies, and of the signatures that they had checked. The first page is schema."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from mobilize.store.schema import Moment, metadata

#: Where a person filed a reply: moved, also under another country, the same as another reply; and what was undone.
#: Rows are only added.
filings = Table(
    "filings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    # replies.filing.Deed
    Column("deed", String(16), nullable=False),
    Column("country", String(2)),
    Column("letter", String(32)),
    # The reply of which this one is a copy.
    Column("same_as", String(64)),
    # filings.number that this row takes back.
    Column("undoes", Integer),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("filings_by_reply", filings.c.campaign, filings.c.reply)

#: Signatures that were checked because a person asked for it: each time a row.
signature_checks = Table(
    "signature_checks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    # What was found, JSON: domains of partners among it, so it is encrypted as the raw mail is.
    Column("found", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False, default=False),
)
Index("signature_checks_by_reply", signature_checks.c.campaign, signature_checks.c.reply)
