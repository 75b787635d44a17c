"""Personal links: they fill in, they end, and guessing gives nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mobilize.campaign.contacts import Audience
from mobilize.desk import hand_out
from mobilize.letter import link, token
from mobilize.letter.merge import letter_id
from servers.pages import Site, pages

URL = "https://letters.example"


@pytest.fixture
def public(campaign_folder: Callable[..., Path]) -> Iterator[Site]:
    with pages(campaign_folder(env=f"PUBLIC_URL={URL}/\n")) as (url, installation):
        yield Site(url=url, installation=installation)


def test_a_link_fills_in_country_name_and_language(public: Site) -> None:
    today = dt.datetime.now(dt.UTC).date()
    (ngo,) = [each for each in public.installation.campaign.contacts if each.audience is Audience.NGO]
    path = hand_out.link_of(public.installation, ngo, today=today).removeprefix(URL)
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


def test_no_link_without_a_public_address_nor_for_whom_it_would_put_at_risk(site: Site, public: Site) -> None:
    today = dt.date(2026, 11, 24)
    ngo, minister = (
        next(each for each in public.installation.campaign.contacts if each.audience is audience)
        for audience in (Audience.NGO, Audience.MINISTER)
    )
    assert hand_out.link_of(public.installation, ngo, today=today)
    assert hand_out.link_of(public.installation, minister, today=today) == ""
    assert hand_out.link_of(public.installation, replace(ngo, sensitive=True), today=today) == ""
    assert hand_out.link_of(site.installation, ngo, today=today) == ""
