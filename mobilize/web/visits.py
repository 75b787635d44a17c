"""Who is signed in, remembered until something in the ledger changes: a page that many look at asks it once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from mobilize.desk import people
from mobilize.desk.people import Person, Visit
from mobilize.installation import Installation


@dataclass(slots=True, kw_only=True)
class Visits:
    """Sessions by the digest of their token. For the event loop alone: it needs no lock."""

    #: A mark that changes with the ledger (store/watch.py).
    mark: Callable[[], str]
    known: dict[bytes, Visit] = field(default_factory=dict)
    at: str = ""

    async def person(self, installation: Installation, token: str, now: dt.datetime) -> Person | None:
        """Who a cookie's token stands for, as desk.people.who tells it; asked of the ledger once a change."""
        mark, digest = self._look(), hashlib.sha256(token.encode()).digest()
        known = self.known.get(digest)
        if known is not None and known.is_fresh(now):
            return known.person
        person = await run_in_threadpool(people.who, installation, token, now=now)
        if person is not None and mark == self.at:
            found = await run_in_threadpool(people.visit, installation, token)
            # Noted in between: the mark has moved, and what was found would be dropped at the next look.
            if found is not None and mark == self.at:
                self.known[digest] = found
        return person

    def _look(self) -> str:
        """Forget everybody where the ledger has changed; returns the mark of this moment."""
        mark = self.mark()
        if mark != self.at:
            self.known.clear()
            self.at = mark
        return mark
