"""The inbox as organisers leaf through it: what is new, what waits for a person, and whatever they narrow it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mobilize.desk import inbox
from mobilize.installation import Installation
from mobilize.replies import pages, stated
from mobilize.replies.log import Entry
from mobilize.replies.pages import Wanted
from mobilize.replies.review import PARSER, STANCES, Current, Statement, current
from mobilize.replies.triage import NOBODY, READING_ORDER
from mobilize.store import cases
from mobilize.world.countries import countries, groups

#: What a list shows of the log: what waits for a person, what nobody has opened, all.
SHOWS = ("", "new", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an organiser narrows the list to; empty: any. What is no such thing narrows nothing."""

    show: str = ""
    kind: str = ""
    country: str = ""
    #: A UN regional group.
    group: str = ""
    stance: str = ""
    #: Part of who reported or wrote it.
    reporter: str = ""
    language: str = ""
    #: Whose it is to see to.
    person: str = ""
    #: Words of the mail.
    q: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """One reply in the list."""

    #: As people corrected it.
    entry: Entry
    #: Where its country stands by all that was said.
    current: Current | None
    #: What this reply is taken to say: a person's word, else the parser's suggestion.
    stance: str
    #: Who sees to it; empty: nobody in particular.
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A list, and what there is to choose from."""

    #: At most as many as were asked for.
    found: tuple[Lying, ...]
    #: How many fit.
    count: int
    #: The last of these, behind which the list goes on; empty: it ends here.
    next: str
    #: How many nobody has opened, how many wait for a person, how many there are.
    new: int
    waiting: int
    all: int
    languages: tuple[str, ...]
    countries: tuple[str, ...]


def shelf(installation: Installation, choice: Choice, *, most: int, after: str = "") -> Shelf:
    """List the log: what waits for a person first, machines last, newest first within.

    most: replies listed at most. after: the reply behind which to go on; one that is not there begins the list anew.
    """
    _prepare(installation, choice)
    campaign, seal, wanted = installation.campaign.slug, installation.seal, _wanted(choice)
    with installation.store.reading() as connection:
        at = pages.where(connection, campaign, after) if after else None
        found, behind = pages.listed(connection, campaign, wanted, seal, most=most, after=at)
        count = pages.counted(connection, campaign, wanted, seal)
        ids = [each.reply for each in found]
        theirs = cases.latest(connection, campaign, ids, seal)
        shown = [overlaid(each, theirs.get(each.reply, {})) for each in found]
        statements = stated.statements(
            connection, campaign, {each.country for each in shown if each.country}, seal=seal
        )
        owners = cases.owners(connection, campaign, ids)
        new, waiting, total = cases.tallies(connection, campaign, most=pages.MOST_COUNTED, nobody=NOBODY)
        spoken, known = cases.spoken(connection, campaign), tuple(pages.countries(connection, campaign))
    stances = {code: current(of_country) for code, of_country in statements.items()}
    return Shelf(
        found=tuple(
            Lying(
                entry=each,
                current=stances.get(each.country or ""),
                stance=says(each, statements.get(each.country or "", [])),
                owner=owners.get(each.reply, ""),
            )
            for each in shown
        ),
        count=min(count, pages.MOST_COUNTED),
        next=behind.reply if behind else "",
        new=new,
        waiting=waiting,
        all=total,
        languages=spoken,
        countries=known,
    )


def _prepare(installation: Installation, choice: Choice) -> None:
    """See that replies of an older ledger have their place in the lists, and are found by their words."""
    inbox.settle(installation)
    if choice.q or choice.reporter:
        inbox.find_by_words(installation)


def beside(installation: Installation, choice: Choice, reply: str) -> tuple[str, str]:
    """The replies that stand before and behind one in the list; empty: none does."""
    _prepare(installation, choice)
    campaign, seal, wanted = installation.campaign.slug, installation.seal, _wanted(choice)
    with installation.store.reading() as connection:
        at = pages.where(connection, campaign, reply)
        if at is None:
            return "", ""
        behind, _ = pages.listed(connection, campaign, wanted, seal, most=1, after=at)
        return pages.before(connection, campaign, wanted, seal, at), behind[0].reply if behind else ""


def says(entry: Entry, statements: list[Statement]) -> str:
    """What one reply is taken to say of its country; empty: no stance."""
    own = [each for each in statements if each.reply == entry.reply]
    by_people = [each for each in own if each.by != PARSER]
    return (by_people[-1].stance or "") if by_people else entry.stance or ""


def overlaid(entry: Entry, theirs: Mapping[str, str]) -> Entry:
    """An entry with what people corrected in it, in the place of what was read. theirs: field -> their word."""
    several = {"concerns", "targets"}
    words = {name: value.split() if name in several else value or None for name, value in theirs.items()}
    made = replace(entry, parsed={**entry.parsed, **words})
    return replace(made, reporter=theirs["reporter"] or None) if "reporter" in theirs else made


def _wanted(choice: Choice) -> Wanted:
    of_group = tuple(code for code, each in countries().items() if each.group == choice.group)
    one = (choice.country,) if choice.country in countries() else ()
    return Wanted(
        needs_person=choice.show not in {"new", "all"},
        unopened=choice.show == "new",
        kinds=(choice.kind,) if choice.kind in READING_ORDER else (),
        countries=one or (of_group if choice.group in groups() else ()),
        language=choice.language,
        said=choice.stance if choice.stance in STANCES else "",
        reporter=choice.reporter,
        person=choice.person,
        text=choice.q,
    )
