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
from mobilize.post import book
from mobilize.post.notes import Answers, Later, Page, Tried
from mobilize.post.schedule import Pace, plainly, turn
from mobilize.store import leases, suppression, switches, witness
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
    """post.notes.Ledger over the outbox of one campaign: a page is one transaction."""

    installation: Installation
    holder: str
    now: Callable[[], dt.datetime]
    pace: Pace
    #: Letter -> the addresses that it goes to.
    addresses: Mapping[LetterId, tuple[str, ...]]
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox, where nothing leaves.
    witness: str = ""
    #: Who writes on PostgreSQL; None: each page is written here.
    clerk: Clerk | None = None
    #: From when on a letter may go, asked again as late as its claim: an office may have closed meanwhile.
    opens: Callable[[LetterId, dt.datetime], dt.datetime] = lambda _letter, now: now

    def write(self, page: Page) -> Answers:
        """Write a page, durable when it returns. Raises LedgerUnusable: nothing of it was kept."""
        # Of a run that was cut off nobody waits for an answer any more, nor is anything known of its letters.
        page.booked[:] = [letter for letter in page.booked if letter in self.addresses]
        page.claimed[:] = [letter for letter in page.claimed if letter in self.addresses]
        if self.clerk is not None and not page.booked:
            return self._dictated(self.clerk, page)
        claimed = tuple(page.claimed)
        answers, number = self.installation.store.surely(lambda connection: self._written(connection, page, claimed))
        if number and self.witness:
            witness.keep(witness.here(), self.witness, number)
        return answers

    def _dictated(self, clerk: Clerk, page: Page) -> Answers:
        """Have a page written that books no turns. What only this program knows of its letters is looked at before."""
        closed = self._closed(page.claimed, self.now())
        wanted = {letter: self._digests(letter) for letter in page.claimed if letter not in closed}
        taken = clerk.write(page, wanted)
        paused = dict.fromkeys(wanted, _paused(taken.paused)) if taken.paused is not None else {}
        return Answers(turns={}, claims={**closed, **paused, **taken.tries})

    def _written(self, connection: Connection, page: Page, wanted: Sequence[LetterId]) -> tuple[Answers, int]:
        """Write a page, perhaps once more after the first was lost. Returns also how many letters were ever claimed."""
        page.claimed[:] = wanted
        now = self.now()
        turns = {letter: self._turn(connection, letter, now) for letter in page.booked}
        held_back = self._held_back(connection, page, now)
        page.claimed[:] = [letter for letter in page.claimed if letter not in held_back]
        claimed = book.write(
            connection,
            self.installation.campaign.slug,
            self.holder,
            page,
            host=self.installation.settings.smtp_host,
            now=now,
        )
        number = witness.count(connection, len(claimed), self.holder) if claimed and self.witness else 0
        asked_again: dict[LetterId, Tried | Later] = {key: each for key, each in held_back.items() if each is not None}
        return Answers(turns=turns, claims={**asked_again, **claimed}), number

    def _held_back(self, connection: Connection, page: Page, now: dt.datetime) -> Mapping[LetterId, Later | None]:
        """Letters that may not be claimed: None for good, else when to ask again. Looked at last of all."""
        if not page.claimed:
            return {}
        closed = self._closed(page.claimed, now)
        paused = switches.paused(connection, self.installation.campaign.slug)
        if paused is not None:
            return {**dict.fromkeys(page.claimed, _paused(paused.by)), **closed}
        digests = {letter: self._digests(letter) for letter in page.claimed}
        # Somebody may have asked to be left alone since the plan was made (domain/rules.md B20).
        left_alone = suppression.suppressed(connection, [digest for each in digests.values() for digest in each])
        gone = {letter: None for letter, each in digests.items() if any(digest in left_alone for digest in each)}
        return {**closed, **gone}

    def _closed(self, letters: Sequence[LetterId], now: dt.datetime) -> dict[LetterId, Later]:
        """Letters that may not go now, for what stands in the campaign and in the addressee's clock."""
        end = self.installation.campaign.not_after
        if end is not None and now > end:
            return dict.fromkeys(letters, NEVER)
        waits = {letter: (self.opens(letter, now) - now).total_seconds() for letter in letters}
        return {letter: Later(seconds=wait) for letter, wait in waits.items() if wait > 0}

    def _digests(self, letter: LetterId) -> list[str]:
        return [address_digest(each) for each in self.addresses[letter]]

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
