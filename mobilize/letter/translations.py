"""Translations of a campaign's letters: where each stands against the text that it translates.

A translated template or block says in its front matter which text it translates, by that text's fingerprint:

    ---
    translates: 3f2a91c07be4
    ---

When the source changes, the fingerprint is another one, and the translation is told to lag behind until a person has
compared the two.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mobilize.campaign.faults import Fault, Weight
from mobilize.errors import TemplateWrong
from mobilize.letter.templates import TRANSLATES, split

#: Characters of SHA-256 (hex) that name a text: enough that two never meet, few enough to be looked at.
_LENGTH = 12

_INCLUDE = re.compile(r"""(\{%-?\s*include\s+["'])blocks/([a-z]{2,3})/([^"']+)(["'])""")


class State(StrEnum):
    """Where a translation stands."""

    #: It is the source, or says nothing of what it translates.
    OWN = "own"
    #: It translates the source as it is today.
    READY = "ready"
    #: The source has changed since.
    LAGS = "lags"
    #: Word for word the source: nobody has translated it yet.
    UNTRANSLATED = "untranslated"
    #: What it translates is not there any more.
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One template or block, and how it stands against its source."""

    #: Below letters/.
    path: str
    language: str
    #: Path of the text in the first language; its own path where it is that.
    source: str
    state: State


def fingerprint(text: str) -> str:
    """Name a text: what its front matter and body say, line ends and spaces at the end of lines apart."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").removeprefix("\ufeff").strip().split("\n")]
    kept = [line for line in lines if not line.startswith(f"{TRANSLATES}:")]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:_LENGTH]


def language_of(path: str) -> str:
    """Language of a template ("minister/fr.md") or a block ("blocks/fr/ask.md"), by its path."""
    parts = path.split("/")
    return parts[1] if parts[0] == "blocks" and len(parts) > 2 else parts[-1].removesuffix(".md")  # noqa: PLR2004


def in_language(path: str, language: str) -> str:
    """The path that the same template or block has in another language."""
    parts = path.split("/")
    if parts[0] == "blocks":
        return "/".join(("blocks", language, *parts[2:]))
    return "/".join((*parts[:-1], f"{language}.md"))


def translations(texts: Mapping[str, str], first: str) -> Iterator[Translation]:
    """Every template and block, by path, and how it stands against the same in the first language.

    texts: path below letters/ -> text. A file with a mistake in its front matter counts as its own.
    """
    for path in sorted(each for each in texts if each.endswith(".md")):
        language = language_of(path)
        source = in_language(path, first)
        state = State.OWN if language == first else _state(texts, path, source)
        yield Translation(path=path, language=language, source=source, state=state)


def _state(texts: Mapping[str, str], path: str, source: str) -> State:
    try:
        said = split(path, texts[path]).translates
    except TemplateWrong:
        return State.OWN
    if not said:
        return State.OWN
    if source not in texts:
        return State.ORPHAN
    if fingerprint(_bare(path, texts[path])) == fingerprint(_bare(source, texts[source])):
        return State.UNTRANSLATED
    return State.READY if said == fingerprint(texts[source]) else State.LAGS


def _bare(path: str, text: str) -> str:
    """A text without what differs in every language: its front matter's own lines and the paths of its blocks."""
    return _INCLUDE.sub(r"\1blocks//\3\4", split(path, text).body).strip()


def lagging(texts: Mapping[str, str], first: str) -> Iterator[Fault]:
    """A warning for every translation that a person should compare with its source."""
    words = {
        State.LAGS: "lags behind letters/{source}, which has changed: compare, then `mobilize letters done {path}`",
        State.UNTRANSLATED: "is still the text of letters/{source}: translate it",
        State.ORPHAN: "translates letters/{source}, which is not there any more: look at whether it is needed",
    }
    for each in translations(texts, first):
        if each.state in words:
            sentence = words[each.state].format(source=each.source, path=each.path)
            yield Fault(path=f"letters/{each.path}", sentence=sentence, weight=Weight.WARNING)


def started(texts: Mapping[str, str], path: str, *, first: str, bring: bool) -> Mapping[str, str]:
    """Begin a translation: the file and every block that it needs and that is not there yet, as copies of the source.

    path: of the new template, "minister/sw.md". bring: add lines for the forms of address, in a language for which
    the program has none. Returns path -> text of the new files.
    """
    language = language_of(path)
    found: dict[str, str] = {}
    waiting = [path]
    while waiting:
        each = waiting.pop()
        source = texts.get(in_language(each, first))
        if each in found or (each in texts and each != path) or source is None:
            continue
        found[each] = _copied(source, language, fingerprint(source), bring=bring and each == path)
        waiting += [f"blocks/{language}/{name}" for _, _, name, _ in _INCLUDE.findall(source)]
    return dict(sorted(found.items()))


#: What a writer of a new language fills in: the program knows forms of address in its own seven languages alone.
_FORMS = "salutation: Excellency,\nclose: Please accept, Excellency, the assurances of our highest consideration.\n"


def _copied(source: str, language: str, name: str, *, bring: bool) -> str:
    text = _INCLUDE.sub(rf"\1blocks/{language}/\3\4", source)
    forms = _FORMS if bring and "\nsalutation:" not in text else ""
    return marked(text, name).replace(f"{TRANSLATES}: {name}\n", f"{TRANSLATES}: {name}\n{forms}", 1)


def marked(text: str, name: str) -> str:
    """Put into a text's front matter which source it translates; what stood there is replaced."""
    line = f"{TRANSLATES}: {name}"
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    if not text.startswith("---\n"):
        return f"---\n{line}\n---\n{text}"
    head, rest = text.removeprefix("---\n").split("\n---", 1)
    kept = [each for each in head.split("\n") if each and not each.startswith(f"{TRANSLATES}:")]
    return "---\n" + "\n".join((line, *kept)) + "\n---" + rest
