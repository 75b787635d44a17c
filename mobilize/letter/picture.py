"""A PNG that a stranger sent, taken apart and built anew: its picture and nothing else (domain rules D6).

Text, times, places and programs that cameras and drawing programs write into a file are left behind, and what is no
picture is refused before any other part of the program sees it. Source: W3C PNG (third edition), 5 and 9 to 11.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from mobilize.errors import Refused

_SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: Chunks without which the picture would look otherwise. All others (tEXt, eXIf, tIME, iCCP, …) are dropped.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")

#: Colour type -> its bit depths, and samples a pixel (11.2.2).
_COLOURS = {0: ((1, 2, 4, 8, 16), 1), 2: ((8, 16), 3), 3: ((1, 2, 4, 8), 1), 4: ((8, 16), 2), 6: ((8, 16), 4)}

#: A letterhead's logo needs no more: at most so many bytes, and pixels on a side.
MOST_BYTES, MOST_SIDE = 512 * 1024, 1600

#: Filters of a scan line are numbered 0 to 4 (9.2).
_LAST_FILTER = 4


def rebuilt(data: bytes) -> bytes:
    """Decode a PNG and write it again. Raises Refused where it is none, is damaged, too large or interlaced."""
    if len(data) > MOST_BYTES:
        raise Refused(f"a logo has at most {MOST_BYTES // 1024} KB")
    if not data.startswith(_SIGNATURE):
        raise Refused("the logo is no PNG file")
    chunks: dict[bytes, bytes] = {}
    for name, content in _chunks(data):
        if name in _KEPT:
            chunks[name] = chunks.get(name, b"") + content
    rows = _rows(chunks)
    picture = {**chunks, b"IDAT": zlib.compress(rows, 9)}
    return (
        _SIGNATURE + b"".join(_chunk(name, picture[name]) for name in _KEPT if name in picture) + _chunk(b"IEND", b"")
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        content = data[place + 8 : place + 8 + length]
        check = data[place + 8 + length : place + 12 + length]
        if len(check) != 4 or check != struct.pack(">I", zlib.crc32(name + content)):  # noqa: PLR2004 - octets of a CRC
            break
        yield name, content
        if name == b"IEND":
            return
        place += 12 + length
    raise Refused("the logo is a damaged PNG file")


def _rows(chunks: dict[bytes, bytes]) -> bytes:
    """The scan lines, whole and no longer than the header says: a small file cannot grow without end."""
    header = chunks.get(b"IHDR", b"")
    if len(header) != 13 or b"IDAT" not in chunks:  # noqa: PLR2004 - octets of IHDR
        raise Refused("the logo is a damaged PNG file")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    depths, samples = _COLOURS.get(colour, ((), 0))
    if depth not in depths or interlaced or (colour == 3 and not chunks.get(b"PLTE")):  # noqa: PLR2004 - a palette
        raise Refused("the logo is a PNG of a rare kind", hint="save it again without interlacing")
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise Refused(f"a logo has at most {MOST_SIDE} pixels on a side")
    line = 1 + (width * depth * samples + 7) // 8
    inflate = zlib.decompressobj()
    try:
        rows = inflate.decompress(chunks[b"IDAT"], line * height + 1)
    except zlib.error:
        raise Refused("the logo is a damaged PNG file") from None
    if len(rows) != line * height or any(rows[at] > _LAST_FILTER for at in range(0, len(rows), line)):
        raise Refused("the logo is a damaged PNG file")
    return rows


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
