"""Proofs of templates: each is printed for every standing and gender, so that all mistakes show at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mobilize.campaign.campaign import Campaign
from mobilize.campaign.contacts import Audience, Contact, ContactId, Gender
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.record import Position, Record, Resolution, Role
from mobilize.campaign.standing import StandingName
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.letter.body import templates
from mobilize.letter.merge import Letter, choose_language, merge, template_path
from mobilize.letter.scope import NAMES
from mobilize.letter.translations import lagging
from mobilize.world.countries import countries

#: The country that stands in the specimens: with an article in French and Spanish, a plural, and no record of its own.
SPECIMEN = "PH"

#: Standing -> what the country did at three resolutions with whole lists, oldest first; None: nothing. With these,
#: campaign.standing gives that name, which a test confirms.
_PASTS: Sequence[tuple[StandingName, tuple[Role | None, Role | None, Role | None]]] = (
    (StandingName.LEADER, (None, Role.SPONSOR, Role.COSPONSOR)),
    (StandingName.STEADY, (Role.COSPONSOR, Role.COSPONSOR, Role.COSPONSOR)),
    (StandingName.PAST, (Role.COSPONSOR, None, Role.COSPONSOR)),
    (StandingName.LAPSED, (Role.COSPONSOR, None, None)),
    (StandingName.LAPSED, (None, Role.COSPONSOR, Role.WITHDRAWN)),
    (StandingName.OPPOSED, (None, Role.ABSTAINED, Role.VOTED_NO)),
    (StandingName.NEW, (None, None, Role.VOTED_YES)),
    (StandingName.NEW, (None, None, None)),
)

_BODIES = ("CHR", "GA", "HRC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One case that a template must be able to tell."""

    standing: StandingName
    campaign: Campaign
    contact: Contact


def check_templates(campaign: Campaign) -> tuple[Fault, ...]:
    """Find every mistake in a campaign's letters, and every language that its contacts want and it has not.

    Returns errors (a misspelt name, a citation that came too late, a letter without subject …) with file and line, and
    warnings (written in the fallback language). Nothing twice, by file and line. Never raises for what is in a file.
    """
    known = templates(campaign)
    found: dict[tuple[str, int | None, str], Fault] = {}
    for path in sorted(path for path in campaign.templates if path.endswith(".md")):
        for mistake in known.mistakes(path, NAMES):
            _add(found, _fault(mistake))
    for specimen in specimens(campaign):
        try:
            merge(specimen.campaign, specimen.contact, today=campaign.letter_date or campaign.as_of)
        except TemplateWrong as mistake:
            _add(found, _fault(mistake))
        except LetterWrong as mistake:
            path = template_path(specimen.contact, specimen.contact.language)
            sentence = f"{mistake.detail.partition(': ')[2]} (standing {specimen.standing.value})"
            _add(found, Fault(path=f"letters/{path}", sentence=sentence))
    for fault in (*_missing(campaign), *lagging(campaign.templates, campaign.languages[0])):
        _add(found, fault)
    return tuple(sorted(found.values(), key=lambda fault: (fault.path, fault.line or 0)))


def _add(found: dict[tuple[str, int | None, str], Fault], fault: Fault) -> None:
    """Keep one fault a line: what printing finds, reading the template has often found already."""
    if not any(path == fault.path and line == fault.line for path, line, _ in found):
        found[fault.path, fault.line, fault.sentence] = fault


def _fault(mistake: TemplateWrong) -> Fault:
    sentence = mistake.detail.removeprefix(f"{mistake.path}:{mistake.line}: ")
    return Fault(path=mistake.path, line=mistake.line, sentence=sentence)


def specimens(campaign: Campaign) -> Iterator[Specimen]:
    """Every case for every template that the campaign has: standings, genders, with name and without, sensitive."""
    for audience in Audience:
        for language in campaign.languages:
            if f"{audience.value}/{language}.md" in campaign.templates:
                yield from _cases(campaign, audience, language)


def _cases(campaign: Campaign, audience: Audience, language: str) -> Iterator[Specimen]:
    plain = _contact(audience, language)
    for standing, acts in _PASTS:
        yield Specimen(standing=standing, campaign=replace(campaign, record=record(acts, campaign)), contact=plain)
    others = (
        replace(plain, gender=Gender.F, name="Maria Exempla"),
        replace(plain, gender=Gender.M, name="Mario Exemplo"),
        replace(plain, name="M. Exempla"),
        replace(plain, sensitive=True),
        replace(plain, accreditation="B"),
        replace(plain, country=campaign.draft.tabled_by),
        *(replace(plain, country=code) for code in _one_of_each_group()),
    )
    for contact in others:
        yield Specimen(standing=StandingName.NEW, campaign=replace(campaign, record=_EMPTY), contact=contact)


def _one_of_each_group() -> tuple[str, ...]:
    """A country of each UN regional group, and an observer: templates may speak to regions."""
    first: dict[str, str] = {}
    for code, country in countries().items():
        first.setdefault(country.group, code)
    return tuple(first.values())


_EMPTY = Record(resolutions={}, positions={})


def record(acts: Sequence[Role | None], campaign: Campaign) -> Record:
    """Make a record in which the specimen country did these things, years before the campaign's day."""
    resolutions = [_resolution(place, campaign.as_of.year - 2 * (len(acts) - place)) for place in range(len(acts))]
    # Another state stands on every list: a list with nobody on it would not count as one.
    positions = {
        "XK": tuple(_position("XK", resolution, Role.COSPONSOR) for resolution in resolutions),
        SPECIMEN: tuple(
            _position(SPECIMEN, resolution, role) for resolution, role in zip(resolutions, acts, strict=True) if role
        ),
    }
    return Record(
        resolutions={each.symbol: each for each in resolutions},
        positions={country: theirs for country, theirs in positions.items() if theirs},
    )


def _resolution(place: int, year: int) -> Resolution:
    body = _BODIES[place % len(_BODIES)]
    return Resolution(
        symbol=f"A/{body}/RES/{year % 100}/{place + 1}",
        draft="",
        body=body,
        adopted=dt.date(year, 3, 21),
        title="Specimen",
        how="consensus",
        yes=None,
        no=None,
        abstain=None,
        complete=True,
        source="specimen",
        note="",
    )


def _position(country: str, resolution: Resolution, role: Role) -> Position:
    return Position(country=country, resolution=resolution, role=role, date=None, source="specimen", line=2)


_OFFICES: Mapping[Audience, tuple[str, str]] = {
    Audience.MINISTER: ("Minister for Foreign Affairs", "Ministry of Foreign Affairs"),
    Audience.NHRI: ("Chairperson", "National Human Rights Commission"),
    Audience.NGO: ("", "Specimen Network"),
}


def _contact(audience: Audience, language: str) -> Contact:
    office, organisation = _OFFICES[audience]
    return Contact(
        id=ContactId(f"specimen-{audience.value}-{language}"),
        country=SPECIMEN,
        audience=audience,
        organisation=organisation,
        office=office,
        name="",
        gender=Gender.UNKNOWN,
        emails=("specimen@campaign.example",),
        language=language,
        accreditation="A" if audience is Audience.NHRI else "",
        sensitive=False,
        source="specimen",
        checked_on=None,
        notes="",
        line=1,
    )


def _missing(campaign: Campaign) -> Iterator[Fault]:
    """Say which languages contacts want and the campaign has no template for: one warning a template."""
    lacking: dict[str, set[str]] = {}
    for contact in campaign.contacts:
        language, notes = choose_language(campaign, contact)
        if notes:
            wanted = contact.language or countries()[contact.country].language
            lacking.setdefault(template_path(contact, wanted), set()).add(contact.country)
        path = template_path(contact, language)
        if path not in campaign.templates:
            yield Fault(path=f"letters/{path}", sentence=f"is missing, and {contact.audience.value} contacts need it")
    for path, codes in sorted(lacking.items()):
        some = ", ".join(sorted(codes)[:5]) + (" …" if len(codes) > 5 else "")  # noqa: PLR2004 - five name the case
        sentence = f"is missing: {len(codes)} countries ({some}) get the letter in {campaign.languages[0]}"
        yield Fault(path=f"letters/{path}", sentence=sentence, weight=Weight.WARNING)


def letters(campaign: Campaign) -> Iterator[tuple[Specimen, Letter]]:
    """Print every specimen: for tests, and for looking at them. Raises as `merge` does."""
    for specimen in specimens(campaign):
        yield specimen, merge(specimen.campaign, specimen.contact, today=campaign.letter_date or campaign.as_of)
