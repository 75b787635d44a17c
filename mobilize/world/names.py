"""A country's name as printed somewhere -> its code. A name that is not sure gives none: never guess a country."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping

import pycountry
from babel import Locale

from mobilize.world.countries import NAME_LANGUAGES, countries

#: Names and codes in use that neither the UN's names nor ISO 3166 nor CLDR have: older names of the same state, and
#: the UN's own former spellings as they stand in documents of their time. Not here: names of states that ended and
#: left several behind (Czechoslovakia, Soviet Union, Yugoslavia before 2003), since no one code would be right.
ALIASES: Mapping[str, str] = {
    "uk": "GB",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "el": "GR",
    "usa": "US",
    "u s a": "US",
    "united states": "US",
    "america": "US",
    "uae": "AE",
    "drc": "CD",
    "dr congo": "CD",
    "congo kinshasa": "CD",
    "congo brazzaville": "CG",
    "republic of congo": "CG",
    "zaire": "CD",
    "south korea": "KR",
    "north korea": "KP",
    "dprk": "KP",
    "turkey": "TR",
    "republic of turkey": "TR",
    "czech republic": "CZ",
    "macedonia": "MK",
    "the former yugoslav republic of macedonia": "MK",
    "fyrom": "MK",
    "cape verde": "CV",
    "swaziland": "SZ",
    "kingdom of swaziland": "SZ",
    "burma": "MM",
    "ivory coast": "CI",
    "east timor": "TL",
    "timor leste": "TL",
    "holy see": "VA",
    "vatican": "VA",
    "palestine": "PS",
    "occupied palestinian territory": "PS",
    "netherlands": "NL",
    "the netherlands": "NL",
    "kingdom of the netherlands": "NL",
    "holland": "NL",
    "libyan arab jamahiriya": "LY",
    "libyan arab jamahiriyya": "LY",
    "nauru": "NR",
    "moldova": "MD",
    "russia": "RU",
    "syria": "SY",
    "iran": "IR",
    "laos": "LA",
    "tanzania": "TZ",
    "venezuela": "VE",
    "bolivia": "BO",
    "brunei": "BN",
    "vietnam": "VN",
    "micronesia": "FM",
    "sao tome and principe": "ST",
    "western samoa": "WS",
    "upper volta": "BF",
    "dahomey": "BJ",
    "ceylon": "LK",
    "democratic kampuchea": "KH",
    "serbia and montenegro": "RS",
}


#: Below this length every code is near every other.
_SHORTEST = 4


def fold(name: str) -> str:
    """Bring a name to one form: no case, accents, apostrophes, hyphens, brackets or doubled blanks."""
    plain = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def find(name: str) -> str:
    """Give the alpha-2 code of a country named in full: by code, or by a name that is known to be its own.

    name: alpha-2, alpha-3, the UN's name in its six languages or Portuguese, the formal English one, those of ISO
    3166 and CLDR, and older names of the same state. Case, accents and punctuation do not matter.
    Returns "" where no country, or more than one, is so called.
    """
    return _known().get(fold(name), "")


def close(name: str) -> tuple[str, ...]:
    """Give up to three countries that may be meant: named nearly so, or with a name of which this is a part.

    To ask a person, never to take.
    """
    folded = fold(name)
    if len(folded) < _SHORTEST:
        return ()
    # Not the codes: every short word is near one of them.
    spoken = [each for each in _known() if len(each) >= _SHORTEST]
    near = difflib.get_close_matches(folded, spoken, n=6, cutoff=0.8)
    near += [each for each in spoken if f" {folded} " in f" {each} "]
    return tuple(dict.fromkeys(_known()[each] for each in near))[:3]


def codes() -> frozenset[str]:
    """All alpha-2 codes of members and observers."""
    return frozenset(countries())


def known() -> Mapping[str, str]:
    """Folded name (`fold`) -> alpha-2 code; names that two countries share are left out."""
    return _known()


@functools.cache
def _known() -> Mapping[str, str]:
    """Folded name -> code, without those that name two countries."""
    found: dict[str, set[str]] = {}
    for code, country in countries().items():
        own = [code, country.alpha3, country.formal, country.formal.removeprefix("the "), *country.names.values()]
        iso = pycountry.countries.get(alpha_2=code)
        own += [getattr(iso, each, "") for each in ("name", "official_name", "common_name")]
        own += [Locale(language).territories.get(code, "") for language in NAME_LANGUAGES]
        for name in own:
            found.setdefault(fold(name), set()).add(code)
    known = {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1 and name}
    # "congo" is the UN's short name of one state and half of the other's: the UN's use is exact, so it stays.
    return {**known, **ALIASES}
