"""A restored copy of the ledger does not know what went out since: it starts with sending off."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mobilize.desk import outbox as desk
from mobilize.desk import plan as planning
from mobilize.desk import send
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.installation import opened
from mobilize.store.schema import ledger
from servers.postgres import Postgres
from servers.smtp import Server, faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


def send_some(folder: Path, limit: int | None = None) -> dict[str, int]:
    with opened(folder) as installation:
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=limit, now=now())
        return dict(send.send(installation, plan, now=now, told=lambda *_: None, patience=0).states)


@pytest.fixture
def real_send(
    monkeypatch: pytest.MonkeyPatch, campaign_folder: MakeFolder, sandbox_env: Env
) -> Callable[[Server], Path]:
    """A campaign that believes that it sends for real: reserved names count as names of the world, on loopback."""
    monkeypatch.setattr(planning, "RESERVED_TOP", ())
    return lambda server: campaign_folder(
        *rows(6), env=sandbox_env(server.port).replace("SMTP_SANDBOX=yes", "SMTP_SANDBOX=no")
    )


def test_a_ledger_that_is_put_back_is_behind_its_witness(real_send: Callable[[Server], Path], tmp_path: Path) -> None:
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, 2) == {"sent": 2}
        shutil.copytree(folder / ".mobilize", tmp_path / "backup")
        assert send_some(folder, 2) == {"sent": 2}
        shutil.rmtree(folder / ".mobilize")
        shutil.copytree(tmp_path / "backup", folder / ".mobilize")
        with pytest.raises(Refused, match="an older copy: 2 letters were taken to be sent since"):
            send_some(folder)
        assert len(server.taken) == 4


def test_a_copy_on_another_machine_starts_with_sending_off(
    real_send: Callable[[Server], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, 2) == {"sent": 2}
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another-machine"))
        with pytest.raises(Refused, match="never sent from on this machine") as refusal:
            send_some(folder)
        assert "outbox release" in refusal.value.hint
        with opened(folder) as installation:
            with pytest.raises(Refused, match="who decides"):
                desk.release(installation, by="", now=now())
            desk.release(installation, by="Amina", now=now())
        assert send_some(folder) == {"sent": 4}


def test_of_two_copies_on_one_machine_one_sends(real_send: Callable[[Server], Path], tmp_path: Path) -> None:
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, 2) == {"sent": 2}
        shutil.copytree(folder, tmp_path / "copy")
        assert send_some(tmp_path / "copy") == {"sent": 4}
        with pytest.raises(Refused, match="older copy: 4 letters"):
            send_some(folder)
    assert set(server.message_ids().values()) == {1}


def test_a_folder_that_is_only_moved_goes_on(real_send: Callable[[Server], Path], tmp_path: Path) -> None:
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, 2) == {"sent": 2}
        folder.rename(tmp_path / "moved")
        assert send_some(tmp_path / "moved") == {"sent": 4}


def test_a_new_ledger_sends_at_once(real_send: Callable[[Server], Path]) -> None:
    with faulty_server() as server:
        assert send_some(real_send(server)) == {"sent": 6}


def test_a_database_restored_into_another_starts_with_sending_off(
    real_send: Callable[[Server], Path],
    on_postgres: str,
    postgres_server: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, limit=2) == {"sent": 2}
        # A second machine joins: it has no witness, and needs none.
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "second"))
        assert send_some(folder, limit=1) == {"sent": 1}
        copy = postgres_server.database(on_postgres.rpartition("/")[2])
        monkeypatch.setenv("DATABASE_URL", postgres_server.url_of(copy))
        with pytest.raises(Refused, match="copied or restored from another database"):
            send_some(folder)
        with opened(folder) as installation:
            desk.release(installation, by="amina", now=now())
        assert send_some(folder, limit=1) == {"sent": 1}
        # The first machine is the one that knows that the original lacks a letter now: it has the copy's witness.
        monkeypatch.setenv("DATABASE_URL", on_postgres)
        with pytest.raises(Refused, match="older copy"):
            send_some(folder)
        monkeypatch.undo()
    postgres_server.drop(copy)
    assert set(server.message_ids().values()) == {1}


def test_a_database_that_was_set_back_is_behind_the_witness_of_each_machine_that_sent(
    real_send: Callable[[Server], Path], on_postgres: str
) -> None:
    del on_postgres
    with faulty_server() as server:
        folder = real_send(server)
        assert send_some(folder, limit=3) == {"sent": 3}
        with opened(folder) as installation, installation.store.writing() as connection:
            connection.execute(ledger.update().values(claims=1))
        with pytest.raises(Refused, match="older copy: 2 letters"):
            send_some(folder)
