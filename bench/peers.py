"""The same work by what people use today: `mailmerge` (PyPI), and a plain loop with WeasyPrint."""

from __future__ import annotations

import asyncio
import csv
import multiprocessing
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from email.message import EmailMessage
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

from ground import carried, fresh, merged, ministers, offices, say

import letters as letters_bench
from mobilize.campaign.contacts import Contact
from mobilize.installation import Installation, opened
from mobilize.letter import html, pdf, text
from mobilize.letter.merge import Letter, merge

#: What is added to each reply of the server.
DELAY = 0.050


def measure(place: str, port: int) -> None:
    """Print the ratios to mailmerge.

    mailmerge fills one text. So the ratio is of a thousand letters to addressees of one kind in one country, whose text
    is one; beside it stands what a thousand letters of the whole campaign take, in all its languages. Each of ours is
    measured in a process of its own, in which nothing is compiled or kept yet.
    """
    with fresh(place, "rows") as installation:
        row = offices(installation)[0]
        # A thousand take half a second: one run alone says little.
        ours = median(cold(place, port, one) for _ in range(3))
        theirs = median(
            mailmerge(Path(place) / f"mailmerge{turn}", installation, [row] * 1000, port) for turn in range(3)
        )
        what = f"1,000 rows, one text, medians of 3: our {ours:,.0f}/s over mailmerge's {theirs:,.0f}/s"
        say(what, ours / theirs, 5)
        ours = cold(place, port, offices)
        print(
            f"1,000 rows of the whole campaign, in its seven languages: our {ours:,.0f}/s, {ours / theirs:.2f} of that"
        )
        with far_away(port) as far:
            ours = cold(place, far, one)
            theirs = mailmerge(Path(place) / "mailmerge-far", installation, [row] * 25, far)
        say(f"50 ms to each reply: our {ours:,.0f}/s over mailmerge's {theirs:,.1f}/s", ours / theirs, 30)


def one(installation: Installation) -> list[Contact]:
    """The addressee of whose kind all are."""
    return offices(installation)[:1]


def cold(place: str, port: int, contacts: Callable[[Installation], Sequence[Contact]]) -> float:
    """A thousand of our letters a second, in a process that has written none before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as another:
        return another.submit(_cold, place, port, contacts).result()


def _cold(place: str, port: int, contacts: Callable[[Installation], Sequence[Contact]]) -> float:
    return carried(place, port, contacts, letters=1000, paper=False)[0]


# --- mailmerge -------------------------------------------------------------------------------------------------------

TEMPLATE = """TO: {{email}}
SUBJECT: {{subject}}
FROM: WLUML <wluml@wluml.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b0undary"

--b0undary
Content-Type: text/plain; charset=utf-8

%s

--b0undary
Content-Type: text/html; charset=utf-8

%s

--b0undary--
"""


def mailmerge(folder: Path, installation: Installation, rows: Sequence[Contact], port: int) -> float:
    """Letters a second of `mailmerge` on these rows: text and HTML of our letter, with the values of each row in it.

    What the program takes to start is taken off: a run of one row is timed beside it.
    """
    folder.mkdir()
    letter = merge(installation.campaign, rows[0], today=installation.campaign.as_of)
    values = {"office": rows[0].office, "organisation": rows[0].organisation}
    bodies = [text.text(letter), html.html(letter)]
    for name, value in values.items():
        bodies = [body.replace(value, "{{" + name + "}}") for body in bodies]
    (folder / "template.txt").write_text(TEMPLATE % tuple(bodies), "utf-8")
    (folder / "server.conf").write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n", "utf-8")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["email", "subject", "office", "organisation"])
        table.writerows(
            [f"desk{n}@lantern.example", letter.subject, c.office, c.organisation] for n, c in enumerate(rows)
        )
    program = [str(Path(sys.executable).with_name("mailmerge")), "--no-dry-run", "--template", "template.txt"]
    words = [*program, "--database", "rows.csv", "--config", "server.conf"]

    def took(*options: str) -> float:
        begin = time.perf_counter()
        subprocess.run([*words, *options], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin

    return (len(rows) - 1) / (took("--no-limit") - took("--limit", "1"))


# --- a server far away -----------------------------------------------------------------------------------------------


@contextmanager
def far_away(port: int) -> Iterator[int]:
    """The same server with 50 ms added to each of its replies, in a process of its own; yields its port."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_relay, args=(port, theirs), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        process.terminate()
        process.join()


def _relay(port: int, tell: Connection) -> None:
    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(65536):
            if delay:
                loop.call_later(delay, writer.write, data)
            else:
                writer.write(data)
        loop.call_later(delay, writer.close)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(forward(reader, back, 0.0), forward(there, writer, DELAY))

    async def main() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        tell.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


# --- Typst and WeasyPrint --------------------------------------------------------------------------------------------


def bare_typst(installation: Installation, count: int) -> float:
    """Letters a second that Typst sets and nobody sends: the same letters in the same order, shared out to all cores.

    Each letter is set once: of one that it has just set Typst keeps most (twice the rate).
    """
    cores = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(cores), context.Queue()
    words = (installation.folder, count, cores, ready, done)
    workers = [context.Process(target=_set_some, args=(place, *words)) for place in range(cores)]
    for worker in workers:
        worker.start()
    took = max(done.get() for _ in workers)
    for worker in workers:
        worker.join()
    return count / took


def _set_some(place: int, folder: Path, count: int, of: int, ready: Barrier, done: Queue[float]) -> None:  # noqa: PLR0917 - a process's arguments come by place
    with opened(folder) as installation:
        letters = merged(installation, ministers, count)[place::of]
        pdf.pdf(letters[0], installation.campaign)
        ready.wait()
        begin = time.perf_counter()
        for letter in letters:
            pdf.pdf(letter, installation.campaign)
        done.put(time.perf_counter() - begin)


def weasyprint_loop(installation: Installation, count: int, port: int) -> float:
    """Letters a second of a plain loop: WeasyPrint well set up, EmailMessage, a connection a letter.

    Two dozen of the same letters, spread evenly over them.
    """
    letters = merged(installation, ministers, count)[:: count // 24]
    set_it = letters_bench.weasyprint()
    set_it(letters[0])
    begin = time.perf_counter()
    for letter in letters:
        _posted(letter, set_it(letter), port)
    return len(letters) / (time.perf_counter() - begin)


def _posted(letter: Letter, paper: bytes, port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "wluml@wluml.org", "desk@lantern.example", letter.subject
    message.set_content(text.text(letter))
    message.add_alternative(html.html(letter), subtype="html")
    message.add_attachment(paper, maintype="application", subtype="pdf", filename="letter.pdf")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(message)
