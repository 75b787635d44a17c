"""How fast letters leave: `python bench/send.py [LETTERS]`. Prints one line a measure, with what bounds it.

The server is Postfix's smtp-sink (Debian: postfix) in a process of its own; every letter goes through the ledger
(SQLite, synchronous=FULL) as in a real run: claimed before MAIL FROM, marked before its final dot, settled after it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import multiprocessing
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import letters as letters_bench
from mobilize.campaign.contacts import Contact
from mobilize.desk import start
from mobilize.desk.compose import Order
from mobilize.desk.ledger import Books, holding
from mobilize.desk.press import MANY, press
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import outbox
from mobilize.post.deliver import deliver
from mobilize.post.notes import Answers, Page, Tried
from mobilize.post.outbox import Entry
from mobilize.post.run import Run, Unmade
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


@dataclass(frozen=True)
class NoLedger:
    """Says yes to everything and writes nothing: what the wire alone can do."""

    def write(self, page: Page) -> Answers:
        """Answer as a ledger would."""
        claims = {letter: Tried(letter=letter, attempt=1, age=0.0) for letter in page.claimed}
        return Answers(turns=dict.fromkeys(page.booked, 0.0), claims=dict(claims))


def run(
    installation: Installation,
    port: int,
    letters: Sequence[LetterId],
    connections: int,
    make: Callable[[Sequence[LetterId]], Sequence[Message | Unmade]],
    *,
    ledger: bool = True,
    presses: int = 1,
    batch: int = 16,
) -> float:
    """Send letters that are queued; returns letters a second, from the first claim to the last settled."""
    pace = Pace(connections=connections, letters_a_connection=10_000)
    sent: list[str] = []
    with holding(installation) as (holder, _):
        books = Books(
            installation=installation,
            holder=holder,
            now=now,
            pace=pace,
            addresses=dict.fromkeys(letters, ("desk@lantern.example",)),
        )
        work = Run(
            server=Server(host="127.0.0.1", port=port, security="none", timeout=30, hello="wluml.org"),
            ledger=books if ledger else NoLedger(),
            make=make,
            presses=presses,
            batch=batch,
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
    assert sent.count("sent") == len(letters), sent[:3]
    return len(letters) / took


def queued(installation: Installation, count: int) -> list[LetterId]:
    """Queue so many letters."""
    with installation.store.writing() as connection:
        outbox.queue(connection, installation.campaign.slug, entries(count), now=now())
    return [each.letter for each in entries(count)]


def small(letters: Sequence[LetterId]) -> list[Message]:
    """Make messages of 5 KB, ready to go."""
    return [_small(letter) for letter in letters]


def _small(letter: LetterId) -> Message:
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


def say(what: str, figure: float, wanted: float, *, most: bool = False) -> None:
    """Print one figure beside what is wanted of it."""
    good = figure <= wanted if most else figure >= wanted
    print(f"{what:66} {figure:9.2f}   {'≤' if most else '≥'} {wanted:<6} {'' if good else 'FALLS SHORT'}")


def source(port: int, count: int, size: int) -> float:
    """Messages a second that Postfix's own source sends over ten kept connections."""
    words = [str(SOURCE), "-s", "10", "-l", str(size), "-m", str(count), "-d", f"127.0.0.1:{port}"]
    begin = time.perf_counter()
    subprocess.run(words, check=True)
    return count / (time.perf_counter() - begin)


@contextmanager
def fresh(place: str, name: str, *, paper: bool = True) -> Iterator[Installation]:
    """A new campaign folder with its ledger."""
    folder = Path(place) / name
    for _ in start.write(folder, "bench"):
        pass
    if not paper:
        settled = folder / "campaign.toml"
        settled.write_text(settled.read_text("utf-8").replace("paper = true", "paper = false"), "utf-8")
    with opened(folder) as installation:
        yield installation


def main() -> None:
    """Measure, and print a line each."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    if SINK is None or SOURCE is None:
        sys.exit("smtp-sink and smtp-source are not installed (Debian: postfix)")
    with tempfile.TemporaryDirectory() as place, sink() as port:
        print(f"smtp-source, 10 connections, no ledger: {source(port, count, 5000):,.0f}/s")
        rates = {}
        for connections in (1, 3, 10, 20):
            with fresh(place, f"c{connections}") as installation:
                letters = queued(installation, count)
                rates[connections] = run(installation, port, letters, connections, small)
            print(f"5 KB, ready, through the ledger, {connections:2} connections: {rates[connections]:,.0f}/s")
        with fresh(place, "no-ledger") as installation:
            alone = run(installation, port, [each.letter for each in entries(count)], 20, small, ledger=False)
        say("send with the ledger over send without, 20 connections", rates[20] / alone, 0.75)
        whole(place, port)
        with fresh(place, "many") as installation:
            many(installation, port)


def pressed(
    installation: Installation, port: int, contacts: Sequence[Contact], rounds: int, connections: int = 20
) -> tuple[float, int]:
    """Letters a second on the product's own path, and octets a letter: merged, written, built, recorded, delivered.

    The processes of the press run already; nothing of the letters is made before.
    """
    wanted = {
        LetterId(f"bench{place:07}"): Order(letter=LetterId(""), contact=contact, round=number, today=now().date())
        for place, (number, contact) in enumerate((n, each) for n in range(1, rounds + 1) for each in contacts)
    }
    queued(installation, len(wanted))
    octets: list[int] = []
    with press(installation, MANY) as printer:

        def make(letters: Sequence[LetterId]) -> list[Message | Unmade]:
            made: list[Message | Unmade] = []
            filled = printer.make([wanted[letter] for letter in letters], now())
            for letter, each in zip(letters, filled, strict=True):
                assert isinstance(each, Message), each
                octets.append(len(each.data))
                made.append(replace(each, letter=letter, recipients=("desk@lantern.example",), needs_smtputf8=False))
            return made

        while len(multiprocessing.active_children()) < printer.processes:
            time.sleep(0.05)
        # They run, and have each letter's templates at hand, as after the first seconds of any run.
        for _ in range(2 * printer.processes):
            printer.make([wanted[letter] for letter in list(wanted)[: len(contacts)]], now())
        batch = 16 if not installation.campaign.rules.paper else 4
        rate = run(installation, port, list(wanted), connections, make, presses=printer.processes, batch=batch)
    return rate, round(sum(octets) / len(octets))


def whole(place: str, port: int) -> None:
    """Letters as they are sent: with text and HTML, then with the paper."""
    with fresh(place, "mail", paper=False) as installation:
        contacts = [each for each in installation.campaign.contacts if each.audience != "ngo"]
        rate, size = pressed(installation, port, contacts, rounds=16)
        print(f"text + HTML, merged, built, recorded, delivered ({size:,} octets): {rate:,.0f}/s")
        say("the same over smtp-source with messages of that size", rate / source(port, 20_000, size), 0.20)
    with fresh(place, "paper") as installation:
        contacts = [each for each in installation.campaign.contacts if each.audience == "minister"]
        rate, size = pressed(installation, port, contacts, rounds=4, connections=10)
        print(f"with the PDF ({size:,} octets): {rate:,.0f}/s")
        say("the same over bare Typst in one process a core", rate / letters_bench.processes(2, ministers=True), 0.75)


def many(installation: Installation, port: int) -> None:
    """Fifty thousand queued letters: how long until the first is on the wire; memory over a hundred thousand."""
    letters = queued(installation, 100_000)
    first: list[float] = []

    def made(wanted: Sequence[LetterId]) -> list[Message]:
        first.append(time.perf_counter())
        return small(wanted)

    begin = time.perf_counter()
    run(installation, port, letters[:50_000], 20, made)
    say("seconds from the start to the first of 50,000 letters", first[0] - begin, 1.0, most=True)
    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(installation, port, letters[50_000:], 20, small)
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say("memory after 100,000 letters over that after 50,000", late / early, 1.1, most=True)


if __name__ == "__main__":
    main()
