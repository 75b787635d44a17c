"""Pages that many look at, made once for all of one role and shown until something in the ledger changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from markupsafe import escape
from starlette.concurrency import run_in_threadpool

from mobilize.desk import people
from mobilize.desk.people import Person, Visit
from mobilize.installation import Installation

#: What stands in a kept page where the name and the form number of who asks belong. Nobody can write these in a mail.
NAME, NUMBER = (f"\N{LEFT-TO-RIGHT ISOLATE}{secrets.token_hex(16)}" for _ in range(2))

#: Octets kept, at most: some hundred pages.
_MOST = 8 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Kept:
    """Finished pages under what they were asked for by. For the event loop alone: it needs no lock."""

    #: A mark that changes with the ledger (store/watch.py).
    mark: Callable[[], str]
    pages: OrderedDict[Hashable, bytes] = field(default_factory=OrderedDict)
    #: Pages that are being made: of fifty who ask at once, one waits for the database and all get what it finds.
    coming: dict[Hashable, asyncio.Future[bytes]] = field(default_factory=dict)
    #: Sessions by the digest of their token.
    visits: dict[bytes, Visit] = field(default_factory=dict)
    size: int = 0
    at: str = ""

    def look(self) -> str:
        """Drop everything where the ledger has changed; returns the mark of this moment."""
        mark = self.mark()
        if mark != self.at:
            self.pages.clear()
            self.visits.clear()
            self.size, self.at = 0, mark
        return mark

    async def person(self, desk: Installation, token: str, now: dt.datetime) -> Person | None:
        """Who a cookie's token stands for, as desk.people.who tells it; asked of the ledger once a change."""
        mark, digest = self.look(), hashlib.sha256(token.encode()).digest()
        known = self.visits.get(digest)
        if known is not None and known.is_fresh(now):
            return known.person
        person = await run_in_threadpool(people.who, desk, token, now=now)
        if person is not None and mark == self.at:
            found = await run_in_threadpool(people.visit, desk, token)
            # Noted in between: the mark has moved, and what was found would be dropped at the next look.
            if found is not None and mark == self.at:
                self.visits[digest] = found
        return person

    async def page(self, key: Hashable, make: Callable[[], str], person: Mapping[str, str]) -> bytes:
        """A page as kept, else as `make` makes it (in a thread), with what is the person's own put in.

        key: all that the page depends on besides the ledger. person: NAME and NUMBER -> what stands there.
        """
        mark = self.look()
        page = self.pages.get(key)
        if page is None:
            page = await self._made((mark, key), make)
            self._keep(mark, key, page)
        for place, value in person.items():
            page = page.replace(place.encode(), str(escape(value)).encode())
        return page

    async def _made(self, key: Hashable, make: Callable[[], str]) -> bytes:
        waiting = self.coming.get(key)
        if waiting is not None:
            return await asyncio.shield(waiting)
        self.coming[key] = waiting = asyncio.get_running_loop().create_future()
        try:
            page = (await run_in_threadpool(make)).encode()
        except BaseException as error:
            waiting.set_exception(error if isinstance(error, Exception) else RuntimeError("given up"))
            # Whoever waited is told; where nobody did, that is no fault of theirs.
            waiting.exception()
            raise
        else:
            waiting.set_result(page)
            return page
        finally:
            del self.coming[key]

    def _keep(self, mark: str, key: Hashable, page: bytes) -> None:
        if mark != self.at or key in self.pages or len(page) > _MOST:
            return
        self.pages[key] = page
        self.size += len(page)
        while self.size > _MOST:
            _, oldest = self.pages.popitem(last=False)
            self.size -= len(oldest)
