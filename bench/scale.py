"""How much workers carry: `python bench/scale.py [workers|shards|stream|million] [LETTERS]`, and what bounds it.

PostgreSQL (Debian's binaries, syncing to disk), Postfix's smtp-sink, and `mobilize worker` in processes of its own, all
on this machine. The rate is taken from the ledger: tries that were recorded, from the first to the last.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from ground import SINK, sink
from sqlalchemy import func, select, text

from mobilize.desk import allot, plan, start
from mobilize.desk.plan import Chosen
from mobilize.installation import Installation, opened
from mobilize.post import workers
from mobilize.store import queue
from mobilize.store.engine import bring_up
from mobilize.store.schema import attempts
from servers.postgres import Postgres, own_server

MOBILIZE = Path(sys.executable).with_name("mobilize")
SMALL = Path(__file__).parents[1] / "tests" / "soak" / "worker.py"

HEAD = "country,audience,organisation,office,name,gender,email,language,accreditation,sensitive,source,checked_on,notes"


def now() -> dt.datetime:
    """This moment."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Place:
    """A campaign, its database and its relay."""

    folder: Path
    server: Postgres
    database: str


@contextmanager
def place(server: Postgres, port: int, contacts: int, connections: int, *, paper: bool = True) -> Iterator[Place]:
    """Make a campaign of so many NGOs, with a new database."""
    database = server.database()
    url = server.url_of(database)
    bring_up(url, now=now())
    queue.bring_up(url)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "campaign"
        for _ in start.write(path, "bench"):
            pass
        rows = (
            f"KE,ngo,Lantern {n},,,,desk{n}@lantern{n % 997}.example,,,,invented,2026-11-01," for n in range(contacts)
        )
        with (path / "contacts.csv").open("w", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in (HEAD, *rows))
        if not paper:
            toml = path / "campaign.toml"
            toml.write_text(toml.read_text("utf-8").replace("paper = true", "paper = false"), "utf-8")
        (path / ".env").write_text(
            f"SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\nSMTP_CONNECTIONS={connections}\n"
            f"DATABASE_URL={url}\nMOBILIZE_SECRET=bench\nLEASE_SECONDS=10\n"
        )
        yield Place(folder=path, server=server, database=database)
    server.drop(database)


def queued(where: Place) -> float:
    """Plan and queue all; returns letters a second."""
    with opened(where.folder) as installation:
        begin = time.perf_counter()
        found = plan.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        handed = allot.hand_over(installation, found, now=now())
        return handed.letters / (time.perf_counter() - begin)


def carried(where: Place, count: int, *, small: bool, letters: int) -> tuple[float, float]:
    """Have so many workers carry all. Returns letters a second, and seconds of processor time a letter."""
    environment = {**os.environ, "PYTHONPATH": str(SMALL.parents[1])}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [MOBILIZE, "--campaign", where.folder, "worker", "--until-empty"]
    if small:
        words = [sys.executable, SMALL, where.folder, os.devnull]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(words, **pipes, env=environment, text=True) for _ in range(count)]
    children = [_forked(each) for each in running] if small else []
    with opened(where.folder) as installation:
        while left(installation):
            time.sleep(0.2)
        with installation.store.reading() as connection:
            first, last, many = connection.execute(
                select(func.min(attempts.c.at), func.max(attempts.c.at), func.count())
            ).one()
    for child in children:
        os.kill(child, signal.SIGTERM)
    for each in running:
        each.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert many == letters, (many, letters)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return many / (last - first).total_seconds(), busy / many


def _forked(zygote: subprocess.Popen[str]) -> int:
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write("go\n")
    zygote.stdin.flush()
    return int(zygote.stdout.readline())


def left(installation: Installation) -> bool:
    """Whether letters or shards are left."""
    with installation.store.reading() as connection:
        rows = connection.execute(text("SELECT 1 FROM letters WHERE state <> 'sent' LIMIT 1")).first()
    return rows is not None


def by_workers(server: Postgres, port: int, letters: int) -> None:
    """The whole letter, with its paper, and small messages, by 1, 2 and 4 workers."""
    for small, many in ((False, letters), (True, letters * 6)):
        what = "5 KB, ready" if small else "whole letters, with the PDF"
        for count in (1, 2, 4):
            with place(server, port, many, 5) as where:
                rate_in = queued(where)
                rate, cost = carried(where, count, small=small, letters=many)
            used = "" if small else f", {1000 * cost:.1f} ms of processor each, their start included"
            print(f"{what}, {count} workers: {rate:,.0f} letters/s{used} (queued at {rate_in:,.0f}/s)")


def by_shards(server: Postgres, port: int, letters: int) -> None:
    """Small messages by two workers, in shards of several sizes."""
    whole = workers.cut.__kwdefaults__
    assert whole is not None
    for size in (30, 100, 300):
        workers.cut.__kwdefaults__ = {**whole, "size": size}
        with place(server, port, letters, 5) as where:
            queued(where)
            rate, _ = carried(where, 2, small=True, letters=letters)
        print(f"shards of {size:4}: {rate:,.0f} letters/s")


def by_stream(server: Postgres, port: int, letters: int) -> None:
    """As many contacts as one likes, row by row: time of each step, most memory, the last tenth beside the first."""
    with place(server, port, letters, 8) as where:
        begin = time.perf_counter()
        words = [MOBILIZE, "-C", where.folder, "send", "--to-workers", "--stream", "--yes"]
        sending = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert sending.stderr is not None
        tenths, most = [], 0.0
        for line in sending.stderr:
            if line.startswith("queueing"):
                tenths.append(time.perf_counter())
            else:
                print(f"  {line.strip()}")
            most = max(most, peak(sending.pid))
        sending.wait()
        print(f"queued {letters:,} in {time.perf_counter() - begin:.0f} s, at most {most:.0f} MB")
        compare("queued", [after - before for before, after in itertools.pairwise(tenths)])
        words = [MOBILIZE, "-C", where.folder, "worker", "--stream", "--until-empty", "--shards", "4"]
        running = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
        memory = 0.0
        with opened(where.folder) as installation:
            while left(installation):
                memory = max(memory, most_of(running))
                time.sleep(0.5)
            with installation.store.reading() as connection:
                moments = [row.at for row in connection.execute(select(attempts.c.at).order_by(attempts.c.at))]
        for each in running:
            each.wait()
        took = (moments[-1] - moments[0]).total_seconds()
        print(f"sent {letters:,} with 2 workers in {took:.0f} s, {letters / took:,.0f}/s, at most {memory:.0f} MB each")
        size = len(moments) // 10
        ends = [moments[0], *moments[size - 1 :: size]][:11]
        compare("sent", [(after - before).total_seconds() for before, after in itertools.pairwise(ends)])


def most_of(running: Sequence[subprocess.Popen[bytes]]) -> float:
    """The most memory that any of these ever had, in MB."""
    return max(peak(each.pid) for each in running)


def peak(process: int) -> float:
    """The most memory that a process ever had, in MB; 0: it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    except FileNotFoundError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def compare(what: str, tenths: Sequence[float]) -> None:
    """Print how the last tenth went beside the first whole ones."""
    if len(tenths) > 3:  # noqa: PLR2004
        print(f"{what}: seconds a tenth {' '.join(f'{each:.1f}' for each in tenths)}")


def main() -> None:
    """Measure, and print a line each."""
    what = sys.argv[1] if len(sys.argv) > 1 else "workers"
    letters = int(sys.argv[2]) if len(sys.argv) > 2 else 600  # noqa: PLR2004
    if SINK is None or shutil.which("smtp-sink", path="/usr/sbin:/usr/bin") is None:
        sys.exit("smtp-sink is not installed (Debian: postfix)")
    with own_server(durable=True) as server, sink() as port:
        if server is None:
            sys.exit("PostgreSQL is not installed (Debian: postgresql)")
        print(f"load before: {os.getloadavg()[0]:.1f}")
        print(f"{os.cpu_count()} cores, shared by the workers, PostgreSQL and smtp-sink")
        if what == "million":
            from million import by_million  # noqa: PLC0415 - it stands on this file

            by_million(server, letters, int(sys.argv[3]) if len(sys.argv) > 3 else 20)  # noqa: PLR2004
            return
        {"workers": by_workers, "shards": by_shards, "stream": by_stream}[what](server, port, letters)


if __name__ == "__main__":
    main()
