"""Whose address it is: a government's, a national institution's, a partner's; and of which country.

By the outbox where it knows the address, else by the domain: governments write from names that only they may use
(gov.ke, go.ke, gob.mx, gouv.fr, gc.ca, mfa.no). The table is `lexicon/domains.toml`.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources

from mobilize.inbox.folding import fold
from mobilize.inbox.reply import LetterRef, Lookup
from mobilize.world.countries import countries

#: Endings of RFC 2606 and RFC 6761: no country's and no registry's.
_RESERVED = frozenset({"example", "test", "invalid", "localhost", "local"})
#: Country endings that are not the country's ISO code.
_OTHER_ENDINGS = {"uk": "GB", "su": "RU", "el": "GR", "tp": "TL", "xn--p1ai": "RU", "рф": "RU"}


class Office(StrEnum):
    """Who writes."""

    GOVERNMENT = "government"
    #: A national human rights institution.
    INSTITUTION = "institution"
    PARTNER = "partner"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sender:
    """What an address and a name tell of a writer."""

    office: Office
    #: Alpha-2 of the government concerned; None where neither the outbox nor the domain tells.
    country: str | None
    #: The letter last sent to this address.
    letter: LetterRef | None
    #: What told it, for the evidence.
    because: str


_OFFICE_OF_AUDIENCE = {
    "minister": Office.GOVERNMENT,
    "mission": Office.GOVERNMENT,
    "nhri": Office.INSTITUTION,
    "ngo": Office.PARTNER,
}


def sender(address: str, name: str, lookup: Lookup) -> Sender:
    """Tell whose address this is.

    address: may be empty, where a mail program printed a name alone. name: as shown; may be empty.
    """
    letter = lookup.by_address(address.lower()) if address else None
    office, country, because = _by_domain(address)
    institution = office is Office.GOVERNMENT and _has(name, "institution", "words")
    if institution:
        office, because = Office.INSTITUTION, name
    if letter is not None and (known := _OFFICE_OF_AUDIENCE.get(letter.audience)) is not None:
        return Sender(known, letter.country if known is not Office.PARTNER else None, letter, f"letter {letter.letter}")
    if office is Office.UNKNOWN and name:
        office, because = _by_name(name)
    return Sender(office, country, letter, because)


def country_of(address: str) -> str | None:
    """The government whose address this is, by its domain; None for every other."""
    office, country, _ = _by_domain(address)
    return country if office in (Office.GOVERNMENT, Office.INSTITUTION) else None


def _by_domain(address: str) -> tuple[Office, str | None, str]:
    local, _, domain = address.lower().rpartition("@")
    labels = _labels(domain)
    if not labels:
        return Office.UNKNOWN, None, ""
    if any(label in _table("partner", "labels") for label in labels):
        return Office.PARTNER, None, domain
    country = _endings().get(labels[-1])
    if labels[-1] in ("gov", "mil", "fed") and len(labels) > 1:  # the United States' own endings
        country, government = "US", True
    else:
        government = _is_government(labels, local, country)
    if not government:
        joined = _joined(labels)
        if joined is None:
            office = Office.INSTITUTION if country and _any(labels, "institution") else Office.UNKNOWN
            return office, country if office is Office.INSTITUTION else None, domain
        country = joined
    return (Office.INSTITUTION if _any(labels, "institution") else Office.GOVERNMENT), country, domain


def _labels(domain: str) -> list[str]:
    """The labels of a domain without reserved endings: mfa.gov.ke.example is read as mfa.gov.ke."""
    labels = [label for label in domain.strip(".").split(".") if label]
    while labels and labels[-1] in _RESERVED:
        labels.pop()
    if len(labels) > 1 and labels[-2] == "example" and labels[-1] in ("com", "org", "net"):
        labels = labels[:-2]
    return labels


def _is_government(labels: list[str], local: str, country: str | None) -> bool:
    if country is not None and len(labels) > 1 and labels[-2] in _table("government", "under_country"):
        return True
    if any(label in _table("government", "labels") for label in labels[:-1]) or labels[0] == "gov":
        return True
    return country is not None and local.startswith(_table("government", "local"))


def _joined(labels: list[str]) -> str | None:
    """A government's name and its country's code in one label, as in govmu.org."""
    for label in labels:
        for word in ("gov", "gob", "gouv", "mfa", "mofa"):
            if label.startswith(word) and label[len(word) :] in _endings():
                return _endings()[label[len(word) :]]
            if label.endswith(word) and label[: -len(word)] in _endings():
                return _endings()[label[: -len(word)]]
    return None


def _by_name(name: str) -> tuple[Office, str]:
    for office, section in (
        (Office.INSTITUTION, "institution"),
        (Office.GOVERNMENT, "office"),
        (Office.PARTNER, "partner"),
    ):
        if _has(name, section, "words"):
            return office, name
    return Office.UNKNOWN, ""


def names_office(text: str) -> Office:
    """Whose signature this is: of a closing that a mail ends with."""
    return _by_name(text)[0]


def _has(text: str, section: str, key: str) -> bool:
    folded = fold(text)
    return any(word in folded for word in _table(section, key))


def _any(labels: list[str], section: str) -> bool:
    return any(label in _table(section, "labels") for label in labels)


@functools.cache
def _endings() -> dict[str, str]:
    return {code.lower(): code for code in countries()} | _OTHER_ENDINGS


@functools.cache
def _table(section: str, key: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _file()[section][key])


@functools.cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(resources.files("mobilize.inbox.lexicon").joinpath("domains.toml").read_text("utf-8"))
