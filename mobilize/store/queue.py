"""The queue of shards on PostgreSQL, kept by Procrastinate in tables of its own in the ledger's database.

A shard names letters that a worker takes as one piece of work. The queue says what is worth trying, and when; whether a
letter may go, the ledger alone decides. So the queue can be lost and made anew from the ledger (`forgotten`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from mobilize.errors import LedgerUnusable
from mobilize.store.engine import Store, connect

if TYPE_CHECKING:
    from procrastinate import App

#: Name of the one task: its arguments are the ids of letters.
TASK = "mobilize.shard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A piece of work."""

    letters: tuple[str, ...]
    #: The higher, the earlier.
    priority: int = 0
    #: Not before this moment; None: at once.
    at: dt.datetime | None = None
    #: Of shards with the same lock, one is worked on at a time; empty: none.
    lock: str = ""


def name(campaign: str) -> str:
    """The queue of a campaign: a worker takes only what its own folder has the letters of."""
    return f"letters-{campaign}"


def defer(connection: Connection, campaign: str, shards: Sequence[Shard]) -> None:
    """Put shards into the queue, in the caller's transaction: with the letters, or not at all."""
    from procrastinate.jobs import Job  # noqa: PLC0415 - the extra `fleet`

    jobs = [
        Job(
            queue=name(campaign),
            task_name=TASK,
            task_kwargs={"letters": list(shard.letters)},
            priority=shard.priority,
            lock=shard.lock or None,
            queueing_lock=None,
            scheduled_at=shard.at,
        )
        for shard in shards
    ]
    if jobs:
        url = connection.engine.url.render_as_string(hide_password=False)
        app(url).job_manager.batch_defer_jobs(jobs=jobs, connection=connection.connection.driver_connection)


def counted(store: Store) -> None:
    """Have PostgreSQL look how the letters lie: of a table that it has not seen it thinks that a campaign has ten.

    It looks by itself once a minute, and until then each page of delivery would read the whole table.
    """
    with store.aside() as connection:
        connection.exec_driver_sql("ANALYZE letters")


def app(url: str) -> App:
    """Procrastinate on the ledger's database. Raises LedgerUnusable where it is not installed."""
    try:
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415 - the extra `fleet`
    except ImportError:
        raise LedgerUnusable("workers need their queue", hint="pip install 'mobilize[fleet]'") from None
    # The heartbeat, the listener and the fetching of work each want a connection now and then.
    return App(connector=PsycopgConnector(conninfo=plain(url), min_size=1, max_size=6))


def plain(url: str) -> str:
    """A URL as PostgreSQL's own tools have it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def bring_up(url: str) -> bool:
    """Make the queue's tables where there are none, and anew where another version of Procrastinate made them.

    What was in them is in the ledger. To be called when no worker runs. Returns whether they were made.
    """
    from importlib.metadata import version  # noqa: PLC0415

    from procrastinate.schema import SchemaManager  # noqa: PLC0415 - the extra `fleet`

    mark = f"procrastinate {version('procrastinate')}"
    store = connect(url)
    try:
        with store.writing() as connection:
            if connection.execute(_MARK).scalar() == mark:
                return False
            driver = connection.connection.driver_connection
            assert driver is not None
            # As they are written, without parameters: their percent signs are their own.
            driver.execute(_AWAY)
            driver.execute(SchemaManager.get_schema())
            connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{mark}'")
            return True
    finally:
        store.close()


_MARK = text("SELECT obj_description(to_regclass('procrastinate_jobs'))")

_AWAY = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename LIKE 'procrastinate@_%' ESCAPE '@' LOOP
        EXECUTE format('DROP TABLE %I CASCADE', found.tablename);
    END LOOP;
    FOR found IN SELECT oid::regprocedure::text AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate@_%' ESCAPE '@' LOOP
        EXECUTE 'DROP FUNCTION ' || found.name || ' CASCADE';
    END LOOP;
    FOR found IN SELECT typname FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace
        AND typname LIKE 'procrastinate@_%' ESCAPE '@' AND typtype IN ('e', 'c') LOOP
        EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', found.typname);
    END LOOP;
END $$
"""


def is_there(store: Store) -> bool:
    """Whether the queue's tables are there. Raises LedgerUnusable."""
    with store.reading() as connection:
        return connection.execute(_MARK).scalar() is not None


def counts(connection: Connection, campaign: str) -> Mapping[str, int]:
    """State of a shard (todo, doing, failed) -> how many."""
    rows = connection.execute(_COUNTS, {"queue": name(campaign)})
    return {"todo": 0, "doing": 0, "failed": 0, **{row.status: row.number for row in rows}}


_COUNTS = text(
    "SELECT status::text, count(*) AS number FROM procrastinate_jobs WHERE queue_name = :queue GROUP BY status"
)


def busy(connection: Connection, campaign: str, seconds: float) -> bool:
    """Whether a shard is being worked on, or may be within so many seconds."""
    return bool(connection.execute(_BUSY, {"queue": name(campaign), "seconds": seconds}).scalar())


_BUSY = text("""
SELECT EXISTS (
    SELECT 1 FROM procrastinate_jobs WHERE queue_name = :queue AND (
        status = 'doing'
        OR status = 'todo' AND coalesce(scheduled_at, now()) <= now() + make_interval(secs => :seconds)
    )
)
""")


def forgotten(connection: Connection, campaign: str, most: int) -> list[str]:
    """Letters that workers are to send and no shard has: a person decided them anew, or the queue was lost.

    Reads all that waits, once: a second for some hundred thousand letters. So it is not to be asked for under a lock.
    """
    rows = connection.execute(_FORGOTTEN, {"campaign": campaign, "queue": name(campaign), "most": most})
    return [row.letter for row in rows]


#: NOT EXISTS, which PostgreSQL answers by one pass over both sides whatever their size; NOT IN would be, beyond some
#: megabytes, a pass over all shards for each letter.
_FORGOTTEN = text("""
WITH held AS MATERIALIZED (
    SELECT jsonb_array_elements_text(args -> 'letters') AS letter FROM procrastinate_jobs
    WHERE queue_name = :queue AND status IN ('todo', 'doing')
)
SELECT letter FROM letters
WHERE campaign = :campaign AND dated IS NOT NULL AND state IN ('queued', 'deferred')
AND NOT EXISTS (SELECT 1 FROM suppression WHERE suppression.address_digest = letters.address_digest)
AND NOT EXISTS (SELECT 1 FROM held WHERE held.letter = letters.letter)
ORDER BY language, country, letter LIMIT :most
""")


def in_a_shard(connection: Connection, campaign: str, which: Sequence[str]) -> frozenset[str]:
    """Those of these letters that a shard has."""
    rows = connection.execute(_HELD, {"queue": name(campaign), "which": list(which)})
    return frozenset(row.letter for row in rows)


_HELD = text("""
SELECT DISTINCT letter
FROM procrastinate_jobs CROSS JOIN LATERAL jsonb_array_elements_text(args -> 'letters') AS held (letter)
WHERE queue_name = :queue AND status IN ('todo', 'doing') AND letter = ANY(:which)
""")
