"""Whose reply: candidates with reasons and one key to accept; moved, split, merged, and all of it taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilize.desk import filing, receive, review, send
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.inbox.raw import RawMail
from mobilize.installation import Installation, opened
from servers.smtp import faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

ROWS = (
    "KE,minister,Ministry,Cabinet Secretary,,,cs@mfa.ke.example,en,,,invented,2026-11-01,",
    "UG,minister,Ministry,Minister,,,minister@mfa.ug.example,en,,,invented,2026-11-01,",
    "UG,nhri,Commission,Chairperson,,,chair@rights.example,en,A,,invented,2026-11-01,",
)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def sent(campaign_folder: MakeFolder, sandbox_env: Env) -> Iterator[Installation]:
    """A campaign whose letters went out, with a key, so that what is private is encrypted."""
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
            send.send(installation, plan, now=now, told=lambda *_: None)
            yield installation


def arrive(installation: Installation, text: str, *, sender: str = "Someone <x@mail.example>", number: int = 1) -> str:
    mail = (
        f"From: {sender}\nTo: wluml@wluml.org\nSubject: Your letter\nMessage-ID: <{number}@mail.example>\n"
        f"Date: Fri, 13 Nov 2026 10:00:00 +0000\n\n{text}\n"
    )
    return receive.take(installation, RawMail(data=mail.encode(), origin="test"), now=now()).reply


def stands(installation: Installation) -> dict[str, str | None]:
    """Where each country stands, and how sure that is."""
    rows = review.board_rows(installation)
    return {row.country.code: f"{row.current.stance} {row.current.status}" for row in rows if row.current}


MINISTRY = "Ministry of Foreign Affairs <info@mail.example>"
YES = "Kenya and Uganda have studied the draft. Our Government will co-sponsor the resolution."


def test_a_mail_that_nobody_knows_shows_its_candidates_with_reasons_and_letters(sent: Installation) -> None:
    shown = review.one(sent, arrive(sent, YES, sender=MINISTRY))
    assert shown.entry.country is None
    assert filing.undecided(sent, shown)
    found = filing.choices(sent, shown)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert {(each.country, each.what.partition(", ")[2]) for each in found} == {
        ("KE", "letter to the minister, round 1"),
        ("UG", "letter to the minister, round 1"),
        ("UG", "letter to the nhri, round 1"),
    }
    assert all(each.letter and each.reasons and 0 < each.score <= 100 for each in found)
    assert any("Kenya" in reason for each in found for reason in each.reasons)


def test_one_number_accepts_a_candidate_and_its_stance_waits_to_be_confirmed(sent: Installation) -> None:
    reply = arrive(sent, YES, sender=MINISTRY)
    chosen = next(each for each in filing.choices(sent, review.one(sent, reply)) if each.country == "KE")
    after = filing.accept(sent, reply, chosen.number, by="amina", now=now())
    assert (after.entry.country, after.entry.letter) == ("KE", chosen.letter)
    assert not filing.undecided(sent, after)
    assert stands(sent) == {"KE": "cosponsor suggested"}
    assert "confirm" in after.entry.attention
    review.review(sent, reply, by="amina", now=now())
    assert stands(sent) == {"KE": "cosponsor confirmed"}
    with pytest.raises(Refused, match="no candidate 9"):
        filing.accept(sent, reply, 9, by="amina", now=now())


DIRECT = "Our Government will co-sponsor the resolution."


def test_a_reply_can_be_moved_and_moved_back_and_who_did_it_is_kept(sent: Installation) -> None:
    reply = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    assert stands(sent) == {"KE": "cosponsor suggested"}
    letter = review.one(sent, reply).entry.letter
    after = filing.move(sent, reply, country="UG", letter=None, by="amina", now=now())
    assert (after.entry.country, after.entry.letter) == ("UG", None)
    assert stands(sent) == {"UG": "cosponsor suggested"}
    list(receive.read_anew(sent, now=now()))
    assert stands(sent) == {"UG": "cosponsor suggested"}, "the parser does not put it back"
    assert review.one(sent, reply).entry.country == "UG"
    back = filing.undo(sent, reply, by="basim", now=now())
    assert (back.entry.country, back.entry.letter) == ("KE", letter)
    assert stands(sent) == {"KE": "cosponsor suggested"}
    history = filing.of(sent, back).history
    assert [(each.deed.value, each.by) for each in history] == [("moved", "amina"), ("undone", "basim")]
    with pytest.raises(Refused, match="nothing is left"):
        filing.undo(sent, reply, by="basim", now=now())


def test_a_confirmed_stance_that_is_moved_waits_to_be_confirmed_again(sent: Installation) -> None:
    reply = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    review.review(sent, reply, by="amina", now=now())
    assert stands(sent) == {"KE": "cosponsor confirmed"}
    after = filing.move(sent, reply, country="UG", letter=None, by="amina", now=now())
    assert stands(sent) == {"UG": "cosponsor suggested"}
    assert after.entry.attention
    assert not after.entry.reviewed_by
    filing.undo(sent, reply, by="amina", now=now())
    assert stands(sent) == {"KE": "cosponsor confirmed"}


def test_a_country_that_a_review_corrects_can_be_taken_back_too(sent: Installation) -> None:
    reply = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    review.review(sent, reply, by="amina", country="UG", now=now())
    assert list(stands(sent)) == ["UG"]
    assert filing.undo(sent, reply, by="amina", now=now()).entry.country == "KE"
    assert list(stands(sent)) == ["KE"]


def test_one_mail_may_answer_for_several(sent: Installation) -> None:
    reply = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    filing.split(sent, reply, country="UG", letter=None, by="amina", now=now())
    assert stands(sent) == {"KE": "cosponsor suggested", "UG": "cosponsor suggested"}
    review.review(sent, reply, by="amina", country="UG", now=now())
    assert stands(sent) == {"KE": "cosponsor suggested", "UG": "cosponsor confirmed"}
    review.review(sent, reply, by="amina", country="KE", stance="support", now=now())
    assert stands(sent) == {"KE": "support corrected", "UG": "cosponsor confirmed"}
    assert filing.of(sent, review.one(sent, reply)).placed.countries == ("KE", "UG")
    filing.undo(sent, reply, by="amina", now=now())
    assert list(stands(sent)) == ["KE"]


def test_a_copy_counts_no_more_until_it_is_taken_apart_again(sent: Installation) -> None:
    first = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    second = arrive(sent, "Our Government opposes the resolution.", sender="CS <cs@mfa.ke.example>", number=2)
    assert stands(sent) == {"KE": "oppose disputed"}
    merged = filing.merge(sent, second, first, by="amina", now=now())
    assert stands(sent) == {"KE": "cosponsor suggested"}
    assert (merged.entry.country, merged.entry.attention) == (None, "")
    assert filing.of(sent, merged).placed.same_as == first
    assert review.original(sent, second), "nothing is deleted"
    with pytest.raises(Refused, match="is a copy itself"):
        filing.merge(sent, first, second, by="amina", now=now())
    with pytest.raises(Refused, match="no copy of itself"):
        filing.merge(sent, first, first, by="amina", now=now())
    filing.undo(sent, second, by="amina", now=now())
    assert stands(sent) == {"KE": "oppose disputed"}


def test_a_letter_brings_its_country_along(sent: Installation) -> None:
    reply = arrive(sent, YES, sender=MINISTRY)
    letters = {each.country: each.letter for each in filing.choices(sent, review.one(sent, reply))}
    after = filing.move(sent, reply, country=None, letter=letters["KE"], by="amina", now=now())
    assert (after.entry.country, after.entry.letter) == ("KE", letters["KE"])


@pytest.mark.parametrize(
    ("country", "letter", "by", "sentence"),
    [
        (None, None, "amina", "say where it belongs"),
        ("XX", None, "amina", "no country code"),
        (None, "nosuchletter", "amina", "no letter has this id"),
        ("KE", None, " ", "say who"),
        ("KE", None, "parser", "say who"),
    ],
)
def test_what_is_no_place_is_refused_and_changes_nothing(
    sent: Installation, country: str | None, letter: str | None, by: str, sentence: str
) -> None:
    reply = arrive(sent, YES, sender=MINISTRY)
    with pytest.raises(Refused, match=sentence):
        filing.move(sent, reply, country=country, letter=letter, by=by, now=now())
    assert filing.of(sent, review.one(sent, reply)).history == ()
    assert review.one(sent, reply).entry.country is None


def test_the_same_words_of_the_same_author_may_be_a_copy(sent: Installation) -> None:
    first = arrive(sent, DIRECT, sender="CS <cs@mfa.ke.example>")
    second = arrive(sent, DIRECT.replace(" ", "  "), sender="The CS <CS@mfa.ke.example>", number=2)
    other = arrive(sent, DIRECT, sender="Minister <minister@mfa.ug.example>", number=3)
    assert filing.copies(sent, review.one(sent, second)) == (first,)
    assert filing.copies(sent, review.one(sent, other)) == ()
    filing.merge(sent, second, first, by="amina", now=now())
    assert filing.copies(sent, review.one(sent, first)) == ()
