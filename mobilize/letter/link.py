"""A partner's personal link: which NGO of contacts.csv may start with its own fields filled in, signed, with an end.

A token is `<contact, 12 characters><day it ends, 4 characters><signature, 16 characters>`, as a reply token is, under
another key: neither opens what the other does. Without the installation's secret none can be made, and trying others
tells nothing, as every one that is wrong is answered alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.letter import token
from mobilize.letter.merge import letter_id


def make(key: bytes, campaign: str, contact: Contact, expires: dt.date) -> str:
    """Make the token of an NGO's link, good until the end of a day; 32 characters a-z2-7.

    key: the installation's secret; campaign: its slug. The same values give the same token.
    """
    return token.make(_key(key), letter_id(campaign, contact.id, 0), expires)


def page(url: str, key: bytes, campaign: Campaign, contact: Contact) -> str:
    """The address of an NGO's personal page; it ends with the campaign.

    url: where the pages are reached over https. Empty where that is, where the campaign has no end (a link that never
    ends is none to print), or where the contact shall have none (rules D10). The same on every day: an approval of the
    letter is bound to its text.
    """
    if not url or campaign.not_after is None or contact.audience is not Audience.NGO or contact.sensitive:
        return ""
    return f"{url}/p/{make(key, campaign.slug, contact, campaign.not_after.date())}"


def read(key: bytes, campaign: str, contacts: Iterable[Contact], text: str, today: dt.date) -> Contact | None:
    """Find whose link this is; None where it is none of ours, was changed, has ended, or its NGO is not there now.

    A contact marked sensitive has no link: its name would stand on a page for whoever holds it (domain rules D10).
    """
    wanted = token.read(_key(key), text, today)
    if wanted is None:
        return None
    # Round 0 is no round of letters: the id ties the link to no entry of the outbox.
    mine = (each for each in contacts if each.audience is Audience.NGO and not each.sensitive)
    return next((each for each in mine if hmac.compare_digest(letter_id(campaign, each.id, 0), wanted)), None)


def _key(key: bytes) -> bytes:
    return hmac.new(key, b"partner-link", hashlib.sha256).digest()
