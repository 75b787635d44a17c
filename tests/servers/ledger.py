"""What the ledger says, for tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from mobilize.desk import figures
from mobilize.installation import Installation


def counts(installation: Installation, round: int = 1) -> Mapping[str, int]:
    """State -> letters of a round."""
    return figures.look(installation, round, now=dt.datetime.now(dt.UTC)).figures.states
