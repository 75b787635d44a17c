"""Message -> the same with a DKIM signature (RFC 6376; Ed25519 by RFC 8463), relaxed/relaxed.

Never `l=`: what is signed is the whole text. From is named once more than it is there, so that nobody can add a second.
Hashing and signing are `cryptography`'s; the canonical form is ours, and OpenDKIM checks it in tests.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mobilize.errors import SettingsWrong
from mobilize.letter.mime import Message

#: Fields that are signed where they are there (domain/rules.md B9; RFC 6376 5.4.1), and those that nobody may add.
SIGNED = (
    "from", "to", "cc", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
    "content-language", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
OVERSIGNED = ("from", "subject", "to", "cc", "reply-to", "date")

_CRLF = "\r\n"

#: RSA keys below this are not believed any more (RFC 8301 3.2).
LEAST_BITS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs: the domain and selector under which the public key stands in the DNS, and the private key."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """As the `a=` tag says it."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"


def signer(pem: bytes, *, domain: str, selector: str) -> Signer:
    """Read a private key (PEM, RSA or Ed25519, not encrypted). Raises SettingsWrong; the key is never in the error."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsWrong("DKIM_KEY_FILE holds no private key in PEM that can be read without a password") from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsWrong("DKIM_KEY_FILE holds neither an RSA nor an Ed25519 key")
    if isinstance(key, RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise SettingsWrong(f"the key in DKIM_KEY_FILE has {key.key_size} bits", hint="make one of 2048 bits")
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", selector):
        raise SettingsWrong("DKIM_SELECTOR is no name", hint="letters, digits, dots and hyphens")
    return Signer(domain=domain, selector=selector, key=key)


def signed(message: Message, by: Signer, *, seconds: int) -> Message:
    """Put a DKIM-Signature before a message.

    seconds: since 1970, for the `t=` tag.
    """
    head, _, body = message.data.partition(b"\r\n\r\n")
    fields = _fields(head + b"\r\n")
    names = _names(fields)
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    value = (
        f" v=1; a={by.algorithm}; c=relaxed/relaxed; d={by.domain}; s={by.selector};\r\n"
        f"\tt={seconds};\r\n"
        f"\th={':'.join(names)};\r\n"
        f"\tbh={digest};\r\n\tb="
    )
    unsigned = _folded_names(value)
    text = b"".join(_chosen(fields, names)) + relaxed_field(b"DKIM-Signature:" + unsigned).removesuffix(b"\r\n")
    signature = base64.b64encode(_sign(by.key, text)).decode()
    lines = "\r\n\t".join(signature[start : start + 70] for start in range(0, len(signature), 70))
    return replace(message, data=b"DKIM-Signature:" + unsigned + lines.encode() + b"\r\n" + message.data)


def _sign(key: RSAPrivateKey | Ed25519PrivateKey, text: bytes) -> bytes:
    if isinstance(key, RSAPrivateKey):
        return key.sign(text, PKCS1v15(), SHA256())
    # RFC 8463 3: Ed25519 signs the digest, not the text.
    return key.sign(hashlib.sha256(text).digest())


def _folded_names(value: str) -> bytes:
    """Break the long list of fields after a colon: lines stay below 78."""
    start, _, rest = value.partition("\th=")
    names, _, end = rest.partition(";")
    lines, line = [], "\th="
    for name in names.split(":"):
        if len(line) + len(name) > 70:  # noqa: PLR2004
            lines.append(line)
            line = "\t"
        line += f"{name}:"
    lines.append(line.rstrip(":"))
    return f"{start}{_CRLF.join(lines)};{end}".encode("ascii")


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Cut a head into its fields, folded as they are: (name in lower case, raw field)."""
    raw = re.findall(rb"(?:^|(?<=\r\n))[!-9;-~]+:.*?\r\n(?![ \t])", head, re.DOTALL)
    return [(field.partition(b":")[0].decode("ascii").lower(), field) for field in raw]


def _names(fields: Sequence[tuple[str, bytes]]) -> list[str]:
    there = [name for name, _ in fields]
    return [name for name in SIGNED for _ in range(there.count(name))] + list(OVERSIGNED)


def _chosen(fields: Sequence[tuple[str, bytes]], names: Sequence[str]) -> list[bytes]:
    """The fields in the order of `h=`, each name from the bottom up; a name without a field left adds nothing."""
    left = {name: [field for other, field in fields if other == name] for name in names}
    return [relaxed_field(left[name].pop()) for name in names if left[name]]


def relaxed_field(field: bytes) -> bytes:
    """A field in relaxed form (RFC 6376 3.4.2)."""
    name, _, value = field.partition(b":")
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip().lower() + b":" + unfolded + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """A text in relaxed form (RFC 6376 3.4.4)."""
    reduced = re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
    stripped = reduced.rstrip(b"\r\n")
    return stripped + b"\r\n" if stripped else b""
