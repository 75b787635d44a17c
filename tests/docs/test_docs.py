"""Documentation that cannot lie: settings, dependencies and commands stand in it, or a test fails."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from mobilize.cli import app
from mobilize.settings import Settings

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_in_the_example_file_and_none_besides() -> None:
    named = set(re.findall(r"(?m)^([A-Z_]+)=", read("config.example.env")))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_dependency_says_what_it_is_for() -> None:
    needed = tomllib.loads(read("pyproject.toml"))["project"]
    names = {
        re.split(r"[\s<>=\[]", each)[0]
        for each in [*needed["dependencies"], *(p for extra in needed["optional-dependencies"].values() for p in extra)]
    }
    explained = set(re.findall(r"(?m)^\| ([a-z0-9.-]+) \|", read("docs/dependencies.md"))) - {"package"}
    assert explained == names


def test_the_lock_has_hashes_and_names_no_index() -> None:
    lock = read("requirements.lock")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert not re.search(r"(?m)^--?(i |index|extra-index|find-links)", lock)


def commands() -> list[str]:
    group = typer.main.get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in inner] if inner else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"`mobilize {command}" in read("docs/commands.md") or f"mobilize {command}" in read("README.md")


@pytest.mark.parametrize("path", sorted((ROOT / "mobilize").rglob("*.py")), ids=lambda path: path.stem)
def test_a_file_holds_one_thing(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400, "split it: files stay under about 400 lines"


def test_no_file_names_a_registry_host() -> None:
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org")
    for path in [*ROOT.glob("*"), *(ROOT / "mobilize").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / ".ci/run"]:
        if path.is_file() and path.suffix not in {".png", ".pdf"}:
            text = path.read_text("utf-8", errors="replace")
            assert not any(host in text for host in hosts), path


def test_the_page_of_states_is_the_table_that_the_outbox_moves_by() -> None:
    written = subprocess.run(
        [sys.executable, ROOT / "docs" / "write_states.py"], capture_output=True, text=True, check=True
    )
    assert read("docs/states.md") == written.stdout


def test_the_page_of_commands_is_what_help_says() -> None:
    written = subprocess.run(
        [sys.executable, ROOT / "docs" / "write_commands.py"], capture_output=True, text=True, check=True
    ).stdout
    assert written == read("docs/commands.md"), "run `make docs`"
