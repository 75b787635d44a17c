"""The invented replies of demo/*.eml, filled in from the letters that the sandbox took."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email import policy
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from pathlib import Path
from string import Template

#: The first line of a sample: which letter it answers.
_ANSWERS = re.compile(r"\AX-Demo-Answers: (?P<country>[A-Z]{2}) (?P<audience>[a-z]+)\r?\n")


def marks_of(message: bytes) -> dict[str, str]:
    """Read from a delivered letter what a reply to it would carry: ids and addresses, as printed in its header."""
    header = BytesHeaderParser(policy=policy.compat32).parsebytes(message)
    decoded = BytesHeaderParser(policy=policy.default).parsebytes(message)
    return {
        "message_id": str(header["Message-ID"]).strip(),
        "reply_to": parseaddr(str(header["Reply-To"] or header["From"]))[1],
        "address": parseaddr(str(header["To"]))[1],
        "sender": parseaddr(str(header["From"]))[1],
        "sent_on": str(header["Date"]),
        "subject": " ".join(str(decoded["Subject"]).split()),
    }


def filled(folder: Path, letters: Mapping[tuple[str, str], bytes], sender: str) -> Iterator[tuple[str, bytes]]:
    """Fill in every sample for which there is a letter.

    folder: where the samples are; letters: (alpha-2, audience) -> the message that the sandbox took;
    sender: the campaign's mailbox, for samples that answer no letter.
    Yields the file's name and the message, lines ended by CRLF.
    """
    for path in sorted(folder.glob("*.eml")):
        text = path.read_text("utf-8")
        answers = _ANSWERS.match(text)
        marks = {"sender": sender}
        if answers:
            message = letters.get((answers["country"], answers["audience"]))
            if message is None:
                continue
            marks = marks_of(message)
            text = text[answers.end() :]
        yield path.name, Template(text).safe_substitute(marks).replace("\n", "\r\n").encode()
