"""A ledger moves from a file to PostgreSQL and back, whole, and the copy does not send by itself."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, LargeBinary, func, insert, select

from mobilize.desk import outbox as desk
from mobilize.desk import people, plan, send
from mobilize.errors import LedgerUnusable, Refused
from mobilize.installation import opened
from mobilize.store import copy as copying
from mobilize.store import schema, schema_people, witness
from mobilize.store.engine import Store, open_store
from servers.ledger import counts
from servers.postgres import Postgres
from servers.smtp import faulty_server

NOW = dt.datetime(2013, 11, 12, 9, 30, 1, 250_000, tzinfo=dt.UTC)


def nothing(*_: object) -> None:
    pass


def fill(store: Store) -> None:
    """Rows in every table, with what databases differ in: NULL, true, bytes, half seconds, signs beyond Latin."""
    with store.writing() as connection:
        for table in copying.tables():
            for number in range(3):
                connection.execute(insert(table).values(**{c.name: value(c, number) for c in table.columns}))


#: Type -> a value of it for one row.
VALUES: dict[type, Callable[[int], object]] = {
    schema.Moment: lambda number: NOW + dt.timedelta(days=number),
    LargeBinary: lambda number: bytes(range(256)) * (number + 1),
    Date: lambda number: NOW.date() + dt.timedelta(days=number),
    Boolean: lambda number: number == 2,
    Float: lambda number: 1_384_250_000.1 + number,
    Integer: lambda number: number + 7,
    BigInteger: lambda number: 2**40 + number,
}


def value(column: Column[object], number: int) -> object:
    if column.nullable and number == 1:
        return None
    make = VALUES.get(type(column.type))
    return make(number) if make else f"{number}é"


def test_every_table_arrives_whole_and_comes_back(tmp_path: Path, postgres_url: str) -> None:
    first = open_store(tmp_path / "first.sqlite", now=NOW)
    fill(first)
    middle = open_store(postgres_url, now=NOW)
    there = copying.copy(first, middle, told=nothing)
    last = open_store(tmp_path / "last.sqlite", now=NOW)
    back = copying.copy(middle, last, told=nothing)
    assert there == back
    assert {each.table for each in there} == set(schema.metadata.tables) - {"ledger", "leases", "alembic_version"}
    assert {each.rows for each in there} == {3}
    with first.reading() as old, last.reading() as new:
        for table in copying.tables():
            key = list(table.primary_key.columns)
            assert old.execute(select(table).order_by(*key)).all() == new.execute(select(table).order_by(*key)).all()
    with middle.writing() as connection:
        # New rows are numbered on from where the old ones end.
        row = {"at": NOW, "who": "amina", "what": "signed_in", "about": ""}
        assert (
            connection.execute(
                insert(schema_people.audit).values(**row).returning(schema_people.audit.c.number)
            ).scalar()
            == 10
        )
    for store in (first, middle, last):
        store.close()


def test_a_target_with_anything_in_it_is_refused_and_left_alone(tmp_path: Path, postgres_url: str) -> None:
    first, middle = open_store(tmp_path / "first.sqlite", now=NOW), open_store(postgres_url, now=NOW)
    fill(first)
    with middle.writing() as connection:
        connection.execute(insert(schema.switches).values(campaign="c", name="paused", by="amina", at=NOW))
    with pytest.raises(Refused, match="switches"):
        copying.copy(first, middle, told=nothing)
    with middle.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.letters)).scalar() == 0
    first.close()
    middle.close()


def test_a_copy_that_is_not_the_same_is_not_kept(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, middle = open_store(tmp_path / "first.sqlite", now=NOW), open_store(postgres_url, now=NOW)
    fill(first)
    whole = copying.digest

    def damaged(connection: copying.Connection, table: copying.Table) -> str:
        """As if one bit of the reply log had not arrived."""
        bad = connection.dialect.name == "postgresql" and table.name == "raw_mail"
        return whole(connection, table) if not bad else "0" * 64

    monkeypatch.setattr(copying, "digest", damaged)
    with pytest.raises(LedgerUnusable, match="raw_mail is not the same"):
        copying.copy(first, middle, told=nothing)
    with middle.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.letters)).scalar() == 0
    first.close()
    middle.close()


def test_a_digest_sees_every_change() -> None:
    assert copying._plain(b"a") != copying._plain(b"b")
    assert copying._plain(None) != copying._plain("None")
    assert copying._plain("1") != copying._plain(1)


def mobilize(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("mobilize"), "--campaign", folder, *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_campaign_moves_to_a_database_and_goes_on_there(
    campaign_folder: Callable[..., Path],
    sandbox_env: Callable[[int], str],
    postgres_server: Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "RESERVED_TOP", ())
    database = postgres_server.database()
    url = postgres_server.url_of(database)
    with faulty_server() as server:
        env = sandbox_env(server.port).replace("SMTP_SANDBOX=yes", "SMTP_SANDBOX=no")
        folder = campaign_folder(env=env + f"MOBILIZE_KEY={Fernet.generate_key().decode()}\nMOBILIZE_SECRET=x\n")

        def send_some(limit: int | None) -> dict[str, int]:
            with opened(folder) as installation:
                found = plan.plan(installation, chosen=plan.Chosen(), round=1, limit=limit, now=dt.datetime.now(dt.UTC))
                done = send.send(
                    installation, found, now=lambda: dt.datetime.now(dt.UTC), told=nothing, patience=0, by="amina"
                )
                return dict(done.states)

        assert send_some(2) == {"sent": 2}
        with opened(folder) as installation:
            people.add(installation, "amina", people.Role.LEAD, "four words that differ", by="test", now=NOW)
        refused = mobilize(folder, "db", "copy", "folder", "database")
        assert (refused.returncode, "DATABASE_URL is not set" in refused.stderr) == (1, True)
        (folder / ".env").write_text((folder / ".env").read_text() + f"DATABASE_URL={url}\n")
        copied = mobilize(folder, "db", "copy", "folder", "database")
        assert copied.returncode == 0, copied.stderr
        assert "letters\t2\t" in copied.stdout
        assert "outbox release" in copied.stderr
        with pytest.raises(Refused, match="copied or restored"):
            send_some(None)
        with opened(folder) as installation:
            desk.release(installation, by="amina", now=NOW)
            assert people.everybody(installation)[0].name == "amina"
        assert send_some(None) == {"sent": 4}
        with opened(folder) as installation:
            assert counts(installation)["sent"] == 6
        # The file that it came from stays behind, and knows it.
        (folder / ".env").write_text((folder / ".env").read_text().replace(f"DATABASE_URL={url}\n", ""))
        with opened(folder) as installation, installation.store.writing() as connection:
            assert "older copy" in witness.look(connection, witness.here()).doubt
    assert set(server.message_ids().values()) == {1}
    postgres_server.drop(database)


def test_no_password_is_taken_from_the_command_line(campaign_folder: Callable[..., Path]) -> None:
    done = mobilize(campaign_folder(), "db", "copy", "folder", "postgresql+psycopg://me:hunter2@127.0.0.1/x")
    assert done.returncode == 1
    assert "hunter2" not in done.stderr + done.stdout
    assert "command line" in done.stderr


def test_the_database_is_brought_up_from_the_command_line(
    campaign_folder: Callable[..., Path], postgres_server: Postgres
) -> None:
    database = postgres_server.database()
    folder = campaign_folder(env=f"DATABASE_URL={postgres_server.url_of(database)}\nMOBILIZE_SECRET=x\n")
    before = mobilize(folder, "status")
    assert before.returncode == 1
    assert "mobilize db upgrade" in before.stderr
    assert f"Ledger version {schema.VERSION} (made)" in mobilize(folder, "db", "upgrade").stdout
    assert "already" in mobilize(folder, "db", "upgrade").stdout
    assert mobilize(folder, "status").returncode == 0
    postgres_server.drop(database)


def test_bringing_up_waits_for_a_database_that_does_not_answer_yet_where_it_is_asked_to(
    campaign_folder: Callable[..., Path], postgres_server: Postgres
) -> None:
    database = postgres_server.database()
    folder = campaign_folder(env=f"DATABASE_URL={postgres_server.url_of(database)}\nMOBILIZE_SECRET=x\n")
    with psycopg.connect(postgres_server.url, autocommit=True) as admin, ThreadPoolExecutor(1) as other:
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        assert "not currently accepting" in mobilize(folder, "db", "upgrade").stderr
        waiting = other.submit(mobilize, folder, "db", "upgrade", "--wait", "60")
        time.sleep(2)
        assert not waiting.done()
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
        assert f"Ledger version {schema.VERSION} (made)" in waiting.result().stdout
    postgres_server.drop(database)
