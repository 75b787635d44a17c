"""What a template may say: the values in its scope, in the letter's language, and why a paragraph is there.

Views, not the campaign's own values: a contact's notes or another country's rows are not for letters, and what is not
here cannot be printed. `docs/templates.md` lists every name; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import ClassVar

from jinja2 import TemplateRuntimeError
from markupsafe import Markup

from mobilize.campaign.arguments import citable
from mobilize.campaign.campaign import Campaign, Draft
from mobilize.campaign.contacts import Audience, Contact
from mobilize.campaign.record import Position, Role
from mobilize.campaign.standing import Standing
from mobilize.world import address, languages
from mobilize.world.address import Addressee
from mobilize.world.countries import Country
from mobilize.world.formal import formal_name
from mobilize.world.grammar import phrases, typographic

#: Private-use signs around the number of a reason, in the printed Markdown; data cannot hold them (escape.py).
WHY_OPEN, WHY_CLOSE = "\ue000", "\ue001"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """What the country did, oldest first. Empty says nothing about it: lists may be incomplete."""

    TEMPLATE_NAMES: ClassVar[frozenset[str]] = frozenset({"did"})
    positions: tuple[PositionView, ...]

    def did(self, *roles: str) -> tuple[PositionView, ...]:
        """Positions with one of these roles; a role that does not exist is a mistake in the template."""
        for role in roles:
            if role not in set(Role):
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

    def mark(self, reason: str) -> str:
        """Note a reason; the mark that stands for it."""
        if reason not in self.said:
            self.said.append(reason)
        return f"{WHY_OPEN}{self.said.index(reason)}{WHY_CLOSE}"


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


def addressee(contact: Contact, country: Country, language: str) -> Addressee:
    """Say who is written to, for the forms of address."""
    return Addressee(
        audience=contact.audience.value,
        gender=contact.gender.value,
        name=contact.name,
        office=contact.office,
        organisation=contact.organisation,
        country=country.code,
        # An NGO is no part of the State: it stands under the country's plain name.
        state=phrases(country, language).name if contact.audience is Audience.NGO else formal_name(country, language),
        honour=contact.honour,
        salutation=contact.salutation,
    )


def scope(
    campaign: Campaign,
    contact: Contact,
    *,
    known: Mapping[str, Country],
    standing: Standing,
    language: str,
    locale: str,
    today: dt.date,
    reasons: Reasons,
) -> dict[str, object]:
    """Everything that a template of this letter may use, by name."""
    country = known[contact.country]
    to = addressee(contact, country, language)

    def argument(name: str) -> ArgumentView:
        """Cite a text; refuses one that states had not agreed on by the letter's date."""
        return _cited(campaign, name, letter_date=today, group=country.group, locale=locale, reasons=reasons)

    def because(*what: object) -> Markup:
        """Note why this paragraph is there, from the values that put it there. Prints nothing."""
        return Markup(reasons.mark("; ".join(_reason(each, campaign, contact, standing) for each in what)))  # noqa: S704 - a number

    return {
        "contact": contact_view(contact),
        "country": country_view(country, language),
        "record": RecordView(
            positions=tuple(position_view(each) for each in campaign.record.positions.get(country.code, ()))
        ),
        "standing": StandingView(name=standing.name.value, reason=standing.reason),
        "campaign": CampaignView(slug=campaign.slug, title=in_language(campaign.title, language), as_of=campaign.as_of),
        "today": today,
        "draft": draft_view(
            campaign.draft, language, locale, country_view(known[campaign.draft.tabled_by], language), reasons
        ),
        "sender": sender_view(campaign, language),
        "form": FormView(salutation=address.salutation(to, language), close=address.close(to, language)),
        "argument": argument,
        "because": because,
        "language": language,
        "locale": locale,
    }


def _cited(
    campaign: Campaign, name: str, *, letter_date: dt.date, group: str, locale: str, reasons: Reasons
) -> ArgumentView:
    found = campaign.arguments.get(name)
    if found is None:
        known = ", ".join(sorted(campaign.arguments)) or "none"
        raise NotCitable(f"campaign.toml has no argument {name!r} (it has: {known})")
    if not citable(found, letter_date=letter_date, as_of=campaign.as_of):
        day = min(letter_date, campaign.as_of)
        raise NotCitable(f"{found.symbol} was agreed on {found.agreed_on}: a letter of {day} cannot cite it")
    if found.groups and group not in found.groups:
        raise NotCitable(
            f"{name!r} is for {', '.join(found.groups)}: a letter to {group or 'an observer'} cannot cite it"
        )
    why = f"campaign.toml [[arguments]] {name}: {found.symbol}, agreed on {found.agreed_on}; source: {found.source}"
    mark = reasons.mark(why)
    year = NumberView(text=languages.year(found.agreed_on, locale), mark=mark)
    return ArgumentView(symbol=found.symbol, agreed_on=found.agreed_on, year=year, mark=mark)


def _reason(what: object, campaign: Campaign, contact: Contact, standing: Standing) -> str:
    """Say in words what a value in a template rests on: its rule, its rows, their sources."""
    if isinstance(what, StandingView):
        return "; ".join((f"standing {standing.name}: {standing.reason}", *map(_proof, standing.proof)))
    if isinstance(what, RecordView):
        return "; ".join(map(_proof, campaign.record.positions.get(contact.country, ()))) or "nothing on record"
    if isinstance(what, ContactView):
        return f"contacts.csv:{contact.line}"
    if isinstance(what, CountryView):
        return f"{what.code} is in the group {what.group}" if what.group else f"{what.code} is in no UN group"
    if isinstance(what, str):
        return what
    raise NotCitable(f"because() takes standing, record, contact, country or a text, not {type(what).__name__}")


def _proof(position: Position) -> str:
    done = position.role.value.replace("_", " ")
    return f"record/positions.csv:{position.line} {done} {position.resolution.symbol} ({position.source})"


def _names(*kinds: type) -> frozenset[str]:
    return frozenset(
        name for kind in kinds for name in (*(f.name for f in fields(kind)), *getattr(kind, "TEMPLATE_NAMES", ()))
    )


#: Name in a template -> the names it has; empty where it has none or anything may follow. `round` comes from merge.
NAMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "contact": _names(ContactView),
        "country": _names(CountryView),
        "record": _names(RecordView),
        "standing": _names(StandingView),
        "campaign": _names(CampaignView),
        "draft": _names(DraftView),
        "sender": _names(SenderView),
        "form": _names(FormView),
        "today": frozenset({"year", "month", "day"}),
        **dict.fromkeys(("argument", "because", "language", "locale", "round", "range", "namespace"), frozenset()),
    }
)
