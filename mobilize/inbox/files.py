"""Edge: mail out of files. .eml, mbox, Maildir, folders of them, and standard input."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from mobilize.errors import SourceUnreadable
from mobilize.inbox.raw import RawMail

#: Standard input's name among the paths.
STDIN = Path("-")

#: mbox's separator with a date at its end (RFC 4155); without one it may be a sentence that begins with "From".
_SEPARATOR = re.compile(rb"From (?:\S+ ).*\d\d:\d\d.*\d{4}\s*$|From -?\s*$")
_QUOTED = re.compile(rb"^>+From ")
#: Endings under which a folder may hold mail; a file named outright is read whatever its ending.
_ENDINGS = frozenset({".eml", ".mbox", ".mbx", ".mail", ".msg"})


def read(paths: Iterable[Path]) -> Iterator[RawMail]:
    """Each message of these files, mboxes, Maildirs and folders, in the order of names.

    "-" is standard input: one message, or an mbox. Raises SourceUnreadable at the path that cannot be read.
    """
    for path in paths:
        if path == STDIN:
            yield from _messages(sys.stdin.buffer, "stdin")
            continue
        try:
            yield from _folder(path) if path.is_dir() else _file(path)
        except OSError as error:
            raise SourceUnreadable(f"{path}: {error.strerror or type(error).__name__}") from error


def _folder(path: Path) -> Iterator[RawMail]:
    """A Maildir's cur/ and new/, else every mail file below the folder."""
    if (path / "cur").is_dir() or (path / "new").is_dir():
        for inner in ("cur", "new"):
            for file in sorted((path / inner).glob("*")):
                if file.is_file() and not file.name.startswith("."):
                    yield RawMail(data=file.read_bytes(), origin=f"maildir:{inner}/{file.name}")
    for entry in sorted(path.iterdir()):
        if entry.is_dir() and entry.name not in ("cur", "new", "tmp") and not entry.is_symlink():
            yield from _folder(entry)
        elif entry.is_file() and entry.suffix.lower() in _ENDINGS:
            yield from _file(entry)


def _file(path: Path) -> Iterator[RawMail]:
    with path.open("rb") as stream:
        yield from _messages(stream, f"file:{path.name}")


def _messages(stream: BinaryIO, origin: str) -> Iterator[RawMail]:
    """One message, or where the first line is an mbox separator, each message of the mbox."""
    first = stream.readline()
    if not _SEPARATOR.match(first):
        yield RawMail(data=first + stream.read(), origin=origin)
        return
    for number, data in enumerate(_mbox(stream), 1):
        yield RawMail(data=data, origin=f"{origin}#{number}")


def _mbox(stream: BinaryIO) -> Iterator[bytes]:
    """The messages below the first separator; ">From " is undone (mboxrd)."""
    held: list[bytes] = []
    blank = True
    for line in stream:
        if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            yield _whole(held)
            held = []
            continue
        blank = not line.strip()
        held.append(line[1:] if _QUOTED.match(line) else line)
    yield _whole(held)


def _whole(lines: list[bytes]) -> bytes:
    """A message without the empty line that mbox puts below it."""
    if lines and not lines[-1].strip():
        lines = lines[:-1]
    return b"".join(lines)
