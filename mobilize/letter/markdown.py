"""Markdown -> blocks: the small set of forms that a letter has, the same for text, HTML, PDF and DOCX.

CommonMark with tables. Raw HTML, images, code, headings by underline and automatic links are off: a letter has no use
for them, and what they would mean in data must never be asked.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Links that a template may make; others print as their text.
_SCHEMES = ("https://", "http://", "mailto:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text in one style."""

    text: str
    strong: bool = False
    emphasis: bool = False
    #: Target of a link, or empty.
    link: str = ""
    #: Whether a new line begins after it.
    breaks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A paragraph."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A short line above what follows."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list; each item is one or more blocks."""

    #: First number of a numbered list; None for bullets.
    start: int | None
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with one row of heads."""

    heads: tuple[tuple[Run, ...], ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]


Block: TypeAlias = Prose | Heading | Items | Grid


#: Texts whose blocks are kept: the letters of a campaign share most of their paragraphs, and each is read three times.
_REMEMBERED = 1024


@functools.cache
def _parser() -> MarkdownIt:
    return _parser_of_forms()


def _parser_of_forms() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable("table")
    return parser.disable(["code", "fence", "html_block", "html_inline", "image", "autolink", "backticks", "lheading"])


@functools.cache
def _structure() -> MarkdownIt:
    """A parser that finds the blocks and does not look inside them."""
    return _parser_of_forms().disable(["inline", "text_join"])


def top_level(text: str) -> Iterator[str]:
    """Cut Markdown into its outermost blocks, each as it was written."""
    for part in _OPENS_A_PARAGRAPH.split(text):
        if _PROSE_ALONE.fullmatch(part):
            yield part
        else:
            yield from _cut(part)


#: An empty line, then a letter in the first column: whatever was open before, a paragraph begins here (CommonMark 5.2).
_OPENS_A_PARAGRAPH = re.compile(r"\n(?:[ \t]*\n)+(?=[^\W\d_])")
#: Lines that each begin with a letter, or with one of the marks behind which a reason stands: one paragraph.
_PROSE_ALONE = re.compile(r"[^\W\d_\ue000][^\n]*(?:\n[^\W\d_][^\n]*)*")


@functools.lru_cache(maxsize=_REMEMBERED)
def _cut(text: str) -> tuple[str, ...]:
    lines = text.split("\n")
    return tuple(
        "\n".join(lines[token.map[0] : token.map[1]])
        for token in _structure().parse(text)
        if token.level == 0 and token.map and token.nesting >= 0
    )


@functools.lru_cache(maxsize=_REMEMBERED)
def blocks(text: str) -> tuple[Block, ...]:
    """Read Markdown into blocks. Never raises: any text is Markdown."""
    return tuple(_blocks(_parser().parse(text)))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    place = 0
    while place < len(tokens):
        token = tokens[place]
        end = _end(tokens, place) if token.nesting == 1 else place
        inner = tokens[place + 1 : end]
        if token.type == "paragraph_open":
            yield Prose(runs=_inline(inner))
        elif token.type == "heading_open":
            yield Heading(runs=_inline(inner))
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None
            yield Items(start=start, items=tuple(tuple(_blocks(item)) for item in _children(inner)))
        elif token.type == "table_open":
            yield _grid(inner)
        elif token.type == "blockquote_open":
            yield from _blocks(inner)
        place = end + 1


def _end(tokens: Sequence[Token], start: int) -> int:
    """Place of the token that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += tokens[place].nesting
        if depth == 0:
            return place
    raise AssertionError("markdown-it closes what it opens")


def _children(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """What stands inside each child of a container."""
    place = 0
    while place < len(tokens):
        end = _end(tokens, place)
        yield tokens[place + 1 : end]
        place = end + 1


def _grid(tokens: Sequence[Token]) -> Grid:
    rows = [
        tuple(_inline(cell) for cell in _children(tokens[place + 1 : _end(tokens, place)]))
        for place, token in enumerate(tokens)
        if token.type == "tr_open"
    ]
    return Grid(heads=rows[0], rows=tuple(rows[1:]))


def _inline(tokens: Sequence[Token]) -> tuple[Run, ...]:
    return tuple(run for token in tokens if token.type == "inline" for run in _merged(_runs(token.children or [])))


def _runs(tokens: Sequence[Token]) -> Iterator[Run]:
    strong = emphasis = 0
    link = ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            strong += token.nesting
        elif token.type in ("em_open", "em_close"):
            emphasis += token.nesting
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
            link = target if target.startswith(_SCHEMES) else ""
        elif token.type == "link_close":
            link = ""
        else:
            text = " " if token.type == "softbreak" else token.content
            breaks = token.type == "hardbreak"
            yield Run(text=text, strong=strong > 0, emphasis=emphasis > 0, link=link, breaks=breaks)


def _merged(runs: Iterator[Run]) -> Iterator[Run]:
    """Join neighbours of one style, which the parser cuts at every escaped sign."""
    held: Run | None = None
    for run in runs:
        if held and not held.breaks and _style(held) == _style(run):
            held = Run(
                text=held.text + run.text, strong=run.strong, emphasis=run.emphasis, link=run.link, breaks=run.breaks
            )
            continue
        if held and (held.text or held.breaks):
            yield held
        held = run
    if held and (held.text or held.breaks):
        yield held


def _style(run: Run) -> tuple[bool, bool, str]:
    return run.strong, run.emphasis, run.link
