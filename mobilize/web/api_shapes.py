"""What the JSON API takes and gives: these classes are its document, field by field."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mobilize.web.forms import LINE, TEXT
from mobilize.world.countries import countries

Stance = Literal["cosponsor", "support", "conditional", "noncommittal", "oppose"]
Kind = Literal[
    "reply", "partner_report", "complaint", "unsubscribe", "other", "acknowledgement", "auto_reply", "bounce"
]
Status = Literal["suggested", "confirmed", "corrected", "disputed"]
State = Literal["queued", "sending", "sent", "deferred", "failed", "in_doubt"]


def _known(code: str) -> str:
    if code not in countries():
        raise ValueError("no code of a country (ISO 3166-1 alpha-2)")
    return code


Code = Annotated[
    str,
    AfterValidator(_known),
    Field(json_schema_extra={"enum": sorted(countries())}, description="ISO 3166-1 alpha-2"),
]
Line = Annotated[str, Field(max_length=LINE)]


class Shape(BaseModel):
    """What they have in common: nothing that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Shape):
    """An error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[Wrong] = []


class Wrong(Shape):
    """One thing that is wrong with what was asked; what was sent is never repeated."""

    where: list[str]
    what: str


class Reply(Shape):
    """One reply as coded. Nothing of what it says, and nobody's name."""

    reply: str = Field(description="SHA-256 of the message, hex")
    received_on: dt.date
    said_on: dt.date | None
    kind: Kind
    via: str | None
    country: str | None
    language: str | None
    letter: str | None = Field(description="The letter that it answers")
    suggested_stance: Stance | None = Field(description="What the program reads in it; a person has not looked")
    needs_person: str = Field(description="Why a person must look; empty: nobody must")
    reviewed: bool
    country_stance: Stance | None = Field(description="Where its country stands, by all that was ever said")
    country_status: Status | None


class Replies(Shape):
    """One page of the log, what needs a person first."""

    items: list[Reply]
    count: int = Field(description="How many the whole list has, up to 10,000")
    more_than_counted: bool
    next: str | None = Field(description="`after` of the next page; null: this was the last")


class Words(Shape):
    """What a reply says, and who said it."""

    subject: str | None
    text: str
    note: str
    from_name: str | None
    from_address: str | None
    reporter: str | None
    concerns: list[str]
    targets: list[str]
    attachments: list[str]


class OneReply(Reply):
    """One reply; its words where the token opens them (words:read)."""

    words: Words | None


class Country(Shape):
    """One country on the board."""

    country: str
    name: str
    group: str = Field(description="UN regional group; empty: an observer")
    standing: str = Field(description="What the record says of it")
    letters: dict[str, int] = Field(description="State of a letter -> how many")
    replies: dict[str, int] = Field(description="Kind of a reply -> how many")
    stance: Stance | None
    status: Status | None
    said_on: dt.date | None
    plans: int = Field(description="How many partners plan to go there; which ones is for organisers")


class Countries(Shape):
    """Every state."""

    items: list[Country]


class Group(Shape):
    """One UN regional group; counts are of countries but for the letters'."""

    group: str
    countries: int
    letters: int
    sent: int
    trouble: int
    answered: int
    confirmed: dict[str, int]
    suggested: dict[str, int]
    disputed: int


class Groups(Shape):
    """All groups."""

    items: list[Group]


class Letter(Shape):
    """What became of one letter."""

    letter: str
    country: str
    audience: str
    language: str
    round: int
    state: State
    attempts: int
    changed_at: dt.datetime
    reason: str


class Letters(Shape):
    """One page of letters, in the order of their ids."""

    items: list[Letter]
    next: str | None


class Round(Shape):
    """How a round of letters stands."""

    round: int
    states: dict[str, int]
    failed: dict[str, int] = Field(description="Why -> how many")
    next_try: dt.datetime | None
    letters_a_minute: float
    paused: bool


class Teller(Shape):
    """Who tells; nothing of it is asked for."""

    organisation: Line = ""
    email: Line = ""


class Heard(Teller):
    """What a government said to a partner."""

    country: Code = Field(description="Whose government was heard")
    text: Annotated[str, Field(min_length=1, max_length=TEXT, pattern=r"\S", description="What was said")]
    stance: Stance | None = None
    who: Line = Field(default="", description="Who said it")
    said_on: dt.date | None = None


class Plans(Teller):
    """Where a partner goes next."""

    targets: Annotated[list[Code], Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=TEXT)] = ""


class Reported(Shape):
    """What a report became: an entry of the log, which waits for a person."""

    reply: str
    new: bool
