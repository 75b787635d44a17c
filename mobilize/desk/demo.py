"""The whole loop on one machine: the shipped campaign, a sandbox mail server, invented replies."""

from __future__ import annotations

import datetime as dt
import mailbox
import os
import shutil
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mobilize import board
from mobilize.board import GroupRow
from mobilize.desk import plan as planning
from mobilize.desk import receive, review, samples, sandbox, send, start
from mobilize.desk.plan import Chosen
from mobilize.desk.sandbox import Sandbox
from mobilize.errors import Refused
from mobilize.installation import Installation, opened

#: Marks a folder as the demo's own: only such a one is removed and made anew.
MARK = ".made-by-mobilize-demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo did, and where it can be seen."""

    groups: tuple[GroupRow, ...]
    campaign: Path
    letters: Path
    mailbox: Path
    #: "127.0.0.1:40123".
    server: str
    #: Messages that the sandbox took.
    delivered: int
    #: Letters that a second run of `send` delivered: none.
    again: int
    #: Replies read, by kind.
    replies: Mapping[str, int]


def run(out: Path, *, now: Callable[[], dt.datetime], told: Callable[[str, int, int], None]) -> Demo:
    """Run the loop in a folder that is made anew.

    out: the folder; removed first where an earlier demo made it. now: gives the present moment. told: shows progress.
    Raises Refused where the folder holds something else.
    """
    _make_anew(out)
    source = start.shipped()
    campaign = out / "campaign"
    for _ in start.write(campaign, "whrd-2013"):
        pass
    with _sandbox_of(out, campaign) as (server, installation):
        planned = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        send.send(installation, planned, now=now, told=told)
        second = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        again = send.send(installation, second, now=now, told=told)
        _let_replies_arrive(source / "demo", server, installation)
        kinds: dict[str, int] = {}
        for taken in receive.take_in(installation, [server.mailbox], now=now()):
            kinds[taken.kind] = kinds.get(taken.kind, 0) + 1
        groups = board.by_group(review.board_rows(installation))
    return Demo(
        groups=groups,
        campaign=campaign,
        letters=server.letters,
        mailbox=server.mailbox,
        server=f"{sandbox.HOST}:{server.port}",
        delivered=len(mailbox.Maildir(server.letters)),
        again=sum(again.states.values()),
        replies=kinds,
    )


def _make_anew(out: Path) -> None:
    if out.exists():
        if not (out / MARK).is_file():
            raise Refused(f"{out} exists, and no demo made it", hint="name another folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, mode=0o700)
    (out / MARK).touch()


@contextmanager
def _sandbox_of(out: Path, campaign: Path) -> Iterator[tuple[Sandbox, Installation]]:
    """A sandbox server, and the installation of the campaign with settings that lead to it and nowhere else."""
    with opened(campaign) as first:
        own = first.campaign.sender.address
    with sandbox.running(out, own) as server:
        lines = ("SMTP_HOST=127.0.0.1", f"SMTP_PORT={server.port}", "SMTP_SECURITY=none", "SMTP_SANDBOX=yes")
        (campaign / ".env").write_text("\n".join(("# Written by mobilize demo.", *lines, "")), "utf-8")
        with _without_mail_settings(), opened(campaign) as installation:
            yield server, installation


@contextmanager
def _without_mail_settings() -> Iterator[None]:
    """Hide the settings of the environment: a demo must never reach a real server or database."""
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name.upper().startswith(("SMTP_", "IMAP_", "MOBILIZE_")) or name.upper() == "DATABASE_URL"
    }
    try:
        yield
    finally:
        os.environ.update(hidden)


def _let_replies_arrive(folder: Path, server: Sandbox, installation: Installation) -> None:
    """Send the invented replies over SMTP to the campaign's mailbox in the sandbox."""
    own = installation.campaign.sender.address
    delivered = _by_addressee(server, installation)
    with smtplib.SMTP(sandbox.HOST, server.port, local_hostname="localhost") as client:
        for _name, message in samples.filled(folder, delivered, own):
            client.sendmail("", [own], message)


def _by_addressee(server: Sandbox, installation: Installation) -> dict[tuple[str, str], bytes]:
    contacts = {contact.emails[0]: contact for contact in installation.campaign.contacts}
    found = {}
    for message in mailbox.Maildir(server.letters):
        contact = contacts.get(str(message["To"]).strip())
        if contact is not None:
            found[contact.country, contact.audience.value] = message.as_bytes()
    return found
