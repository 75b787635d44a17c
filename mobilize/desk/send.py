"""The lead's job: send a round, each letter once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from mobilize.desk import approval, figures, portion, sender
from mobilize.desk import plan as planning
from mobilize.desk.compose import Order
from mobilize.desk.journal import journal
from mobilize.desk.ledger import holding
from mobilize.desk.plan import Plan
from mobilize.desk.portion import AT_ONCE, Portion, When, pace_of, server_of
from mobilize.errors import LedgerUnusable, Refused
from mobilize.installation import Installation
from mobilize.letter.merge import Letter, LetterId
from mobilize.post import book, outbox, smtp
from mobilize.post.run import Told
from mobilize.post.schedule import plainly, seconds_needed
from mobilize.post.states import State
from mobilize.store import witness

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


def foretold(installation: Installation, plan: Plan) -> str:
    """Say how long a plan will take under the pace, before it starts (complaints A 13)."""
    seconds = seconds_needed(len(plan.letters), pace_of(installation), a_letter=A_LETTER)
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
) -> Sent:
    """Send the letters of a plan. Ctrl-C lets the letters on the wire finish; a second run goes on.

    now: gives the present moment. told: shows progress (what, done, of). said: a sentence about the run.
    patience: seconds to wait while no letter may go, before the run ends; infinity: until all are decided.
    when: whether letters wait for a moment, or for the addressee's office hours. by: who sends.
    Raises Refused where the campaign asks for a second person's approval and the plan has it not as it is now.
    Raises ServerUnreachable or LoginRefused before anything is claimed; LedgerUnusable where the ledger fails.
    """
    approval.require(installation, plan, sender=by)
    sender.require(installation)
    smtp.check(server_of(installation))
    # Written down with each letter: a run that crashes before the moment must not be followed by one that goes early.
    waits = dict(plan.not_before) if when.at is None else dict.fromkeys((each.id for each in plan.letters), when.at)
    identity = sure_of_the_ledger(installation)
    states: Counter[str] = Counter()
    with holding(installation) as (_, is_dead), journal(installation, now=now) as noted:
        _recover(installation, is_dead, now())
        _queue(installation, plan, waits, now())
        report = figures.reporter(installation, plan.round, now=now, said=said)

        def settled(each: Told) -> None:
            states[each.state.value] += 1
            noted(each)
            report()
            told("sending", states.total(), len(plan.letters))

        whole = Portion(
            orders=[_order(letter) for letter in _in_order(plan)],
            when=when,
            waits=waits,
            connections=pace_of(installation).connections,
            patience=patience,
            witness=identity,
        )
        _say_who_waits(whole, now(), said)
        try:
            end = portion.carry(installation, whole, now=now, told=settled, said=said)
            states["in_doubt"] += end.in_doubt
        finally:
            # What a process that died left on the wire.
            with suppress(LedgerUnusable):
                _again, doubtful = _recover(installation, is_dead, now())
                states["in_doubt"] += doubtful
            _last_report(installation, plan.round, now(), said)
    return Sent(
        states={state: count for state, count in states.items() if count},
        left=len(plan.letters) - states.total(),
        trouble=end.trouble if len(plan.letters) > states.total() else "",
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


def _queue(installation: Installation, plan: Plan, waits: Mapping[LetterId, dt.datetime], now: dt.datetime) -> None:
    """Put the letters of a plan into the outbox, each with the moment that it waits for."""
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        planned = tuple(planning.entries(installation, plan.letters, waits))
        added = set(outbox.queue(connection, campaign, planned, now=now))
        for letter in plan.again:
            outbox.move(connection, campaign, letter, State.FAILED, State.QUEUED, reason="tried again by hand", now=now)
        # Queued by an earlier run: their contacts or templates may have changed since.
        outbox.redo(connection, campaign, [entry for entry in planned if entry.letter not in added])


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


def _say_who_waits(whole: Portion, now: dt.datetime, said: Callable[[str], None]) -> None:
    opening = (
        whole.when.opens(each.contact.country, max(now, whole.waits.get(each.letter) or now)) for each in whole.orders
    )
    first = min(opening, default=now)
    wait = (first - now).total_seconds()
    if wait > 0:
        goes = "this run waits for it" if wait <= whole.patience else "run again then, or add --wait"
        said(f"No letter may go yet; the first may on {first:%Y-%m-%d at %H:%M} UTC: {goes}.")
