"""A parsed reply: what one mail says, and the words and the rule behind each decision.

The field names are the contract of `mobilize replies parse --json` (DESIGN.md, "A parsed reply").
Values only; `read` makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Protocol

from mobilize.inbox.absence import Absence
from mobilize.inbox.genuine import Authenticity


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a field has its value."""

    #: The field of the reply: "stance", "country", "kind" …
    field: str
    #: The words in the mail, or the header, as they stand there.
    words: str
    #: The rule's name, as a lexicon or a table of this room has it.
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One message of a forward: what its header block printed, and all that stands below it."""

    from_address: str | None = None
    from_name: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    #: ISO 8601 at the precision printed; None where unreadable.
    date: str | None = None
    date_raw: str | None = None
    subject: str | None = None
    #: Everything below this layer's header, signatures, quotes and deeper layers included.
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One recipient of a delivery report."""

    address: str
    #: False for delays, 4.x and a full mailbox whose notice says "later"; True for unknown users, hosts and refusals.
    permanent: bool
    #: True where the address itself does not exist: never write to it again.
    dead: bool = False
    #: Enhanced status code (RFC 3463), "" where none was found.
    status: str = ""
    #: The server's words, on one line.
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A feedback report (RFC 5965)."""

    address: str | None
    #: "abuse", "fraud", "not-spam", …
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRef:
    """A letter of ours, as far as matching needs it."""

    letter: str
    #: Alpha-2 of the government it went to.
    country: str
    #: Where it went: "minister", "mission", "nhri" …
    audience: str


class Lookup(Protocol):
    """What the outbox knows of our letters; each answers None where it knows nothing."""

    def by_message_id(self, message_id: str) -> LetterRef | None:
        """The letter sent under this Message-ID (without angle brackets)."""
        ...

    def by_token(self, token: str) -> LetterRef | None:
        """The letter whose reply address carried this token; case does not count."""
        ...

    def by_address(self, address: str) -> LetterRef | None:
        """The letter last sent to this address."""
        ...


class NoLookup:
    """The lookup of a bare file: there is no outbox."""

    def by_message_id(self, message_id: str) -> LetterRef | None:  # noqa: ARG002 — the protocol names it
        """Nothing is known."""
        return None

    def by_token(self, token: str) -> LetterRef | None:  # noqa: ARG002 — the protocol names it
        """Nothing is known."""
        return None

    def by_address(self, address: str) -> LetterRef | None:  # noqa: ARG002 — the protocol names it
        """Nothing is known."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What ties a reply to a letter of ours."""

    #: From our signed reply address, case as written.
    token: str | None = None
    #: Our Message-ID found in In-Reply-To or References.
    in_reply_to: str | None = None
    #: The letter, where one is sure.
    letter: str | None = None
    #: Letters that may be meant, for a person to choose from.
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a mail may belong to, for a person to choose from."""

    #: Our letter; None where only a country is known.
    letter: str | None
    #: Alpha-2 of the government.
    country: str | None
    #: Out of 100: how far the best of its reasons goes, and a little for each other one.
    score: int
    #: Why, the strongest first.
    reasons: tuple[Evidence, ...]


def no_words(letter: str) -> str:  # noqa: ARG001 — as Context.words is called
    """The words of our letters to a bare file: none are known."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What reading a mail needs to know of the campaign."""

    #: Addresses at which the campaign receives; never hard-coded.
    own_addresses: tuple[str, ...] = ()
    lookup: Lookup = field(default_factory=NoLookup)
    #: The words of a letter of ours by its id; "" where they are not known any more. Asked only where they decide.
    words: Callable[[str], str] = no_words
    #: The languages of the campaign's own letters. Answers come in any language: these limit nothing.
    languages: tuple[str, ...] = ()
    #: The campaign's own lexicon: language code to TOML text.
    lexicon: Mapping[str, str] = field(default_factory=dict)
    #: Names of our receiving servers, whose Authentication-Results are believed.
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One parsed mail."""

    id: str
    #: "reply", "acknowledgement", "auto_reply", "bounce", "partner_report", "unsubscribe", "complaint", "other".
    kind: str
    #: "direct", "forward_inline", "forward_attached"; None where it has no meaning.
    via: str | None = None
    #: Who forwarded, or wrote as a partner.
    reporter: str | None = None
    from_address: str | None = None
    from_name: str | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    date: str | None = None
    subject: str | None = None
    language: str | None = None
    #: The innermost author's own words.
    text: str = ""
    #: The outermost forwarder's own words.
    note: str = ""
    #: The layers of a forward, outermost original first.
    trail: tuple[Layer, ...] = ()
    #: Alpha-2 of the government concerned.
    country: str | None = None
    #: "cosponsor", "support", "conditional", "noncommittal", "oppose".
    stance: str | None = None
    #: Of "responsibilities", "srhr", "other".
    concerns: tuple[str, ...] = ()
    #: Alpha-2 codes that the writer says she will approach.
    targets: tuple[str, ...] = ()
    bounce_address: str | None = None
    bounce_permanent: bool | None = None
    bounces: tuple[Bounce, ...] = ()
    complaint_address: str | None = None
    complaint_type: str | None = None
    matches: Matches = field(default_factory=Matches)
    attachments: tuple[str, ...] = ()
    #: Names of the files that lie in a winmail.dat.
    attachments_inside: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    #: All that it may belong to, the likeliest first, whether or not one of them won.
    candidates: tuple[Candidate, ...] = ()
    #: Whether it is from whom it says.
    authenticity: Authenticity = field(default_factory=Authenticity)
    #: Until when an automatic reply's author is away, and who stands in for her.
    absence: Absence = field(default_factory=Absence)
    #: What went wrong in reading it, as a class name; normally empty. Such a mail waits for a person.
    error: str = ""

    def as_json(self) -> dict[str, object]:
        """The contract's object: its names, lists for tuples; `error` and `attachments_inside` only where there are."""
        made = self.as_kept()
        for name in _BESIDE_THE_CONTRACT:
            del made[name]
        for name in ("error", "attachments_inside"):
            if not made[name]:
                del made[name]
        return made

    def as_kept(self) -> dict[str, object]:
        """All of it, as the log keeps it: the contract's names, and what this installation knows beside them."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


#: Fields that depend on our own servers and outbox, and are no part of reading a bare file.
_BESIDE_THE_CONTRACT = ("candidates", "authenticity", "absence")


def _plain(value: object) -> object:
    """Dataclasses to objects, tuples to lists, all the way down."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value
