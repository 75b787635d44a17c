"""The outbox as delivery sees it, and the names under which programs hold letters."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from mobilize.desk.clerk import Clerk
from mobilize.installation import LEDGER_FOLDER, Installation
from mobilize.letter.merge import LetterId
from mobilize.post.notes import Answers, Later, Page
from mobilize.post.schedule import Pace, plainly, turn
from mobilize.store import leases
from mobilize.store import pace as slots
from mobilize.store.suppression import address_digest

#: Seconds after which a program that sending was paused for looks again.
PAUSE = 1.0

#: Not in this run, nor in any soon.
NEVER = Later(
    seconds=10 * 365 * 86_400.0, why="The campaign has ended (not_after in campaign.toml); nothing more goes out."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """post.notes.Ledger over the outbox of one campaign: a page is one transaction, but for the turns that it books."""

    clerk: Clerk
    pace: Pace
    #: Letter -> the addresses that it goes to.
    addresses: Mapping[LetterId, tuple[str, ...]]
    #: From when on a letter may go, asked again as late as its claim: an office may have closed meanwhile.
    opens: Callable[[LetterId, dt.datetime], dt.datetime] = lambda _letter, now: now

    def write(self, page: Page) -> Answers:
        """Write a page, durable when it returns. Raises LedgerUnusable: of its letters nothing was kept."""
        # Of a run that was cut off nobody waits for an answer any more, nor is anything known of its letters.
        booked = [letter for letter in page.booked if letter in self.addresses]
        claimed = [letter for letter in page.claimed if letter in self.addresses]
        # A turn that is booked and then not used is time that passes, and no more.
        store = self.clerk.installation.store
        turns = store.surely(lambda connection: self._turns(connection, booked)) if booked else {}
        closed = self._closed(claimed, self.clerk.now())
        wanted = {letter: self._digests(letter) for letter in claimed if letter not in closed}
        taken = self.clerk.write(page, wanted)
        paused = dict.fromkeys(wanted, _paused(taken.paused)) if taken.paused is not None else {}
        return Answers(turns=turns, claims={**closed, **paused, **taken.tries})

    def _closed(self, letters: Sequence[LetterId], now: dt.datetime) -> dict[LetterId, Later]:
        """Letters that may not go now, for what stands in the campaign and in the addressee's clock."""
        end = self.clerk.installation.campaign.not_after
        if end is not None and now > end:
            return dict.fromkeys(letters, NEVER)
        waits = {letter: (self.opens(letter, now) - now).total_seconds() for letter in letters}
        return {letter: Later(seconds=wait) for letter, wait in waits.items() if wait > 0}

    def _digests(self, letter: LetterId) -> list[str]:
        return [address_digest(each) for each in self.addresses[letter]]

    def _turns(self, connection: Connection, booked: Sequence[LetterId]) -> dict[LetterId, float | Later]:
        now = self.clerk.now()
        return {letter: self._turn(connection, letter, now) for letter in booked}

    def _turn(self, connection: Connection, letter: LetterId, now: dt.datetime) -> float | Later:
        """Book a letter's turn under the pace: seconds from now, or when to ask again."""
        full = self._day_is_full(connection, now)
        if full is not None:
            return full
        moment = now.timestamp()
        domain = domain_key(self.addresses[letter][0])
        booked = slots.read(connection, ("all", domain))
        found = turn(booked.get("all", moment), booked.get(domain, moment), self.pace, moment)
        if found is None:
            return Later(seconds=booked[domain] - moment)
        moved = {"all": found.overall} if self.pace.interval else {}
        slots.move(connection, {**moved, domain: found.domain} if self.pace.domain_interval else moved)
        return found.at - moment

    def _day_is_full(self, connection: Connection, now: dt.datetime) -> Later | None:
        limit = self.pace.per_day
        if not limit:
            return None
        day = dt.timedelta(days=1)
        tries = slots.latest_tries(connection, limit, now - day)
        if len(tries) < limit:
            return None
        wait = (tries[-1] + day - now).total_seconds()
        return Later(seconds=wait, why=f"The limit of {limit} a day is reached: more in {plainly(wait)}.")


def _paused(by: str) -> Later:
    return Later(seconds=PAUSE, why=f"Sending is paused ({by}); `mobilize outbox resume` goes on.")


def domain_key(address: str) -> str:
    """Key of a destination's slot: a digest, since the domain of an NGO may tell who works with us."""
    domain = address.rpartition("@")[2].casefold()
    return f"domain:{hashlib.sha256(domain.encode()).hexdigest()[:24]}"


@contextmanager
def holding(installation: Installation) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """Name this process as a holder of letters, so that others can tell when it has died.

    On SQLite by a locked file: the system frees the lock when a process dies. On PostgreSQL by a lease, since others
    may run on other machines. Yields the name, and a function that says of another name whether its process is dead.
    """
    if installation.store.path is None:
        with leases.leased(installation.store, lasts=installation.settings.lease_seconds) as lease:
            yield lease.holder, lambda other: other != lease.holder and other in dead(installation, [other])
        return
    folder = installation.folder / LEDGER_FOLDER / "holders"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    path = folder / name
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield name, lambda other: other != name and _is_dead(folder / other)
        finally:
            path.unlink(missing_ok=True)


def dead(installation: Installation, holders: Iterable[str]) -> frozenset[str]:
    """Those of these names whose program has ended, or, on PostgreSQL, has not been heard of for a lease."""
    if installation.store.path is None:
        with installation.store.reading() as connection:
            return leases.dead(connection, frozenset(holders))
    return dead_beside(installation.folder / LEDGER_FOLDER, holders)


def dead_beside(folder: Path, holders: Iterable[str]) -> frozenset[str]:
    """Those of these names whose program has ended, by the locks beside a ledger's file."""
    return frozenset(each for each in holders if _is_dead(folder / "holders" / each))


def _is_dead(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    path.unlink(missing_ok=True)
    return True
