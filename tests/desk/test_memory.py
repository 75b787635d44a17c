"""What was worked out is kept exactly until something is written, by whoever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from mobilize.desk import outbox
from mobilize.desk.memory import Memory
from mobilize.installation import opened

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def test_a_value_is_made_once_and_anew_after_every_write(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    with opened(folder) as installation, opened(folder) as another:
        memory = Memory(installation)
        assert [memory.of("board", make) for _ in range(3)] == [1, 1, 1]
        assert memory.of("other", lambda: "x") == "x"
        outbox.pause(installation, by="amina", now=NOW)
        assert [memory.of("board", make) for _ in range(2)] == [2, 2]
        outbox.resume(another)
        assert memory.of("board", make) == 3, "another program wrote"
        memory.close()
