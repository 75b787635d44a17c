"""Write docs/states.md from the one table of states and moves: python docs/write_states.py > docs/states.md."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator

from mobilize.post import states
from mobilize.post.states import MOVES, State


def meanings() -> dict[str, str]:
    """State -> what it means, from the comment above it."""
    source = inspect.getsource(states.State)
    found = re.findall(r"((?:    #: .*\n(?:    # .*\n)*)+)    [A-Z_]+ = \"([a-z_]+)\"", source)
    return {name: " ".join(re.findall(r"#:? ?(.*)", comment)) for comment, name in found}


def page() -> Iterator[str]:
    """The page, line by line."""
    yield "# States of a letter"
    yield ""
    yield "Written by `docs/write_states.py` from the table in `mobilize/post/states.py`, by which the outbox moves."
    yield ""
    yield "| state | what it means |"
    yield "|---|---|"
    known = meanings()
    for state in State:
        yield f"| `{state.value}` | {known[state.value]} |"
    yield ""
    yield "| from | to | when |"
    yield "|---|---|---|"
    for old, moves in MOVES.items():
        for new, why in moves.items():
            yield f"| `{old.value}` | `{new.value}` | {why} |"
    yield ""
    yield AFTER_A_RESTORE


#: What the table cannot say.
AFTER_A_RESTORE = """\
No other move exists. A copy of the ledger that is restored from a backup knows that it is one, by the count that is
kept outside the folder, and sends nothing until `mobilize outbox release`. A snapshot of the whole machine that is
restored, ledger, count and all, cannot be told from the machine itself: after such a restore look at `mobilize status`
and at the server's own log before the next send."""


def main() -> None:
    """Print the page."""
    sys.stdout.write("\n".join(page()) + "\n")


if __name__ == "__main__":
    main()
