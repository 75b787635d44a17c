"""Sessions of the organisers' pages for tests: a client of each role, the number of its forms."""

from __future__ import annotations

import datetime as dt
import re

import httpx
import pyotp

from mobilize.access.roles import Role
from mobilize.desk import people
from mobilize.web import organise
from servers.pages import Site

PASSWORD = "four  words that differ "


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def session(site: Site, name: str, role: Role) -> str:
    """Add a person and sign her in; her cookie."""
    address = people.add(site.installation, name, role, PASSWORD, by="test", now=now())
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    moment = now()
    token = people.sign_in(site.installation, name, PASSWORD, totp.at(moment), now=moment)
    assert token
    return token


def as_role(site: Site, cookies: dict[str, dict[str, str]], role: str) -> httpx.Client:
    return httpx.Client(base_url=site.url, cookies=cookies[role], timeout=60)


def number(client: httpx.Client) -> str:
    found = re.search(r'name="number" value="([^"]+)"', client.get("/organise/").text)
    return found[1] if found else ""


def cookies_of(site: Site) -> dict[str, dict[str, str]]:
    """A session of each role; nobody has none."""
    return {"nobody": {}, **{role.value: {organise.COOKIE: session(site, role.value, role)} for role in Role}}
