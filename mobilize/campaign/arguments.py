"""Agreed language that a letter may cite, each with the date on which it was agreed."""

from __future__ import annotations

import datetime as dt
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
