"""A page of notes leaves the same in SQLite and in PostgreSQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from mobilize.desk import plan as planning
from mobilize.desk import status
from mobilize.desk.clerk import hired
from mobilize.desk.ledger import Books, holding
from mobilize.desk.plan import Chosen
from mobilize.errors import LedgerUnusable
from mobilize.installation import Installation, opened
from mobilize.letter.merge import LetterId
from mobilize.post import outbox
from mobilize.post.notes import Later, Page, Settled, Tried
from mobilize.post.schedule import Pace
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict
from mobilize.store import leases, switches, witness
from mobilize.store.schema import attempts, letters, refusals
from mobilize.store.schema import leases as leased
from mobilize.store.suppression import address_digest, suppress

Env = Callable[[int], str]
MakeFolder = Callable[..., Path]
NOW = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)
TAKEN = Answer(stage=Stage.TEXT, code=250, text="2.0.0 taken for <desk@lantern.example>")
LATER = Answer(stage=Stage.RCPT, code=450, text="4.2.0 later")


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


@pytest.fixture
def installation(either_ledger: str, campaign_folder: MakeFolder, sandbox_env: Env) -> Iterator[Installation]:
    assert either_ledger
    with queued(campaign_folder(*rows(6), env=sandbox_env(1))) as found:
        yield found


@contextmanager
def queued(folder: Path) -> Iterator[Installation]:
    with opened(folder) as found:
        planned = planning.plan(found, chosen=Chosen(), round=1, limit=None, now=NOW)
        with found.store.writing() as connection:
            entries = planning.entries(found, planned.letters, {})
            outbox.queue(connection, found.campaign.slug, entries, now=NOW)
        yield found


def verdict(state: State, *, again: float | None = None) -> Verdict:
    return Verdict(state=state, reason="as it said" if again else "", enhanced="", retry_after=again)


@contextmanager
def opened_books(installation: Installation) -> Iterator[Books]:
    addresses = {
        each.letter: (f"desk{each.letter}@lantern.example", "second@lantern.example")
        for each in status.fates(installation, 1)
    }
    with (
        holding(installation) as (holder, _),
        hired(installation, holder, now=lambda: NOW, witness="a ledger") as clerk,
    ):
        yield Books(clerk=clerk, pace=Pace(), addresses=addresses)


def conversation(installation: Installation) -> list[object]:
    """Pages with everything that a page may hold. Returns what was answered, and what stands in the ledger then."""
    names = sorted(each.letter for each in status.fates(installation, 1))
    a, b, c, d = (LetterId(each) for each in names[:4])
    told: list[object] = []
    with opened_books(installation) as found:
        holder = found.clerk.holder

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


def test_a_page_leaves_the_same_in_both_databases(
    on_postgres: str, campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_postgres
    folder = campaign_folder(*rows(6), env=sandbox_env(1))
    with queued(folder) as installation:
        shared = conversation(installation)
    monkeypatch.delenv("DATABASE_URL")
    with queued(folder) as installation:
        in_a_file = conversation(installation)
    assert in_a_file == shared
    assert len(in_a_file) > 12


def test_claims_are_counted_beside_the_lease(on_postgres: str, campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    assert on_postgres
    with queued(campaign_folder(*rows(6), env=sandbox_env(1))) as installation:
        names = [LetterId(each.letter) for each in status.fates(installation, 1)]
        with opened_books(installation) as found:
            found.write(Page(claimed=names[:2]))
            with installation.store.reading() as connection:
                own = select(leased.c.claims).where(leased.c.holder == found.clerk.holder)
                assert connection.execute(own).scalar() == 2
                assert leases.claims(connection) == 2


def test_of_sending_that_is_paused_no_letter_is_claimed(installation: Installation) -> None:
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


def test_whom_two_letters_of_a_page_would_reach_gets_neither(installation: Installation) -> None:
    names = [LetterId(each.letter) for each in status.fates(installation, 1)]
    with installation.store.writing() as connection:
        suppress(connection, "second@lantern.example", reason="unsubscribed", source="", now=NOW)
    with opened_books(installation) as found:
        assert found.write(Page(claimed=names)).claims == {}


def test_claims_are_counted_though_the_lease_is_gone(installation: Installation) -> None:
    letter = LetterId(status.fates(installation, 1)[0].letter)
    with opened_books(installation) as found:
        with installation.store.writing() as connection:
            connection.execute(text("DELETE FROM leases"))
        found.write(Page(claimed=[letter]))
        with installation.store.reading() as connection:
            assert leases.claims(connection) == 1
    assert (witness.here() / "a ledger").read_text() == "1\n"
