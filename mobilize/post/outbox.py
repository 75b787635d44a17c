"""The outbox in SQL: a letter's fate is written here before and after each thing that happens to it.

Every change names the state it starts from, in one UPDATE: of two processes that reach for one letter, one gets it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from mobilize.errors import LedgerUnusable
from mobilize.letter.merge import LetterId
from mobilize.post.states import State, may
from mobilize.post.verdict import Answer, Verdict, without_addresses
from mobilize.store.schema import attempts, letters, suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One letter to be queued."""

    letter: LetterId
    contact: str
    round: int
    country: str
    audience: str
    language: str
    #: address_digest() of its first address.
    address: str
    #: Digest of the text.
    digest: str
    message_id: str


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


def address_digest(address: str) -> str:
    """Digest an address so that it can be compared and not read: SHA-256 of its lower-case form.

    Letter case counts in no mailbox that anyone has met (RFC 5321 2.4 lets it), and twice is worse than not at all.
    """
    return hashlib.sha256(address.strip().casefold().encode()).hexdigest()


# --- queue -----------------------------------------------------------------------------------------------------------


def queue(connection: Connection, campaign: str, entries: Iterable[Entry], *, now: dt.datetime) -> list[LetterId]:
    """Put letters into the outbox; those that are there already, by contact and round or by address, stay as they are.

    Returns the ids that were added.
    """
    added = []
    known = _known(connection, campaign)
    for entry in entries:
        by_contact, by_address = (entry.round, entry.contact), (entry.round, entry.address)
        if by_contact in known or by_address in known:
            continue
        known |= {by_contact, by_address}
        connection.execute(
            insert(letters).values(
                campaign=campaign,
                letter=entry.letter,
                contact=entry.contact,
                round=entry.round,
                country=entry.country,
                audience=entry.audience,
                language=entry.language,
                address_digest=entry.address,
                digest=entry.digest,
                message_id=entry.message_id,
                state=State.QUEUED,
                queued_at=now,
                changed_at=now,
            )
        )
        added.append(entry.letter)
    return added


def _known(connection: Connection, campaign: str) -> set[tuple[int, str]]:
    rows = connection.execute(
        select(letters.c.round, letters.c.contact, letters.c.address_digest).where(letters.c.campaign == campaign)
    )
    return {(row.round, each) for row in rows for each in (row.contact, row.address_digest)}


def fates(connection: Connection, campaign: str, round: int | None = None) -> list[Fate]:
    """The fate of every letter of a campaign (or of one round), by country and audience."""
    chosen = select(letters).where(letters.c.campaign == campaign)
    if round is not None:
        chosen = chosen.where(letters.c.round == round)
    return [_fate(row) for row in connection.execute(chosen.order_by(letters.c.country, letters.c.audience))]


def fate(connection: Connection, campaign: str, letter: str) -> Fate | None:
    """The fate of one letter; None where there is none of that id."""
    row = connection.execute(select(letters).where(_is(campaign, letter))).first()
    return _fate(row) if row else None


def _fate(row: Row[tuple[object, ...]]) -> Fate:
    return Fate(
        letter=LetterId(row.letter),
        contact=row.contact,
        round=row.round,
        country=row.country,
        audience=row.audience,
        language=row.language,
        state=State(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        changed_at=row.changed_at,
        reason=row.reason,
        message_id=row.message_id,
    )


def addresses_written_to(connection: Connection, campaign: str, round: int) -> dict[str, str]:
    """Address digest -> contact that was, or will be, written to under it in this round."""
    rows = connection.execute(
        select(letters.c.address_digest, letters.c.contact).where(
            letters.c.campaign == campaign, letters.c.round == round
        )
    )
    return {row.address_digest: row.contact for row in rows}


def by_country(connection: Connection, campaign: str) -> dict[str, dict[str, int]]:
    """Country -> state -> number of letters."""
    counted = select(letters.c.country, letters.c.state, func.count().label("letters"))
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(
        counted.where(letters.c.campaign == campaign).group_by(letters.c.country, letters.c.state)
    ):
        found.setdefault(row.country, {})[row.state] = row.letters
    return found


# --- send ------------------------------------------------------------------------------------------------------------


def due(connection: Connection, campaign: str, round: int, *, now: dt.datetime) -> list[LetterId]:
    """Letters that may go now, grouped by language: alternating languages costs the PDF renderer 13 %."""
    rows = connection.execute(
        select(letters.c.letter)
        .where(
            letters.c.campaign == campaign,
            letters.c.round == round,
            or_(
                letters.c.state == State.QUEUED,
                and_(letters.c.state == State.DEFERRED, letters.c.due_at <= now),
            ),
        )
        .order_by(letters.c.language, letters.c.country, letters.c.letter)
    )
    return [LetterId(row.letter) for row in rows]


def claim(connection: Connection, campaign: str, letter: LetterId, holder: str, *, now: dt.datetime) -> int | None:
    """Take one letter, with a connection in hand and just before MAIL FROM; commit before anything is said.

    Returns which try this is, from 1; None: another process has it, or it is not to go any more.
    """
    taken = connection.execute(
        update(letters)
        .where(_is(campaign, letter))
        .where(
            or_(
                letters.c.state == State.QUEUED,
                and_(letters.c.state == State.DEFERRED, letters.c.due_at <= now),
            )
        )
        .values(
            state=State.SENDING,
            holder=holder,
            handed_over=False,
            attempts=letters.c.attempts + 1,
            changed_at=now,
            reason="",
        )
        .returning(letters.c.attempts)
    ).first()
    return taken.attempts if taken else None


def hand_over(connection: Connection, campaign: str, letter: LetterId, holder: str) -> None:
    """Note that the text is about to go out: from now on a crash leaves the letter in doubt. Commit before the text."""
    held = connection.execute(update(letters).where(_held(campaign, letter, holder)).values(handed_over=True))
    _exactly_one(held.rowcount, letter)


def settle(
    connection: Connection,
    campaign: str,
    letter: LetterId,
    holder: str,
    *,
    verdict: Verdict,
    answer: Answer,
    attempt: int,
    host: str,
    now: dt.datetime,
) -> None:
    """Write what became of a letter that this process holds, with the server's own words."""
    due_at = now + dt.timedelta(seconds=verdict.retry_after) if verdict.retry_after is not None else None
    held = connection.execute(
        update(letters)
        .where(_held(campaign, letter, holder))
        .values(state=verdict.state, holder=None, due_at=due_at, changed_at=now, reason=verdict.reason)
    )
    _exactly_one(held.rowcount, letter)
    connection.execute(
        insert(attempts).values(
            campaign=campaign,
            letter=letter,
            attempt=attempt,
            at=now,
            host=host,
            state=verdict.state,
            code=answer.code,
            enhanced=verdict.enhanced,
            answer=without_addresses(answer.text),
        )
    )


def put_back(connection: Connection, campaign: str, letter: LetterId, holder: str, *, now: dt.datetime) -> None:
    """Give back a letter of which nothing was handed over: it is queued again, and this was no try."""
    held = connection.execute(
        update(letters)
        .where(_held(campaign, letter, holder))
        .where(letters.c.handed_over.is_(False))
        .values(state=State.QUEUED, holder=None, attempts=letters.c.attempts - 1, changed_at=now)
    )
    _exactly_one(held.rowcount, letter)


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
        .values(state=State.QUEUED, holder=None, attempts=letters.c.attempts - 1, changed_at=now)
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
        .values(state=new, reason=reason, due_at=None, changed_at=now)
    )
    return moved.rowcount == 1


def redo(connection: Connection, campaign: str, entry: Entry) -> None:
    """Note that a waiting letter was written anew: its contact or template may have changed since it was queued."""
    connection.execute(
        update(letters)
        .where(_is(campaign, entry.letter), letters.c.state.in_((State.QUEUED, State.DEFERRED)))
        .values(digest=entry.digest, message_id=entry.message_id, address_digest=entry.address, language=entry.language)
    )


# --- find and suppress -----------------------------------------------------------------------------------------------


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


def suppress(connection: Connection, address: str, *, reason: str, source: str, now: dt.datetime) -> None:
    """Put an address on the list that no send passes. The first reason stays."""
    digest = address_digest(address)
    if not connection.execute(select(suppression).where(suppression.c.address_digest == digest)).first():
        connection.execute(insert(suppression).values(address_digest=digest, reason=reason, source=source, at=now))


def suppressed(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    """Which of these address digests are suppressed: digest -> reason."""
    if not digests:
        return {}
    rows = connection.execute(select(suppression.c.address_digest, suppression.c.reason))
    wanted = set(digests)
    return {row.address_digest: row.reason for row in rows if row.address_digest in wanted}


def _is(campaign: str, letter: str) -> ColumnElement[bool]:
    return and_(letters.c.campaign == campaign, letters.c.letter == letter)


def _held(campaign: str, letter: str, holder: str) -> ColumnElement[bool]:
    return and_(_is(campaign, letter), letters.c.state == State.SENDING, letters.c.holder == holder)


def _exactly_one(count: int, letter: LetterId) -> None:
    if count != 1:
        raise LedgerUnusable(f"letter {letter} was changed by another program while this one was sending it")
