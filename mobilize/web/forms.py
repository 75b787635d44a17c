"""Fields of a form, as text of one line or several, cut to what the page said it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

from mobilize.letter.escape import plain
from mobilize.letter.picture import MOST_BYTES

#: Signs in a field of one line, and in one of several.
LINE, TEXT = 160, 6000

#: Signs of a password that are looked at.
_PASSWORD = 1024

#: Fields of several lines.
_LONG = frozenset({"text", "countries", "note"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was sent."""

    fields: Mapping[str, str]
    #: A file that came with it; empty: none.
    file: bytes = b""
    #: Whether something was longer than its field takes.
    too_long: bool = False

    def __getitem__(self, name: str) -> str:
        """A field's text; empty where it was not sent."""
        return self.fields.get(name, "")


async def read(request: Request) -> Form:
    """Read a form. What is no text is dropped; controls and signs that nobody sees are taken out."""
    fields: dict[str, str] = {}
    file, too_long = b"", False
    async with request.form(max_files=1, max_fields=30, max_part_size=64 * 1024) as sent:
        for name, value in sent.multi_items():
            if isinstance(value, UploadFile):
                file = await value.read(MOST_BYTES + 1)
                continue
            if name == "password":
                # As typed: two blanks in it are two blanks.
                fields[name] = value[:_PASSWORD]
                continue
            text = lines(value) if name in _LONG else plain(value)
            too_long = too_long or len(text) > (TEXT if name in _LONG else LINE)
            fields[name] = text[: TEXT if name in _LONG else LINE]
    return Form(fields=fields, file=file, too_long=too_long)


def lines(value: str) -> str:
    """A text of several lines, without controls and signs that nobody sees."""
    return "\n".join(plain(line) for line in value.replace("\r\n", "\n").split("\n")).strip()
