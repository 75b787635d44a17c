"""Raw mail: the bytes as they arrived, and where they came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NewType

#: SHA-256 of the bytes, in hex: the same message twice is one entry.
MailId = NewType("MailId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMail:
    """One message before anything was read in it."""

    data: bytes
    #: Where it was found: "imap:INBOX/123", "maildir:new/1384…", "stdin". Never an address.
    origin: str

    @property
    def id(self) -> MailId:
        """The content address of these bytes."""
        return MailId(hashlib.sha256(self.data).hexdigest())
