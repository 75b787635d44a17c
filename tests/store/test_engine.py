"""The ledger on disk: private, durable, and plain about what is the matter."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text, update

from mobilize.errors import KeyMissing, LedgerUnusable, SettingsWrong
from mobilize.store import schema
from mobilize.store.engine import integrity, open_store
from mobilize.store.sealed import seal

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger" / "ledger.sqlite"
    open_store(path, now=NOW).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_was_committed_is_synced(tmp_path: Path) -> None:
    store = open_store(tmp_path / "ledger.sqlite", now=NOW)
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    assert integrity(store) == "ok"
    store.close()


def test_an_error_keeps_nothing_of_a_transaction(tmp_path: Path) -> None:
    store = open_store(tmp_path / "ledger.sqlite", now=NOW)

    def break_off() -> None:
        with store.writing() as connection:
            connection.execute(update(schema.ledger).values(version=0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with store.reading() as connection:
        assert connection.execute(select(schema.ledger.c.version)).scalar() == schema.VERSION
    store.close()


def test_moments_come_back_in_utc(tmp_path: Path) -> None:
    store = open_store(tmp_path / "ledger.sqlite", now=NOW)
    with store.reading() as connection:
        assert connection.execute(select(schema.ledger.c.made_at)).scalar() == NOW
    store.close()


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    store = open_store(path, now=NOW)
    with store.writing() as connection:
        connection.execute(update(schema.ledger).values(version=schema.VERSION + 1))
    store.close()
    before = path.read_bytes()
    with pytest.raises(LedgerUnusable, match="newer version"):
        open_store(path, now=NOW)
    assert path.read_bytes() == before


def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"country,audience\n" * 100)
    with pytest.raises(LedgerUnusable, match="not a ledger"):
        open_store(path, now=NOW)


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(LedgerUnusable, match=r"exists|Not a directory"):
        open_store(tmp_path / "x" / "ledger.sqlite", now=NOW)


def test_a_read_only_ledger_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    open_store(path, now=NOW).close()
    store = open_store(path, now=NOW)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(LedgerUnusable, match="may only be read"), store.writing() as connection:
        connection.execute(update(schema.ledger).values(version=1))
    store.close()


def test_sealed_mail_is_opened_with_an_older_key_and_with_no_other() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    closed = seal(old).closed(b"a reply")
    assert closed != b"a reply"
    assert seal(f"{new}, {old}").opened(closed) == b"a reply"
    with pytest.raises(KeyMissing):
        seal(new).opened(closed)
    with pytest.raises(KeyMissing):
        seal("").opened(closed)


def test_a_text_that_is_no_key_is_refused_and_not_shown() -> None:
    with pytest.raises(SettingsWrong) as refusal:
        seal("hunter2")
    assert "hunter2" not in str(refusal.value)
