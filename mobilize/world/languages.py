"""The languages that letters are written in: direction, locale, dates, lists, numbers.

Dates and lists are CLDR's, through Babel; what is not in CLDR (which locale a country's letter is dated in, «e» for «y»
before an i) stands here as tables. Forms of address: address.py. Country names in a sentence: grammar.py.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.localedata import exists
from babel.numbers import format_decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language, and how a letter in it is set."""

    #: First part of a BCP 47 tag: "fr".
    code: str
    #: What it calls itself, for menus: "français".
    own_name: str
    #: "ltr" or "rtl".
    direction: str
    #: Babel locale where the country says nothing better.
    locale: str
    #: Country (alpha-2) -> locale, where dates or spelling differ. Arabic has one for every country: see `locale`.
    by_country: Mapping[str, str]


def _language(code: str, own_name: str, direction: str, locale: str, **by_country: str) -> Language:
    return Language(
        code=code, own_name=own_name, direction=direction, locale=locale, by_country=MappingProxyType(by_country)
    )


#: The seven languages that this program writes; English as the United Nations writes it: day before month, British
#: spelling (en_US would print "November 12, 2013").
LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        language.code: language
        for language in (
            _language("en", "English", "ltr", "en_GB"),
            _language("fr", "français", "ltr", "fr"),
            _language("es", "español", "ltr", "es"),
            _language("ar", "العربية", "rtl", "ar"),
            _language("pt", "português", "ltr", "pt_PT", BR="pt_BR"),
            _language("ru", "русский", "ltr", "ru"),
            _language("zh", "中文", "ltr", "zh_Hans"),
        )
    }
)


def primary(tag: str) -> str:
    """Take the language of a tag: "fr-CA", "fr_CA" and "FR" give "fr"; empty gives empty."""
    return tag.strip().replace("_", "-").partition("-")[0].lower()


def known(language: str) -> bool:
    """Whether this is the code of a language, as CLDR has them: "sw"."""
    return exists(language)


def direction(language: str) -> str:
    """Say which way a language is written, "rtl" or "ltr"; of one not listed CLDR is asked."""
    if language in LANGUAGES:
        return LANGUAGES[language].direction
    return str(Locale.parse(language).text_direction) if exists(language) else "ltr"


def locale(language: str, country: str) -> str:
    """Choose the locale for dates and numbers in a letter to a country.

    Arabic names its months in five ways (تشرين الثاني in Damascus, نونبر in Rabat), so every Arabic-speaking country
    has its own. Returns a locale that Babel has.
    """
    known = LANGUAGES.get(language)
    if known is None:
        return language if exists(language) else "en_GB"
    if language == "ar" and exists(f"ar_{country}"):
        return f"ar_{country}"
    return known.by_country.get(country, known.locale)


@functools.lru_cache(maxsize=512)
def long_date(day: dt.date, locale: str) -> str:
    """Write a day in words and figures: "12 November 2013". Never all in figures, which is ambiguous in a letter."""
    text = str(format_date(day, "long", locale=locale))
    return _digits(_year_word(text), locale)


def month_and_year(day: dt.date, locale: str) -> str:
    """Write a month: "November 2013"."""
    text = str(format_skeleton("yMMMM", day, locale=locale))
    return _digits(_year_word(text), locale)


def _year_word(text: str) -> str:
    """Write a Russian year out: «2013 года» (docs.cntd.ru 901758791, 2.12.1), where CLDR has «2013 г.»."""
    return re.sub(r"\s+г\.$", "\N{NO-BREAK SPACE}года", text)


def year(day: dt.date, locale: str) -> str:
    """Write a year in the locale's own digits."""
    return _digits(str(day.year), locale)


@functools.lru_cache(maxsize=512)
def number(value: float, locale: str) -> str:
    """Write a number with the locale's separators and digits."""
    # Babel takes the separators of the system asked for, and leaves the digits Latin.
    return _digits(str(format_decimal(value, locale=locale, numbering_system="default")), locale)


def listed(items: Sequence[str], locale: str, *, alternative: bool = False) -> str:
    """Join items as the language does: "A, B and C"; alternative: "A, B or C". Nothing gives an empty string."""
    text = str(format_list(list(items), style="or" if alternative else "standard", locale=locale)) if items else ""
    if len(items) > 1 and locale.startswith("es"):
        text = _spanish_and(text, items[-1])
    return text


#: Language -> what stands before or behind a sign, and with which space. French sets one before its double signs and
#: inside its quotes (Imprimerie nationale, Lexique): non-breaking before a colon, narrow before the others.
_SPACES: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = MappingProxyType(
    {
        "fr": (
            (re.compile(r" :(?=\s|$)"), "\N{NO-BREAK SPACE}:"),
            (re.compile(r" ([;?!])"), "\N{NARROW NO-BREAK SPACE}\\1"),
            (re.compile("« "), "«\N{NO-BREAK SPACE}"),
            (re.compile(" »"), "\N{NO-BREAK SPACE}»"),
        )
    }
)


def spaced(text: str, language: str) -> str:
    """Set the spaces that the language wants around its signs; templates are typed with plain ones."""
    for sign, with_space in _SPACES.get(language, ()):
        text = sign.sub(with_space, text)
    return text


#: Before the sound i, "y" becomes "e"; before o, "o" becomes "u" (RAE, Ortografía). "hie" and "ia" keep the "y".
_SOUND_I = re.compile(r"h?i(?![aeo])", re.IGNORECASE)
_SOUND_O = re.compile(r"h?o", re.IGNORECASE)


def _spanish_and(text: str, last: str) -> str:
    bare = _without_accents(last).lstrip("«“\"'*")
    head = text.removesuffix(last)
    if head.endswith(" y ") and _SOUND_I.match(bare):
        return f"{head[:-3]} e {last}"
    if head.endswith(" o ") and _SOUND_O.match(bare):
        return f"{head[:-3]} u {last}"
    return text


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _digits(text: str, locale: str) -> str:
    """Write figures in the locale's own digits (CLDR): Cairo and Riyadh ٢٠١٣, Rabat and Tunis 2013."""
    return text.translate(_ARABIC_DIGITS) if _numbering(locale) == "arab" else text


@functools.cache
def _numbering(locale: str) -> str:
    return str(Locale.parse(locale).default_numbering_system)
