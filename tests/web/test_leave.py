"""One click and an NGO is written to no more; looking at the page, and guessing, change nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from mobilize.campaign.contacts import Audience
from mobilize.desk import compose, plan
from mobilize.letter.mime import Message
from mobilize.letter.partner import write
from mobilize.post import outbox
from mobilize.store import suppression
from servers.pages import Site, pages

#: Over SQLite, and over PostgreSQL.
pytestmark = pytest.mark.usefixtures("either_ledger")

URL = "https://letters.example"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def public(campaign_folder: Callable[..., Path]) -> Iterator[Site]:
    folder = campaign_folder(env=f"PUBLIC_URL={URL}\nSMTP_HOST=127.0.0.1\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\n")
    with pages(folder) as (url, installation):
        planned = plan.plan(installation, chosen=plan.Chosen(), round=1, limit=None, now=now())
        with installation.store.writing() as connection:
            entries = plan.entries(installation, planned.letters, {})
            outbox.queue(connection, installation.campaign.slug, entries, now=now())
        yield Site(url=url, installation=installation)


def mail(site: Site, audience: Audience) -> Message:
    (contact,) = [each for each in site.installation.campaign.contacts if each.audience is audience][:1]
    letter = write(site.installation.campaign, contact, today=now().date())
    return compose.message(compose.composer(site.installation), letter, now=now())


def path_of(site: Site) -> str:
    header = str(message_from_bytes(mail(site, Audience.NGO).data, policy=policy.SMTP)["List-Unsubscribe"])
    return urlsplit(header.partition(">")[0].removeprefix("<")).path


def suppressed(site: Site) -> dict[str, str]:
    (ngo,) = [each for each in site.installation.campaign.contacts if each.audience is Audience.NGO]
    with site.installation.store.reading() as connection:
        return suppression.suppressed(connection, [suppression.address_digest(each) for each in ngo.emails])


def test_the_mail_says_how_and_only_to_an_ngo(public: Site) -> None:
    head = message_from_bytes(mail(public, Audience.NGO).data, policy=policy.SMTP)
    assert str(head["List-Unsubscribe"]).startswith(f"<{URL}/leave/")
    assert "<mailto:" in str(head["List-Unsubscribe"])
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"List-Unsubscribe" not in mail(public, Audience.MINISTER).data


def test_one_click_is_enough_and_looking_does_nothing(public: Site) -> None:
    url = public.url + path_of(public)
    page = httpx.get(url, headers={"Accept-Language": "fr"})
    assert "Ne plus nous écrire" in page.text
    assert suppressed(public) == {}
    done = httpx.post(url, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200, "no redirect (RFC 8058 3.2)"
    assert "You will get no more mail" in done.text
    assert set(suppressed(public).values()) == {"unsubscribed"}
    planned = plan.plan(public.installation, chosen=plan.Chosen(audiences=("ngo",)), round=2, limit=None, now=now())
    assert planned.letters == ()
    assert httpx.post(url).status_code == 200, "twice is no mistake"


@pytest.mark.parametrize("token", ["", "a" * 32, "../people", "x", "A" * 5000])
def test_guessing_gives_nothing(public: Site, token: str) -> None:
    for method in ("GET", "POST"):
        assert httpx.request(method, f"{public.url}/leave/{token}").status_code == 404
    assert suppressed(public) == {}


def test_a_changed_token_and_one_of_another_purpose_give_nothing(public: Site) -> None:
    path = path_of(public)
    changed = path[:-1] + ("a" if path[-1] != "a" else "b")
    assert httpx.post(public.url + changed).status_code == 404
    assert suppressed(public) == {}
