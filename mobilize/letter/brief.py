"""One page for a meeting with a government -> PDF, by Typst, as letters are set: text goes in as data alone."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources

import typst

from mobilize.errors import FontMissing, LetterWrong
from mobilize.letter.pdf import compiler, font_folders, pages

#: Sizes of type in points, the one that reads best first; at the last it may run on to a second page.
_SIZES = (11.5, 11.0, 10.5, 10.0, 9.5, 9.0, 8.5)

_FONTS = ("Libertinus Serif", "Amiri", "Noto Sans CJK SC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of a government."""

    words: str
    #: Who said it, when, and how sure it is.
    about: str
    #: Whether it is written from right to left.
    rtl: bool = False
    #: Whether its script has a slanted face.
    slanted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the page."""

    heading: str
    prose: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a person takes to a meeting. It names no partner: paper is left lying about (domain rule D2)."""

    title: str
    #: One line under it.
    about: str
    organisation: str
    foot: str
    date: dt.date
    sections: tuple[Section, ...]


def pdf(brief: Brief) -> bytes:
    """Set it on one page, at the largest size at which it fits; tagged (PDF/UA-1). The same values give the same bytes.

    Raises FontMissing where no installed font has a sign of it.
    """
    paper = b""
    for size in _SIZES:
        paper = _compile(brief, size)
        if pages(paper) == 1:
            break
    return paper


def _compile(brief: Brief, size: float) -> bytes:
    date = {"year": brief.date.year, "month": brief.date.month, "day": brief.date.day}
    values = {**asdict(brief), "date": date, "fonts": _fonts(), "size": size}
    try:
        made = compiler().compile(
            input=_source(),
            format="pdf",
            sys_inputs={"brief": json.dumps(values, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except typst.TypstError as error:
        if found := re.search(r"the text `\"(?P<text>.+?)\"` could not be displayed", error.message):
            sign = f"U+{ord(found['text'][0]):04X}"
            raise FontMissing(f"no font here has {sign}", hint="install 'mobilize[zh]' for Chinese") from error
        raise LetterWrong(error.message, letter="brief") from error
    assert isinstance(made, bytes)
    return made


def _fonts() -> Sequence[str]:
    # A font that is named and not installed is a warning to Typst, and no error.
    return _FONTS if any(font_folders()) else _FONTS[:1]


@functools.cache
def _source() -> bytes:
    return resources.files("mobilize.letter").joinpath("brief.typ").read_bytes()
