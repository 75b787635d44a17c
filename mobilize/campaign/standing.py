"""A country's record as of a date -> its standing, with the positions that prove it.

What the record can prove, and what it cannot, decides the rules:

- Being on a list proves a co-sponsorship, whether or not the list is complete.
- Not being on a list proves something only where the list is complete. So absence is counted against a country on
  complete lists alone, and on those only after its own first co-sponsorship: before it, the country may not have been
  asked, or may not have existed.
- Having withdrawn proves an absence even from an incomplete list: the source says that the name was taken off.
- `complete` is said of a resolution, and may mean its list of sponsors or its vote. A resolution without one sponsor
  or co-sponsor on record has no list to be absent from.
- A list adopted after the latest complete one can only speak for a country: who is on it has come back, who is not on
  it may simply not have been read.

For the campaign of November 2013 two lists can be read: A/RES/66/164 (2011, incomplete) and A/HRC/RES/22/6 (2013,
complete). The 39 states on both and the 37 on the second alone are all steady, since nothing shows that one of the 37
was missing in 2011; the three on the first alone have lapsed, since the second list is whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from mobilize.campaign.record import Position, Record, Role


class StandingName(StrEnum):
    """The six standings (DESIGN.md)."""

    #: Sponsored (tabled or led) at least one.
    LEADER = "leader"
    #: Co-sponsored every complete list since its first.
    STEADY = "steady"
    #: On the latest complete list, not on all.
    PAST = "past"
    #: On an earlier list, not on the latest complete one, or withdrew.
    LAPSED = "lapsed"
    #: Voted against or abstained, and co-sponsored nothing later.
    OPPOSED = "opposed"
    #: Nothing on record: the letter invites, and claims nothing.
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a country stands, and why."""

    country: str
    name: StandingName
    #: What proves it, oldest first; empty for NEW, but for a state that voted yes and is on no list.
    proof: tuple[Position, ...]
    #: The rule that decided, in words, for `countries` and for the organiser.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """One country's positions, sorted by what they prove. Each oldest first."""

    #: Sponsored or co-sponsored, and did not withdraw from the same resolution.
    joined: tuple[Position, ...]
    withdrawn: tuple[Position, ...]
    #: Voted no or abstained.
    against: tuple[Position, ...]
    #: Voted yes.
    votes_for: tuple[Position, ...]

    @property
    def last_joined(self) -> dt.date:
        """Day of the latest resolution joined; the earliest day there is where none was."""
        return max((position.resolution.adopted for position in self.joined), default=dt.date.min)

    @property
    def first_joined(self) -> dt.date:
        """Day of the first resolution ever joined, withdrawn from or not; the last day there is where none was."""
        return min((position.resolution.adopted for position in self.joined + self.withdrawn), default=dt.date.max)


def of(record: Record, code: str) -> Standing:
    """Say where a country stands, from a record that is already cut at the campaign's `as_of` date.

    code: alpha-2. A country without positions is NEW.
    The latest act counts most: a vote against or an abstention, then a withdrawal, each unless a list was joined
    later; then sponsorship; then presence on the complete lists, as this module's head explains.
    Never raises.
    """
    positions = record.positions.get(code, ())
    past = _sort(positions)
    for rule in (_opposed, _withdrew, _leader, _on_lists, _invited):
        standing = rule(code, past, record)
        if standing is not None:
            return standing
    raise AssertionError("_invited answers every country")


def _sort(positions: Iterable[Position]) -> _Past:
    ordered = sorted(positions, key=lambda position: position.resolution.adopted)
    left = {position.resolution.symbol for position in ordered if position.role is Role.WITHDRAWN}

    def those(*roles: Role, but: Collection[str] = ()) -> tuple[Position, ...]:
        return tuple(each for each in ordered if each.role in roles and each.resolution.symbol not in but)

    return _Past(
        joined=those(Role.SPONSOR, Role.COSPONSOR, but=left),
        withdrawn=those(Role.WITHDRAWN),
        against=those(Role.VOTED_NO, Role.ABSTAINED),
        votes_for=those(Role.VOTED_YES),
    )


def _opposed(code: str, past: _Past, _: Record) -> Standing | None:
    """Voted against or abstained, and co-sponsored nothing later. A later yes vote is shown beside it."""
    standing_votes = tuple(each for each in past.against if each.resolution.adopted >= past.last_joined)
    if not standing_votes:
        return None
    since = standing_votes[0].resolution.adopted
    proof = _in_order(standing_votes + tuple(each for each in past.votes_for if each.resolution.adopted > since))
    reason = f"voted against or abstained on {_symbols(standing_votes)}, and no later co-sponsorship is on record"
    return Standing(country=code, name=StandingName.OPPOSED, proof=proof, reason=reason)


def _withdrew(code: str, past: _Past, _: Record) -> Standing | None:
    """Withdrew its sponsorship, and joined nothing later."""
    left = tuple(each for each in past.withdrawn if each.resolution.adopted >= past.last_joined)
    if not left:
        return None
    reason = f"withdrew its sponsorship of {_symbols(left)}, and no later co-sponsorship is on record"
    return Standing(country=code, name=StandingName.LAPSED, proof=_in_order(past.joined + left), reason=reason)


def _leader(code: str, past: _Past, _: Record) -> Standing | None:
    """Tabled or led at least one."""
    led = tuple(each for each in past.joined if each.role is Role.SPONSOR)
    if not led:
        return None
    return Standing(country=code, name=StandingName.LEADER, proof=led, reason=f"tabled or led {_symbols(led)}")


def _on_lists(code: str, past: _Past, record: Record) -> Standing | None:
    """Joined at least one list: steady, past or lapsed, by its absences from complete lists since its first."""
    if not past.joined:
        return None
    complete = record.complete_lists
    joined = {position.resolution.symbol for position in past.joined}
    missed = [each.symbol for each in complete if each.adopted >= past.first_joined and each.symbol not in joined]
    left = [each.resolution.symbol for each in past.withdrawn if each.resolution.symbol not in missed]
    latest = complete[-1] if complete else None
    on_lists = f"co-sponsored {_symbols(past.joined)}"
    if latest is not None and latest.symbol not in joined and past.last_joined <= latest.adopted:
        name = StandingName.LAPSED
        reason = f"{on_lists}; not on {latest.symbol}, the latest list that is known whole"
    elif missed or left:
        name = StandingName.PAST
        absences = [f"not on {', '.join(missed)}, known whole"] * bool(missed) + [
            f"withdrew from {', '.join(left)}"
        ] * bool(left)
        reason = f"{on_lists}; {' and '.join(absences)}"
    else:
        name = StandingName.STEADY
        reason = f"{on_lists}: every list known whole since its first"
    return Standing(country=code, name=name, proof=past.joined, reason=reason)


def _invited(code: str, past: _Past, _: Record) -> Standing:
    """Nothing on record but, perhaps, a vote in favour: which is not co-sponsorship, and is kept apart from it."""
    if past.votes_for:
        reason = f"voted in favour of {_symbols(past.votes_for)}; no co-sponsorship is on record"
    else:
        reason = "nothing is on record, which proves nothing: the letter invites and claims nothing"
    return Standing(country=code, name=StandingName.NEW, proof=past.votes_for, reason=reason)


def _in_order(positions: tuple[Position, ...]) -> tuple[Position, ...]:
    return tuple(sorted(positions, key=lambda position: position.resolution.adopted))


def _symbols(positions: tuple[Position, ...]) -> str:
    return ", ".join(dict.fromkeys(position.resolution.symbol for position in positions))
