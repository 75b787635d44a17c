"""Contact + record + template -> Letter, and why each paragraph is there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NewType

from mobilize.campaign.contacts import Contact
from mobilize.campaign.standing import Standing

#: Function of campaign, contact and round: 12 characters a-z2-7, unguessable without them; the outbox key.
LetterId = NewType("LetterId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One block of the letter's body, and why it is there."""

    #: Markdown, already merged; data in it is escaped.
    markdown: str
    #: Rule, row and source that put it here, in words; empty for fixed text.
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter as it will be read, before any format."""

    id: LetterId
    #: Slug of the campaign.
    campaign: str
    #: From 1; a reminder is a new round.
    round: int
    contact: Contact
    standing: Standing
    #: Language of the template used: "fr".
    language: str
    #: Locale for dates and numbers: "fr", "ar_SY", "en_GB".
    locale: str
    #: "ltr" or "rtl".
    direction: str
    date: dt.date
    #: "London, 12 November 2013", as that language writes it.
    place_and_date: str
    #: Short reference printed on the paper and in the subject: ties the paper to the outbox entry.
    reference: str
    #: Organisation, its description and office lines of the letterhead.
    letterhead: tuple[str, ...]
    #: Lines of the addressee block.
    address: tuple[str, ...]
    subject: str
    salutation: str
    #: From after the salutation to before the close.
    paragraphs: tuple[Paragraph, ...]
    #: The courtesy close.
    close: str
    #: Lines under the close.
    signature: tuple[str, ...]
    #: The fixed words of this language: "reference", "subject", "page_of", "enclosure", …
    labels: dict[str, str]
    #: SHA-256 (hex) of everything the addressee reads: what an approval is bound to.
    digest: str
