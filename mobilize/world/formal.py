"""A State's formal name, as a line of an address: "Republic of Kenya", «République de Côte d’Ivoire».

English is the table's own (countries.csv). In the other languages the name is composed: the kind of State, which the
English name tells, and the short name as the United Nations writes it; where a language has an adjective or a name of
its own («République française»), that stands in a table. iso-codes' translations were tried and not taken: they write
"República de Kenia" and "République du Cap-Vert" where the United Nations writes Kenya and Cabo Verde.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from mobilize.world.countries import Country
from mobilize.world.grammar import phrases, typographic

#: English kind of State -> French, Spanish.
_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Arab Republic": ("République arabe", "República Árabe"),
        "Bolivarian Republic": ("République bolivarienne", "República Bolivariana"),
        "Co-operative Republic": ("République coopérative", "República Cooperativa"),
        "Commonwealth": ("Commonwealth", "Commonwealth"),
        "Democratic Republic": ("République démocratique", "República Democrática"),
        "Democratic Socialist Republic": ("République socialiste démocratique", "República Socialista Democrática"),
        "Eastern Republic": ("République orientale", "República Oriental"),
        "Federal Democratic Republic": ("République fédérale démocratique", "República Democrática Federal"),
        "Federal Republic": ("République fédérale", "República Federal"),
        "Federated States": ("États fédérés", "Estados Federados"),
        "Federative Republic": ("République fédérative", "República Federativa"),
        "Grand Duchy": ("Grand-Duché", "Gran Ducado"),
        "Hashemite Kingdom": ("Royaume hachémite", "Reino Hachemita"),
        "Independent State": ("État indépendant", "Estado Independiente"),
        "Islamic Republic": ("République islamique", "República Islámica"),
        "Kingdom": ("Royaume", "Reino"),
        "People's Republic": ("République populaire", "República Popular"),
        "Plurinational State": ("État plurinational", "Estado Plurinacional"),
        "Principality": ("Principauté", "Principado"),
        "Republic": ("République", "República"),
        "Socialist Republic": ("République socialiste", "República Socialista"),
        "State": ("État", "Estado"),
        "Sultanate": ("Sultanat", "Sultanía"),
        "Union": ("Union", "Unión"),
        "United Republic": ("République-Unie", "República Unida"),
    }
)

#: Names that no rule makes: adjectives, and the few that say more than kind and short name.
_FRENCH: Mapping[str, str] = MappingProxyType(
    {
        "AR": "République argentine",
        "CH": "Confédération suisse",
        "CZ": "République tchèque",
        "DZ": "République algérienne démocratique et populaire",
        "FR": "République française",
        "GA": "République gabonaise",
        "GR": "République hellénique",
        "IT": "République italienne",
        "KG": "République kirghize",
        "LB": "République libanaise",
        "MM": "République de l’Union du Myanmar",
        "MX": "États-Unis du Mexique",
        "PT": "République portugaise",
        "SK": "République slovaque",
        "TG": "République togolaise",
        "TN": "République tunisienne",
    }
)
_SPANISH: Mapping[str, str] = MappingProxyType(
    {
        "AR": "República Argentina",
        "CH": "Confederación Suiza",
        "CN": "República Popular China",
        "CZ": "República Checa",
        "DZ": "República Argelina Democrática y Popular",
        "FR": "República Francesa",
        "GA": "República Gabonesa",
        "GR": "República Helénica",
        "IT": "República Italiana",
        "KG": "República Kirguisa",
        "LB": "República Libanesa",
        "MM": "República de la Unión de Myanmar",
        "MX": "Estados Unidos Mexicanos",
        "PT": "República Portuguesa",
        "SA": "Reino de Arabia Saudita",
        "SK": "República Eslovaca",
        "TG": "República Togolesa",
    }
)

#: French formal names drop the article of a feminine («République de Côte d’Ivoire»), but for these.
_FRENCH_KEPT = frozenset({"DM", "EC", "IN", "TT", "UG", "UY"})

_KIND = re.compile(r"the (?P<kind>.+?) of (?:the )?(?P<name>.+)")


def formal_name(country: Country, language: str) -> str:
    """Name a State formally, without article; where nothing better is known, its short name."""
    compose = _COMPOSERS.get(language)
    return compose(country) if compose else phrases(country, language).name


def _english(country: Country) -> str:
    return typographic(country.formal.removeprefix("the "))


def _kind(country: Country, column: int) -> str:
    """Kind of State in the language of that column of _KINDS; empty where the formal name is the short one."""
    found = _KIND.fullmatch(country.formal)
    return _KINDS[found["kind"]][column] if found and found["kind"] in _KINDS else ""


def _french(country: Country) -> str:
    if country.code in _FRENCH:
        return _FRENCH[country.code]
    named = phrases(country, "fr")
    kind = _kind(country, 0)
    if not kind or named.name.startswith(kind.split()[0]):  # «Royaume des Pays-Bas», «République de Corée»
        return named.name
    if country.articles["fr"] in ("la", "l'") and country.code not in _FRENCH_KEPT:
        vowel = country.articles["fr"] == "l'"
        return f"{kind} d’{named.name}" if vowel else f"{kind} de {named.name}"
    return f"{kind} {named.of}"


def _spanish(country: Country) -> str:
    if country.code in _SPANISH:
        return _SPANISH[country.code]
    named = phrases(country, "es")
    kind = _kind(country, 1)
    if not kind or named.name.startswith(kind.split()[0]):
        return named.name
    return f"{kind} {named.of}"


_COMPOSERS: Mapping[str, Callable[[Country], str]] = MappingProxyType({"en": _english, "fr": _french, "es": _spanish})
