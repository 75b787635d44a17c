"""Pages of notes in SQL: what delivery claims, hands over and settles, each page in one transaction.

The statements are built once: to build them anew for each page took as long as all else that the ledger does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, insert, or_, select, update

from mobilize.errors import LedgerUnusable
from mobilize.letter.merge import LetterId
from mobilize.post.notes import Page, Tried
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Verdict, enhanced_code, without_addresses
from mobilize.store.schema import Moment, attempts, letters, refusals

_NOW = bindparam("now", type_=Moment())
_CAMPAIGN = letters.c.campaign == bindparam("of")
_THESE = letters.c.letter.in_(bindparam("these", expanding=True))
_HELD = and_(letters.c.state == State.SENDING.value, letters.c.holder == bindparam("by"))


def may_go(now: dt.datetime) -> ColumnElement[bool]:
    """Letters whose moment has come: queued ones that wait for none, or for one that has passed, and deferred ones."""
    return _MAY_GO.params(now=now)


#: The same, of a moment that is given when it is asked.
_MAY_GO = or_(
    and_(letters.c.state == State.QUEUED.value, or_(letters.c.due_at.is_(None), letters.c.due_at <= _NOW)),
    and_(letters.c.state == State.DEFERRED.value, letters.c.due_at <= _NOW),
)


def write(
    connection: Connection, campaign: str, holder: str, page: Page, *, host: str, now: dt.datetime
) -> Mapping[LetterId, Tried]:
    """Write a page of notes of one holder, in one transaction of the caller's.

    host: the server that gave the answers. Returns the letters that were claimed, and the try that now begins.
    Raises LedgerUnusable where another program changed a letter that this one holds.
    """
    held = {"of": campaign, "by": holder}
    if page.settled:
        rows = [
            {**held, "which": each.tried.letter, "changed": now, **_became(each.verdict, now)} for each in page.settled
        ]
        all_of_them(connection.execute(_SETTLE, rows).rowcount, [each.tried.letter for each in page.settled])
    if page.put_back:
        which = [each.letter for each in page.put_back]
        done = connection.execute(_PUT_BACK, {**held, "these": which, "now": now})
        all_of_them(done.rowcount, which)
    _record(connection, campaign, page, host=host, now=now)
    if page.handed_over:
        done = connection.execute(_HAND_OVER, {**held, "these": page.handed_over})
        all_of_them(done.rowcount, page.handed_over)
    if not page.claimed:
        return {}
    taken = connection.execute(_CLAIM, {**held, "these": page.claimed, "now": now})
    return {
        LetterId(row.letter): Tried(
            letter=LetterId(row.letter), attempt=row.attempts, age=(now - row.tried_since).total_seconds()
        )
        for row in taken
    }


#: Take letters, with a connection in hand and just before MAIL FROM. Of two programs, one gets each.
_CLAIM = (
    update(letters)
    .where(_CAMPAIGN, _THESE, _MAY_GO)
    .values(
        state=State.SENDING.value,
        holder=bindparam("by"),
        handed_over=False,
        attempts=letters.c.attempts + 1,
        tried_since=func.coalesce(letters.c.tried_since, _NOW),
        changed_at=_NOW,
        reason="",
    )
    .returning(letters.c.letter, letters.c.attempts, letters.c.tried_since)
)

_HAND_OVER = update(letters).where(_CAMPAIGN, _THESE, _HELD).values(handed_over=True)

#: Write what became of a letter that this program holds.
_SETTLE = (
    update(letters)
    .where(_CAMPAIGN, letters.c.letter == bindparam("which"), _HELD)
    .values(
        state=bindparam("into"),
        holder=None,
        due_at=bindparam("due"),
        changed_at=bindparam("changed"),
        reason=bindparam("why"),
    )
)

#: Give back letters of which the server took nothing: they are queued again, and this was no try of theirs.
_PUT_BACK = (
    update(letters)
    .where(_CAMPAIGN, _THESE, _HELD)
    .values(
        state=State.QUEUED.value,
        holder=None,
        handed_over=False,
        due_at=None,
        changed_at=_NOW,
        attempts=letters.c.attempts - 1,
    )
)


def _became(verdict: Verdict, now: dt.datetime) -> Mapping[str, object]:
    due = now + dt.timedelta(seconds=verdict.retry_after) if verdict.retry_after is not None else None
    return {"into": verdict.state.value, "why": verdict.reason, "due": due}


def _record(connection: Connection, campaign: str, page: Page, *, host: str, now: dt.datetime) -> None:
    """Add a row a try, and one a recipient that was refused alone."""
    tries = [(each.tried, each.verdict.state) for each in page.settled]
    tries += [(tried, State.QUEUED) for tried in page.put_back if tried.answer is not None]
    if tries:
        rows = [
            {
                "at": now,
                "host": host,
                "state": state.value,
                "sha256": tried.sha256,
                **_said(campaign, tried, tried.answer),
            }
            for tried, state in tries
        ]
        connection.execute(_TRIED, rows)
    alone = [
        {"place": place, **_said(campaign, tried, answer)}
        for tried, _ in tries
        for place, answer in tried.refused.items()
    ]
    if alone:
        connection.execute(insert(refusals), alone)


_TRIED = insert(attempts)


def _said(campaign: str, tried: Tried, answer: Answer | None) -> Mapping[str, object]:
    return {
        "campaign": campaign,
        "letter": tried.letter,
        "attempt": tried.attempt,
        "code": answer.code if answer else None,
        "enhanced": enhanced_code(answer.text) if answer else "",
        "answer": without_addresses(answer.text) if answer else "",
    }


def holders(connection: Connection, campaign: str) -> set[str]:
    """Who holds letters now: processes that run, and processes that died."""
    rows = connection.execute(
        select(letters.c.holder).where(letters.c.campaign == campaign, letters.c.state == State.SENDING).distinct()
    )
    return {row.holder for row in rows}


#: A try that was none does not start the clock.
_FIRST_IS_FORGOTTEN = case((letters.c.attempts > 1, letters.c.tried_since), else_=None)


def recover(connection: Connection, campaign: str, dead: Collection[str], *, now: dt.datetime) -> tuple[int, int]:
    """Take back what processes held that died: queued again, or in doubt where the text was being handed over.

    Returns (queued again, in doubt).
    """
    orphaned = and_(letters.c.campaign == campaign, letters.c.state == State.SENDING, letters.c.holder.in_(dead))
    doubt = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(True))
        .values(
            state=State.IN_DOUBT.value,
            holder=None,
            changed_at=now,
            reason="the program ended after the text was handed over and before the server's answer",
        )
    )
    again = connection.execute(
        update(letters)
        .where(orphaned, letters.c.handed_over.is_(False))
        .values(
            state=State.QUEUED.value,
            holder=None,
            attempts=letters.c.attempts - 1,
            tried_since=_FIRST_IS_FORGOTTEN,
            changed_at=now,
        )
    )
    return again.rowcount, doubt.rowcount


def all_of_them(count: int, which: Sequence[str]) -> None:
    """Refuse to go on where fewer letters were changed than were held. Raises LedgerUnusable."""
    if count != len(which):
        raise LedgerUnusable(
            f"of letters {' '.join(which)}, another program changed one while this one was sending it",
            hint="run the same command again: each is in doubt, or waits",
        )
