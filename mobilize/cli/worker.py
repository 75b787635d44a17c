"""`mobilize worker`."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from mobilize.cli.face import folder, framed_here, here, now


def worker(
    ctx: typer.Context,
    shards: Annotated[
        int, typer.Option(min=1, max=32, help="Shards in hand at once; they share SMTP_CONNECTIONS.")
    ] = 2,
    listen: Annotated[
        str,
        typer.Option(metavar="HOST:PORT", help="Where a monitor asks /healthz, /readyz and /metrics; empty: nowhere."),
    ] = "",
    stream: Annotated[
        bool, typer.Option("--stream", help="Hold no contacts in memory: for a contacts.csv of many hundred thousands.")
    ] = False,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left that could go within a minute.")
    ] = False,
) -> None:
    """Send what `mobilize send --to-workers` queued, on as many machines as you like. Needs PostgreSQL.

    Ends with Ctrl-C or SIGTERM, after the letters on the wire. Writes a line of JSON an event on stderr: ids alone.
    """
    from mobilize.desk import probe, roster, work

    logging.getLogger().addHandler(_Lines(logging.WARNING))
    with (
        framed_here(ctx) if stream else here(ctx) as installation,
        roster.streamed(folder(ctx)) if stream else nullcontext() as roll,
    ):
        shift = work.Shift(installation=installation, log=_log, shards=shards, until_empty=until_empty, roll=roll)
        host, port = _address(listen)
        with probe.probed(shift, host, port) if listen else nullcontext() as bound:
            if bound is not None:
                _log("listening", port=bound)
            work.work(shift)
    # What was sent is in the ledger: `mobilize status`.
    typer.echo(
        ", ".join(f"{count} {name}" for name, count in sorted(shift.tally.letters.items())) or "Nothing was sent."
    )


class _Lines(logging.Handler):
    """What libraries say, as lines like ours: the first line of it, and no traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        _log("library", logger=record.name, level=record.levelname.lower(), said=said)


def _log(event: str, **fields: object) -> None:
    """Write one line for whoever gathers logs."""
    line = {"at": f"{now():%Y-%m-%dT%H:%M:%S.%fZ}", "event": event, **fields}
    sys.stderr.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stderr.flush()


def _address(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if listen and not (colon and port.isdigit() and int(port) <= 65535):  # noqa: PLR2004 - the highest port
        raise typer.BadParameter("write HOST:PORT, as in 127.0.0.1:9464")
    return host.strip("[]"), int(port or 0)
