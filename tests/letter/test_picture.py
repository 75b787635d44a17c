"""A logo from a stranger is its picture and nothing else, or it is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from mobilize.campaign.campaign import Campaign
from mobilize.errors import Refused
from mobilize.letter.merge import Letter
from mobilize.letter.pdf import pdf
from mobilize.letter.picture import rebuilt


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    *extra: bytes, width: int = 4, height: int = 3, colour: int = 2, rows: bytes | None = None, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlaced)
    line = b"\x00" + b"\x40\x80\xc0" * width
    data = chunk(b"IDAT", zlib.compress(line * height if rows is None else rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(extra) + data + chunk(b"IEND", b"")


def test_the_picture_stays_and_all_that_was_written_beside_it_goes(
    campaign: Campaign, write: Callable[..., Letter]
) -> None:
    told = (
        chunk(b"tEXt", b"Author\x00Asha"),
        chunk(b"eXIf", b"GPS 1.2,36.8"),
        chunk(b"tIME", b"\x07\xdd" + b"\x01" * 5),
    )
    made = rebuilt(png(*told) + b"<?php trailing")
    assert made == rebuilt(png())
    for word in (b"Asha", b"GPS", b"tIME", b"php"):
        assert word not in made
    with_logo = replace(write(country="KE"), logo="logo.png")
    assert len(pdf(with_logo, replace(campaign, images={"logo.png": made}))) > 1000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0 a JPEG",
        png()[:-6],
        png()[:40],
        png().replace(b"IDAT", b"IDAX"),
        png(rows=b"\x00" * 5),
        png(rows=b"\x09" + b"\x00" * 38),
        png(rows=b"\x00" * 4000),
        png(width=2000),
        png(height=0),
        png(colour=3),
        png(colour=5),
        png(interlaced=1),
        png() + b"x" * 600_000,
        png(width=1600, height=1600, rows=b"\x00" * 100_000_000),
    ],
    ids=range(16),
)
def test_what_is_no_plain_png_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        rebuilt(data)


def test_any_cut_or_changed_byte_is_refused_or_harmless() -> None:
    whole = png()
    for place in range(len(whole)):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :]):
            with pytest.raises(Refused):
                rebuilt(damaged)
