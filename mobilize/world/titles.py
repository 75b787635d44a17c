"""Titles of offices in seven languages: what the table of contacts says in English, a letter in French must not.

Only plain, general titles are translated; one that is not in these tables is printed as the campaign typed it, since a
ministry's exact name is its own affair ("Use the functional title", UN Correspondence Manual, para. 88).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: The order of columns in the tables below.
_LANGUAGES = ("fr", "es", "ar", "pt", "ru", "zh")


def _rows(*rows: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({row[0].casefold(): dict(zip(_LANGUAGES, row[1:], strict=True)) for row in rows})


_FOREIGN_MINISTER = (
    "Ministre des Affaires étrangères",
    "Ministro/a de Relaciones Exteriores",
    "وزير الخارجية",
    "Ministro/a dos Negócios Estrangeiros",
    "Министру иностранных дел",
    "外交部长",
)

#: English title, as it stands in contacts.csv -> the same in the other languages (Russian: dative, as addressed).
OFFICES = _rows(
    ("Minister for Foreign Affairs", *_FOREIGN_MINISTER),
    ("Minister of Foreign Affairs", *_FOREIGN_MINISTER),
    ("Foreign Minister", *_FOREIGN_MINISTER),
    (
        "Minister for External Relations",
        "Ministre des Relations extérieures",
        "Ministro/a de Relaciones Exteriores",
        "وزير العلاقات الخارجية",
        "Ministro/a das Relações Exteriores",
        "Министру внешних сношений",
        "对外关系部长",
    ),
    (
        "Chairperson",
        "Présidence",
        "Presidencia",
        "الرئاسة",
        "Presidência",
        "Председателю",
        "主席",
    ),
)

ORGANISATIONS = _rows(
    (
        "Ministry of Foreign Affairs",
        "Ministère des Affaires étrangères",
        "Ministerio de Relaciones Exteriores",
        "وزارة الخارجية",
        "Ministério dos Negócios Estrangeiros",
        "Министерство иностранных дел",
        "外交部",
    ),
)


def office_in(office: str, language: str) -> str:
    """Name an office in a language; one that the table does not know stays as it was typed."""
    return OFFICES.get(office.casefold(), {}).get(language, office)


def organisation_in(organisation: str, language: str) -> str:
    """Name a ministry in a language; one that the table does not know stays as it was typed."""
    return ORGANISATIONS.get(organisation.casefold(), {}).get(language, organisation)


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
    ("director", "director"),
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

    An office typed in the language itself wins in English, which does not inflect: "Dear Public Protector,".
    """
    if language == "en" and office:
        return _head(office)
    for text in (office, organisation):
        lowered = text.casefold()
        for word, kind in _KINDS:
            if word in lowered:
                return _HEADS[kind].get(language, _HEADS[kind]["en"])
    return _HEADS["chair"].get(language, _HEADS["chair"]["en"])
