"""The body of a mail as lines, each with its depth of quoting: what text and HTML have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: What HTML says of a line beyond its words.
SIGNATURE = "signature"
#: Inside the part in which a program prints the quoted message's header or "On … wrote:".
HEAD = "head"
RULE = "rule"

#: Lines of a body that are looked at; a longer one is no letter.
MOST_LINES = 10_000
#: Bytes of a line that are looked at; longer ones hold no sentence that a person wrote.
_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line as its reader sees it."""

    #: Without quote marks and outer blanks.
    text: str
    #: How often it is quoted: ">" in text, blockquote in HTML.
    depth: int = 0
    #: The quoting containers of the HTML in which it stands, outermost first; numbers are of this mail alone.
    boxes: tuple[int, ...] = ()
    #: SIGNATURE, HEAD, RULE or "".
    mark: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing can be seen on it."""
        return not self.text


def of_text(text: str) -> list[Line]:
    """Lines of a text/plain body."""
    return [_line(each) for each in text.split("\n", MOST_LINES)[:MOST_LINES]]


def _line(raw: str) -> Line:
    raw = raw[:_LONGEST]
    if raw.startswith(">>> ") and raw.rstrip().endswith(" >>>"):  # GroupWise: ">>> A <a@b> 11/20/2013 10:22 AM >>>"
        return Line(raw.strip())
    depth, at = 0, 0
    while True:
        start = at
        while at < len(raw) and raw[at] in " \t\u00a0" and at - start < 4:  # noqa: PLR2004 — deeper is an indentation
            at += 1
        if at < len(raw) and raw[at] == ">":
            depth, at = depth + 1, at + 1
        else:
            break
    return Line(raw[start:].strip(" \t\u00a0\u200b\ufeff\u200e\u200f\r\v\f") if depth else raw.strip(_BLANKS), depth)


_BLANKS = " \t\u00a0\u200b\ufeff\u200e\u200f\r\v\f"


def shallower(lines: Iterable[Line], by: int) -> list[Line]:
    """The same lines with `by` levels of quoting taken off."""
    return [Line(each.text, max(0, each.depth - by), each.boxes, each.mark) for each in lines] if by else list(lines)


def as_text(lines: Sequence[Line]) -> str:
    """Lines as one text, quoted ones with their marks, without blank lines around it and without runs of them."""
    out: list[str] = []
    for each in lines:
        if each.blank and (not out or not out[-1].strip("> ")):
            continue
        out.append("> " * each.depth + each.text)
    return "\n".join(out).strip("\n> ") if all(each.depth for each in lines if each.text) else "\n".join(out).strip()


def trimmed(lines: Sequence[Line]) -> list[Line]:
    """Without blank lines and rules at both ends."""
    start, end = 0, len(lines)
    while start < end and _empty(lines[start]):
        start += 1
    while end > start and _empty(lines[end - 1]):
        end -= 1
    return list(lines[start:end])


def _empty(line: Line) -> bool:
    return line.blank or is_rule(line)


def is_rule(line: Line) -> bool:
    """A line drawn from dashes, underscores, stars or equal signs."""
    text = line.text
    return line.mark == RULE or (len(text) > 2 and not text.strip("-_=*~‐‑—–─━· "))  # noqa: PLR2004 — "--" is none


def questions(lines: Sequence[Line]) -> tuple[tuple[str, str], ...]:
    """Quoted questions, each with the line below it that answers."""
    found: list[tuple[str, str]] = []
    asked: Line | None = None
    for line in lines:
        if line.blank:
            continue
        if asked is not None and line.depth < asked.depth and len(found) < _MOST_QUESTIONS:
            found.append((asked.text, line.text))
        asked = line if line.depth and line.text.rstrip().endswith(("?", "？", "؟")) else None
    return tuple(found)


#: No letter asks more.
_MOST_QUESTIONS = 50
