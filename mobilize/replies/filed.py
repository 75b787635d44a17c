"""Where people filed replies, and which signatures they had checked, in SQL. Rows are only added."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select, update

from mobilize.inbox.signatures import Checked, Outcome
from mobilize.replies import log
from mobilize.replies.filing import Deed, Filing, Place
from mobilize.replies.review import Statement
from mobilize.store.schema import replies, stances
from mobilize.store.schema_filings import filings, signature_checks
from mobilize.store.sealed import Seal


def add(
    connection: Connection,
    campaign: str,
    reply: str,
    deed: Deed,
    *,
    place: Place | None = None,
    same_as: str | None = None,
    undoes: int | None = None,
    by: str,
    now: dt.datetime,
) -> None:
    """Note one deed."""
    where = {"country": place.country, "letter": place.letter} if place else {}
    row = {"campaign": campaign, "reply": reply, "deed": deed.value, "same_as": same_as, "undoes": undoes}
    connection.execute(insert(filings).values(**row, **where, by=by, at=now))


def of_reply(connection: Connection, campaign: str, reply: str) -> tuple[Filing, ...]:
    """All that was done with one reply, oldest first."""
    chosen = select(filings).where(filings.c.campaign == campaign, filings.c.reply == reply)
    return tuple(
        Filing(
            number=row.number,
            reply=row.reply,
            deed=Deed(row.deed),
            country=row.country,
            letter=row.letter,
            same_as=row.same_as,
            undoes=row.undoes,
            by=row.by,
            at=row.at,
        )
        for row in connection.execute(chosen.order_by(filings.c.number))
    )


def put(connection: Connection, campaign: str, reply: str, place: Place, *, attention: str, reviewed: bool) -> None:
    """Write where a reply stands now, for lists and counts. reviewed: whether what it says is decided still."""
    values = {"country": place.country, "letter": place.letter, "attention": attention}
    if not reviewed:
        values["reviewed_by"] = ""
    key = (replies.c.campaign == campaign) & (replies.c.reply == reply)
    connection.execute(update(replies).where(key).values(**values))
    log.settle_place(connection, campaign, reply)


# --- who passed a statement on ----------------------------------------------------------------------------------------


def reporters(connection: Connection, campaign: str, seal: Seal, said: Sequence[Statement]) -> Mapping[int, str]:
    """Who passed on each of these statements: number -> address. Raises KeyMissing where no key opens one."""
    if not said:
        return {}
    columns = (stances.c.number, stances.c.reporter, stances.c.sealed)
    chosen = select(*columns).where(stances.c.campaign == campaign, stances.c.reporter.is_not(None))
    # Databases take some thousand values, not any number; a whole ledger is asked for whole.
    numbers = [each.number for each in said]
    if len(numbers) <= _BATCH:
        chosen = chosen.where(stances.c.number.in_(numbers))
    return {
        row.number: seal.read(row.reporter, sealed=row.sealed).decode("utf-8", "replace")
        for row in connection.execute(chosen)
    }


_BATCH = 500


# --- signatures -------------------------------------------------------------------------------------------------------


def keep_checks(
    connection: Connection, campaign: str, reply: str, found: Sequence[Checked], seal: Seal, *, now: dt.datetime
) -> None:
    """Note what a check of signatures found."""
    rows = [
        {
            "place": each.place,
            "method": each.method,
            "domain": each.domain,
            "outcome": each.outcome.value,
            "algorithm": each.algorithm,
        }
        for each in found
    ]
    data = seal.closed(json.dumps(rows).encode())
    row = {"campaign": campaign, "reply": reply, "at": now, "found": data, "sealed": seal.closes}
    connection.execute(insert(signature_checks).values(**row))


def checks(
    connection: Connection, campaign: str, seal: Seal, reply: str | None = None
) -> Mapping[str, tuple[dt.datetime, tuple[Checked, ...]]]:
    """The latest check of each reply (or of one): when, and what was found. Raises KeyMissing."""
    chosen = select(signature_checks).where(signature_checks.c.campaign == campaign)
    if reply is not None:
        chosen = chosen.where(signature_checks.c.reply == reply)
    found = {}
    for row in connection.execute(chosen.order_by(signature_checks.c.number)):
        told = json.loads(seal.read(row.found, sealed=row.sealed))
        found[row.reply] = row.at, tuple(Checked(**{**each, "outcome": Outcome(each["outcome"])}) for each in told)
    return found
