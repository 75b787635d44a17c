"""Personal links: they fill in, they end, and guessing gives nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mobilize.campaign.contacts import Audience
from mobilize.desk import hand_out, plan
from mobilize.letter import link, token
from mobilize.letter.html import html
from mobilize.letter.merge import letter_id
from mobilize.letter.text import text
from servers.pages import Site, pages

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

URL = "https://letters.example"


@pytest.fixture
def public(campaign_folder: Callable[..., Path]) -> Iterator[Site]:
    folder = campaign_folder(env=f"PUBLIC_URL={URL}/\nSMTP_HOST=127.0.0.1\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\n")
    charter = folder / "campaign.toml"
    lasting = charter.read_text("utf-8").replace("# not_after = 2013-11-26", "not_after = 2999-11-26")
    charter.write_text(lasting, "utf-8")
    with pages(folder) as (url, installation):
        yield Site(url=url, installation=installation)


def test_a_link_fills_in_country_name_and_language(public: Site) -> None:
    (ngo,) = [each for each in public.installation.campaign.contacts if each.audience is Audience.NGO]
    path = hand_out.link_of(public.installation, ngo).removeprefix(URL)
    first = httpx.get(public.url + path)
    assert first.headers["location"] == f"/en{path}"
    page = httpx.get(f"{public.url}/fr{path.upper().replace('/P/', '/p/')}")
    assert 'value="Lantern Network"' in page.text
    assert 'value="Philippines"' in page.text
    assert f'href="/ar{path}"' in page.text.lower(), "the language can be changed and nothing is lost"
    assert page.headers["strict-transport-security"]
    assert "set-cookie" not in page.headers


def test_a_link_ends_and_is_bound_to_its_owner_key_and_purpose(public: Site) -> None:
    campaign, key = public.installation.campaign, public.installation.secret
    today = dt.date(2026, 11, 24)
    (ngo,) = [each for each in campaign.contacts if each.audience is Audience.NGO]
    made = link.make(key, campaign.slug, ngo, today)
    assert link.read(key, campaign.slug, campaign.contacts, made, today) == ngo
    wrong = (
        link.read(key, campaign.slug, campaign.contacts, made, today + dt.timedelta(days=1)),
        link.read(b"other", campaign.slug, campaign.contacts, made, today),
        link.read(key, "other", campaign.contacts, made, today),
        link.read(key, campaign.slug, [replace(ngo, sensitive=True)], made, today),
        link.read(key, campaign.slug, [], made, today),
        link.read(key, campaign.slug, campaign.contacts, "", today),
        link.read(
            key,
            campaign.slug,
            campaign.contacts,
            token.make(key, letter_id(campaign.slug, ngo.id, 0), today),
            today,
        ),
    )
    assert wrong == (None,) * len(wrong)
    assert token.read(key, made, today) is None, "a link is no reply token"


def test_whatever_is_wrong_with_a_link_is_answered_alike(public: Site) -> None:
    (ngo,) = [each for each in public.installation.campaign.contacts if each.audience is Audience.NGO]
    ended = link.make(public.installation.secret, public.installation.campaign.slug, ngo, dt.date(2020, 1, 1))
    said = {httpx.get(f"{public.url}/en/p/{each}").text for each in ("a", "a" * 32, ended, "%00", "é" * 32)}
    assert len(said) == 1


def test_no_link_without_a_public_address_an_end_or_for_whom_it_would_put_at_risk(site: Site, public: Site) -> None:
    ngo, minister = (
        next(each for each in public.installation.campaign.contacts if each.audience is audience)
        for audience in (Audience.NGO, Audience.MINISTER)
    )
    endless = replace(public.installation, campaign=replace(public.installation.campaign, not_after=None))
    assert hand_out.link_of(public.installation, ngo)
    assert hand_out.link_of(public.installation, minister) == ""
    assert hand_out.link_of(public.installation, replace(ngo, sensitive=True)) == ""
    assert hand_out.link_of(endless, ngo) == ""
    assert hand_out.link_of(site.installation, ngo) == ""


def test_the_link_is_printed_in_the_ngos_letter_and_nowhere_else(public: Site) -> None:
    at = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
    for day in (at, at + dt.timedelta(days=3)):
        made = plan.plan(public.installation, chosen=plan.Chosen(), round=1, limit=None, now=day)
        letters = {each.contact.audience: each for each in made.letters}
        ngo = letters[Audience.NGO]
        assert any(line.startswith(f"{URL}/p/") for line in ngo.foot)
        assert URL in text(ngo)
        assert URL in html(ngo)
        for other in (letters[Audience.MINISTER], *([ngo.enclosure] if ngo.enclosure else [])):
            assert URL not in text(other)
