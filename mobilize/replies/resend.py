"""A mailbox that was full: when it is worth asking again, and what an organiser can do meanwhile."""

from __future__ import annotations

import datetime as dt

from mobilize.inbox.reply import Bounce

#: People empty a mailbox within a working day or two (domain/complaints.md E44).
AFTER = dt.timedelta(days=2)

#: How the reason of such a bounce begins, and the codes that say it (RFC 3463 3.3).
_SAYS, _CODES = "mailbox full", frozenset({"4.2.2", "5.2.2"})


def is_full(bounce: Bounce) -> bool:
    """Whether a recipient's mailbox was full, whatever the report calls that."""
    return not bounce.dead and (bounce.reason.startswith(_SAYS) or bounce.status in _CODES)


def again_on(returned_on: dt.date) -> dt.date:
    """The day from which it is worth sending the letter again. returned_on: the day of the bounce."""
    return returned_on + AFTER
