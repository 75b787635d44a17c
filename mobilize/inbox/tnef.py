"""winmail.dat: what Outlook wraps a mail in when it thinks that Outlook will read it (MS-OXTNEF).

Anything may come in it: what cannot be read stays the file that it was.
"""

from __future__ import annotations

import logging
import mimetypes
from dataclasses import dataclass

from tnefparse import TNEF

_SIGNATURE = b"\x78\x9f\x3e\x22"
_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})

#: Files of one wrapper that are taken out; more is no mail.
_MOST_FILES = 200

#: tnefparse logs what it does not know; a stranger's mail has nothing to say in our log.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """What lay inside."""

    #: (content type, bytes) of its text; empty: it has none that is plain or HTML.
    texts: tuple[tuple[str, bytes], ...]
    #: (file name, content type, bytes).
    files: tuple[tuple[str, str, bytes], ...]


def is_wrapper(content_type: str, filename: str, data: bytes) -> bool:
    """Whether a part is one of these, by its bytes and by what it is called."""
    return data.startswith(_SIGNATURE) and (content_type in _TYPES or filename.lower().endswith((".dat", ".tnef")))


def unwrapped(data: bytes) -> Wrapped | None:
    """Open it. None where it cannot be read, or nothing is in it; never raises."""
    try:
        found = TNEF(data, do_checksum=False)
        texts = tuple(
            (kind, _bytes(text)) for kind, text in (("text/plain", found.body), ("text/html", found.htmlbody)) if text
        )
        files = tuple(_file(each.long_filename() or each.name, each.data) for each in found.attachments[:_MOST_FILES])
    except Exception:  # noqa: BLE001 - a library over a stranger's bytes: whatever it throws, the file is not readable
        return None
    whole = tuple(each for each in files if each[2])
    return Wrapped(texts=texts, files=whole) if texts or whole else None


def _bytes(value: object) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]


def _file(name: object, data: object) -> tuple[str, str, bytes]:
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
    text = text.replace("\x00", "").strip()
    return text, mimetypes.guess_type(text)[0] or "application/octet-stream", _bytes(data or b"")
