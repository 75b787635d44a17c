"""SQLite or PostgreSQL, opened safely; one helper for a transaction.

SQLite runs with a write-ahead log and synchronous=FULL: what was committed survives a crash and a power cut. Measured:
2,700 letters/s marked one by one, so there is no reason to be without it. PostgreSQL runs as it is set up; whoever
switches its fsync or synchronous_commit off gives the promises up.
"""

from __future__ import annotations

import datetime as dt
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from mobilize.errors import LedgerUnusable
from mobilize.store import migrate, schema
from mobilize.store.watch import Watch

#: Seconds that one process waits for another's write; a write takes milliseconds.
BUSY_SECONDS = 30

#: Seconds after which PostgreSQL ends a transaction in which nothing happens.
IDLE_SECONDS = 300

#: Seconds that delivery waits for a database that went away: a restart takes a few, a standby thirty.
PATIENCE = 60.0

#: Seconds between two looks whether it is back.
_AGAIN = 0.2

#: PostgreSQL's stand-in for the one write lock of SQLite, held as long as a transaction. Who holds it alone is
#: the only writer; those that share it write side by side, each row under its own lock. The number is "mobilize".
_LOCK = int.from_bytes(b"mobilize")
_WAIT = f"set_config('lock_timeout', '{BUSY_SECONDS}s', true)"
_ALONE = text(f"SELECT {_WAIT}, pg_advisory_xact_lock({_LOCK})")
#: Begins what is written beside others: the number of the transaction, and the lock.
TOGETHER = f"SELECT txid_current(), {_WAIT}, pg_advisory_xact_lock_shared({_LOCK})"
_TOGETHER = text(TOGETHER)
_FATE = text("SELECT txid_status(:number)")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open ledger. Give it back with `close`."""

    engine: Engine
    #: The SQLite file; None on PostgreSQL.
    path: Path | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection to read one consistent state. Raises LedgerUnusable."""
        with plainly(self.path), self.engine.connect() as connection:
            if self.path is None:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction: all that is written in it is kept when it ends, or none where an error leaves it.

        Nothing else is written meanwhile, so that what was read in it is still true when it is written.
        Raises LedgerUnusable where the ledger cannot be written: nothing of the transaction is then kept.
        """
        with plainly(self.path), self.engine.begin() as connection:
            if self.path is not None:
                # pysqlite is in autocommit mode (below): the transaction is begun here, by hand, with the write lock.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(_ALONE)
            yield connection

    @contextmanager
    def sharing(self) -> Iterator[tuple[Connection, int | None]]:
        """The same beside others that share: for changes that each name the state they start from, row by row.

        Never beside `writing`. On SQLite it is `writing`. Yields the connection and the number of the transaction, by
        which `is_kept` knows it later; None on SQLite. Raises LedgerUnusable.
        """
        if self.path is not None:
            with self.writing() as connection:
                yield connection, None
            return
        with plainly(self.path), self.engine.begin() as connection:
            yield connection, int(connection.execute(_TOGETHER).scalar_one())

    @contextmanager
    def aside(self) -> Iterator[Connection]:
        """Open a transaction beside whoever writes alone, for rows that nothing else is decided by. PostgreSQL alone.

        So a long import makes no living program look dead, and no page wait. Raises LedgerUnusable.
        """
        with plainly(self.path), self.engine.begin() as connection:
            yield connection

    def surely(self, work: Callable[[Connection], T], *, patience: float = PATIENCE) -> T:
        """Do work in a `sharing` transaction, once, though the database goes away in the middle and comes back.

        work: may be called again; then nothing of what it did before was kept. patience: seconds to wait.
        Raises LedgerUnusable: nothing was kept, but where the database stayed away and nobody can tell.
        """
        end = time.monotonic() + patience
        number: int | None = None
        while True:
            done: list[T] = []
            try:
                with self.sharing() as (connection, number):
                    done.append(work(connection))
                return done[0]
            except LedgerUnusable as error:
                if not error.away:
                    raise
                # The answer to COMMIT may be what was lost: then it is done, and must not be done again.
                if self.is_kept_at_last(number if done else None, end, error):
                    return done[0]

    def is_kept_at_last(self, number: int | None, end: float, error: LedgerUnusable) -> bool:
        """Wait for a database that went away. Returns whether a transaction was kept; None: it was not begun.

        end: by time.monotonic(). Raises the error where it is not back by then.
        """
        while time.monotonic() < end:
            time.sleep(_AGAIN)
            try:
                return number is not None and self.is_kept(number)
            except LedgerUnusable as again:
                if not again.away:
                    raise
        raise error

    def is_kept(self, number: int) -> bool:
        """Whether a transaction that ended, nobody knows how, was kept. PostgreSQL alone. Raises LedgerUnusable."""
        while True:
            with self.reading() as connection:
                found = connection.execute(_FATE, {"number": number}).scalar()
            if found != "in progress":
                return bool(found == "committed")
            # The server has not yet seen that its client went away.
            time.sleep(_AGAIN)

    def watch(self) -> Watch:
        """Watch for changes by whatever process; close it before the store."""
        return Watch(engine=self.engine)

    def close(self) -> None:
        """Close all connections; SQLite then folds its log into the file."""
        self.engine.dispose()


def open_store(where: Path | str, *, now: dt.datetime) -> Store:
    """Open a ledger. A SQLite file is made where there is none, and one of an older version is brought up.

    where: path of a SQLite file, or the URL of a PostgreSQL database. Raises LedgerUnusable: it cannot be read or
    written, was written by a newer version of the program, or is a database that `mobilize db upgrade` must see first.
    """
    store = connect(where)
    try:
        if store.path is not None:
            _make_tables(store, now)
        else:
            _require_tables(store)
    except BaseException:
        store.close()
        raise
    return store


def bring_up(where: Path | str, *, now: dt.datetime) -> tuple[int | None, int]:
    """Make or bring up the ledger of a database. Returns its version before (None: there was none) and now.

    Raises LedgerUnusable: it cannot be reached, or was written by a newer version of the program.
    """
    store = connect(where)
    try:
        with store.writing() as connection:
            before = migrate.version(connection)
            _refuse_newer(before)
            migrate.upgrade(connection, now)
    finally:
        store.close()
    return before, schema.VERSION


def connect(where: Path | str) -> Store:
    """Open a database as it is, with a ledger in it or without. Raises LedgerUnusable."""
    if isinstance(where, Path):
        _make_private(where)
        engine = create_engine(f"sqlite:///{where}")
        event.listen(engine, "connect", _prepare)
        return Store(engine=engine, path=where)
    try:
        url = _with_driver(where)
        # Asked whether it still lives before it is used: a database may be started anew under a program that runs on.
        engine = create_engine(url, pool_pre_ping=True, pool_size=8, connect_args=_session(url))
        return Store(engine=engine, path=None)
    except ImportError:
        raise LedgerUnusable("PostgreSQL needs its driver", hint="pip install 'mobilize[fleet]'") from None
    except ArgumentError:
        # The URL is not shown: there is a password in it.
        raise LedgerUnusable("DATABASE_URL is no URL", hint="postgresql+psycopg://user:password@host/name") from None


def _session(url: str) -> dict[str, object]:
    """What each session asks for, unless the URL says otherwise.

    A machine that the network cut off in the middle of a transaction must not hold its locks for hours.
    """
    asked = {"connect_timeout": 10, "options": f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s"}
    return {name: value for name, value in asked.items() if f"{name}=" not in url}


def _with_driver(url: str) -> str:
    """PostgreSQL's own tools leave the driver out."""
    for start in ("postgresql://", "postgres://"):
        if url.startswith(start):
            return f"postgresql+psycopg://{url.removeprefix(start)}"
    if not url.startswith("postgresql+psycopg://"):
        raise LedgerUnusable(
            "DATABASE_URL names another database than PostgreSQL", hint="postgresql+psycopg://user:password@host/name"
        )
    return url


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Autocommit: SQLAlchemy's "BEGIN (implicit)" does nothing on pysqlite, and `writing` begins by hand.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        # What is deleted is overwritten, so that forgetting forgets.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _make_private(path: Path) -> None:
    """Make the folder 0700 and the file 0600 before anything is in it (domain/rules.md D8)."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise LedgerUnusable(f"{path}: {error.strerror}", hint="choose a folder that you may write to") from error


def _make_tables(store: Store, now: dt.datetime) -> None:
    with store.reading() as connection:
        version = migrate.version(connection)
    if version is None:
        with store.writing() as connection:
            migrate.make(connection, now)
    elif version < schema.VERSION:
        with store.writing() as connection:
            migrate.upgrade(connection, now)
    _refuse_newer(version)


def _require_tables(store: Store) -> None:
    """A database is shared: one program brings it up, when a person says so, and not each as it starts."""
    with store.reading() as connection:
        version = migrate.version(connection)
    if version is None:
        raise LedgerUnusable("the database has no ledger yet", hint="mobilize db upgrade")
    if version < schema.VERSION:
        raise LedgerUnusable(
            f"the database has a ledger of version {version}, and this program needs {schema.VERSION}",
            hint="stop all programs that use it, then: mobilize db upgrade",
        )
    _refuse_newer(version)


def _refuse_newer(version: int | None) -> None:
    if version is not None and version > schema.VERSION:
        raise LedgerUnusable(
            f"it was written by a newer version of mobilize (ledger {version}, this program knows {schema.VERSION})",
            hint="install that version again; nothing was changed",
        )


@contextmanager
def plainly(path: Path | None) -> Iterator[None]:
    """Say in plain words what the database says in its own; its statements and values are never shown.

    path: of a SQLite file; None: PostgreSQL.
    """
    try:
        yield
    except DatabaseError as error:
        raise in_plain_words(path, error.orig, lost=isinstance(error, OperationalError)) or error from None


def in_plain_words(path: Path | None, said_so: BaseException | None, *, lost: bool) -> LedgerUnusable | None:
    """What a driver's error is called here. lost: it is one of the connection. None: there are no words for it."""
    said = str(said_so).partition("\n")[0]
    where = str(path) if path else "the database"
    for sign, sentence, hint in _SIGNS:
        if sign in said:
            return LedgerUnusable(f"{where}: {sentence}", hint=hint, away=sign == _HELD)
    # On PostgreSQL all of these say that the connection, or the server, is gone or not yet there.
    return LedgerUnusable(f"{where}: {said}", away=path is None) if lost else None


#: What PostgreSQL says of a lock that was not to be had: who waits may try again.
_HELD = "lock timeout"

#: What a database says -> what is the matter, what to do. Anything else is shown as it was said.
_SIGNS = (
    ("disk is full", "the disk is full", "make room and run the same command again: what was recorded is kept"),
    ("readonly database", "it may only be read", "see that you may write to the file and its folder"),
    ("unable to open", "it cannot be opened", "see that you may write to the file and its folder"),
    ("disk I/O error", "the disk refuses to be read or written", "see whether the disk is full or failing"),
    ("not a database", "this is not a ledger", "take the file away, or restore it from a backup"),
    ("malformed", "the file is damaged", "restore it from a backup; do not send from it"),
    (_HELD, "another program has held it for too long", "end the other one, or wait"),
    ("password authentication failed", "it refuses the login", "see the user and password in DATABASE_URL"),
    ("is locked", "another program has held it for too long", "end the other one, or wait"),
)


def integrity(store: Store) -> str:
    """Ask SQLite whether the file is whole: "ok", or what is wrong with it; "ok" on PostgreSQL."""
    if store.path is None:
        return "ok"
    with store.reading() as connection:
        return str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
