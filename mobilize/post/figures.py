"""Figures of a round: what became of how many letters, how fast they go, and what keeps the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from mobilize.post.states import State
from mobilize.store.schema import attempts, letters

#: The rate is taken over so long a time before now: long enough to be even, short enough to be of now.
WINDOW = dt.timedelta(minutes=5)

#: Letters that may still go out.
OPEN = (State.QUEUED, State.SENDING, State.DEFERRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A round, counted from its rows; never from counters (complaints A 2)."""

    #: State -> letters; every state is there.
    states: Mapping[str, int]
    #: Why -> failed letters, the commonest first.
    failed: Mapping[str, int]
    #: When the next deferred letter is tried again; None: none is deferred.
    next_try: dt.datetime | None
    #: Tries since the round began, and those of them to which no server gave an answer.
    tries: int
    unanswered: int
    #: Letters a minute that servers took of late; 0: none did.
    a_minute: float

    @property
    def left(self) -> int:
        """Letters that may still go out."""
        return sum(self.states[state.value] for state in OPEN)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last letter is out, at the rate of late; None: nothing goes now."""
        return self.left / self.a_minute * 60 if self.a_minute and self.left else None


def figures(connection: Connection, campaign: str, round: int, *, now: dt.datetime) -> Figures:
    """Count a round of a campaign."""
    own = and_(letters.c.campaign == campaign, letters.c.round == round)
    states = dict.fromkeys((state.value for state in State), 0)
    for row in connection.execute(select(letters.c.state, func.count()).where(own).group_by(letters.c.state)):
        states[row[0]] = row[1]
    failed = connection.execute(
        select(letters.c.reason, func.count())
        .where(own, letters.c.state == State.FAILED)
        .group_by(letters.c.reason)
        .order_by(func.count().desc(), letters.c.reason)
    )
    next_try = connection.execute(
        select(func.min(letters.c.due_at)).where(own, letters.c.state == State.DEFERRED)
    ).scalar()
    tried = (
        select(func.count(), func.count(attempts.c.code))
        .join(letters, and_(letters.c.campaign == attempts.c.campaign, letters.c.letter == attempts.c.letter))
        .where(own)
    )
    tries, answered = connection.execute(tried).one()
    return Figures(
        states=states,
        failed={row[0]: row[1] for row in failed},
        next_try=next_try,
        tries=tries,
        unanswered=tries - answered,
        a_minute=_rate(connection, campaign, now),
    )


def _rate(connection: Connection, campaign: str, now: dt.datetime) -> float:
    """Letters a minute that were taken within the window; over the time since the first of them, where that is less."""
    row = connection.execute(
        select(func.count(), func.min(attempts.c.at)).where(
            attempts.c.campaign == campaign, attempts.c.state == State.SENT, attempts.c.at >= now - WINDOW
        )
    ).one()
    count, first = row
    if not count:
        return 0.0
    minutes = max((now - first).total_seconds(), 1.0) / 60
    return float(count / minutes)


def latest_round(connection: Connection, campaign: str) -> int:
    """The round of letters that was begun last; 1 where none was."""
    chosen = select(func.max(letters.c.round)).where(letters.c.campaign == campaign)
    return connection.execute(chosen).scalar() or 1


def by_country(connection: Connection, campaign: str) -> dict[str, dict[str, int]]:
    """Country -> state -> number of letters."""
    counted = select(letters.c.country, letters.c.state, func.count().label("letters"))
    found: dict[str, dict[str, int]] = {}
    for row in connection.execute(
        counted.where(letters.c.campaign == campaign).group_by(letters.c.country, letters.c.state)
    ):
        found.setdefault(row.country, {})[row.state] = row.letters
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One letter as a list shows it; no address is in it."""

    letter: str
    country: str
    audience: str
    language: str
    round: int
    state: str
    attempts: int
    changed_at: dt.datetime
    #: In plain words: why it failed, waits or is in doubt.
    reason: str


def listed(
    connection: Connection, campaign: str, *, state: str = "", country: str = "", after: str = "", most: int
) -> list[Line]:
    """Letters of a campaign in the order of their ids, from behind one of them; only those in a state, or a country."""
    chosen = select(letters).where(letters.c.campaign == campaign, letters.c.letter > after)
    if state:
        chosen = chosen.where(letters.c.state == state)
    if country:
        chosen = chosen.where(letters.c.country == country)
    return [
        Line(
            letter=row.letter,
            country=row.country,
            audience=row.audience,
            language=row.language,
            round=row.round,
            state=row.state,
            attempts=row.attempts,
            changed_at=row.changed_at,
            reason=row.reason,
        )
        for row in connection.execute(chosen.order_by(letters.c.letter).limit(most))
    ]
