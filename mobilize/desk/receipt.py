"""A receipt of a round: signed, for whoever must show later what was sent, and when a server took it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from mobilize.desk.paper import write_private
from mobilize.errors import Refused, SourceUnreadable
from mobilize.installation import Installation
from mobilize.post import outbox, receipt
from mobilize.post.receipt import Checked, Forged


def make(installation: Installation, round: int, path: Path, *, now: dt.datetime) -> int:
    """Write the receipt of a round into a file, mode 0600. Returns how many letters are on it.

    Raises Refused where nothing was sent, or the file cannot be written.
    """
    with installation.store.reading() as connection:
        lines = outbox.taken(connection, installation.campaign.slug, round)
    if not lines:
        raise Refused(f"no letter of round {round} was taken by a server yet")
    write_private(path, receipt.write(installation.secret, installation.campaign.slug, round, lines, now=now))
    return len(lines)


def verify(path: Path, secret: bytes | None = None) -> Checked:
    """Check a receipt off line. secret: of the installation that should have signed it; None: any.

    Raises SourceUnreadable, or Refused where one byte of it was changed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(f"{path}: {error.strerror}") from error
    try:
        return receipt.check(data, secret)
    except Forged as forged:
        raise Refused(f"{path} proves nothing: {forged}") from None
