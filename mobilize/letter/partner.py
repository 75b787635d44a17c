"""The partner's own letter: to its own minister, in its own name, to be changed and signed as it sees fit.

An NGO that is asked for joint action gets it beside our letter. It shows nothing of ours but the text: not our
letterhead, not our mailbox as the place to answer to (the partner adds its own), and no number that ties it to our
ledger. Whom the partner sends it to, and whether, is its own affair: nothing is kept (domain rules D1, D2).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.errors import Refused
from mobilize.letter.escape import plain
from mobilize.letter.merge import Letter, LetterId, merge, sealed
from mobilize.letter.scope import minister_for

#: Printed where the partner is to write its own: the words of each language for "place" and "our address".
_BLANKS: Mapping[str, tuple[str, str]] = {
    "en": ("(place)", "(your address)"),
    "fr": ("(lieu)", "(votre adresse)"),
    "es": ("(lugar)", "(su dirección)"),
    "ar": ("(المكان)", "(عنوانكم)"),
    "pt": ("(local)", "(o vosso endereço)"),
    "ru": ("(место)", "(ваш адрес)"),
    "zh": ("（地点）", "（贵方地址）"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Who will sign."""

    #: As it shall stand in the letterhead.
    organisation: str
    #: One line under its name; may be empty.
    description: str = ""
    #: Place of writing and address to answer to; empty: a blank to be filled by hand.
    place: str = ""
    address: str = ""
    #: Name and office under the close; may be empty.
    signatory: str = ""
    office: str = ""


def own_letter(campaign: Campaign, contact: Contact, partner: Partner, *, language: str, today: dt.date) -> Letter:
    """Write the letter that a partner sends to a minister or an institution in its own name.

    contact: whom it is for; the reader's row of contacts.csv. language: one that the campaign has.
    Raises Refused for a letter to another NGO, an organisation without a name, or a recipient marked sensitive, to whom
    no local organisation writes by name (domain rules D10). Raises as `merge` does.
    """
    if contact.audience is Audience.NGO:
        raise Refused(
            "partners write to ministers and institutions", hint="joint action is what our own letter asks for"
        )
    if contact.sensitive:
        raise Refused(
            "this recipient is marked sensitive: only the international letterhead is used",
            hint="the campaign writes to it directly",
        )
    if not plain(partner.organisation):
        raise Refused("the letter needs the organisation's name")
    place, address = _BLANKS.get(language, _BLANKS["en"])
    sender = replace(
        campaign.sender,
        organisation=plain(partner.organisation),
        description=_everywhere(partner.description),
        office=_everywhere(partner.office),
        place=_everywhere(partner.place or place),
        address=plain(partner.address) or address,
        signatory=plain(partner.signatory),
        postal="",
        web="",
        logo="",
        signature="",
    )
    letter = merge(replace(campaign, sender=sender), replace(contact, language=language), today=today)
    # Its reference would be ours, and lead from the paper to the outbox: the partner's letter has a number of its own.
    own = hashlib.sha256(f"{letter.digest}{partner.organisation}".encode()).hexdigest()[:12]
    foot = tuple(line for line in letter.foot if line != address)
    return replace(letter, id=LetterId(own), reference="", foot=foot)


def _everywhere(text: str) -> Mapping[str, str]:
    return {"en": plain(text)} if plain(text) else {}


def write(campaign: Campaign, contact: Contact, *, today: dt.date, round: int = 1, link: str = "") -> Letter:
    """Write one letter and what is enclosed with it: what is sent, shown and approved.

    An NGO gets the letter to its own minister, in its name and our letter's language; nobody does for whom it would not
    be safe (scope.minister_for, by which templates know of it too). The digest is over both.
    link: the reader's personal page, printed in the foot of our letter; empty: none.
    today, round, and what it raises: as `merge`.
    """
    letter = merge(campaign, contact, today=today, round=round)
    if link:
        letter = sealed(replace(letter, foot=(*letter.foot, link)))
    minister = minister_for(campaign, contact)
    if minister is None:
        return letter
    partner = Partner(organisation=contact.organisation)
    own = own_letter(campaign, minister, partner, language=letter.language, today=today)
    return sealed(replace(letter, enclosure=own))
