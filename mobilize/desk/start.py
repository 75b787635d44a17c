"""Write a new campaign folder: a copy of the shipped one, to be changed into one's own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from mobilize.errors import Refused, SourceUnreadable

#: What a campaign folder consists of; demo/ belongs to the example alone.
PARTS = ("campaign.toml", "contacts.csv", "config.example.env", "letters", "record")

#: The ledger holds who was written to: it and the secrets must never get into a repository.
_GITIGNORE = ".env\n.mobilize/\npreview/\n"

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def shipped() -> Path:
    """Find the shipped campaign: inside an installed package, or beside it in a checkout."""
    package = Path(str(resources.files("mobilize")))
    for folder in (package / "starter", package.parent):
        if (folder / "campaign.toml").is_file():
            return folder
    raise SourceUnreadable("the shipped campaign is missing from this installation", hint="install mobilize again")


def write(target: Path, slug: str) -> Iterator[Path]:
    """Write a campaign folder, file by file.

    target: a folder that is empty or does not exist yet.
    slug: the campaign's short name, lower-case letters, digits and hyphens; first in every key of the ledgers.
    Yields each path written. Raises Refused where the folder holds anything, or the slug is none.
    """
    if not _SLUG.fullmatch(slug):
        raise Refused(f"{slug!r} is not a short name", hint="lower-case letters, digits and hyphens: water-rights-2027")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target} is not an empty folder", hint="name a new one; nothing there was touched")
    source = shipped()
    target.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part)
        else:
            shutil.copyfile(source / part, target / part)
        yield target / part
    toml = target / "campaign.toml"
    toml.write_text(re.sub(r'(?m)^slug = ".*"$', f'slug = "{slug}"', toml.read_text("utf-8"), count=1), "utf-8")
    (target / ".gitignore").write_text(_GITIGNORE, "utf-8")
    yield target / ".gitignore"
