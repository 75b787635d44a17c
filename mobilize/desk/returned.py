"""Letters that a full mailbox gave back: who else of the office got them, and trying again when a person says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from mobilize.desk.review import Shown
from mobilize.errors import Refused
from mobilize.inbox.reply import Bounce
from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.post import outbox
from mobilize.post.outbox import Fate
from mobilize.post.states import State
from mobilize.replies import log
from mobilize.replies.log import Entry
from mobilize.replies.resend import again_on, is_full
from mobilize.store.suppression import address_digest

#: From which states a letter may be tried again; in doubt is another question (desk.status.resolve).
_CAN_GO_AGAIN = (State.SENT, State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What can be done about one letter that came back."""

    letter: str
    state: State
    #: From which day it is worth trying again.
    again_on: dt.date
    #: Other addresses of the same office that got the same message.
    got_it_too: int
    #: Rows of contacts for the same country and audience to which no letter of this round went.
    others: tuple[str, ...]


def advice(installation: Installation, shown: Shown) -> Returned | None:
    """What to do about a bounce of a full mailbox; None for every other reply, and where no letter of ours is known."""
    full = [each for each in _bounces(shown.entry) if is_full(each)]
    if not full or (shown.entry.via or "").startswith("forward"):
        return None
    campaign = installation.campaign
    with installation.store.reading() as connection:
        fate = _fate(connection, campaign.slug, shown.entry, full)
        if fate is None:
            return None
        written = {each.contact for each in outbox.fates(connection, campaign.slug, fate.round)}
    contact = next((each for each in campaign.contacts if each.id == fate.contact), None)
    bounced = {address_digest(each.address) for each in full}
    rest = [each for each in (contact.emails if contact else ()) if address_digest(each) not in bounced]
    same = [each for each in campaign.contacts if (each.country, each.audience.value) == (fate.country, fate.audience)]
    return Returned(
        letter=fate.letter,
        state=fate.state,
        again_on=again_on(shown.entry.said_on or shown.entry.received_at.date()),
        got_it_too=len(rest),
        others=tuple(each.id for each in same if each.id != fate.contact and each.id not in written),
    )


def _bounces(entry: Entry) -> list[Bounce]:
    found = entry.parsed.get("bounces")
    return [Bounce(**each) for each in (found if isinstance(found, list) else []) if isinstance(each, dict)]


def _fate(connection: Connection, campaign: str, entry: Entry, full: list[Bounce]) -> Fate | None:
    """The letter that came back: by our own Message-ID, else the latest to that address."""
    if entry.letter:
        return outbox.fate(connection, campaign, entry.letter)
    return next((found for each in full if (found := outbox.by_address(connection, campaign, each.address))), None)


def again(installation: Installation, letter: str, *, by: str, at_once: bool = False, now: dt.datetime) -> Fate:
    """Queue a letter again that a full mailbox gave back: the next `send` takes it along. A person decides it.

    at_once: before the day from which it is worth it. Raises Refused where nobody says who does it, or the log holds
    no such bounce that brings our own Message-ID back: whatever else may have arrived.
    """
    if not by.strip():
        raise Refused("say who has it sent again", hint="--by NAME")
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        entries = log.entries(connection, campaign, installation.seal)
    bounced = [each for each in entries if each.kind == "bounce" and each.letter == letter and _came_back_full(each)]
    if not bounced:
        raise Refused("no full mailbox gave this letter back", hint="mobilize replies log --kind bounce")
    day = again_on(max(each.received_at for each in bounced).date())
    if now.date() < day and not at_once:
        raise Refused(f"the mailbox was full: it is worth trying again from {day}", hint="--now does not wait")
    reason = f"a full mailbox gave it back; {by.strip()} has it tried again"
    with installation.store.writing() as connection:
        fate = outbox.fate(connection, campaign, letter)
        if fate is None or fate.state not in _CAN_GO_AGAIN:
            raise Refused("this letter waits already" if fate else "no letter has this id", hint="mobilize status")
        # By the table of moves: what came back has failed, and what failed a person may have tried again.
        if fate.state is State.SENT:
            outbox.move(connection, campaign, LetterId(letter), State.SENT, State.FAILED, reason=reason, now=now)
        outbox.move(connection, campaign, LetterId(letter), State.FAILED, State.QUEUED, reason=reason, now=now)
        made = outbox.fate(connection, campaign, letter)
    assert made is not None, "it was there a line ago"
    return made


def _came_back_full(entry: Entry) -> bool:
    return not (entry.via or "").startswith("forward") and any(is_full(each) for each in _bounces(entry))
