"""Where to push next: states ranked by how near they are and how little is done there, each with the reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mobilize.board import OBSERVERS, CountryRow
from mobilize.board.coverage import CROWD, reach
from mobilize.campaign.standing import StandingName

#: What a state has done -> points, and the reason in words. A state that has signed such a text before is the
#: likeliest to sign this one; one that left is worth asking why. Weights are a judgement, kept in one table.
_PAST: Mapping[StandingName, tuple[int, str]] = {
    StandingName.LEADER: (40, "led such a resolution before"),
    StandingName.STEADY: (40, "co-sponsored every list known whole since its first"),
    StandingName.PAST: (36, "co-sponsored before"),
    StandingName.LAPSED: (34, "co-sponsored before and is not back yet"),
    StandingName.NEW: (8, ""),
    StandingName.OPPOSED: (-25, "voted against or abstained before"),
}

#: What it says now -> points, and the reason.
_SAID: Mapping[str, tuple[int, str]] = {
    "support": (35, "supports the text and has not said that it co-sponsors"),
    "conditional": (28, "would support it on a condition"),
    "noncommittal": (10, "is undecided"),
}

_UNPLANNED, _UNASKED, _UNANSWERED, _GROUP, _CROWD = 12, 10, 6, 10, -20


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A state to approach next."""

    row: CountryRow
    points: int
    #: Why, most telling first.
    reasons: tuple[str, ...]


def best(rows: Sequence[CountryRow], *, but: Collection[str] = (), many: int = 10) -> tuple[Target, ...]:
    """Choose the next targets, best first.

    but: codes of states that need no asking (who tabled the text). States that said that they co-sponsor or oppose are
    none, confirmed or not: a suggestion waits for a person, not for a visit.
    """
    share = {each.group: each.supporters / each.states for each in reach(rows)}
    found = [_target(row, share) for row in rows if row.country.code not in but and _open(row)]
    return tuple(sorted(found, key=lambda each: (-each.points, each.row.country.code))[:many])


def _open(row: CountryRow) -> bool:
    return row.current is None or row.current.stance not in {"cosponsor", "oppose"}


def _target(row: CountryRow, share: Mapping[str, float]) -> Target:
    reasons = sorted(_reasons(row, share), key=lambda each: -abs(each[0]))
    return Target(
        row=row, points=sum(points for points, _ in reasons), reasons=tuple(words for _, words in reasons if words)
    )


def _reasons(row: CountryRow, share: Mapping[str, float]) -> Iterable[tuple[int, str]]:
    points, words = _PAST[row.standing.name]
    symbols = ", ".join(dict.fromkeys(each.resolution.symbol for each in row.standing.proof))
    yield points, f"{words} ({symbols})" if words and symbols else words
    said = _SAID.get(row.current.stance or "") if row.current else None
    if row.current and said:
        points, words = said
        yield points, f"{words} ({row.current.status.value})"
    if not row.plans:
        yield _UNPLANNED, "no partner plans to go there"
    elif row.plans >= CROWD:
        yield _CROWD, f"{row.plans} partners go there already"
    if not row.letters.get("sent"):
        yield _UNASKED, "no letter has reached it"
    elif not row.replies.get("reply"):
        yield _UNANSWERED, "a letter was sent, and nobody answered"
    group = row.country.group or OBSERVERS
    yield round(_GROUP * (1 - share[group])), "" if share[group] else f"nobody in its group ({group}) supports it yet"
