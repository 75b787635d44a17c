"""The inbox: what is new, what waits, every filter, and a decision made in the list itself."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from mobilize.desk import hear, receive, review
from mobilize.desk.shelf import Choice
from mobilize.inbox.form import Told
from mobilize.inbox.raw import RawMail
from mobilize.web import inbox
from servers.pages import Site
from servers.signed import as_role, now, number


@pytest.fixture(scope="module")
def lead(site: Site, cookies: dict[str, dict[str, str]]) -> Iterator[httpx.Client]:
    with as_role(site, cookies, "lead") as client:
        yield client


@pytest.fixture(scope="module")
def replies(site: Site) -> dict[str, str]:
    """Country -> id of a reply of it."""
    told = (
        Told(form="a", day="2026-11-20", country="KE", stance="support", text="They will support it", organisation="A"),
        Told(
            form="b",
            day="2026-11-20",
            country="FR",
            stance="oppose",
            text="Ils voteront contre ce texte",
            email="b@b.example",
        ),
        Told(
            form="c",
            day="2026-11-20",
            country="UY",
            text="Se lo estan pensando todavia en el ministerio",
            organisation="C",
        ),
    )
    for each in told:
        hear.take_in(site.installation, each, now=now())
    return {str(each.entry.country): each.entry.reply for each in review.entries(site.installation)}


def listed(client: httpx.Client, query: str) -> list[str]:
    return re.findall(r'href="/organise/reply/([0-9a-f]{64})', client.get(f"/organise/?{query}").text)


def test_each_filter_narrows_the_list(lead: httpx.Client, replies: dict[str, str]) -> None:
    ke, fr, uy = replies["KE"], replies["FR"], replies["UY"]
    assert set(listed(lead, "show=all")) == {ke, fr, uy}
    for query, there in (
        ("country=KE", {ke}),
        ("group=WEOG", {fr}),
        ("group=African+Group", {ke}),
        ("stance=support", {ke}),
        ("kind=partner_report", {ke, fr, uy}),
        ("kind=bounce", set()),
        ("reporter=b%40b.example", {fr}),
        ("language=es", {uy}),
        ("q=voteront", {fr}),
        ("q=voteront&country=KE", set()),
        ("country=XX&group=nowhere&stance=x&kind=x", {ke, fr, uy}),
    ):
        assert set(listed(lead, f"show=all&{query}")) == there, query


def test_what_somebody_opened_is_no_longer_new(lead: httpx.Client, replies: dict[str, str]) -> None:
    assert replies["UY"] in listed(lead, "show=new")
    assert lead.get(f"/organise/reply/{replies['UY']}").status_code == 200
    assert replies["UY"] not in listed(lead, "show=new")
    assert replies["UY"] in listed(lead, ""), "it still needs a person"


def test_a_decision_in_the_list_leads_back_to_the_same_list(
    site: Site, lead: httpx.Client, replies: dict[str, str]
) -> None:
    form = {"number": number(lead), "stance": "conditional", "back": "show=all&country=KE&evil=1&q=//evil.example"}
    answer = lead.post(f"/organise/reply/{replies['KE']}/quick", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/organise/?show=all&country=KE&q=%2F%2Fevil.example"
    shown = review.one(site.installation, replies["KE"])
    assert shown.current is not None
    assert (shown.current.stance, shown.current.status) == ("conditional", "corrected")
    assert shown.entry.reviewed_by == "lead"
    assert replies["KE"] not in listed(lead, "")
    assert lead.post("/organise/reply/ffff/quick", data=form).headers["location"].startswith("/organise/reply/ffff?")


def test_next_and_previous_follow_the_list(lead: httpx.Client, replies: dict[str, str]) -> None:
    order = listed(lead, "show=all")
    page = lead.get(f"/organise/reply/{order[1]}?show=all").text
    assert f'href="/organise/reply/{order[0]}?show=all" data-before' in page
    assert f'href="/organise/reply/{order[2]}?show=all" data-behind' in page
    alone = lead.get(f"/organise/reply/{replies['FR']}?show=all&country=FR").text
    assert "data-before" not in alone
    assert "data-behind" not in alone


def test_filters_survive_an_address_and_nothing_else_does() -> None:
    choice = inbox.chosen("show=all&q=%C3%A9+a&show=new&x=y&reporter=" + "r" * 500)
    assert choice == Choice(show="all", q="é a", reporter="r" * 80)
    assert inbox.chosen(inbox.query(choice)) == choice
    assert inbox.address(Choice()) == "/organise/"


def test_what_concerns_no_government_is_put_away_in_the_list_too(site: Site, lead: httpx.Client) -> None:
    mail = b"From: shop@advert.example\r\nTo: wluml@wluml.org\r\nSubject: Buy now\r\n\r\nCheap ink.\r\n"
    reply = receive.take(site.installation, RawMail(data=mail, origin="test"), now=now()).reply
    assert reply in listed(lead, "")
    page = lead.get("/organise/").text
    assert "Reviewed: states none" in page
    answer = lead.post(f"/organise/reply/{reply}/quick", data={"number": number(lead), "back": ""})
    assert answer.headers["location"] == "/organise/"
    assert reply not in listed(lead, "")
    assert review.one(site.installation, reply).entry.reviewed_by == "lead"


def test_a_long_list_goes_on_where_it_ended(lead: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = listed(lead, "show=all")
    monkeypatch.setattr(inbox, "_AT_ONCE", 2)
    seen: list[str] = []
    path = "/organise/?show=all&group="
    while path:
        page = lead.get(path).text
        seen += re.findall(r'href="/organise/reply/([0-9a-f]{64})', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(more[1]) if more else ""
    assert seen == everything
    assert len(everything) > 2
    assert lead.get("/organise/?after=nonsense").status_code == 404
    assert lead.get(f"/organise/?after={'0' * 64}").status_code == 200
