"""A signed list of what was sent: letter, digest, the server's own words and time; it can be checked off line.

JSON, one object a line: a head, a line a letter, and the signature (Ed25519, RFC 8032) over every byte before its own
line. Ids and digests only: a receipt may be shown to a second person without showing who was written to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: Format of the list; raised when a reader of the old could not read the new.
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One letter that a server took."""

    letter: str
    #: Digest of what the addressee reads.
    digest: str
    #: SHA-256 of the bytes that were handed over.
    sha256: str
    message_id: str
    attempt: int
    #: ISO 8601, UTC.
    at: str
    host: str
    #: The server's reply: its code, and its words without addresses.
    code: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a receipt says whose signature is good."""

    campaign: str
    round: int
    made_at: str
    letters: int
    #: First 16 hex digits of SHA-256 of the key that signed.
    fingerprint: str


class Forged(Exception):
    """The list was changed after it was signed, or is none."""


def key(secret: bytes) -> Ed25519PrivateKey:
    """The signing key of an installation, made of its secret (HKDF, RFC 5869)."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mobilize receipt 1").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def write(secret: bytes, campaign: str, round: int, lines: Iterable[Line], *, now: dt.datetime) -> bytes:
    """Write and sign the list."""
    signer = key(secret)
    rows = [asdict(line) for line in lines]
    head = {
        "mobilize_receipt": FORMAT,
        "campaign": campaign,
        "round": round,
        "made_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "letters": len(rows),
        "key": signer.public_key().public_bytes_raw().hex(),
    }
    signed = b"".join(_line(each) for each in (head, *rows))
    return signed + _line({"signature": signer.sign(signed).hex()})


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


_LAST = re.compile(rb'\{"signature":"([0-9a-f]{128})"\}\n')


def check(data: bytes, secret: bytes | None = None) -> Checked:
    """Check a receipt, every byte of it.

    secret: of the installation that should have signed it; None: any may have, and the fingerprint tells which.
    Raises Forged.
    """
    signed, _, last = data[:-1].rpartition(b"\n")
    signed += b"\n"
    signature = _LAST.fullmatch(last + data[-1:])
    if signature is None:
        raise Forged("it does not end with a signature")
    try:
        head, *rows = [json.loads(line) for line in signed.splitlines()]
        public = bytes.fromhex(head["key"])
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature[1].decode()), signed)
        if head["mobilize_receipt"] != FORMAT or head["letters"] != len(rows):
            raise Forged("its head does not fit its lines")
        if secret is not None and key(secret).public_key().public_bytes_raw() != public:
            raise Forged("another installation signed it")
        return Checked(
            campaign=str(head["campaign"]),
            round=int(head["round"]),
            made_at=str(head["made_at"]),
            letters=len(rows),
            fingerprint=hashlib.sha256(public).hexdigest()[:16],
        )
    except InvalidSignature:
        raise Forged("it was changed after it was signed") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Forged("it is no receipt of this program") from None
