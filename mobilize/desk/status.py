"""What became of the letters, and who did not get one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mobilize.desk import ledger
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.post import figures, outbox
from mobilize.post.figures import Line
from mobilize.post.outbox import Fate
from mobilize.post.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One contact that has no letter, or not surely."""

    contact: str
    country: str
    audience: str
    #: State of its letter; empty: there is none.
    state: str
    why: str


def fates(installation: Installation, round: int) -> list[Fate]:
    """The fate of every letter of a round."""
    with installation.store.reading() as connection:
        return outbox.fates(connection, installation.campaign.slug, round)


def listed(installation: Installation, *, state: str, country: str, after: str, most: int) -> tuple[list[Line], bool]:
    """Some letters in the order of their ids, and whether there are more behind them."""
    with installation.store.reading() as connection:
        slug = installation.campaign.slug
        found = figures.listed(connection, slug, state=state, country=country, after=after, most=most + 1)
    return found[:most], len(found) > most


def missing(installation: Installation, round: int, *, now: dt.datetime) -> list[Missing]:
    """Who did not get a letter in this round, and why: computed from rows, never from a counter (complaints A 2)."""
    not_sent = [each for each in fates(installation, round) if each.state is not State.SENT]
    gone = ledger.dead(installation, [each.holder for each in not_sent if each.holder])
    found = [
        Missing(
            contact=each.contact,
            country=each.country,
            audience=each.audience,
            state=each.state.value,
            why=each.reason or _waiting(each, gone),
        )
        for each in not_sent
    ]
    known = {each.contact for each in found}
    plan = planning.plan(installation, chosen=Chosen(), round=round, limit=None, now=now)
    found += [
        Missing(contact=each.contact, country=each.country, audience=each.audience, state="", why=each.why)
        for each in plan.skipped
        if each.contact not in known and not each.why.startswith("sent already")
    ]
    found += [
        Missing(
            contact=letter.contact.id,
            country=letter.contact.country,
            audience=letter.contact.audience.value,
            state="",
            why="not sent yet: run `mobilize send`",
        )
        for letter in plan.letters
        if letter.contact.id not in known
    ]
    return sorted(found, key=lambda each: (each.country, each.audience, each.contact))


def _waiting(fate: Fate, gone: frozenset[str]) -> str:
    if fate.state is State.SENDING:
        ended = "the program that was sending it ended: `mobilize send` takes it back"
        return ended if fate.holder in gone else "a program is sending it"
    if fate.due_at is not None:
        what = "waits until" if fate.state is State.QUEUED else "next try at"
        return f"{what} {fate.due_at:%Y-%m-%d %H:%M} UTC"
    return "waits: run `mobilize send`"


def resolve(installation: Installation, letter: str, *, arrived: bool, by: str, now: dt.datetime) -> Fate:
    """Decide a letter in doubt: it arrived, and is sent; or it did not, and is queued again.

    Raises Refused where that letter is not in doubt.
    """
    new = State.SENT if arrived else State.QUEUED
    reason = f"{by} found that it {'arrived' if arrived else 'did not arrive'}"
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        identity = LetterId(letter)
        if not outbox.move(connection, campaign, identity, State.IN_DOUBT, new, reason=reason, now=now):
            raise Refused(f"letter {letter} is not in doubt", hint="mobilize outbox resolve lists those that are")
        fate = outbox.fate(connection, campaign, letter)
    assert fate is not None
    return fate
