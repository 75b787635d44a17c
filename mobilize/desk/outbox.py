"""What a person does with the outbox beside sending: look what is stuck, pause it, go on."""

from __future__ import annotations

import datetime as dt

from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post import fates
from mobilize.post.outbox import Fate
from mobilize.post.states import State
from mobilize.store import switches, witness


def pause(installation: Installation, *, by: str, now: dt.datetime) -> bool:
    """Pause sending in every program. False: it was paused already. Raises Refused where nobody says who does it."""
    if not by.strip():
        raise Refused("say who pauses it", hint="--by NAME")
    with installation.store.writing() as connection:
        return switches.pause(connection, installation.campaign.slug, by=by.strip(), now=now)


def resume(installation: Installation) -> bool:
    """Go on. False: it was not paused."""
    with installation.store.writing() as connection:
        return switches.resume(connection, installation.campaign.slug)


def release(installation: Installation, *, by: str, now: dt.datetime) -> None:
    """Say that this ledger, though it may be a copy, is the one to send from. Raises Refused where nobody says so."""
    if not by.strip():
        raise Refused("say who decides it", hint="--by NAME")
    with installation.store.writing() as connection:
        witness.release(connection, witness.here(), by=by.strip(), now=now)


def rounds(installation: Installation) -> tuple[int, ...]:
    """Rounds of which there are letters, the first first."""
    with installation.store.reading() as connection:
        return fates.rounds(connection, installation.campaign.slug)


def stuck(installation: Installation, round: int, state: State, *, most: int) -> list[Fate]:
    """Letters of a round in one state, those first that have been longest."""
    with installation.store.reading() as connection:
        return fates.in_state(connection, installation.campaign.slug, round, state, most=most)
