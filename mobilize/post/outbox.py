"""The outbox in SQL: a letter's fate is written here before and after each thing that happens to it.

Every change names the state it starts from, in one UPDATE: of two processes that reach for one letter, one gets it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, func, insert, or_, select, update

from mobilize.letter.merge import LetterId
from mobilize.post.book import may_go
from mobilize.post.known import known
from mobilize.post.receipt import Line
from mobilize.post.states import State, may
from mobilize.store.schema import Moment, attempts, letters
from mobilize.store.suppression import address_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One letter to be queued."""

    letter: LetterId
    contact: str
    round: int
    country: str
    audience: str
    language: str
    #: Of its first address.
    address_digest: str
    #: Digest of the text.
    digest: str
    message_id: str
    #: It may not go before this moment; None: at once.
    due_at: dt.datetime | None = None
    #: The day as of which it was written, where workers send it; None: the program that queues it does.
    dated: dt.date | None = None
    #: Whether workers send it in its addressee's office hours alone.
    office_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What is known of one letter."""

    letter: LetterId
    contact: str
    round: int
    country: str
    audience: str
    language: str
    state: State
    attempts: int
    due_at: dt.datetime | None
    changed_at: dt.datetime
    reason: str
    message_id: str
    #: Who has it while it is `sending`.
    holder: str | None = None
    #: Digest of what the addressee reads.
    digest: str = ""


class Waiting(NamedTuple):
    """One letter that a run would take; a tuple, since there may be fifty thousand."""

    letter: LetterId
    contact: str
    country: str
    language: str
    #: Digest of the text, as it was last planned.
    digest: str
    due_at: dt.datetime | None
    #: Whether it is as the last plan of its round queued it: it was never tried, and not queued for workers.
    is_fresh: bool


class Alike(NamedTuple):
    """Letters of one country, audience and language that a run would take."""

    country: str
    audience: str
    language: str
    letters: int
    #: Before this moment none of them may go; None: at least one may now.
    due_at: dt.datetime | None


# --- queue -----------------------------------------------------------------------------------------------------------


def queue(connection: Connection, campaign: str, entries: Iterable[Entry], *, now: dt.datetime) -> list[LetterId]:
    """Put letters into the outbox; those that are there already, by contact and round or by address, stay as they are.

    Returns the ids that were added.
    """
    added, entries = [], list(entries)
    for number in sorted({each.round for each in entries}):
        of_round = [each for each in entries if each.round == number]
        contacts, digests = known(
            connection, campaign, number, [(each.contact, each.address_digest) for each in of_round]
        )
        for entry in of_round:
            if entry.contact in contacts or entry.address_digest in digests:
                continue
            contacts.add(entry.contact)
            digests.add(entry.address_digest)
            added.append(entry)
    if added:
        same = {"campaign": campaign, "state": State.QUEUED, "queued_at": now, "changed_at": now}
        connection.execute(insert(letters), [{**asdict(entry), **same} for entry in added])
    return [entry.letter for entry in added]


def fates(
    connection: Connection, campaign: str, round: int | None = None, contacts: Sequence[str] | None = None
) -> list[Fate]:
    """The fate of every letter of a campaign, or of one round, or of some contacts, by country and audience."""
    chosen = select(letters).where(letters.c.campaign == campaign)
    if contacts is not None:
        chosen = chosen.where(letters.c.contact.in_(contacts))
    if round is not None:
        chosen = chosen.where(letters.c.round == round)
    return [fate_of(row) for row in connection.execute(chosen.order_by(letters.c.country, letters.c.audience))]


def fate(connection: Connection, campaign: str, letter: str) -> Fate | None:
    """The fate of one letter; None where there is none of that id."""
    row = connection.execute(select(letters).where(_is(campaign, letter))).first()
    return fate_of(row) if row else None


def fate_of(row: Row[tuple[object, ...]]) -> Fate:
    """A whole row of `letters` as a value."""
    known = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name
    fields = {name: known[name] for name in Fate.__dataclass_fields__}
    return Fate(**{**fields, "state": State(known["state"])})


def taken(connection: Connection, campaign: str, round: int) -> list[Line]:
    """The letters of a round that servers took, each with the server's own words, in the order of time."""
    said = (attempts.c[name] for name in ("sha256", "attempt", "at", "host", "code", "answer"))
    rows = connection.execute(
        select(letters.c.letter, letters.c.digest, letters.c.message_id, *said)
        .join(attempts, and_(attempts.c.campaign == letters.c.campaign, attempts.c.letter == letters.c.letter))
        .where(letters.c.campaign == campaign, letters.c.round == round, attempts.c.state == State.SENT)
        .order_by(attempts.c.number)
    )
    return [Line(**{**row._mapping, "at": row.at.isoformat()}) for row in rows]  # noqa: SLF001 - its documented name


def address_digest_of(connection: Connection, campaign: str, letter: str) -> str | None:
    """The digest of the address that a letter goes to."""
    return connection.execute(select(letters.c.address_digest).where(_is(campaign, letter))).scalar()


# --- send ------------------------------------------------------------------------------------------------------------


def due(connection: Connection, campaign: str, round: int, *, now: dt.datetime) -> list[LetterId]:
    """Letters that may go now, grouped by language: alternating languages costs the PDF renderer 13 %."""
    rows = connection.execute(
        select(letters.c.letter)
        .where(
            letters.c.campaign == campaign,
            letters.c.round == round,
            may_go(now),
        )
        .order_by(letters.c.language, letters.c.country, letters.c.letter)
    )
    return [LetterId(row.letter) for row in rows]


def waiting(
    connection: Connection, campaign: str, round: int, contacts: Sequence[str], *, now: dt.datetime
) -> list[Waiting]:
    """Letters to these contacts that a run would take: queued ones, and deferred ones whose moment has come."""
    fresh = and_(letters.c.attempts == 0, letters.c.dated.is_(None))
    rows = connection.execute(
        select(*(letters.c[name] for name in Waiting._fields[:-1]), fresh).where(
            letters.c.contact.in_(contacts), _would_go(campaign, round, now)
        )
    )
    return [Waiting._make(row) for row in rows]


def waiting_alike(connection: Connection, campaign: str, round: int, *, now: dt.datetime) -> list[Alike]:
    """Count the letters of a round that a run would take."""
    kinds = (letters.c.country, letters.c.audience, letters.c.language)
    waits = func.count(letters.c.due_at) == func.count()
    rows = connection.execute(
        select(*kinds, func.count(), case((waits, func.min(letters.c.due_at)), else_=None))
        .where(_would_go(campaign, round, now))
        .group_by(*kinds)
    )
    return [Alike._make(row) for row in rows]


def still_open(connection: Connection, campaign: str, round: int, *, now: dt.datetime) -> int:
    """Count the letters of a round that a run would take, or that a program has in its hands."""
    held = and_(letters.c.campaign == campaign, letters.c.round == round, letters.c.state == State.SENDING)
    either = or_(held, _would_go(campaign, round, now))
    return connection.execute(select(func.count()).select_from(letters).where(either)).scalar_one()


def _would_go(campaign: str, round: int, now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        letters.c.campaign == campaign,
        letters.c.round == round,
        or_(letters.c.state == State.QUEUED, and_(letters.c.state == State.DEFERRED, letters.c.due_at <= now)),
    )


def move(
    connection: Connection, campaign: str, letter: LetterId, old: State, new: State, *, reason: str, now: dt.datetime
) -> bool:
    """Move a letter by a person's decision or a bounce, along the table of moves. False: it was not in `old`."""
    if not may(old, new):
        msg = f"no move from {old} to {new}"
        raise ValueError(msg)
    moved = connection.execute(
        update(letters)
        .where(_is(campaign, letter))
        .where(letters.c.state == old)
        .values(state=new, reason=reason, due_at=None, tried_since=None, changed_at=now)
    )
    return moved.rowcount == 1


def redo(connection: Connection, campaign: str, entries: Sequence[Entry]) -> None:
    """Note that waiting letters were written anew: contacts or templates may have changed since they were queued."""
    if entries:
        new = ({f"new_{key}": value for key, value in asdict(entry).items()} for entry in entries)
        connection.execute(_REDO, [{"of": campaign, **each} for each in new])


#: Built once, and written for all letters together: one by one fifty thousand took nine seconds.
_REDO = (
    update(letters)
    .where(
        letters.c.campaign == bindparam("of"),
        letters.c.letter == bindparam("new_letter"),
        or_(letters.c.state == State.QUEUED, letters.c.state == State.DEFERRED),
    )
    .values(
        **{
            name: bindparam(f"new_{name}")
            for name in ("digest", "dated", "office_hours", "message_id", "address_digest", "language")
        },
        # A try that a server asked to put off stays put off; a letter that was never tried goes when it is told to.
        due_at=case((letters.c.state == State.QUEUED, bindparam("new_due_at", type_=Moment())), else_=letters.c.due_at),
    )
)


# --- find ------------------------------------------------------------------------------------------------------------


def by_message_id(connection: Connection, campaign: str, message_id: str) -> Fate | None:
    """The letter that went out under a Message-ID."""
    row = connection.execute(
        select(letters).where(letters.c.campaign == campaign, letters.c.message_id == message_id)
    ).first()
    return fate_of(row) if row else None


def by_address(connection: Connection, campaign: str, address: str) -> Fate | None:
    """The latest letter that was written to an address."""
    row = connection.execute(
        select(letters)
        .where(letters.c.campaign == campaign, letters.c.address_digest == address_digest(address))
        .order_by(letters.c.round.desc())
    ).first()
    return fate_of(row) if row else None


def _is(campaign: str, letter: str) -> ColumnElement[bool]:
    return and_(letters.c.campaign == campaign, letters.c.letter == letter)
