"""Letter -> PDF, by Typst in this process. The letter goes in as data (JSON), so that none of it is read as markup.

Tagged (PDF/UA-1), with the fonts of the wheels and no others: the same letter gives the same bytes on every machine.
Measured in docs/decisions/030.
"""

from __future__ import annotations

import functools
import json
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from importlib import util
from pathlib import Path
from typing import Literal

import typst

from mobilize.campaign.campaign import Campaign
from mobilize.errors import FontMissing, LetterWrong, TemplateWrong
from mobilize.letter import fit
from mobilize.letter.bidi import cut
from mobilize.letter.markdown import Block, Grid, Heading, Items, Prose, Run, blocks
from mobilize.letter.merge import Letter

#: Where the template of the paper lies in a campaign's letters/.
TEMPLATE = "letter.typ"

#: Wheels that bring fonts: module -> the folder inside it. Typst itself carries Libertinus (Latin, Greek, Cyrillic).
_HAN_WHEEL = "noto_cjk_sans_otc"
_WHEELS: Mapping[str, str] = {"fontpkg_amiri": "files", _HAN_WHEEL: ""}

#: Language -> fonts, in order; a sign is set in the first that has it. Elsewhere than in Chinese, Han signs come last.
_LATIN, _ARABIC, _HAN = "Libertinus Serif", "Amiri", "Noto Sans CJK SC"
_FONTS: Mapping[str, Sequence[object]] = {
    "ar": (_ARABIC, _LATIN, _HAN),
    "zh": ({"name": _LATIN, "covers": "latin-in-cjk"}, _HAN, _ARABIC),
}
_OTHER_FONTS = (_LATIN, _ARABIC, _HAN)

#: How every PNG begins.
PNG = b"\x89PNG\r\n\x1a\n"

#: What a template of the paper must not do: bring in files or packages (Typst would fetch those from the network).
_BRINGS_IN = re.compile(r"^[^\n]*?(?<![\w-])(import|include|plugin|read|eval)(?=[\s(\"'])", re.MULTILINE)

Standard = Literal["ua-1", "a-2a"]


def pdf(letter: Letter, campaign: Campaign, *, standards: Sequence[Standard] = ("ua-1",)) -> bytes:
    """Set the letter on paper, A4, as a tagged PDF.

    campaign: for its paper (letters/letter.typ) and its images.
    standards: ("ua-1",) is PDF/UA-1; add "a-2a" for an archive.
    Raises FontMissing where no installed font has a sign of the letter, and names the extra that brings it.
    Raises TemplateWrong for a mistake in letter.typ. The same letter gives the same bytes.
    """
    return sized(letter, campaign, standards=standards)[1]


def sized(letter: Letter, campaign: Campaign, *, standards: Sequence[Standard] = ("ua-1",)) -> tuple[float, bytes]:
    """Set the letter as `pdf` does, and tell the size of its type in points."""
    for size in fit.sizes(letter):
        paper = _compile(letter, campaign, size, standards)
        if pages(paper) == 1:
            return size, paper
    # It fits on one page at no size: let it run on, at the size that reads best.
    size = fit.readable(letter)
    return size, _compile(letter, campaign, size, standards, runs_on=True)


def pages(paper: bytes) -> int:
    """Count the pages of a PDF of ours: Typst writes the page tree in the clear."""
    return sum(int(found[1]) for found in re.finditer(rb"/Type/Pages/Count (\d+)", paper))


def png(letter: Letter, campaign: Campaign, *, ppi: float = 110) -> tuple[bytes, ...]:
    """Draw the pages, for looking at them; as `pdf` sets them. Raises as `pdf` does."""
    for size in fit.sizes(letter):
        drawn = _run(letter, campaign, size, form="png", ppi=ppi)
        if isinstance(drawn, bytes) or len(drawn) == 1:
            break
    else:
        drawn = _run(letter, campaign, fit.readable(letter), form="png", ppi=ppi, runs_on=True)
    return (drawn,) if isinstance(drawn, bytes) else tuple(drawn)


def _compile(
    letter: Letter, campaign: Campaign, size: float, standards: Sequence[Standard], *, runs_on: bool = False
) -> bytes:
    paper = _run(letter, campaign, size, form="pdf", standards=standards, runs_on=runs_on)
    assert isinstance(paper, bytes)
    return paper


def _run(
    letter: Letter,
    campaign: Campaign,
    size: float,
    *,
    form: Literal["pdf", "png"],
    standards: Sequence[Standard] = (),
    ppi: float | None = None,
    runs_on: bool = False,
) -> bytes | list[bytes]:
    source = campaign.templates.get(TEMPLATE)
    if source is None:
        raise TemplateWrong("is missing: copy it from the shipped campaign", path=f"letters/{TEMPLATE}", line=1)
    _refuse_bringing_in(source)
    # Whether it runs on over pages: only then has letter.typ a page to number, which takes a second layout.
    given = {**data(letter, campaign), "size": size, "runs_on": runs_on}
    try:
        made = compiler().compile(
            input=source.encode(),
            format=form,
            ppi=ppi,
            sys_inputs={"letter": _unvocalised(json.dumps(given, ensure_ascii=False))},
            pdf_standards=list(standards),
            timestamp=0,  # no clock in the file (domain rules D6)
        )
    except typst.TypstError as error:
        raise _explained(error, letter) from error
    assert made is not None
    return made


_THREAD = threading.local()


def compiler() -> typst.Compiler:
    """Give this thread's compiler: one can be used by one thread only, and to make one costs 60 ms."""
    if not hasattr(_THREAD, "compiler"):
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(font_folders()))
        # The root is a folder that holds nothing but fonts: a template has no file of ours to read.
        root = next(font_folders(), str(Path(typst.__file__).parent))
        _THREAD.compiler = typst.Compiler(root=root, font_paths=fonts)
    compiler: typst.Compiler = _THREAD.compiler
    return compiler


def font_folders() -> Iterator[str]:
    """Folders of the font wheels that are installed."""
    for module, folder in _WHEELS.items():
        found = util.find_spec(module)
        if found is not None and found.submodule_search_locations:
            yield str(Path(found.submodule_search_locations[0]) / folder)


#: Arabic vowel signs and doubling (U+064B to U+0652, U+0670).
_VOCALISATION = dict.fromkeys((*range(0x064B, 0x0653), 0x0670))

_VOCALISED = re.compile("[\u064b-\u0652\u0670]")


def _unvocalised(text: str) -> str:
    """Take the vowel signs out: on paper they are glyphs of their own, and readers of a PDF put them elsewhere.

    With them 25 words of the shipped letters, read back by PDFium, were none («مراراً»); without them every word is
    whole, for a search and for a screen reader, and the text is as newspapers and the United Nations print it.
    """
    # Looked for first: most letters have none, and to translate a whole one costs more than all of its data.
    return text.translate(_VOCALISATION) if _VOCALISED.search(text) else text


def data(letter: Letter, campaign: Campaign) -> dict[str, object]:
    """What letter.typ is given, as JSON can hold it."""
    rtl = letter.direction == "rtl"
    return {
        "language": letter.language,
        "region": letter.locale.partition("_")[2][:2].lower() or None,
        "rtl": rtl,
        "fonts": _FONTS.get(letter.language, _OTHER_FONTS),
        "date": {"year": letter.date.year, "month": letter.date.month, "day": letter.date.day},
        "subject": letter.subject,
        "organisation": letter.letterhead[0],
        "reference": letter.reference,
        "letterhead": letter.letterhead,
        "foot": letter.foot,
        "page_of": letter.labels["page_of"],
        "labels": letter.labels,
        "address": letter.address,
        "place_and_date": letter.place_and_date,
        "salutation": letter.salutation,
        "blocks": [_block(block, rtl) for paragraph in letter.paragraphs for block in blocks(paragraph.markdown)],
        "logo": _image(campaign, letter.logo),
        "signature_image": _image(campaign, letter.signature_image),
        "close": letter.close,
        "signature": letter.signature,
    }


def _image(campaign: Campaign, path: str) -> dict[str, object] | None:
    """An image that [sender] names, as Typst takes it from data: its bytes as numbers, and its kind, read from them."""
    content = campaign.images.get(path) if path else None
    if content is None:
        return None
    return {"bytes": list(content), "kind": "png" if content.startswith(PNG) else "svg"}


def _block(block: Block, rtl: bool) -> dict[str, object]:  # noqa: FBT001 - a fact of the letter, not a switch
    if isinstance(block, Prose):
        return {"kind": "prose", "runs": _runs(block.runs, rtl)}
    if isinstance(block, Heading):
        return {"kind": "heading", "runs": _runs(block.runs, rtl)}
    if isinstance(block, Items):
        items = [[_block(inner, rtl) for inner in item] for item in block.items]
        return {"kind": "items", "start": block.start, "items": items}
    return _grid(block, rtl)


def _grid(grid: Grid, rtl: bool) -> dict[str, object]:  # noqa: FBT001 - a fact of the letter, not a switch
    rows = [[{"runs": _runs(cell, rtl)} for cell in row] for row in grid.rows]
    return {"kind": "grid", "heads": [_runs(cell, rtl) for cell in grid.heads], "rows": rows}


def _runs(runs: Sequence[Run], rtl: bool) -> list[dict[str, object]]:  # noqa: FBT001 - a fact of the letter, not a switch
    """Runs as data, cut so that symbols and addresses stay on one line and left-to-right stretches are marked."""
    return [
        {
            "text": text,
            "ltr": ltr,
            "whole": whole,
            "spaced": spaced,
            "strong": run.strong,
            "emphasis": run.emphasis,
            "link": run.link,
            "breaks": run.breaks,
        }
        for run in runs
        for piece, ltr in (cut(run.text) if rtl and run.text else ((run.text, False),))
        for text, whole, spaced in _kept_whole(piece)
    ]


#: A document symbol (A/RES/S-26/2) or an e-mail address: Typst would break it after a slash or a full stop.
_WHOLE = re.compile(r"(?:[A-Z0-9]+/[A-Z0-9./-]*[A-Z0-9]|[A-Za-z0-9._+-]+@[A-Za-z0-9.-]*[A-Za-z0-9])")


#: Han signs stand a quarter space from Latin ones; Typst sets it inside a text, and not beside a box.
_IDEOGRAPH = re.compile("[\u3400-\u9fff]")


def _kept_whole(text: str) -> Iterator[tuple[str, bool, tuple[bool, bool]]]:
    """Pieces of a text: each with whether it stays on one line, and whether a Han sign stands before and behind it."""
    place = 0
    for found in _WHOLE.finditer(text):
        if found.start() > place:
            yield text[place : found.start()], False, (False, False)
        before, behind = text[: found.start()][-1:], text[found.end() :][:1]
        yield found[0], True, (bool(_IDEOGRAPH.match(before)), bool(_IDEOGRAPH.match(behind)))
        place = found.end()
    if place < len(text) or not text:
        yield text[place:], False, (False, False)


@functools.lru_cache(maxsize=8)
def _refuse_bringing_in(source: str) -> None:
    source = re.sub(r"//[^\n]*", "", source)
    if found := _BRINGS_IN.search(source):
        line = source[: found.start(1)].count("\n") + 1
        sentence = f"`{found[1]}` is not allowed: the paper is one file and fetches nothing"
        raise TemplateWrong(sentence, path=f"letters/{TEMPLATE}", line=line, text=found[0])


_BAD_IMAGE = re.compile(r"failed to (?:decode|parse|load) (?:an? )?(?:image|SVG|PNG)|image format", re.IGNORECASE)
_NO_GLYPH = re.compile(r"the text `\"(?P<text>.+?)\"` could not be displayed")
_HAN_SIGNS = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


def _explained(error: typst.TypstError, letter: Letter) -> FontMissing | TemplateWrong | LetterWrong:
    """Turn Typst's words into what the reader can do next."""
    if _BAD_IMAGE.search(error.message):
        named = " and ".join(each for each in (letter.logo, letter.signature_image) if each)
        hint = f"open {named} in a drawing program and save it again, as PNG or plain SVG"
        return LetterWrong(f"an image cannot be drawn ({error.message})", letter=letter.contact.id, hint=hint)
    found = _NO_GLYPH.search(error.message)
    if found is None:
        line = re.search(r"\.typ:(\d+):", str(error.diagnostic))
        return TemplateWrong(error.message, path=f"letters/{TEMPLATE}", line=int(line[1]) if line else 1)
    sign = found["text"][0]
    named = f"letter {letter.id}: {sign!r} (U+{ord(sign):04X} {unicodedata.name(sign, 'without a name')})"
    if _HAN_SIGNS.match(sign) and util.find_spec(_HAN_WHEEL) is None:
        return FontMissing(named, hint="install the fonts for Chinese: pip install 'mobilize[zh]'")
    return FontMissing(named, hint="write the name in Latin script in contacts.csv, as its bearer does abroad")
