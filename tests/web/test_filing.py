"""Where a reply belongs, decided on its page: one press accepts a candidate; copies and moves are taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from mobilize.desk import filing, receive, review
from mobilize.inbox.raw import RawMail
from servers.pages import Site
from servers.signed import as_role, now, number


def arrive(site: Site, text: str, mark: int) -> str:
    mail = (
        f"From: Ministry of Foreign Affairs <info@mail.example>\r\nTo: wluml@wluml.org\r\nSubject: Your letter\r\n"
        f"Message-ID: <{mark}@mail.example>\r\nDate: Fri, 13 Nov 2026 10:00:00 +0000\r\n\r\n{text}\r\n"
    )
    return receive.take(site.installation, RawMail(data=mail.encode(), origin="test"), now=now()).reply


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with as_role(site, cookies, "lead") as client:
        yield client


def test_one_press_accepts_the_likeliest_and_another_takes_it_back(site: Site, lead: httpx.Client) -> None:
    reply = arrive(site, "Kenya and Norway have studied the draft. Our Government will co-sponsor the resolution.", 1)
    page = lead.get(f"/organise/reply/{reply}").text
    assert "The program could not tell" in page
    [first] = re.findall(r'<button[^>]*name="accept" value="(\d+)" data-accept', page)
    chosen = filing.choices(site.installation, review.one(site.installation, reply))[int(first) - 1]
    form = {"number": number(lead), "back": "show=all"}
    answer = lead.post(f"/organise/reply/{reply}/filing", data={**form, "accept": first})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/organise/reply/{reply}?show=all"
    assert review.one(site.installation, reply).entry.country == chosen.country
    page = lead.get(f"/organise/reply/{reply}").text
    assert "The program could not tell" not in page
    assert "filed it under" in page
    lead.post(f"/organise/reply/{reply}/filing", data={**form, "undo": "yes"})
    assert review.one(site.installation, reply).entry.country is None
    assert "took back the last filing" in lead.get(f"/organise/reply/{reply}").text


def test_a_copy_counts_no_more_and_leads_to_the_one_that_does(site: Site, lead: httpx.Client) -> None:
    first = arrive(site, "Kenya will co-sponsor the resolution.", 2)
    second = arrive(site, "Kenya will co-sponsor the resolution. Sent again.", 3)
    form = {"number": number(lead), "back": ""}
    refused = lead.post(f"/organise/reply/{second}/filing", data={**form, "copy_of": "zzzz"})
    assert refused.status_code == 422
    assert "no reply begins with zzzz" in refused.text
    nothing = lead.post(f"/organise/reply/{second}/filing", data=form)
    assert "say of which reply it is a copy" in nothing.text
    assert lead.post(f"/organise/reply/{second}/filing", data={**form, "copy_of": first[:12]}).status_code == 303
    page = lead.get(f"/organise/reply/{second}").text
    assert f'href="/organise/reply/{first}"' in page
    assert "called it a copy of" in page
