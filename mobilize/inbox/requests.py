"""Whether a text is written *to* a government (lexicon/requests.toml): then it is a letter like ours, and no answer.

Rules of stance read who supports what; a request names the same things ("we ask Your Excellency to co-sponsor"), and
with its author's name lost it would read like the answer.
"""

from __future__ import annotations

import re
from functools import cache

from mobilize.inbox.folding import fold
from mobilize.inbox.labels import table, words
from mobilize.inbox.sentences import unwrapped

#: Letters say what they ask in their first pages.
_ENOUGH = 20_000
_SENTENCE_END = re.compile(r"[.!?;。！？؟]+(?=\s|$)|[。！？]|\n+")
#: Scripts whose words join their particles, or stand without spaces: Arabic and CJK.
_JOINING = re.compile(r"[\u0600-\u06ff\u2e80-\uffff]")


def begins(text: str) -> int | None:
    """Where the paragraph begins in which a text first asks a government for something; None where it never does."""
    at = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", text[:_ENOUGH]):
        if _asks(paragraph):
            return at
        at += len(paragraph)
    return None


def is_request(text: str) -> bool:
    """Whether a text asks a government for something, anywhere in it."""
    return _asks(text[:_ENOUGH])


def _asks(text: str) -> bool:
    folded = fold(unwrapped(text))
    if _has(folded, _phrases("government")):
        return True
    if not _has(folded, _phrases("yours")):
        return False
    return any(
        _has(each, _phrases("asks")) and _has(each, _phrases("yours")) for each in _SENTENCE_END.split(folded) if each
    )


def _has(folded: str, phrases: tuple[str, ...]) -> bool:
    padded = f" {folded}"
    return any(each in padded for each in phrases)


@cache
def _phrases(name: str) -> tuple[str, ...]:
    """A table's phrases as they are looked for: with the space before them, where their script has one."""
    text = " | ".join(str(each) for each in table("requests.toml")[name].values())
    return tuple(each if _JOINING.match(each) else f" {each}" for each in words(text))
