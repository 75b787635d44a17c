"""Workers that are forked anew after each kill: imports and the campaign's files are paid for once.

    python worker.py FOLDER

For each line on stdin it forks a child that is a worker, and prints the child's process id. Messages are small: what is
tried here is the ledger, the queue and the conversation, not the paper.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sys
import time
from pathlib import Path

from mobilize import installation as installations
from mobilize.campaign import folder as campaign_folder
from mobilize.desk import compose, work
from mobilize.desk.compose import Composer
from mobilize.desk.shard import Log
from mobilize.errors import LedgerUnusable
from mobilize.installation import opened
from mobilize.letter import mime
from mobilize.letter.dkim import Signer
from mobilize.letter.merge import Letter
from mobilize.letter.mime import Message
from mobilize.world import countries, languages

assert countries
assert languages

TEXT = b"A line of a letter that is long enough to be one.\r\n" * 60


def small(by: Composer, letter: Letter, *, now: dt.datetime, signer: Signer | None = None) -> Message:
    del now, signer
    sender = by.campaign.sender.address
    name = mime.message_id(by.secret, letter, sender)
    return Message(
        letter=letter.id,
        envelope_sender=sender,
        recipients=letter.contact.emails,
        message_id=name,
        data=f"Message-ID: {name}\r\nX-Letter: {letter.id}\r\nSubject: soak\r\n\r\n".encode() + TEXT,
        needs_smtputf8=False,
    )


def live(folder: Path, say: Log) -> None:
    """A worker; one that finds no database is started again, as systemd does."""
    while True:
        try:
            with opened(folder) as installation:
                work.work(work.Shift(installation=installation, log=say))
        except LedgerUnusable as error:
            if not error.away:
                raise
            time.sleep(0.5)
        else:
            return


def main() -> None:
    folder = Path(sys.argv[1])
    loaded = campaign_folder.load(folder)
    installations.campaign_folder.load = lambda _folder: loaded  # type: ignore[attr-defined]
    compose.message = small  # type: ignore[assignment]
    log = Path(sys.argv[2]).open("a", buffering=1)  # noqa: SIM115 - the children write into it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            random.seed()

            def say(event: str, **fields: object) -> None:
                if event != "letter":
                    log.write(f"{os.getpid()} {event} {fields}\n")

            live(folder, say)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
