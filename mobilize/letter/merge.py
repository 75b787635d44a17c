"""Contact + record + template -> Letter, and why each paragraph is there."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NewType

from mobilize.campaign import standing as standings
from mobilize.campaign.campaign import Campaign, per_campaign
from mobilize.campaign.contacts import Contact
from mobilize.campaign.standing import Standing
from mobilize.errors import LetterWrong
from mobilize.letter.body import Own, Paragraph, Shared, body, leftover
from mobilize.letter.branches import Branch
from mobilize.letter.escape import plain
from mobilize.letter.scope import addressee, minister_for, scope
from mobilize.letter.sensitive import telling
from mobilize.letter.views import FormView, Reasons, contact_view, in_language
from mobilize.world import address, languages
from mobilize.world.countries import countries
from mobilize.world.labels import labels

#: Function of campaign, contact and round: 12 characters a-z2-7, unguessable without them; the outbox key.
LetterId = NewType("LetterId", str)


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
    #: What a person should know of how this letter came about: "no template in Persian: written in English".
    notes: tuple[str, ...] = ()
    #: Lines of the letterhead's foot: address to answer to, web page, postal address.
    foot: tuple[str, ...] = ()
    #: Paths of the images in the letterhead and over the signature, as the campaign's `images` has them; or empty.
    logo: str = ""
    signature_image: str = ""
    #: Branches of its templates that it took: letters that took the same are the same text, values apart.
    branches: tuple[Branch, ...] = ()
    #: The letter that lies beside this one, for its reader to change and sign (letter.partner).
    enclosure: Letter | None = None

    @property
    def length(self) -> int:
        """Signs of its body, as Markdown."""
        return sum(len(paragraph.markdown) for paragraph in self.paragraphs)


def merge(campaign: Campaign, contact: Contact, *, today: dt.date, round: int = 1) -> Letter:
    """Write one letter.

    today: the day of sending; the letter bears it unless the campaign fixes a letter_date.
    round: from 1; a reminder is a new round.
    Raises TemplateWrong for a mistake in the template, LetterWrong where what came out is no letter.
    """
    language, notes = choose_language(campaign, contact)
    date = campaign.letter_date or today
    country = countries()[contact.country]
    locale = languages.locale(language, country.code)
    standing = _standing(campaign, country.code)
    to = addressee(contact, country, language)
    form = FormView(salutation=address.salutation(to, language), close=address.close(to, language))
    path = template_path(contact, language)
    enclosed = minister_for(campaign, contact) is not None

    def names(reasons: Reasons) -> Mapping[str, object]:
        return scope(
            campaign,
            contact,
            known=countries(),
            standing=standing,
            language=language,
            locale=locale,
            today=date,
            round=round,
            form=form,
            reasons=reasons,
        )

    printed = body(
        campaign,
        Shared(path, country.code, language, locale, date.isoformat(), enclosed),
        Own(contact=contact_view(contact), form=form, round=round),
        names,
    )
    words = labels(language)
    place = in_language(campaign.sender.place, language)
    identity = letter_id(campaign.slug, contact.id, round)
    letter = Letter(
        id=identity,
        campaign=campaign.slug,
        round=round,
        contact=contact,
        standing=standing,
        language=language,
        locale=locale,
        direction=languages.direction(language),
        date=date,
        place_and_date=words["place_and_date"].format(place=place, date=languages.long_date(date, locale)),
        reference=reference(identity),
        letterhead=_letterhead(campaign, contact, language),
        address=tuple(plain(line) for line in address.block(to, language)),
        subject=languages.spaced(printed.fields.get("subject", ""), language),
        salutation=printed.fields.get("salutation") or plain(form.salutation),
        paragraphs=printed.of_row(contact.line),
        close=printed.fields.get("close") or plain(form.close),
        signature=_signature(campaign, contact, language),
        labels=words,
        digest="",
        notes=notes,
        foot=_foot(campaign),
        logo=campaign.sender.logo,
        # No local hand on a letter to a sensitive recipient (rules D10).
        branches=printed.branches,
        signature_image="" if contact.sensitive else campaign.sender.signature,
    )
    _refuse_unfinished(letter, path, printed.leftover)
    return sealed(letter)


def _standing(campaign: Campaign, country: str) -> Standing:
    kept = _standings(campaign)
    if country not in kept:
        kept[country] = standings.of(campaign.record, country)
    return kept[country]


@per_campaign
def _standings(_: Campaign) -> dict[str, Standing]:
    return {}


def choose_language(campaign: Campaign, contact: Contact) -> tuple[str, tuple[str, ...]]:
    """Choose the language: the contact's own, else the country's, if there is a template; else the campaign's fallback.

    Returns the language, and a note for a person where the wanted one could not be had.
    """
    wanted = languages.primary(contact.language) or countries()[contact.country].language
    if wanted in campaign.languages and template_path(contact, wanted) in campaign.templates:
        return wanted, ()
    fallback = campaign.languages[0]
    note = f"no template letters/{template_path(contact, wanted)}: written in {fallback}"
    return fallback, (note,)


def template_path(contact: Contact, language: str) -> str:
    """Path of a contact's template below letters/."""
    return f"{contact.audience.value}/{language}.md"


def letter_id(campaign: str, contact: str, round: int) -> LetterId:
    """Make a letter's id: 60 bits of SHA-256 over campaign, contact and round, in base32 (RFC 4648), lower case."""
    digest = hashlib.sha256(json.dumps([campaign, contact, round]).encode()).digest()
    return LetterId(base64.b32encode(digest).decode("ascii")[:12].lower())


def reference(letter: LetterId) -> str:
    """Shorten a letter's id to what a clerk can type: "K4QD-7XWA", its first eight characters."""
    return f"{letter[:4]}-{letter[4:8]}".upper()


def _letterhead(campaign: Campaign, contact: Contact, language: str) -> tuple[str, ...]:
    """Lines of the letterhead. For a sensitive recipient the organisation alone, no local office (rules D10)."""
    sender = campaign.sender
    office = "" if contact.sensitive else in_language(sender.office, language)
    lines = (sender.organisation, in_language(sender.description, language), office)
    return tuple(line for line in lines if line)


def _foot(campaign: Campaign) -> tuple[str, ...]:
    sender = campaign.sender
    return tuple(line for line in (sender.address, sender.web, sender.postal) if line)


def _signature(campaign: Campaign, contact: Contact, language: str) -> tuple[str, ...]:
    """Lines under the close: the signatory where there is one, never for a sensitive recipient (rules D10)."""
    sender = campaign.sender
    office = in_language(sender.office, language)
    if contact.sensitive:
        return (sender.organisation,)
    lines = (sender.signatory, office, sender.organisation) if sender.signatory else (sender.organisation, office)
    return tuple(line for line in lines if line)


#: Mail programs show 70 characters of a subject, and paper has two lines for it; longer is a mistake of a template.
_LONGEST_SUBJECT = 300


def _refuse_unfinished(letter: Letter, path: str, in_body: str) -> None:
    """Refuse a letter with leftovers or without one of its parts. Names the letter by its contact's id only."""
    for part, text in (("subject", letter.subject), ("salutation", letter.salutation), ("close", letter.close)):
        if not text.strip(" ,.:;!،，：！"):
            raise LetterWrong(f"the {part} is empty", letter=letter.contact.id, hint=f"see letters/{path}")
    if letter.contact.sensitive and (word := telling(letter.subject, letter.language)):
        hint = f"others read subject lines: take it out of letters/{path}"
        raise LetterWrong(f"{word!r} in the subject to a sensitive recipient", letter=letter.contact.id, hint=hint)
    if len(letter.subject) > _LONGEST_SUBJECT:
        told = f"the subject has {len(letter.subject)} characters, where {_LONGEST_SUBJECT} are the most"
        raise LetterWrong(told, letter=letter.contact.id, hint=f"shorten it in letters/{path}")
    if not letter.paragraphs:
        raise LetterWrong("there is no text", letter=letter.contact.id, hint=f"see letters/{path}")
    if name := in_body or leftover(f"{letter.subject}\n{letter.salutation}\n{letter.close}"):
        hint = f"a value is missing in contacts.csv:{letter.contact.line} or letters/{path} is not finished"
        raise LetterWrong(f"{name!r} is left in the text", letter=letter.contact.id, hint=hint)


def sealed(letter: Letter) -> Letter:
    """Add the digest: over all that the addressee reads, the enclosure with it, and over nothing else."""
    read = (
        letter.language,
        letter.date.isoformat(),
        letter.place_and_date,
        letter.reference,
        letter.letterhead,
        letter.address,
        letter.subject,
        letter.salutation,
        tuple(paragraph.markdown for paragraph in letter.paragraphs),
        letter.close,
        letter.signature,
        letter.foot,
        letter.enclosure.digest if letter.enclosure else "",
    )
    return replace(letter, digest=hashlib.sha256(json.dumps(read, ensure_ascii=False).encode()).hexdigest())
