"""Make what was deleted unreadable in the files of the ledger, as far as a program can."""

from __future__ import annotations

from sqlalchemy import text

from mobilize.errors import LedgerUnusable
from mobilize.store.engine import Store

#: Tables that hold words, addresses or mail.
_TABLES = ("raw_mail", "replies", "stances", "plans", "corrections", "letters", "words", "indexed", "suppression")


def scour(store: Store) -> None:
    """Write the ledger's files anew without what was deleted.

    SQLite: secure_delete has overwritten it in place (store/engine.py); VACUUM leaves nothing in unused parts of pages,
    and the write-ahead log, which still holds pages as they were, is emptied. PostgreSQL: VACUUM FULL.
    Raises LedgerUnusable where another program reads the ledger all the while: then the log could not be emptied.
    """
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if store.engine.dialect.name != "sqlite":
            for table in _TABLES:
                connection.execute(text(f"VACUUM FULL {table}"))
            return
        # The first empties the log of the pages as they were, the second of those that VACUUM wrote.
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            row = connection.exec_driver_sql(statement).first() if "PRAGMA" in statement else None
            if row is None:
                connection.exec_driver_sql(statement)
            elif row[0]:
                raise LedgerUnusable(
                    "another program reads it, so its write-ahead log still holds what was removed",
                    hint="end `mobilize serve` and others on this folder, and run the same command again",
                )
