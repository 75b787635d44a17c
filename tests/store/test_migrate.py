"""Ledgers of every older version become one of this, and both ways to a new one lead to the same tables."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from mobilize.errors import LedgerUnusable
from mobilize.store import migrate, schema, schema_people
from mobilize.store.engine import Store, bring_up, connect, open_store
from servers.postgres import Postgres

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)

OLD = sorted(Path(__file__).with_name("ledgers").glob("v*.sql"))

TO_DO = "store/schema.py has changed: run `make migration M='what is new'`, and read the file that it writes"


def old_ledger(tmp_path: Path, dump: Path) -> Path:
    """A ledger as a program of that version left it, with one letter that was sent."""
    path = tmp_path / "ledger.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(dump.read_text("utf-8"))
    connection.close()
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without a table."""
    if request.param == "sqlite":
        store = connect(tmp_path / "ledger.sqlite")
        yield store
        store.close()
    else:
        server: Postgres = request.getfixturevalue("postgres_server")
        name = server.database()
        store = connect(server.url_of(name))
        yield store
        store.close()
        server.drop(name)


def differences(connection: Connection) -> list[object]:
    # Defaults stand in `shape`: Alembic takes an empty text of SQLite's for none.
    options = {"compare_type": True, "include_name": migrate.is_ours}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata)
    return found


def shape(connection: Connection) -> object:
    """All tables with their columns, keys and indexes, as the database tells them."""
    known = inspect(connection)
    return {
        table: (
            {
                column["name"]: (str(column["type"]), column["nullable"], column["default"])
                for column in known.get_columns(table)
            },
            known.get_pk_constraint(table)["constrained_columns"],
            {tuple(each["column_names"]) for each in known.get_unique_constraints(table)},
            {each["name"]: tuple(each["column_names"]) for each in known.get_indexes(table)},
        )
        for table in known.get_table_names()
        if not table.startswith(migrate.OTHERS)
    }


def test_the_migrations_lead_to_the_page_of_tables(nothing: Store) -> None:
    with nothing.writing() as connection:
        migrate.upgrade(connection, NOW)
    with nothing.reading() as connection:
        assert differences(connection) == [], TO_DO
        migrated = shape(connection)
    with nothing.writing() as connection:
        schema.metadata.drop_all(connection)
        migrate.make(connection, NOW)
    with nothing.reading() as connection:
        assert shape(connection) == migrated
        assert connection.execute(select(schema.alembic_version.c.version_num)).scalar() == migrate.name(schema.VERSION)


def test_the_version_is_the_number_of_the_newest_migration() -> None:
    heads = ScriptDirectory(str(migrate.FOLDER)).get_heads()
    assert heads == [migrate.name(schema.VERSION)], TO_DO


def test_deeds_that_were_noted_stay_as_they_are(nothing: Store) -> None:
    with nothing.writing() as connection:
        migrate.upgrade(connection, NOW)
        connection.execute(schema_people.audit.insert().values(at=NOW, who="amina", what="signed_in"))
    for deed in (update(schema_people.audit).values(who="nobody"), schema_people.audit.delete()):
        with pytest.raises(DatabaseError, match="rows of audit are kept"), nothing.writing() as connection:
            connection.execute(deed)
    with nothing.reading() as connection:
        assert connection.execute(select(schema_people.audit.c.who)).scalars().all() == ["amina"]


@pytest.mark.parametrize("dump", OLD, ids=[each.stem for each in OLD])
def test_a_ledger_of_an_older_version_is_brought_up_and_keeps_what_it_holds(tmp_path: Path, dump: Path) -> None:
    path = old_ledger(tmp_path, dump)
    store = open_store(path, now=NOW)
    with store.reading() as connection:
        assert connection.execute(select(schema.ledger.c.version)).scalar() == schema.VERSION
        assert connection.execute(select(schema.ledger.c.made_at)).scalar() == NOW
        letter = connection.execute(select(schema.letters)).one()
        assert (letter.state, letter.tried_since, letter.dated, letter.office_hours) == ("sent", None, None, False)
        assert connection.execute(select(schema.attempts.c.answer)).scalar() == "250 ok"
        assert differences(connection) == []
        brought_up = shape(connection)
    store.close()
    new = open_store(tmp_path / "new.sqlite", now=NOW)
    with new.reading() as connection:
        assert shape(connection) == brought_up
    new.close()


def test_there_is_a_ledger_of_every_version_to_try() -> None:
    assert [each.stem for each in OLD] == [f"v{number}" for number in range(1, len(OLD) + 1)]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old_ledger(tmp_path, OLD[0])

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mobilize.store.migrate.update", fail)
    with pytest.raises(KeyboardInterrupt):
        open_store(path, now=NOW)
    monkeypatch.undo()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT version FROM ledger").fetchone() == (1,)
        assert not connection.execute("SELECT name FROM sqlite_master WHERE name = 'leases'").fetchall()
    connection.close()


def test_a_database_is_brought_up_only_when_a_person_says_so(postgres_server: Postgres) -> None:
    name = postgres_server.database()
    url = postgres_server.url_of(name)
    with pytest.raises(LedgerUnusable, match="no ledger yet") as refusal:
        open_store(url, now=NOW)
    assert refusal.value.hint == "mobilize db upgrade"
    assert bring_up(url, now=NOW) == (None, schema.VERSION)
    assert bring_up(url, now=NOW) == (schema.VERSION, schema.VERSION)
    store = open_store(url, now=NOW)
    with store.writing() as connection:
        connection.execute(update(schema.ledger).values(version=schema.VERSION - 1))
    store.close()
    with pytest.raises(LedgerUnusable, match="this program needs"):
        open_store(url, now=NOW)
    store = connect(url)
    with store.writing() as connection:
        connection.execute(update(schema.ledger).values(version=schema.VERSION + 1))
    for action in (open_store, bring_up):
        with pytest.raises(LedgerUnusable, match="newer version"):
            action(url, now=NOW)
    store.close()
    postgres_server.drop(name)


def test_words_of_a_url_are_not_shown() -> None:
    for url in ("mysql://root:hunter2@host/x", "postgresql+psycopg://:hunter2@@@[/x"):
        with pytest.raises(LedgerUnusable) as refusal:
            open_store(url, now=NOW)
        assert "hunter2" not in str(refusal.value)
    with pytest.raises(LedgerUnusable) as refusal:
        open_store("postgresql://me:hunter2@127.0.0.1:9/x?connect_timeout=2", now=NOW)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.away


def test_an_open_ledger_does_not_show_its_password() -> None:
    store = connect("postgresql://me:hunter2@127.0.0.1:9/x")
    assert "hunter2" not in repr(store)
    with pytest.raises(LedgerUnusable), store.reading() as connection:
        connection.execute(text("SELECT 1"))
    store.close()
