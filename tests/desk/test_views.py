"""What a reply says on more than one view of it, with the letter that it answers known word for word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mobilize.desk import hand_out, receive, review, send
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.desk.review import Shown
from mobilize.inbox.raw import RawMail
from mobilize.inbox.requests import is_request
from mobilize.installation import Installation, opened
from mobilize.letter import text
from mobilize.replies.doubts import doubts
from servers.smtp import faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

GHANA = "GH,minister,Ministry,Minister,,,minister@mfa.gh.example,,,,invented,2026-11-01,"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Answered:
    """One letter of ours that went out, and the installation that sent it."""

    installation: Installation
    message_id: str
    lines: tuple[str, ...]

    def take(self, body: str) -> Shown:
        head = (
            "From: Ministry of Foreign Affairs <minister@mfa.gh.example>\r\nTo: wluml@wluml.org\r\n"
            f"Subject: Re: letter\r\nIn-Reply-To: {self.message_id}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        )
        raw = RawMail(data=(head + body).encode(), origin="test")
        return review.one(self.installation, receive.take(self.installation, raw, now=now()).reply)

    def quoted(self) -> list[str]:
        return [f"> {each}" for each in self.lines]


@pytest.fixture
def letter(campaign_folder: MakeFolder, sandbox_env: Env) -> Iterator[Answered]:
    with faulty_server() as server, opened(campaign_folder(GHANA, env=sandbox_env(server.port))) as installation:
        plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        send.send(installation, plan, now=now, told=lambda *_: None)
        message = message_from_bytes(server.taken[0].data, policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        yield Answered(installation, str(message["Message-ID"]), tuple(body.get_content().splitlines()))


def test_an_answer_written_into_our_quoted_letter_is_found_and_left_to_a_person(letter: Answered) -> None:
    quoted = letter.quoted()
    quoted.insert(len(quoted) // 2, "> Ghana will vote against the draft resolution.")
    head = "Your letter was received.\n\nOn 5 Nov 2013, WLUML <wluml@wluml.org> wrote:\n"
    shown = letter.take(head + "\n".join(quoted))
    (doubt,) = doubts(shown.entry.parsed["evidence"])
    assert (doubt.stance, doubt.words) == ("oppose", "Ghana will vote against the draft resolution.")
    assert shown.entry.stance is None
    assert shown.entry.attention == (
        "no stance in the author's own words, but the part folded as a quote says oppose: read the whole"
    )
    assert shown.current is None, "nothing is counted before a person decides"


@pytest.mark.parametrize(
    "announced",
    ["On 5 Nov 2013, WLUML <wluml@wluml.org> wrote:", "On 5 Nov 2013, Campaign wrote:", ""],
    ids=["by address", "by a name", "by nothing"],
)
def test_our_own_letter_in_a_quote_is_neither_stance_nor_doubt(letter: Answered, announced: str) -> None:
    shown = letter.take("Your letter was received.\n\n" + "\n".join([announced, *letter.quoted()]))
    assert (shown.entry.kind, shown.entry.stance, shown.entry.attention) == ("acknowledgement", None, "")


def test_our_own_letter_without_any_mark_is_no_stance_and_it_is_said_why(letter: Answered) -> None:
    shown = letter.take("Ghana will vote against the draft.\n\nDit brev:\n\n" + "\n".join(letter.lines))
    assert shown.entry.stance == "oppose"
    alone = letter.take("Your letter was received.\n\nDit brev:\n\n" + "\n".join(letter.lines))
    assert alone.entry.stance is None
    assert "reads like a letter to a government" in alone.entry.attention


#: A state for each language in which letters are shipped.
STATES = ("GH", "SN", "UY", "EG", "AO", "KG", "CN")


def test_every_letter_that_we_ship_is_known_for_one(campaign_folder: MakeFolder) -> None:
    rows = [
        f"{state},{each},Office,Office,,,{each}@{state.lower()}.example,,{'A' * (each == 'nhri')},,invented,2026-11-01,"
        for state in STATES
        for each in ("minister", "nhri", "ngo")
    ]
    with opened(campaign_folder(*rows)) as installation:
        contacts = installation.campaign.contacts
        made = [hand_out.written(installation, each, today=dt.date(2013, 11, 5), round=1) for each in contacts]
    assert len({each.language for each in made}) == len(STATES)
    assert [each.id for each in made if not is_request(text.text(each))] == []
