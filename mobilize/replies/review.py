"""Statements of a stance -> where a country stands now: suggested, confirmed, corrected or disputed.

Statements are a ledger: none is ever overwritten. What the parser says is a suggestion with its evidence; only a
person's word is shown as confirmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: The name under which the parser makes statements; no person may bear it.
PARSER = "parser"

#: The stances of the contract, most favourable first (DESIGN.md, "A parsed reply").
STANCES = ("cosponsor", "support", "conditional", "noncommittal", "oppose")

#: Stances that cannot stand beside "oppose". "noncommittal" can: a government may decide later.
_FAVOURABLE = frozenset({"cosponsor", "support", "conditional"})


class Status(StrEnum):
    """How sure one may be of a country's stance."""

    #: The parser alone says so.
    SUGGESTED = "suggested"
    #: A person agreed with the parser.
    CONFIRMED = "confirmed"
    #: A person put another in its place.
    CORRECTED = "corrected"
    #: Two statements that still stand cannot both be true: a person must decide.
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One row of the ledger: that one reply means one stance of one country."""

    #: Order of recording, from 1.
    number: int
    #: Which reply it was read in.
    reply: str
    #: Alpha-2 of the government.
    country: str
    #: One of STANCES; None: a person says that the reply states none.
    stance: str | None
    concerns: tuple[str, ...]
    #: The words that decided.
    quote: str
    #: The rule that decided; empty where a person did.
    rule: str
    #: Day on which it was said, as the reply is dated; None: unknown.
    said_on: dt.date | None
    #: True: the authority's own mail; False: as reported by a partner.
    direct: bool
    #: PARSER, or who reviewed it.
    by: str
    recorded_at: dt.datetime
    #: inbox.genuine.Standing of the mail when it was recorded; empty: recorded before that was known.
    genuine: str = ""

    @property
    def proof(self) -> str:
        """How far it may be taken for the government's own word: "genuine", "unverified", "failed" or "reported"."""
        return self.genuine or ("unverified" if self.direct else "reported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """Where one country stands, derived from its statements."""

    country: str
    stance: str | None
    status: Status
    concerns: tuple[str, ...]
    said_on: dt.date | None
    direct: bool
    #: The statements that still stand, newest last.
    standing: tuple[Statement, ...]
    #: As Statement.proof, of the one that decides.
    proof: str = ""

    def age(self, today: dt.date) -> int | None:
        """Days since it was said; None where nobody knows when."""
        return (today - self.said_on).days if self.said_on else None


def current(statements: Iterable[Statement]) -> Current | None:
    """Derive a country's stance from all that was ever stated of it.

    statements: of one country, in any order.
    Of each reply the latest statement stands, a person's before the parser's. Of the replies that remain, people's
    statements outweigh suggestions; the latest said decides; "oppose" beside a favourable one is a dispute. What the
    parser read in a mail that may be forged does not stand until a person says so.
    Returns None where nothing stands: no statement, or a person took each back.
    """
    ordered = sorted(statements, key=lambda each: each.number)
    live = [each for each in _last_word_on_each_reply(ordered) if each.stance and not _may_be_forged(each)]
    if not live:
        return None
    by_people = [each for each in live if each.by != PARSER]
    weighing = sorted(by_people or live, key=lambda each: (each.said_on or dt.date.min, each.number))
    last = weighing[-1]
    return Current(
        country=last.country,
        stance=last.stance,
        status=_status(last, weighing, ordered),
        concerns=tuple(sorted({concern for each in weighing for concern in each.concerns})),
        said_on=last.said_on,
        direct=last.direct,
        standing=tuple(weighing),
        proof=last.proof,
    )


def _may_be_forged(statement: Statement) -> bool:
    return statement.by == PARSER and statement.genuine == "failed"


def _last_word_on_each_reply(ordered: list[Statement]) -> list[Statement]:
    last: dict[str, Statement] = {}
    for each in ordered:
        before = last.get(each.reply)
        # A reply parsed anew does not undo what a person decided.
        if before and before.by != PARSER and each.by == PARSER:
            continue
        last[each.reply] = each
    return list(last.values())


def _status(last: Statement, weighing: list[Statement], ordered: list[Statement]) -> Status:
    said = {each.stance for each in weighing}
    if "oppose" in said and said & _FAVOURABLE:
        return Status.DISPUTED
    if last.by == PARSER:
        return Status.SUGGESTED
    suggested = [each.stance for each in ordered if each.reply == last.reply and each.by == PARSER]
    return Status.CONFIRMED if last.stance in suggested else Status.CORRECTED
