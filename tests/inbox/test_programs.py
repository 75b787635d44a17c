"""Forwards as mail programs lay them out, in every language whose labels we know: none is shown to us in a corpus.

The layouts are from knowledge of the programs, the labels from lexicon/headers.toml, the dates from CLDR (Babel). What
is asked is that a reader of one language is served as well as a reader of another.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Callable
from importlib.resources import files

import pytest
from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time

from mobilize.inbox.raw import RawMail
from mobilize.inbox.read import read
from mobilize.inbox.reply import Context, Reply

LABELS = tomllib.loads(files("mobilize.inbox.lexicon").joinpath("headers.toml").read_text("utf-8"))["labels"]
SENT = dt.datetime(2013, 11, 21, 15, 4, 0, tzinfo=dt.UTC)
BODY = "We have received your letter.\n\nIt was passed on to the Mission."

Labels = dict[str, str]


def outlook(label: Labels, date: str) -> str:
    return (
        f"\n________________________________\n{label['from']}: Desk Officer <desk@mfa.gov.xx.example>\n"
        f"{label['date']}: {date}\n{label['to']}: Partner <p@ngo.example>; Other <o@ngo.example>\n"
        f"{label['subject']}: RE: Letter 12\n\n{BODY}\n"
    )


def outlook_without_rule(label: Labels, date: str) -> str:
    return outlook(label, date).replace("________________________________\n", "")


def gmail(label: Labels, date: str) -> str:
    return (
        f"\n---------- Forwarded message ---------\n{label['from']}: Desk Officer <desk@mfa.gov.xx.example>\n"
        f"Date: {date}\nSubject: RE: Letter 12\nTo: Partner <p@ngo.example>, Other <o@ngo.example>\n\n\n{BODY}\n"
    )


def apple(label: Labels, date: str) -> str:
    lines = (
        f"Begin forwarded message:\n\n{label['from']}: Desk Officer <desk@mfa.gov.xx.example>\n"
        f"{label['subject']}: RE: Letter 12\n{label['date']}: {date}\n"
        f"{label['to']}: Partner <p@ngo.example>, Other <o@ngo.example>\n\n{BODY}\n"
    )
    return "\n" + "".join(f"> {line}\n" for line in lines.splitlines())


def thunderbird(label: Labels, date: str) -> str:
    return (
        f"\n-------- Original Message --------\n{label['subject']}: \tRE: Letter 12\n{label['date']}: \t{date}\n"
        f"{label['from']}: \tDesk Officer <desk@mfa.gov.xx.example>\n"
        f"{label['to']}: \tPartner <p@ngo.example>, Other <o@ngo.example>\n\n\n\n{BODY}\n"
    )


def french_spacing(label: Labels, date: str) -> str:
    return outlook({role: f"{text}\u00a0" for role, text in label.items()}, date)


def full_width_colons(label: Labels, date: str) -> str:
    return "\n".join(
        line.replace(": ", "：", 1) if line.partition(":")[0] in label.values() else line
        for line in outlook(label, date).split("\n")
    )


def stars(label: Labels, date: str) -> str:
    return "\n".join(
        f"*{line.replace(':', ':*', 1)}" if line.partition(":")[0] in label.values() else line
        for line in outlook(label, date).split("\n")
    )


LAYOUTS = (outlook, outlook_without_rule, gmail, apple, thunderbird, french_spacing, full_width_colons, stars)


def first_labels(language: str) -> Labels:
    return {role: LABELS[language][role].split("|")[0].strip() for role in ("from", "to", "date", "subject")}


def printed(language: str) -> str:
    """The moment as a program of this language prints it; in English where CLDR does not know the language."""
    try:
        locale = Locale.parse({"no": "nb", "tl": "fil"}.get(language, language))
    except UnknownLocaleError:
        locale = Locale.parse("en")
    day = format_date(SENT, "full", locale=locale)
    return f"{day} {format_time(SENT, 'short', locale=locale)}"


def parsed(body: str) -> Reply:
    head = "From: Partner <p@ngo.example>\nTo: us@own.example\nSubject: Fwd: Letter 12\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\n\nSee below.\n{body}"
    return read(RawMail(data=raw.encode(), origin="test"), context=Context(own_addresses=("us@own.example",)))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("language", sorted(LABELS))
def test_a_forward_in_any_language_and_layout_is_unwrapped(language: str, layout: Callable[[Labels, str], str]) -> None:
    made = parsed(layout(first_labels(language), printed(language)))
    assert made.via == "forward_inline"
    assert (made.from_name, made.from_address) == ("Desk Officer", "desk@mfa.gov.xx.example")
    assert made.to == ("p@ngo.example", "o@ngo.example")
    assert made.subject == "RE: Letter 12"
    assert " ".join(made.text.split()) == " ".join(BODY.split())
    assert made.note == "See below."
    assert str(made.date)[:16] == "2013-11-21T15:04"


@pytest.mark.parametrize("language", sorted(LABELS))
def test_every_label_of_a_language_is_known_in_its_role(language: str) -> None:
    first = first_labels(language)
    for role in ("from", "to", "date", "subject"):
        for text in LABELS[language][role].split("|"):
            made = parsed(outlook(first | {role: text.strip()}, "21 November 2013 15:04"))
            assert made.from_address == "desk@mfa.gov.xx.example", text
            assert str(made.date)[:16] == "2013-11-21T15:04", text
            assert made.subject == "RE: Letter 12", text
            assert made.to == ("p@ngo.example", "o@ngo.example"), text
