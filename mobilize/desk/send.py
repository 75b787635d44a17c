"""The lead's job: send a round, each letter once."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from mobilize.desk import approval, figures, sender
from mobilize.desk import plan as planning
from mobilize.desk.journal import journal
from mobilize.desk.ledger import Books, holding
from mobilize.desk.plan import Plan
from mobilize.desk.press import press
from mobilize.errors import LedgerUnusable, MobilizeError, Refused
from mobilize.installation import Installation
from mobilize.letter.merge import Letter, LetterId
from mobilize.post import deliver, outbox, smtp
from mobilize.post.carrier import Run, Told
from mobilize.post.schedule import PRESETS, Pace, plainly, seconds_needed
from mobilize.post.smtp import Server
from mobilize.post.states import State
from mobilize.store import witness
from mobilize.world import hours
from mobilize.world.countries import countries

#: Seconds that a run waits while no letter may go: for a server that restarts, or asked for a pause.
PATIENCE = 90.0

#: Seconds of work that a letter with its PDF takes, where the pace does not slow it (bench/send.py, two cores).
A_LETTER = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """From when on the letters of a run may go."""

    #: None: at once.
    at: dt.datetime | None = None
    #: In the working hours of the addressee's capital only.
    office_hours: bool = False

    def opens(self, letter: Letter, now: dt.datetime) -> dt.datetime:
        """From when on a letter may go; `now`: it may."""
        earliest = max(now, self.at) if self.at is not None else now
        return hours.next_open(countries()[letter.contact.country], earliest) if self.office_hours else earliest


#: Nothing to wait for.
AT_ONCE = When()


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


def server_of(installation: Installation) -> Server:
    """The relay that the settings name."""
    settings = installation.settings
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security.value,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        verify=settings.smtp_verify,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
        hello=installation.campaign.sender.address.rpartition("@")[2] or "localhost",
    )


def pace_of(installation: Installation) -> Pace:
    """How fast the settings let letters go: the preset, and what is said besides it."""
    settings = installation.settings
    preset = PRESETS[settings.smtp_preset]
    return replace(
        preset,
        per_second=settings.smtp_per_second or preset.per_second,
        per_minute=settings.smtp_per_minute or preset.per_minute,
        per_day=settings.smtp_per_day or preset.per_day,
        per_domain=settings.smtp_per_domain or preset.per_domain,
        connections=min(settings.smtp_connections, preset.connections)
        if settings.smtp_preset
        else settings.smtp_connections,
    )


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
    letters = {letter.id: letter for letter in plan.letters}
    # Written down with each letter: a run that crashes before the moment must not be followed by one that goes early.
    waits = dict(plan.not_before) if when.at is None else dict.fromkeys(letters, when.at)
    identity = sure_of_the_ledger(installation)
    # Where letters go slowly, one process makes them faster than they may go.
    many = 0 if pace_of(installation).is_limited else len(letters)
    with (
        press(installation, many) as make,
        holding(installation) as (holder, is_dead),
        journal(installation, now=now) as noted,
    ):
        _recover(installation, is_dead, now())
        _queue(installation, plan, waits, now())
        states: Counter[str] = Counter()

        report = figures.reporter(installation, plan.round, now=now, said=said)

        def settled(each: Told) -> None:
            states[each.state.value] += 1
            noted(each)
            report()
            told("sending", states.total(), len(plan.letters))

        books = Books(
            installation=installation,
            holder=holder,
            now=now,
            pace=pace_of(installation),
            opens=lambda letter, moment: when.opens(letters[letter], max(moment, waits.get(letter) or moment)),
            addresses={letter.id: letter.contact.emails for letter in plan.letters},
            witness=identity,
        )
        run = Run(
            server=server_of(installation),
            ledger=books,
            make=lambda letter: make(letters[letter], now()),
            told=settled,
            said=said,
            chance=random.random,
            clock=lambda: now().timestamp(),
            pace=books.pace,
            patience=patience,
        )
        begin = now()
        for letter in _in_order(plan):
            first = max(begin, waits.get(letter) or begin)
            run.agenda.add((letter,), not_before=when.opens(letters[letter], first).timestamp())
        _say_who_waits(run, begin, said)
        try:
            _carry_out(run)
        finally:
            # What a second Ctrl-C, or a ledger that failed, left on the wire: queued again, or in doubt.
            with suppress(LedgerUnusable), installation.store.writing() as connection:
                _again, doubtful = outbox.recover(connection, installation.campaign.slug, [holder], now=now())
                states["in_doubt"] += doubtful
            _last_report(installation, plan.round, now(), said)
    return Sent(
        states={state: count for state, count in states.items() if count},
        left=len(plan.letters) - states.total(),
        trouble=run.trouble.sentence if run.trouble and len(plan.letters) > states.total() else "",
        stopped=run.stopping,
    )


def _last_report(installation: Installation, round: int, now: dt.datetime, said: Callable[[str], None]) -> None:
    """The file for a monitor, as the round stands at the end of the run; a broken one stops nothing."""
    try:
        figures.write_metrics(installation, round, now=now)
    except (Refused, LedgerUnusable) as error:
        said(error.sentence)


def _recover(installation: Installation, is_dead: Callable[[str], bool], now: dt.datetime) -> tuple[int, int]:
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        dead = [each for each in outbox.holders(connection, campaign) if is_dead(each)]
        return outbox.recover(connection, campaign, dead, now=now)


def _queue(installation: Installation, plan: Plan, waits: Mapping[LetterId, dt.datetime], now: dt.datetime) -> None:
    """Put the letters of a plan into the outbox, each with the moment that it waits for."""
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        planned = tuple(planning.entries(installation, plan.letters, waits))
        added = set(outbox.queue(connection, campaign, planned, now=now))
        for letter in plan.again:
            outbox.move(connection, campaign, letter, State.FAILED, State.QUEUED, reason="tried again by hand", now=now)
        for entry in planned:
            if entry.letter not in added:
                # Queued by an earlier run: its contact or template may have changed since.
                outbox.redo(connection, campaign, entry)


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


def _in_order(plan: Plan) -> list[LetterId]:
    """Grouped by language: alternating languages costs the PDF renderer 13 % (PARTS.md)."""
    return [letter.id for letter in sorted(plan.letters, key=lambda each: (each.language, each.contact.country))]


def _say_who_waits(run: Run, now: dt.datetime, said: Callable[[str], None]) -> None:
    wait = run.agenda.wait(now.timestamp())
    if wait:
        first = now + dt.timedelta(seconds=wait)
        goes = "this run waits for it" if wait <= run.patience else "run again then, or add --wait"
        said(f"No letter may go yet; the first may on {first:%Y-%m-%d at %H:%M} UTC: {goes}.")


def _carry_out(run: Run) -> None:
    """Run the delivery to its end. Ctrl-C and SIGTERM ask it to stop after the letters on the wire; a second, now."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(deliver.deliver(run))

        def stop() -> None:
            if run.stopping:
                work.cancel()
            run.stopping = True

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        try:
            with suppress(asyncio.CancelledError):
                await work
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    try:
        asyncio.run(main())
    except* MobilizeError as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
