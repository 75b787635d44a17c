"""Ed25519 signatures of mail (RFC 8463), checked with `cryptography`; all else about a signature is dkimpy's.

dkimpy knows the algorithm only where PyNaCl is installed: a second library of cryptography for what the first one does.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dkim.util import InvalidTagValueList, parse_tag_value

#: As the `a=` tag says it.
ALGORITHM = "ed25519-sha256"


class Ed25519(dkim.DKIM):  # type: ignore[misc] # dkimpy is untyped
    """A message whose signatures are checked with the public keys of RFC 8463."""

    def verify_sig(
        self,
        sig: dict[bytes, bytes],
        include_headers: list[bytes],
        sig_header: tuple[bytes, bytes],
        dnsfunc: Callable[..., bytes | None],
    ) -> bool:
        """Check one signature. Returns whether it holds; raises dkimpy's errors where it is written wrongly.

        After a False, `pk` is there where the key could be read: then the message is not what was signed.
        """
        text = dnsfunc(sig[b"s"] + b"._domainkey." + sig[b"d"] + b".", timeout=self.timeout)
        key = public_key(text or b"")
        if key is None:
            return False
        self.pk, self.keysize, self.ktag, self.seqtlsrpt = _Verdict(key), 256, b"ed25519", False
        self.verify_sig_process(sig, include_headers, sig_header, dnsfunc)
        return self.pk.holds


class _Verdict:
    """A key as dkimpy asks it; remembers what it found, since dkimpy awaits an exception of PyNaCl for a "no"."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self.key = key
        self.holds = False

    def verify(self, digest: bytes, signature: bytes) -> None:
        """Check a signature over the digest of what was signed (RFC 8463 3: not over the text itself)."""
        try:
            self.key.verify(signature, digest)
        except InvalidSignature:
            return
        self.holds = True


def public_key(record: bytes) -> Ed25519PublicKey | None:
    """The key in a DNS record (RFC 8463 4); None where it holds none, or one for something else than mail."""
    try:
        tags = parse_tag_value(record)
        raw = base64.b64decode(b"".join(tags.get(b"p", b"").split()), validate=True)
    except (InvalidTagValueList, binascii.Error):
        return None
    services = {each.strip() for each in tags.get(b"s", b"*").split(b":")}
    if tags.get(b"v", b"DKIM1") != b"DKIM1" or tags.get(b"k") != b"ed25519" or not services & {b"*", b"email"}:
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        return None
