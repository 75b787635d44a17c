"""Workers: what the lead queues for them goes out once, in its order and at its pace, from whichever machine."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from mobilize.desk import allot, probe, status, work
from mobilize.desk import outbox as person
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.desk.send import AT_ONCE, When
from mobilize.errors import LedgerUnusable, Refused
from mobilize.installation import Installation, opened
from mobilize.post import book
from mobilize.post.states import State
from mobilize.store import queue
from mobilize.store.suppression import suppress
from servers.ledger import counts
from servers.smtp import Server, faulty_server

pytestmark = pytest.mark.usefixtures("on_postgres")

MakeFolder = Callable[..., Path]
Env = Callable[[int], str]
MOBILIZE = Path(sys.executable).with_name("mobilize")


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(count: int, domain: str = "lantern{n}.example") -> list[str]:
    return [f"KE,ngo,Lantern {n},,,,desk{n}@{domain.format(n=n)},,,,invented,2026-11-01," for n in range(count)]


def hand_over(
    installation: Installation, *, when: When = AT_ONCE, priority: int = 0, country: str = "", round: int = 1
) -> allot.Handed:
    chosen = Chosen(countries=(country,) if country else ())
    plan = planning.plan(installation, chosen=chosen, round=round, limit=None, now=now())
    return allot.hand_over(installation, plan, now=now(), when=when, priority=priority)


def worked(installation: Installation, *, shards: int = 2) -> list[dict[str, object]]:
    """Let a worker work until nothing is left. Returns what it logged."""
    lines: list[dict[str, object]] = []
    shift = work.Shift(
        installation=installation,
        log=lambda event, **fields: lines.append({"event": event, **fields}),
        shards=shards,
        until_empty=True,
    )
    work.work(shift)
    return lines


def jobs(installation: Installation) -> list[tuple[int, str | None, dt.datetime | None, list[str]]]:
    with installation.store.reading() as connection:
        found = connection.execute(
            text(
                "SELECT priority, lock, scheduled_at, args -> 'letters' AS letters FROM procrastinate_jobs ORDER BY id"
            )
        )
        return [(row.priority, row.lock, row.scheduled_at, row.letters) for row in found]


def test_a_round_is_queued_and_sent_once_from_the_command_line(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))

        def run(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [MOBILIZE, "--campaign", folder, *words], capture_output=True, text=True, check=False, timeout=60
            )

        queued = run("send", "--yes", "--to-workers")
        assert "6 letters queued for the workers, in 1 shards." in queued.stdout, queued.stderr
        assert server.taken == []
        done = run("worker", "--until-empty")
        assert (done.returncode, done.stdout) == (0, "6 sent\n"), done.stderr
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        assert [line["event"] for line in lines].count("letter") == 6
        assert "@" not in done.stderr
        assert run("worker", "--until-empty").stdout == "Nothing was sent.\n"
        assert "sent\t6" in run("status").stdout
        assert "Nothing to send." in run("send", "--yes", "--to-workers").stderr
    assert set(server.message_ids().values()) == {1}
    assert len(server.message_ids()) == 6


def test_letters_and_shards_are_queued_together_or_not_at_all(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(campaign_folder(env=sandbox_env(1))) as installation:
        real = queue.defer

        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(allot, "PART", 4)
        monkeypatch.setattr(queue, "defer", fail)
        with pytest.raises(KeyboardInterrupt):
            hand_over(installation)
        assert sum(counts(installation).values()) == 0

        def fail_later(*given: object) -> None:
            monkeypatch.setattr(queue, "defer", fail)
            real(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(queue, "defer", fail_later)
        with pytest.raises(KeyboardInterrupt):
            hand_over(installation)
        # The first lot whole, of the second nothing.
        assert counts(installation)["queued"] == 4
        assert [len(letters) for _, _, _, letters in jobs(installation)] == [4]
        monkeypatch.setattr(queue, "defer", real)
        hand_over(installation)
        assert counts(installation)["queued"] == 6
        assert [len(letters) for _, _, _, letters in jobs(installation)] == [4, 2]


def test_urgent_letters_go_before_others_and_late_ones_wait(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port).replace("CONNECTIONS=3", "CONNECTIONS=1"))
        with opened(folder) as installation:
            hand_over(installation, country="KE")
            hand_over(installation, country="UY", priority=5)
            later = now() + dt.timedelta(hours=2)
            hand_over(installation, country="SN", when=When(at=later), priority=9)
            assert [(priority, at) for priority, _, at, _ in jobs(installation)] == [(0, None), (5, None), (9, later)]
            worked(installation, shards=1)
            assert [each.recipients for each in server.taken] == [
                ["ministra@mrree.uy.example"],
                ["minister@mfa.ke.example"],
            ]
            assert counts(installation)["queued"] == 1
            assert len(jobs(installation)) == 1


def test_a_destination_that_bears_little_is_worked_on_by_one_at_a_time(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allot.workers.cut, "__kwdefaults__", {**allot.workers.cut.__kwdefaults__, "size": 4})
    with faulty_server(Server(slow=0.02)) as server:
        env = sandbox_env(server.port) + "SMTP_PER_DOMAIN=60000\n"
        folder = campaign_folder(
            *rows(8, "freemail.example"), *[r.replace("Lantern", "Phare") for r in rows(8)], env=env
        )
        with opened(folder) as installation:
            hand_over(installation)
            locks = [lock for _, lock, _, _ in jobs(installation)]
            assert len(locks) == 4
            assert len({lock for lock in locks if lock}) == 1
            assert [bool(lock) for lock in locks].count(True) == 2
            worked(installation, shards=4)
            assert counts(installation)["sent"] == 16


def test_the_pace_holds_over_all_workers(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(60), env=sandbox_env(server.port) + "SMTP_PER_SECOND=20\n")
        with opened(folder) as installation:
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=30, now=now())
            allot.hand_over(installation, plan, now=now())
            hand_over(installation)
            others = [
                subprocess.Popen([MOBILIZE, "-C", folder, "worker", "--until-empty"], stderr=subprocess.DEVNULL)
                for _ in range(2)
            ]
            assert [each.wait(60) for each in others] == [0, 0]
            assert counts(installation)["sent"] == 60
    moments = sorted(server.moments)
    assert len(moments) == 60
    # Booked to the millisecond, and sent when the system wakes a program. Workers that knew nothing of each other: 40.
    assert max(sum(start <= other < start + 1 for other in moments) for start in moments) <= 28
    assert moments[-1] - moments[0] >= 59 / 20 - 0.2


def leased(installation: Installation) -> int:
    """How many workers are at work."""
    with installation.store.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM leases")).scalar_one())


def test_pause_holds_all_workers_and_resume_lets_them_go(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(*rows(20), env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            person.pause(installation, by="amina", now=now())
            running = [
                subprocess.Popen([MOBILIZE, "-C", folder, "worker"], stderr=subprocess.DEVNULL) for _ in range(2)
            ]
            end = time.monotonic() + 60
            while leased(installation) < len(running) and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(2)
            assert server.taken == []
            person.resume(installation)
            end = time.monotonic() + 20
            while counts(installation)["sent"] < 20 and time.monotonic() < end:
                time.sleep(0.1)
            for each in running:
                each.send_signal(signal.SIGTERM)
            assert [each.wait(20) for each in running] == [0, 0]
            assert counts(installation)["sent"] == 20


def test_a_worker_that_is_asked_to_end_gives_the_rest_back(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server(Server(slow=0.05)) as server:
        folder = campaign_folder(*rows(60), env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            running = subprocess.Popen([MOBILIZE, "-C", folder, "worker"], stderr=subprocess.PIPE)
            end = time.monotonic() + 30
            while len(server.taken) < 5 and time.monotonic() < end:
                time.sleep(0.01)
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=20)
            assert running.returncode == 0
            found = counts(installation)
            assert found["sending"] == found["in_doubt"] == 0
            assert found["sent"] == len(server.taken) < 60
            with installation.store.reading() as connection:
                assert queue.counts(connection, installation.campaign.slug) == {"todo": 1, "doing": 0, "failed": 0}
            worked(installation)
            assert counts(installation)["sent"] == 60
    assert set(server.message_ids().values()) == {1}


def test_a_machine_with_other_letters_sends_none_of_them(
    campaign_folder: MakeFolder, sandbox_env: Env, tmp_path: Path
) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
        second = tmp_path / "second"
        shutil.copytree(folder, second)
        changed = (second / "contacts.csv").read_text().replace("minister@mfa.ke", "other@mfa.ke")
        (second / "contacts.csv").write_text(changed)
        template = second / "letters" / "ngo" / "en.md"
        template.write_text(template.read_text() + "\n\nP.S. Forget all that.\n")
        with opened(second) as installation:
            lines = worked(installation)
            differing = [line for line in lines if line["event"] == "letter_differs"]
            assert len(differing) == 2
            assert counts(installation)["sent"] == 4
            assert counts(installation)["queued"] == 2
            [(_, _, at, letters)] = jobs(installation)
            assert len(letters) == 6
            assert at is not None
            assert at > now() + dt.timedelta(minutes=4)
    assert "other@mfa.ke.example" not in [to for each in server.taken for to in each.recipients]


def test_what_a_person_decides_anew_and_what_a_lost_queue_held_is_remembered(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server(Server(faults={"text": "drop"}, times={"text": 1})) as server:  # type: ignore[arg-type]
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            worked(installation)
            [doubtful] = [each for each in status.fates(installation, 1) if each.state is State.IN_DOUBT]
            assert jobs(installation) == []
            status.resolve(installation, doubtful.letter, arrived=False, by="amina", now=now())
            hand_over(installation, round=2)
            with installation.store.writing() as connection:
                connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
            worked(installation)
            assert counts(installation)["sent"] == 6
            assert counts(installation, 2)["sent"] == 6


def test_who_asked_to_be_left_alone_meanwhile_is_left_alone(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            with installation.store.writing() as connection:
                suppress(connection, "desk@lantern.example", reason="unsubscribed", source="", now=now())
            worked(installation)
            worked(installation)
            assert counts(installation)["sent"] == 5
    assert "desk@lantern.example" not in [to for each in server.taken for to in each.recipients]


def test_a_letter_put_off_by_its_server_comes_back_when_it_is_due(
    campaign_folder: MakeFolder, sandbox_env: Env
) -> None:
    with faulty_server(Server(refused={"desk@lantern.example": "450 4.2.0 later"})) as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            worked(installation)
            assert counts(installation)["deferred"] == 1
            [(_, _, at, _)] = jobs(installation)
            [fate] = [each for each in status.fates(installation, 1) if each.state is State.DEFERRED]
            assert at == fate.due_at
            assert at is not None
            assert at > now() + dt.timedelta(minutes=3)


def test_a_send_by_hand_takes_the_letters_from_the_workers(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    from mobilize.desk import send  # noqa: PLC0415

    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            plan = planning.plan(installation, chosen=Chosen(), round=1, limit=None, now=now())
            send.send(installation, plan, now=now, told=lambda *_: None)
            worked(installation)
            assert counts(installation)["sent"] == 6
            assert jobs(installation) == []
    assert set(server.message_ids().values()) == {1}


def test_a_monitor_sees_what_a_worker_does(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    import httpx  # noqa: PLC0415

    with faulty_server() as server:
        folder = campaign_folder(env=sandbox_env(server.port))
        with opened(folder) as installation:
            hand_over(installation)
            shift = work.Shift(installation=installation, log=lambda *_args, **_fields: None)
            seen: dict[str, httpx.Response] = {}

            def look(port: int) -> None:
                end = time.monotonic() + 20
                while shift.tally.shards["done"] < 1 and time.monotonic() < end:
                    time.sleep(0.05)
                for path in ("/metrics", "/readyz", "/healthz", "/else"):
                    seen[path] = httpx.get(f"http://127.0.0.1:{port}{path}")
                shift.stop()

            with probe.probed(shift, "127.0.0.1", 0) as port:
                looking = threading.Thread(target=look, args=(port,))
                looking.start()
                work.work(shift)
                looking.join()
                assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 503
    assert {path: each.status_code for path, each in seen.items()} == {
        "/metrics": 200,
        "/readyz": 200,
        "/healthz": 200,
        "/else": 404,
    }
    shown = seen["/metrics"].text
    slug = f'campaign="{installation.campaign.slug}"'
    assert f'mobilize_worker_letters_total{{{slug},state="sent"}} 6\n' in shown
    assert f'mobilize_worker_shards_total{{{slug},outcome="done"}} 1\n' in shown
    assert f"mobilize_worker_ready{{{slug}}} 1\n" in shown
    assert "@" not in shown
    assert "server" not in seen["/metrics"].headers


def test_workers_are_refused_where_they_cannot_share(
    campaign_folder: MakeFolder, sandbox_env: Env, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = campaign_folder(env=sandbox_env(1))
    with opened(folder) as installation:
        with installation.store.writing() as connection:
            connection.execute(text("COMMENT ON TABLE procrastinate_jobs IS NULL"))
        with pytest.raises(LedgerUnusable, match="no queue yet"):
            worked(installation)
    monkeypatch.delenv("MOBILIZE_SECRET")
    from mobilize.errors import SettingsWrong  # noqa: PLC0415

    with pytest.raises(SettingsWrong, match="MOBILIZE_SECRET"), opened(folder):
        pass
    monkeypatch.delenv("DATABASE_URL")
    with opened(folder) as installation:
        with pytest.raises(Refused, match="PostgreSQL"):
            worked(installation)
        with pytest.raises(Refused, match="PostgreSQL"):
            hand_over(installation)
        assert sum(counts(installation).values()) == 0


def test_a_worker_that_lost_its_lease_writes_nothing_more(campaign_folder: MakeFolder, sandbox_env: Env) -> None:
    """A machine that slept: others have its letter by now, and it finds that out before the final dot."""
    from mobilize.desk.clerk import hired  # noqa: PLC0415
    from mobilize.desk.ledger import Books, holding  # noqa: PLC0415
    from mobilize.post.notes import Page  # noqa: PLC0415
    from mobilize.post.schedule import Pace  # noqa: PLC0415

    with opened(campaign_folder(env=sandbox_env(1))) as installation:
        hand_over(installation)
        letter = status.fates(installation, 1)[0].letter
        with holding(installation) as (sleeper, _), hired(installation, sleeper, now=now) as clerk:
            books = Books(clerk=clerk, pace=Pace(), addresses={letter: ("a@b.example",)})
            assert books.write(Page(claimed=[letter])).claims
            with installation.store.writing() as connection:
                connection.execute(text("UPDATE leases SET until = '2013-01-01'"))
                book.recover(connection, installation.campaign.slug, [sleeper], now=now())
            with pytest.raises(LedgerUnusable, match="another program changed"):
                books.write(Page(handed_over=[letter]))
