"""Letter <-> signed reply token: which letter an answer is to, unguessable and ending with the campaign.

A token is `<letter id><day it ends, 4 characters><signature, 16 characters>`, all in a-z2-7: mail servers may fold the
case of a local part (RFC 5321 2.4 forbids it, some do it), so nothing may hang on case.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

from mobilize.letter.merge import LetterId

#: Characters of a letter id (letter.merge) and of the two other parts.
_ID, _DAY, _SIGNATURE = 12, 4, 16

#: Day 0 of the ending day; 20 bits, so 2,800 years.
_EPOCH = dt.date(2000, 1, 1)

#: Between the local part of the campaign's address and the token: `wluml+r.TOKEN@wluml.org`.
MARK = "+r."

_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def make(key: bytes, letter: LetterId, expires: dt.date) -> str:
    """Make the token of a letter, good until the end of a day; 32 characters a-z2-7.

    key: the installation's secret. The same letter, key and day give the same token.
    """
    number = (expires - _EPOCH).days
    day = "".join(_ALPHABET[number >> shift & 31] for shift in (15, 10, 5, 0))
    return f"{letter}{day}{_sign(key, letter + day)}"


def read(key: bytes, token: str, today: dt.date) -> LetterId | None:
    """Read a token back; None where it is none of ours, was changed, or has ended. Case does not count."""
    folded = token.casefold()
    if len(folded) != _ID + _DAY + _SIGNATURE or not set(folded) <= set(_ALPHABET):
        return None
    signed, signature = folded[: _ID + _DAY], folded[_ID + _DAY :]
    if not hmac.compare_digest(signature, _sign(key, signed)):
        return None
    number = 0
    for character in signed[_ID:]:
        number = number << 5 | _ALPHABET.index(character)
    return LetterId(signed[:_ID]) if today <= _EPOCH + dt.timedelta(days=number) else None


def reply_address(address: str, token: str) -> str:
    """Put a token into the campaign's address: `wluml@wluml.org` -> `wluml+r.TOKEN@wluml.org` (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    return f"{local}{MARK}{token}@{domain}"


def _sign(key: bytes, text: str) -> str:
    digest = hmac.new(key, b"reply-token:" + text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_SIGNATURE]
