"""Whether somebody whom a mail quotes is ourselves, or among those to whom it is written."""

from __future__ import annotations

from collections.abc import Sequence

from mobilize.inbox.folding import fold
from mobilize.inbox.mail import Address


def is_own(who: Address | None, own: Sequence[str]) -> bool:
    """Whether an address is the campaign's, with or without a reply token."""
    return who is not None and who.address != "" and any(_bare(who.address) == _bare(each) for each in own)


def _bare(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.split('+', 1)[0]}@{domain}"


def is_written_to(who: Address | None, written_to: Sequence[Address]) -> bool:
    """Whether somebody is among those written to, by address or by name: what quotes her answers her."""
    if who is None:
        return False
    if who.address and any(who.address.lower() == each.address.lower() for each in written_to):
        return True
    return bool(who.name) and any(fold(who.name) == fold(each.name) for each in written_to)
