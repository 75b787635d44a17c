"""The command line: parse, call one desk function, show.

Heavy packages are imported inside the commands, so that `mobilize --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from mobilize.cli import (
    approve,
    check,
    contacts,
    countries,
    db,
    demo,
    doctor,
    filing,
    forget,
    init,
    letters,
    outbox,
    parse_reply,
    people,
    preview,
    record,
    replies,
    reply_shown,
    send,
    serve,
    signatures,
    status,
    tokens,
    webhooks,
    worker,
)
from mobilize.errors import DataFaulty, MobilizeError

app = typer.Typer(
    name="mobilize",
    no_args_is_help=True,
    # Plain help: rich's takes longer to import than all the rest (docs/decisions/010).
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
replies_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Read, list and export what came back.")
outbox_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Decide what is in doubt, pause and go on.")
receipt_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Prove what was sent, and check a proof.")
letters_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Begin and keep up translations.")
db_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The ledger's database: bring it up, copy it.")
people_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who may sign in to the pages.")
tokens_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Which programs may ask the JSON API.")
webhooks_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Who is told of new replies.")
keys_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The key that mail is encrypted with.")
record_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Bring in past positions of states.")
contacts_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Bring in addressees from a spreadsheet.")


@app.callback()
def root(
    ctx: typer.Context,
    campaign: Annotated[
        Path, typer.Option("--campaign", "-C", help="The campaign folder (default: this one).", metavar="DIR")
    ] = Path(),
) -> None:
    """Tailored letters to governments, delivered exactly once, and a reply log that can be trusted.

    Nothing leaves this machine without --yes or a typed confirmation.
    """
    ctx.obj = campaign


app.command()(init.init)
app.command()(check.check)
app.command()(countries.countries)
app.command()(preview.preview)
app.command()(approve.approve)
app.command()(send.send)
app.command()(status.status)
app.command()(serve.serve)
app.command()(worker.worker)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(forget.purge)
app.command()(forget.forget)
app.command()(forget.expire)
app.command()(forget.export)
app.add_typer(keys_app, name="keys")
keys_app.command("new")(forget.new_key)
keys_app.command("rotate")(forget.rotate)
app.add_typer(receipt_app, name="receipt")
receipt_app.command("make")(doctor.make)
receipt_app.command("verify")(doctor.verify)
app.add_typer(outbox_app, name="outbox")
outbox_app.command("resolve")(outbox.resolve)
outbox_app.command("again")(outbox.again)
outbox_app.command("pause")(outbox.pause)
outbox_app.command("resume")(outbox.resume)
outbox_app.command("release")(outbox.release)
app.add_typer(replies_app, name="replies")
replies_app.command("import")(replies.import_)
replies_app.command("fetch")(replies.fetch)
replies_app.command("parse")(parse_reply.parse)
replies_app.command("log")(replies.log)
replies_app.command("show")(reply_shown.show)
replies_app.command("review")(replies.review)
replies_app.command("move")(filing.move)
replies_app.command("split")(filing.split)
replies_app.command("merge")(filing.merge)
replies_app.command("undo")(filing.undo)
replies_app.command("check-signatures")(signatures.check_signatures)
replies_app.command("export")(replies.export)
app.add_typer(letters_app, name="letters")
letters_app.command("list")(letters.list_)
letters_app.command("new")(letters.new)
letters_app.command("done")(letters.done)
app.add_typer(people_app, name="people")
people_app.command("add")(people.add)
people_app.command("list")(people.list_)
people_app.command("disable")(people.disable)
people_app.command("reset")(people.reset)
app.add_typer(db_app, name="db")
db_app.command("upgrade")(db.upgrade)
db_app.command("copy")(db.copy)
app.add_typer(tokens_app, name="tokens")
tokens_app.command("add")(tokens.add)
tokens_app.command("list")(tokens.list_)
tokens_app.command("revoke")(tokens.revoke)
app.add_typer(webhooks_app, name="webhooks")
webhooks_app.command("add")(webhooks.add)
webhooks_app.command("list")(webhooks.list_)
webhooks_app.command("remove")(webhooks.remove)
webhooks_app.command("test")(webhooks.test)
webhooks_app.command("deliver")(webhooks.deliver)
app.add_typer(record_app, name="record")
record_app.command("import")(record.import_)
app.add_typer(contacts_app, name="contacts")
contacts_app.command("import")(contacts.import_)


def main() -> None:
    """Run one command. Exit 0 done, 1 faults found or work failed, 2 wrong usage; errors go to stderr as sentences."""
    try:
        _command(sys.argv[1:])()
    except DataFaulty as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        _end(f"{len(error.faults)} fault{'s' * (len(error.faults) != 1)}; nothing was done.", error.hint)
    except MobilizeError as error:
        _end(error.sentence, error.hint)


def _command(words: Sequence[str]) -> Callable[[], object]:
    """Build the command line for these words. The commands of a group that is not among them are left out.

    Help shows such a group by its name; to build the commands of all took as long as all else of `--help`.
    """
    for group in app.registered_groups:
        if group.name not in words and group.typer_instance is not None:
            group.typer_instance.registered_commands.clear()
    return typer.main.get_command(app)


def _end(sentence: str, hint: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    if hint:
        sys.stderr.write(f"  {hint}\n")
    sys.exit(1)
