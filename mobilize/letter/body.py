"""A letter's body: what its template printed, kept for all letters that cannot differ in it.

A template is printed once for a country, a language, a day and whatever it asks of the single addressee (reads.py).
In a campaign with many letters to a country the rest are lookups (docs/decisions/140).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from mobilize.campaign.campaign import Campaign, per_campaign
from mobilize.letter.branches import Branch
from mobilize.letter.filters import filters
from mobilize.letter.markdown import top_level
from mobilize.letter.templates import Templates
from mobilize.letter.views import ROW, WHY_CLOSE, WHY_OPEN, ContactView, FormView, Reasons
from mobilize.world import languages

#: Bodies of a campaign that are kept: three audiences in every country, and room; about ten kilobytes each.
_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One block of the letter's body, and why it is there."""

    #: Markdown, already merged; data in it is escaped.
    markdown: str
    #: Rule, row and source that put it here, in words; empty for fixed text.
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a template printed."""

    #: Front matter key -> one line of plain text.
    fields: Mapping[str, str]
    #: From after the salutation to before the close; ROW in a `why` stands for the addressee's line.
    paragraphs: tuple[Paragraph, ...]
    #: Branches of its templates that it took, in their order.
    branches: tuple[Branch, ...]
    #: What was not finished in it: "{{"; empty where nothing was.
    leftover: str

    def of_row(self, line: int) -> tuple[Paragraph, ...]:
        """Its paragraphs, as they are there for the contact on a line of contacts.csv."""
        return tuple(
            replace(each, why=each.why.replace(ROW, str(line))) if ROW in each.why else each for each in self.paragraphs
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The values that differ between addressees of one kind in one country."""

    contact: ContactView
    form: FormView
    #: From 1; a reminder is a new round.
    round: int


@dataclass(frozen=True, slots=True)
class Shared:
    """The values that do not differ between them: which letters these are."""

    #: Of the template, below letters/: it tells the audience.
    path: str
    #: Alpha-2.
    country: str
    language: str
    locale: str
    #: The day that the letters bear, in ISO 8601.
    date: str
    #: Whether a partner's own letter lies with them.
    enclosed: bool


def body(campaign: Campaign, shared: Shared, own: Own, scope: Callable[[Reasons], Mapping[str, object]]) -> Body:
    """Give the body of a letter.

    scope: everything that the template may use, by name; it notes its reasons in what it is given. It is asked only
    where no letter with these values was printed before, so it must follow from campaign, shared and own alone.
    Raises TemplateWrong, which is not kept.
    """
    known = templates(campaign)
    wanted = (shared, _values(known.asked(shared.path), own))
    bodies = _bodies(campaign)
    found = bodies.get(wanted)
    if found is None:
        found = _printed(known, shared, scope)
        if len(bodies) >= _MOST:
            bodies.clear()
        bodies[wanted] = found
    return found


def templates(campaign: Campaign) -> Templates:
    """Give the campaign's templates, compiled; the same texts are compiled once."""
    return _templates(campaign)


@per_campaign
def _templates(campaign: Campaign) -> Templates:
    return _compiled(tuple(sorted(campaign.templates.items())))


@functools.lru_cache(maxsize=8)
def _compiled(texts: tuple[tuple[str, str], ...]) -> Templates:
    return Templates({path: text for path, text in texts if path.endswith(".md")}, filters())


@per_campaign
def _bodies(_: Campaign) -> dict[tuple[Shared, object], Body]:
    return {}


def _values(asked: frozenset[str], own: Own) -> object:
    return attrgetter(*sorted(asked))(own) if asked else None


def _printed(known: Templates, shared: Shared, scope: Callable[[Reasons], Mapping[str, object]]) -> Body:
    reasons = Reasons()
    printed = known.render(shared.path, scope(reasons))
    paragraphs = _paragraphs(languages.spaced(printed.body, shared.language), reasons)
    return Body(
        fields=printed.fields,
        paragraphs=paragraphs,
        branches=printed.branches,
        leftover=leftover("\n".join(each.markdown for each in paragraphs)),
    )


_MARK = re.compile(f"{WHY_OPEN}([0-9]+){WHY_CLOSE}")


def _paragraphs(text: str, reasons: Reasons) -> tuple[Paragraph, ...]:
    """Cut the body into its blocks; the marks that because() left become the reasons of their block, or of the next."""
    found = []
    numbers: dict[int, None] = {}
    for block in top_level(text):
        numbers |= dict.fromkeys(int(number) for number in _MARK.findall(block))
        bare = _MARK.sub("", block).strip("\n")
        if bare.strip():
            found.append(Paragraph(markdown=bare, why="; ".join(reasons.said[number] for number in numbers)))
            numbers = {}
    return tuple(found)


#: What betrays that a value or a template was not finished. Word by word, so that "Nankana" and "Noneko" may be names.
#: A plain search for the signs in front spares every good letter the slow one behind.
_LEFTOVERS: Sequence[tuple[str, Sequence[str], re.Pattern[str]]] = (
    ("{{", ("{{", "}}"), re.compile(r"\{\{|\}\}")),
    ("{%", ("{%", "%}"), re.compile(r"\{%|%\}")),
    ("None", ("None",), re.compile(r"\bNone\b")),
    ("nan", ("nan",), re.compile(r"(?<![\w'’-])nan(?![\w'’-])")),
    ("[NAME]", ("[",), re.compile(r"\[[A-Z _]{3,}\]")),
)


def leftover(text: str) -> str:
    """Name what betrays that a text was not finished: "{{", "None"; empty where nothing does."""
    for name, signs, pattern in _LEFTOVERS:
        if any(sign in text for sign in signs) and pattern.search(text):
            return name
    return ""
