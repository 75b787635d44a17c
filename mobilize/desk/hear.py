"""What partners tell through the page lands in the same log as their mail."""

from __future__ import annotations

import datetime as dt

from mobilize.inbox import form
from mobilize.inbox.form import Told
from mobilize.inbox.raw import RawMail
from mobilize.inbox.reply import Reply
from mobilize.installation import Installation
from mobilize.replies import log
from mobilize.replies.triage import attention
from mobilize.world.countries import countries


def take_in(installation: Installation, told: Told, *, now: dt.datetime) -> bool:
    """Keep a form, and record what it says. Returns False where it is in the log already.

    Kept and committed first, as mail is: a crash in between loses nothing (desk.receive reads what is left behind).
    """
    raw = form.kept(told, installation.campaign.slug)
    with installation.store.writing() as connection:
        new = log.keep(connection, raw, installation.seal, now=now)
    if new:
        reply = read(raw)
        with installation.store.writing() as connection:
            slug = installation.campaign.slug
            log.record(connection, slug, reply, installation.seal, attention=attention(reply), now=now)
    return new


def read(raw: RawMail) -> Reply:
    """Read a form that was kept."""
    return form.read(raw, countries=countries())
