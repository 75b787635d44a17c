"""How large a letter may be set and still keep to one page: reckoned from its lines, before Typst is asked.

To set a letter takes 8 ms, so the first guess should be right; to measure inside Typst took as long again for each size
(docs/decisions/030). A function of the letter alone: the same letter comes out at the same size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobilize.letter.markdown import Block, Grid, Items, blocks
from mobilize.letter.merge import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How much of a language goes on one page."""

    #: Sizes of type in points, the one that reads best first.
    sizes: tuple[float, ...]
    #: Lines that a page holds at the first size, beside the name in the letterhead and what stands between the parts.
    lines: float
    #: Signs that a line holds at the first size.
    signs: float


#: Measured on 348 letters to the shipped contacts, half of them by name, and on the 420 specimens: of these 768 the
#: first guess is the right size for 733, too large for 21 (they are set again), half a point too small for 14. Amiri is
#: drawn small for its size, and Arabic needs more space between its lines; Cyrillic is wider than Latin.
_FITS: Mapping[str, Fit] = {
    "ar": Fit(sizes=(13.5, 13, 12.5, 12, 11.5), lines=30.2, signs=100.0),
    "zh": Fit(sizes=(12, 11.5, 11, 10.5, 10), lines=33.1, signs=43.0),
    "ru": Fit(sizes=(11.5, 11, 10.5, 10), lines=39.0, signs=84.0),
}
_OTHER_FIT = Fit(sizes=(11.5, 11, 10.5, 10), lines=39.0, signs=96.0)

#: A line of the address or below the signature, and signs of the bold subject, against those of the body.
_CLOSE_LINE, _BOLD = 0.93, 0.93
#: Lines that a drawn signature takes beyond the space for one by hand.
_DRAWN_SIGNATURE = 1.6


def sizes(letter: Letter) -> Sequence[float]:
    """Sizes of type in points to try, from the largest at which the letter may fit on one page; never none."""
    fit = _FITS.get(letter.language, _OTHER_FIT)
    body = [block for paragraph in letter.paragraphs for block in blocks(paragraph.markdown)]
    for place, size in enumerate(fit.sizes):
        scale = fit.sizes[0] / size
        signs = fit.signs * scale
        if _beside(letter, signs) + sum(_lines(block, signs) for block in body) <= fit.lines * scale:
            return fit.sizes[place:]
    return fit.sizes[-1:]


def readable(letter: Letter) -> float:
    """The size of type in points that reads best: for a letter that fits on one page at none."""
    return _FITS.get(letter.language, _OTHER_FIT).sizes[0]


def _beside(letter: Letter, signs: float) -> float:
    """Lines of address, subject and signature, and of a letterhead that needs a second one."""
    subject = _wrapped(len(letter.labels["subject"] + letter.labels["colon"] + letter.subject), signs * _BOLD)
    letterhead = _wrapped(sum(len(part) + 3 for part in letter.letterhead[1:]), signs) - 1
    drawn = _DRAWN_SIGNATURE if letter.signature_image else 0.0
    return subject + max(letterhead, 0) + drawn + _CLOSE_LINE * (len(letter.address) + len(letter.signature))


def _lines(block: Block, signs: float) -> float:
    """Lines that a block takes with the space below it."""
    if isinstance(block, Items):
        return sum(_lines(inner, signs * 0.96) - 0.2 for item in block.items for inner in item) + 0.4
    if isinstance(block, Grid):
        return 1.2 * (len(block.rows) + 1) + 0.6
    return _wrapped(sum(len(run.text) for run in block.runs), signs) + 0.4


def _wrapped(length: int, signs: float) -> float:
    return -(-length // signs)
