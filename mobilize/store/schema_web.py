"""The tables of the web faces: the words that replies are found by, where countries stand, clients, and webhooks.

Moments are UTC and aware, as on the page before it (schema.py), of which this is the second half.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mobilize.store.schema import Moment, metadata

# --- finding replies by words ----------------------------------------------------------------------------------------

#: A reply whose words are in `words`, under a number that is shorter than its id.
indexed = Table(
    "indexed",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    # replies.reply
    Column("reply", String(64), nullable=False),
    # Which key its words are hashed under: the beginning of a digest of it.
    Column("key", String(16), nullable=False),
    UniqueConstraint("campaign", "reply"),
    # A number is never given twice: words of a reply that was purged must not find another.
    sqlite_autoincrement=True,
)

#: Which replies hold which word. A word stands here as a keyed hash: the index at rest reveals none.
words = Table(
    "words",
    metadata,
    # The first 64 bits of HMAC-SHA256 over the folded word, signed (replies/words.py).
    Column("token", BigInteger, nullable=False),
    # indexed.number
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("token", "number"),
    sqlite_with_rowid=False,
)

# --- the board -------------------------------------------------------------------------------------------------------

#: Where each country stands, derived from `stances` whenever a row is added there: the board need not read them all.
stances_now = Table(
    "stances_now",
    metadata,
    Column("campaign", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    # One of replies.review.STANCES, and of Status; empty stance: nothing stands.
    Column("stance", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    # Blanks between.
    Column("concerns", Text, nullable=False, default=""),
    Column("said_on", Date),
    Column("direct", Boolean, nullable=False),
    PrimaryKeyConstraint("campaign", "country"),
)

# --- programs that ask the JSON API ----------------------------------------------------------------------------------

clients = Table(
    "clients",
    metadata,
    Column("name", String(64), primary_key=True),
    # SHA-256 of the token, hex: who reads the ledger cannot use it.
    Column("digest", String(64), nullable=False, unique=True),
    # access.scopes.Scope, blanks between.
    Column("scopes", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)

#: A write that a client numbered: the same number again gets the same answer, and is not done again.
requests = Table(
    "requests",
    metadata,
    Column("client", String(64), nullable=False),
    # SHA-256 of the client's own key, hex.
    Column("key", String(64), nullable=False),
    # SHA-256 of what was asked, hex: another question under the same key is refused.
    Column("asked", String(64), nullable=False),
    # The reply that it became; empty: it is being done, or the program died doing it.
    Column("reply", String(64), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("client", "key"),
)
Index("requests_by_time", requests.c.at)

# --- webhooks: who is told of new replies ----------------------------------------------------------------------------

webhooks = Table(
    "webhooks",
    metadata,
    Column("campaign", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("url", Text, nullable=False),
    # Key of its signatures; encrypted where MOBILIZE_KEY is set.
    Column("secret", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    PrimaryKeyConstraint("campaign", "name"),
)

#: What is to be told and was not yet, or was given up. What was told is removed.
deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("webhook", String(64), nullable=False),
    # Standard Webhooks: the same at each try, so that a receiver can drop what comes twice.
    Column("event", String(64), nullable=False),
    # Ids and coded fields, JSON; never words or addresses.
    Column("body", Text, nullable=False),
    # A try is due from this moment; a program that tries moves it on first. NULL: given up.
    Column("due_at", Moment),
    Column("tries", Integer, nullable=False, default=0),
    # The last answer: a status, or what went wrong, in plain words.
    Column("said", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
)
Index("deliveries_by_due", deliveries.c.due_at)
Index("deliveries_by_webhook", deliveries.c.campaign, deliveries.c.webhook)
