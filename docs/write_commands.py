"""Write docs/commands.md from the commands' own --help. `make docs` runs it; a test compares the result.

Usage: python docs/write_commands.py > docs/commands.md
"""

from __future__ import annotations

import sys

import typer
from typer.testing import CliRunner

from mobilize.cli import app

HEAD = """# Commands

Written by `make docs` from the commands' own `--help`; a test fails when the two differ.

`mobilize --campaign DIR COMMAND` works on another folder than this one. Results go to standard output, progress and
log to standard error; `--json` prints one JSON object a line. Exit status: 0 done, 1 faults found or work failed,
2 wrong usage. Nothing leaves the machine without `--yes` or a typed confirmation.
"""


def names() -> list[tuple[str, ...]]:
    """Every command as the words to type after `mobilize`."""
    found: list[tuple[str, ...]] = []
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items():
        inner = getattr(command, "commands", None)
        found += [(name, each) for each in inner] if inner else [(name,)]
    return found


def page() -> str:
    """The whole page."""
    runner = CliRunner(env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"})
    parts = [HEAD]
    for words in names():
        run = runner.invoke(app, [*words, "--help"], prog_name="mobilize", terminal_width=100, max_content_width=100)
        body = "\n".join(line.rstrip() for line in run.output.strip().splitlines())
        parts.append(f"## `mobilize {' '.join(words)}`\n\n```\n{body}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
