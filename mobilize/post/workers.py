"""What workers know of letters: how they are cut into shards, and which of a shard are still to go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from mobilize.letter.merge import LetterId
from mobilize.post import known
from mobilize.post.states import State
from mobilize.store.queue import Shard
from mobilize.store.schema import letters

#: Letters of a shard. Measured (docs/decisions/100): fewer cost a connection and three statements more a letter, more
#: gain nothing and make a shard of a dead worker wait longer.
SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """A letter that workers are to send."""

    letter: LetterId
    contact: str
    round: int
    #: Of its text and of its first address, as they were queued.
    digest: str
    address_digest: str
    #: The day as of which it was written.
    dated: dt.date
    office_hours: bool
    #: Not before this moment; None: at once.
    due_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A letter that is to be put into a shard."""

    letter: LetterId
    language: str
    country: str
    #: Key of its destination's pace; shards of one destination are locked against each other by it.
    domain: str
    at: dt.datetime | None = None


def cut(going: Sequence[Going], *, size: int = SIZE, priority: int = 0, lock_domains: bool = False) -> Iterator[Shard]:
    """Cut letters into shards: those of one moment together, then of one language, since the paper is set faster so.

    lock_domains: destinations with a shard or more of their own get them, and one at a time is worked on: where a
    destination bears so many letters a minute, a second worker at it would only wait.
    """
    many: dict[str, int] = {}
    for each in going:
        many[each.domain] = many.get(each.domain, 0) + 1
    piles: dict[tuple[dt.datetime | None, str], list[Going]] = {}
    for each in going:
        lock = each.domain if lock_domains and many[each.domain] >= size else ""
        piles.setdefault((each.at, lock), []).append(each)
    for (at, lock), pile in piles.items():
        pile.sort(key=lambda each: (each.language, each.country, each.letter))
        for start in range(0, len(pile), size):
            part = tuple(each.letter for each in pile[start : start + size])
            yield Shard(letters=part, priority=priority, at=at, lock=lock)


def still_to_go(connection: Connection, campaign: str, which: Sequence[str]) -> list[Allotted]:
    """Those of these letters that workers may still send, in this order of ids; who has one now keeps it."""
    names = tuple(Allotted.__dataclass_fields__)
    rows = connection.execute(
        select(*(letters.c[name] for name in names)).where(
            letters.c.campaign == campaign,
            letters.c.letter.in_(which),
            letters.c.state.in_((State.QUEUED, State.DEFERRED)),
            letters.c.dated.is_not(None),
        )
    )
    found = {row.letter: Allotted(**row._mapping) for row in rows}  # noqa: SLF001 - its documented name
    return [found[letter] for letter in which if letter in found]


def shelved(connection: Connection, campaign: str, which: Sequence[str]) -> frozenset[str]:
    """Those of these letters that workers are to send already, and that wait for no moment: they have their shard."""
    return frozenset(
        each.letter
        for part in known.parts(which)
        for each in still_to_go(connection, campaign, part)
        if not each.due_at
    )


def standing(connection: Connection, campaign: str) -> dict[tuple[int, str], int]:
    """Round and state -> letters of it. Every state of a round is there, as a figure that vanishes is no zero."""
    counted = select(letters.c.round, letters.c.state, func.count().label("letters"))
    rows = connection.execute(
        counted.where(letters.c.campaign == campaign).group_by(letters.c.round, letters.c.state)
    ).all()
    found = {(row.round, state.value): 0 for row in rows for state in State}
    return {**found, **{(row.round, row.state): row.letters for row in rows}}


def all_holders(connection: Connection) -> frozenset[str]:
    """Who holds letters of any campaign now: programs that run, and programs that died."""
    rows = connection.execute(select(letters.c.holder).where(letters.c.state == State.SENDING).distinct())
    return frozenset(row.holder for row in rows)
