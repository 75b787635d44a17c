"""A database that goes away in the middle: what was kept is not done again, and what was not is."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import make_url

from mobilize.errors import LedgerUnusable
from mobilize.store.engine import Store, open_store
from mobilize.store.pen import Deed, Pen
from mobilize.store.schema_people import audit

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)


class Wire:
    """A wire between a program and PostgreSQL that can be cut at COMMIT, before it arrives or behind it."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        #: "before": COMMIT is lost; "after": its answer is; empty: neither.
        self.cut = ""
        self.cuts = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._to)
                threading.Thread(target=self._there, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(client, server), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if self.cut and b"COMMIT" in data:
                    kind, self.cut = self.cut, ""
                    self.cuts += 1
                    if kind == "after":
                        # The answer is read by nobody: `_back` finds its client gone.
                        client.shutdown(socket.SHUT_RDWR)
                        server.sendall(data)
                        continue
                    break
                server.sendall(data)
        self._close(client, server)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        self._close(client, server)

    @staticmethod
    def _close(*ends: socket.socket) -> None:
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def end(self) -> None:
        # Closed alone, it would still take the next one.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@contextmanager
def wired(url: str) -> Iterator[tuple[Wire, Store]]:
    target = make_url(url)
    assert target.host is not None
    wire = Wire(target.host, target.port or 5432)
    through = target.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False)
    store = open_store(through, now=NOW)
    try:
        yield wire, store
    finally:
        store.close()
        wire.end()


def note(connection: Connection) -> int:
    found = connection.execute(insert(audit).values(at=NOW, who="amina", what="signed_in").returning(audit.c.number))
    return int(found.scalar_one())


NOTE = Deed(
    statement="INSERT INTO audit (at, who, what, about) VALUES (%(at)s, 'amina', 'signed_in', '') RETURNING number",
    values={"at": NOW.replace(tzinfo=None)},
)


def noted(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(select(audit.c.number)).scalars())


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_transaction_whose_end_was_lost_is_done_once(postgres_url: str, cut: str) -> None:
    with wired(postgres_url) as (wire, store):
        for _ in range(5):
            wire.cut = cut
            number = store.surely(note, patience=20)
            assert noted(store)[-1] == number
        assert wire.cuts == 5
        assert len(noted(store)) == 5


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_lot_whose_end_was_lost_is_written_once(postgres_url: str, cut: str) -> None:
    with wired(postgres_url) as (wire, store):
        pen = Pen(store)
        for _ in range(5):
            wire.cut = cut
            number = pen.surely(lambda: [NOTE, NOTE], lambda done: done[1].rows[0][0], patience=20)
            assert noted(store)[-1] == number
        assert wire.cuts == 5
        assert len(noted(store)) == 10
        pen.close()


def test_a_lot_of_which_one_deed_is_refused_is_not_kept(postgres_url: str) -> None:
    store = open_store(postgres_url, now=NOW)
    pen = Pen(store)
    wrong = Deed(statement="INSERT INTO audit (number) VALUES (%(number)s)", values={"number": 1})
    with pytest.raises(psycopg.IntegrityError):
        pen.surely(lambda: [NOTE, wrong, NOTE], len)
    with pytest.raises(ZeroDivisionError):
        pen.surely(lambda: [NOTE], lambda _: 1 // 0)
    assert noted(store) == []
    assert pen.surely(lambda: [NOTE], len) == 1
    assert len(noted(store)) == 1
    pen.close()
    store.close()


def test_a_lot_waits_for_whoever_writes_alone(postgres_url: str) -> None:
    store = open_store(postgres_url, now=NOW)
    pen = Pen(store)
    pen.surely(lambda: [NOTE], len)
    written = threading.Event()

    def write() -> None:
        pen.surely(lambda: [NOTE], len)
        written.set()

    with store.writing():
        thread = threading.Thread(target=write)
        thread.start()
        assert not written.wait(0.3)
    assert written.wait(10)
    thread.join()
    pen.close()
    store.close()


def test_a_database_that_stays_away_is_said_to_be(postgres_url: str) -> None:
    with wired(postgres_url) as (wire, store):
        store.surely(note)
        wire.end()
        store.engine.dispose()
        with pytest.raises(LedgerUnusable) as refusal:
            store.surely(note, patience=0.5)
        assert refusal.value.away


def test_what_is_wrong_with_the_work_is_not_tried_again(postgres_url: str, tmp_path: Path) -> None:
    for where in (postgres_url, tmp_path / "ledger.sqlite"):
        store = open_store(where, now=NOW)
        tries = []

        def work(connection: Connection, tries: list[int] = tries) -> None:
            tries.append(note(connection))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.surely(work)
        assert len(tries) == 1
        assert noted(store) == []
        store.close()


def test_who_writes_alone_waits_for_those_that_share_and_they_for_it(postgres_url: str) -> None:
    store = open_store(postgres_url, now=NOW)
    order: list[str] = []
    inside, go = threading.Event(), threading.Event()

    def share() -> None:
        with store.sharing() as (connection, _):
            note(connection)
            inside.set()
            go.wait(10)
            order.append("shared")

    def alone() -> None:
        with store.writing() as connection:
            order.append("alone")
            note(connection)

    first = threading.Thread(target=share)
    first.start()
    assert inside.wait(10)
    # Another that shares is not held up.
    with store.sharing() as (connection, _):
        note(connection)
    second = threading.Thread(target=alone)
    second.start()
    second.join(0.5)
    assert second.is_alive()
    go.set()
    first.join()
    second.join()
    assert order == ["shared", "alone"]
    store.close()


def test_a_session_has_an_end_to_its_waiting(postgres_url: str) -> None:
    store = open_store(postgres_url, now=NOW)
    with store.writing() as connection:
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "30s"
    with store.reading() as connection:
        assert connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "5min"
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
    store.close()
