"""Two machines serve the pages of one campaign behind a proxy: who signs in at one is known to both."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from mobilize.access.roles import Role
from mobilize.desk import people, review
from mobilize.installation import Installation
from mobilize.web import guard, organise
from servers.pages import pages
from servers.postgres import Postgres, own_server

PASSWORD = "four words that differ"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def two(
    on_postgres: str, campaign_folder: Callable[..., Path], tmp_path: Path
) -> Iterator[tuple[httpx.Client, httpx.Client, Installation]]:
    """Two servers, each with a folder of its own, at one database."""
    del on_postgres
    first = campaign_folder(env=f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n")
    second = tmp_path / "second"
    shutil.copytree(first, second)
    with (
        pages(first) as (one, installation),
        pages(second) as (other, _),
        httpx.Client(base_url=one, timeout=60) as here,
        httpx.Client(base_url=other, timeout=60) as there,
    ):
        yield here, there, installation


def number(client: httpx.Client, path: str) -> str:
    found = re.search(r'name="number" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def test_a_session_begun_at_one_machine_holds_at_the_other_and_ends_at_both(
    two: tuple[httpx.Client, httpx.Client, Installation],
) -> None:
    here, there, installation = two
    address = people.add(installation, "amina", Role.LEAD, PASSWORD, by="test", now=now())
    code = pyotp.parse_uri(address)
    assert isinstance(code, pyotp.TOTP)
    # The form was shown by one machine, and is sent to the other.
    fields = {"number": number(here, "/organise/sign-in"), "name": "amina", "password": PASSWORD, "code": code.now()}
    signed = there.post("/organise/sign-in", data=fields)
    assert signed.status_code == 303
    token = signed.cookies[organise.COOKIE]
    for client in (here, there):
        client.cookies.set(organise.COOKIE, token)
        assert "Sign out" in client.get("/organise/").text
    people.disable(installation, "amina", by="test", now=now())
    assert here.get("/organise/").status_code == 303
    assert there.get("/organise/").status_code == 303


def test_wrong_passwords_at_either_machine_close_the_door_at_both(
    two: tuple[httpx.Client, httpx.Client, Installation],
) -> None:
    here, there, installation = two
    address = people.add(installation, "amina", Role.LEAD, PASSWORD, by="test", now=now())
    code = pyotp.parse_uri(address)
    assert isinstance(code, pyotp.TOTP)
    for client in (here, there, here, there, here):
        fields = {"number": number(client, "/organise/sign-in"), "name": "amina", "password": "no", "code": code.now()}
        assert client.post("/organise/sign-in", data=fields).status_code != 303
    right = {"number": number(there, "/organise/sign-in"), "name": "amina", "password": PASSWORD, "code": code.now()}
    assert organise.COOKIE not in there.post("/organise/sign-in", data=right).cookies


def test_a_form_sent_to_both_machines_is_one_report(two: tuple[httpx.Client, httpx.Client, Installation]) -> None:
    here, there, installation = two
    fields = {"number": number(here, "/en/heard"), "country": "Kenya", "stance": "support", "text": "They support it."}
    for client in (there, here):
        assert client.post("/en/heard", data=fields).status_code == 303
    assert len(review.entries(installation)) == 1


def test_a_readers_share_is_one_for_all_machines(
    two: tuple[httpx.Client, httpx.Client, Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, installation = two
    monkeypatch.setattr(guard, "PACES", {**guard.PACES, "page": (6, 6.0)})
    statuses = [client.get("/en/").status_code for _ in range(6) for client in (here, there)]
    assert statuses == [200] * 6 + [429] * 6
    # Probes come from one address, and often.
    assert [here.get("/healthz").status_code for _ in range(9)] == [200] * 9
    with installation.store.reading() as connection:
        [key] = connection.execute(text("SELECT key FROM pace")).scalars()
    assert key.startswith("share:page:")
    assert "127.0.0.1" not in key


def test_readers_are_forgotten_when_their_share_is_whole(
    two: tuple[httpx.Client, httpx.Client, Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _, installation = two
    monkeypatch.setattr("mobilize.desk.shares._TIDY", 1)
    with installation.store.writing() as connection:
        connection.execute(text("INSERT INTO pace VALUES ('share:page:old', 1.0), ('all', 1.0)"))
    here.get("/en/")
    with installation.store.reading() as connection:
        keys = set(connection.execute(text("SELECT key FROM pace")).scalars())
    assert "share:page:old" not in keys
    assert "all" in keys


def test_a_machine_without_its_database_lives_and_is_not_ready(
    campaign_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mobilize.store.engine import bring_up  # noqa: PLC0415

    with own_server() as server:
        if server is None:
            pytest.skip("no PostgreSQL of our own to stop")
        assert isinstance(server, Postgres)
        url = server.url_of(server.database())
        bring_up(url, now=now())
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("MOBILIZE_SECRET", "x")
        with pages(campaign_folder()) as (address, _):
            assert httpx.get(f"{address}/readyz").text == "ok\n"
            server.restart(down=0)
            assert httpx.get(f"{address}/readyz").text == "ok\n"
            server.stop()
            answer = httpx.get(f"{address}/readyz")
            assert (answer.status_code, answer.text) == (503, "the ledger does not answer\n")
            assert httpx.get(f"{address}/healthz").status_code == 200
            assert httpx.get(f"{address}/en/").status_code == 200
            server.start()
            assert httpx.get(f"{address}/readyz").status_code == 200
