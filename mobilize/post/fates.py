"""The fates of some letters, without reading the other fifty thousand: of a country, or in one state."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mobilize.post.outbox import Fate, fate_of
from mobilize.post.states import State
from mobilize.store.schema import letters


def to_country(connection: Connection, campaign: str, country: str) -> list[Fate]:
    """Letters to addressees of one country, by round and audience. country: alpha-2."""
    chosen = select(letters).where(letters.c.campaign == campaign, letters.c.country == country)
    rows = connection.execute(chosen.order_by(letters.c.round, letters.c.audience, letters.c.letter))
    return [fate_of(row) for row in rows]


def in_state(connection: Connection, campaign: str, round: int, state: State, *, most: int) -> list[Fate]:
    """Letters of a round that are in one state, those first that have been longest. most: not more than so many."""
    chosen = select(letters).where(
        letters.c.campaign == campaign, letters.c.state == state.value, letters.c.round == round
    )
    return [fate_of(row) for row in connection.execute(chosen.order_by(letters.c.changed_at).limit(most))]


def rounds(connection: Connection, campaign: str) -> tuple[int, ...]:
    """Rounds of which there are letters, in order."""
    rows = connection.execute(select(letters.c.round).where(letters.c.campaign == campaign).distinct())
    return tuple(sorted(row.round for row in rows))
