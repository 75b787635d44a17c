"""A mail server on this machine that takes everything and sends nothing on: it writes a Maildir.

`mobilize demo` runs against it, over real SMTP; nothing it takes leaves the machine.
"""

from __future__ import annotations

import mailbox
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

#: The only address it listens on.
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A running sandbox server."""

    port: int
    #: Maildir of what came for the campaign's own mailbox.
    mailbox: Path
    #: Maildir of all else: letters, as the server took them.
    letters: Path


@contextmanager
def running(folder: Path, own: str) -> Iterator[Sandbox]:
    """Run a sandbox server for as long as the block lasts.

    folder: where its two Maildirs are made. own: the campaign's address; mail to it, with or without a reply token,
    goes into the mailbox, all else into the letters.
    """
    letters, inbox = mailbox.Maildir(folder / "letters"), mailbox.Maildir(folder / "mailbox")
    controller = Controller(
        _Keeper(letters=letters, inbox=inbox, own=own), hostname=HOST, port=_free_port(), server_hostname="sandbox"
    )
    controller.start()
    try:
        yield Sandbox(port=controller.port, mailbox=folder / "mailbox", letters=folder / "letters")
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


# No slots: aiosmtpd reads every attribute of its handler; Python 3.11.2 (Debian 12) cannot read `__weakref__`.
@dataclass(kw_only=True)
class _Keeper:
    """Writes what it is handed to one Maildir or the other."""

    letters: mailbox.Maildir
    inbox: mailbox.Maildir
    own: str

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        local, _, domain = self.own.rpartition("@")
        data = envelope.original_content or b""
        for_us = any(
            each.rpartition("@")[2].lower() == domain.lower() and each.partition("@")[0].partition("+")[0] == local
            for each in envelope.rcpt_tos
        )
        (self.inbox if for_us else self.letters).add(data.replace(b"\r\n", b"\n"))
        return "250 2.0.0 kept"
