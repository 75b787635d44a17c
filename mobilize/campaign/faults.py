"""A fault in the campaign's files, as a value: collected, returned together, shown all at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a fault weighs."""

    #: The row or file cannot be used: `check` exits 1, `send` refuses.
    ERROR = "error"
    #: Usable, but a person should look: shown, never stops anything.
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one place in one file."""

    #: The file, relative to the campaign folder where it lies below it.
    path: str
    #: Line in the file, from 1 (the header of a CSV is line 1); None where the whole file is meant.
    line: int | None = None
    #: Name of the column or key; empty where the whole line is meant.
    column: str = ""
    #: The offending value as read, cut to 80 characters; empty where none is to blame.
    value: str = ""
    #: What is wrong, and what to do, in one sentence.
    sentence: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        """`contacts.csv:12: country "XX": not a country code ...`, as compilers write it."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        what = f"{self.column} " if self.column else ""
        value = f"{self.value!r}: " if self.value else (": " if self.column else "")
        return f"{place}: {what.rstrip() if not self.value else what}{value}{self.sentence}"
