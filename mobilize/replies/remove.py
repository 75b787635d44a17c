"""Taking out of the log what must not stay, in SQL. What is taken out is gone from the files after store/scour.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from mobilize.replies import stated
from mobilize.store import words as index
from mobilize.store.schema import corrections, plans, raw_mail, replies, stances
from mobilize.store.schema_cases import amendments, assignments, opened, remarks
from mobilize.store.schema_filings import filings, signature_checks
from mobilize.store.schema_web import deliveries, requests

#: Ids in one statement.
_AT_ONCE = 500

#: What is kept of one reply beside its mail and its statements.
_OF_A_REPLY = (
    *(replies, plans, corrections, requests),
    *(amendments, remarks, assignments, opened),
    *(filings, signature_checks),
)

#: Kinds of mail that come from partners and private people; a government's own answer is kept longer (rules E).
_OF_PARTNERS = ("partner_report", "unsubscribe", "complaint", "other")


def remove(connection: Connection, ids: Sequence[str], *, keep_stances: bool) -> int:
    """Remove replies, in every campaign that holds them: mail, words, plans, corrections, statements.

    keep_stances: what a country said stays as it was coded, without the words that it was read in.
    Returns how many messages were removed.
    """
    removed = 0
    for start in range(0, len(ids), _AT_ONCE):
        group = list(ids[start : start + _AT_ONCE])
        removed += connection.execute(delete(raw_mail).where(raw_mail.c.id.in_(group))).rowcount
        for table in _OF_A_REPLY:
            connection.execute(delete(table).where(table.c.reply.in_(group)))
        # Who was a copy of what is gone counts itself again.
        connection.execute(delete(filings).where(filings.c.same_as.in_(group)))
        # An event is named after its reply (desk/webhooks.py).
        connection.execute(delete(deliveries).where(deliveries.c.event.in_([f"reply_{each[:32]}" for each in group])))
        index.drop(connection, group)
        _statements(connection, group, keep_stances=keep_stances)
    index.sweep(connection)
    return removed


def _statements(connection: Connection, group: Sequence[str], *, keep_stances: bool) -> None:
    said_in = stances.c.reply.in_(group)
    if keep_stances:
        connection.execute(update(stances).where(said_in).values(quote="", rule="", reporter=None, sealed=False))
        return
    touched = connection.execute(select(stances.c.campaign, stances.c.country).where(said_in).distinct()).all()
    connection.execute(delete(stances).where(said_in))
    for campaign, country in touched:
        stated.settle_stance(connection, campaign, country)


def older(connection: Connection, before: dt.datetime, *, all_kinds: bool) -> list[str]:
    """Ids of messages that arrived before a moment: those of partners and private people, or all of them.

    What a partner forwards is hers too; what was never read might be.
    """
    chosen = (
        select(raw_mail.c.id)
        .outerjoin(replies, replies.c.reply == raw_mail.c.id)
        .where(raw_mail.c.received_at < before)
        .distinct()
    )
    if not all_kinds:
        theirs = replies.c.kind.in_(_OF_PARTNERS) | replies.c.via.like("forward%") | replies.c.reply.is_(None)
        chosen = chosen.where(theirs)
    return list(connection.execute(chosen.order_by(raw_mail.c.id)).scalars())


def every(connection: Connection) -> list[str]:
    """Ids of all messages."""
    return list(connection.execute(select(raw_mail.c.id).order_by(raw_mail.c.id)).scalars())


def campaigns(connection: Connection) -> list[str]:
    """The campaigns that hold replies."""
    return list(connection.execute(select(replies.c.campaign).distinct()).scalars())
