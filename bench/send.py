"""How fast letters leave: `python bench/send.py [LETTERS]`. Prints one line a measure, with what bounds it.

The server is Postfix's smtp-sink (Debian: postfix) in a process of its own; every letter goes through the ledger
(SQLite, synchronous=FULL) as in a real run: claimed before MAIL FROM, marked before its final dot, settled after it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from mobilize.desk import compose, start
from mobilize.desk.ledger import Books, holding
from mobilize.installation import Installation, opened
from mobilize.letter import partner
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import outbox
from mobilize.post.carrier import Run
from mobilize.post.deliver import deliver
from mobilize.post.outbox import Entry
from mobilize.post.schedule import Pace
from mobilize.post.smtp import Server

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
SOURCE = shutil.which("smtp-source", path="/usr/sbin:/usr/bin")


def now() -> dt.datetime:
    """This moment."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert SINK is not None
    with subprocess.Popen([SINK, "-u", "nobody", f"127.0.0.1:{port}", "200"], stderr=subprocess.DEVNULL) as process:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 0.1).close()
                break
            except OSError:
                time.sleep(0.02)
        try:
            yield port
        finally:
            process.terminate()


def entries(count: int) -> Iterator[Entry]:
    """Give rows of an outbox."""
    for number in range(count):
        yield Entry(
            letter=LetterId(f"bench{number:07}"),
            contact=f"ke-ngo-{number:08}",
            round=1,
            country="KE",
            audience="ngo",
            language="en",
            address_digest=f"{number:064}",
            digest="0" * 64,
            message_id=f"<bench{number:07}@wluml.org>",
        )


def run(installation: Installation, port: int, count: int, connections: int, made: dict[LetterId, Message]) -> float:
    """Send so many letters; returns letters a second, from the first claim to the last settled."""
    slug = installation.campaign.slug
    with installation.store.writing() as connection:
        outbox.queue(connection, slug, entries(count), now=now())
    pace = Pace(connections=connections, letters_a_connection=10_000)
    sent: list[str] = []
    with holding(installation) as (holder, _):
        letters = [each.letter for each in entries(count)]
        work = Run(
            server=Server(host="127.0.0.1", port=port, security="none", timeout=30, hello="wluml.org"),
            ledger=Books(
                installation=installation,
                holder=holder,
                now=now,
                pace=pace,
                addresses=dict.fromkeys(letters, ("desk@lantern.example",)),
            ),
            make=made.__getitem__,
            told=lambda each: sent.append(each.state.value),
            said=print,
            chance=random.random,
            clock=lambda: now().timestamp(),
            pace=pace,
            patience=30,
        )
        begin = time.perf_counter()
        work.agenda.add(letters)
        asyncio.run(deliver(work))
        took = time.perf_counter() - begin
    assert sent.count("sent") == count, sent[:3]
    return count / took


def small(letter: LetterId) -> Message:
    """Make a message of 5 KB, ready to go."""
    name = f"<{letter}@wluml.org>"
    head = f"From: wluml@wluml.org\r\nMessage-ID: {name}\r\nSubject: bench\r\n\r\n".encode()
    return Message(
        letter=letter,
        envelope_sender="wluml@wluml.org",
        recipients=("desk@lantern.example",),
        message_id=name,
        data=head + b"A line of a letter that is long enough to be one of them.\r\n" * 84,
        needs_smtputf8=False,
    )


def main() -> None:
    """Measure, and print a line each."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    if SINK is None or SOURCE is None:
        sys.exit("smtp-sink and smtp-source are not installed (Debian: postfix)")
    with tempfile.TemporaryDirectory() as place, sink() as port:
        words = [SOURCE, "-s", "10", "-l", "5000", "-m", str(count), "-d", f"127.0.0.1:{port}"]
        begin = time.perf_counter()
        subprocess.run(words, check=True)
        print(f"smtp-source, 10 connections, no ledger: {count / (time.perf_counter() - begin):,.0f}/s")
        for connections in (1, 3, 10, 20):
            folder = Path(place) / f"c{connections}"
            for _ in start.write(folder, "bench"):
                pass
            with opened(folder) as installation:
                made = {each.letter: small(each.letter) for each in entries(count)}
                rate = run(installation, port, count, connections, made)
            print(f"ready messages of 5 KB through the ledger, {connections:2} connections: {rate:,.0f}/s")
        with opened(folder) as installation:
            whole(installation)


def whole(installation: Installation) -> None:
    """Merge, text, HTML, PDF, MIME: what a letter costs before it is sent."""
    contacts = installation.campaign.contacts[:200]
    begin = time.perf_counter()
    letters = [partner.write(installation.campaign, contact, today=now().date()) for contact in contacts]
    merged = time.perf_counter() - begin
    begin = time.perf_counter()
    for letter in letters:
        compose.message(installation, replace(letter, round=1), now=now())
    made = time.perf_counter() - begin
    merging, making = 1000 * merged / len(letters), 1000 * made / len(letters)
    print(f"merging: {merging:.1f} ms a letter; text, HTML, PDF and MIME: {making:.1f} ms")


if __name__ == "__main__":
    main()
