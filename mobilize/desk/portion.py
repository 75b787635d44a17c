"""One process's portion of a run: letters that it writes, carries and records, over connections of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from mobilize.desk import compose
from mobilize.desk.compose import Order
from mobilize.desk.ledger import Books, holding
from mobilize.errors import LedgerUnusable, LetterWrong, MobilizeError, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import book, deliver
from mobilize.post.run import Run, Told, Unmade
from mobilize.post.schedule import PRESETS, Pace
from mobilize.post.smtp import Server
from mobilize.world import hours
from mobilize.world.countries import countries

#: Letters that are made at a time: with their paper a dozen milliseconds each, without it less than one.
_BATCH_WITH_PAPER, _BATCH = 2, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """From when on the letters of a run may go."""

    #: None: at once.
    at: dt.datetime | None = None
    #: In the working hours of the addressee's capital only.
    office_hours: bool = False

    def opens(self, country: str, now: dt.datetime) -> dt.datetime:
        """From when on a letter to a country may go; `now`: it may."""
        earliest = max(now, self.at) if self.at is not None else now
        return hours.next_open(countries()[country], earliest) if self.office_hours else earliest


#: Nothing to wait for.
AT_ONCE = When()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one process is to do."""

    #: In the order in which they go.
    orders: Sequence[Order]
    when: When
    #: Letters that may not go before a moment.
    waits: Mapping[LetterId, dt.datetime]
    #: How many it may open at once.
    connections: int
    #: Seconds to wait while no letter may go, before the run ends.
    patience: float
    #: Calls of the typesetter at once.
    presses: int
    #: Name of the ledger, whose count is kept outside it too; empty: in a sandbox.
    witness: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a portion ended."""

    #: Letters that it left in doubt although nobody told of them: the run was cut off.
    in_doubt: int = 0
    #: Why the server was given up; empty: it was not.
    trouble: str = ""


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


def carry(
    installation: Installation,
    portion: Portion,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[Told], None],
    said: Callable[[str], None],
    steered: Callable[[Run, Callable[[], None]], None],
) -> Done:
    """Write, carry and record the letters of a portion.

    now: gives the present moment. told: one letter settled. said: a sentence about the run.
    steered: is given the run, whose `stopping` ends it after the letters on the wire, and a function that ends it now.
    Raises SettingsWrong for a DKIM key that cannot be used; else as `deliver.deliver` does, but never a group.
    """
    with holding(installation) as (holder, _):
        run = _run(installation, portion, holder, now=now, told=told, said=said)
        try:
            _to_its_end(run, steered)
        finally:
            # What was cut off, or a ledger that failed, left on the wire: queued again, or in doubt.
            doubtful = 0
            with suppress(LedgerUnusable), installation.store.writing() as connection:
                _again, doubtful = book.recover(connection, installation.campaign.slug, [holder], now=now())
    return Done(in_doubt=doubtful, trouble=run.trouble.sentence if run.trouble else "")


def _run(
    installation: Installation,
    portion: Portion,
    holder: str,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[Told], None],
    said: Callable[[str], None],
) -> Run:
    campaign, when, waits = installation.campaign, portion.when, portion.waits
    orders = {each.letter: each for each in portion.orders}
    pace = replace(pace_of(installation), connections=portion.connections)

    def opens(letter: LetterId, moment: dt.datetime) -> dt.datetime:
        return when.opens(orders[letter].contact.country, max(moment, waits.get(letter) or moment))

    run = Run(
        server=server_of(installation),
        ledger=Books(
            installation=installation,
            holder=holder,
            now=now,
            pace=pace,
            opens=opens,
            addresses={each.letter: each.contact.emails for each in portion.orders},
            witness=portion.witness,
        ),
        make=_writer(installation, orders, now),
        presses=portion.presses,
        batch=_BATCH_WITH_PAPER if campaign.rules.paper else _BATCH,
        ends_at=campaign.not_after.timestamp() if campaign.not_after else math.inf,
        told=told,
        said=said,
        chance=random.random,
        clock=lambda: now().timestamp(),
        pace=pace,
        patience=portion.patience,
    )
    begin = now()
    for each in portion.orders:
        run.agenda.add((each.letter,), not_before=opens(each.letter, begin).timestamp())
    return run


def _writer(
    installation: Installation, orders: Mapping[LetterId, Order], now: Callable[[], dt.datetime]
) -> Callable[[Sequence[LetterId]], list[Message | Unmade]]:
    by, signer = compose.composer(installation), compose.signer(installation)

    def one(order: Order) -> Message | Unmade:
        try:
            return compose.filled(by, order, now=now(), signer=signer)
        except (LetterWrong, TemplateWrong) as error:
            return error

    return lambda letters: [one(orders[letter]) for letter in letters]


def _to_its_end(run: Run, steered: Callable[[Run, Callable[[], None]], None]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(deliver.deliver(run))

        def cut() -> None:
            loop.call_soon_threadsafe(work.cancel)

        steered(run, cut)
        with suppress(asyncio.CancelledError):
            await work

    try:
        asyncio.run(main())
    except* MobilizeError as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
