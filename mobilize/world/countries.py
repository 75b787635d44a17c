"""The 193 member states and two observers of the United Nations.

Names are the UN's own in its six languages (UNTERM): CLDR's agree for only 147 to 176 of 195, and "Congo - Kinshasa"
has no place in a letter to a minister. Portuguese names are CLDR's, through Babel, but for four that the UN would
not write. The table's sources stand in docs/data.md.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from babel import Locale

#: Languages in which every country has a name here.
NAME_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh", "pt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One state, and what is true of it whatever one campaigns for."""

    #: ISO 3166-1 alpha-2, upper case. Namibia's is "NA".
    code: str
    #: ISO 3166-1 alpha-3.
    alpha3: str
    #: "member" or "observer" of the United Nations.
    status: str
    #: Language -> the short name that the UN uses.
    names: Mapping[str, str]
    #: Language (fr, es) -> the definite article that goes with the name; absent or empty: none.
    articles: Mapping[str, str]
    #: "the Republic of Kenya".
    formal: str
    #: UN regional group: African Group, Asia-Pacific, Eastern European, GRULAC, WEOG; empty for the observers.
    group: str
    #: The language to write to its ministry in, one of NAME_LANGUAGES.
    language: str
    capital: str
    #: IANA name of the capital's time zone.
    time_zone: str
    #: "Mon-Fri", "Sun-Thu", "Sat-Thu" or "off:fri+sun".
    working_week: str
    #: Member of the Organisation of Islamic Cooperation.
    oic: bool

    def name(self, language: str) -> str:
        """Name the country in a language (BCP 47; only its first part counts); English where there is none."""
        return self.names.get(language.replace("_", "-").partition("-")[0], self.names["en"])


@functools.cache
def countries() -> Mapping[str, Country]:
    """All 195, by alpha-2 code, in code order. Read once from the package's own table."""
    text = resources.files("mobilize.world").joinpath("countries.csv").read_text("utf-8")
    portuguese = Locale("pt").territories
    found = {}
    for row in csv.DictReader(text.splitlines()):
        names = {language: row[f"name_{language}"] for language in NAME_LANGUAGES if language != "pt"}
        names["pt"] = row["name_pt_override"] or portuguese[row["code"]]
        found[row["code"]] = Country(
            code=row["code"],
            alpha3=row["alpha3"],
            status=row["status"],
            names=MappingProxyType(names),
            articles=MappingProxyType({"fr": row["article_fr"], "es": row["article_es"]}),
            formal=row["formal_en"],
            group=row["group"],
            language=row["language"],
            capital=row["capital"],
            time_zone=row["time_zone"],
            working_week=row["working_week"],
            oic=row["oic"] == "yes",
        )
    return MappingProxyType(found)


@functools.cache
def groups() -> tuple[str, ...]:
    """The UN regional groups, in the UN's own order of names; observers are in none."""
    return tuple(sorted({country.group for country in countries().values() if country.group}))
