"""Going on with a long round that was interrupted: at once, where nothing has changed since it was planned.

To plan fifty thousand letters takes eight seconds: each row is examined, and each letter written, so that none goes
where one cannot be written. All of that was done when they were queued. So the plan leaves a seal of all that its
letters are made from; where it is the same, the letters that wait go in the order of contacts.csv, while that is read.
Each is written again before it goes, and compared with what was planned, as in any run.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import babel
import jinja2
import markdown_it

import mobilize
from mobilize.campaign import folder as campaign_folder
from mobilize.campaign.contacts import Contact, ContactId
from mobilize.campaign.tables import Row
from mobilize.desk import plan as planning
from mobilize.desk import roster
from mobilize.desk.portion import MANY
from mobilize.installation import Installation
from mobilize.post import outbox
from mobilize.post.outbox import Alike, Waiting
from mobilize.store import rounds
from mobilize.store.rounds import Noted

#: Libraries that write a part of a letter: of another version they may write it otherwise.
_WRITERS = (babel, jinja2, markdown_it)

#: Contacts that are read before the first letters go, and at a time after that.
_FIRST, _AT_A_TIME = 64, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a round that was planned whole, where nothing has changed since."""

    round: int
    noted: Noted
    #: The letters that wait, counted.
    waiting: Sequence[Alike]

    @property
    def count(self) -> int:
        """Letters that wait."""
        return sum(each.letters for each in self.waiting)

    @property
    def by_audience(self) -> Mapping[str, int]:
        """Audience -> letters."""
        return _summed((each.audience, each.letters) for each in self.waiting)

    @property
    def by_language(self) -> Mapping[str, int]:
        """Language -> letters."""
        return _summed((each.language, each.letters) for each in self.waiting)


def _summed(counted: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, letters in counted:
        found[name] += letters
    return found


def seal(installation: Installation, *, now: dt.datetime) -> str:
    """Digest all that the letters of a campaign are made from: its files, its settings, the day, this program.

    To be asked before the campaign is read for a plan. Empty where it cannot be told, or where a second person's
    approval has to be looked at letter by letter.
    """
    campaign, settings = installation.campaign, installation.settings
    inputs = campaign_folder.inputs_digest(installation.folder)
    if not inputs or campaign.rules.approval:
        return ""
    what = (
        inputs,
        str(campaign.letter_date or now.date()),
        planning.in_sandbox(installation),
        settings.public_url,
        hashlib.sha256(installation.secret).hexdigest(),
        _program(),
    )
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _program() -> list[str]:
    """What this program is: the versions of those that write, and the age of each of its own files."""
    ours = Path(mobilize.__file__).parent
    ages = sorted(f"{each.relative_to(ours)} {each.stat().st_mtime_ns}" for each in ours.rglob("*.*") if each.is_file())
    return [*(each.__version__ for each in _WRITERS), hashlib.sha256("\n".join(ages).encode()).hexdigest()]


def left(installation: Installation, round: int, *, seal: str, now: dt.datetime) -> Left | None:
    """What waits of a round that may go on at once.

    None: it was not planned whole, something has changed since, or few letters wait: then it is planned again, which
    tells more. installation: its contacts are not asked for.
    """
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        noted = rounds.noted(connection, campaign, round)
        if not seal or noted is None or noted.seal != seal or installation.errors:
            return None
        waiting = outbox.waiting_alike(connection, campaign, round, now=now)
    found = Left(round=round, noted=noted, waiting=waiting)
    return found if found.count >= MANY else None


def with_ministers(installation: Installation, left: Left) -> Installation:
    """The same installation with all that a letter asks of other contacts."""
    lines = left.noted.ministers
    # No further than the last of them: they mostly stand first.
    found = islice(campaign_folder.contacts_on(installation.folder, lines), len(lines))
    return replace(installation, campaign=replace(installation.campaign, contacts=roster.ministers(found)))


def found(
    installation: Installation, left: Left, now: Callable[[], dt.datetime]
) -> Iterator[Sequence[tuple[Waiting, Contact]]]:
    """The letters that wait with their contacts, in the order of contacts.csv: a few first, then more at a time.

    Of rows whose letter went already there is none: some of what comes is empty.
    """
    rows, most = campaign_folder.named_rows(installation.folder), _FIRST
    while some := dict(islice(rows, most)):
        with installation.store.reading() as connection:
            slug = installation.campaign.slug
            waiting = outbox.waiting(connection, slug, left.round, list(some), now=now())
        pairs = ((each, _contact(each.contact, some)) for each in waiting)
        yield [(each, contact) for each, contact in pairs if contact is not None]
        most = _AT_A_TIME


def _contact(name: str, rows: Mapping[ContactId, Row]) -> Contact | None:
    known = ContactId(name)
    return campaign_folder.contact_again(known, rows[known])
