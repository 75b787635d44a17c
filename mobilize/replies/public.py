"""What may be published: how many states of a regional group stand where, and no count below five (domain rule D2).

A small count tells who is meant, and where partners are at work. So does a gap that a sum fills: the total of a column
is told only where it gives away no single one that is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

#: The smallest count that is told.
LEAST = 5

#: Written in the place of a smaller one, zero among them: that nobody stands there is news as well.
FEWER = f"fewer than {LEAST}"

#: Name of the row that sums up.
ALL = "All groups"


def counts(
    standing: Iterable[tuple[str, str]], *, groups: Sequence[str], stances: Sequence[str]
) -> tuple[Mapping[str, object], ...]:
    """Count confirmed stances by group, as rows with the columns `group` and each stance.

    standing: (group, stance) of each state whose stance a person confirmed. groups: those of the table, in order.
    """
    found = list(standing)
    number = {(group, stance): found.count((group, stance)) for group in groups for stance in stances}
    rows: list[Mapping[str, object]] = [
        {"group": group, **{stance: _told(number[group, stance]) for stance in stances}} for group in groups
    ]
    return (*rows, {"group": ALL, **{stance: _total(number, groups, stance) for stance in stances}})


def _told(count: int) -> object:
    return count if count >= LEAST else FEWER


def _total(number: Mapping[tuple[str, str], int], groups: Sequence[str], stance: str) -> object:
    """The sum over all groups, where what it leaves over for those withheld is itself no small count."""
    withheld = [number[group, stance] for group in groups if number[group, stance] < LEAST]
    total = sum(number[group, stance] for group in groups)
    if not withheld:
        return total
    return total if len(withheld) > 1 and sum(withheld) >= LEAST else FEWER if total < LEAST else f"{LEAST} or more"
