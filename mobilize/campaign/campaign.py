"""A campaign as a value: everything that would change with the next one. It is passed; there is no current campaign."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from mobilize.campaign.arguments import Argument
from mobilize.campaign.contacts import Contact
from mobilize.campaign.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text under negotiation (campaign.toml, [draft])."""

    #: Official symbol: A/C.3/68/L.64.
    symbol: str
    #: Who tabled it: alpha-2 code.
    tabled_by: str
    tabled_on: dt.date
    #: Where it is negotiated, by language: "the Third Committee of the General Assembly".
    forum: Mapping[str, str]
    #: Name -> paragraph number as drafted now: {"srhr": 8}. Templates cite by name, so a renumbered draft changes all.
    paragraphs: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes (campaign.toml, [sender])."""

    organisation: str
    #: The campaign mailbox: From, and the base of every reply address.
    address: str
    #: Printed under the letter; empty: the organisation alone.
    signatory: str
    #: Office of the signatory, by language.
    office: Mapping[str, str]
    #: Place of writing, by language: {"en": "London", "fr": "Londres"}.
    place: Mapping[str, str]
    #: What the organisation is, by language, one line under its name in the letterhead; may be empty.
    description: Mapping[str, str]
    #: Postal address and web page, printed in the letterhead's foot; may be empty.
    postal: str = ""
    web: str = ""
    #: Path below the campaign folder of a logo (SVG or PNG) and of a signature image; empty: none.
    logo: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the campaign decided once (campaign.toml, [rules])."""

    #: NHRIs are written to only with one of these accreditations.
    nhri_accreditation: tuple[str, ...] = ("A", "B")
    #: A contact not checked for this many days is warned of.
    stale_after_days: int = 90
    #: Nothing is sent before a second person has approved exactly that.
    approval: bool = False
    #: Each letter has its paper with it, as PDF.
    paper: bool = True
    #: Target number of co-sponsors, shown on the board; None: no target.
    target_cosponsors: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign folder, read."""

    #: Short name, lower-case letters, digits and hyphens: first in every key of the ledgers.
    slug: str
    #: By language.
    title: Mapping[str, str]
    #: Nothing adopted or agreed after this day is cited.
    as_of: dt.date
    #: The day printed on every letter; None: the day of sending.
    letter_date: dt.date | None
    #: Nothing goes out later than this; None: no end.
    not_after: dt.datetime | None
    #: Languages that the campaign writes in, the fallback first.
    languages: tuple[str, ...]
    draft: Draft
    sender: Sender
    rules: Rules
    arguments: Mapping[str, Argument]
    record: Record
    #: In the order of contacts.csv; rows with errors are not here but in the faults.
    contacts: tuple[Contact, ...]
    #: Path below letters/ ("minister/en.md", "blocks/en/record.md", "letter.typ") -> its text.
    templates: Mapping[str, str]
    #: Path below the campaign folder -> bytes of the images that [sender] names.
    images: Mapping[str, bytes] = field(default_factory=dict)
    #: Language -> text of the campaign's own lexicon/LANGUAGE.toml, added to the package's.
    lexicon: Mapping[str, str] = field(default_factory=dict)


T = TypeVar("T")

#: Campaigns of which what was worked out is kept: a partner's letter is written from a copy with another sender.
_KEPT = 8


class _Same:
    """A campaign, compared by identity: it never changes, and to compare two by value takes longer than most work."""

    __slots__ = ("campaign",)

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.campaign is self.campaign

    def __hash__(self) -> int:
        return id(self.campaign)


def per_campaign(work_out: Callable[[Campaign], T]) -> Callable[[Campaign], T]:
    """Keep what a function works out of a campaign; of the last few campaigns only."""
    kept = functools.lru_cache(maxsize=_KEPT)(lambda same: work_out(same.campaign))
    return functools.wraps(work_out)(lambda campaign: kept(_Same(campaign)))
