"""Where a body stops being its author's: the markers, headers and attributions that programs and people put there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mobilize.inbox import attribution, blocks, pasted
from mobilize.inbox.blocks import Printed
from mobilize.inbox.folding import fold
from mobilize.inbox.labels import labels
from mobilize.inbox.lines import HEAD, Line, is_rule, shallower, trimmed
from mobilize.inbox.pasted import EDGES, dashed_words


class Kind(StrEnum):
    """What announces the other message."""

    #: "Forwarded message".
    FORWARD = "forward"
    #: "Original message": answers and forwards alike.
    ORIGINAL = "original"
    #: A header block alone.
    BLOCK = "block"
    #: A header block inside ">" or a blockquote, without marker: Apple Mail.
    QUOTED_BLOCK = "quoted block"
    #: "On … wrote:".
    ATTRIBUTION = "attribution"
    #: ">" alone.
    QUOTE = "quote"
    #: A separator drawn by hand, with words in it.
    PASTED = "pasted"


ALL_KINDS = frozenset(Kind)
#: Without what people draw: only what programs print.
PRINTED_KINDS = ALL_KINDS - {Kind.PASTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The other message inside a body."""

    kind: Kind
    #: Its printed header; None where it has none.
    header: Printed | None
    #: Its body, its own level of quoting taken off.
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A body, parted into its author's own lines and the first other message in it."""

    own: tuple[Line, ...]
    quoted: Quoted | None
    #: Whether words of its author stand above the other message.
    above: bool = False
    #: Whether the own lines may as well be the other message: they stand unquoted below "On … wrote:".
    answers: bool = False


@dataclass(slots=True)
class _Found:
    """A boundary: what it is, and where the lines below it begin."""

    kind: Kind
    header: Printed | None
    start: int
    #: The lines below hold deeper quotes instead of going on at the same depth.
    deeper: bool = False


@dataclass(slots=True)
class _Parting:
    own: list[Line] = field(default_factory=list)
    quoted: Quoted | None = None
    above: bool = False
    answers: bool = False


_LONGEST_MARKER = 90
#: Characters at one of whose sides a boundary is drawn, opened or closed.
_EDGE = frozenset("-–—‐_=*~#>+<[]():：\"'“”«»「『„0123456789")
_DRAWN = re.compile(r"[-_=*‐]{2,}")
#: The Bat! draws scissors before its line.
_SCISSORS = re.compile(r"^\s*=*\d<[=-]+")


def split(lines: Sequence[Line], *, kinds: frozenset[Kind] = ALL_KINDS) -> Split:
    """Part a body at the first message that is not its author's.

    kinds: what is looked for; a body without some of them keeps what would announce them as its author's words.
    """
    parting = _Parting()
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.blank or (line.depth == 0 and len(line.text) > 4_000):  # noqa: PLR2004 — no boundary is that long
            parting.own.append(line)
            at += 1
        elif line.depth:
            at = _take_quote(lines, at, parting)
        elif parting.quoted and _is_end(line.text):
            at += 1
        elif _may_be_boundary(line) and (found := boundary(lines, at)) and found.kind in kinds:
            at = _take(lines, at, found, parting)
        else:
            parting.own.append(line)
            at += 1
    return Split(own=tuple(trimmed(parting.own)), quoted=parting.quoted, above=parting.above, answers=parting.answers)


def _may_be_boundary(line: Line) -> bool:
    """A quick look: most lines of a letter announce nothing."""
    text = line.text
    if line.mark or len(text) < 48 or text[0] in _EDGE or text[-1] in _EDGE:  # noqa: PLR2004 — a marker without decoration
        return True
    return ":" in text or "：" in text or "@" in text or any(char.isdigit() for char in text[:60])


def boundary(lines: Sequence[Line], at: int) -> _Found | None:
    """The boundary at this line, if there is one."""
    line = lines[at]
    if is_rule(line):
        return _after_rule(lines, at)
    if found := _marker(lines, at):
        return found
    if header := _block(lines, at):
        return _Found(Kind.BLOCK, header, header.end)
    if found_by := attribution.read(lines, at):
        return _Found(Kind.ATTRIBUTION, found_by, found_by.end)
    start = pasted.start(lines, at)
    return None if start is None else _Found(Kind.PASTED, None, start)


def _after_rule(lines: Sequence[Line], at: int) -> _Found | None:
    """A rule with a header block below it: Outlook on the web."""
    below = _next(lines, at + 1, 3)
    if below is None or lines[below].depth:
        return None
    header = _block(lines, below, trusted=True)
    return _Found(Kind.BLOCK, header, header.end) if header else None


def _block(lines: Sequence[Line], at: int, *, trusted: bool = False) -> Printed | None:
    line = lines[at]
    if not trusted and line.mark != HEAD and ":" not in line.text[:42] and "：" not in line.text[:42]:
        return None
    return blocks.read(lines, at, trusted=trusted) or _inline(line.text, at)


def _inline(text: str, at: int) -> Printed | None:
    found = blocks.read_inline(text)
    return None if found is None else _ending(found, at + 1)


def _ending(header: Printed, end: int) -> Printed:
    return Printed(
        from_=header.from_, to=header.to, cc=header.cc, date_raw=header.date_raw, subject=header.subject,
        languages=header.languages, end=end,
    )  # fmt: skip


def marker_kind(text: str) -> tuple[Kind | None, str]:
    """What a marker line announces, and what stands behind its words on the same line."""
    if len(text) > 2_000:  # noqa: PLR2004 — Yahoo prints the whole header on the marker's line
        return None, ""
    if kind := _kind_of(_SCISSORS.sub("", text).strip(EDGES)):
        return kind, ""
    drawn = text.lstrip()[:2] in ("--", "__", "==", "**", "~~", "—-", "——", "––", "‐‐")
    if drawn and fold(text.strip(EDGES)).startswith(labels().forward_begins):
        return Kind.FORWARD, ""
    rest = text.lstrip("-_=*‐ \t")
    parted = _DRAWN.search(rest[:_LONGEST_MARKER])
    if drawn and parted and rest[parted.end() :].strip():
        return _kind_of(rest[: parted.start()].strip()), rest[parted.end() :].strip()
    return None, ""


def _kind_of(text: str) -> Kind | None:
    """FORWARD or ORIGINAL, where these are a marker's whole words."""
    if len(text) > _LONGEST_MARKER:
        return None
    bare = " ".join(fold(text).split())
    if bare in labels().forward:
        return Kind.FORWARD
    return Kind.ORIGINAL if bare in labels().original else None


def _marker(lines: Sequence[Line], at: int) -> _Found | None:
    """A marker line, with the header below it or on it."""
    text = lines[at].text
    kind, rest = marker_kind(text)
    if kind is None:
        return _unknown_marker(lines, at)
    if rest and (header := blocks.read_inline(rest)):
        return _Found(kind, header, at + 1)
    decorated = text[:1] in "-–—‐_=*~#[" or text.rstrip().endswith((":", "：", "-"))
    below = _next(lines, at + 1, 4)
    if below is not None and lines[below].depth > lines[at].depth:
        return _Found(kind, None, at + 1, deeper=True)
    return _marker_with(lines, at, below, kind, decorated=decorated)


def _marker_with(lines: Sequence[Line], at: int, below: int | None, kind: Kind, *, decorated: bool) -> _Found | None:
    """A marker and what stands below it: a header, "On … wrote:", another marker, or at once the text."""
    header = None
    if below is not None:
        header = _block(lines, below, trusted=True) or attribution.read(lines, below)
        again = marker_kind(lines[below].text)[0] if header is None else None
        if again:  # two programs, two markers
            return _Found(again if kind is Kind.ORIGINAL else kind, None, below)
    if header is None and not decorated:
        return None
    return _Found(kind, header, header.end if header else at + 1)


def _unknown_marker(lines: Sequence[Line], at: int) -> _Found | None:
    """A line like a marker, in words that the table lacks, right above a header block."""
    text = lines[at].text
    dashed = bool(dashed_words(text))
    if not (dashed or (lines[at].text.endswith((":", "：")) and len(text) < 60)) or blocks.label(text):  # noqa: PLR2004
        return None
    below = _next(lines, at + 1, 3)
    if below is None or lines[below].depth != lines[at].depth or (not dashed and below > at + 2):
        return None
    header = blocks.read(lines, below, trusted=dashed)
    if header is None or not (header.from_ and header.date_raw):
        return None
    return _Found(Kind.ORIGINAL if dashed else Kind.QUOTED_BLOCK, header, header.end)


def _next(lines: Sequence[Line], at: int, most: int) -> int | None:
    """The next line with text, at most `most` lines further on; rules are passed over."""
    for below in range(at, min(len(lines), at + most)):
        if not lines[below].blank and not is_rule(lines[below]):
            return below
    return None


def _take(lines: Sequence[Line], at: int, found: _Found, parting: _Parting) -> int:
    """Take what a boundary announces; gives the line at which the author's own may go on."""
    above = any(each.text for each in trimmed(parting.own))
    below = _next(lines, found.start, 4)
    deeper = found.deeper or (
        below is not None and lines[below].depth > 0 and found.kind in (Kind.ATTRIBUTION, Kind.FORWARD, Kind.ORIGINAL)
    )
    if deeper and below is not None:
        end = _quote_end(lines, below)
        _keep(parting, found, _quote_lines(lines, below, end), above=above)
        return end
    if found.kind is Kind.ATTRIBUTION and not above and parting.quoted is None:
        # Nothing stands above it: the answers stand below, between the quotes or instead of them.
        end = len(lines)
        _keep(parting, found, list(lines[found.start :]), above=False)
        parting.own.extend(_own_below(lines[found.start :]))
        parting.answers = True
        return end
    if found.kind is Kind.PASTED:
        end, following = pasted.end(lines, found.start)
        _keep(parting, found, pasted.bare(trimmed(lines[found.start : end])), above=above)
        return following
    end = _extent(lines, at, found)
    _keep(parting, found, trimmed(lines[found.start : end]), above=above)
    return end + (end < len(lines) and _is_end(lines[end].text))


def _own_below(lines: Sequence[Line]) -> list[Line]:
    """The unquoted lines below an attribution; another attribution ends them."""
    own: list[Line] = []
    bare = [each for each in lines if not each.depth]
    for at, line in enumerate(bare):
        if not line.blank and boundary(bare, at):
            break
        own.append(line)
    return own


def _keep(parting: _Parting, found: _Found, lines: Sequence[Line], *, above: bool) -> None:
    if parting.quoted is not None:
        return
    kind, header, body = found.kind, found.header, list(lines)
    if header is None and kind is not Kind.PASTED:
        start = _next(body, 0, 4)
        if start is not None and (
            header := _block(body, start, trusted=kind is not Kind.QUOTE) or attribution.read(body, start)
        ):
            body = body[header.end :]
    parting.quoted = Quoted(kind=kind, header=header, lines=tuple(trimmed(body)))
    parting.above = above


def _extent(lines: Sequence[Line], at: int, found: _Found) -> int:
    """Where an unquoted message ends: with its HTML container, at an end line, or with the body."""
    end = len(lines)
    if lines[at].boxes:
        box = lines[at].boxes[-1]
        inside = next((i for i in range(found.start, len(lines)) if box not in lines[i].boxes and lines[i].text), end)
        if any(each.text for each in lines[found.start : inside]):
            end = inside
    for i in range(found.start, end):
        if lines[i].depth == 0 and _is_end(lines[i].text):
            return i
    return end


def _is_end(text: str) -> bool:
    """Whether a line ends a forwarded message."""
    if not text or len(text) > 120:  # noqa: PLR2004
        return False
    return " ".join(fold(_SCISSORS.sub("", text).strip(EDGES)).split()) in labels().end


def _quote_end(lines: Sequence[Line], start: int) -> int:
    """The line after a run of quoted lines; blank lines between quoted ones belong to it."""
    end = start
    for at in range(start, len(lines)):
        if lines[at].depth:
            end = at + 1
        elif not lines[at].blank and not _is_torn(lines, at):
            break
    return end


def _is_torn(lines: Sequence[Line], at: int) -> bool:
    """Whether an unquoted line is the rest of the quoted line above it, torn off by a program that wraps late."""
    above, text = lines[at - 1], lines[at].text
    following = lines[at + 1] if at + 1 < len(lines) else None
    long = len(above.text) > 60  # noqa: PLR2004 — where programs wrap
    return above.depth > 0 and long and text[:1].islower() and following is not None and following.depth > 0


def _quote_lines(lines: Sequence[Line], start: int, end: int) -> list[Line]:
    """Quoted lines with the level that all of them share taken off."""
    depth = min((each.depth for each in lines[start:end] if each.text and each.depth), default=1)
    return trimmed(shallower(lines[start:end], depth))


def _take_quote(lines: Sequence[Line], at: int, parting: _Parting) -> int:
    """A run of quoted lines without anything above it that announces it."""
    end = _quote_end(lines, at)
    inner = _quote_lines(lines, at, end)
    above = any(each.text for each in trimmed(parting.own))
    start = _next(inner, 0, 4)
    if start is None or parting.quoted is not None:
        return end
    if found := _marker(inner, start):
        body = inner[found.start :]
        if body and found.header is None:
            _keep(parting, found, body, above=above)
        else:
            _keep(parting, found, trimmed(body[: _extent(inner, start, found) - found.start]), above=above)
    elif header := _block(inner, start):
        parting.quoted = Quoted(kind=Kind.QUOTED_BLOCK, header=header, lines=tuple(trimmed(inner[header.end :])))
        parting.above = above
    elif written := attribution.read(inner, start):
        parting.quoted = Quoted(kind=Kind.ATTRIBUTION, header=written, lines=tuple(trimmed(inner[written.end :])))
        parting.above = above
    else:
        parting.quoted = Quoted(kind=Kind.QUOTE, header=None, lines=tuple(inner))
        parting.above = above
    return end
