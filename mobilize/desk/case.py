"""One reply on an organiser's table: decide, correct, assign, note; who did what and when is kept and shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mobilize.desk import review
from mobilize.desk.review import NO_STANCE
from mobilize.desk.shelf import overlaid, says
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.escape import plain
from mobilize.post import fates, outbox
from mobilize.replies import log, stated
from mobilize.replies.log import Entry
from mobilize.replies.review import PARSER, Current, Statement
from mobilize.replies.triage import READING_ORDER
from mobilize.store import cases, people
from mobilize.store.cases import Change, Handed, Remark
from mobilize.world.countries import countries

#: What a government may object to (DESIGN.md, "A parsed reply").
CONCERNS = ("responsibilities", "srhr", "other")

#: Fields that a person may correct beside stance and country, in the order of the page.
FIELDS = (
    "kind", "said_on", "language", "concerns", "targets", "letter", "reporter", "from_name", "from_address", "subject",
)  # fmt: skip

#: Signs of a corrected field, and of a note.
_LINE, _NOTE = 160, 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known of one reply, and all that people did with it."""

    #: As people corrected it.
    entry: Entry
    #: Where its country stands by all that was said.
    current: Current | None
    #: What this reply is taken to say; empty: no stance.
    stance: str
    #: FIELDS -> value as it stands now, as text.
    values: Mapping[str, str]
    statements: tuple[Statement, ...]
    changes: tuple[Change, ...]
    remarks: tuple[Remark, ...]
    handed: tuple[Handed, ...]

    @property
    def owner(self) -> str:
        """Who sees to it; empty: nobody in particular."""
        return self.handed[-1].person if self.handed else ""


def look(installation: Installation, start: str) -> Case:
    """Find one reply by the beginning of its id. Raises Refused as review.one."""
    shown = review.one(installation, start)
    entry, campaign, seal = shown.entry, installation.campaign.slug, installation.seal
    with installation.store.reading() as connection:
        theirs = cases.latest(connection, campaign, [entry.reply], seal).get(entry.reply, {})
        statements = stated.said_in(connection, campaign, entry.reply, installation.seal)
        made = overlaid(entry, theirs)
        return Case(
            entry=made,
            current=shown.current,
            stance=says(made, [each for each in statements if each.country == entry.country]),
            values=_values(made),
            statements=tuple(statements),
            changes=tuple(cases.changes(connection, campaign, entry.reply, seal)),
            remarks=tuple(cases.remarks_on(connection, campaign, entry.reply, seal)),
            handed=tuple(cases.handed(connection, campaign, entry.reply)),
        )


def opened(installation: Installation, reply: str, *, by: str, now: dt.datetime) -> None:
    """Note that somebody has opened a reply: it is no longer new."""
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        known = cases.is_open(connection, campaign, reply)
    if not known:
        with installation.store.writing() as connection:
            cases.open_(connection, campaign, reply, by=by, now=now)


def decide(
    installation: Installation,
    reply: str,
    *,
    by: str,
    stance: str,
    country: str,
    fields: Mapping[str, str],
    now: dt.datetime,
) -> None:
    """Mark a reply reviewed: what it says, of whom, and what was misread in it.

    stance: one of STANCES, or empty: it states none. country: alpha-2, or empty: as read. fields: some of FIELDS, as
    typed; what is as it was changes nothing. Raises Refused, and then nothing is changed.
    """
    before = look(installation, reply)
    # A field comes back from the page on one line and cut: that alone is no correction.
    typed = {name: value for name, value in fields.items() if name in FIELDS}
    other = {name: value for name, value in typed.items() if _line(value) != _line(before.values[name])}
    changed = {name: _checked(installation, name, value) for name, value in other.items()}
    review.review(installation, before.entry.reply, by=by, stance=stance or NO_STANCE, country=country or None, now=now)
    campaign = installation.campaign.slug
    with installation.store.writing() as connection:
        for name, value in changed.items():
            change = Change(field=name, before=before.values[name], after=value, by=by, at=now)
            cases.amend(connection, campaign, before.entry.reply, change, installation.seal)
        columns: dict[str, object] = {name: changed[name] or None for name in ("language", "letter") if name in changed}
        if "kind" in changed:
            columns["kind"] = changed["kind"]
        if "said_on" in changed:
            columns["said_on"] = log.day_of(changed["said_on"])
        if columns:
            cases.set_columns(connection, campaign, before.entry.reply, columns)
            log.settle_place(connection, campaign, before.entry.reply)
        if "targets" in changed:
            targets = changed["targets"].split()
            cases.set_targets(connection, campaign, before.entry.reply, targets, by=by, now=now)
    _say_concerns(installation, before.entry.reply, by=by, now=now)


def _say_concerns(installation: Installation, reply: str, *, by: str, now: dt.datetime) -> None:
    """Let the ledger of stances know what people found a government to object to, and when it said so."""
    case = look(installation, reply)
    if not case.statements or not case.stance:
        return
    last, entry = case.statements[-1], case.entry
    concerns = tuple(case.values["concerns"].split())
    if (set(last.concerns), last.said_on) == (set(concerns), entry.said_on) or last.by == PARSER:
        return
    with installation.store.writing() as connection:
        stated.state(
            connection,
            installation.campaign.slug,
            reply=entry.reply,
            country=last.country,
            stance=last.stance,
            concerns=concerns,
            quote=last.quote,
            rule="",
            said_on=entry.said_on,
            direct=last.direct,
            by=by,
            now=now,
            seal=installation.seal,
        )


def assign(installation: Installation, reply: str, person: str, *, by: str, now: dt.datetime) -> None:
    """Give a reply to a person; empty: to nobody. Raises Refused where she is not there, or no longer."""
    with installation.store.writing() as connection:
        account = people.one(connection, person) if person else None
        if person and (account is None or account.disabled):
            raise Refused(f"there is no {person} who can sign in")
        cases.assign(connection, installation.campaign.slug, reply, person, by=by, now=now)


def remark(installation: Installation, reply: str, text: str, *, by: str, now: dt.datetime) -> None:
    """Note something beside a reply. Raises Refused for no words, or too many."""
    if not text.strip() or len(text) > _NOTE:
        raise Refused("write a note" if not text.strip() else f"a note has at most {_NOTE} signs")
    with installation.store.writing() as connection:
        cases.remark(connection, installation.campaign.slug, reply, text.strip(), installation.seal, by=by, now=now)


def letters_to(installation: Installation, case: Case) -> tuple[tuple[str, str], ...]:
    """Letters that a reply may answer, each with what it is: those to its country, and what the parser names."""
    matches = case.entry.parsed.get("matches")
    candidates = matches.get("candidates") if isinstance(matches, dict) else None
    named = {case.entry.letter, *(candidates if isinstance(candidates, list) else ())}
    campaign = installation.campaign.slug
    with installation.store.reading() as connection:
        found = {each.letter: each for each in fates.to_country(connection, campaign, case.entry.country or "")}
        for letter in sorted(str(each) for each in named if each and each not in found):
            fate = outbox.fate(connection, campaign, letter)
            found |= {fate.letter: fate} if fate else {}
    return tuple(
        (each.letter, f"{countries()[each.country].name('en')}, {each.audience}, round {each.round}")
        for each in found.values()
    )


def _values(entry: Entry) -> Mapping[str, str]:
    made = {name: _text(entry.parsed.get(name)) for name in FIELDS}
    columns = {
        "kind": entry.kind,
        "said_on": entry.said_on.isoformat() if entry.said_on else "",
        "language": entry.language or "",
        "letter": entry.letter or "",
    }
    return {**made, **columns}


def _text(value: object) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else str(value or "")


def _checked(installation: Installation, name: str, value: str) -> str:
    """A field as it is kept. Raises Refused."""
    text = _line(value.replace(",", " ").upper() if name == "targets" else value)
    sentence = _RULES[name](text) if name in _RULES and text else ""
    if name == "letter" and text:
        with installation.store.reading() as connection:
            known = outbox.fate(connection, installation.campaign.slug, text)
        sentence = "" if known else "there is no such letter"
    if name == "kind" and not text:
        sentence = "say what kind of mail it is"
    if sentence:
        raise Refused(sentence)
    return text


def _line(value: str) -> str:
    return " ".join(plain(value).split())[:_LINE].strip()


def _day(text: str) -> str:
    return "" if log.day_of(text) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else f"{text!r} is no day (2013-11-20)"


def _codes(text: str) -> str:
    wrong = [each for each in text.split() if each not in countries()]
    return f"no country codes: {', '.join(wrong)}" if wrong else ""


#: Field -> what is wrong with a value; empty: nothing.
_RULES: Mapping[str, Callable[[str], str]] = {
    "kind": lambda text: "" if text in READING_ORDER else f"{text!r} is no kind of mail",
    "said_on": _day,
    "language": lambda text: (
        "" if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) else f"{text!r} is no language"
    ),
    "concerns": lambda text: "" if set(text.split()) <= set(CONCERNS) else f"one or more of {', '.join(CONCERNS)}",
    "targets": _codes,
}
