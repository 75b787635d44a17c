"""Four workers, `kill -9` of random ones, and a PostgreSQL that is started anew in the middle.

Duplicates 0, lost 0, and of each kill at most one letter a connection in doubt. `make soak-fleet` runs it over 20,000
letters; the suite, over few. Prints the counts.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from mobilize.desk import allot, figures, status
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.installation import Installation, opened
from mobilize.store import queue
from mobilize.store.engine import bring_up
from servers.postgres import LEASE, WHY_NONE, Postgres, own_server
from servers.smtp import Server, faulty_server
from soak.sender import now

WORKER = Path(__file__).with_name("worker.py")
#: 1: the whole soak; a higher number: so many letters.
SOAK = int(os.environ.get("MOBILIZE_SOAK_FLEET") or 0)
LETTERS = {0: 600, 1: 20_000}.get(SOAK, SOAK)
KILLS, WORKERS, CONNECTIONS = max(4, LETTERS // 500), 4, 4


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    """A server of its own, that syncs to disk: it is going to be stopped in the middle."""
    with own_server(durable=True) as server:
        if server is None:
            pytest.skip(WHY_NONE)
        yield server


def handed_over(folder: Path) -> Installation:
    """Queue all letters for the workers."""
    with opened(folder) as installation:
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        assert len(plan.letters) == LETTERS
        handed = allot.hand_over(installation, plan, now=now())
        assert handed.letters == LETTERS
        return installation


class Fleet:
    """Worker processes, one of which dies now and then."""

    def __init__(self, zygote: subprocess.Popen[str]) -> None:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        self._in: IO[str] = zygote.stdin
        self._out: IO[str] = zygote.stdout
        self.living: list[int] = []

    def start(self) -> None:
        self._in.write("go\n")
        self._in.flush()
        self.living.append(int(self._out.readline()))

    def kill(self, which: int) -> None:
        os.kill(self.living.pop(which), signal.SIGKILL)

    def end(self) -> None:
        for each in self.living:
            os.kill(each, signal.SIGTERM)
        end = time.monotonic() + 20
        while any(Path(f"/proc/{each}").exists() for each in self.living) and time.monotonic() < end:
            time.sleep(0.05)
        assert not [each for each in self.living if Path(f"/proc/{each}").exists()], "a worker did not end"


@contextmanager
def fleet(folder: Path, log: Path) -> Iterator[Fleet]:
    environment = {**os.environ, "PYTHONPATH": str(WORKER.parents[1])}
    words = [sys.executable, str(WORKER), str(folder), str(log)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with log.open("a") as said, subprocess.Popen(words, **pipes, stderr=said, text=True, env=environment) as zygote:
        found = Fleet(zygote)
        try:
            for _ in range(WORKERS):
                found.start()
            yield found
            found.end()
        finally:
            for each in found.living:
                if Path(f"/proc/{each}").exists():
                    os.kill(each, signal.SIGKILL)
            assert zygote.stdin is not None
            zygote.stdin.close()


def waited(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.002)
    return True


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("restarts", [False, True], ids=["kills", "kills-and-a-restart"])
def test_workers_killed_at_random_double_nothing_and_lose_nothing(
    campaign_folder: Callable[..., Path],
    sandbox_env: Callable[[int], str],
    database: Postgres,
    tmp_path: Path,
    restarts: bool,  # noqa: FBT001
) -> None:
    seed = int(os.environ.get("MOBILIZE_SEED", str(random.randrange(10**6))))
    dice = random.Random(seed)
    rows = [f"KE,ngo,Lantern {n},,,,desk{n}@lantern{n % 97}.example,,,,invented,2026-11-01," for n in range(LETTERS)]
    name = database.database()
    url = database.url_of(name)
    bring_up(url, now=now())
    queue.bring_up(url)
    log = tmp_path / "log"
    with faulty_server(Server(slow=0.001)) as server:
        env = sandbox_env(server.port).replace("SMTP_CONNECTIONS=3", f"SMTP_CONNECTIONS={CONNECTIONS}")
        env = env.replace("SMTP_TIMEOUT=2", "SMTP_TIMEOUT=20")
        folder = campaign_folder(*rows, env=f"{env}DATABASE_URL={url}\nMOBILIZE_SECRET=x\nLEASE_SECONDS={LEASE}\n")
        handed_over(folder)
        begin = time.monotonic()
        kills, down = 0, 0
        moments = sorted(dice.sample(range(LETTERS // 20, LETTERS * 9 // 10), KILLS))
        with fleet(folder, log) as workers:
            for number, moment in enumerate(moments):
                if not waited(lambda moment=moment: len(server.taken) >= moment, 120):  # type: ignore[misc]
                    break
                time.sleep(dice.random() * 0.02)
                workers.kill(dice.randrange(len(workers.living)))
                kills += 1
                workers.start()
                if restarts and number == KILLS // 2:
                    database.restart(mode="immediate" if dice.random() < 0.5 else "fast", down=1.0)
                    down += 1
            with opened(folder) as installation:
                assert waited(lambda: settled(installation), 600 if SOAK else 90), log.read_text()
        took = time.monotonic() - begin
        with opened(folder) as installation:
            fates = status.fates(installation, 1)
            with installation.store.reading() as connection:
                shards = queue.counts(connection, installation.campaign.slug)
    counted = Counter(each.state.value for each in fates)
    taken = server.message_ids()
    doubles = {each: count for each, count in taken.items() if count > 1}
    lost = [each.letter for each in fates if each.state == "sent" and each.message_id not in taken]
    unsent = [each.letter for each in fates if each.state not in ("sent", "in_doubt")]
    sys.stderr.write(
        f"\nseed {seed}: {LETTERS} letters, {WORKERS} workers, {CONNECTIONS} connections each, {kills} kills, "
        f"{down} restarts of PostgreSQL, {took:.0f} s: duplicates {len(doubles)}, lost {len(lost)}, "
        f"unsent {len(unsent)}, sent {counted['sent']}, in doubt {counted['in_doubt']} "
        f"(taken by the server {sum(each.message_id in taken for each in fates if each.state == 'in_doubt')})\n"
    )
    assert kills == KILLS
    assert down == int(restarts)
    assert not doubles
    assert not lost
    assert not unsent
    assert counted["sent"] + counted["in_doubt"] == LETTERS
    assert counted["in_doubt"] <= kills * CONNECTIONS, log.read_text()
    assert shards == {"todo": 0, "doing": 0, "failed": 0}
    database.drop(name)


def settled(installation: Installation) -> bool:
    """Whether nothing waits any more, and no shard is in the queue."""
    time.sleep(0.3)
    found = figures.look(installation, 1, now=now()).figures
    with installation.store.reading() as connection:
        shards = queue.counts(connection, installation.campaign.slug)
    return found.left == 0 and not shards["todo"] and not shards["doing"]
