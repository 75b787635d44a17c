"""The calendar of month names is what its script writes."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_calendar_is_as_its_script_writes_it() -> None:
    script = ROOT / "docs" / "write_calendar.py"
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout == files("mobilize.inbox.lexicon").joinpath("calendar.toml").read_text("utf-8")
