"""Before a round goes out: the unusual letters, each with its reason, and a few by chance."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

from mobilize.desk import plan as planning
from mobilize.desk.outliers import BY_CHANCE, MOST, to_read_first
from mobilize.desk.plan import Chosen
from mobilize.installation import opened

MakeFolder = Callable[..., Path]


def test_the_unusual_come_first_and_chance_picks_a_few_more(
    campaign_folder: MakeFolder, sandbox_env: Callable[[int], str]
) -> None:
    rows = [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(30)]
    special = "KE,ngo,Quiet Quay,,,,quay@lantern.example,,,yes,invented,2026-11-01,"
    persian = "IR,minister,Ministry of Foreign Affairs,Minister,,,m@mfa.ir.example,fa,,,invented,2026-11-01,"
    alone = "NO,minister,Ministry of Foreign Affairs,Minister,,,m@mfa.no.example,,,,invented,2026-11-01,"
    with opened(campaign_folder(*rows, special, persian, alone, env=sandbox_env(25))) as installation:
        now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now)
    shown = to_read_first(plan.letters, chance=random.Random(1))
    reasons = list(shown.values())
    assert "no template" in reasons[0]
    assert "the longest" in reasons
    assert any(contact.startswith("no-minister") for contact in shown)
    assert "its row asks for something special" in reasons
    assert reasons.count("by chance") == BY_CHANCE
    assert len(shown) <= MOST
    assert set(shown) <= {letter.contact.id for letter in plan.letters}


def test_of_no_letters_none_are_to_be_read() -> None:
    assert to_read_first((), chance=random.Random(1)) == {}
