"""The inbox as organisers leaf through it: what is new, what waits for a person, and whatever they narrow it to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from mobilize.desk import inbox
from mobilize.installation import Installation
from mobilize.replies import log, pages, stated
from mobilize.replies.log import Entry
from mobilize.replies.review import PARSER, STANCES, Current, Statement, current
from mobilize.replies.triage import READING_ORDER
from mobilize.store import cases
from mobilize.store.cases import Sieve
from mobilize.world.countries import countries, groups

#: What a list shows of the log: what waits for a person, what nobody has opened, all.
SHOWS = ("", "new", "all")

#: Ids asked for in one query: databases take some thousand values, not any number.
_BATCH = 500


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

    most: replies listed at most. after: the reply behind which to go on; one that is not in the list begins it anew.
    """
    campaign = installation.campaign.slug
    if choice.q:
        inbox.find_by_words(installation)
    with installation.store.reading() as connection:
        ids = _order(connection, installation, choice)
        start = ids.index(after) + 1 if after in ids else 0
        shown = list(_read(connection, installation, ids[start : start + most]))
        named = {each.country for each in shown if each.country}
        statements = stated.statements(connection, campaign, named, seal=installation.seal)
        owners = cases.owners(connection, campaign, [each.reply for each in shown])
        new, waiting, total = cases.tallies(connection, campaign)
        spoken, known = cases.spoken(connection, campaign), cases.named(connection, campaign)
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
        count=len(ids),
        next=shown[-1].reply if start + most < len(ids) else "",
        new=new,
        waiting=waiting,
        all=total,
        languages=spoken,
        countries=known,
    )


def _read(connection: Connection, installation: Installation, ids: Sequence[str]) -> Iterator[Entry]:
    """Entries as people corrected them, in the order of the ids."""
    campaign, seal = installation.campaign.slug, installation.seal
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        theirs = cases.latest(connection, campaign, some, seal)
        yield from (overlaid(each, theirs.get(each.reply, {})) for each in log.some(connection, campaign, seal, some))


def _order(connection: Connection, installation: Installation, choice: Choice) -> list[str]:
    """Ids of the whole list, in its order."""
    campaign = installation.campaign.slug
    holding = pages.worded(connection, campaign, choice.q, "", installation.seal)
    if holding is None:
        return []
    ids = cases.sifted(connection, campaign, _sieve(choice), also=holding, order=READING_ORDER, parser=PARSER)
    if not choice.reporter:
        return ids
    # Part of a name is in no index, and names are encrypted: it is looked for in what is left.
    return [each.reply for each in _read(connection, installation, ids) if _fits(each, choice)]


def beside(installation: Installation, choice: Choice, reply: str) -> tuple[str, str]:
    """The replies that stand before and behind one in the list; empty: none does."""
    with installation.store.reading() as connection:
        ids = _order(connection, installation, choice)
    if reply not in ids:
        return "", ids[0] if ids else ""
    place = ids.index(reply)
    return ids[place - 1] if place else "", ids[place + 1] if place + 1 < len(ids) else ""


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


def _sieve(choice: Choice) -> Sieve:
    of_group = tuple(code for code, each in countries().items() if each.group == choice.group)
    one = (choice.country,) if choice.country in countries() else ()
    return Sieve(
        waiting=choice.show not in {"new", "all"},
        unopened=choice.show == "new",
        kinds=(choice.kind,) if choice.kind in READING_ORDER else (),
        countries=one or (of_group if choice.group in groups() else ()),
        language=choice.language,
        stance=choice.stance if choice.stance in STANCES else "",
        person=choice.person,
    )


def _fits(entry: Entry, choice: Choice) -> bool:
    names = (entry.parsed.get(each) for each in ("reporter", "from_name", "from_address"))
    return choice.reporter.casefold() in " ".join(str(each or "") for each in names).casefold()
