"""Titles of offices in seven languages: what the table of contacts says in English, a letter in French must not.

Only plain, general titles are translated; one that is not in these tables is printed as the campaign typed it, since a
ministry's exact name is its own affair ("Use the functional title", UN Correspondence Manual, para. 88).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: The order of columns in the tables below.
_LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh")

#: One office a row, as it stands in an address block (Russian: dative). Where a language inflects, both forms, joined
#: by a slash as contacts.csv writes them; `gendered` picks one.
_OFFICES = (
    (
        "Minister for Foreign Affairs",
        "Ministre des Affaires étrangères",
        "Ministro/a de Relaciones Exteriores",
        "وزير/ة الخارجية",
        "Ministro/a dos Negócios Estrangeiros",
        "Министру иностранных дел",
        "外交部长",
    ),
    (
        "Minister for External Relations",
        "Ministre des Relations extérieures",
        "Ministro/a de Relaciones Exteriores",
        "وزير/ة العلاقات الخارجية",
        "Ministro/a das Relações Exteriores",
        "Министру внешних сношений",
        "对外关系部长",
    ),
    (
        "Minister for Foreign Affairs and Cooperation",
        "Ministre des Affaires étrangères et de la Coopération",
        "Ministro/a de Asuntos Exteriores y Cooperación",
        "وزير/ة الخارجية والتعاون",
        "Ministro/a dos Negócios Estrangeiros e Cooperação",
        "Министру иностранных дел и сотрудничества",
        "外交与合作部长",
    ),
    (
        "Chairperson",
        "Présidence",
        "Presidencia",
        "رئيس/ة المؤسسة",
        "Presidência",
        "Председателю",
        "主席",
    ),
    (
        "Ombudsperson",
        "Médiateur/trice",
        "Defensor/a del Pueblo",
        "أمين/ة المظالم",
        "Provedor/a de Justiça",
        "Уполномоченному по правам человека",
        "监察专员",
    ),
    (
        "Commissioner for Human Rights",
        "Commissaire aux droits de l’homme",
        "Comisionado/a para los Derechos Humanos",
        "مفوض/ة حقوق الإنسان",
        "Comissário/a para os Direitos Humanos",
        "Уполномоченному по правам человека",
        "人权专员",
    ),
    ("Director", "Direction", "Dirección", "مدير/ة المؤسسة", "Direção", "Директору", "主任"),
)

_ORGANISATIONS = (
    (
        "Ministry of Foreign Affairs",
        "Ministère des Affaires étrangères",
        "Ministerio de Relaciones Exteriores",
        "وزارة الخارجية",
        "Ministério dos Negócios Estrangeiros",
        "Министерство иностранных дел",
        "外交部",
    ),
    (
        "Ministry of External Relations",
        "Ministère des Relations extérieures",
        "Ministerio de Relaciones Exteriores",
        "وزارة العلاقات الخارجية",
        "Ministério das Relações Exteriores",
        "Министерство внешних сношений",
        "对外关系部",
    ),
)

#: In Brazil foreign affairs are "Relações Exteriores"; everywhere else in Portuguese "Negócios Estrangeiros".
_BRAZIL = {
    "Ministro/a dos Negócios Estrangeiros": "Ministro/a das Relações Exteriores",
    "Ministério dos Negócios Estrangeiros": "Ministério das Relações Exteriores",
}

#: Other ways in which a table of contacts writes the same office.
_SAME = MappingProxyType(
    {
        "minister of foreign affairs": "Minister for Foreign Affairs",
        "foreign minister": "Minister for Foreign Affairs",
        "minister of external relations": "Minister for External Relations",
        "minister of foreign affairs and cooperation": "Minister for Foreign Affairs and Cooperation",
        "president": "Chairperson",
        "ministry for foreign affairs": "Ministry of Foreign Affairs",
    }
)


def _by_any_language(rows: tuple[tuple[str, ...], ...]) -> Mapping[str, tuple[str, ...]]:
    """Find a row by its text in any language; the first row that has it counts."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        for text in row:
            found.setdefault(text.casefold(), row)
    return MappingProxyType(found)


_OFFICE_ROWS = _by_any_language(_OFFICES)
_ORGANISATION_ROWS = _by_any_language(_ORGANISATIONS)


def office_in(office: str, language: str, country: str) -> str:
    """Name an office in a language; one that the table does not know stays as it was typed."""
    return _translated(_OFFICE_ROWS, office, language, country)


def organisation_in(organisation: str, language: str, country: str) -> str:
    """Name a ministry in a language; one that the table does not know stays as it was typed."""
    return _translated(_ORGANISATION_ROWS, organisation, language, country)


def _translated(rows: Mapping[str, tuple[str, ...]], text: str, language: str, country: str) -> str:
    row = rows.get(_SAME.get(text.casefold(), text).casefold())
    # Already in the letter's language, or nothing better known: what the campaign typed stands.
    if row is None or language not in _LANGUAGES or (language == "en" and text.casefold() in _SAME):
        return text
    found = row[_LANGUAGES.index(language)]
    return _BRAZIL.get(found, found) if country == "BR" else found


_SLASH = re.compile(r"(?P<stem>\w+)/(?P<ending>\w+)")


def gendered(title: str, gender: str) -> str:
    """Choose one of the forms that a slash joins: "Ministro/a" for f is "Ministra", «Chef/fe» «Cheffe».

    gender: "m" or "f"; anything else keeps both, as typed.
    """
    if gender == "m":
        return _SLASH.sub(lambda found: found["stem"], title)
    if gender == "f":
        return _SLASH.sub(_feminine, title)
    return title


def _feminine(found: re.Match[str]) -> str:
    stem, ending = found["stem"], found["ending"]
    if ending == "trice":  # Médiateur/trice
        return stem.removesuffix("teur") + ending
    if ending == "a" and stem.endswith("o"):  # Ministro/a
        return stem[:-1] + ending
    return stem + ending  # Defensor/a, Chef/fe, وزير/ة


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Title of the head of an institution, for a salutation: «le Président», «la Présidente»."""

    m: str
    f: str


def _head(m: str, f: str = "") -> Head:
    return Head(m=m, f=f or m)


#: Kind of institution -> language -> its head's title, ready for the salutations of address.FORMS.
_HEADS: Mapping[str, Mapping[str, Head]] = MappingProxyType(
    {
        "chair": {
            "en": _head("Chairperson"),
            "fr": _head("le Président", "la Présidente"),
            "es": _head("Presidente", "Presidenta"),
            "ar": _head("رئيس المؤسسة", "رئيسة المؤسسة"),
            "pt": _head("Presidente"),
            "ru": _head("Председатель"),
            "zh": _head("主席"),
        },
        "ombuds": {
            "en": _head("Ombudsperson"),
            "fr": _head("le Médiateur", "la Médiatrice"),
            "es": _head("Defensor del Pueblo", "Defensora del Pueblo"),
            "ar": _head("أمين المظالم", "أمينة المظالم"),
            "pt": _head("Provedor de Justiça", "Provedora de Justiça"),
            "ru": _head("Уполномоченный", "Уполномоченная"),
            "zh": _head("监察专员"),
        },
        "prosecutor": {
            "en": _head("Ombudsperson"),
            "fr": _head("le Procureur", "la Procureure"),
            "es": _head("Procurador", "Procuradora"),
            "ar": _head("أمين المظالم", "أمينة المظالم"),
            "pt": _head("Procurador", "Procuradora"),
            "ru": _head("Уполномоченный", "Уполномоченная"),
            "zh": _head("监察专员"),
        },
        "director": {
            "en": _head("Director"),
            "fr": _head("le Directeur", "la Directrice"),
            "es": _head("Director", "Directora"),
            "ar": _head("مدير المؤسسة", "مديرة المؤسسة"),
            "pt": _head("Diretor", "Diretora"),
            "ru": _head("Директор"),
            "zh": _head("主任"),
        },
        "commissioner": {
            "en": _head("Commissioner"),
            "fr": _head("le Commissaire", "la Commissaire"),
            "es": _head("Comisionado", "Comisionada"),
            "ar": _head("المفوض", "المفوضة"),
            "pt": _head("Comissário", "Comissária"),
            "ru": _head("Уполномоченный", "Уполномоченная"),
            "zh": _head("专员"),
        },
    }
)

#: Words in an office's or institution's name -> kind; the first found decides. The office counts before the name.
_KINDS = (
    ("chair", "chair"),
    ("president", "chair"),
    ("présiden", "chair"),
    ("ombud", "ombuds"),
    ("médiateur", "ombuds"),
    ("mediator", "ombuds"),
    ("defensor", "ombuds"),
    ("défenseur", "ombuds"),
    ("provedor", "ombuds"),
    ("protector", "ombuds"),
    ("procurad", "prosecutor"),
    ("direct", "director"),
    ("commissioner", "commissioner"),
    ("commission", "chair"),
    ("comisión", "chair"),
    ("comissão", "chair"),
    ("committee", "chair"),
    ("council", "chair"),
    ("conseil", "chair"),
    ("institut", "director"),
    ("centre", "director"),
    ("center", "director"),
)


def head_of(office: str, organisation: str, language: str) -> Head:
    """Title the head of an institution after its own name: a commission has a chair, a defensoría a defensor.

    An office typed with both forms gives both («Defensor/a de los Habitantes»); in English, which does not inflect, the
    office itself is the title ("Dear Public Protector,"), without what follows its "for".
    """
    if "/" in office and language in ("es", "pt", "fr"):
        title = office.partition(" para ")[0]
        return _head(gendered(title, "m"), gendered(title, "f"))
    if language == "en" and office and office.isascii() and "/" not in office and office not in _FOREIGN:
        return _head(office.partition(" for ")[0])
    for text in (office, organisation):
        lowered = text.casefold()
        for word, kind in _KINDS:
            if word in lowered:
                return _HEADS[kind].get(language, _HEADS[kind]["en"])
    return _HEADS["chair"].get(language, _HEADS["chair"]["en"])


#: Offices that are plain ASCII and yet not English.
_FOREIGN = frozenset({"Presidencia", "Direction"})

#: First words of a foreign minister's title that is none of "minister" -> the word to salute with, by gender.
_MINISTERS: Mapping[str, tuple[tuple[str, Head], ...]] = MappingProxyType(
    {
        "fr": (
            ("secrétaire d’état", _head("le Secrétaire d’État", "la Secrétaire d’État")),
            ("chef/fe du département", _head("le Chef du Département", "la Cheffe du Département")),
            ("", _head("le Ministre", "la Ministre")),
        ),
        "es": (("secretari", _head("Secretario", "Secretaria")), ("", _head("Ministro", "Ministra"))),
    }
)


def minister_of(office: str, language: str) -> Head:
    """Title a foreign minister for a salutation: Mexico has a Secretario, the Holy See a Secrétaire d’État."""
    titles = _MINISTERS.get(language, _MINISTERS_ELSEWHERE)
    return next(head for start, head in titles if office.casefold().startswith(start))


#: The forms of the other languages do not name the title, or name it whole.
_MINISTERS_ELSEWHERE = (("", _head("")),)
