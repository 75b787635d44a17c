"""SQLite finds each letter of a page by its key, however many letters a campaign has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from mobilize.installation import opened
from mobilize.letter.merge import LetterId
from mobilize.post import page_sqlite
from mobilize.post.notes import Page, Settled, Tried
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict
from mobilize.store.pen import Deed, Done

ANSWER = Answer(stage=Stage.TEXT, code=250, text="2.0.0 taken")
NOW = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)


def page() -> Page:
    """One of everything that a page may hold."""
    sent = Tried(letter=LetterId("a"), attempt=1, answer=ANSWER, sha256="0" * 64, refused={1: ANSWER})
    verdict = Verdict(state=State.SENT, reason="", enhanced="", retry_after=None)
    return Page(
        settled=[Settled(tried=sent, verdict=verdict)],
        put_back=[Tried(letter=LetterId("b"), attempt=1)],
        handed_over=[LetterId("c")],
    )


def test_no_statement_of_a_page_looks_through_all_letters(campaign_folder: Callable[..., Path]) -> None:
    plans: list[str] = []
    with opened(campaign_folder()) as installation, installation.store.reading() as connection:
        link = connection.connection.driver_connection
        assert link is not None

        def planned(deed: Deed) -> Done:
            found = link.execute(f"EXPLAIN QUERY PLAN {deed.statement}", deed.values).fetchall()
            plans.extend(str(row[3]) for row in found)
            if "salt FROM ledger" in deed.statement:
                return Done(count=1, rows=[(None, "")])
            # As if it had changed one, and claimed none.
            return Done(count=1, rows=[])

        page_sqlite.write(
            planned, "whrd-2013", "holder", page(), {LetterId("d"): ["0" * 64]}, host="h", now=NOW, counts=True
        )
    of_letters = [each for each in plans if "letters" in each]
    assert len(of_letters) == 4, "settled, put back, handed over, claimed"
    assert all("(campaign=? AND letter=?)" in each for each in of_letters), of_letters
