"""More addressees than memory holds: row by row, chunk by chunk, and the same letters as otherwise."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from conftest import HEAD
from mobilize.desk import plan, roster, stream, work
from mobilize.desk.plan import Chosen
from mobilize.errors import DataFaulty
from mobilize.installation import framed, opened
from mobilize.store.schema import letters
from servers.ledger import counts
from servers.smtp import faulty_server

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]
MOBILIZE = Path(sys.executable).with_name("mobilize")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(count: int) -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@lantern.example,,,,invented,2026-11-01," for n in range(count)]


def streamed(folder: Path) -> stream.Streamed:
    with framed(folder) as installation:
        assert installation.campaign.contacts == ()
        return stream.hand_over(installation, chosen=Chosen(), round=1, now=now, timer=lambda: 0.0)


@pytest.mark.usefixtures("on_postgres")
def test_a_streamed_round_has_the_letters_that_a_whole_one_has(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHUNK", 7)
    with faulty_server() as server:
        folder = campaign_folder(*rows(30), env=sandbox_env(server.port))
        with opened(folder) as installation:
            whole = plan.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
        done = streamed(folder)
        assert (done.letters, done.shards) == (30, 5)
        again = streamed(folder)
        assert (again.letters, again.shards) == (30, 0)
        with framed(folder) as installation, roster.streamed(folder) as roll:
            with installation.store.reading() as connection:
                kept = {row.letter: row.digest for row in connection.execute(select(letters))}
            assert kept == {letter.id: letter.digest for letter in whole.letters}
            lines: list[str] = []
            work.work(
                work.Shift(
                    installation=installation, log=lambda event, **_: lines.append(event), roll=roll, until_empty=True
                )
            )
            assert "letter_differs" not in lines
            assert counts(installation)["sent"] == 30
        assert streamed(folder).skipped == {"sent already in this round": 30}
    assert set(server.message_ids().values()) == {1}


@pytest.mark.usefixtures("on_postgres")
def test_an_address_that_stands_in_two_chunks_is_written_to_once(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "CHUNK", 2)
    folder = campaign_folder(*rows(3), rows(1)[0].replace("Lantern 0", "Phare"), env=sandbox_env(1))
    with framed(folder) as installation:
        found = stream.survey(folder, Chosen())
        assert (found.contacts.total(), found.refused) == (3, 1)
        with pytest.raises(DataFaulty):
            stream.require_sound(found, skip_faulty=False)
        stream.require_sound(found, skip_faulty=True)
        assert streamed(folder).letters == 3
        assert counts(installation)["queued"] == 3


def test_a_contact_comes_off_the_shelf_as_it_was_put_there(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    with opened(folder) as installation:
        whole = roster.in_memory(installation.campaign)
        ids = [each.id for each in installation.campaign.contacts]
    with roster.streamed(folder) as roll:
        assert roll.find(ids) == whole(ids)
        assert len(whole(ids)) == 6
        assert roll.find(["ke-ngo-00000000"]) == {}


@pytest.mark.usefixtures("on_postgres")
def test_the_lead_types_it(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(5), env=sandbox_env(server.port))

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([MOBILIZE, "-C", folder, *words], capture_output=True, text=True, check=False)

        assert "add --to-workers" in run("send", "--stream", "--yes").stderr
        dry = run("send", "--to-workers", "--stream", "--dry-run")
        assert "5 contacts (5 ngo)" in dry.stdout
        assert "nothing was queued" in dry.stderr
        assert "add --yes" in run("send", "--to-workers", "--stream").stderr
        queued = run("send", "--to-workers", "--stream", "--yes")
        assert queued.stdout.splitlines()[-1] == "5 letters queued for the workers, in 1 shards."
        assert [line.split(":")[0] for line in queued.stderr.splitlines()[-3:]] == ["read", "plan", "queue"]
        assert run("worker", "--stream", "--until-empty").stdout == "5 sent\n"


#: Reads many contacts as a worker does and as the lead does, and tells the most memory it had, in MB.
CHILD = """
import re, sys
from pathlib import Path
from mobilize.campaign import folder as campaign_folder
from mobilize.desk import plan, roster, stream, work
folder = Path(sys.argv[1])
campaign_folder.frame(folder)
stream.survey(folder, plan.Chosen())
with roster.streamed(folder) as roll:
    ids = [each.id for each in campaign_folder.stream_contacts(folder) if hasattr(each, "id") and each.line % 1000 == 2]
    assert len(roll.find(ids)) == len(ids)
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024)
"""


def test_memory_grows_by_the_lines_that_are_remembered_and_not_by_the_contacts(campaign_folder: MakeFolder) -> None:
    """A contact in memory takes 700 bytes and more; 27 to 80 bytes are remembered of each for three questions.

    A million contacts, measured: docs/scaling.md.
    """
    peaks = []
    folder = campaign_folder()
    for count in (1000, 41_000):
        (folder / "contacts.csv").write_text("\n".join((HEAD, *rows(count), "")), "utf-8")
        run = subprocess.run([sys.executable, "-c", CHILD, folder], capture_output=True, text=True, check=True)
        peaks.append(float(run.stdout))
    a_contact = (peaks[1] - peaks[0]) * 2**20 / 40_000
    assert a_contact < 300, peaks
