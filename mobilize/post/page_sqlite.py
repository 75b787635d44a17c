"""A page of notes on SQLite, in one transaction of a few statements that take as many letters as a page has.

Whoever paused sending, or put an address on the list, held the write lock alone then, and is seen.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from mobilize.letter.merge import LetterId
from mobilize.post.book import all_of_them
from mobilize.post.notes import Page, Taken, Tried, Wanted
from mobilize.post.states import State
from mobilize.post.verdict import Answer, enhanced_code, without_addresses
from mobilize.store.pen import Deed
from mobilize.store.quill import Do
from mobilize.store.suppression import salted


def write(
    do: Do, campaign: str, holder: str, page: Page, wanted: Wanted, *, host: str, now: dt.datetime, counts: bool
) -> Taken:
    """Write a page of one holder that books no turns. No letter stands in it twice.

    wanted: in the place of `page.claimed`. host: the server that gave the answers. counts: letters that are claimed
    are counted, and how many there ever were is asked.
    Raises LedgerUnusable where another program changed a letter that this one holds.
    """
    held = {"of": campaign, "by": holder, "now": _written(now)}
    for (state, why, wait), which in _outcomes(page).items():
        became = {"into": state.value, "why": why, "due": _due(now, wait), "these": json.dumps(which)}
        _of_all(do, _SETTLE, {**held, **became}, which)
    if page.put_back:
        back = [each.letter for each in page.put_back]
        _of_all(do, _PUT_BACK, {**held, "these": json.dumps(back)}, back)
    _record(do, page, {**held, "host": host})
    if page.handed_over:
        _of_all(do, _HAND_OVER, {**held, "these": json.dumps(page.handed_over)}, page.handed_over)
    return _claimed(do, held, wanted, now=now, counts=counts) if wanted else Taken()


def _outcomes(page: Page) -> dict[tuple[State, str, float | None], list[str]]:
    """State, reason, seconds to wait -> the letters of which that became; of most the same did."""
    found: dict[tuple[State, str, float | None], list[str]] = {}
    for each in page.settled:
        became = (each.verdict.state, each.verdict.reason, each.verdict.retry_after)
        found.setdefault(became, []).append(each.tried.letter)
    return found


def _of_all(do: Do, statement: str, values: Mapping[str, object], which: Sequence[str]) -> None:
    all_of_them(do(Deed(statement=statement, values=values)).count, which)


def _written(moment: dt.datetime) -> str:
    """A moment as the tables keep it (schema.Moment), so that two can be compared as text."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _due(now: dt.datetime, seconds: float | None) -> str | None:
    return _written(now + dt.timedelta(seconds=seconds)) if seconds is not None else None


# A state is asked with a plus sign, which no index answers: each letter is found by its key and by nothing else.

#: Write what became of letters that this program holds.
_SETTLE = """
UPDATE letters SET state = :into, holder = NULL, due_at = :due, changed_at = :now, reason = :why
WHERE campaign = :of AND letter IN (SELECT value FROM json_each(:these)) AND +state = 'sending' AND holder = :by
"""

#: Give back letters of which the server took nothing: they are queued again, and this was no try of theirs.
_PUT_BACK = """
UPDATE letters SET state = 'queued', holder = NULL, handed_over = 0, due_at = NULL, changed_at = :now,
    attempts = attempts - 1
WHERE campaign = :of AND letter IN (SELECT value FROM json_each(:these)) AND +state = 'sending' AND holder = :by
"""

_HAND_OVER = """
UPDATE letters SET handed_over = 1
WHERE campaign = :of AND letter IN (SELECT value FROM json_each(:these)) AND +state = 'sending' AND holder = :by
"""


def _record(do: Do, page: Page, held: Mapping[str, object]) -> None:
    """Add a row a try, and one a recipient that was refused alone."""
    tries = [(each.tried, each.verdict.state) for each in page.settled]
    tries += [(tried, State.QUEUED) for tried in page.put_back if tried.answer is not None]
    if tries:
        rows = [(*_said(tried, tried.answer), state.value, tried.sha256) for tried, state in tries]
        do(Deed(statement=_TRIED, values={**held, "rows": json.dumps(rows)}))
    alone = [(*_said(tried, answer), place) for tried, _ in tries for place, answer in tried.refused.items()]
    if alone:
        do(Deed(statement=_REFUSED, values={**held, "rows": json.dumps(alone)}))


def _said(tried: Tried, answer: Answer | None) -> tuple[str, int, int | None, str, str]:
    if answer is None:
        return tried.letter, tried.attempt, None, "", ""
    return tried.letter, tried.attempt, answer.code, enhanced_code(answer.text), without_addresses(answer.text)


_ANSWERED = """json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    json_extract(value, '$[3]'), json_extract(value, '$[4]')"""

_TRIED = f"""
INSERT INTO attempts (campaign, at, host, letter, attempt, code, enhanced, answer, state, sha256)
SELECT :of, :now, :host, {_ANSWERED}, json_extract(value, '$[5]'), json_extract(value, '$[6]') FROM json_each(:rows)
"""  # noqa: S608 - a text of this file

_REFUSED = f"""
INSERT INTO refusals (campaign, letter, attempt, code, enhanced, answer, place)
SELECT :of, {_ANSWERED}, json_extract(value, '$[5]') FROM json_each(:rows)
"""  # noqa: S608 - a text of this file


# --- what may go next ------------------------------------------------------------------------------------------------


def _claimed(do: Do, held: Mapping[str, object], wanted: Wanted, *, now: dt.datetime, counts: bool) -> Taken:
    paused, salt = do(Deed(statement=_LOOK, values=held)).rows[0]
    if paused is not None:
        return Taken(paused=str(paused))
    free = _not_left_alone(do, wanted, str(salt))
    rows = do(Deed(statement=_CLAIM, values={**held, "these": json.dumps(free)})).rows
    tries = {
        LetterId(str(letter)): Tried(
            letter=LetterId(str(letter)), attempt=int(str(attempt)), age=(now - _read(str(since))).total_seconds()
        )
        for letter, attempt, since in rows
    }
    if not (tries and counts):
        return Taken(tries=tries)
    ((count,),) = do(Deed(statement=_COUNT, values={"more": len(tries)})).rows
    return Taken(tries=tries, count=int(str(count)))


def _not_left_alone(do: Do, wanted: Wanted, salt: str) -> list[str]:
    """Leave out letters to an address of the list. Looked at last of all: somebody may just have asked for it.

    Addresses stand there salted or, in a ledger from before digests were, as they are (store/suppression.py).
    """
    ways = {letter: {*each, *(salted(salt, digest) for digest in each)} for letter, each in wanted.items()}
    these = json.dumps([way for each in ways.values() for way in each])
    alone = {digest for (digest,) in do(Deed(statement=_LEFT_ALONE, values={"these": these})).rows}
    return [letter for letter, each in ways.items() if alone.isdisjoint(each)]


def _read(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


_LOOK = """
SELECT (SELECT "by" FROM switches WHERE campaign = :of AND name = 'paused'), (SELECT salt FROM ledger)
"""

_LEFT_ALONE = "SELECT address_digest FROM suppression WHERE address_digest IN (SELECT value FROM json_each(:these))"

#: Take letters, with a connection in hand and just before MAIL FROM. Of two programs, one gets each.
_CLAIM = """
UPDATE letters SET state = 'sending', holder = :by, handed_over = 0, attempts = attempts + 1,
    tried_since = coalesce(tried_since, :now), changed_at = :now, reason = ''
WHERE campaign = :of AND letter IN (SELECT value FROM json_each(:these))
AND CASE state WHEN 'queued' THEN due_at IS NULL OR due_at <= :now WHEN 'deferred' THEN due_at <= :now END
RETURNING letter, attempts, tried_since
"""

_COUNT = "UPDATE ledger SET claims = claims + :more RETURNING claims"
