"""Sentences and clauses of a folded text, and which words in them deny or weaken which."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mobilize.inbox.phrases import Hit

#: A sentence ends at its mark before a space, at a Chinese full stop, at a line end; "No. 5", "Dr. X" do not end one.
_END = re.compile(r"[.!?…]+[\"')\]]*(?= |\n|$)|[。！？;]+|\n+")  # fold() leaves these as they are or makes them so
_ABBREVIATION = re.compile(
    r"(?:^|[ (])(?:no|nos|dr|mr|mrs|ms|sr|sra|st|ste|prof|hon|ref|res|art|arts|para|op|cf|vs|mme|exma|exmo"
    r"|г|ул|им|н|[a-z])\.$"
)
#: Ordinals that are written with a dot (Turkish, German): "8. paragraf", "5. November"; "1. Yes" opens a list.
_ORDINAL = re.compile(
    r"(?:^|\D)\d{1,2}\. (?:paragraf|fikra|madde|oturum|komite|absatz|punkt|artikel|sitzung|ausschuss|"
    r"januar|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember)"
)
_LINE = re.compile(r"[ \t]*\n[ \t]*")
_LIST_ITEM = re.compile(r"(?:[-*•·–>]|\d{1,2}[.)]|[a-z][.)])\s")
#: A line shorter than this was ended by its writer, not by the program's wrapping.
_WRAPPED = 45


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a folded text, and the phrases found in it."""

    start: int
    end: int
    question: bool
    hits: tuple[Hit, ...] = field(default=())

    def of(self, *groups: str) -> tuple[Hit, ...]:
        """The hits of some groups, in order."""
        return tuple(hit for hit in self.hits if hit.group in groups)

    def has(self, *groups: str) -> bool:
        """Whether any phrase of these groups stands here."""
        return any(hit.group in groups for hit in self.hits)


def unwrapped(text: str) -> str:
    """Lines that only a mail program broke joined again; lines that the writer ended kept apart."""
    lines = [line.strip() for line in _LINE.split(text.replace("\r", ""))]
    out: list[str] = []
    for line in lines:
        joins = (
            out
            and line
            and out[-1]
            and out[-1][-1] not in ".!?:;。！？؟"
            and len(out[-1]) >= _WRAPPED
            and not _LIST_ITEM.match(line)
        )
        if joins:
            out[-1] += ("" if out[-1][-1] >= "\u2e80" else " ") + line
        else:
            out.append(line)
    return re.sub(r"[ \t\u00a0]+", " ", "\n".join(line for line in out if line))


def sentences(text: str, hits: Iterable[Hit]) -> tuple[Sentence, ...]:
    """Cut a folded text into sentences and give each its hits."""
    spans = list(_spans(text))
    starts = [start for start, _, _ in spans]
    found: list[list[Hit]] = [[] for _ in spans]
    for hit in hits:
        found[max(0, bisect_right(starts, hit.start) - 1)].append(hit)
    return tuple(Sentence(*span, tuple(inside)) for span, inside in zip(spans, found, strict=True))


def _spans(text: str) -> Iterator[tuple[int, int, bool]]:
    begin = 0
    for mark in _END.finditer(text):
        if mark[0].startswith(".") and _no_end(text, begin, mark.start()):
            continue
        if mark.end() > begin:
            yield begin, mark.end(), "?" in mark[0] or "？" in mark[0]
        begin = mark.end()
    if begin < len(text):
        yield begin, len(text), False


def _no_end(text: str, begin: int, dot: int) -> bool:
    """Whether the dot at a place belongs to its word: an abbreviation's, an ordinal's."""
    if _ABBREVIATION.search(text, max(begin, dot - 6), dot + 1):
        return True
    return text[dot - 1 : dot].isdigit() and _ORDINAL.search(text, max(begin, dot - 3), dot + 14) is not None


def commas(text: str, start: int, end: int) -> int:
    """How many commas stand in a span."""
    return text.count(",", start, end)


def between(starts: list[int], low: int, high: int) -> bool:
    """Whether any of some sorted places lies in low <= place < high."""
    return bisect_left(starts, high) > bisect_left(starts, low)
