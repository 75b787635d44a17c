"""`mobilize purge | forget | expire | export | keys`: what is held, and how it ends."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import here, now

if TYPE_CHECKING:
    from mobilize.desk.forget import Gone

Yes = Annotated[bool, typer.Option("--yes", help="Without a question.")]

#: Said after each removal: what the program cannot reach.
_LEFT = (
    "The ledger's files no longer hold it. Not reached: backups and copies, exports that were made, the mailbox itself,"
    " and what a disk keeps of files that were written anew (SSDs above all: encrypt the whole disk)."
)
_LEFT_POSTGRES = " PostgreSQL also keeps it in its write-ahead log and archives until they are recycled."


def purge(
    ctx: typer.Context,
    replies: Annotated[list[str] | None, typer.Argument(metavar="REPLY...", help="Beginnings of ids.")] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All mail that ever came.")] = False,
    yes: Yes = False,
) -> None:
    """Remove replies for good: mail, attachments, words, statements, and every trace in the ledger's files."""
    from mobilize.desk import forget as desk
    from mobilize.errors import Refused

    if bool(replies) == everything:
        raise Refused("name replies, or --everything", hint="mobilize replies log shows their ids")
    _sure("All mail that ever came" if everything else ", ".join(replies or ()), yes=yes)
    with here(ctx) as installation:
        if everything:
            gone = desk.purge_all(installation, by=getpass.getuser(), now=now())
        else:
            gone = desk.purge(installation, replies or (), by=getpass.getuser(), now=now())
        _tell(gone, postgres=installation.store.path is None)


def forget(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="Whom to forget: name@example.org.")],
    yes: Yes = False,
) -> None:
    """Forget a person: her mail and reports go; a salted digest of her address stays, so that nobody writes to her."""
    from mobilize.desk import forget as desk
    from mobilize.errors import Refused

    if "@" not in address:
        raise Refused("this is no address", hint="as it stands in the mail: name@example.org")
    _sure("All mail of this person", yes=yes)
    with here(ctx) as installation:
        gone = desk.forget(installation, address, by=getpass.getuser(), now=now())
        _tell(gone, postgres=installation.store.path is None)


def expire(
    ctx: typer.Context,
    older_than: Annotated[int, typer.Option(min=1, metavar="DAYS", help="Days since it arrived.")] = 90,
    everybody: Annotated[bool, typer.Option("--everybody", help="Governments' mail too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and remove nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Remove what partners and private people sent long ago; what countries said stays as it was coded."""
    from mobilize.desk import forget as desk

    with here(ctx) as installation:
        many = desk.expiring(installation, days=older_than, all_kinds=everybody, now=now())
        if dry_run:
            typer.echo(f"{_many(many, 'message')} older than {older_than} days; nothing was removed.")
            return
        _sure(f"{_many(many, 'message')} older than {older_than} days", yes=yes)
        gone = desk.expire(installation, days=older_than, all_kinds=everybody, by=getpass.getuser(), now=now())
        _tell(gone, postgres=installation.store.path is None)


def export(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="Whose: name@example.org.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
) -> None:
    """Show a person all that is held of her, as JSON, when she asks for it. The log as a table: `replies export`."""
    import json

    from mobilize.desk import forget as desk
    from mobilize.desk.paper import write_private

    with here(ctx) as installation:
        found = desk.held(installation, address, now=now())
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    write_private(out, text.encode())
    typer.echo(str(out))


def new_key() -> None:
    """Make a key for MOBILIZE_KEY. Put it before the older ones, a comma between, and run `mobilize keys rotate`."""
    from mobilize.desk import keys

    typer.echo(keys.new())


def rotate(ctx: typer.Context) -> None:
    """Encrypt everything anew with the first key of MOBILIZE_KEY; broken off, it goes on where it was."""
    from mobilize.desk import keys

    def told(what: str, rows: int) -> None:
        typer.echo(f"{what}: {rows}", err=True)

    with here(ctx) as installation:
        done = keys.rotate(installation, by=getpass.getuser(), now=now(), told=told)
        for what, (rows, anew) in done.items():
            typer.echo(f"{what:10} {rows:8} rows, {anew} anew")
    typer.echo("The first key opens everything. Take the others out of MOBILIZE_KEY; older backups still need them.")


def _sure(what: str, *, yes: bool) -> None:
    from mobilize.errors import NotConfirmed

    if yes:
        return
    try:
        typed = typer.prompt(f"{what} will be removed for good. Type the word remove")
    except typer.Abort:
        typed = ""
    if typed.strip() != "remove":
        raise NotConfirmed("nothing was removed", hint="type remove, or add --yes")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _tell(gone: Gone, *, postgres: bool) -> None:
    typer.echo(f"{_many(gone.messages, 'message')} removed.")
    if gone.letters:
        typer.echo(f"{_many(gone.letters, 'letter')} to this address on record, without it.")
    for reply in gone.named_in:
        typer.echo(f"Still named in {reply[:12]}, which somebody else wrote: `mobilize purge {reply[:12]}` removes it.")
    for row in gone.rows:
        typer.echo(f"Still named in {row}: take it out there.")
    typer.echo(_LEFT + (_LEFT_POSTGRES if postgres else ""), err=True)
