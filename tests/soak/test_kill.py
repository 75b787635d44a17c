"""`kill -9` at random moments of a campaign, against a real server that drops at random too.

Duplicates 0, lost 0, and of each kill at most one letter a connection in doubt. `make soak` runs 200 kills over 2,000
letters; the suite, few. Prints the counts.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mobilize.desk import status
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.post import outbox
from mobilize.post.outbox import Entry
from mobilize.store.schema import letters
from servers.ledger import counts
from servers.smtp import Server, faulty_server
from soak.sender import now

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

SENDER = Path(__file__).with_name("sender.py")
SOAK = bool(os.environ.get("MOBILIZE_SOAK"))
LETTERS, KILLS, CONNECTIONS = (2000, 200, 4) if SOAK else (120, 5, 4)


def queue(installation: Installation, count: int) -> None:
    entries = [
        Entry(
            letter=LetterId(f"soak{number:08}"),
            contact=f"ke-ngo-{number:08}",
            round=1,
            country="KE",
            audience="ngo",
            language="en",
            address_digest=f"{number:064}",
            digest="0" * 64,
            message_id=f"<soak{number:08}@wluml.org>",
        )
        for number in range(count)
    ]
    with installation.store.writing() as connection:
        outbox.queue(connection, installation.campaign.slug, entries, now=now())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("drops", [False, True], ids=["well-behaved", "dropping"])
def test_killed_at_random_moments_nothing_is_doubled_and_nothing_lost(
    campaign_folder: Callable[..., Path],
    drops: bool,  # noqa: FBT001
) -> None:
    seed = int(os.environ.get("MOBILIZE_SEED", str(random.randrange(10**6))))
    dice = random.Random(seed)
    state = Server(slow=0.002)
    if drops:
        state.roll = lambda step: dice.random() < {"mail": 0.01, "rcpt": 0.01, "data": 0.01, "text": 0.01}.get(step, 0)
    with faulty_server(state) as server:
        folder = campaign_folder()
        with opened(folder) as installation:
            queue(installation, LETTERS)
        kills, doubts = _killed(folder, server, dice)
        with opened(folder) as installation:
            found = counts(installation)
            fates = status.fates(installation, 1)
    taken = server.message_ids()
    answered = Counter(_id(each.data) for each in server.taken if each.answered)
    doubles = {name: count for name, count in taken.items() if count > 1}
    said_sent = {each.message_id for each in fates if each.state == "sent"}
    lost = [each.message_id for each in fates if each.state == "sent" and each.message_id not in taken]
    unsent = [each.message_id for each in fates if each.state not in ("sent", "in_doubt")]
    sys.stderr.write(
        f"\nseed {seed}: {LETTERS} letters, {kills} kills, {CONNECTIONS} connections, dropping={drops}: "
        f"duplicates {len(doubles)}, lost {len(lost)}, unsent {len(unsent)}, sent {found['sent']}, "
        f"in doubt {found['in_doubt']} (most of one kill {max(doubts, default=0)}; "
        f"of them taken by the server {sum(each.message_id in taken for each in fates if each.state == 'in_doubt')})\n"
    )
    assert not doubles
    assert not lost
    assert not unsent
    assert found["sent"] + found["in_doubt"] == LETTERS
    # A kill leaves at most a letter a connection in doubt; what the server dropped after the dot comes on top.
    dropped = sum(not each.answered for each in server.taken) if drops else 0
    assert found["in_doubt"] <= kills * CONNECTIONS + dropped
    if not drops:
        assert max(doubts, default=0) <= CONNECTIONS
    assert set(answered) >= said_sent


def _killed(folder: Path, server: Server, dice: random.Random) -> tuple[int, list[int]]:
    """Send, and kill the program again and again; then let it end. Returns the kills, and the doubts of each."""
    words = [sys.executable, str(SENDER), str(folder), str(server.port), str(CONNECTIONS)]
    environment = {**os.environ, "PYTHONPATH": str(SENDER.parents[1])}
    doubts = []
    kills = 0
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        while True:
            zygote.stdin.write("go\n")
            zygote.stdin.flush()
            child = int(zygote.stdout.readline())
            if kills < KILLS:
                already = len(server.taken)
                wanted = already + dice.randrange(1, max(2, LETTERS // KILLS))
                end = time.monotonic() + 20
                while len(server.taken) < wanted and time.monotonic() < end and _runs(child):
                    time.sleep(0.0005)
                time.sleep(dice.random() * 0.01)
                if _runs(child):
                    os.kill(child, signal.SIGKILL)
                    kills += 1
            assert zygote.stdout.readline() == "ended\n"
            with opened(folder) as installation:
                found = counts(installation)
                doubts += _handed_over(installation)
            if found["queued"] + found["sending"] + found["deferred"] == 0:
                zygote.stdin.close()
                return kills, doubts
            if found["deferred"] and not found["queued"] and not found["sending"]:
                _let_time_pass(folder)


def _let_time_pass(folder: Path) -> None:
    """Deferred letters come due: in place of waiting five minutes."""
    from mobilize.store.schema import letters  # noqa: PLC0415

    with opened(folder) as installation, installation.store.writing() as connection:
        connection.execute(letters.update().where(letters.c.state == "deferred").values(due_at=now()))


def _runs(child: int) -> bool:
    try:
        with Path(f"/proc/{child}/stat").open() as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _id(data: bytes) -> str:
    return (
        next(line for line in data.split(b"\r\n") if line.startswith(b"Message-ID:")).split(b":", 1)[1].strip().decode()
    )


def _handed_over(installation: Installation) -> list[int]:
    """How many letters each program that was killed leaves in doubt, before anybody has found it dead.

    On PostgreSQL that takes as long as a lease: several dead ones are then found at once.
    """
    on_the_wire = select(letters.c.holder, func.count().label("letters")).where(
        letters.c.state == "sending", letters.c.handed_over.is_(True)
    )
    with installation.store.reading() as connection:
        return [row.letters for row in connection.execute(on_the_wire.group_by(letters.c.holder))]
