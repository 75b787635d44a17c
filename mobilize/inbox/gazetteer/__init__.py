"""The gazetteer: every name by which a country goes in our mail, as one flat list for the automaton."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import pycountry
from babel import Locale
from babel.core import UnknownLocaleError

from mobilize.inbox.folding import fold
from mobilize.world.countries import Country, countries

#: Languages whose CLDR names are read: those of our letters, those of our partners' mail, and the neighbours'.
CLDR_LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh", "fa", "tr", "id", "sw", "ur", "de", "it", "zh_Hant", "ms")
#: Names of fewer letters than this are no evidence in an alphabet; CLDR has none, abbreviations are listed by hand.
_SHORTEST = 3
#: Vowels and soft signs that a Russian name loses before a case ending.
_RUSSIAN_ENDINGS = "аяьй"


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one country, folded, and what must hold for it to count."""

    folded: str
    #: Alpha-2; empty: these words are no country ("New Mexico") and cover what stands inside them.
    code: str
    #: "name", "adjective", "capital", "ministry".
    kind: str
    #: "latin", "cyrillic", "arabic", "han".
    script: str
    #: Counts only in a text of these languages; empty: in any.
    languages: frozenset[str] = frozenset()
    #: Counts also where the text's language is not known.
    open: bool = True
    #: More letters may follow.
    open_end: bool = False
    #: An abbreviation: all letters must be capitals in the mail.
    capitals: bool = False
    #: The first letter must be a capital in the mail.
    capital: bool = False


@functools.cache
def names() -> tuple[Name, ...]:
    """Every name of every country. Made once."""
    return tuple(_all())


@functools.cache
def ordinary_words() -> frozenset[str]:
    """Names that are also words or people's names."""
    return frozenset(fold(word.strip()) for word in _file("names")["ordinary"]["names"].split(";"))


@functools.cache
def instruments() -> tuple[str, ...]:
    """First letters of the words for a treaty or a declaration, which a city may give its name to."""
    return tuple(fold(word.strip()) for word in _file("names")["instruments"]["names"].split(";"))


def _all() -> Iterator[Name]:
    for country in countries().values():
        yield from _official(country)
    for section, kind in (("names", "name"), ("capitals", "capital"), ("ministries", "ministry")):
        for code, text in _file("names")[section].items():
            yield from (_written(form, code, kind) for form in text.split(";"))
    for form in _file("names")["none"]["names"].split(";"):
        yield _written(form, "", "name")
    for file in ("demonyms", "demonyms_more"):
        for language, table in _file(file).items():
            for code, text in table.items():
                yield from (_adjective(form, code, language) for form in text.split(";"))


def _official(country: Country) -> Iterator[Name]:
    """The UN's names, CLDR's, pycountry's, and the capital in every language."""
    for text in dict.fromkeys(_official_texts(country)):
        yield from _cleaned(text, country.code, "name")
    for text in dict.fromkeys(_capital_texts(country)):
        yield from _cleaned(text, country.code, "capital")


def _official_texts(country: Country) -> Iterator[str]:
    yield from country.names.values()
    yield country.formal.removeprefix("the ")
    entry = pycountry.countries.get(alpha_2=country.code)
    if entry is not None:
        # "Congo, The Democratic Republic of the" turned round would be any Congo.
        yield entry.name if "," not in entry.name else ""
        yield getattr(entry, "official_name", "")
        yield getattr(entry, "common_name", "")
    for language in CLDR_LANGUAGES:
        yield _locale(language).territories.get(country.code, "")


def _capital_texts(country: Country) -> Iterator[str]:
    """The capital's English name, and CLDR's name of the time zone's city where that is the capital."""
    yield country.capital
    city = country.time_zone.rpartition("/")[2].replace("_", " ")
    if fold(city) != fold(country.capital):
        return
    for language in CLDR_LANGUAGES:
        zone = _locale(language).time_zones.get(country.time_zone)
        if zone and "city" in zone:
            yield str(zone["city"])


def _cleaned(text: str, code: str, kind: str) -> Iterator[Name]:
    """A name from a table that others wrote: without brackets and articles, in all forms of its script."""
    plain = text.partition("(")[0].partition("（")[0].strip(" ,")
    form = fold(plain)
    if plain != text.strip(" ,") and code in _BRACKETS_TELL:
        return
    if not form or form in _AMBIGUOUS or (len(form) < _SHORTEST and form.isascii()):
        return
    yield _name(form.removeprefix("the "), code, kind)
    script = _script(form)
    if script == "cyrillic" and kind == "name":
        yield from _russian(form, code)
    if script == "arabic":
        yield from _arabic(form, code, kind)


#: Countries that only what stands in brackets tells apart: 刚果（金）, Congo (Brazzaville). Theirs are set by hand.
_BRACKETS_TELL = frozenset({"CD", "CG"})
#: Names that are words too common to be read as a place even with a capital: "Male" stands in every form.
_AMBIGUOUS = frozenset({"male", "salle", "san"})


def _russian(form: str, code: str) -> Iterator[Name]:
    """A Russian name in its cases: Кения, Кении, Кенией. Names in more words are declined by hand."""
    if " " in form or len(form) <= len("мали"):
        return
    stem = form[:-1] if form[-1] in _RUSSIAN_ENDINGS else form
    if stem[-1] not in "оуыэию" or form[-1] in _RUSSIAN_ENDINGS:
        yield Name(stem, code, "name", "cyrillic", open_end=True)


def _arabic(form: str, code: str, kind: str) -> Iterator[Name]:
    """A name in Arabic script: without its article, and the adjective in ي that it makes."""
    bare = form.removeprefix("ال")
    if bare != form:
        yield _name(bare, code, kind)
    if " " in bare or kind != "name" or len(bare) <= len("مالي"):
        return
    stem = bare.removesuffix("يا").removesuffix("ا").removesuffix("ه")
    stem = stem if stem.endswith("ي") and len(stem) > len("مالي") else stem + "ي"
    for ending in ("", "ه", "ون", "ين", "ات"):
        yield Name(stem + ending, code, "adjective", "arabic")


def _written(form: str, code: str, kind: str) -> Name:
    """A name from our own tables, in their writing: CAPITALS, star, @language."""
    text, _, language = form.strip().partition("@")
    return _name(text, code, kind, frozenset({language}) if language else frozenset())


def _adjective(form: str, code: str, language: str) -> Name:
    made = _name(form.strip(), code, "adjective", frozenset({language}))
    capital = language in ("en", "tr", "id")
    return Name(
        made.folded, code, "adjective", made.script, made.languages,
        open=language in ("en", "ar", "zh"), open_end=made.open_end, capital=capital,
    )  # fmt: skip


def _name(text: str, code: str, kind: str, languages: frozenset[str] = frozenset()) -> Name:
    form = fold(text.replace("*", ""))
    letters = [char for char in text if char.isalpha()]
    script = _script(form)
    capitals = (
        script in ("latin", "cyrillic")
        and len(letters) > 1
        and text == text.upper()
        and text != text.lower()
        and "*" not in text
    )
    return Name(
        form, code, kind, script, languages, open=not languages, open_end=text.rstrip().endswith("*"), capitals=capitals
    )


def _script(form: str) -> str:
    """The script of a name, by its first letter."""
    first = next((char for char in form if char.isalpha()), "a")
    if "\u0400" <= first <= "\u052f":
        return "cyrillic"
    if "\u0600" <= first <= "\u08ff" or "\ufb50" <= first <= "\ufeff":
        return "arabic"
    return "han" if first >= "\u2e80" else "latin"


@functools.cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except UnknownLocaleError:  # pragma: no cover - Babel ships all of these
        return Locale("en")


@functools.cache
def _file(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("mobilize.inbox.gazetteer").joinpath(f"{name}.toml").read_text("utf-8"))
