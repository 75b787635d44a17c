"""The letter that a reply answers, beside it: as it was sent, or as near to that as today's files come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mobilize.desk import hand_out
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter import text
from mobilize.post import outbox
from mobilize.post.outbox import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One letter of ours."""

    fate: Fate
    #: Empty where it cannot be written any more.
    text: str
    #: "ltr" or "rtl".
    direction: str
    #: Whether these are, to the letter, the words that were sent.
    exact: bool


def letter(installation: Installation, identity: str) -> Answered | None:
    """Write a letter again from the campaign's files; None where there is none of that id.

    Letters are not kept, only the digest of what the addressee read: it tells whether the words are still the same.
    """
    with installation.store.reading() as connection:
        fate = outbox.fate(connection, installation.campaign.slug, identity)
    if fate is None:
        return None
    contact = next((each for each in installation.campaign.contacts if each.id == fate.contact), None)
    nothing = Answered(fate=fate, text="", direction="ltr", exact=False)
    if contact is None:
        return nothing
    for day in _days(fate):
        try:
            made = hand_out.written(installation, contact, today=day, round=fate.round)
        except (LetterWrong, TemplateWrong):
            return nothing
        if made.digest == fate.digest:
            return Answered(fate=fate, text=text.text(made), direction=made.direction, exact=True)
    return Answered(fate=fate, text=text.text(made), direction=made.direction, exact=False)


def _days(fate: Fate) -> tuple[dt.date, ...]:
    """Days whose date the letter may bear: it was written when it was sent, and that may be noted past midnight."""
    last = fate.changed_at.date()
    return last, last - dt.timedelta(days=1)
