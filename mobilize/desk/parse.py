"""Read mail without keeping it: what `replies parse` does. Nothing is written, no ledger is opened."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from mobilize.campaign import charter
from mobilize.inbox import files
from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context, Reply

#: No lexicon or campaign.toml is larger.
_LARGEST_TEXT = 1024 * 1024


def context_of(folder: Path) -> Context:
    """What a campaign folder says that reading mail needs: its own address, its languages, its lexicon.

    A folder without a campaign.toml is no fault: mail can be read without a campaign, then no address is our own.
    """
    toml = folder / "campaign.toml"
    if not toml.is_file() or toml.stat().st_size > _LARGEST_TEXT:
        return Context()
    own, _ = charter.read(toml.read_bytes(), path=toml.name)
    lexicon = {
        path.stem: path.read_text("utf-8", "replace")
        for path in sorted((folder / "lexicon").glob("*.toml"))
        if path.is_file() and path.stat().st_size <= _LARGEST_TEXT
    }
    return Context(
        own_addresses=(own.sender.address,) if own.sender.address else (),
        languages=own.languages,
        lexicon=lexicon,
    )


def parse(paths: Iterable[Path], context: Context) -> Iterator[Reply]:
    """Each message of these files, folders, or standard input ("-"), read.

    Raises SourceUnreadable at a path that cannot be read; a message that cannot be read is a Reply with an error.
    """
    return (read(raw, context=context) for raw in files.read(paths))


def answer(line: str, context: Context) -> dict[str, object]:
    """The answer to one line {"id", "raw_base64"}: the parsed reply under the line's own id.

    A line that is no such object gives {"id", "error"}, with the id null where none could be read. Never raises.
    """
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": "the line is not JSON"}
    if not isinstance(asked, dict):
        return {"id": None, "error": "the line is not an object"}
    identity, encoded = asked.get("id"), asked.get("raw_base64")
    if not isinstance(encoded, str):
        return {"id": identity, "error": "raw_base64 is missing"}
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return {"id": identity, "error": "raw_base64 is not base64"}
    return read(RawMail(data=data, origin="ndjson"), context=context).as_json() | {"id": identity}
