"""One server for all tests of the pages: the shipped letters, five ministers, two NGOs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
import pytest
from cryptography.fernet import Fernet

from conftest import HEAD, ROOT, row
from mobilize.web import guard
from servers.pages import Site, pages

SENSITIVE = "SD,minister,Ministry of Foreign Affairs,Minister,,,minister@mfa.sd.example,,,yes,invented,2026-11-01,"

ROWS = (
    row("KE", "minister", "Ministry of Foreign Affairs", "Minister for Foreign Affairs", "minister@mfa.ke.example"),
    row("CI", "minister", "Ministère", "Ministre des Affaires étrangères", "ministre@mae.ci.example"),
    row("NO", "minister", "Ministry of Foreign Affairs", "Minister of Foreign Affairs", "minister@mfa.no.example"),
    row("KR", "minister", "Ministry of Foreign Affairs", "Minister", "minister@mofa.kr.example"),
    row("PH", "ngo", "Lantern Network", "", "desk@lantern.example"),
    row("CI", "ngo", "Réseau Phare", "", "bureau@phare.example"),
    SENSITIVE,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("web") / "campaign"
    for part in ("letters", "record"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copyfile(ROOT / "campaign.toml", folder / "campaign.toml")
    (folder / "contacts.csv").write_text("\n".join((HEAD, *ROWS, "")), "utf-8")
    (folder / ".env").write_text(f"MOBILIZE_KEY={Fernet.generate_key().decode()}\n", "utf-8")
    with pytest.MonkeyPatch.context() as clean:
        clean.setenv("XDG_STATE_HOME", str(folder / "state"))
        for name in [each for each in os.environ if each.upper() in {"PUBLIC_URL", "DATABASE_URL", "MOBILIZE_KEY"}]:
            clean.delenv(name)
        # All tests come from one address: none may use up the share of the next.
        clean.setattr(guard, "PACES", dict.fromkeys(guard.PACES, (10_000, 10_000.0)))
        with pages(folder) as (url, installation):
            yield Site(url=url, installation=installation)


@pytest.fixture
def get(site: Site) -> Iterator[httpx.Client]:
    """A client that follows nothing and keeps nothing."""
    with httpx.Client(base_url=site.url, timeout=60) as client:
        yield client
