"""The lead's job: send a round, each letter once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from mobilize.campaign.contacts import Contact
from mobilize.desk import approval, figures, going_on, portion, roster, sender
from mobilize.desk import plan as planning
from mobilize.desk.compose import Order
from mobilize.desk.going_on import Left
from mobilize.desk.journal import journal
from mobilize.desk.ledger import holding
from mobilize.desk.plan import Chosen, Plan
from mobilize.desk.portion import AT_ONCE, Portion, When, pace_of, server_of
from mobilize.errors import LedgerUnusable, Refused
from mobilize.installation import Installation
from mobilize.letter.merge import Letter, LetterId
from mobilize.post import book, outbox, smtp
from mobilize.post.run import Told
from mobilize.post.schedule import plainly, seconds_needed
from mobilize.post.states import State
from mobilize.store import rounds, witness

#: Seconds that a run waits while no letter may go: for a server that restarts, or asked for a pause.
PATIENCE = 90.0

#: Seconds of work that a letter with its PDF takes, where the pace does not slow it (bench/send.py, two cores).
A_LETTER = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a run of `send` did."""

    #: State -> letters that this run settled.
    states: Mapping[str, int]
    #: Letters that still wait, because the run was stopped or the server went away.
    left: int
    #: Why the server was given up; empty: it was not.
    trouble: str
    stopped: bool


def foretold(installation: Installation, count: int) -> str:
    """Say how long so many letters will take under the pace, before they start (complaints A 13)."""
    seconds = seconds_needed(count, pace_of(installation), a_letter=A_LETTER)
    return f"This will take about {plainly(seconds)}."


def take_back(installation: Installation, *, now: dt.datetime) -> tuple[int, int]:
    """Take back what programs held that died; to be called before a plan is made, so that the plan has those letters.

    Returns (queued again, in doubt).
    """
    with holding(installation) as (_, is_dead):
        return _recover(installation, is_dead, now)


def send(
    installation: Installation,
    plan: Plan,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[str, int, int], None],
    said: Callable[[str], None] = lambda _: None,
    patience: float = PATIENCE,
    when: When = AT_ONCE,
    by: str = "",
    seal: str = "",
) -> Sent:
    """Send the letters of a plan. Ctrl-C lets the letters on the wire finish; a second run goes on.

    now: gives the present moment. told: shows progress (what, done, of). said: a sentence about the run.
    patience: seconds to wait while no letter may go, before the run ends; infinity: until all are decided.
    when: whether letters wait for a moment, or for the addressee's office hours. by: who sends.
    seal: going_on.seal, asked before the campaign was read; with it an interrupted round goes on at once.
    Raises Refused where the campaign asks for a second person's approval and the plan has it not as it is now.
    Raises ServerUnreachable or LoginRefused before anything is claimed; LedgerUnusable where the ledger fails.
    """
    approval.require(installation, plan, sender=by)
    identity = _ready(installation)
    # Written down with each letter: a run that crashes before the moment must not be followed by one that goes early.
    waits = dict(plan.not_before) if when.at is None else dict.fromkeys((each.id for each in plan.letters), when.at)
    whole = Portion(
        orders=[_order(letter) for letter in _in_order(plan)],
        when=when,
        waits=waits,
        connections=pace_of(installation).connections,
        patience=patience,
        witness=identity,
    )

    def queue() -> None:
        _queue(installation, plan, waits, now(), seal=seal)
        due = ((each.contact.country, waits.get(each.letter)) for each in whole.orders)
        _say_who_waits(whole, due, now(), said)

    return _carried(installation, whole, len(plan.letters), plan.round, now=now, told=told, said=said, first=queue)


def go_on(
    installation: Installation,
    left: Left,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[str, int, int], None],
    said: Callable[[str], None] = lambda _: None,
    patience: float = PATIENCE,
    when: When = AT_ONCE,
) -> Sent:
    """Send what is left of a round in which nothing has changed, from the first letter on: as `send`, which planned it.

    installation: opened without its contacts; they are read meanwhile.
    """
    identity = _ready(installation)
    with_ministers = going_on.with_ministers(installation, left)
    waits: dict[LetterId, dt.datetime] = {}
    with closing(_more(with_ministers, left, waits, now)) as more:
        whole = Portion(
            orders=(),
            when=when,
            waits=waits,
            connections=pace_of(installation).connections,
            patience=patience,
            witness=identity,
            more=more,
            expected=left.count,
        )

        def first() -> None:
            _say_who_waits(whole, ((each.country, each.due_at) for each in left.waiting), now(), said)

        return _carried(with_ministers, whole, left.count, left.round, now=now, told=told, said=said, first=first)


def _more(
    installation: Installation, left: Left, waits: dict[LetterId, dt.datetime], now: Callable[[], dt.datetime]
) -> Generator[Sequence[Order], None, None]:
    """Orders of what is left, as fast as its contacts are read; at the end those that must be planned anew.

    waits: gets the moments before which some of them may not go.
    """
    today = installation.campaign.letter_date or now().date()
    anew: list[Contact] = []
    for some in going_on.found(installation, left, now):
        anew += [contact for waiting, contact in some if not waiting.is_fresh]
        fresh = sorted(some, key=lambda pair: (pair[0].language, pair[0].country))
        waits.update({waiting.letter: waiting.due_at for waiting, _ in fresh if waiting.due_at is not None})
        yield [
            Order(letter=waiting.letter, contact=contact, round=left.round, today=today, digest=waiting.digest)
            for waiting, contact in fresh
            if waiting.is_fresh
        ]
    if anew:
        # Tried before, or queued for workers: the last plan need not have written them, so they are written now.
        plan = planning.plan(installation, chosen=Chosen(), round=left.round, limit=None, now=now(), among=anew)
        waits.update(plan.not_before)
        _queue(installation, plan, plan.not_before, now(), seal=None)
        yield [_order(letter) for letter in _in_order(plan)]


def _ready(installation: Installation) -> str:
    """Refuse to begin where nothing could go. Returns the ledger's name; empty in a sandbox."""
    sender.require(installation)
    smtp.check(server_of(installation))
    return sure_of_the_ledger(installation)


def _carried(
    installation: Installation,
    whole: Portion,
    of: int,
    round: int,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[str, int, int], None],
    said: Callable[[str], None],
    first: Callable[[], None],
) -> Sent:
    """Carry a run's letters to its end, and keep journal and figures. first: what the ledger is told before."""
    states: Counter[str] = Counter()
    with holding(installation) as (_, is_dead), journal(installation, now=now) as noted:
        _recover(installation, is_dead, now())
        first()
        report = figures.reporter(installation, round, now=now, said=said)

        def settled(each: Told) -> None:
            states[each.state.value] += 1
            noted(each)
            report()
            told("sending", states.total(), of)

        try:
            end = portion.carry(installation, whole, now=now, told=settled, said=said)
            states["in_doubt"] += end.in_doubt
        finally:
            # What a process that died left on the wire.
            with suppress(LedgerUnusable):
                _again, doubtful = _recover(installation, is_dead, now())
                states["in_doubt"] += doubtful
            _last_report(installation, round, now(), said)
    return Sent(
        states={state: count for state, count in states.items() if count},
        left=of - states.total(),
        trouble=end.trouble if of > states.total() else "",
        stopped=end.stopped,
    )


def _order(letter: Letter) -> Order:
    """The planned letter, to be written again where it is made: its digest tells whether it is still the same."""
    return Order(letter=letter.id, contact=letter.contact, round=letter.round, today=letter.date, digest=letter.digest)


def _last_report(installation: Installation, round: int, now: dt.datetime, said: Callable[[str], None]) -> None:
    """The file for a monitor, as the round stands at the end of the run; a broken one stops nothing."""
    try:
        figures.write_metrics(installation, round, now=now)
    except (Refused, LedgerUnusable) as error:
        said(error.sentence)


def _recover(installation: Installation, is_dead: Callable[[str], bool], now: dt.datetime) -> tuple[int, int]:
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        dead = [each for each in book.holders(connection, campaign) if is_dead(each)]
        return book.recover(connection, campaign, dead, now=now)


def _queue(
    installation: Installation,
    plan: Plan,
    waits: Mapping[LetterId, dt.datetime],
    now: dt.datetime,
    *,
    seal: str | None,
) -> None:
    """Put the letters of a plan into the outbox, each with the moment that it waits for.

    seal: noted with a plan of the whole round; a part that is planned later voids it. None: it stays as it is.
    """
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        planned = tuple(planning.entries(installation, plan.letters, waits))
        added = set(outbox.queue(connection, campaign, planned, now=now))
        for letter in plan.again:
            outbox.move(connection, campaign, letter, State.FAILED, State.QUEUED, reason="tried again by hand", now=now)
        # Queued by an earlier run: their contacts or templates may have changed since.
        outbox.redo(connection, campaign, [entry for entry in planned if entry.letter not in added])
        if seal is not None:
            _note(connection, installation, plan, seal, now)


def _note(connection: Connection, installation: Installation, plan: Plan, seal: str, now: dt.datetime) -> None:
    """Note the seal of a plan of the whole round; of any other, that there is none.

    Where letters wait since an earlier plan that are in this one no more (a reserved address, another status), it is
    not the whole: they must not go by its seal.
    """
    campaign = installation.campaign.slug
    if not (
        seal and plan.is_whole and outbox.still_open(connection, campaign, plan.round, now=now) == len(plan.letters)
    ):
        rounds.forget(connection, campaign, plan.round)
        return
    lines = [each.line for each in roster.ministers(installation.campaign.contacts)]
    rounds.note(connection, campaign, plan.round, seal=seal, ministers=lines, now=now)


def sure_of_the_ledger(installation: Installation) -> str:
    """Refuse to send from what may be a restored copy. Returns the ledger's name; empty in a sandbox.

    Raises Refused.
    """
    if planning.in_sandbox(installation):
        return ""
    with installation.store.writing() as connection:
        known = witness.look(connection, witness.here())
    if known.doubt:
        raise Refused(
            f"sending is off for this ledger: {known.doubt}",
            hint="when you are sure that no other copy sends: mobilize outbox release --by NAME",
        )
    if known.seen is None:
        witness.keep(witness.here(), known.identity, known.count)
    return known.identity


def _in_order(plan: Plan) -> list[Letter]:
    """Grouped by language: alternating languages costs the PDF renderer 13 % (PARTS.md)."""
    return sorted(plan.letters, key=lambda each: (each.language, each.contact.country))


def _say_who_waits(
    whole: Portion, due: Iterable[tuple[str, dt.datetime | None]], now: dt.datetime, said: Callable[[str], None]
) -> None:
    """Say when the first letter may go, where none may now. due: a country, and the moment its letter waits for."""
    opening = (whole.when.opens(country, max(now, moment or now)) for country, moment in due)
    first = min(opening, default=now)
    wait = (first - now).total_seconds()
    if wait > 0:
        goes = "this run waits for it" if wait <= whole.patience else "run again then, or add --wait"
        said(f"No letter may go yet; the first may on {first:%Y-%m-%d at %H:%M} UTC: {goes}.")
