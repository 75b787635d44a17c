"""Really signed mail, and a DNS that holds the keys: for tests of what is genuine."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Mapping

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mobilize.inbox.signatures import Lookup
from mobilize.letter.dkim import Signer, relaxed_body, relaxed_field, signed
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message

MINISTRY = "mfa.gov.ke"
#: The answer of a ministry as its program writes it.
ANSWER = (
    b"From: Minister <minister@mfa.gov.ke>\r\n"
    b"To: partner@ngo.example\r\n"
    b"Subject: Your letter\r\n"
    b"Date: Fri, 8 Nov 2013 10:00:00 +0300\r\n"
    b"Message-ID: <1@mfa.gov.ke>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Kenya will co-sponsor the resolution.\r\n"
)


@functools.cache
def key() -> RSAPrivateKey:
    """One key for a whole run: making one takes a tenth of a second."""
    return generate_private_key(65537, 2048)


@functools.cache
def _public() -> str:
    der = key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


@functools.cache
def ed25519() -> Ed25519PrivateKey:
    """The ministry's second key."""
    return Ed25519PrivateKey.generate()


def ed25519_record() -> str:
    """What stands in the DNS for it (RFC 8463 4: the bare key, 32 bytes)."""
    raw = ed25519().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"


def dns(**more: str | None) -> Lookup:
    """A DNS in which the ministry's and the list's keys stand. more: "s2" -> text of the ministry's selector s2."""
    zone: dict[str, str | None] = {f"s1._domainkey.{MINISTRY}": _public(), "s1._domainkey.list.example": _public()}
    zone |= {f"{selector}._domainkey.{MINISTRY}": text for selector, text in more.items()}
    return zone.get


def signed_by_ministry(
    message: bytes = ANSWER,
    *,
    domain: str = MINISTRY,
    selector: str = "s1",
    by: RSAPrivateKey | Ed25519PrivateKey | None = None,
) -> bytes:
    """A message under the program's own signature. by: the key; None: the RSA key of this run."""
    made = Message(
        letter=LetterId("a"),
        envelope_sender="",
        recipients=(),
        message_id="",
        data=message,
        needs_smtputf8=False,
    )
    return signed(made, Signer(domain=domain, selector=selector, key=by or key()), seconds=1_383_894_000).data


def _pem() -> bytes:
    return key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def signed_by_dkimpy(message: bytes = ANSWER, *, length: bool = False, algorithm: bytes = b"rsa-sha256") -> bytes:
    """A message under dkimpy's signature. length: only what is there now is signed (`l=`)."""
    head: bytes = dkim.sign(
        message, b"s1", MINISTRY.encode(), _pem(), length=length, signature_algorithm=algorithm,
        include_headers=[b"from", b"subject", b"date"],
    )  # fmt: skip
    return head + message


def with_tags(message: bytes, tags: Mapping[bytes, bytes]) -> bytes:
    """A message signed by hand with more tags than dkimpy writes, such as `x=`."""
    made = signed_by_dkimpy(message)
    for name, value in tags.items():
        made = re.sub(rb"DKIM-Signature: v=1;", b"DKIM-Signature: v=1; " + name + b"=" + value + b";", made, count=1)
    return made


def sealed(message: bytes, *, result: bytes = b"dmarc=pass header.from=mfa.gov.ke") -> bytes:
    """A message with one more ARC set (RFC 8617 5.1), as a list's server puts before it."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = re.findall(rb"(?:^|(?<=\n))[!-9;-~]+:.*?\r\n(?![ \t])", head + b"\r\n", re.DOTALL)
    older = [each for each in reversed(fields) if each.lower().startswith(b"arc-")]
    instance = str(len(older) // 3 + 1).encode()
    same = b"i=" + instance + b"; a=rsa-sha256; d=list.example; s=s1; t=1383894100"
    told = b"ARC-Authentication-Results: i=" + instance + b"; mx.list.example; " + result + b"\r\n"
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest())
    text = b"ARC-Message-Signature: " + same + b"; c=relaxed/relaxed; h=from:subject; bh=" + digest + b"; b="
    chosen = [next(each for each in fields if each.lower().startswith(name)) for name in (b"from:", b"subject:")]
    ams = text + _by_list([*chosen, text]) + b"\r\n"
    seal = b"ARC-Seal: " + same + b"; cv=" + (b"pass" if older else b"none") + b"; b="
    return seal + _by_list([*older, told, ams, seal]) + b"\r\n" + ams + told + message


def _by_list(fields: list[bytes]) -> bytes:
    """The signature over fields in relaxed form, the last of them without its line end."""
    text = b"".join(relaxed_field(each) for each in fields).removesuffix(b"\r\n")
    return base64.b64encode(key().sign(text, PKCS1v15(), SHA256()))
