"""Lexicons: the words by which mail says things, one TOML a language; an organiser can read and edit them.

A campaign's own `lexicon/LANGUAGE.toml` adds to ours, key by key; a phrase there that begins with "-" takes one of ours
away. `phrases.py` says how phrases are written; each TOML says what its keys mean.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from mobilize.campaign.faults import Fault
from mobilize.errors import DataFaulty
from mobilize.inbox.phrases import Phrase, Phrases, PhraseUnreadable, compile_phrase

#: Languages with a lexicon here.
LANGUAGES = ("en", "fr", "es", "ar", "pt", "ru", "zh", "fa", "tr", "id", "de", "it", "sw", "ur")

#: What a lexicon may hold; a key that is not here is a slip of the pen, and is refused by name.
KEYS = {
    "position": ("cosponsor", "support", "yes", "accept", "oppose", "no", "undecided", "waits"),
    "meaning": (
        "not", "not_after", "not_not", "if", "if_voted", "reserve", "would_have", "would", "whether", "weighed",
        "weighed_after", "act", "earlier", "except", "turn",
    ),
    "who": ("ours", "government", "others", "itself", "preposition"),
    "object": ("draft", "part", "amendment", "position"),
    "concern": ("duties", "law", "srhr", "other", "trouble", "fine"),
    "answer": ("yes", "no"),
    "plan": ("will", "maybe", "drop", "left", "done", "only_named", "approach"),
    "kind": (
        "acknowledge", "automatic", "absent", "unsubscribe", "complaint", "spam", "institution", "meeting", "report",
    ),
}  # fmt: skip

Table = dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's phrases, ready to be found."""

    language: str
    phrases: Phrases


@functools.lru_cache(maxsize=64)
def load(language: str, own: str = "") -> Lexicon:
    """The lexicon of a language; English where we have none and the campaign brings none.

    own: the TOML text of the campaign's own lexicon of that language; empty: it has none.
    Raises DataFaulty, with every fault of the campaign's text.
    """
    if not own and not _file(language).is_file():
        return load("en")
    table = _merged(_shipped(language), _read(own, f"lexicon/{language}.toml") if own else {})
    faults: list[Fault] = []
    found: list[Phrase] = []
    for group, written in _entries(table):
        try:
            found.append(compile_phrase(written, group, language))
        except PhraseUnreadable as wrong:
            faults.append(Fault(path=f"lexicon/{language}.toml", column=group, value=written, sentence=f"{wrong}."))
    if faults:
        raise DataFaulty(faults)
    return Lexicon(language, Phrases(found))


@functools.lru_cache(maxsize=64)
def load_what_can_be_read(language: str, own: str = "") -> tuple[Lexicon, str]:
    """The same for reading mail, which must go on: our lexicon alone where the campaign's has faults, and the first."""
    try:
        return load(language, own), ""
    except DataFaulty as faulty:
        return load(language), str(faulty.faults[0])


def _shipped(language: str) -> Table:
    file = _file(language)
    return _read(file.read_text("utf-8"), file.name) if file.is_file() else {}


def _file(language: str) -> Traversable:
    """Our file of a language; a code that is no plain word names a file that is not there."""
    name = language if language.isalpha() else "none"
    return resources.files("mobilize.inbox.lexicon").joinpath(f"{name}.toml")


def _read(text: str, path: str) -> Table:
    """A lexicon's text as a table whose keys are all known. Raises DataFaulty."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise DataFaulty([Fault(path=path, sentence=f"is not TOML: {wrong}.")]) from wrong
    faults = [
        Fault(path=path, column=f"{section}.{key}", sentence=f"unknown; a lexicon has {_known(section)}.")
        for section, keys in table.items()
        for key in (keys if isinstance(keys, dict) else {"": ()})
        if key not in KEYS.get(section, ())
    ]
    if faults:
        raise DataFaulty(faults)
    return table


def _known(section: str) -> str:
    if section in KEYS:
        return ", ".join(f"{section}.{key}" for key in KEYS[section])
    return "the sections " + ", ".join(KEYS)


def _merged(ours: Table, own: Table) -> Table:
    """Our phrases and the campaign's, less those that it takes away."""
    merged: Table = {}
    for section, keys in KEYS.items():
        for key in keys:
            added = own.get(section, {}).get(key, [])
            taken = {phrase[1:].strip() for phrase in added if phrase.startswith("-")}
            kept = [phrase for phrase in ours.get(section, {}).get(key, []) if phrase not in taken]
            merged.setdefault(section, {})[key] = kept + [phrase for phrase in added if not phrase.startswith("-")]
    return merged


def _entries(table: Table) -> list[tuple[str, str]]:
    return [
        (f"{section}.{key}", phrase)
        for section, keys in table.items()
        for key, phrases in keys.items()
        for phrase in phrases
    ]
