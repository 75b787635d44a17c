"""What many tests stand on: a campaign folder with few contacts, and an environment without anybody's settings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in list(os.environ):
        if name.upper().startswith(("SMTP_", "IMAP_", "MOBILIZE_", "TRUSTED_")) or name.upper() in {
            "DATABASE_URL",
            "PUBLIC_URL",
        }:
            monkeypatch.delenv(name)


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
