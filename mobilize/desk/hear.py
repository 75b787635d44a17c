"""What partners tell through the page lands in the same log as their mail."""

from __future__ import annotations

import datetime as dt

from mobilize.desk import receive
from mobilize.inbox import form
from mobilize.inbox.form import Told
from mobilize.installation import Installation


def take_in(installation: Installation, told: Told, *, now: dt.datetime) -> bool:
    """Keep a form, and record what it says, as mail is. Returns False where it is in the log already."""
    return receive.take(installation, form.kept(told, installation.campaign.slug), now=now).new
