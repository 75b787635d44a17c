"""How much one reader may ask for, held for all machines that serve the pages: one row a reader and kind of thing.

The rows are those of `pace`, whose moments serve here too: each thing asked for moves a reader's moment on by what it
costs, and a moment too far ahead is a no. One statement reads and takes: two machines cannot give one share twice.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: How the keys of these rows begin.
PREFIX = "share:"

_TAKE = text("""
INSERT INTO pace (key, next_at) VALUES (:key, :now + :cost)
ON CONFLICT (key) DO UPDATE SET next_at = CASE WHEN pace.next_at > :now THEN pace.next_at ELSE :now END + :cost
WHERE pace.next_at <= :now + :ahead
RETURNING next_at
""")

_FORGET = text("DELETE FROM pace WHERE key LIKE 'share:%' AND next_at < :now")


def take(connection: Connection, key: str, *, many: int, a_minute: float, now: float) -> bool:
    """Take one from a reader's share; False where it is used up.

    key: what is limited, and a digest of whom. many: how many at once. a_minute: how many after that. now: seconds.
    """
    cost = 60 / a_minute
    values = {"key": f"{PREFIX}{key}", "now": now, "cost": cost, "ahead": (many - 1) * cost}
    return connection.execute(_TAKE, values).first() is not None


def forget(connection: Connection, now: float) -> None:
    """Remove readers whose share is whole again."""
    connection.execute(_FORGET, {"now": now})
