"""What the benches of sending stand on: smtp-sink and smtp-source of Postfix, new ledgers, the product's own path."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from unittest import mock

from mobilize.campaign.contacts import Contact, ContactId
from mobilize.desk import compose, portion, start
from mobilize.desk.clerk import hired
from mobilize.desk.compose import Order
from mobilize.desk.ledger import Books, holding
from mobilize.desk.portion import AT_ONCE, Portion
from mobilize.installation import Installation, opened
from mobilize.letter.merge import Letter, LetterId, choose_language, letter_id, merge
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


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def sink(*options: str) -> Iterator[int]:
    """Run smtp-sink; yields its port."""
    port = free_port()
    assert SINK is not None
    with subprocess.Popen(
        [SINK, *options, "-u", "nobody", f"127.0.0.1:{port}", "200"], stderr=subprocess.DEVNULL
    ) as process:
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
    with holding(installation) as (holder, _), hired(installation, holder, now=now) as clerk:
        books = Books(clerk=clerk, pace=pace, addresses=dict.fromkeys(letters, ("desk@lantern.example",)))
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
def fresh(place: str, name: str, *, paper: bool = True, env: str = "") -> Iterator[Installation]:
    """A new campaign folder with its ledger."""
    folder = Path(place) / name
    for _ in start.write(folder, "bench"):
        pass
    (folder / ".env").write_text(env, "utf-8")
    if not paper:
        settled = folder / "campaign.toml"
        settled.write_text(settled.read_text("utf-8").replace("paper = true", "paper = false"), "utf-8")
    with opened(folder) as installation:
        yield installation


def offices(installation: Installation) -> list[Contact]:
    """Ministers and institutions: letters with nothing enclosed."""
    return [each for each in installation.campaign.contacts if each.audience != "ngo"]


def ministers(installation: Installation) -> list[Contact]:
    """The ministers."""
    return [each for each in installation.campaign.contacts if each.audience == "minister"]


def _person(office: Contact, number: int) -> Contact:
    email = f"desk{number}@lantern.example"
    return replace(office, id=ContactId(f"{office.id}-{number}"), name=f"Amina Example {number}", emails=(email,))


def orders(
    installation: Installation, contacts: Callable[[Installation], Sequence[Contact]], count: int
) -> list[Order]:
    """Letters to persons of their own, of the contacts' countries and languages, in the order in which `send` goes."""
    campaign = installation.campaign
    people = [_person(each, number) for number, each in enumerate(islice(cycle(contacts(installation)), count))]
    # Alternating languages costs the typesetter 13 %.
    people.sort(key=lambda each: (choose_language(campaign, each)[0], each.country))
    return [
        Order(letter=letter_id(campaign.slug, each.id, 1), contact=each, round=1, today=now().date()) for each in people
    ]


def merged(
    installation: Installation, contacts: Callable[[Installation], Sequence[Contact]], count: int
) -> list[Letter]:
    """The same letters, merged."""
    campaign = installation.campaign
    return [merge(campaign, each.contact, today=each.today) for each in orders(installation, contacts, count)]


def carried(
    place: str,
    port: int,
    contacts: Callable[[Installation], Sequence[Contact]],
    *,
    letters: int,
    paper: bool,
    connections: int = 20,
    ledger: bool = True,
) -> tuple[float, float, int]:
    """Letters on the product's own path, as `send` does it: merged, written, built, recorded, delivered.

    Each is to a person of its own, of the contacts' countries and languages. Without a ledger nothing is recorded.
    Returns letters a second from the first that a server took to the last that was written down, the seconds until
    the first, and octets a letter (the mean).
    """
    name = secrets.token_hex(4)
    env = (
        f"SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\nSMTP_CONNECTIONS={connections}\n"
    )
    with fresh(place, name, paper=paper, env=env) as installation:
        slug, these = installation.campaign.slug, orders(installation, contacts, letters)
        with installation.store.writing() as connection:
            rows = (replace(row, letter=order.letter) for row, order in zip(entries(letters), these, strict=True))
            outbox.queue(connection, slug, rows, now=now())
        whole = Portion(orders=these, when=AT_ONCE, waits={}, connections=connections, patience=30)
        moments: list[float] = []
        begin = time.perf_counter()
        with ExitStack() as without:
            if not ledger:
                without.enter_context(mock.patch.object(portion, "Books", return_value=NoLedger()))
            portion.carry(installation, whole, now=now, told=lambda _: moments.append(time.perf_counter()), said=print)
        assert len(moments) == letters, len(moments)
        some = these[:: max(1, letters // 100)]
        octets = [len(compose.filled(compose.composer(installation), each, now=now()).data) for each in some]
        return (letters - 1) / (moments[-1] - moments[0]), moments[0] - begin, sum(octets) // len(octets)
