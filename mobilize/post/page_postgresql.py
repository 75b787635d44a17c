"""A page of notes on PostgreSQL, in one lot of statements that take as many letters as a page has.

Whether a letter may be claimed is asked by the statement that claims it, behind the lock that is shared with other
workers: who paused sending, or put an address on the list, wrote alone then, and is seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import cast

from mobilize.letter.merge import LetterId
from mobilize.post.book import all_of_them
from mobilize.post.notes import Page, Taken, Tried, Wanted
from mobilize.post.states import State
from mobilize.post.verdict import Answer, enhanced_code, without_addresses
from mobilize.store.pen import Deed, Done


def deeds(
    campaign: str, holder: str, page: Page, wanted: Wanted, *, host: str, now: dt.datetime, counts: bool
) -> list[Deed]:
    """What is to be done for a page of one holder that books no turns. No letter stands in it twice.

    wanted: in the place of `page.claimed`. host: the server that gave the answers. counts: letters that are claimed
    are counted, and how many there ever were is asked.
    """
    moment = now.astimezone(dt.UTC).replace(tzinfo=None)
    held = {"of": campaign, "by": holder, "now": moment}
    found = []
    if page.settled:
        found.append(_settle(page, held, moment))
    if page.put_back:
        back = [each.letter for each in page.put_back]
        found.append(Deed(statement=_PUT_BACK, values={**held, "which": back}, all_of=back))
    found += _recorded(page, {**held, "host": host})
    if page.handed_over:
        over = page.handed_over
        found.append(Deed(statement=_HAND_OVER, values={**held, "which": over}, all_of=over))
    if wanted:
        pairs = [(letter, digest) for letter, each in wanted.items() for digest in each]
        which = {"which": [letter for letter, _ in pairs], "digests": [digest for _, digest in pairs]}
        found.append(Deed(statement=_CLAIM_AND_COUNT if counts else _CLAIM, values={**held, **which}))
    return found


def read(done: Sequence[Deed], answers: Sequence[Done], wanted: Wanted, *, now: dt.datetime) -> Taken:
    """Read what the database said to `deeds`. Raises LedgerUnusable where another program changed a letter of ours."""
    for deed, answer in zip(done, answers, strict=True):
        if deed.all_of:
            all_of_them(answer.count, deed.all_of)
    if not wanted:
        return Taken()
    rows = cast("Sequence[tuple[str, int | None, dt.datetime, str | None, int]]", answers[-1].rows)
    tries = {
        LetterId(letter): Tried(
            letter=LetterId(letter), attempt=attempt, age=(now - since.replace(tzinfo=dt.UTC)).total_seconds()
        )
        for letter, attempt, since, _, _ in rows
        if attempt is not None
    }
    return Taken(tries=tries, paused=rows[0][3], count=rows[0][4] if tries else 0)


# The statements find letters by their key and by nothing else. A state is asked with CASE, which no index answers: the
# index of states is full of rows that are no more where a million letters were `sending` once.

# --- what became of letters ------------------------------------------------------------------------------------------


def _settle(page: Page, held: Mapping[str, object], moment: dt.datetime) -> Deed:
    verdicts = [each.verdict for each in page.settled]
    letters = [each.tried.letter for each in page.settled]
    waits = [each.retry_after for each in verdicts]
    values = {
        "which": letters,
        "into": [each.state.value for each in verdicts],
        "why": [each.reason for each in verdicts],
        "due": [moment + dt.timedelta(seconds=each) if each is not None else None for each in waits],
    }
    return Deed(statement=_SETTLE, values={**held, **values}, all_of=letters)


#: Write what became of letters that this program holds.
_SETTLE = """
UPDATE letters SET state = new.state, holder = NULL, due_at = new.due, changed_at = %(now)s, reason = new.why
FROM unnest(%(which)s::text[], %(into)s::text[], %(due)s::timestamp[], %(why)s::text[]) AS new (letter, state, due, why)
WHERE campaign = %(of)s AND letters.letter = ANY(%(which)s::text[]) AND letters.letter = new.letter
AND CASE WHEN letters.state = 'sending' THEN holder = %(by)s END
"""

#: Give back letters of which the server took nothing: they are queued again, and this was no try of theirs.
_PUT_BACK = """
UPDATE letters SET state = 'queued', holder = NULL, handed_over = false, due_at = NULL, changed_at = %(now)s,
    attempts = attempts - 1
WHERE campaign = %(of)s AND letter = ANY(%(which)s::text[]) AND CASE WHEN state = 'sending' THEN holder = %(by)s END
"""

_HAND_OVER = """
UPDATE letters SET handed_over = true
WHERE campaign = %(of)s AND letter = ANY(%(which)s::text[]) AND CASE WHEN state = 'sending' THEN holder = %(by)s END
"""


def _recorded(page: Page, held: Mapping[str, object]) -> list[Deed]:
    """Add a row a try, and one a recipient that was refused alone."""
    tries = [(each.tried, each.verdict.state) for each in page.settled]
    tries += [(tried, State.QUEUED) for tried in page.put_back if tried.answer is not None]
    found = []
    if tries:
        more = {"states": [state.value for _, state in tries], "sums": [tried.sha256 for tried, _ in tries]}
        said = _said([(tried, tried.answer) for tried, _ in tries])
        found.append(Deed(statement=_TRIED, values={**held, **more, **said}))
    alone = [(tried, place, answer) for tried, _ in tries for place, answer in tried.refused.items()]
    if alone:
        places = {"places": [place for _, place, _ in alone]}
        said = _said([(tried, answer) for tried, _, answer in alone])
        found.append(Deed(statement=_REFUSED, values={**held, **places, **said}))
    return found


def _said(pairs: Sequence[tuple[Tried, Answer | None]]) -> Mapping[str, object]:
    return {
        "which": [tried.letter for tried, _ in pairs],
        "times": [tried.attempt for tried, _ in pairs],
        "codes": [answer.code if answer else None for _, answer in pairs],
        "classes": [enhanced_code(answer.text) if answer else "" for _, answer in pairs],
        "answers": [without_addresses(answer.text) if answer else "" for _, answer in pairs],
    }


_TRIED = """
INSERT INTO attempts (campaign, letter, attempt, at, host, state, code, enhanced, answer, sha256)
SELECT %(of)s, letter, attempt, %(now)s, %(host)s, state, code, enhanced, answer, sha256
FROM unnest(%(which)s::text[], %(times)s::int[], %(states)s::text[], %(codes)s::int[], %(classes)s::text[],
    %(answers)s::text[], %(sums)s::text[]) AS new (letter, attempt, state, code, enhanced, answer, sha256)
"""

_REFUSED = """
INSERT INTO refusals (campaign, letter, attempt, place, code, enhanced, answer)
SELECT %(of)s, letter, attempt, place, code, enhanced, answer
FROM unnest(%(which)s::text[], %(times)s::int[], %(places)s::int[], %(codes)s::int[], %(classes)s::text[],
    %(answers)s::text[]) AS new (letter, attempt, place, code, enhanced, answer)
"""


# --- what may go next ------------------------------------------------------------------------------------------------

#: Those that may be claimed, and why others may not: sending is paused, or an address is on the list, salted or, in a
#: ledger from before digests were, as it is (store/suppression.py). A row a letter comes back.
_WANTED = """
WITH paused AS (SELECT (SELECT "by" FROM switches WHERE campaign = %(of)s AND name = 'paused') AS by),
wanted AS (
    SELECT letter, bool_or(EXISTS (
        SELECT 1 FROM suppression WHERE address_digest IN (
            digest,
            's' || left(encode(sha256(convert_to((SELECT salt FROM ledger) || ':' || digest, 'UTF8')), 'hex'), 63)
        )
    )) AS left_alone
    FROM unnest(%(which)s::text[], %(digests)s::text[]) AS asked (letter, digest) GROUP BY letter
),
taken AS (
    UPDATE letters SET state = 'sending', holder = %(by)s, handed_over = false, attempts = letters.attempts + 1,
        tried_since = coalesce(letters.tried_since, %(now)s), changed_at = %(now)s, reason = ''
    FROM wanted, paused
    WHERE letters.campaign = %(of)s AND letters.letter = ANY(%(which)s::text[]) AND letters.letter = wanted.letter
    AND paused.by IS NULL AND NOT wanted.left_alone
    AND CASE letters.state
        WHEN 'queued' THEN letters.due_at IS NULL OR letters.due_at <= %(now)s
        WHEN 'deferred' THEN letters.due_at <= %(now)s
    END
    RETURNING letters.letter, letters.attempts, letters.tried_since
)"""

_CLAIM = f"""{_WANTED}
SELECT wanted.letter, taken.attempts, taken.tried_since, paused.by, 0
FROM wanted CROSS JOIN paused LEFT JOIN taken ON taken.letter = wanted.letter
"""  # noqa: S608 - two texts of this file

#: The same, counted beside the lease as store/leases.py does; where that is gone, in the ledger.
_CLAIM_AND_COUNT = f"""{_WANTED},
many AS (SELECT count(*) AS number FROM taken),
counted AS (UPDATE leases SET claims = claims + number FROM many WHERE holder = %(by)s AND number > 0 RETURNING 1),
kept AS (UPDATE ledger SET claims = claims + number FROM many
    WHERE number > 0 AND NOT EXISTS (SELECT 1 FROM counted) RETURNING 1)
SELECT wanted.letter, taken.attempts, taken.tried_since, paused.by,
    (SELECT claims FROM ledger) + (SELECT coalesce(sum(claims), 0) FROM leases)::int + (SELECT number FROM many)::int
FROM wanted CROSS JOIN paused LEFT JOIN taken ON taken.letter = wanted.letter
"""  # noqa: S608 - two texts of this file
