"""A program that sends what is in an outbox, and is forked anew after each kill: imports are paid for once.

    python sender.py FOLDER PORT CONNECTIONS

For each line on stdin it forks a child that recovers and sends; it prints the child's process id, and when the child
has ended, "ended". Messages are small: what is tried here is the ledger and the conversation, not the letters.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import sys
from pathlib import Path

from mobilize.desk.clerk import hired
from mobilize.desk.ledger import Books, holding
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import book, outbox
from mobilize.post.deliver import deliver
from mobilize.post.run import Run
from mobilize.post.schedule import Pace
from mobilize.post.smtp import Server


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def message(letter: LetterId) -> Message:
    name = f"<{letter}@wluml.org>"
    text = b"A line of a letter that is long enough to be one.\r\n" * 60
    return Message(
        letter=letter,
        envelope_sender="wluml@wluml.org",
        recipients=(f"{letter}@lantern.example",),
        message_id=name,
        data=f"Message-ID: {name}\r\nSubject: soak\r\n\r\n".encode() + text,
        needs_smtputf8=False,
    )


def send(installation: Installation, port: int, connections: int) -> None:
    slug = installation.campaign.slug
    pace = Pace(connections=connections)
    with holding(installation) as (holder, is_dead), hired(installation, holder, now=now) as clerk:
        with installation.store.writing() as connection:
            dead = [each for each in book.holders(connection, slug) if is_dead(each)]
            book.recover(connection, slug, dead, now=now())
            due = outbox.due(connection, slug, 1, now=now())
        run = Run(
            server=Server(host="127.0.0.1", port=port, security="none", timeout=10, hello="wluml.org"),
            ledger=Books(clerk=clerk, pace=pace, addresses={letter: (f"{letter}@lantern.example",) for letter in due}),
            make=lambda wanted: [message(each) for each in wanted],
            told=lambda _: None,
            said=lambda _: None,
            chance=random.random,
            clock=lambda: now().timestamp(),
            pace=pace,
            patience=5,
        )
        run.agenda.add(due)
        asyncio.run(deliver(run))


def main() -> None:
    folder, port, connections = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            with opened(folder) as installation:
                send(installation, port, connections)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("ended\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
