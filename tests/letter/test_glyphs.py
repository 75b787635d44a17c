"""Every sign of every letter is in a font that we bring: read in the fonts' own tables, not asked of a renderer."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import typst

from mobilize.campaign.campaign import Campaign
from mobilize.letter.pdf import font_folders
from mobilize.letter.proofs import letters
from mobilize.letter.text import text
from mobilize.world.countries import NAME_LANGUAGES, countries
from mobilize.world.formal import formal_name
from mobilize.world.grammar import phrases


def covered(data: bytes, start: int = 0) -> set[int]:
    """Characters that a font's cmap maps to a glyph (OpenType, tables `cmap` formats 4 and 12)."""
    tables = struct.unpack(">H", data[start + 4 : start + 6])[0]
    for number in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", data[start + 12 + 16 * number : start + 28 + 16 * number])
        if tag == b"cmap":
            return set(_characters(data, offset))
    raise AssertionError("a font without cmap")


def _characters(data: bytes, cmap: int) -> Iterator[int]:
    (count,) = struct.unpack(">H", data[cmap + 2 : cmap + 4])
    for number in range(count):
        _, _, offset = struct.unpack(">HHI", data[cmap + 4 + 8 * number : cmap + 12 + 8 * number])
        table = cmap + offset
        (form,) = struct.unpack(">H", data[table : table + 2])
        if form == 4:
            yield from _format_4(data, table)
        elif form == 12:
            (groups,) = struct.unpack(">I", data[table + 12 : table + 16])
            for group in range(groups):
                first, last, _ = struct.unpack(">III", data[table + 16 + 12 * group : table + 28 + 12 * group])
                yield from range(first, last + 1)


def _format_4(data: bytes, table: int) -> Iterator[int]:
    (double,) = struct.unpack(">H", data[table + 6 : table + 8])
    ends = struct.unpack(f">{double // 2}H", data[table + 14 : table + 14 + double])
    starts = struct.unpack(f">{double // 2}H", data[table + 16 + double : table + 16 + 2 * double])
    for first, last in zip(starts, ends, strict=True):
        yield from (sign for sign in range(first, last + 1) if sign != 0xFFFF)


@pytest.fixture(scope="module")
def amiri() -> set[int]:
    folder = next(Path(each) for each in font_folders() if "amiri" in each)
    return covered((folder / "Amiri-Regular.ttf").read_bytes()) & covered((folder / "Amiri-Bold.ttf").read_bytes())


@pytest.fixture(scope="module")
def noto() -> set[int]:
    folder = next(Path(each) for each in font_folders() if "noto" in each)
    data = next(folder.glob("*.ttc")).read_bytes()
    (fonts,) = struct.unpack(">I", data[8:12])
    offsets = struct.unpack(f">{fonts}I", data[12 : 12 + 4 * fonts])
    return set.intersection(*(covered(data, offset) for offset in offsets))


def signs(texts: Iterator[str]) -> set[str]:
    """Characters that are drawn: no controls, marks of direction or spaces."""
    return {sign for each in texts for sign in each if unicodedata.category(sign) not in ("Cc", "Cf", "Zs")}


def script(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if "ARABIC" in name:
        return "arabic"
    return "han" if ord(sign) >= 0x2E80 else "latin"


def every_sign(campaign: Campaign) -> set[str]:
    written = signs(text(letter) for _, letter in letters(campaign))
    named = signs(
        each
        for country in countries().values()
        for language in NAME_LANGUAGES
        for each in (formal_name(country, language), phrases(country, language).within)
    )
    contacts = signs(f"{each.organisation}{each.office}{each.name}" for each in campaign.contacts)
    return written | named | contacts


def test_every_arabic_sign_is_in_amiri_and_every_han_sign_in_noto(
    campaign: Campaign, amiri: set[int], noto: set[int]
) -> None:
    found = every_sign(campaign)
    assert {sign for sign in found if script(sign) == "arabic" and ord(sign) not in amiri} == set()
    assert {sign for sign in found if script(sign) == "han" and ord(sign) not in noto} == set()
    assert sum(script(sign) == "arabic" for sign in found) > 30
    assert sum(script(sign) == "han" for sign in found) > 300


def test_every_other_sign_is_in_the_font_that_typst_carries(campaign: Campaign) -> None:
    # Libertinus lies inside Typst, not in a file: PDF/UA refuses a document with a sign that its font has not.
    found = "".join(sorted(sign for sign in every_sign(campaign) if script(sign) == "latin"))
    assert len(found) > 150
    source = '#set document(title: "x")\n#set text(font: "Libertinus Serif", fallback: false)\n#sys.inputs.signs'
    compiler = typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False))
    for strong in ("", "*"):
        made = compiler.compile(
            input=f"{source.replace('#sys', f'{strong}#sys')}{strong}".encode(),
            format="pdf",
            sys_inputs={"signs": found},
            pdf_standards=["ua-1"],
        )
        assert isinstance(made, bytes)


def test_the_reader_of_tables_knows_what_is_not_there(amiri: set[int], noto: set[int]) -> None:
    assert ord("ش") in amiri
    assert ord("界") not in amiri
    assert ord("界") in noto
    assert ord("ქ") not in noto
