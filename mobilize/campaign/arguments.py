"""Agreed language that a letter may cite, each with the date on which it was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One text that states agreed to (campaign.toml, [[arguments]])."""

    #: Name by which a template cites it: `argument("csw57")`.
    name: str
    #: Official symbol, or the usual short title where there is none.
    symbol: str
    #: Day on which it was agreed; a letter dated earlier cannot cite it.
    agreed_on: dt.date
    #: Where the wording was read.
    source: str
    #: UN regional groups for which this is used; empty: all.
    groups: tuple[str, ...] = ()


def citable(argument: Argument, *, letter_date: dt.date, as_of: dt.date) -> bool:
    """Whether a letter of that day may cite the text: it was agreed by then, and by the campaign's own last day.

    Both matter: a letter printed with a later day may still belong to a campaign that argues from an earlier one.
    """
    return argument.agreed_on <= min(letter_date, as_of)


def for_group(arguments: Mapping[str, Argument], group: str) -> tuple[Argument, ...]:
    """Pick the texts that are used for a country of this UN regional group, in the order of campaign.toml.

    group: as in world.countries; empty for the observers, to whom the texts without a group apply.
    """
    return tuple(each for each in arguments.values() if not each.groups or group in each.groups)
