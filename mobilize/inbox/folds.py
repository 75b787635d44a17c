"""All of a mail's text, with what was taken for its author's words apart from what was cut: nothing cut is gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from mobilize.inbox.body import body
from mobilize.inbox.mail import Mail


@dataclass(frozen=True, slots=True)
class Fold:
    """Some lines in a row."""

    text: str
    #: Whether they are words of the author, or the forwarder's note; else a quote, a signature, a header, a disclaimer.
    kept: bool


#: A mail with more text than this is read in the original.
_MOST_LINES = 20_000
#: Attached messages whose text is shown too.
_MOST_MAILS = 20


def folds(mail: Mail, kept: Iterable[str]) -> tuple[Fold, ...]:
    """Divide a mail's text, attached messages after it. kept: what was read as somebody's own words."""
    words = "\n".join(" ".join(each.split()) for each in kept)
    lines = [line for each in _mails(mail) for line in _lines(each)]
    marked: list[tuple[str, bool]] = []
    for line in lines[:_MOST_LINES]:
        plain = " ".join(line.lstrip("> ").split())
        # An empty line goes with the one above it.
        is_kept = plain in words if plain else bool(marked) and marked[-1][1]
        marked.append((line, is_kept))
    groups = groupby(marked, key=lambda each: each[1])
    return tuple(Fold("\n".join(line for line, _ in group), is_kept) for is_kept, group in groups)


def _lines(mail: Mail) -> list[str]:
    """A mail's lines as they were quoted, one empty line below."""
    lines = [f"{'> ' * each.depth}{each.text}" for each in body(mail)]
    while lines and not lines[-1].strip("> "):
        lines.pop()
    return [*lines, ""] if lines else []


def _mails(mail: Mail) -> Iterator[Mail]:
    """A mail and those attached to it, the outermost first."""
    pending, count = [mail], 0
    while pending and count < _MOST_MAILS:
        each = pending.pop(0)
        count += 1
        yield each
        pending += [part.message for part in each.parts() if part.message is not None]
