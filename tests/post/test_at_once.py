"""A page in one lot of statements leaves in PostgreSQL what it leaves statement by statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from mobilize.desk import allot, plan, status
from mobilize.desk.clerk import Clerk
from mobilize.desk.ledger import Books, holding
from mobilize.desk.plan import Chosen
from mobilize.errors import LedgerUnusable
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.post.notes import Later, Page, Settled, Tried
from mobilize.post.schedule import Pace
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict
from mobilize.store import leases, switches, witness
from mobilize.store.schema import attempts, letters, refusals
from mobilize.store.schema import leases as leased
from mobilize.store.suppression import address_digest, suppress

pytestmark = pytest.mark.usefixtures("on_postgres")

Env = Callable[[int], str]
NOW = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)
TAKEN = Answer(stage=Stage.TEXT, code=250, text="2.0.0 taken for <desk@lantern.example>")
LATER = Answer(stage=Stage.RCPT, code=450, text="4.2.0 later")


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


@pytest.fixture
def installation(campaign_folder: Callable[..., Path], sandbox_env: Env) -> Iterator[Installation]:
    with opened(campaign_folder(*rows(6), env=sandbox_env(1))) as found:
        planned = plan.plan(found, chosen=Chosen(), round=1, limit=None, now=NOW)
        allot.hand_over(found, planned, now=NOW)
        yield found


def verdict(state: State, *, again: float | None = None) -> Verdict:
    return Verdict(state=state, reason="as it said" if again else "", enhanced="", retry_after=again)


@contextmanager
def opened_books(installation: Installation, *, at_once: bool = True) -> Iterator[Books]:
    with holding(installation) as (holder, _):
        clerk = Clerk(installation=installation, holder=holder, now=lambda: NOW, witness="a ledger")
        yield books(installation, holder, clerk if at_once else None)
        clerk.close()


def books(installation: Installation, holder: str, clerk: Clerk | None) -> Books:
    addresses = {
        each.letter: (f"desk{each.letter}@lantern.example", "second@lantern.example")
        for each in status.fates(installation, 1)
    }
    return Books(
        installation=installation,
        holder=holder,
        now=lambda: NOW,
        pace=Pace(),
        addresses=addresses,
        witness="a ledger",
        clerk=clerk,
    )


def conversation(installation: Installation, *, at_once: bool) -> list[object]:
    """Pages with everything that a page may hold. Returns what was answered, and what stands in the ledger then."""
    names = sorted(each.letter for each in status.fates(installation, 1))
    a, b, c, d = (LetterId(each) for each in names[:4])
    told: list[object] = []
    with opened_books(installation, at_once=at_once) as found:
        holder = found.holder

        def write(**notes: Sequence[object]) -> Mapping[LetterId, Tried | Later]:
            page = Page()
            for name, these in notes.items():
                getattr(page, name).extend(these)
            claims = found.write(page).claims
            told.append(sorted((letter, repr(each)) for letter, each in claims.items()))
            return claims

        first = write(claimed=[a, b, c])
        tried = {key: each for key, each in first.items() if isinstance(each, Tried)}
        over = Tried(letter=a, attempt=1, answer=TAKEN, sha256="f" * 64, refused={1: LATER})
        write(handed_over=[a], claimed=[d])
        write(
            settled=[
                Settled(tried=over, verdict=verdict(State.SENT)),
                Settled(tried=Tried(letter=b, attempt=1, answer=LATER), verdict=verdict(State.DEFERRED, again=3600.0)),
            ],
            put_back=[tried[c], Tried(letter=d, attempt=1, answer=LATER)],
        )
        # Not due yet; taken already; free.
        write(claimed=[b, a, c])
        with installation.store.reading() as connection:
            told.append(connection.execute(select(leased.c.claims).where(leased.c.holder == holder)).scalar())
            told.append(leases.claims(connection))
            for table, order in (
                (letters, letters.c.letter),
                (attempts, attempts.c.number),
                (refusals, refusals.c.number),
            ):
                told += [
                    {**row._mapping, "holder": None, "number": None}
                    for row in connection.execute(select(table).order_by(order))
                ]
        told.append([each.letter for each in status.fates(installation, 1) if each.holder == holder])
    return told


def test_a_page_at_once_leaves_what_it_leaves_statement_by_statement(installation: Installation) -> None:
    slowly = conversation(installation, at_once=False)
    with installation.store.writing() as connection:
        connection.execute(text("DELETE FROM attempts"))
        connection.execute(text("DELETE FROM refusals"))
        connection.execute(text("UPDATE ledger SET claims = 0"))
        new = {"state": "queued", "attempts": 0, "due_at": None, "tried_since": None, "reason": ""}
        connection.execute(update(letters).values(**new, holder=None, handed_over=False, changed_at=NOW))
    assert conversation(installation, at_once=True) == slowly
    assert len(slowly) > 12


def test_sending_that_is_paused_is_paused_for_a_page_at_once(installation: Installation) -> None:
    letter = LetterId(status.fates(installation, 1)[0].letter)
    with opened_books(installation) as found:
        with installation.store.writing() as connection:
            switches.pause(connection, installation.campaign.slug, by="amina", now=NOW)
        later = found.write(Page(claimed=[letter])).claims[letter]
        assert isinstance(later, Later)
        assert "amina" in later.why
        with installation.store.writing() as connection:
            switches.resume(connection, installation.campaign.slug)
        assert isinstance(found.write(Page(claimed=[letter])).claims[letter], Tried)


@pytest.mark.parametrize("salted", [False, True])
def test_whom_no_letter_may_reach_gets_none(installation: Installation, salted: bool) -> None:  # noqa: FBT001
    one, other = (LetterId(each.letter) for each in status.fates(installation, 1)[:2])
    with installation.store.writing() as connection:
        if salted:
            suppress(connection, f"DESK{one}@lantern.example", reason="unsubscribed", source="", now=NOW)
        else:
            digest = address_digest(f"desk{one}@lantern.example")
            words = "INSERT INTO suppression (address_digest, reason, at, source) VALUES (:digest, 'dead', :now, '')"
            connection.execute(text(words), {"digest": digest, "now": NOW})
    with opened_books(installation) as found:
        claims = found.write(Page(claimed=[one, other])).claims
    assert list(claims) == [other]


def test_what_another_program_changed_keeps_the_whole_page_out(installation: Installation) -> None:
    one, other = (LetterId(each.letter) for each in status.fates(installation, 1)[:2])
    with opened_books(installation) as found:
        found.write(Page(claimed=[one]))
        with installation.store.writing() as connection:
            connection.execute(update(letters).where(letters.c.letter == one).values(holder="another"))
        with pytest.raises(LedgerUnusable, match="another program changed"):
            found.write(Page(handed_over=[one], claimed=[other]))
    assert {each.letter: each.state for each in status.fates(installation, 1)}[other] is State.QUEUED


def test_claims_are_counted_where_the_lease_is_gone(installation: Installation) -> None:
    letter = LetterId(status.fates(installation, 1)[0].letter)
    with opened_books(installation) as found:
        with installation.store.writing() as connection:
            connection.execute(text("DELETE FROM leases"))
        found.write(Page(claimed=[letter]))
        with installation.store.reading() as connection:
            assert leases.claims(connection) == 1
    assert (witness.here() / "a ledger").read_text() == "1\n"
