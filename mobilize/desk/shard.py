"""One shard of letters, from the queue to the relay: what of it may still go is written again, compared, and sent."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mobilize.desk import approval, compose, hand_out, portion
from mobilize.desk.compose import Composer
from mobilize.desk.ledger import Books
from mobilize.desk.portion import When
from mobilize.desk.roster import Find
from mobilize.errors import LedgerUnusable, LetterWrong, MobilizeError, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter.dkim import Signer
from mobilize.letter.merge import Letter, LetterId
from mobilize.letter.mime import Message
from mobilize.post import deliver, workers
from mobilize.post.deliver import Scribe
from mobilize.post.run import Run, Told, Unmade
from mobilize.post.schedule import Pace
from mobilize.post.workers import Allotted
from mobilize.store import approvals, suppression
from mobilize.store.suppression import address_digest

#: Seconds that a shard waits in a worker's hands while none of its letters may go; then it goes back to the queue.
PATIENCE = 5.0

#: Seconds after which a shard is tried again that could not go, for a reason that is not its letters'.
REST = 60.0

#: The same where this machine's campaign folder has other letters than were queued: somebody must look.
DIFFERS = 300.0

#: Says what happened, in one word and with ids and numbers: never an address or a text.
Log = Callable[..., None]


class Again(Exception):
    """Letters of the shard still wait: it goes back to the queue, until a moment."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        super().__init__(at.isoformat())


@dataclass(slots=True, kw_only=True)
class Tally:
    """What this process did, for a monitor."""

    #: State -> letters that it settled.
    letters: Counter[str] = field(default_factory=Counter)
    #: done, again or failed -> shards.
    shards: Counter[str] = field(default_factory=Counter)
    #: Letters that this machine's folder has otherwise than they were queued.
    differing: int = 0
    #: Letters taken back from workers that died: queued again or in_doubt -> how many.
    recovered: Counter[str] = field(default_factory=Counter)
    #: Times that the database went away.
    away: int = 0
    #: Shards in hand now.
    in_hand: int = 0


@dataclass(slots=True, kw_only=True)
class Known:
    """What is known of the letters in hand."""

    #: Letter -> the addresses that it goes to.
    addresses: dict[LetterId, tuple[str, ...]] = field(default_factory=dict)
    #: Letter -> from when on it may go.
    opens: dict[LetterId, Callable[[dt.datetime], dt.datetime]] = field(default_factory=dict)

    def opening(self, letter: LetterId, moment: dt.datetime) -> dt.datetime:
        """From when on a letter may go; `moment`: it may."""
        return self.opens[letter](moment)

    def learn(self, ready: _Ready) -> None:
        """Take the letters of a shard in."""
        self.addresses.update(ready.addresses)
        self.opens.update({letter: ready.opens(letter) for letter in ready.rows})

    def forget(self, ready: _Ready) -> None:
        """The shard is not in hand any more."""
        for letter in ready.rows:
            self.addresses.pop(letter, None)
            self.opens.pop(letter, None)


@dataclass(slots=True, kw_only=True)
class Hands:
    """What a worker works with, as long as one lease lasts."""

    installation: Installation
    #: Name of the lease.
    holder: str
    now: Callable[[], dt.datetime]
    by: Composer
    #: Who signs the messages; None: the relay does.
    signer: Signer | None
    find: Find
    #: Of all shards in hand together.
    pace: Pace
    #: Shards that may be in hand.
    shards: int
    #: The ledger for all shards in hand, which share its pages.
    books: Books
    scribe: Scribe
    #: What the books ask of letters in hand.
    known: Known
    tally: Tally
    log: Log
    runs: list[Run] = field(default_factory=list)
    #: No more work is begun.
    stopping: bool = False
    #: The ledger failed in the middle of a shard: all ends, and begins anew under another name.
    broken: bool = False

    def part(self) -> Pace:
        """The pace of one more run: the connections that are free, but for one for each shard that may come besides.

        All shards in hand together have no more than one program may open.
        """
        free = self.pace.connections - sum(each.pace.connections for each in self.runs)
        others = self.shards - len(self.runs) - 1
        return replace(self.pace, connections=max(1, free - others))

    def stop(self) -> None:
        """Let the letters on the wire finish, and take no more."""
        self.stopping = True
        for run in self.runs:
            run.stopping = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """Letters of a shard that may go."""

    letters: Mapping[LetterId, Letter]
    #: Letters that cannot be made, and why: they fail by themselves.
    troubles: Mapping[LetterId, Unmade]
    rows: Mapping[LetterId, Allotted]
    addresses: Mapping[LetterId, tuple[str, ...]]
    #: Letters that this machine's folder has otherwise.
    differing: Sequence[LetterId]

    def opens(self, letter: LetterId) -> Callable[[dt.datetime], dt.datetime]:
        """Says of a moment from when on a letter may go."""
        row, written = self.rows[letter], self.letters.get(letter)
        when = When(at=row.due_at, office_hours=row.office_hours)
        return (lambda moment: when.opens(written.contact.country, moment)) if written else (lambda moment: moment)


async def work_off(hands: Hands, which: Sequence[str]) -> None:
    """Send the letters of a shard. Raises Again where some still wait, and LedgerUnusable."""
    hands.tally.in_hand += 1
    try:
        ready = await asyncio.to_thread(_readied, hands, which)
        await _deliver(hands, ready)
        await asyncio.to_thread(_look_back, hands, which, ready)
    except Again:
        hands.tally.shards["again"] += 1
        raise
    except LedgerUnusable as error:
        hands.tally.shards["failed"] += 1
        hands.log("ledger_failed", why=error.sentence)
        hands.broken = True
        hands.stop()
        raise
    finally:
        hands.tally.in_hand -= 1
    hands.tally.shards["done"] += 1


async def _deliver(hands: Hands, ready: _Ready) -> None:
    run = _run(hands, ready)
    if not run.agenda or hands.stopping:
        return
    hands.runs.append(run)
    hands.known.learn(ready)
    try:
        await deliver.deliver(run, hands.scribe)
    except* MobilizeError as group:
        error = _first(group)
        if isinstance(error, LedgerUnusable):
            raise error from None
        run.trouble = run.trouble or error
    finally:
        hands.runs.remove(run)
        hands.known.forget(ready)
    if run.trouble:
        hands.log("server_given_up", why=run.trouble.sentence)
        raise Again(hands.now() + dt.timedelta(seconds=REST))


def _first(group: BaseExceptionGroup[MobilizeError]) -> MobilizeError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, MobilizeError)
    return error


def _run(hands: Hands, ready: _Ready) -> Run:
    def made(letter: LetterId) -> Message | Unmade:
        try:
            return ready.troubles.get(letter) or compose.message(
                hands.by, ready.letters[letter], now=hands.now(), signer=hands.signer
            )
        except (LetterWrong, TemplateWrong) as error:
            return error

    def settled(told: Told) -> None:
        hands.tally.letters[told.state.value] += 1
        hands.log("letter", letter=told.letter, state=told.state.value, reason=told.reason)

    pace = hands.part()
    run = Run(
        server=portion.server_of(hands.installation),
        ledger=hands.books,
        make=lambda wanted: [made(each) for each in wanted],
        told=settled,
        said=lambda sentence: hands.log("said", sentence=sentence),
        chance=random.random,
        clock=lambda: hands.now().timestamp(),
        pace=pace,
        patience=PATIENCE,
    )
    for letter in ready.rows:
        run.agenda.add((letter,), not_before=ready.opens(letter)(hands.now()).timestamp())
    return run


def _readied(hands: Hands, which: Sequence[str]) -> _Ready:
    """Write the letters again, as of the day on which they were queued; each must be what was queued."""
    installation = hands.installation
    campaign = installation.campaign
    with installation.store.reading() as connection:
        rows = workers.still_to_go(connection, campaign.slug, which)
        left_alone = suppression.suppressed(connection, [row.address_digest for row in rows])
    if campaign.not_after is not None and hands.now() > campaign.not_after:
        rows = []
    contacts = hands.find([row.contact for row in rows])
    letters: dict[LetterId, Letter] = {}
    troubles: dict[LetterId, Unmade] = {}
    differing: list[LetterId] = []
    for row in rows:
        if row.address_digest in left_alone:
            continue
        contact = contacts.get(row.contact)
        try:
            if contact is None:
                differing.append(row.letter)
                continue
            letter = hand_out.written(installation, contact, today=row.dated, round=row.round)
        except (LetterWrong, TemplateWrong) as error:
            troubles[row.letter] = error
            continue
        if (letter.digest, address_digest(contact.emails[0])) == (row.digest, row.address_digest):
            letters[row.letter] = letter
        else:
            differing.append(row.letter)
    differing += _unapproved(installation, letters)
    for each in differing:
        letters.pop(each, None)
        hands.log("letter_differs", letter=each)
    hands.tally.differing += len(differing)
    going = {row.letter: row for row in rows if row.letter in letters or row.letter in troubles}
    addresses = {letter: contacts[row.contact].emails for letter, row in going.items()}
    return _Ready(letters=letters, troubles=troubles, rows=going, addresses=addresses, differing=differing)


def _unapproved(installation: Installation, letters: Mapping[LetterId, Letter]) -> list[LetterId]:
    """Letters whose paper, images or addresses are not those that a second person approved, where that is asked for."""
    if not installation.campaign.rules.approval or not letters:
        return []
    sealed = approval.seals(tuple(letters.values()), installation.campaign)
    found = []
    with installation.store.reading() as connection:
        for number in {letter.round for letter in letters.values()}:
            known = approvals.of_round(connection, installation.campaign.slug, number)
            of_round = [key for key, letter in letters.items() if letter.round == number]
            found += [key for key in of_round if key not in known or known[key].seal != sealed[key]]
    return found


def _look_back(hands: Hands, which: Sequence[str], ready: _Ready) -> None:
    """See what of a shard still waits. Raises Again with the moment at which the first of it may go."""
    now = hands.now()
    with hands.installation.store.reading() as connection:
        rows = workers.still_to_go(connection, hands.installation.campaign.slug, which)
    moments = [now + dt.timedelta(seconds=DIFFERS)] if ready.differing else []
    for row in rows:
        letter = ready.letters.get(row.letter)
        if letter is not None and hands.stopping:
            moments.append(now)
        elif letter is not None:
            when = When(at=row.due_at, office_hours=row.office_hours)
            moments.append(
                max(when.opens(letter.contact.country, now), row.due_at or now + dt.timedelta(seconds=PATIENCE))
            )
    if moments:
        raise Again(min(moments))
