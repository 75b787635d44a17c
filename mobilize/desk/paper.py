"""Files for people: written whole or not at all, readable by their owner alone unless told."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from mobilize.errors import Refused


def write_private(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Write a file with mode 0600, replacing an older one in one step (domain/rules.md D8).

    mode: another, for a file that holds nothing of anybody and is read by another user.

    Raises Refused where the folder does not exist or cannot be written; the older file is then as it was.
    """
    try:
        # mkstemp makes the file 0600 from its first byte; beside the target, so that the rename is one step.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}", hint="name a folder that exists") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise Refused(f"{path} cannot be written: {error.strerror}") from error
