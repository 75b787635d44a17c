"""Mailboxes out of header values and printed header lines."""

from __future__ import annotations

import re

from mobilize.inbox.mail import Address

#: What may stand in an address as people's programs print it; quoted local parts are not seen in replies.
_ADDR = r"[^\s<>()\[\]{},;:\"'“”«»|\\@]{1,128}@[^\s<>()\[\]{},;:\"'“”«»|\\@]{1,255}"
ADDRESS = re.compile(_ADDR)
#: "Name" <a@b>, Name [mailto:a@b], Name (a@b), a@b
_TAIL = re.compile(
    rf"[<\[(（＜]\s*(?:<\s*)?(?:mailto:\s*)?({_ADDR})\s*(?:<mailto:[^<>]*>)?\s*(?:>\s*)?(?:[>\])）＞]|$)",
    re.IGNORECASE,
)
_QUOTES = "\"'“”„«»‘’`"
#: No header holds more mailboxes than this; the rest is not read.
_MOST = 2_000


def mailbox(text: str) -> Address | None:
    """One mailbox; None where the text is empty."""
    text = text.strip().strip(",;").strip()
    if not text:
        return None
    if found := _TAIL.search(text):
        name = _clean(text[: found.start()])
        address = found[1].strip(".")
        after = _clean(text[found.end() :])
        return (
            Address(name=name if name.lower() != address.lower() else "", address=address)
            if name or not after
            else (
                Address(
                    name=after if after.lower() != address.lower() and not after.startswith("[") else "",
                    address=address,
                )
            )
        )
    if found := ADDRESS.search(text):
        rest = _clean(re.sub(r"[<>\[\]()]|mailto:", " ", text[: found.start()] + " " + text[found.end() :]))
        return Address(name=rest, address=found[0].strip("."))
    name = _clean(text)
    return Address(name=name.strip("<>[]"), address="") if name else None


def mailboxes(text: str) -> tuple[Address, ...]:
    """All mailboxes of a list, whether parted by commas or, as Outlook prints them, by semicolons."""
    found = (mailbox(piece) for piece in _pieces(text))
    return tuple(each for each in found if each is not None)


def _pieces(text: str) -> list[str]:
    """The list cut at commas and semicolons that stand outside quotes and brackets.

    "Doe, Jane <j@x>" is one mailbox: a piece without an address joins the next one, where that has one in brackets.
    """
    pieces: list[str] = []
    start, quoted, depth = 0, False, 0
    for at, char in enumerate(text):
        if char == '"' and text[at - 1 : at] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif char in "<([":
            depth += 1
        elif char in ">)]":
            depth = max(0, depth - 1)
        elif char in ",;，；、" and not depth:
            pieces.append(text[start:at] + (";" if char in ";；" else ","))
            start = at + 1
            if len(pieces) >= _MOST:
                return pieces
    pieces.append(text[start:])
    return _joined([piece for piece in pieces if piece.strip(" ,;")])


def _joined(pieces: list[str]) -> list[str]:
    out: list[str] = []
    held = ""
    for piece in pieces:
        text = held + piece
        bare = "@" not in piece and piece.rstrip().endswith(",")
        if bare and not held and _next_bracketed(pieces, piece):
            held = piece.rstrip().removesuffix(",") + ","
            continue
        out.append(text.strip().rstrip(",;"))
        held = ""
    if held:
        out.append(held.strip().rstrip(",;"))
    return out


def _next_bracketed(pieces: list[str], piece: str) -> bool:
    at = pieces.index(piece) + 1
    return (
        at < len(pieces)
        and bool(_TAIL.search(pieces[at]))
        and bool(pieces[at][:1].strip() or pieces[at].split("<")[0].strip())
    )


def _clean(name: str) -> str:
    """A display name without the quotes and escapes around it."""
    name = re.sub(r"\\(.)", r"\1", " ".join(name.split())).strip()
    while len(name) > 1 and name[0] in _QUOTES and name[-1] in _QUOTES:
        name = name[1:-1].strip()
    return name.strip('"').strip()
