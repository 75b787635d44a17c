"""What the outbox knows of a few contacts: of a million letters, a look-up must not read them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from mobilize.store.schema import letters

T = TypeVar("T")

#: Values of one statement: SQLite takes 32,766, and two lists of them stand in one.
_PART = 10_000


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """So many values at a time as fit into one statement."""
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]


def known(
    connection: Connection, campaign: str, round: int, pairs: Sequence[tuple[str, str]]
) -> tuple[set[str], set[str]]:
    """Which of these contacts and address digests are in the outbox in this round: contacts, digests.

    Each is asked by its own key, which begins with the campaign and the round: asked together, all letters were read.
    """
    of_round = select(letters.c.contact, letters.c.address_digest).where(
        letters.c.campaign == campaign, letters.c.round == round
    )
    contacts: set[str] = set()
    digests: set[str] = set()
    for part in parts(pairs):
        for either in (
            letters.c.contact.in_([contact for contact, _ in part]),
            letters.c.address_digest.in_([digest for _, digest in part]),
        ):
            for row in connection.execute(of_round.where(either)):
                contacts.add(row.contact)
                digests.add(row.address_digest)
    return contacts, digests


def written_to(connection: Connection, campaign: str, round: int, digests: Sequence[str]) -> dict[str, str]:
    """Address digest, of these -> contact that was, or will be, written to under it in this round."""
    found: dict[str, str] = {}
    for part in parts(digests):
        rows = connection.execute(
            select(letters.c.address_digest, letters.c.contact).where(
                letters.c.campaign == campaign, letters.c.round == round, letters.c.address_digest.in_(part)
            )
        )
        found.update({row.address_digest: row.contact for row in rows})
    return found
