"""One campaign folder on disk: reading from it, and never from outside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mobilize.campaign.faults import Fault
from mobilize.errors import SourceUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A folder whose files may be read."""

    #: As given; faults name files relative to it.
    path: Path
    #: Without links: nothing outside it is read.
    real: Path
    #: Put before the names of its files in faults: empty for the campaign's own folder, else its path seen from there.
    name: str = ""

    def read(self, relative: str, *, most: int) -> bytes | Fault | None:
        """Bytes of a file below the folder; None where there is none; a fault where it may not or cannot be read."""
        named = f"{self.name}{relative}"
        if not (self.path / relative).exists() and not (self.path / relative).is_symlink():
            return None
        target = self.plain(relative)
        if isinstance(target, Fault):
            return target
        try:
            size = target.stat().st_size
            if size > most:
                return Fault(path=named, sentence=f"{size // 2**20} MB, where {most // 2**20} MB are the most")
            return target.read_bytes()
        except OSError as error:
            return Fault(path=named, sentence=f"this cannot be read: {error.strerror}")

    def plain(self, relative: str) -> Path | Fault:
        """Path of a plain file that truly lies below the folder, or why it does not."""
        target, named = self.path / relative, f"{self.name}{relative}"
        if not target.resolve().is_relative_to(self.real):
            return Fault(path=named, sentence="this leads out of the campaign folder: copy the file into it")
        if not target.is_file():
            # A named pipe would be waited for without end.
            return Fault(path=named, sentence="this is no plain file")
        return target

    def below(self, folder: str, *patterns: str) -> Iterator[str]:
        """Paths of the files below a folder that match, relative to this one, in order of name."""
        found = (each for pattern in patterns for each in (self.path / folder).rglob(pattern))
        return iter(
            sorted(each.relative_to(self.path).as_posix() for each in found if each.is_file() or each.is_symlink())
        )


def opened(path: Path, *, name: str = "") -> Home:
    """Open a folder; `name` as in Home. Raises SourceUnreadable where there is none."""
    if not path.is_dir():
        hint = "name a campaign folder with --campaign DIR, or make one with `mobilize init DIR`"
        raise SourceUnreadable(f"{path} is not a folder", hint=hint)
    return Home(path=path, real=path.resolve(), name=name)


def utf8(data: bytes, name: str) -> str | Fault:
    """Decode a text file: its lines end in LF alone; or a fault that names the line where it is no UTF-8."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(path=name, line=line, sentence="not UTF-8 text: save the file as UTF-8")
