"""Letter -> plain text: what every mail program shows, and what an answer quotes."""

from __future__ import annotations

import functools
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence

from mobilize.letter.bidi import isolated
from mobilize.letter.markdown import Block, Grid, Heading, Items, Prose, Run, blocks
from mobilize.letter.merge import Letter

#: RFC 5322 2.1.1 recommends lines of at most 78.
WIDTH = 78


def text(letter: Letter) -> str:
    """Write the letter as plain text, lines of at most 78 columns, ended by one newline.

    Right-to-left letters and Chinese are not wrapped: a break inside a mixed line cuts its isolates, and Chinese breaks
    anywhere; the reader's program does it (domain protocol 6).
    """
    width = _width(letter)
    parts = (
        "\n".join(letter.letterhead),
        "\n".join(_reference(letter)),
        "\n".join(letter.address),
        _wrapped(f"{letter.labels['subject']}{letter.labels['colon']}{letter.subject}", width),
        _wrapped(letter.salutation, width),
        *(part for paragraph in letter.paragraphs for part in _paragraph(paragraph.markdown, width)),
        _wrapped(letter.close, width),
        _wrapped("\n".join(letter.signature), width),
        "-- \n" + "\n".join(letter.foot) if letter.foot else "",
    )
    whole = "\n\n".join(part for part in parts if part) + "\n"
    if letter.direction != "rtl":
        return whole
    return "\n".join(isolated(line, letter.direction) for line in whole.split("\n"))


def _reference(letter: Letter) -> Iterator[str]:
    yield letter.place_and_date
    if letter.reference:
        yield f"{letter.labels['reference']}{letter.labels['colon']}{letter.reference}"


@functools.lru_cache(maxsize=1024)
def _paragraph(markdown: str, width: int) -> tuple[str, ...]:
    """The blocks of one paragraph; the letters of a campaign share most of theirs."""
    return tuple("\n".join(_lines(block, width)) for block in blocks(markdown))


def _width(letter: Letter) -> int:
    """Columns to a line; a right-to-left or Chinese letter has none to keep."""
    return WIDTH if letter.direction == "ltr" and letter.language != "zh" else 10_000


def _wrapped(part: str, width: int) -> str:
    return part if "\n" in part else "\n".join(_fold(part, width))


def _lines(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Prose | Heading):
        for line in _plain(block.runs).split("\n"):
            yield from _fold(line, width)
    elif isinstance(block, Items):
        yield from _items(block, width)
    else:
        yield from _table(block, width)


def _items(block: Items, width: int) -> Iterator[str]:
    for number, item in enumerate(block.items):
        mark = "- " if block.start is None else f"{block.start + number}. "
        inner = [line for part in item for line in _lines(part, width - len(mark))]
        for place, line in enumerate(inner):
            yield (mark if place == 0 else " " * len(mark)) + line


def _plain(runs: Sequence[Run]) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    target = run.link.removeprefix("mailto:")
    text = f"{run.text} ({target})" if run.link and target not in run.text else run.text
    return f"{text}\n" if run.breaks else text


@functools.lru_cache(maxsize=2048)
def _fold(line: str, width: int) -> Sequence[str]:
    """Wrap a line without cutting a word: symbols and addresses stay whole even where they are longer than a line."""
    return textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]


def _table(grid: Grid, width: int) -> Iterator[str]:
    """A table with columns as wide as they need; where that is too wide, a row becomes lines `head: cell`."""
    rows = [[_plain(cell) for cell in row] for row in (grid.heads, *grid.rows)]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(rows[0]))]
    if sum(widths) + 2 * (len(widths) - 1) > width:
        for row in rows[1:]:
            for head, cell in zip(rows[0], row, strict=True):
                yield from _fold(f"{head}: {cell}", width)
            yield ""
        return
    for place, row in enumerate(rows):
        yield "  ".join(cell + " " * (most - columns(cell)) for cell, most in zip(row, widths, strict=True)).rstrip()
        if place == 0:
            yield "  ".join("-" * most for most in widths)


def columns(text: str) -> int:
    """Columns that a text takes in a fixed-width font: Chinese signs take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
