"""Rows of contacts.csv -> Contact. The office is written to, not the person (domain/protocol.md)."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NewType

from babel import Locale, UnknownLocaleError

from mobilize.campaign import addresses
from mobilize.campaign.columns import AUDIENCE_WORDS, GENDER_WORDS
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.seen import Seen
from mobilize.campaign.tables import Guess, Row, Table
from mobilize.campaign.values import country_sentence, iso_date, one_line, unfit
from mobilize.world.countries import countries

#: Stable across edits of name, address and notes: made of country, audience, organisation and office.
ContactId = NewType("ContactId", str)


class Audience(StrEnum):
    """Whom a letter is for."""

    #: The minister of foreign affairs.
    MINISTER = "minister"
    #: A national human rights institution.
    NHRI = "nhri"
    #: An allied NGO, asked for joint action.
    NGO = "ngo"


class Gender(StrEnum):
    """Grammatical gender of the office-holder; unknown gives a double form, never a guess."""

    F = "f"
    M = "m"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One addressee: one row of contacts.csv."""

    #: For example `ke-minister-1f0c9a2b`; letters, digits and hyphens only, so fit for a file name.
    id: ContactId
    #: ISO 3166-1 alpha-2, upper case.
    country: str
    audience: Audience
    organisation: str
    #: As addressed: "Minister for Foreign Affairs"; may be empty for an NGO.
    office: str
    #: The office-holder's name; empty where the row names none.
    name: str
    gender: Gender
    #: At least one; the first is To, the others Cc of the same message (one office, one message).
    emails: tuple[str, ...]
    #: BCP 47 as typed; empty means the country's letter language.
    language: str
    #: NHRIs: "A", "B" or empty.
    accreditation: str
    #: Domain rule D10: no local signatories, no telling subject line.
    sensitive: bool
    source: str
    checked_on: dt.date | None
    notes: str
    #: Line in contacts.csv, from 2.
    line: int
    #: Overrides (optional columns): the salutation line, and the honour before the name.
    salutation: str = ""
    honour: str = ""


#: Longest value of a column that is printed on one line of the letter (an A4 line holds about 90 characters).
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One row that is not used, and why."""

    row: Row
    faults: tuple[Fault, ...]

    @property
    def reason(self) -> str:
        """All reasons in one cell, for the file of refused rows."""
        return "; ".join(f"{each.column}: {each.sentence}" if each.column else each.sentence for each in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The fate of every row: each is a contact or a refusal."""

    #: The file, as faults name it.
    path: str
    contacts: tuple[Contact, ...] = ()
    refused: tuple[Refusal, ...] = ()
    #: Errors of the refused rows, and warnings of the others, in the order of lines.
    faults: tuple[Fault, ...] = ()
    #: How the file was written; None where there is none.
    guess: Guess | None = None
    #: Names at its head, as read.
    header: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Earlier:
    """What earlier rows hold, to find a contact or an address that stands there twice."""

    #: Long ids, by their short ones.
    ids: Seen = field(default_factory=Seen)
    #: Case-folded.
    emails: Seen = field(default_factory=Seen)


def read(table: Table) -> Reading:
    """Read all rows of a table of contacts.

    Returns every row as a contact or as a refusal with its faults; never raises. A table without a required column
    gives neither contacts nor refusals of single rows, only its own faults.
    """
    if table.head.missing or table.head.doubled or not table.header:
        return Reading(path=table.path, faults=table.faults, guess=table.guess, header=table.header)
    contacts: list[Contact] = []
    refused = [Refusal(row=row, faults=tuple(_of_line(table.faults, row.line))) for row in table.refused]
    faults = list(table.faults)
    earlier = Earlier()
    for row in table.rows:
        contact, wrong = take(row, table.path, earlier)
        faults += wrong
        if contact is not None:
            contacts.append(contact)
        else:
            refused.append(Refusal(row=row, faults=tuple(fault for fault in wrong if fault.weight is Weight.ERROR)))
    if not contacts and not refused:
        nobody = "there is no row below the first line: nobody would be written to"
        faults.append(Fault(path=table.path, sentence=nobody, weight=Weight.WARNING))
    faults.sort(key=lambda fault: fault.line or 0)
    refused.sort(key=lambda refusal: refusal.row.line)
    return Reading(
        path=table.path,
        contacts=tuple(contacts),
        refused=tuple(refused),
        faults=tuple(faults),
        guess=table.guess,
        header=table.header,
    )


def take(row: Row, path: str, earlier: Earlier) -> tuple[Contact | None, list[Fault]]:
    """Read the next row of a file: None where it cannot be used, or says what an earlier one said. Never raises."""
    contact, faults = contact_of(row, path)
    if contact is not None:
        long_id = _long_id(contact)
        first, is_taken = earlier.ids.first_named(contact.id, long_id, contact.line)
        faults += _repeated(contact, row, path, earlier, first)
        # The earlier one keeps its id, under which it may have been written to. Where the two change places, the rule
        # of one letter an address and round keeps either from being written to twice (post/outbox.py).
        contact = replace(contact, id=long_id) if is_taken else contact
    refused = any(fault.weight is Weight.ERROR for fault in faults)
    return None if refused else contact, faults


def name_of(row: Row, earlier: Seen) -> ContactId:
    """Name the contact of the next row of a file of which `take` refuses none, without examining the row.

    earlier: short names of rows above, to which this adds: where two share one, the later bears its long name.
    """
    country, audience, organisation, office = (row.cells[each] for each in _NAMED_BY)
    short = _identity(country, audience, organisation, office, _SHORT)
    is_first = earlier.first(short, row.line) == row.line
    return short if is_first else _identity(country, audience, organisation, office, _LONG)


def contact_of(row: Row, path: str) -> tuple[Contact | None, list[Fault]]:
    """Read one row by itself; None where it cannot be used. Never raises."""
    check = _Check(row=row, path=path)
    check.texts()
    country, audience = check.country(), check.audience()
    organisation, office = check.line("organisation"), check.line("office")
    emails = check.emails()
    gender, language, sensitive = check.gender(), check.language(), check.sensitive()
    accreditation, checked_on = check.accreditation(audience), check.checked_on()
    check.filled(audience, organisation, office)
    if any(fault.weight is Weight.ERROR for fault in check.faults) or audience is None:
        return None, check.faults
    contact = Contact(
        id=identify(country, audience, organisation, office),
        country=country,
        audience=audience,
        organisation=organisation,
        office=office,
        name=check.line("name"),
        gender=gender,
        emails=emails,
        language=language,
        accreditation=accreditation,
        sensitive=sensitive,
        source=one_line(row.cells["source"]),
        checked_on=checked_on,
        notes=row.cells["notes"],
        line=row.line,
        salutation=check.line("salutation"),
        honour=check.line("honour"),
    )
    return contact, check.faults


def identify(country: str, audience: Audience, organisation: str, office: str) -> ContactId:
    """Name a contact by what it is, so that a corrected address or a new minister does not make it another.

    Case and runs of blanks in the names do not count. Of ten thousand of a kind in a country two share a name once in a
    hundred files: `take` then gives the later one its long name.
    """
    return _identity(country, audience, organisation, office, _SHORT)


#: Hexadecimal digits of a contact's name, and of its long one.
_SHORT, _LONG = 8, 24
_NAMED_BY = ("country", "audience", "organisation", "office")


def _identity(country: str, audience: str, organisation: str, office: str, digits: int) -> ContactId:
    what = f"{one_line(organisation).casefold()}|{one_line(office).casefold()}"
    return ContactId(f"{country}-{audience}-{hashlib.sha256(what.encode()).hexdigest()[:digits]}".lower())


def _long_id(contact: Contact) -> ContactId:
    return _identity(contact.country, contact.audience, contact.organisation, contact.office, _LONG)


def stale(contacts: Iterable[Contact], *, path: str, today: dt.date, days: int) -> tuple[Fault, ...]:
    """Warn of contacts that nobody has checked for so long, or ever."""
    faults = []
    for contact in contacts:
        if contact.checked_on is None:
            sentence = "nobody has said when this contact was checked: write the day (2013-11-12)"
        elif contact.checked_on > today:
            sentence = f"this day is later than today, {today.isoformat()}"
        elif (age := (today - contact.checked_on).days) > days:
            sentence = f"checked {age} days ago, more than {days}: check it, and write today's date"
        else:
            continue
        value = contact.checked_on.isoformat() if contact.checked_on else ""
        faults.append(
            Fault(
                path=path, line=contact.line, column="checked_on", value=value, sentence=sentence, weight=Weight.WARNING
            )
        )
    return tuple(faults)


@dataclass(slots=True, kw_only=True)
class _Check:
    """One row under examination: each method reads one column and keeps what is wrong with it."""

    row: Row
    path: str
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, column: str, sentence: str, weight: Weight = Weight.ERROR, *, value: str | None = None) -> None:
        shown = self.row.cells[column] if value is None else value
        self.faults.append(
            Fault(path=self.path, line=self.row.line, column=column, value=shown[:80], sentence=sentence, weight=weight)
        )

    def line(self, column: str) -> str:
        return one_line(self.row.cells[column])

    def texts(self) -> None:
        for column, text in self.row.cells.items():
            sentence = unfit(text)
            if not sentence and column not in ("notes", "source", "email") and len(text) > LONGEST_LINE:
                sentence = f"{len(text)} characters, where {LONGEST_LINE} fit on a line of the letter: shorten it"
            if sentence:
                self.wrong(column, sentence, value=text[:60])

    def country(self) -> str:
        code = self.row.cells["country"].upper()
        if code not in countries():
            self.wrong("country", country_sentence(self.row.cells["country"]))
        return code

    def audience(self) -> Audience | None:
        text = self.row.cells["audience"].lower()
        if text in set(Audience):
            return Audience(text)
        near = difflib.get_close_matches(text, [each.value for each in Audience], n=1)
        meant = AUDIENCE_WORDS.get(text) or (near[0] if near else "")
        self.wrong(
            "audience", f'write "{meant}"' if meant else f"write one of {', '.join(each.value for each in Audience)}"
        )
        return None

    def gender(self) -> Gender:
        text = self.row.cells["gender"].lower().rstrip(".")
        if text in set(Gender):
            return Gender(text)
        meant = GENDER_WORDS.get(text)
        hint = f'write "{meant}"' if meant else "write f or m, or nothing: then the letter has both forms"
        self.wrong("gender", hint)
        return Gender.UNKNOWN

    def language(self) -> str:
        text = self.row.cells["language"]
        sentence = language_sentence(text) if text else ""
        if sentence:
            self.wrong("language", sentence)
        return text

    def sensitive(self) -> bool:
        text = self.row.cells["sensitive"].lower()
        if text not in ("yes", "no", ""):
            # A word that is not understood must not become "no": people may be in danger.
            self.wrong("sensitive", 'write "yes", or "no" or nothing')
        return text == "yes"

    def accreditation(self, audience: Audience | None) -> str:
        text = self.row.cells["accreditation"].upper()
        if text not in ("", "A", "B"):
            self.wrong("accreditation", "write A or B, or nothing where the institution has neither")
        elif text and audience is not None and audience is not Audience.NHRI:
            self.wrong("accreditation", "only a national human rights institution has one", Weight.WARNING)
        return text

    def checked_on(self) -> dt.date | None:
        text = self.row.cells["checked_on"]
        day = iso_date(text) if text else None
        if isinstance(day, str):
            self.wrong("checked_on", day)
            return None
        return day

    def emails(self) -> tuple[str, ...]:
        found = addresses.read(self.row.cells["email"])
        for value, sentence in found.faults:
            self.wrong("email", sentence, value=value)
        for value in found.repeated:
            self.wrong(
                "email", "this address stands twice in this row: it is written to once", Weight.WARNING, value=value
            )
        return found.addresses

    def filled(self, audience: Audience | None, organisation: str, office: str) -> None:
        if not organisation:
            self.wrong("organisation", "the organisation is empty: write its name as on an envelope")
        if not office and audience in (Audience.MINISTER, Audience.NHRI):
            self.wrong("office", "the office is empty: write it as addressed (Minister for Foreign Affairs)")
        if not self.row.cells["source"]:
            self.wrong("source", "no source: say where this address was read", Weight.WARNING)


@functools.lru_cache(maxsize=1000)
def language_sentence(text: str) -> str:
    """Say what is wrong with a language tag (BCP 47); empty: nothing is."""
    try:
        Locale.parse(text.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        english = Locale("en").languages
        meant = next((code for code, name in english.items() if name.casefold() == text.casefold()), "")
        return (
            f'write "{meant}"'
            if meant
            else "not a language tag: write en, fr, es, ar, pt, ru, zh, or one with a country (ar-SY)"
        )
    return ""


def _repeated(contact: Contact, row: Row, path: str, earlier: Earlier, first: int) -> list[Fault]:
    """Find the contact (on its `first` line) or an address of it on an earlier one: it would be written to twice."""
    faults = []
    if first != contact.line:
        sentence = f"the same office of the same organisation stands on line {first} already: keep one row"
        faults.append(_fault(path, row, "organisation", row.cells["organisation"], sentence))
    for email in contact.emails:
        first = earlier.emails.first(email.casefold(), contact.line)
        if first != contact.line:
            sentence = f"this address stands on line {first} already: it would be written to twice; keep it in one row"
            faults.append(_fault(path, row, "email", email, sentence))
    return faults


def _fault(path: str, row: Row, column: str, value: str, sentence: str) -> Fault:
    return Fault(path=path, line=row.line, column=column, value=value[:80], sentence=sentence)


def _of_line(faults: Iterable[Fault], line: int) -> Iterator[Fault]:
    return (fault for fault in faults if fault.line == line)
