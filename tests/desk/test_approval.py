"""A second person's word is bound to exactly what was shown: one changed word, and nothing goes out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mobilize.desk import approval, send
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen, Plan
from mobilize.errors import Refused
from mobilize.installation import Installation, opened
from servers.ledger import counts
from servers.smtp import Server, faulty_server

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def planned(installation: Installation, **chosen: tuple[str, ...]) -> Plan:
    return planning.plan(installation, chosen=Chosen(**chosen), round=1, limit=None, now=now())


def send_all(installation: Installation, by: str = "amina") -> send.Sent:
    plan = planned(installation)
    return send.send(installation, plan, now=now, told=lambda *_: None, patience=0, by=by)


def approve(installation: Installation, by: str = "boris", **chosen: tuple[str, ...]) -> int:
    plan = planned(installation, **chosen)
    digest = approval.hash_of(approval.seals(plan.letters, installation.campaign))
    return approval.approve(installation, plan, by=by, hash=digest[:12], now=now())


@pytest.fixture
def asking(campaign_folder: MakeFolder, sandbox_env: Env) -> Iterator[tuple[Path, Server]]:
    """A campaign that asks for approval, and a server."""
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        toml = folder / "campaign.toml"
        toml.write_text(toml.read_text("utf-8").replace("approval = false", "approval = true"), "utf-8")
        yield folder, server


@contextmanager
def refused(server: Server, match: str) -> Iterator[None]:
    with pytest.raises(Refused, match=match):
        yield
    assert server.taken == [], "nothing left this machine"


def test_nothing_goes_without_a_second_person(asking: tuple[Path, Server]) -> None:
    folder, server = asking
    with opened(folder) as installation:
        with refused(server, "6 letters were never approved"):
            send_all(installation)
        with refused(server, "it must be known who sends"):
            send_all(installation, by=" ")
        assert approve(installation, by="Amina ") == 6
        with refused(server, "approved by nobody but the sender"):
            send_all(installation, by="amina")
        assert approve(installation) == 6
        assert send_all(installation).states == {"sent": 6}


def test_a_run_that_was_interrupted_goes_on_under_the_same_approval(asking: tuple[Path, Server]) -> None:
    folder, server = asking
    with opened(folder) as installation:
        approve(installation)
        some = planning.plan(installation, chosen=Chosen(), round=1, limit=2, now=now())
        send.send(installation, some, now=now, told=lambda *_: None, patience=0, by="amina")
        assert send_all(installation).states == {"sent": 4}
        assert counts(installation)["sent"] == len(server.taken) == 6


CHANGES: dict[str, Callable[[Path], None]] = {}


def change(function: Callable[[Path], None]) -> Callable[[Path], None]:
    CHANGES[function.__name__] = function
    return function


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@change
def a_word_of_a_template(folder: Path) -> None:
    rewrite(folder / "letters/blocks/en/answer.md", "grateful", "thankful")


@change
def an_address(folder: Path) -> None:
    rewrite(folder / "contacts.csv", "minister@mfa.ke.example", "minister@mofa.ke.example")


@change
def the_look_of_the_paper(folder: Path) -> None:
    rewrite(folder / "letters/letter.typ", "#3d2b56", "#3d2b57")


@change
def the_number_of_a_paragraph(folder: Path) -> None:
    rewrite(folder / "campaign.toml", "srhr = 8", "srhr = 9")


@change
def a_row_of_the_record(folder: Path) -> None:
    path = folder / "record/positions.csv"
    kept = [line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith("UY,")]
    path.write_text("".join(kept), "utf-8")


@pytest.mark.parametrize("name", CHANGES)
def test_any_later_change_voids_it_and_says_how_many_letters(asking: tuple[Path, Server], name: str) -> None:
    folder, server = asking
    with opened(folder) as installation:
        approve(installation)
    CHANGES[name](folder)
    with opened(folder) as installation:
        with refused(server, r"[1-6] letters have changed since they were approved \("):
            send_all(installation)
        approve(installation)
        assert send_all(installation).states == {"sent": 6}


def test_a_new_contact_is_not_covered(asking: tuple[Path, Server]) -> None:
    folder, server = asking
    with opened(folder) as installation:
        approve(installation)
    with (folder / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("GH,minister,Ministry,Minister,,,m@mfa.gh.example,,,,invented,2026-11-01,\n")
    with opened(folder) as installation, refused(server, "1 letters were never approved"):
        send_all(installation)


def test_only_what_was_shown_can_be_approved(asking: tuple[Path, Server]) -> None:
    folder, _ = asking
    with opened(folder) as installation:
        plan = planned(installation)
        for wrong in ("", "00000000", "abc"):
            with pytest.raises(Refused, match="are not those of hash"):
                approval.approve(installation, plan, by="boris", hash=wrong, now=now())
        with pytest.raises(Refused, match="needs a name"):
            approval.approve(installation, plan, by=" ", hash="x", now=now())


def test_part_of_a_round_may_be_approved(asking: tuple[Path, Server]) -> None:
    folder, server = asking
    with opened(folder) as installation:
        assert approve(installation, countries=("KE",)) == 1
        with refused(server, "5 letters were never approved"):
            send_all(installation)
        plan = planned(installation, countries=("KE",))
        sent = send.send(installation, plan, now=now, told=lambda *_: None, patience=0, by="amina")
        assert sent.states == {"sent": 1}


def test_where_the_campaign_does_not_ask_nobody_is_asked(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server, opened(campaign_folder(env=sandbox_env(server.port))) as installation:
        assert send_all(installation, by="").states == {"sent": 6}


def test_the_hash_does_not_hang_on_the_order(asking: tuple[Path, Server]) -> None:
    folder, _ = asking
    with opened(folder) as installation:
        letters = planned(installation).letters
        whole = approval.hash_of(approval.seals(letters, installation.campaign))
        assert re.fullmatch(r"[0-9a-f]{64}", whole)
        assert approval.hash_of(approval.seals(letters[::-1], installation.campaign)) == whole
        assert approval.hash_of(approval.seals(letters[1:], installation.campaign)) != whole
