"""Mail that nobody should write: mutations of the corpora, and messages made to break a parser's limits."""

from __future__ import annotations

import base64
import gzip
import io
import random
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

CORPUS = Path(__file__).parents[1] / "corpus"


@cache
def corpus() -> tuple[Path, ...]:
    """Every message of the corpora, in the order of names."""
    found = CORPUS.glob("**/*")
    return tuple(
        sorted(each for each in found if each.is_file() and (each.suffix == ".eml" or "messages" in each.parts))
    )


# --- mutations --------------------------------------------------------------------------------------------------------

_CHARSETS = (
    b"utf-7",
    b"utf-16",
    b"x-unknown",
    b"iso-2022-jp",
    b"hz-gb-2312",
    b"koi8-r",
    b"ascii",
    b"idna",
    b"rot13",
    b"",
)
_PIECES = (
    b"\x00", b"\r", b"\n\n", b"\xff\xfe", b"=?utf-8?b?", b"?=", b"=\n", b"--", b"From ", b">" * 40, b"\xe2\x80\xae",
    b"<div><blockquote>", b"<script>alert(1)</script>", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
    b"begin 644 x\n", b"Content-Transfer-Encoding: base64\n\n", b"Received: from a by b\n", b"Subject: " + b"a" * 3000,
    b"DKIM-Signature: v=1; a=rsa-sha256; d=;;s=\n", b"Authentication-Results: mx.wluml.org; (((dmarc=pass\n",
)  # fmt: skip

Mutation = Callable[[bytes, random.Random], bytes]


def _flip(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        if made:
            made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randint(0, len(data)) :]


def _splice(data: bytes, chance: random.Random) -> bytes:
    """The header of another message before this one, with or without the line between."""
    other = chance.choice(corpus()).read_bytes()
    head = other[: other.find(b"\n\n") + chance.randint(0, 2)] if b"\n\n" in other else other[:500]
    return head + data


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 1, 50, 2000)) + data[at:]


def _nest(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 12)):
        kind = chance.choice((b"message/rfc822", b"multipart/alternative", b"text/html", b"application/ms-tnef"))
        data = (
            b"From: a@b.example\nSubject: Fwd: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee.\n--b\n"
            b"Content-Type: " + kind + b"\n\n" + data + b"\n--b--\n"
        )
    return data


def _charset(data: bytes, chance: random.Random) -> bytes:
    name = chance.choice(_CHARSETS)
    return data.replace(b"utf-8", name).replace(b"UTF-8", name).replace(b"iso-8859-1", name)


def _double(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.randint(1, 2000)]
    return data[:start] + piece * chance.choice((2, 3, 100)) + data[start:]


def _encode(data: bytes, chance: random.Random) -> bytes:
    """The text in another transfer encoding than it says, or cut in the middle of one."""
    head, sign, body = data.partition(b"\n\n")
    coded = base64.encodebytes(body)
    return head + b"\nContent-Transfer-Encoding: base64" + sign + coded[: chance.randint(0, len(coded))]


MUTATIONS: Sequence[Mutation] = (_flip, _flip, _cut, _splice, _insert, _insert, _nest, _charset, _double, _encode)


def mutated(which: int, seed: int, times: int) -> bytes:
    """A message of the corpora, changed so many times as a seed has it."""
    chance = random.Random(seed)
    data = corpus()[which % len(corpus())].read_bytes()
    for _ in range(times):
        data = chance.choice(MUTATIONS)(data, chance)[:2_000_000]
    return data


MAILS = st.builds(mutated, st.integers(0, 10_000), st.integers(0, 2**32), st.integers(1, 4))


# --- limits -----------------------------------------------------------------------------------------------------------

_HEAD = b"From: Minister <minister@mfa.gov.ke>\r\nTo: wluml@wluml.org\r\nSubject: Your letter\r\nMIME-Version: 1.0\r\n"
_YES = b"Kenya will co-sponsor the resolution.\r\n"


def _mixed(*parts: bytes) -> bytes:
    return (
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
        + b"--b--\r\n"
    )


_TEXT = b"Content-Type: text/plain\r\n\r\n" + _YES


def _attached(name: bytes, data: bytes) -> bytes:
    coded = base64.encodebytes(data)
    return (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="' + name + b'"\r\n\r\n' + coded
    )


def _bombs() -> bytes:
    """Archives that would be gigabytes, in their own names and in those of what is opened."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    packed = gzip.compress(bytes(50_000_000))
    names = (b"a.zip", b"a.docx", b"a.eml", b"winmail.dat", b"a.msg")
    return _mixed(_TEXT, *(_attached(name, inner.getvalue()) for name in names), _attached(b"a.gz", packed))


def _nested(core: bytes, levels: int) -> bytes:
    head = _HEAD + b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n"
    heads = (head % (level, level) for level in reversed(range(levels)))
    return b"".join(heads) + core + b"".join(b"\r\n--b%d--\r\n" % level for level in range(levels))


def _quoted_forwards(levels: int) -> bytes:
    text = _YES
    for _ in range(levels):
        text = b"-----Original Message-----\r\nFrom: a@b.example\r\nSubject: x\r\n\r\n" + text
    return _HEAD + b"\r\n" + text


def _headers() -> bytes:
    many = b"".join(b"X-H%d: %s\r\n" % (number, b"x" * 900) for number in range(1200))
    return (
        many
        + _HEAD
        + b"Cc: "
        + b"a@b.example, " * 80_000
        + b"\r\nReferences: "
        + b"<a@b> " * 100_000
        + b"\r\n\r\n"
        + _YES
    )


def _plain(body: bytes, kind: bytes = b"text/plain") -> bytes:
    return _HEAD + b"Content-Type: " + kind + b"; charset=utf-8\r\n\r\n" + body


_FILM = b"Content-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"

LIMITS: dict[str, Callable[[], bytes]] = {
    "100 MB, an attachment": lambda: _mixed(_TEXT, _FILM + (b"QUJDREVGR0hJSktM" * 4 + b"\r\n") * 1_515_151),
    "100 MB of one line": lambda: _plain(b"We will co-sponsor the resolution. " * 2_857_142),
    "100 MB of lines": lambda: _plain(_YES * 2_564_102),
    "100 MB of HTML": lambda: _plain(b"<div><p>We will co-sponsor it.</p>" * 2_941_176, b"text/html"),
    "1,000 parts": lambda: _mixed(*[_TEXT] * 1000),
    "1,000 parts of 46 KB": lambda: _mixed(
        *[b"Content-Type: text/plain\r\n\r\n" + b"Kenya will support it. " * 2000] * 1000
    ),
    "50,000 parts": lambda: _mixed(*[_TEXT] * 50_000),
    "200 levels": lambda: _nested(_HEAD + b"\r\n" + _YES, 200),
    "200 levels of 24 MB": lambda: _nested(_HEAD + b"\r\n" + _YES * 600_000, 200),
    "200 forwards in one text": lambda: _quoted_forwards(200),
    "archives of gigabytes": _bombs,
    "headers of 3 MB": _headers,
    "one header of 1 MB": lambda: b"Subject: " + b"=?utf-8?q?x?= " * 75_000 + b"\r\n" + _HEAD + b"\r\n" + _YES,
    "an address of 1 MB": lambda: b"From: " + b"a" * 1_000_000 + b"\r\n\r\n" + _YES,
    "quotes and comments of 1 MB": lambda: (
        b'From: "' + b'\\"(' * 330_000 + b"\r\nTo: " + b"(" * 1_000_000 + b"\r\n\r\n" + _YES
    ),
    "results of 1 MB": lambda: (
        b"Authentication-Results: mx.wluml.org; " + b"dkim=pass (" * 90_000 + b"\r\n" + _HEAD + b"\r\n" + _YES
    ),
    "5 MB of NUL": lambda: _plain(b"\x00" * 5_000_000 + _YES),
    "scripts": lambda: _plain(
        b"<script>" + b"alert('x');" * 90_000 + b"</script><p onload=x>Yes, we will.</p>" * 100, b"text/html"
    ),
}


#: What a pattern that backtracks falls over: long runs of what its pieces share.
RUNS = (
    " ", "\t ", ">", "> ", "-", "_", "*", "=", "<", "(", '"', "'", ",", ";", ":", ".", "@", "a", "A", "1",
    "a.", "a@", "a@b.", "<a@b.c>", "a, ", "1/", "1.1.", "10:", "On ", "wrote:", "From: ", "Le ", "not ",
    "\xa0", "\u202f", "ـ", "\u200f", "а", "中", "：", "http://a/", "=?utf-8?q?", "=?=?", "&#x4", "&amp",
    "<a ", "<p ", "<!-", "5.1.1 ", "550 ", "wluml+r.", "wluml+r.a@", "\r", "On 1 May 2013, A ", "-- \n",
    "Regards,\n", "we support ", "cannot but ", "Kenya ", "until 1 May ", "Date: 1\n", "حتى ", "by a ",
    "(a=b;", "d=a;",
)  # fmt: skip


def baits(length: int) -> dict[str, bytes]:
    """Adversarial lines where each pattern looks: in the text, in HTML, in headers, in a forward's printed header."""
    found = {}
    for number, run in enumerate(RUNS):
        # Behind the run an end that almost fits, so that all ways of reading it are tried.
        bait = (run * (length // len(run)) + ("", "!", "\nFrom: a@b.example\nwrote:")[number % 3]).encode()
        head = b"From: a@b.example\nSubject: Fwd: x\nContent-Type: text/plain; charset=utf-8\n\n"
        line = bait.replace(b"\n", b" ").replace(b"\r", b" ")
        printed = (
            b"-----Original Message-----\nFrom: " + line + b"\nSent: " + line + b"\nTo: " + line + b"\nSubject: x\n\n"
        )
        names = (b"From", b"Subject", b"Date", b"Received", b"Authentication-Results", b"Auto-Submitted", b"References")
        found[f"{run!r} in text"] = head + bait
        found[f"{run!r} in a forward"] = head + printed + bait
        found[f"{run!r} in headers"] = b"".join(name + b": " + line + b"\n" for name in names) + b"\n" + bait
        if number % 2:
            found[f"{run!r} in HTML"] = head.replace(b"text/plain", b"text/html") + bait
    return found
