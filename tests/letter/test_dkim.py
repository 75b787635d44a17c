"""DKIM: what we sign, OpenDKIM (where it is installed) finds good, and bad as soon as a byte is changed."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mobilize.errors import SettingsWrong
from mobilize.letter import dkim
from mobilize.letter.dkim import relaxed_body, relaxed_field, signer
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message

OPENDKIM = shutil.which("opendkim", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

HEAD = (
    "From: =?utf-8?b?w6ljb2xl?=\r\n <wluml@wluml.org>\r\nTo: minister@mfa.ke.example\r\n"
    "Subject: Draft  resolution\r\n on A/C.3/68/L.64\r\nDate: Tue, 12 Nov 2013 09:00:00 +0000\r\n"
    "Message-ID: <abc@wluml.org>\r\nReply-To: wluml+r.x@wluml.org\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Language: fr\r\n\r\n"
)
BODY = "Excellence,  \r\n\r\n\ttwo  blanks\tand a tab \r\n.\r\n..dots\r\n\r\n\r\n"


def message(data: str = HEAD + BODY) -> Message:
    return Message(
        letter=LetterId("abcdefgh2345"),
        envelope_sender="wluml@wluml.org",
        recipients=("minister@mfa.ke.example",),
        message_id="<abc@wluml.org>",
        data=data.encode(),
        needs_smtputf8=False,
    )


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signed(key: RSAPrivateKey | Ed25519PrivateKey, data: str = HEAD + BODY) -> bytes:
    by = signer(pem(key), domain="wluml.org", selector="nov2013")
    seconds = int(dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC).timestamp())
    return dkim.signed(message(data), by, seconds=seconds).data


def verdict(folder: Path, key: RSAPrivateKey, data: bytes) -> str:
    """What OpenDKIM, which is not ours, says of a message."""
    if OPENDKIM is None:
        sys.stderr.write("\nOpenDKIM is not installed (Debian: opendkim): DKIM is not checked by a second program\n")
        pytest.skip("opendkim is not installed")
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    import base64  # noqa: PLC0415

    record = f"nov2013._domainkey.wluml.org v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}\n"
    (folder / "keys").write_text(record)
    (folder / "conf").write_text(
        f"TestPublicKeys {folder / 'keys'}\nMode v\nSocket local:{folder / 's'}\nAlwaysAddARHeader yes\n"
    )
    (folder / "mail").write_bytes(data.replace(b"\r\n", b"\n"))
    words = [OPENDKIM, "-t", str(folder / "mail"), "-x", str(folder / "conf"), "-v", "-v"]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def test_a_second_program_finds_it_good_and_a_changed_byte_bad(tmp_path: Path, rsa: RSAPrivateKey) -> None:
    data = signed(rsa)
    assert "verification succeeded" in verdict(tmp_path, rsa, data).lower() or "dkim=pass" in verdict(
        tmp_path, rsa, data
    )
    for old, new in ((b"Excellence", b"Excellency"), (b"Draft", b"Final"), (b"minister@", b"nobody@")):
        assert "dkim=pass" not in verdict(tmp_path, rsa, data.replace(old, new))


def test_blanks_that_relays_change_do_no_harm(tmp_path: Path, rsa: RSAPrivateKey) -> None:
    data = signed(rsa)
    changed = data.replace(b"two  blanks\tand", b"two blanks  and").replace(b"Subject: Draft", b"SUBJECT:   Draft")
    assert "dkim=pass" in verdict(tmp_path, rsa, changed)


def test_nobody_can_add_a_second_sender(tmp_path: Path, rsa: RSAPrivateKey) -> None:
    data = signed(rsa)
    cut = data.index(b"From:")
    assert "dkim=pass" not in verdict(tmp_path, rsa, data[:cut] + b"From: evil@x.example\r\n" + data[cut:])


def test_the_canonical_form_is_that_of_the_standards_example() -> None:
    """RFC 6376 3.4.5."""
    assert relaxed_field(b"A: X\r\n") + relaxed_field(b"B : Y\t\r\n\tZ  \r\n") == b"a:X\r\nb:Y Z\r\n"
    assert relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n") == b" C\r\nD E\r\n"
    assert relaxed_body(b"") == relaxed_body(b"\r\n\r\n") == b""


def test_ed25519_signs_the_digest() -> None:
    """RFC 8463: verified here with the public key, over the text made by the rules of the standard."""
    import base64  # noqa: PLC0415
    import hashlib  # noqa: PLC0415
    import re  # noqa: PLC0415

    key = Ed25519PrivateKey.generate()
    data = signed(key)
    field, _, _ = data.partition(b"From:")
    assert b"a=ed25519-sha256" in field
    value = base64.b64decode(re.sub(rb"\s", b"", field.rpartition(b"b=")[2]))
    empty = relaxed_field(field[: field.rindex(b"b=") + 2]).removesuffix(b"\r\n")
    names = re.sub(rb"\s", b"", re.search(rb"h=([^;]+);", field)[1]).decode().split(":")  # type: ignore[index]
    head = {
        line.partition(b":")[0].lower().decode(): line + b"\r\n"
        for line in re.split(rb"\r\n(?![ \t])", HEAD.encode())
        if line
    }
    seen = [relaxed_field(head.pop(name)) for name in names if name in head]
    key.public_key().verify(value, hashlib.sha256(b"".join(seen) + empty).digest())


def test_no_line_of_the_signature_is_long_and_no_length_is_limited(rsa: RSAPrivateKey) -> None:
    field, _, _ = signed(rsa).partition(b"From:")
    assert max(map(len, field.split(b"\r\n"))) <= 78
    assert b" l=" not in field
    assert b"\tl=" not in field


@pytest.mark.parametrize("text", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_said(text: bytes) -> None:
    with pytest.raises(SettingsWrong, match="DKIM_KEY_FILE"):
        signer(text, domain="wluml.org", selector="x")


def test_keys_that_nobody_believes_are_refused() -> None:
    odd = ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(SettingsWrong, match="neither an RSA nor"):
        signer(odd, domain="wluml.org", selector="x")
    with pytest.raises(SettingsWrong, match="DKIM_SELECTOR"):
        signer(pem(Ed25519PrivateKey.generate()), domain="wluml.org", selector="a;b")
