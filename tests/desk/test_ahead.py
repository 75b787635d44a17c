"""A long list is planned in other processes, and becomes the same letters as it does in one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from conftest import row
from mobilize.desk import ahead, plan, roster, stream, work
from mobilize.desk.plan import Chosen
from mobilize.errors import TemplateWrong
from mobilize.installation import framed, opened
from mobilize.store.schema import letters
from servers.ledger import counts
from servers.smtp import faulty_server

pytestmark = pytest.mark.usefixtures("on_postgres")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]

#: An NGO before its minister and one behind, so that both stand in other chunks than he does.
ROWS = (
    *(f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(5)),
    row("KE", "minister", "Ministry of Foreign Affairs", "Minister for Foreign Affairs", "minister@mfa.ke.example"),
    *(f"KE,ngo,Phare {n},,,,desk{n}@phare.example,,,,invented,2026-11-01," for n in range(5)),
    row("KE", "minister", "Ministry of Justice", "Minister of Justice", "minister@moj.ke.example"),
)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def streamed(folder: Path) -> stream.Streamed:
    found = stream.survey(folder, Chosen())
    with framed(folder) as installation:
        small = replace(installation, campaign=replace(installation.campaign, contacts=found.ministers))
        many = found.contacts.total()
        return stream.hand_over(small, chosen=Chosen(), round=1, now=now, timer=lambda: 0.0, of=many)


@pytest.fixture(params=["here", "elsewhere"])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(stream, "CHUNK", 3)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(ahead, "MANY", 1 if request.param == "elsewhere" else 1000)
    return str(request.param)


@pytest.mark.usefixtures("chunks")
def test_an_ngo_s_minister_is_enclosed_whichever_chunk_he_stands_in(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*ROWS, env=sandbox_env(server.port))
        with opened(folder) as installation:
            whole = plan.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        assert sum(each.enclosure is not None for each in whole.letters) == 10
        done = streamed(folder)
        assert (done.letters, done.shards) == (12, 4)
        assert streamed(folder).shards == 0
        with framed(folder) as installation, roster.streamed(folder) as roll:
            with installation.store.reading() as connection:
                kept = {found.letter: found.digest for found in connection.execute(select(letters))}
            assert kept == {letter.id: letter.digest for letter in whole.letters}
            said: list[str] = []
            work.work(
                work.Shift(
                    installation=installation, log=lambda event, **_: said.append(event), roll=roll, until_empty=True
                )
            )
            assert "letter_differs" not in said
            assert counts(installation)["sent"] == 12


@pytest.mark.usefixtures("chunks")
def test_a_mistake_in_a_template_is_said_as_it_is_otherwise(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    folder = campaign_folder(*ROWS, env=sandbox_env(1))
    template = folder / "letters" / "ngo" / "en.md"
    template.write_text(template.read_text() + "\n\n{{ contact.offices }}\n")
    with pytest.raises(TemplateWrong, match="offices"):
        streamed(folder)
    with framed(folder) as installation:
        assert sum(counts(installation).values()) == 0
