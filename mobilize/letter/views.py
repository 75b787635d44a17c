"""Views: a letter's values as its template sees them, in the letter's language.

Not the campaign's own values: a contact's notes or another country's rows are not for letters, and what is not here
cannot be printed. `docs/templates.md` lists every name; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jinja2 import TemplateRuntimeError

from mobilize.campaign.campaign import Campaign, Draft
from mobilize.campaign.contacts import Contact
from mobilize.campaign.record import Position, Role
from mobilize.world import languages
from mobilize.world.countries import Country, countries
from mobilize.world.formal import formal_name
from mobilize.world.grammar import phrases, typographic

#: Private-use signs around the number of a reason, in the printed Markdown; data cannot hold them (escape.py).
WHY_OPEN, WHY_CLOSE = "\ue000", "\ue001"

#: Stands in a reason for the addressee's line in contacts.csv, so that letters which differ in it alone share a body.
ROW = "\ue002"


class NotCitable(TemplateRuntimeError):
    """A template cites what it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryView:
    """A country, named as the letter's sentences need it."""

    code: str
    #: "Kenya", «Philippines»: for tables and lists.
    name: str
    #: "the Philippines"; «les Philippines».
    the: str
    #: "of the Philippines"; «des Philippines».
    of: str
    #: "in the Philippines"; «aux Philippines».
    within: str
    #: "to the Philippines"; «aux Philippines».
    to: str
    #: "Republic of the Philippines".
    formal: str
    #: UN regional group, or empty.
    group: str

    def __str__(self) -> str:
        return self.name


def country_view(country: Country, language: str) -> CountryView:
    """Name a country for sentences in a language."""
    if countries().get(country.code) is country:
        return _known_view(country.code, language)
    return _country_view(country, language)


@functools.lru_cache(maxsize=2048)
def _known_view(code: str, language: str) -> CountryView:
    return _country_view(countries()[code], language)


def _country_view(country: Country, language: str) -> CountryView:
    named = phrases(country, language)
    return CountryView(
        code=country.code,
        name=named.name,
        the=named.the,
        of=named.of,
        within=named.within,
        to=named.to,
        formal=formal_name(country, language),
        group=country.group,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """The addressee, without what is only for the campaign (source, notes, addresses)."""

    audience: str
    organisation: str
    office: str
    name: str
    #: "m", "f" or empty.
    gender: str
    accreditation: str
    sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """One thing that the country did."""

    #: "A/RES/66/164".
    symbol: str
    #: "sponsor", "cosponsor", "withdrawn", "voted_yes", "voted_no", "abstained".
    role: str
    #: "GA", "HRC" or "CHR".
    body: str
    year: int
    adopted: dt.date
    title: str


_ROLES = frozenset(str(role) for role in Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """What the country did, oldest first. Empty says nothing about it: lists may be incomplete."""

    TEMPLATE_NAMES: ClassVar[frozenset[str]] = frozenset({"did"})
    positions: tuple[PositionView, ...]

    def did(self, *roles: str) -> tuple[PositionView, ...]:
        """Positions with one of these roles; a role that does not exist is a mistake in the template."""
        for role in roles:
            if role not in _ROLES:
                raise NotCitable(f"there is no role {role!r} (known: {', '.join(Role)})")
        return tuple(position for position in self.positions if position.role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """Where the country stands."""

    #: "leader", "steady", "past", "lapsed", "opposed" or "new".
    name: str
    #: The rule that decided, in words, for organisers: not for letters.
    reason: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignView:
    """The campaign."""

    slug: str
    #: In the letter's language.
    title: str
    as_of: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderView:
    """Who writes."""

    organisation: str
    address: str
    signatory: str
    office: str
    place: str
    description: str
    web: str
    postal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    """A number in the locale's digits; printed, it notes where it comes from."""

    text: str
    mark: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentView:
    """One agreed text; printed, it is its symbol, and the paragraph notes that it cites it."""

    symbol: str
    agreed_on: dt.date
    #: In the locale's digits; printed, it notes the citation too.
    year: NumberView
    #: Mark of the reason, set behind the symbol where it is printed.
    mark: str

    def __str__(self) -> str:
        return self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """Salutation and close, as protocol has them for this addressee."""

    salutation: str
    close: str


class Reasons:
    """Collects why each paragraph is there, while a template prints: the number goes into the text, as a mark."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._numbers: dict[str, int] = {}

    def mark(self, reason: str) -> str:
        """Note a reason; the mark that stands for it."""
        number = self._numbers.setdefault(reason, len(self.said))
        if number == len(self.said):
            self.said.append(reason)
        return f"{WHY_OPEN}{number}{WHY_CLOSE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """The text under negotiation."""

    TEMPLATE_NAMES: ClassVar[frozenset[str]] = frozenset({"paragraph"})
    symbol: str
    tabled_by: CountryView
    tabled_on: dt.date
    #: In the letter's language: "the Third Committee of the General Assembly".
    forum: str
    #: Name -> number, as drafted now.
    numbers: Mapping[str, int]
    locale: str
    reasons: Reasons

    def paragraph(self, name: str) -> NumberView:
        """Number of a paragraph by its name in campaign.toml."""
        if name not in self.numbers:
            known = ", ".join(sorted(self.numbers)) or "none"
            raise NotCitable(f"campaign.toml [draft.paragraphs] has no {name!r} (it has: {known})")
        number = self.numbers[name]
        text = languages.number(number, self.locale)
        return NumberView(text=text, mark=self.reasons.mark(f"campaign.toml [draft.paragraphs] {name} = {number}"))


def draft_view(draft: Draft, language: str, locale: str, tabled_by: CountryView, reasons: Reasons) -> DraftView:
    """Show the draft in a language."""
    return DraftView(
        symbol=draft.symbol,
        tabled_by=tabled_by,
        tabled_on=draft.tabled_on,
        forum=in_language(draft.forum, language),
        numbers=draft.paragraphs,
        locale=locale,
        reasons=reasons,
    )


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Pick a text by language; English where it has none, then whichever stands first; empty where there is nothing."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def position_view(position: Position) -> PositionView:
    """Show one position."""
    resolution = position.resolution
    return PositionView(
        symbol=resolution.symbol,
        role=position.role.value,
        body=resolution.body,
        year=resolution.adopted.year,
        adopted=resolution.adopted,
        title=typographic(resolution.title),
    )


def contact_view(contact: Contact) -> ContactView:
    """Show a contact."""
    return ContactView(
        audience=contact.audience.value,
        organisation=contact.organisation,
        office=contact.office,
        name=contact.name,
        gender=contact.gender.value,
        accreditation=contact.accreditation,
        sensitive=contact.sensitive,
    )


def sender_view(campaign: Campaign, language: str) -> SenderView:
    """Show the sender in a language."""
    sender = campaign.sender
    return SenderView(
        organisation=sender.organisation,
        address=sender.address,
        signatory=sender.signatory,
        office=in_language(sender.office, language),
        place=in_language(sender.place, language),
        description=in_language(sender.description, language),
        web=sender.web,
        postal=sender.postal,
    )
