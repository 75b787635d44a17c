"""What keeps letters from going out, in words, and what to do about each (complaints A 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from mobilize.desk import ledger, portion
from mobilize.desk import plan as planning
from mobilize.errors import MobilizeError
from mobilize.installation import Installation
from mobilize.post import outbox, smtp
from mobilize.post.outbox import Fate
from mobilize.post.states import State
from mobilize.store import switches, witness
from mobilize.store.engine import integrity

#: A letter that a running program has had for so long is told of: a server may take ten minutes to answer.
LONG = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that keeps letters, or one letter, from going out."""

    #: A letter's id, or what it concerns: "ledger", "settings", "campaign".
    about: str
    #: Contact and country of a letter; empty: it is none.
    contact: str = ""
    #: What is the matter.
    what: str
    #: What to do.
    do: str


def examine(installation: Installation, *, now: dt.datetime) -> list[Finding]:
    """Look at the ledger, the settings, the campaign and every letter that did not arrive. Changes nothing."""
    found = [*_ledger(installation), *_settings(installation), *_campaign(installation, now)]
    with installation.store.reading() as connection:
        fates = outbox.fates(connection, installation.campaign.slug)
    gone = ledger.dead(installation, {fate.holder for fate in fates if fate.holder})
    found += [finding for fate in fates if (finding := _letter(fate, now, gone)) is not None]
    return found


def _ledger(installation: Installation) -> Iterator[Finding]:
    state = integrity(installation.store)
    if state != "ok":
        yield Finding(about="ledger", what=f"the file is damaged: {state}", do="restore it from a backup")
    with installation.store.writing() as connection:
        known = witness.look(connection, witness.here())
        paused = switches.paused(connection, installation.campaign.slug)
    if known.doubt and not planning.in_sandbox(installation):
        do = "when you are sure that no other copy sends: mobilize outbox release --by NAME"
        yield Finding(about="ledger", what=f"sending is off: {known.doubt}", do=do)
    if paused is not None:
        what = f"{paused.by} paused sending on {paused.at:%Y-%m-%d %H:%M} UTC"
        yield Finding(about="ledger", what=what, do="mobilize outbox resume")


def _settings(installation: Installation) -> Iterator[Finding]:
    try:
        smtp.check(portion.server_of(installation))
    except MobilizeError as error:
        yield Finding(about="settings", what=error.sentence, do=error.hint)


def _campaign(installation: Installation, now: dt.datetime) -> Iterator[Finding]:
    end = installation.campaign.not_after
    if end is not None and now > end:
        what = f"it ended on {end:%Y-%m-%d %H:%M} UTC: nothing goes out any more"
        yield Finding(about="campaign", what=what, do="change not_after in campaign.toml, if it is to go on")
    errors = len(installation.errors)
    if errors:
        yield Finding(about="campaign", what=f"its files have {errors} faults", do="mobilize check")


def _letter(fate: Fate, now: dt.datetime, gone: frozenset[str]) -> Finding | None:
    """Say why a letter is not sent; None: it is, or will be without anybody's doing."""
    said = _said(fate, now, gone)
    return Finding(about=fate.letter, contact=fate.contact, what=said[0], do=said[1]) if said else None


def _said(fate: Fate, now: dt.datetime, gone: frozenset[str]) -> tuple[str, str] | None:  # noqa: PLR0911 - a row each
    """What is the matter with a letter, and what to do."""
    since = f"{fate.changed_at:%Y-%m-%d %H:%M} UTC"
    match fate.state:
        case State.SENT:
            return None
        case State.SENDING if fate.holder in gone:
            return f"the program that was sending it ended on {since}", "mobilize send takes it back and goes on"
        case State.SENDING:
            hangs = now - fate.changed_at > LONG
            do = "see whether that program hangs; end it with Ctrl-C, then run mobilize send"
            return (f"a running program has had it since {since}", do) if hangs else None
        case State.IN_DOUBT:
            do = "ask whether it arrived, or look at the relay's log for its Message-ID; then mobilize outbox resolve"
            return f"since {since}: {fate.reason}", do
        case State.FAILED:
            do = "mend the address in contacts.csv, or write on paper; mobilize send --only-failed tries once more"
            return f"failed: {fate.reason}", do
        case State.DEFERRED if fate.due_at is not None and fate.due_at > now:
            do = f"nothing before {fate.due_at:%Y-%m-%d %H:%M} UTC; then mobilize send"
            return f"tried {fate.attempts} times; the server said: {fate.reason}", do
        case State.DEFERRED:
            return f"tried {fate.attempts} times; the server said: {fate.reason}", "mobilize send"
        case State.QUEUED:
            return f"waits: {fate.reason}" if fate.reason else f"waits since {since}", "mobilize send"
