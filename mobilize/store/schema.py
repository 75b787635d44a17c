"""The tables of letters and of mail; schema_people, schema_cases and schema_filings have the others.

The campaign's slug comes first in every key; raw mail, suppression and pace are shared. Moments are UTC and aware; days
are dates. Nothing here is deleted by the program but through `forget`.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)

#: The number of the newest file in store/migrations/versions; `make migration` writes that file after a change of this
#: page, and raises this by one. A ledger with a higher number was written by a newer program.
VERSION = 10

metadata = MetaData()


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment in UTC. SQLite keeps no zone, so it is taken off going in and put back coming out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Refuse a naive moment: a zone that is guessed is wrong somewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment without a zone"
            raise ValueError(msg)
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Put the zone back."""
        return value.replace(tzinfo=dt.UTC) if value is not None else None


#: One row: which version of this page the ledger was written with, and which installation wrote it.
ledger = Table(
    "ledger",
    metadata,
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    # A random name; a restored copy bears the same, and store/witness.py tells them apart.
    Column("identity", String(32), nullable=False, default="", server_default=""),
    # What is mixed into the digests of `suppression`; empty: nothing stands there yet.
    Column("salt", String(32), nullable=False, default="", server_default=""),
    # Letters that were ever claimed; what programs that run now add to it stands in `leases`.
    Column("claims", Integer, nullable=False, default=0, server_default="0"),
    # The database that it was last sent from (PostgreSQL), or "copy": store/witness.py.
    Column("place", String(80), nullable=False, default="", server_default=""),
)

#: Alembic's own: the version again, as the name of the last migration that ran.
alembic_version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

# --- the way out -----------------------------------------------------------------------------------------------------

letters = Table(
    "letters",
    metadata,
    Column("campaign", String(64), nullable=False),
    # letter.merge.LetterId: function of campaign, contact and round.
    Column("letter", String(32), nullable=False),
    Column("contact", String(80), nullable=False),
    Column("round", Integer, nullable=False),
    Column("country", String(2), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    # Digest of the first address, lower case: the same address is not written to twice in a round under two rows.
    Column("address_digest", String(64), nullable=False),
    # Digest of what the addressee reads, as it was when the letter was queued, then as it was sent.
    Column("digest", String(64), nullable=False),
    Column("message_id", String(255), nullable=False),
    # post.states.State
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    # Not before this moment; NULL: at once.
    Column("due_at", Moment),
    # When its first try began; NULL: it was not tried.
    Column("tried_since", Moment),
    # Who holds it while `sending`: one process, one run.
    Column("holder", String(64)),
    # Whether its bytes were being handed over: from then on its fate is not known until the server answers.
    Column("handed_over", Boolean, nullable=False, default=False),
    Column("queued_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    # In plain words, no address: why it failed, waits or is in doubt.
    Column("reason", Text, nullable=False, default=""),
    # The day as of which it was written, where workers send it; NULL: the program that queued it sends it.
    Column("dated", Date),
    # Whether workers may send it in the working hours of its addressee's capital alone.
    Column("office_hours", Boolean, nullable=False, default=False, server_default=false()),
    PrimaryKeyConstraint("campaign", "letter"),
    # Never twice is a constraint.
    UniqueConstraint("campaign", "contact", "round"),
    UniqueConstraint("campaign", "round", "address_digest"),
)
Index("letters_by_state", letters.c.campaign, letters.c.state, letters.c.due_at)
Index("letters_by_message_id", letters.c.message_id)
Index("letters_by_country", letters.c.campaign, letters.c.country, letters.c.state)

#: Every try, with the server's own words. Rows are only added.
attempts = Table(
    "attempts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("letter", String(32), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("host", String(255), nullable=False),
    Column("state", String(16), nullable=False),
    # SMTP code; NULL: no answer.
    Column("code", Integer),
    # x.y.z (RFC 3463); empty: none given.
    Column("enhanced", String(16), nullable=False, default=""),
    # The server's reply line, addresses taken out.
    Column("answer", Text, nullable=False, default=""),
    # SHA-256 of the bytes that were handed over, hex; empty: none were.
    Column("sha256", String(64), nullable=False, default="", server_default=""),
)
Index("attempts_by_letter", attempts.c.campaign, attempts.c.letter)
Index("attempts_by_time", attempts.c.at)

#: Recipients that a server refused alone, while it took the letter for others of the same office. Rows are only added.
refusals = Table(
    "refusals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("letter", String(32), nullable=False),
    Column("attempt", Integer, nullable=False),
    # Of the recipients of the letter, from 0: which; never the address.
    Column("place", Integer, nullable=False),
    Column("code", Integer),
    Column("enhanced", String(16), nullable=False, default=""),
    Column("answer", Text, nullable=False, default=""),
)
Index("refusals_by_letter", refusals.c.campaign, refusals.c.letter)

#: Addresses that no send passes, as salted digests: forgetting a person must not forget that she asks to be left alone.
suppression = Table(
    "suppression",
    metadata,
    Column("address_digest", String(64), primary_key=True),
    # unsubscribed, dead, complained or by_hand
    Column("reason", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    # The reply or letter that brought it here; an id.
    Column("source", String(80), nullable=False, default=""),
)

#: How a round was last planned whole: where nothing has changed since, its letters go on without being planned again.
rounds = Table(
    "rounds",
    metadata,
    Column("campaign", String(64), nullable=False),
    Column("round", Integer, nullable=False),
    # Digest over all that its letters are made from.
    Column("seal", String(64), nullable=False),
    # Lines of contacts.csv with the ministers whose letters others may enclose: numbers, with blanks between.
    Column("ministers", Text, nullable=False),
    Column("planned_at", Moment, nullable=False),
    PrimaryKeyConstraint("campaign", "round"),
)

#: A second person's word that letters may go, each exactly as it was shown. Rows are only added.
approvals = Table(
    "approvals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("round", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # SHA-256 over the seals of all its letters, hex: what the person was shown.
    Column("hash", String(64), nullable=False),
)
Index("approvals_by_round", approvals.c.campaign, approvals.c.round)

approved = Table(
    "approved",
    metadata,
    # approvals.number
    Column("number", Integer, nullable=False),
    Column("letter", String(32), nullable=False),
    # SHA-256 over all that is sent of one letter, and to whom.
    Column("seal", String(64), nullable=False),
    PrimaryKeyConstraint("number", "letter"),
)

#: One slot a key: when the next letter may go (a rate that holds across processes).
pace = Table(
    "pace",
    metadata,
    Column("key", String(255), primary_key=True),
    # Seconds since 1970.
    Column("next_at", Float, nullable=False),
)

#: What a person switched from another terminal; a row is a switch that is on.
switches = Table(
    "switches",
    metadata,
    Column("campaign", String(64), nullable=False),
    Column("name", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("campaign", "name"),
)

#: Who holds letters, on PostgreSQL: a program that lets its lease run out is taken for dead. On SQLite the system says.
leases = Table(
    "leases",
    metadata,
    # letters.holder
    Column("holder", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    # By the clock of the database.
    Column("until", Moment, nullable=False),
    # Letters that it claimed: counted here, since one row for all would have all wait for each other.
    Column("claims", Integer, nullable=False, default=0),
)

# --- the way back: raw mail first, then what was read in it ----------------------------------------------------------

#: Belongs to the installation: one mailbox may serve several campaigns.
raw_mail = Table(
    "raw_mail",
    metadata,
    # SHA-256 of the bytes as they arrived, hex: the same message twice is one row.
    Column("id", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    # Whether `data` is encrypted (MOBILIZE_KEY was set when it came).
    Column("sealed", Boolean, nullable=False, default=False),
    # "maildir:new/1384…", "stdin": never an address.
    Column("origin", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
)
Index("raw_mail_by_time", raw_mail.c.received_at)

#: How far each mailbox was read.
mailboxes = Table(
    "mailboxes",
    metadata,
    Column("campaign", String(64), nullable=False),
    # Digest of host and user: never whose it is.
    Column("account", String(64), nullable=False),
    Column("folder", String(255), nullable=False),
    # The server's own: another one means that it numbers anew, and all is read again.
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    PrimaryKeyConstraint("campaign", "account", "folder"),
)

replies = Table(
    "replies",
    metadata,
    Column("campaign", String(64), nullable=False),
    # raw_mail.id
    Column("reply", String(64), nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("said_on", Date),
    Column("kind", String(16), nullable=False),
    Column("via", String(16)),
    Column("country", String(2)),
    # What the parser suggests; what people say stands in `stances`.
    Column("stance", String(16)),
    Column("language", String(16)),
    # letters.letter that it answers; NULL: not matched.
    Column("letter", String(32)),
    # Why a person must look; empty: nobody must.
    Column("attention", Text, nullable=False, default=""),
    Column("reviewed_by", Text, nullable=False, default=""),
    # The parsed reply in the contract's names, JSON in UTF-8: it holds words and addresses, so it is encrypted as the
    # raw mail is.
    Column("parsed", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False, default=False),
    # inbox.genuine.Standing; empty: read before that was known.
    Column("genuine", String(16), nullable=False, default="", server_default=""),
    # What lists are ordered by: raw_mail.received_at, and replies.log.PLACE. NULL: not filled in yet.
    Column("received_at", Moment),
    Column("place", Integer),
    PrimaryKeyConstraint("campaign", "reply"),
)
Index("replies_by_country", replies.c.campaign, replies.c.country)
# In the order of reading: all of them, of a country, with a stance, in a language.
_ORDER = (replies.c.place, replies.c.received_at.desc(), replies.c.reply.desc())
Index("replies_in_order", replies.c.campaign, *_ORDER)
for _column in (replies.c.country, replies.c.stance, replies.c.language):
    Index(f"replies_in_order_of_{_column.name}", replies.c.campaign, _column, *_ORDER)
Index("replies_counted", replies.c.campaign, replies.c.country, replies.c.kind, replies.c.place)

#: The ledger of stances: rows are only added.
stances = Table(
    "stances",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    # Empty: a person says that the reply states none.
    Column("stance", String(16), nullable=False),
    # Blanks between.
    Column("concerns", Text, nullable=False, default=""),
    Column("quote", Text, nullable=False, default=""),
    # Whether the quote is encrypted, as the mail is that it stands in; NULL: it is not.
    Column("rule", Text, nullable=False, default=""),
    Column("said_on", Date),
    # The authority's own mail, or as reported by a partner.
    Column("direct", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    # inbox.genuine.Standing when it was recorded; empty: written before that was known.
    Column("genuine", String(16), nullable=False, default="", server_default=""),
    # Who passed it on; NULL: nobody. An address, so it is encrypted as the raw mail is.
    Column("reporter", LargeBinary),
    Column("sealed", Boolean, nullable=False, default=False, server_default=false()),
)
Index("stances_by_country", stances.c.campaign, stances.c.country)
Index("stances_by_reply", stances.c.campaign, stances.c.reply)

#: Which partner said that it will approach which country. For organisers only (domain/rules.md D2).
plans = Table(
    "plans",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    # When a person found that it is no plan; NULL: it stands.
    Column("withdrawn_at", Moment),
    # Digest of the partner's address: enough to count partners; who it is stands in the reply alone.
    Column("partner_digest", String(64), nullable=False),
    Column("planned_on", Date),
    Column("by", Text, nullable=False),
)
Index("plans_by_country", plans.c.campaign, plans.c.country, plans.c.partner_digest)
Index("plans_by_reply", plans.c.campaign, plans.c.reply)

#: Who changed which field of a reply from what to what. Rows are only added.
corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("campaign", String(64), nullable=False),
    Column("reply", String(64), nullable=False),
    Column("field", String(32), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
Index("corrections_by_reply", corrections.c.campaign, corrections.c.reply)
