"""A line a letter, for who reads logs: moment, id, state, reason. Never an address, never a text (rules D)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.post.run import Told
from mobilize.post.verdict import without_addresses


@contextmanager
def journal(installation: Installation, *, now: Callable[[], dt.datetime]) -> Iterator[Callable[[Told], None]]:
    """Open the file that LOG_FILE names, to be added to; its owner alone can read it. Without one nothing is written.

    Raises Refused where it cannot be written.
    """
    target = installation.settings.log_file
    if target is None:
        yield lambda _: None
        return
    path = installation.folder / target
    try:
        path.touch(mode=0o600, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise Refused(f"LOG_FILE {path} cannot be written: {error.strerror}") from error

    def tell(told: Told) -> None:
        reason = without_addresses(told.reason)
        line = f"{now():%Y-%m-%dT%H:%M:%SZ} letter={told.letter} state={told.state.value}"
        # A full disk stops the ledger, which matters; not the log.
        with suppress(OSError):
            file.write(line + (f" reason={reason!r}" if reason else "") + "\n")
            file.flush()

    try:
        yield tell
    finally:
        with suppress(OSError):
            file.close()
