"""Ledgers of older versions are brought up by Alembic, on SQLite and PostgreSQL alike.

Alembic rules: the files in migrations/versions say how. `ledger.version` is the number of the last that ran, so that a
program sees at a glance, and without Alembic, whether a ledger is older or newer than itself. A new ledger is made from
store/schema.py at once and stamped; a test holds that both ways lead to the same tables.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, insert, inspect, select, update

from mobilize.store import schema, schema_cases, schema_filings, schema_people, schema_web

if TYPE_CHECKING:
    from alembic.config import Config

#: Every page of tables: to have read one is what puts its tables among the others.
PAGES = (schema, schema_cases, schema_filings, schema_people, schema_web)

#: Tables of the engine that carries work to the workers: its own, not ours.
OTHERS = "procrastinate_"

FOLDER = Path(__file__).parent / "migrations"


def version(connection: Connection) -> int | None:
    """The version of the ledger in a database; None: there is none."""
    if not inspect(connection).has_table(schema.ledger.name):
        return None
    return connection.execute(select(schema.ledger.c.version)).scalar()


def make(connection: Connection, now: dt.datetime) -> None:
    """Make a new ledger from the page of tables, unless another program was faster. The caller's transaction."""
    schema.metadata.create_all(connection)
    if connection.execute(select(schema.ledger.c.version)).first() is None:
        connection.execute(insert(schema.ledger).values(version=schema.VERSION, made_at=now))
        connection.execute(insert(schema.alembic_version).values(version_num=name(schema.VERSION)))


def upgrade(connection: Connection, now: dt.datetime) -> None:
    """Run the migrations that a ledger, or an empty database, lacks: all, or none (the caller's transaction)."""
    run(connection)
    if connection.execute(select(schema.ledger.c.version)).first() is None:
        connection.execute(insert(schema.ledger).values(version=schema.VERSION, made_at=now))
    connection.execute(update(schema.ledger).values(version=schema.VERSION))


def run(connection: Connection) -> None:
    """Run the migrations alone: the tables are then those of the newest of them."""
    # It costs a fifth of a second, and most programs never need it.
    from alembic import command  # noqa: PLC0415

    command.upgrade(config(connection), "head")


def config(connection: Connection) -> Config:
    """What Alembic wants to know: where the files are, and over which connection."""
    from alembic.config import Config  # noqa: PLC0415

    found = Config()
    # A percent sign begins an interpolation there.
    found.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    found.set_main_option("version_locations", str(FOLDER / "versions").replace("%", "%%"))
    found.set_main_option("path_separator", "newline")
    found.attributes["connection"] = connection
    return found


def name(number: int) -> str:
    """The name of a version as Alembic has it: "0007"."""
    return f"{number:04}"


def write(connection: Connection, what: str) -> Path:
    """Write the migration from the newest to the page of tables as it is now. The ledger is of the newest version."""
    from alembic import command  # noqa: PLC0415

    chosen = config(connection)
    chosen.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    made = command.revision(chosen, message=what, autogenerate=True, rev_id=name(newest(connection) + 1))
    assert made is not None
    assert not isinstance(made, list)
    return Path(made.path)


def newest(connection: Connection) -> int:
    """The number of the newest migration."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return int(ScriptDirectory.from_config(config(connection)).get_current_head() or 0)


def is_ours(found: str | None, kind: str, _parents: object) -> bool:
    """Whether a name in the database is of our tables (Alembic's include_name)."""
    return kind != "table" or not (found or "").startswith(OTHERS)


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write a moment into a migration as the database has it (Alembic's render_item); all else as Alembic does."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, schema.Moment) else False
