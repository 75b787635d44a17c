"""The outbox on the page: what became of letters; the lead alone settles, pauses, goes on, and says that she knows."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import update

from mobilize.letter.merge import LetterId
from mobilize.post import outbox
from mobilize.post.outbox import Entry
from mobilize.store import switches
from mobilize.store.schema import letters
from servers.pages import Site
from servers.signed import as_role, now, number

FATES = {"aaaaaaaaaaaa": "in_doubt", "bbbbbbbbbbbb": "in_doubt", "cccccccccccc": "failed", "dddddddddddd": "sent"}


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    slug = site.installation.campaign.slug
    with site.installation.store.writing() as connection:
        for place, (letter, state) in enumerate(FATES.items()):
            entry = Entry(
                letter=LetterId(letter),
                contact=f"c{place}",
                round=2,
                country="KE",
                audience="minister",
                language="en",
                address_digest=str(place) * 64,
                digest="",
                message_id=f"<{place}@x>",
            )
            outbox.queue(connection, slug, [entry], now=now())
            reason = "5.1.1 no such user" if state == "failed" else ""
            where = letters.c.letter == letter
            connection.execute(update(letters).where(where).values(state=state, reason=reason))
    with as_role(site, cookies, "lead") as client:
        yield client


def state(site: Site, letter: str) -> str:
    with site.installation.store.reading() as connection:
        fate = outbox.fate(connection, site.installation.campaign.slug, letter)
    assert fate
    return fate.state.value


def test_the_page_counts_and_tells_why(lead: httpx.Client) -> None:
    page = lead.get("/organise/outbox").text
    assert "round 2" in page, "the latest round stands first"
    assert "In doubt (2)" in page
    assert "5.1.1 no such user" in page
    assert lead.get("/organise/outbox?round=99999999999").status_code == 200
    assert lead.get("/organise/outbox?round=١").status_code == 200


def test_a_letter_in_doubt_is_settled_by_who_says_that_she_knows(site: Site, lead: httpx.Client) -> None:
    token = number(lead)
    path = "/organise/outbox/settle"
    assert lead.post(f"{path}/aaaaaaaaaaaa", data={"number": token, "arrived": "yes"}).status_code == 422
    assert state(site, "aaaaaaaaaaaa") == "in_doubt"
    assert lead.post(f"{path}/aaaaaaaaaaaa", data={"number": token, "arrived": "yes", "sure": "yes"}).status_code == 303
    assert lead.post(f"{path}/bbbbbbbbbbbb", data={"number": token, "arrived": "no", "sure": "yes"}).status_code == 303
    assert (state(site, "aaaaaaaaaaaa"), state(site, "bbbbbbbbbbbb")) == ("sent", "queued")
    again = lead.post(f"{path}/aaaaaaaaaaaa", data={"number": token, "arrived": "no", "sure": "yes"})
    assert again.status_code == 422, "what was settled is not in doubt"
    assert lead.post(f"{path}/dddddddddddd", data={"number": token, "arrived": "no", "sure": "yes"}).status_code == 422
    assert state(site, "dddddddddddd") == "sent"
    deeds = lead.get("/organise/people/deeds").text
    assert "settled sent" in deeds
    assert "settled queued" in deeds


def test_the_lead_pauses_and_goes_on(site: Site, lead: httpx.Client) -> None:
    def paused() -> bool:
        with site.installation.store.reading() as connection:
            return switches.paused(connection, site.installation.campaign.slug) is not None

    token = number(lead)
    assert lead.post("/organise/outbox/pause", data={"number": token}).status_code == 303
    assert paused()
    assert "Sending is paused, by lead." in lead.get("/organise/outbox").text
    assert lead.post("/organise/outbox/resume", data={"number": token}).status_code == 422
    assert paused()
    assert lead.post("/organise/outbox/resume", data={"number": token, "sure": "yes"}).status_code == 303
    assert not paused()


def test_others_see_the_letters_and_no_button(
    site: Site, cookies: dict[str, dict[str, str]], lead: httpx.Client
) -> None:
    assert lead.get("/organise/outbox").status_code == 200
    with as_role(site, cookies, "organiser") as client:
        page = client.get("/organise/outbox").text
    assert "Pause sending" not in page
    assert "/settle/" not in page
