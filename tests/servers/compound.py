"""A writer of small compound files (MS-CFB version 3), enough for an Outlook message (MS-OXMSG)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SECTOR, MINI, CUTOFF = 512, 64, 4096
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass
class Entry:
    name: str
    data: bytes | None = None
    children: list[Entry] = field(default_factory=list)
    start: int = END


def compound(root: Entry) -> bytes:
    """Write a tree of storages (data None) and streams."""
    entries = _listed(root)
    mini, mini_fat = b"", []
    big: list[Entry] = []
    for entry in entries[1:]:
        if entry.data and len(entry.data) < CUTOFF:
            count = -(-len(entry.data) // MINI)
            entry.start = len(mini) // MINI
            mini_fat += [*range(entry.start + 1, entry.start + count), END]
            mini += entry.data.ljust(count * MINI, b"\0")
        elif entry.data:
            big.append(entry)
    sectors: list[bytes] = []
    fat: list[int] = []

    def chain(data: bytes) -> int:
        if not data:
            return END
        start, count = len(sectors), -(-len(data) // SECTOR)
        sectors.extend(data[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, b"\0") for at in range(count))
        fat.extend([*range(start + 1, start + count), END])
        return start

    for entry in big:
        entry.start = chain(entry.data or b"")
    root.start, root.data = chain(mini), mini
    mini_start = chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat) if mini_fat else b"")
    mini_count = -(-len(mini_fat) * 4 // SECTOR)
    directory = chain(b"".join(_record(entry, entries) for entry in entries))
    fat_count = 1
    while (len(sectors) + fat_count) * 4 > fat_count * SECTOR:
        fat_count += 1
    places = [len(sectors) + number for number in range(fat_count)]
    fat += [FAT] * fat_count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_count * SECTOR, b"\xff")
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fat_count,
        directory,
        0,
        CUTOFF,
        mini_start,
        mini_count,
        END,
        0,
    )
    head += struct.pack(f"<{fat_count}I", *places)
    return head.ljust(SECTOR, b"\xff") + b"".join(sectors) + table


def _listed(root: Entry) -> list[Entry]:
    found, waiting = [root], [root]
    while waiting:
        entry = waiting.pop(0)
        found += entry.children
        waiting += [each for each in entry.children if each.data is None]
    return found


def _record(entry: Entry, entries: list[Entry]) -> bytes:
    """A directory entry; children are a chain of right siblings, which every reader follows."""
    name = entry.name.encode("utf-16-le") + b"\0\0"
    parent = next((each for each in entries if any(child is entry for child in each.children)), None)
    right = FREE
    if parent is not None:
        place = next(at for at, child in enumerate(parent.children) if child is entry)
        if place + 1 < len(parent.children):
            right = _place(parent.children[place + 1], entries)
    child = _place(entry.children[0], entries) if entry.children else FREE
    kind = 5 if entry is entries[0] else 1 if entry.data is None else 2
    size = len(entry.data or b"")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name,
        len(name),
        kind,
        1,
        FREE,
        right,
        child,
        bytes(16),
        0,
        0,
        0,
        entry.start if size else (END if kind != 1 else 0),
        size,
    )


def _place(entry: Entry, entries: list[Entry]) -> int:
    return next(at for at, each in enumerate(entries) if each is entry)


TEXT, BINARY, LONG = 0x001F, 0x0102, 0x0003


def outlook(texts: dict[int, str], files: dict[str, bytes], html: str = "") -> bytes:
    """An Outlook message. texts: property id -> text; files: name -> bytes."""
    streams: list[tuple[int, int, bytes]] = [(key, TEXT, text.encode("utf-16-le")) for key, text in texts.items()]
    if html:
        streams.append((0x1013, BINARY, html.encode()))
    root = Entry("Root Entry", children=_properties(streams, struct.pack("<8xIIII8x", 0, len(files), 0, len(files))))
    for number, (name, data) in enumerate(files.items()):
        inner = _properties([(0x3701, BINARY, data), (0x3707, TEXT, name.encode("utf-16-le"))], bytes(8), method=1)
        root.children.append(Entry(f"__attach_version1.0_#{number:08X}", children=inner))
    root.children.append(Entry("__nameid_version1.0", children=[Entry("__substg1.0_00020102", b"\0" * 16)]))
    return compound(root)


def _properties(streams: list[tuple[int, int, bytes]], head: bytes, method: int | None = None) -> list[Entry]:
    lines = b"".join(
        struct.pack("<HHIII", kind, key, 6, len(data) + (2 if kind == TEXT else 0), 0) for key, kind, data in streams
    )
    if method is not None:
        lines += struct.pack("<HHIII", LONG, 0x3705, 6, method, 0)
    return [
        Entry("__properties_version1.0", head + lines),
        *(Entry(f"__substg1.0_{key:04X}{kind:04X}", data) for key, kind, data in streams),
    ]
