"""Where a reply belongs, on its page: accept a candidate, call it a copy of another, take the last deed back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from mobilize.desk import filing, review
from mobilize.desk.filing import Choice
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.replies.filing import Deed, Filing, live
from mobilize.web.forms import Form
from mobilize.web.organise import country_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """What the page says of where a reply belongs."""

    #: Nobody has decided, and several fit alike or none does.
    open: bool
    choices: tuple[Choice, ...]
    #: Id of the reply that counts in its place; empty: it counts itself.
    same_as: str
    #: Whether there is a deed to be taken back.
    undoable: bool
    history: tuple[Filing, ...]


def of(installation: Installation, reply: str) -> Belongs:
    """Look up where a reply belongs. Raises Refused: there is none of that id."""
    shown = review.one(installation, reply)
    filed = filing.of(installation, shown)
    return Belongs(
        open=filing.undecided(installation, shown),
        choices=filing.choices(installation, shown),
        same_as=filed.placed.same_as or "",
        undoable=bool(live(filed.history)),
        history=filed.history,
    )


def in_words(deed: Filing) -> tuple[str, str]:
    """One deed for the list of what was done: what, and the words of it."""
    where = country_name(deed.country) or deed.letter or ""
    return _WORDS[deed.deed], (deed.same_as or "")[:12] if deed.deed is Deed.MERGED else where


_WORDS: Mapping[Deed, str] = {
    Deed.MOVED: "filed it under",
    Deed.ALSO: "filed it also under",
    Deed.MERGED: "called it a copy of",
    Deed.UNDONE: "took back the last filing",
}


def do(installation: Installation, reply: str, form: Form, *, by: str, now: dt.datetime) -> None:
    """Do with a reply what a form says: accept a candidate, call it a copy, take back. Raises Refused."""
    if form["accept"].isdecimal():
        filing.accept(installation, reply, int(form["accept"]), by=by, now=now)
    elif form["copy_of"]:
        filing.merge(installation, reply, form["copy_of"].lower(), by=by, now=now)
    elif form["undo"]:
        filing.undo(installation, reply, by=by, now=now)
    else:
        raise Refused("say of which reply it is a copy", hint="the beginning of its id, as its page's address has it")
