"""The outbox in SQL: a letter's fate is written here before and after each thing that happens to it.

Every change names the state it starts from, in one UPDATE: of two processes that reach for one letter, one gets it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, case, func, insert, or_, select, update

from mobilize.errors import LedgerUnusable
from mobilize.letter.merge import LetterId
from mobilize.post.known import known
from mobilize.post.notes import Page, Settled, Tried
from mobilize.post.receipt import Line
from mobilize.post.states import State, may
from mobilize.post.verdict import Answer, Verdict, enhanced_code, without_addresses
from mobilize.store.schema import attempts, letters, refusals
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


# --- queue -----------------------------------------------------------------------------------------------------------


def queue(connection: Connection, campaign: str, entries: Iterable[Entry], *, now: dt.datetime) -> list[LetterId]:
    """Put letters into the outbox; those that are there already, by contact and round or by address, stay as they are.

    Returns the ids that were added.
    """
    added, entries = [], list(entries)
    there = known(connection, campaign, [(each.contact, each.address_digest) for each in entries])
    for entry in entries:
        by_contact, by_address = (entry.round, entry.contact), (entry.round, entry.address_digest)
        if by_contact in there or by_address in there:
            continue
        there |= {by_contact, by_address}
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
    return [_fate(row) for row in connection.execute(chosen.order_by(letters.c.country, letters.c.audience))]


def fate(connection: Connection, campaign: str, letter: str) -> Fate | None:
    """The fate of one letter; None where there is none of that id."""
    row = connection.execute(select(letters).where(_is(campaign, letter))).first()
    return _fate(row) if row else None


def _fate(row: Row[tuple[object, ...]]) -> Fate:
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
            _may_go(now),
        )
        .order_by(letters.c.language, letters.c.country, letters.c.letter)
    )
    return [LetterId(row.letter) for row in rows]


def write(
    connection: Connection, campaign: str, holder: str, page: Page, *, host: str, now: dt.datetime
) -> Mapping[LetterId, Tried]:
    """Write a page of notes of one holder, in one transaction of the caller's.

    host: the server that gave the answers. Returns the letters that were claimed, and the try that now begins.
    Raises LedgerUnusable where another program changed a letter that this one holds.
    """
    _settle(connection, campaign, holder, page.settled, now=now)
    _put_back(connection, campaign, holder, page.put_back, now=now)
    _record(connection, campaign, page, host=host, now=now)
    if page.handed_over:
        held = connection.execute(
            update(letters).where(_held(campaign, page.handed_over, holder)).values(handed_over=True)
        )
        _all_of_them(held.rowcount, page.handed_over)
    return _claim(connection, campaign, holder, page.claimed, now) if page.claimed else {}


def _claim(
    connection: Connection, campaign: str, holder: str, wanted: Sequence[LetterId], now: dt.datetime
) -> Mapping[LetterId, Tried]:
    """Take letters, with a connection in hand and just before MAIL FROM. Of two programs, one gets each."""
    taken = connection.execute(
        update(letters)
        .where(_are(campaign, wanted))
        .where(_may_go(now))
        .values(
            state=State.SENDING,
            holder=holder,
            handed_over=False,
            attempts=letters.c.attempts + 1,
            tried_since=func.coalesce(letters.c.tried_since, now),
            changed_at=now,
            reason="",
        )
        .returning(letters.c.letter, letters.c.attempts, letters.c.tried_since)
    )
    return {
        LetterId(row.letter): Tried(
            letter=LetterId(row.letter), attempt=row.attempts, age=(now - row.tried_since).total_seconds()
        )
        for row in taken
    }


def _settle(
    connection: Connection, campaign: str, holder: str, settled: Sequence[Settled], *, now: dt.datetime
) -> None:
    """Write what became of letters that this program holds, with the server's own words."""
    if not settled:
        return
    held = connection.execute(
        update(letters)
        .where(letters.c.campaign == campaign, letters.c.letter == bindparam("which"))
        .where(letters.c.state == State.SENDING, letters.c.holder == holder)
        .values(state=bindparam("into"), holder=None, due_at=bindparam("due"), changed_at=now, reason=bindparam("why")),
        [
            {
                "which": each.tried.letter,
                "into": each.verdict.state,
                "why": each.verdict.reason,
                "due": _due(each.verdict, now),
            }
            for each in settled
        ],
    )
    _all_of_them(held.rowcount, [each.tried.letter for each in settled])


def _due(verdict: Verdict, now: dt.datetime) -> dt.datetime | None:
    return now + dt.timedelta(seconds=verdict.retry_after) if verdict.retry_after is not None else None


def _put_back(
    connection: Connection, campaign: str, holder: str, put_back: Sequence[Tried], *, now: dt.datetime
) -> None:
    """Give back letters of which the server took nothing: they are queued again, and this was no try of theirs."""
    if not put_back:
        return
    which = [each.letter for each in put_back]
    again = {"state": State.QUEUED, "holder": None, "handed_over": False, "due_at": None, "changed_at": now}
    held = connection.execute(
        update(letters).where(_held(campaign, which, holder)).values(attempts=letters.c.attempts - 1, **again)
    )
    _all_of_them(held.rowcount, which)


#: A try that was none does not start the clock.
_FIRST_IS_FORGOTTEN = case((letters.c.attempts > 1, letters.c.tried_since), else_=None)


def _record(connection: Connection, campaign: str, page: Page, *, host: str, now: dt.datetime) -> None:
    """Add a row a try, and one a recipient that was refused alone."""
    tries = [(each.tried, each.verdict.state) for each in page.settled]
    tries += [(tried, State.QUEUED) for tried in page.put_back if tried.answer is not None]
    if tries:
        rows = [
            {"at": now, "host": host, "state": state, "sha256": tried.sha256, **_said(campaign, tried, tried.answer)}
            for tried, state in tries
        ]
        connection.execute(insert(attempts), rows)
    alone = [
        {"place": place, **_said(campaign, tried, answer)}
        for tried, _ in tries
        for place, answer in tried.refused.items()
    ]
    if alone:
        connection.execute(insert(refusals), alone)


def _said(campaign: str, tried: Tried, answer: Answer | None) -> Mapping[str, object]:
    return {
        "campaign": campaign,
        "letter": tried.letter,
        "attempt": tried.attempt,
        "code": answer.code if answer else None,
        "enhanced": enhanced_code(answer.text) if answer else "",
        "answer": without_addresses(answer.text) if answer else "",
    }


def holders(connection: Connection, campaign: str) -> set[str]:
    """Who holds letters now: processes that run, and processes that died."""
    rows = connection.execute(
        select(letters.c.holder).where(letters.c.campaign == campaign, letters.c.state == State.SENDING).distinct()
    )
    return {row.holder for row in rows}


def recover(connection: Connection, campaign: str, dead: Collection[str], *, now: dt.datetime) -> tuple[int, int]:
    """Take back what processes held that died: queued again, or in doubt where the text was being handed over.

    Returns (queued again, in doubt).
    """
    orphaned = and_(letters.c.campaign == campaign, letters.c.state == State.SENDING, letters.c.holder.in_(dead))
    doubt = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(True))
        .values(
            state=State.IN_DOUBT,
            holder=None,
            changed_at=now,
            reason="the program ended after the text was handed over and before the server's answer",
        )
    )
    again = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(False))
        .values(
            state=State.QUEUED,
            holder=None,
            attempts=letters.c.attempts - 1,
            tried_since=_FIRST_IS_FORGOTTEN,
            changed_at=now,
        )
    )
    return again.rowcount, doubt.rowcount


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


def redo(connection: Connection, campaign: str, entry: Entry) -> None:
    """Note that a waiting letter was written anew: its contact or template may have changed since it was queued."""
    connection.execute(
        update(letters)
        .where(_is(campaign, entry.letter), letters.c.state.in_((State.QUEUED, State.DEFERRED)))
        .values(
            digest=entry.digest,
            dated=entry.dated,
            office_hours=entry.office_hours,
            message_id=entry.message_id,
            address_digest=entry.address_digest,
            language=entry.language,
            # A try that a server asked to put off stays put off; a letter that was never tried goes when it is told to.
            due_at=case((letters.c.state == State.QUEUED, entry.due_at), else_=letters.c.due_at),
        )
    )


# --- find ------------------------------------------------------------------------------------------------------------


def by_message_id(connection: Connection, campaign: str, message_id: str) -> Fate | None:
    """The letter that went out under a Message-ID."""
    row = connection.execute(
        select(letters).where(letters.c.campaign == campaign, letters.c.message_id == message_id)
    ).first()
    return _fate(row) if row else None


def by_address(connection: Connection, campaign: str, address: str) -> Fate | None:
    """The latest letter that was written to an address."""
    row = connection.execute(
        select(letters)
        .where(letters.c.campaign == campaign, letters.c.address_digest == address_digest(address))
        .order_by(letters.c.round.desc())
    ).first()
    return _fate(row) if row else None


def _may_go(now: dt.datetime) -> ColumnElement[bool]:
    """Letters whose moment has come: queued ones that wait for none, or for one that has passed, and deferred ones."""
    return or_(
        and_(letters.c.state == State.QUEUED, or_(letters.c.due_at.is_(None), letters.c.due_at <= now)),
        and_(letters.c.state == State.DEFERRED, letters.c.due_at <= now),
    )


def _is(campaign: str, letter: str) -> ColumnElement[bool]:
    return and_(letters.c.campaign == campaign, letters.c.letter == letter)


def _are(campaign: str, which: Collection[str]) -> ColumnElement[bool]:
    return and_(letters.c.campaign == campaign, letters.c.letter.in_(which))


def _held(campaign: str, which: Collection[str], holder: str) -> ColumnElement[bool]:
    return and_(_are(campaign, which), letters.c.state == State.SENDING, letters.c.holder == holder)


def _all_of_them(count: int, which: Sequence[LetterId]) -> None:
    if count != len(which):
        raise LedgerUnusable(
            f"of letters {' '.join(which)}, another program changed one while this one was sending it",
            hint="run the same command again: each is in doubt, or waits",
        )
