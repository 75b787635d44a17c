"""`mobilize replies parse`: read mail and show what was understood; nothing is kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import as_json, folder

if TYPE_CHECKING:
    from mobilize.inbox.reply import Context, Reply

#: Fields shown to a person, in this order; the rest is in --json.
_SHOWN = (
    "kind",
    "via",
    "reporter",
    "from_name",
    "from_address",
    "date",
    "subject",
    "country",
    "stance",
    "concerns",
    "targets",
    "language",
    "bounce_address",
    "bounce_permanent",
    "complaint_address",
    "attachments",
    "attachments_inside",
    "error",
)


def parse(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...", help=".eml files, mboxes, Maildirs or folders of them; - for standard input."
        ),
    ] = None,
    as_lines: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    ndjson: Annotated[
        bool, typer.Option("--ndjson", help='Answer lines {"id", "raw_base64"} on standard input, each at once.')
    ] = False,
) -> None:
    """Read mail and show what was understood, with the words and rules behind it; nothing is kept."""
    from mobilize.desk import parse as desk

    context = desk.context_of(folder(ctx))
    if ndjson:
        if files:
            raise typer.BadParameter("--ndjson reads standard input; name no files with it")
        _serve(context)
        return
    for reply in desk.parse(files or [Path("-")], context):
        if as_lines:
            as_json(reply.as_json())
        else:
            _show(reply)


def _serve(context: Context) -> None:
    """Answer each line at once, until the input ends."""
    from mobilize.desk.parse import answer

    # Bytes, not text: a line that is not UTF-8 must not end the service.
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.write(json.dumps(answer(line.decode("utf-8", "replace"), context), ensure_ascii=True) + "\n")
            sys.stdout.flush()


def _show(reply: Reply) -> None:
    for name in _SHOWN:
        value = getattr(reply, name)
        if value not in (None, "", ()):
            shown = ", ".join(value) if isinstance(value, tuple) else str(value)
            typer.echo(f"{name.replace('_', ' '):18}{shown}")
    for each in reply.evidence:
        typer.echo(f"  because          {each.field}: {each.rule}: {each.words!r}")
    for one in reply.candidates:
        reasons = ", ".join(f"{reason.rule}: {reason.words!r}" for reason in one.reasons)
        typer.echo(f"  may belong to    {one.country or one.letter} ({one.score}%): {reasons}")
    for title, text in (("text", reply.text), ("note", reply.note)):
        if text:
            typer.echo(f"{title}:\n  " + text.replace("\n", "\n  "))
    typer.echo("")


def main() -> None:
    """`python -m mobilize.cli.parse_reply`: the command alone, without the rest of the program."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

    @app.command()
    def alone(
        ctx: typer.Context,
        files: Annotated[list[Path] | None, typer.Argument()] = None,
        campaign: Annotated[Path, typer.Option("--campaign", "-C")] = Path(),
        as_lines: Annotated[bool, typer.Option("--json")] = False,
        ndjson: Annotated[bool, typer.Option("--ndjson")] = False,
    ) -> None:
        ctx.obj = campaign
        parse(ctx, files, as_lines=as_lines, ndjson=ndjson)

    app()


if __name__ == "__main__":
    main()
