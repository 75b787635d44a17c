"""A million, the whole way: `python bench/scale.py million N [CONNECTIONS]`, or `make bench-million`.

contacts.csv of N rows, PostgreSQL that syncs to disk, Postfix's smtp-sink, and the real commands: `send --to-workers
--stream`, then two `worker --stream`; letters with text and HTML. Prints how far it is, and at the end what the ledger
and the sink counted.
"""

from __future__ import annotations

import itertools
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from ground import SINK, free_port
from scale import MOBILIZE, Place, peak, place

from mobilize.store import queue
from servers.postgres import Postgres

WORKERS = 2


@dataclass
class Sink:
    """smtp-sink, and what it counts."""

    port: int
    messages: int = 0


@contextmanager
def counting_sink() -> Iterator[Sink]:
    """Run smtp-sink with its counters."""
    assert SINK is not None
    found = Sink(free_port())
    words = [SINK, "-c", "-u", "nobody", f"127.0.0.1:{found.port}", "200"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        pipe = process.stdout

        def read() -> None:
            rest = b""
            while said := pipe.read1(65536):
                counted = re.findall(rb"mesg=(\d+)\s", rest + said)
                rest = said[-80:]
                if counted:
                    found.messages = int(counted[-1])

        threading.Thread(target=read, daemon=True).start()
        try:
            yield found
        finally:
            process.terminate()


@dataclass
class Memory:
    """The most that each process of some programs ever had, in MB, sampled."""

    of: dict[str, float] = field(default_factory=dict)

    def look(self, name: str, process: int) -> None:
        """Look at a process and at those that it started."""
        self.of[name] = max(self.of.get(name, 0.0), peak(process))
        with suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            for place_, child in enumerate(children):
                self.look(f"{name}.{place_ + 1}", int(child))

    def __str__(self) -> str:
        return ", ".join(f"{name} {most:.0f}" for name, most in self.of.items())


class Tenths:
    """The rate of every tenth of a number."""

    def __init__(self, what: str, whole: int) -> None:
        self.what, self.whole = what, whole
        self.begin = time.perf_counter()
        self.moments = [(self.begin, 0)]

    def reached(self, number: int) -> None:
        """So many are done now."""
        if number >= self.whole * len(self.moments) // 10 and len(self.moments) <= 10:  # noqa: PLR2004 - tenths
            now = time.perf_counter()
            before, done = self.moments[-1]
            self.moments.append((now, number))
            rate = (number - done) / max(now - before, 1e-9)
            print(f"  {self.what} {number:,} of {self.whole:,}: {rate:,.0f}/s", flush=True)

    def rates(self) -> list[float]:
        """Letters a second, of each tenth."""
        pairs = itertools.pairwise(self.moments)
        return [(many - done) / (after - before) for (before, done), (after, many) in pairs]

    def say(self) -> None:
        """Print how the last went beside the first."""
        rates = self.rates()
        print(f"{self.what}: letters/s of each tenth {' '.join(f'{each:,.0f}' for each in rates)}")
        if len(rates) > 1:
            print(f"{self.what}: last over first tenth {rates[-1] / rates[0]:.2f}")


def queued(where: Place, letters: int) -> None:
    """Read, check, plan and queue, as the lead does."""
    memory, tenths = Memory(), None
    words = [MOBILIZE, "-C", where.folder, "send", "--to-workers", "--stream", "--yes"]
    begin = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sending:
        assert sending.stderr is not None
        for line in sending.stderr:
            found = re.match(r"queueing\D*(\d[\d,]*)", line)
            if line.startswith("Read"):
                print(f"read + check: {time.perf_counter() - begin:.1f} s", flush=True)
                tenths = Tenths("queued", letters)
            elif found and tenths is not None:
                tenths.reached(int(found[1].replace(",", "")))
            else:
                print(f"  {line.strip()}")
            memory.look("send", sending.pid)
    assert sending.returncode == 0, sending.returncode
    assert tenths is not None
    print(f"plan + queue: {time.perf_counter() - tenths.begin:.1f} s, ", end="")
    print(f"{letters / (time.perf_counter() - tenths.begin):,.0f} letters/s; peak MB: {memory}")
    tenths.say()


def sent(where: Place, letters: int, url: str) -> None:
    """Send with two workers."""
    memory = Memory()
    words = [MOBILIZE, "-C", where.folder, "worker", "--stream", "--until-empty"]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begin = time.perf_counter()
    running = [subprocess.Popen(words, **pipes) for _ in range(WORKERS)]
    with psycopg.connect(url, autocommit=True) as connection:
        while not tries(connection):
            alive(running)
            time.sleep(0.2)
        print(f"first letter after {time.perf_counter() - begin:.1f} s", flush=True)
        tenths = Tenths("sent", letters)
        while (done := tries(connection)) < letters:
            tenths.reached(done)
            for number, each in enumerate(running):
                memory.look(f"worker {number + 1}", each.pid)
            alive(running)
            time.sleep(0.1)
        tenths.reached(done)
    took = time.perf_counter() - tenths.begin
    for each in running:
        each.wait()
    print(f"send: {took:.1f} s, {letters / took:,.0f} letters/s; peak MB: {memory}")
    tenths.say()


def alive(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Say it where a worker ended before the end."""
    assert any(each.poll() is None for each in running), "no worker runs any more"


def tries(connection: psycopg.Connection[tuple[int]]) -> int:
    """How many tries there were, by the number of the last: what is counted with a table's end costs nothing."""
    row = connection.execute("SELECT coalesce(max(number), 0) FROM attempts").fetchone()
    return row[0] if row else 0


def by_million(server: Postgres, letters: int, connections: int) -> None:
    """Do it, and compare what the ledger says with what the sink got."""
    with counting_sink() as sink:
        begin = time.perf_counter()
        with place(server, sink.port, letters, connections, paper=False) as where:
            print(f"made contacts.csv of {letters:,} rows in {time.perf_counter() - begin:.1f} s", flush=True)
            queued(where, letters)
            url = queue.plain(server.url_of(where.database))
            sent(where, letters, url)
            with psycopg.connect(url) as connection:
                rows = connection.execute("SELECT state, count(*) FROM letters GROUP BY state").fetchall()
                size = connection.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone()
        states = ", ".join(f"{many:,} {state}" for state, many in rows)
        print(f"the ledger holds {states}; the sink counted {sink.messages:,} messages; the database has {size}")
        assert dict(rows) == {"sent": letters}
        assert sink.messages == letters, sink.messages
