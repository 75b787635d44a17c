"""What is known of a country, with sources, and why its letters say what they say."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mobilize.campaign import folder, standing
from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Contact
from mobilize.campaign.record import Position
from mobilize.campaign.standing import Standing
from mobilize.errors import LetterWrong, Refused, TemplateWrong
from mobilize.letter.markdown import Heading, Prose, blocks
from mobilize.letter.merge import merge
from mobilize.world import names
from mobilize.world.countries import Country, countries

#: Heading of those that are in no regional group.
OBSERVERS = "Observers"

#: How much of a paragraph is shown to know it by.
_OPENING = 70


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that this campaign knows of one country."""

    country: Country
    standing: Standing
    #: Every position on record by the campaign's `as_of`, oldest first.
    positions: tuple[Position, ...]
    contacts: tuple[Contact, ...]
    #: Positions on record that are later than `as_of`: no letter can cite them.
    later: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why one letter to a country says what it says."""

    contact: Contact
    #: Language of the letter; empty where no letter can be made.
    language: str
    #: (beginning of a paragraph, why it is there), for the paragraphs that are not in every letter.
    paragraphs: tuple[tuple[str, str], ...]
    #: What a person should know of it; or why it cannot be made.
    notes: tuple[str, ...]


def known(path: Path, asked: Iterable[str]) -> tuple[Campaign, tuple[Known, ...]]:
    """Gather what is known of some countries, or of all where none is named.

    asked: codes or names in any of the letters' languages ("KE", "Kenya", "Côte d'Ivoire").
    Returns them in the order asked; all of them by regional group, then by English name. Faults of the folder do not
    stop this: `check` tells them. Raises Refused for a name that is not sure, SourceUnreadable without a campaign.
    """
    campaign, _ = folder.load(path)
    whole, _ = folder.read_record(path)
    codes = [code_of(text) for text in asked] or [each.code for each in sorted(countries().values(), key=_place)]
    by_country: dict[str, list[Contact]] = {}
    for contact in campaign.contacts:
        by_country.setdefault(contact.country, []).append(contact)
    found = tuple(
        Known(
            country=countries()[code],
            standing=standing.of(campaign.record, code),
            positions=campaign.record.positions.get(code, ()),
            contacts=tuple(by_country.get(code, ())),
            later=_later(whole.positions.get(code, ()), campaign),
        )
        for code in dict.fromkeys(codes)
    )
    return campaign, found


def _later(positions: Iterable[Position], campaign: Campaign) -> tuple[Position, ...]:
    return tuple(
        each
        for each in positions
        if each.resolution.adopted > campaign.as_of or (each.date is not None and each.date > campaign.as_of)
    )


def explain(campaign: Campaign, contact: Contact, *, today: dt.date) -> Explained:
    """Write a contact's letter, and take from it why its paragraphs are there. A letter that cannot be is a note."""
    try:
        letter = merge(campaign, contact, today=today)
    except (TemplateWrong, LetterWrong) as error:
        return Explained(contact=contact, language="", paragraphs=(), notes=(error.sentence,))
    paragraphs = tuple((_opening(each.markdown), each.why) for each in letter.paragraphs if each.why)
    return Explained(contact=contact, language=letter.language, paragraphs=paragraphs, notes=letter.notes)


def _opening(markdown: str) -> str:
    """The first words of a paragraph, without its marks."""
    first = next(iter(blocks(markdown)), None)
    text = "".join(run.text for run in first.runs) if isinstance(first, Prose | Heading) else markdown
    return textwrap.shorten(re.sub(r"^[-#\d.]+ |[*_`]", "", text), _OPENING, placeholder=" …")


def code_of(text: str) -> str:
    """Give the code of a country that a person named. Raises Refused, with who may be meant, where it is not sure."""
    code = names.find(text)
    if code:
        return code
    near = [f"{each} ({countries()[each].names['en']})" for each in names.close(text)]
    hint = f"is {' or '.join(near)} meant?" if near else "`mobilize countries` lists all, with their codes"
    raise Refused(f"{text!r} is no country that is known here", hint=hint)


def group_of(country: Country) -> str:
    """Regional group, or the heading of those that are in none."""
    return country.group or OBSERVERS


def tally(found: Iterable[Known]) -> Mapping[str, Mapping[str, int]]:
    """Count standings by group: group -> name of a standing -> how many."""
    counts: dict[str, dict[str, int]] = {}
    for each in found:
        of_group = counts.setdefault(group_of(each.country), {})
        of_group[each.standing.name.value] = of_group.get(each.standing.name.value, 0) + 1
    return counts


def _place(country: Country) -> tuple[bool, str, str]:
    return (not country.group, country.group, names.fold(country.names["en"]))
