"""A partner fetches its letter: choose a country, see the letter in its own name, take it away in any form.

Nothing here is kept: who asked for which letter is nobody's to know (domain rules D2).
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from mobilize.campaign.contacts import Audience, Contact
from mobilize.campaign.record import Position
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter import bundle, docx, draft, html, link, pdf, picture, text
from mobilize.letter.merge import Letter
from mobilize.letter.partner import Partner, own_letter, write
from mobilize.world import search
from mobilize.world.countries import countries

#: Forms that a letter can be taken away in -> what they are.
FORMS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": docx.CONTENT_TYPE,
    "txt": "text/plain; charset=utf-8",
    "eml": "message/rfc822",
    "zip": "application/zip",
}

#: Path of the partner's logo in its copy of the campaign.
_LOGO = "partner-logo.png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a partner filled in."""

    country: str
    partner: Partner
    language: str
    #: A PNG as uploaded; empty: none. Printed on the PDF of this one answer.
    logo: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One paragraph as HTML (escaped already), and why it is there."""

    html: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A letter as a page shows it."""

    letter: Letter
    paragraphs: tuple[Why, ...]
    text: str
    #: Opens the partner's mail program with addressee and subject.
    mailto: str
    #: What the country did before, oldest first.
    before: tuple[Position, ...]


def offered(installation: Installation) -> frozenset[str]:
    """Codes of the countries whose minister partners can write to: not those marked sensitive (rules D10)."""
    return frozenset(_ministers(installation))


@functools.lru_cache(maxsize=512)
def find_country(typed: str) -> tuple[str, ...]:
    """Find which countries a typed name may mean, best first, whether or not there is a letter for them.

    Looked through once for a name: 2,000 names take 2 ms, a fourth of what the letter itself takes.
    """
    return search.search(typed, countries())


def page(installation: Installation, ask: Ask, *, today: dt.date) -> Page:
    """Write the letter that a partner asked for. Raises Refused: no such recipient, or none to be written to so."""
    letter = _letter(installation, ask, today)
    return Page(
        letter=letter,
        paragraphs=tuple(Why(html=html.shown(each, letter), why=each.why) for each in letter.paragraphs),
        text=text.text(letter),
        mailto=f"mailto:{quote(letter.contact.emails[0], safe='@+.')}?subject={quote(letter.subject, safe='')}",
        before=installation.campaign.record.positions.get(ask.country, ()),
    )


def taken(
    installation: Installation, ask: Ask, form: str, *, today: dt.date, words: Mapping[str, str]
) -> tuple[str, bytes]:
    """Make the letter in one form: a safe file name, and its bytes.

    form: one of FORMS. words: of the page in the letter's language, for the ZIP. Raises Refused as `page` does, and
    for a logo that is no plain PNG.
    """
    letter = _letter(installation, ask, today)
    campaign = installation.campaign
    if ask.logo:
        letter = replace(letter, logo=_LOGO)
        campaign = replace(campaign, images={**campaign.images, _LOGO: picture.rebuilt(ask.logo)})
    name = f"letter-{ask.country}-{letter.language}"
    if form == "docx":
        return f"{name}.docx", docx.docx(letter)
    if form == "pdf":
        return f"{name}.pdf", pdf.pdf(letter, campaign)
    plain = text.text(letter)
    # A byte order mark, or Notepad and Word on old machines show Arabic as signs without sense.
    note = ("\ufeff" + plain.replace("\n", "\r\n")).encode()
    if form == "txt":
        return f"{name}.txt", note
    paper = pdf.pdf(letter, campaign)
    mail = draft.draft(letter, text=plain, html=html.html(letter), paper=paper, name=f"{name}.pdf")
    if form == "eml":
        return f"{name}.eml", mail
    files = {
        f"{name}.pdf": paper,
        f"{name}.docx": docx.docx(letter),
        f"{name}.txt": note,
        f"{name}.html": html.html(letter).encode(),
        f"{name}.eml": mail,
    }
    before = [
        f"{each.resolution.adopted.year}, {each.resolution.symbol}: {words[f'role_{each.role.value}']}"
        for each in campaign.record.positions.get(ask.country, ())
    ]
    return f"{name}.zip", bundle.bundle(letter, files, before, words)


def link_of(installation: Installation, contact: Contact) -> str:
    """The address of an NGO's personal page, or empty: see letter.link.page."""
    return link.page(installation.settings.public_url, installation.secret, installation.campaign, contact)


def written(installation: Installation, contact: Contact, *, today: dt.date, round: int = 1) -> Letter:
    """Write one letter as this installation sends it: with its reader's personal page, where there is one.

    today, round, and what it raises: as letter.merge.merge.
    """
    link = link_of(installation, contact)
    return write(installation.campaign, contact, today=today, round=round, link=link)


def link_owner(installation: Installation, token: str, *, today: dt.date) -> Contact | None:
    """Whose personal link this is; None for all that is not one that holds."""
    return link.read(installation.secret, installation.campaign.slug, installation.campaign.contacts, token, today)


def _ministers(installation: Installation) -> dict[str, Contact]:
    found: dict[str, Contact] = {}
    barred = set()
    for each in installation.campaign.contacts:
        if each.audience is Audience.MINISTER:
            found.setdefault(each.country, each)
            if each.sensitive:
                barred.add(each.country)
    return {code: contact for code, contact in found.items() if code not in barred}


def _letter(installation: Installation, ask: Ask, today: dt.date) -> Letter:
    contact = _ministers(installation).get(ask.country)
    if contact is None:
        raise Refused("there is no letter for partners to this country", hint="the campaign writes to it directly")
    return own_letter(installation.campaign, contact, ask.partner, language=ask.language, today=today)
