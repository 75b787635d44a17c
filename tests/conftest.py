"""What many tests stand on: a campaign folder with few contacts, and an environment without anybody's settings."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mobilize.store import queue
from mobilize.store.engine import bring_up
from servers.postgres import LEASE, WHY_NONE, Postgres, postgres

ROOT = Path(__file__).parents[1]

HEAD = "country,audience,organisation,office,name,gender,email,language,accreditation,sensitive,source,checked_on,notes"


def row(country: str, audience: str, organisation: str, office: str, email: str, *, gender: str = "") -> str:
    """One row of contacts.csv, checked not long ago."""
    status = "A" if audience == "nhri" else ""
    return f"{country},{audience},{organisation},{office},,{gender},{email},,{status},,invented,2026-11-01,"


#: A few rows of each kind, in three languages.
ROWS = (
    row("KE", "minister", "Ministry of Foreign Affairs", "Minister for Foreign Affairs", "minister@mfa.ke.example"),
    row("SN", "minister", "Ministère", "Ministre des Affaires étrangères", "ministre@mae.sn.example"),
    row("UY", "minister", "Ministerio", "Ministra de Relaciones Exteriores", "ministra@mrree.uy.example", gender="f"),
    row("NA", "minister", "Ministry of International Relations", "Minister", "minister@mir.na.example", gender="m"),
    row("GH", "nhri", "Commission on Human Rights", "Commissioner", "office@chraj.gh.example"),
    row("PH", "ngo", "Lantern Network", "", "desk@lantern.example"),
)


#: How the names of settings begin.
_SETTINGS = ("SMTP_", "IMAP_", "MOBILIZE_", "TRUSTED_", "DKIM_", "METRICS_", "LOG_", "DNS_", "LEASE_")


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in list(os.environ):
        if name.upper().startswith(_SETTINGS) or name.upper() in ("DATABASE_URL", "PUBLIC_URL"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One PostgreSQL for all tests; where there is none, whoever needs it is skipped, and says so."""
    with postgres() as server:
        if server is None:
            pytest.skip(WHY_NONE)
        yield server


@pytest.fixture(scope="session")
def _template(postgres_server: Postgres) -> Iterator[str]:
    """A database with an empty ledger, to be copied: cheaper than to make each anew."""
    name = postgres_server.database()
    bring_up(postgres_server.url_of(name), now=dt.datetime.now(dt.UTC))
    queue.bring_up(postgres_server.url_of(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_server: Postgres, _template: str) -> Iterator[str]:
    """URL of a PostgreSQL database with an empty ledger of its own."""
    name = postgres_server.database(_template)
    yield postgres_server.url_of(name)
    postgres_server.drop(name)


@pytest.fixture
def on_postgres(_nobodys_settings: None, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every installation that the test opens keeps its ledger in one PostgreSQL database."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    monkeypatch.setenv("MOBILIZE_SECRET", "a secret of the tests, the same on all machines")
    monkeypatch.setenv("LEASE_SECONDS", str(LEASE))
    return postgres_url


@pytest.fixture(params=["sqlite", "postgres"])
def either_ledger(request: pytest.FixtureRequest) -> str:
    """The test runs twice: over a SQLite file in the campaign folder, and over PostgreSQL."""
    if request.param == "postgres":
        request.getfixturevalue("on_postgres")
    return str(request.param)


@pytest.fixture
def campaign_folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a campaign folder: the shipped letters and record, and the rows given (default: six)."""

    def make(*rows: str, env: str = "") -> Path:
        folder = tmp_path / "campaign"
        for part in ("letters", "record"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copyfile(ROOT / "campaign.toml", folder / "campaign.toml")
        (folder / "contacts.csv").write_text("\n".join((HEAD, *(rows or ROWS), "")), "utf-8")
        (folder / ".env").write_text(env, "utf-8")
        return folder

    return make


@pytest.fixture
def sandbox_env() -> Callable[[int], str]:
    """The .env of a campaign that sends to a server on a loopback port."""
    return lambda port: (
        f"SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\n"
        "SMTP_TIMEOUT=2\nSMTP_CONNECTIONS=3\n"
    )
