"""What a template may say: the values in its scope, by name, and why a paragraph is there."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

from markupsafe import Markup

from mobilize.campaign.arguments import Argument, citable
from mobilize.campaign.campaign import Campaign, per_campaign
from mobilize.campaign.contacts import Audience, Contact
from mobilize.campaign.record import Position
from mobilize.campaign.standing import Standing
from mobilize.letter.views import (
    ROW,
    ArgumentView,
    CampaignView,
    ContactView,
    CountryView,
    DraftView,
    FormView,
    NotCitable,
    NumberView,
    Reasons,
    RecordView,
    SenderView,
    StandingView,
    contact_view,
    country_view,
    draft_view,
    in_language,
    position_view,
    sender_view,
)
from mobilize.world import languages
from mobilize.world.address import Addressee
from mobilize.world.countries import Country
from mobilize.world.formal import formal_name
from mobilize.world.grammar import phrases


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
    round: int,
    form: FormView,
    reasons: Reasons,
) -> dict[str, object]:
    """Everything that a template of this letter may use, by name.

    What it makes of contact, form and round must be in reads.OWN; all else, in body.Shared.
    """
    country = known[contact.country]
    cited: dict[str, ArgumentView] = {}

    def argument(name: str) -> ArgumentView:
        """Cite a text; refuses one that states had not agreed on by the letter's date."""
        if name not in cited:
            cited[name] = _cited(campaign, name, letter_date=today, group=country.group, locale=locale, reasons=reasons)
        return cited[name]

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
        "form": form,
        "round": round,
        "argument": argument,
        "because": because,
        "enclosed": minister_for(campaign, contact) is not None,
        "language": language,
        "locale": locale,
    }


def minister_for(campaign: Campaign, contact: Contact) -> Contact | None:
    """Find the minister that an NGO is asked to write to: of its own country, where that puts nobody at risk.

    None for anyone but an NGO, and where one of the two is marked sensitive: then nothing lies in a mailbox that names
    a local organisation beside its minister (domain rules D2, D10).
    """
    if contact.audience is not Audience.NGO or contact.sensitive:
        return None
    found = _ministers(campaign).get(contact.country)
    return None if found is None or found.sensitive else found


@per_campaign
def _ministers(campaign: Campaign) -> Mapping[str, Contact]:
    """Country -> the first minister of it in contacts.csv."""
    backwards = reversed(campaign.contacts)
    return {each.country: each for each in backwards if each.audience is Audience.MINISTER}


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
    mark = reasons.mark(_source(found))
    year = NumberView(text=languages.year(found.agreed_on, locale), mark=mark)
    return ArgumentView(symbol=found.symbol, agreed_on=found.agreed_on, year=year, mark=mark)


@functools.lru_cache(maxsize=512)
def _source(found: Argument) -> str:
    agreed = f"{found.symbol}, agreed on {found.agreed_on}"
    return f"campaign.toml [[arguments]] {found.name}: {agreed}; source: {found.source}"


def _reason(what: object, campaign: Campaign, contact: Contact, standing: Standing) -> str:
    """Say in words what a value in a template rests on: its rule, its rows, their sources."""
    if isinstance(what, StandingView):
        return "; ".join((f"standing {standing.name}: {standing.reason}", *map(_proof, standing.proof)))
    if isinstance(what, RecordView):
        return "; ".join(map(_proof, campaign.record.positions.get(contact.country, ()))) or "nothing on record"
    if isinstance(what, ContactView):
        return f"contacts.csv:{ROW}"
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


#: Name in a template -> the names it has; empty where it has none or anything may follow.
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
        **dict.fromkeys(
            ("argument", "because", "enclosed", "language", "locale", "round", "range", "namespace"), frozenset()
        ),
    }
)
