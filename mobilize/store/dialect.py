"""What SQLite and PostgreSQL say in different words, and SQLAlchemy Core has no one word for."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_new(connection: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Add a row unless one of its key is there; of two that come at once one is added. False: it was there."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return connection.execute(insert(table).values(**values).on_conflict_do_nothing()).rowcount == 1
