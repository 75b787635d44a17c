"""What every command shares: the installation it works in, the clock, tables and JSON lines."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from mobilize.installation import Installation


def folder(ctx: typer.Context) -> Path:
    """The campaign folder that --campaign names (default: the working folder)."""
    chosen = ctx.find_root().obj
    return chosen if isinstance(chosen, Path) else Path()


@contextmanager
def here(ctx: typer.Context) -> Iterator[Installation]:
    """Open the installation of the campaign folder; its ledger is closed at the end, whatever happens."""
    from mobilize.installation import opened

    with opened(folder(ctx)) as installation:
        yield installation


@contextmanager
def framed_here(ctx: typer.Context) -> Iterator[Installation]:
    """The same without its contacts: for more of them than memory holds."""
    from mobilize.installation import framed

    with framed(folder(ctx)) as installation:
        yield installation


def program() -> str:
    """How this program is called here: its name where it is on the PATH, else the way to it from this folder."""
    import shutil

    called = Path(sys.argv[0])
    if called.name != "mobilize":
        return "mobilize"
    found = shutil.which("mobilize")
    if found is not None and Path(found).resolve() == called.resolve():
        return "mobilize"
    near = called.is_relative_to(Path.cwd()) if called.is_absolute() else True
    return str(called.relative_to(Path.cwd())) if near and called.is_absolute() else str(called)


def step(words: str, campaign: Path) -> str:
    """A command as it is typed here, on this campaign: what a `Next:` line shows."""
    chosen = "" if campaign in (Path(), Path.cwd()) else f" --campaign {campaign}"
    return f"{program()}{chosen} {words}"


def now() -> dt.datetime:
    """This moment, in UTC: the faces alone look at the clock."""
    return dt.datetime.now(dt.UTC)


def as_json(value: Mapping[str, object]) -> None:
    """Print one JSON object on one line of stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
    """Print rows on stdout: a drawn table on a terminal, tabs between cells elsewhere; `empty` where there are none."""
    if not rows:
        typer.echo(empty)
        return
    if not sys.stdout.isatty():
        for row in (heads, *rows):
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        # Text, not str: rich would read [brackets] in data as its own markup.
        drawn.add_row(*(Text(cell) for cell in row))
    Console().print(drawn)


def some(lines: Sequence[str], *, most: int = 20) -> None:
    """Print lines on stdout, at most so many; how many more there are is said."""
    for line in lines[:most]:
        typer.echo(line)
    if len(lines) > most:
        typer.echo(f"  … and {len(lines) - most} more like these")


def pairs(texts: Sequence[str] | None) -> dict[str, str]:
    """Read the values of an option that is given as NAME=VALUE, once or more; the first "=" parts them."""
    found = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"{text!r}: write NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show how far long work is, on stderr: a bar on a terminal, a line at each tenth elsewhere.

    Yields a function of (what, done, of) to be called as often as one likes.
    """
    if sys.stderr.isatty():
        yield from _bars()
    else:
        yield _lines()


def _bars() -> Iterator[Callable[[str, int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=of)
            bars.update(tasks[what], completed=done, total=of)

        yield show


def _lines() -> Callable[[str, int, int], None]:
    tenths: dict[str, int] = {}

    def show(what: str, done: int, of: int) -> None:
        tenth = 10 * done // of if of else 10
        if tenths.get(what) != tenth:
            tenths[what] = tenth
            typer.echo(f"{what}: {done} of {of}", err=True)

    return show
