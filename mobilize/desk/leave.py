"""An NGO asks to be written to no more, by the link in its letter's header (RFC 8058): nothing else is needed."""

from __future__ import annotations

import datetime as dt

from mobilize.installation import Installation
from mobilize.letter import token as reply_token
from mobilize.letter.merge import LetterId
from mobilize.post import outbox
from mobilize.store import suppression


def known(installation: Installation, token: str, *, now: dt.datetime) -> LetterId | None:
    """The letter that a link belongs to; None where it is none of ours, was changed, or has ended."""
    letter = reply_token.read(installation.secret, token, now.date())
    if letter is None:
        return None
    with installation.store.reading() as connection:
        return letter if outbox.fate(connection, installation.campaign.slug, letter) is not None else None


def leave(installation: Installation, token: str, *, now: dt.datetime) -> bool:
    """Put the address of the letter's reader on the list that no send passes. False: the link is none of ours."""
    letter = known(installation, token, now=now)
    if letter is None:
        return False
    with installation.store.writing() as connection:
        digest = outbox.address_digest_of(connection, installation.campaign.slug, letter)
        if digest is not None:
            source = f"letter {letter}"
            suppression.suppress_digest(connection, digest, reason="unsubscribed", source=source, now=now)
    return digest is not None
