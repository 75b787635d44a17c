"""A mark that changes whenever anything in the ledger changes, whichever program changed it.

What was made from the ledger may be shown again as long as the mark is the same.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at a ledger over a connection of its own."""

    engine: Engine
    #: Held open: SQLite counts the commits of others, seen from one connection that never writes.
    connection: Connection | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def mark(self) -> str:
        """The mark of this moment, some 10 us. Taken before something is read, it is never newer than what is read.

        SQLite: `PRAGMA data_version`. PostgreSQL: the snapshot, which names every transaction that is seen.
        """
        with self.lock:
            try:
                return self._look()
            except (DBAPIError, sqlite3.Error):
                # The database went away: nothing that is kept may be shown, and the next look opens it anew.
                self.connection = None
                return secrets.token_hex(8)

    def _look(self) -> str:
        if self.connection is None:
            self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if self.engine.dialect.name == "sqlite":
            driver = self.connection.connection.driver_connection
            assert driver is not None, "it is open"
            return str(driver.execute("PRAGMA data_version").fetchone()[0])
        return str(self.connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar())

    def close(self) -> None:
        """Give the connection back."""
        with self.lock:
            if self.connection is not None:
                self.connection.close()
                self.connection = None
