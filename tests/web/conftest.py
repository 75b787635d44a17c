"""One server for all tests of the pages: the shipped letters, five ministers, two NGOs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import httpx
import pytest
from cryptography.fernet import Fernet

from conftest import HEAD, ROOT, row
from mobilize.desk import receive
from mobilize.inbox.raw import RawMail
from mobilize.web import guard
from servers.pages import Site, pages
from servers.signed import cookies_of, now

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


@pytest.fixture(scope="module")
def cookies(site: Site) -> dict[str, dict[str, str]]:
    return cookies_of(site)


HOSTILE = """\
From: "Ministry <script>alert(1)</script>" <minister@mfa.ke.example>
To: wluml@wluml.org
Subject: Re: A/C.3/68/L.64 <img src=https://evil.example/s onerror=alert(2)>
Date: Wed, 20 Nov 2013 10:00:00 +0300
Message-ID: <h1@mfa.ke.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><head><meta http-equiv="refresh" content="0;url=https://evil.example/r"><base href="https://evil.example/">
<link rel=stylesheet href="https://evil.example/c.css"><style>body{background:url(https://evil.example/b)}</style></head>
<body onload="alert(3)" style="background:url(https://evil.example/d)"><script>alert(4)</script>
<p dir="ltr" onclick="alert(5)">The Republic of Kenya will co-sponsor the draft resolution.</p>
<img src="https://evil.example/i" onerror="alert(6)"><svg onload="alert(7)"><script>alert(8)</script></svg>
<iframe src="https://evil.example/f"></iframe><a href="javascript:alert(9)">click</a>
<form action="https://evil.example/p"><input name=q autofocus onfocus="alert(10)"><button>go</button></form>
<video src="https://evil.example/v" autoplay></video><object data="https://evil.example/o"></object></body></html>
--b
Content-Type: text/html; name="../../evil%0d.html"
Content-Disposition: attachment; filename="../../=evil \\"x\\".html"

<script>alert(11)</script>
--b--
"""


@pytest.fixture(scope="module")
def hostile(site: Site) -> str:
    """A mail of a minister who means no good; the id of its reply."""
    mail = RawMail(data=HOSTILE.replace("\n", "\r\n").encode(), origin="test")
    return receive.take(site.installation, mail, now=now()).reply
