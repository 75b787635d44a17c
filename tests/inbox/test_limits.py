"""Hostile and broken mail: never over 2 seconds or 300 MB a message, measured in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from servers.hostile import LIMITS

MEASURED = Path(__file__).parents[1] / "servers" / "measured.py"
MOST_SECONDS, MOST_MB = 2.0, 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """What reading one message took."""

    name: str
    bytes: int
    seconds: float
    mb: float
    error: str
    text: str


def measured(*words: str) -> dict[str, Told]:
    """Read messages in other processes. Processor time: a busy machine is no slow program."""
    command = [sys.executable, str(MEASURED), *words]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return {told.name: told for told in (Told(**json.loads(line)) for line in run.stdout.splitlines())}


def test_no_message_takes_more_than_its_share(capsys: pytest.CaptureFixture[str]) -> None:
    found = measured("limits")
    assert set(found) == set(LIMITS), "each was read to its end"
    with capsys.disabled():
        for told in found.values():
            sys.stdout.write(f"\n  {told.name}: {told.seconds} s, {told.mb} MB above its {told.bytes:,} bytes")
    for told in found.values():
        assert told.error == "", told.name
        assert told.seconds <= MOST_SECONDS, told.name
        assert told.mb <= MOST_MB, told.name
        assert "alert" not in told.text, "a script is no text"
        assert "co-sponsor" in told.text or not told.name.startswith("100 MB"), "the author's words are found"


#: Characters of each line; a soak takes longer ones, and compares.
SHORT, LONG = 20_000, 80_000


def test_no_line_makes_a_pattern_backtrack() -> None:
    found = measured("baits", str(SHORT))
    assert len(found) > 200
    assert {told.name: told.seconds for told in found.values() if told.seconds > MOST_SECONDS / 2} == {}
    assert {told.name: told.error for told in found.values() if told.error} == {}


if "MOBILIZE_SOAK" in os.environ:  # a minute: `make soak`

    @pytest.mark.timeout(1200)
    def test_a_line_four_times_as_long_takes_no_sixteen_times_as_long() -> None:
        short, long = measured("baits", str(SHORT)), measured("baits", str(LONG))
        slow = {
            name: (short[name].seconds, told.seconds)
            for name, told in long.items()
            # Below a tenth of a second the clock is coarser than what it measures.
            if told.seconds > max(0.1, 8 * short[name].seconds) and short[name].seconds > 0.01
        }
        assert slow == {}
        assert all(told.seconds <= MOST_SECONDS for told in long.values())
