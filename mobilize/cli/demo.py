"""`mobilize demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mobilize.cli.face import now, progress, step, table

if TYPE_CHECKING:
    from mobilize.board import GroupRow


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for what it writes; made anew each time.")] = Path(
        "demo-run"
    ),
) -> None:
    """Run the whole loop on this machine: the shipped campaign, a sandbox mail server, invented replies."""
    from mobilize.desk import demo as desk

    with progress() as show:
        result = desk.run(out, now=now, told=show)
    typer.echo()
    table(
        ("group", "countries", "asked", "sent", "bounced", "answered", "stance suggested, for a person to confirm"),
        [_row(each) for each in result.groups],
        empty="no countries",
    )
    kinds = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in sorted(result.replies.items()))
    typer.echo(
        f"\n{result.delivered} letters went out and {sum(result.replies.values())} replies came back: {kinds}.\n"
        f"Nothing left this machine: the server was {result.server}, started and stopped by this command;\n"
        "all addresses are invented, and so are the replies.\n\n"
        f"  letters as the server took them   {result.letters}  ({result.delivered} messages, Maildir)\n"
        f"  replies as they arrived           {result.mailbox}  (Maildir)\n"
        f"  the campaign, with its ledger     {result.campaign}\n\n"
        f"A second `mobilize send` delivered {result.again} letters: none goes out twice.\n\n"
        f"Next: {step('replies log', result.campaign)}"
    )


def _row(group: GroupRow) -> tuple[str, ...]:
    stances = ", ".join(f"{count} {stance}" for stance, count in sorted(group.suggested.items()))
    return (
        group.group,
        str(group.countries),
        str(group.letters),
        str(group.sent),
        str(group.trouble),
        str(group.answered),
        stances,
    )
