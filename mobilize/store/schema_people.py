"""Tables of the people who sign in to the pages: they belong to the installation. The first page is schema."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from mobilize.store.kept import keep
from mobilize.store.schema import Moment, metadata

people = Table(
    "people",
    metadata,
    # As typed at sign-in, lower case.
    Column("name", String(64), primary_key=True),
    # access.roles.Role
    Column("role", String(16), nullable=False),
    # argon2id, with its parameters and salt.
    Column("password", Text, nullable=False),
    # Secret of the authenticator, encrypted with MOBILIZE_KEY.
    Column("totp", LargeBinary, nullable=False),
    # The last 30 seconds whose code was used: none is good twice.
    Column("used_step", Integer, nullable=False, default=0),
    Column("disabled", Boolean, nullable=False, default=False),
    # Wrong tries since the last right one, and until when none is looked at.
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", Moment),
    Column("made_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    # SHA-256 of the token in the cookie: who reads the ledger cannot sign in with it.
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)
Index("sessions_by_person", sessions.c.person)

#: Who did what. Rows are only added: the database itself refuses to change or remove one.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    # An id: of a person, a reply. Never an address or a word of a mail.
    Column("about", String(80), nullable=False, default=""),
)
keep(audit)
