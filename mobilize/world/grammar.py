"""A country's name inside a sentence: «au Kenya», «en Inde», «aux Philippines», «del Perú», «de la Côte d’Ivoire».

One function a language; the articles are the United Nations' own (countries.csv), the exceptions stand in tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mobilize.world import russian
from mobilize.world.countries import Country


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One country's name in one language, as sentences need it. Never sentence-capitalised."""

    #: Without article, for lists, tables and address blocks: "Philippines".
    name: str
    #: As subject or object: "the Philippines", «les Philippines».
    the: str
    #: "of the Philippines", «des Philippines».
    of: str
    #: "in the Philippines", «aux Philippines».
    within: str
    #: "to the Philippines", «aux Philippines».
    to: str


def phrases(country: Country, language: str) -> Phrases:
    """Give a country's name with article and prepositions; in a language without a rule here, the bare name."""
    rule = _RULES.get(language)
    if rule is None:
        name = country.name(language)
        return Phrases(name=name, the=name, of=name, within=name, to=name)
    return rule(country)


def typographic(text: str) -> str:
    """Curl the apostrophe: names come from tables with a typewriter's."""
    return text.replace("'", "’")


# --- English -------------------------------------------------------------------------------------------------------

#: Short names that take "the" (UN Editorial Manual, country names; CG, GM, NE, SD as the UN writes them in a sentence).
_ENGLISH_THE = "AE BO BS CD CF CG DO FM GB GM IR KM KP KR LA MD MH NE NL PH PS RU SB SD SY TZ US VA VE"


def _english(country: Country) -> Phrases:
    name = country.names["en"]
    if "(" in name:  # "Bolivia (Plurinational State of)": a form for lists; sentences take the formal name
        name = country.formal.removeprefix("the ")
    name = typographic(name)
    the = f"the {name}" if country.code in _ENGLISH_THE.split() else name
    return Phrases(name=name, the=the, of=f"of {the}", within=f"in {the}", to=f"to {the}")


# --- French --------------------------------------------------------------------------------------------------------

#: The names that the UN writes with a bracket, turned for a sentence.
_FRENCH_TURNED = {
    "BO": ("l'", "État plurinational de Bolivie"),
    "FM": ("les", "États fédérés de Micronésie"),
    "IR": ("la", "République islamique d'Iran"),
    "NL": ("le", "Royaume des Pays-Bas"),
    "VE": ("la", "République bolivarienne du Venezuela"),
}
#: Feminine islands that keep «à la», where «en» is the rule (Grevisse, Le bon usage, § 1051).
_FRENCH_A_LA = frozenset({"BB", "DM", "GD", "TT"})
#: Names without article that take «en» rather than «à».
_FRENCH_EN_BARE = frozenset({"IL", "HT"})
_FRENCH_VOWEL = re.compile(r"[aeiouyâàéèêëîïôûüœæh]", re.IGNORECASE)


def _french(country: Country) -> Phrases:
    article, name = _FRENCH_TURNED.get(country.code, (country.articles["fr"], country.names["fr"]))
    spoken = f"{article}{name}" if article.endswith("'") else f"{article} {name}".strip()
    of = {
        "le": f"du {name}",
        "les": f"des {name}",
        "": f"d’{name}" if _FRENCH_VOWEL.match(name) else f"de {name}",
    }.get(article, f"de {spoken}")
    to = {"le": f"au {name}", "les": f"aux {name}", "": f"à {name}"}.get(article, f"à {spoken}")
    return Phrases(
        name=typographic(name),
        the=typographic(spoken),
        of=typographic(of),
        within=typographic(_french_within(country.code, article, name)),
        to=typographic(to),
    )


def _french_within(code: str, article: str, name: str) -> str:
    if article == "":
        return f"en {name}" if code in _FRENCH_EN_BARE else f"à {name}"
    if article == "le":
        return f"au {name}"
    if article == "les":
        return f"dans les {name}" if name.startswith("États fédérés") else f"aux {name}"
    if name.startswith("État "):
        return f"dans l’{name}"
    return f"à la {name}" if code in _FRENCH_A_LA else f"en {name}"


# --- Spanish -------------------------------------------------------------------------------------------------------

_SPANISH_TURNED = {
    "BO": ("el", "Estado Plurinacional de Bolivia"),
    "FM": ("los", "Estados Federados de Micronesia"),
    "IR": ("la", "República Islámica del Irán"),
    "NL": ("el", "Reino de los Países Bajos"),
    "VE": ("la", "República Bolivariana de Venezuela"),
}


def _spanish(country: Country) -> Phrases:
    article, name = _SPANISH_TURNED.get(country.code, (country.articles["es"], country.names["es"]))
    name = typographic(name)
    the = f"{article} {name}".strip()
    return Phrases(
        name=name,
        the=the,
        of=f"del {name}" if article == "el" else f"de {the}",
        within=f"en {the}",
        to=f"al {name}" if article == "el" else f"a {the}",
    )


# --- Portuguese ----------------------------------------------------------------------------------------------------

#: Article -> countries that take it (usage of the Brazilian and Portuguese foreign ministries); all others take none.
_PORTUGUESE_ARTICLES: Mapping[str, str] = MappingProxyType(
    {
        "o": (
            "AF AZ BH BI BJ BR BT CA CG CL DJ EC EG GA GB HT IQ IR JP KE KG KH KW KZ LA LB LK LS ML MW MX NE NP PA PE "
            "PK PS PY QA SD SN SR SS TD TG TJ TM UY UZ VN YE ZW"
        ),
        "a": (
            "AL AM AR AT AU BA BE BG BO BY CD CF CH CI CN CO CR CZ DE DK DO DZ EE ER ES ET FI FM FR GE GM GN GQ GR GT "
            "GW GY HR HU ID IE IN IS IT JM JO KP KR LR LT LV LY MD MK MN MR MY NA NG NI NO NZ PG PL RO RS RU SA SE SI "
            "SK SL SO SY TH TN TR TZ UA VA VE ZA ZM"
        ),
        "os": "AE CM NL US",
        "as": "BS KM MH MV PH SB SC",
    }
)
#: a + o = ao, a + a = à.
_PORTUGUESE_TO = {"o": "ao", "a": "à", "os": "aos", "as": "às"}
_PORTUGUESE_TURNED = {"MM": "Mianmar"}


def _portuguese(country: Country) -> Phrases:
    name = typographic(_PORTUGUESE_TURNED.get(country.code, country.names["pt"]))
    article = next((each for each, codes in _PORTUGUESE_ARTICLES.items() if country.code in codes.split()), "")
    if not article:
        return Phrases(name=name, the=name, of=f"de {name}", within=f"em {name}", to=f"a {name}")
    return Phrases(
        name=name,
        the=f"{article} {name}",
        of=f"d{article} {name}",
        within=f"n{article} {name}",
        # a + o = ao, a + a = à
        to=f"{ {'o': 'ao', 'a': 'à', 'os': 'aos', 'as': 'às'}[article] } {name}",
    )


# --- Arabic --------------------------------------------------------------------------------------------------------

#: The names that the UN writes with a bracket or a spaced hyphen, as a sentence has them.
_ARABIC_TURNED = {
    "BO": "دولة بوليفيا المتعددة القوميات",
    "FM": "ولايات ميكرونيزيا الموحدة",
    "GW": "غينيا-بيساو",
    "IR": "جمهورية إيران الإسلامية",
    "NL": "مملكة هولندا",
    "TL": "تيمور-ليشتي",
    "VE": "جمهورية فنزويلا البوليفارية",
}


def _arabic(country: Country) -> Phrases:
    name = _ARABIC_TURNED.get(country.code, country.names["ar"])
    # The preposition is written together with the name, and the article then loses its alif: للهند.
    to = f"لل{name.removeprefix('ال')}" if name.startswith("ال") else f"ل{name}"
    return Phrases(name=name, the=name, of=name, within=f"في {name}", to=to)


# --- Russian, Chinese ----------------------------------------------------------------------------------------------


def _russian(country: Country) -> Phrases:
    bent = russian.cases(country.code, country.names["ru"])
    return Phrases(
        name=bent.nominative,
        the=bent.nominative,
        of=bent.genitive,
        within=russian.within(country.code, bent),
        to=bent.dative,
    )


def _chinese(country: Country) -> Phrases:
    name = country.names["zh"]
    return Phrases(name=name, the=name, of=name, within=f"在{name}", to=name)


_RULES: Mapping[str, Callable[[Country], Phrases]] = MappingProxyType(
    {
        "en": _english,
        "fr": _french,
        "es": _spanish,
        "pt": _portuguese,
        "ar": _arabic,
        "ru": _russian,
        "zh": _chinese,
    }
)
