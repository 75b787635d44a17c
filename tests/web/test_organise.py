"""The organisers' pages: who may see and do what, by a table over every route; and what a person decides counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from mobilize.access.roles import Role
from mobilize.desk import hear, people, review
from mobilize.desk import outbox as outbox_desk
from mobilize.inbox.form import Told
from mobilize.web import organise
from mobilize.web.app import create
from mobilize.web.shell import Shell
from servers.pages import Site
from servers.signed import PASSWORD, as_role, now, number

TEXT = "They told us <script>alert(1)</script> they will support it."


@pytest.fixture(scope="module")
def reply(site: Site) -> str:
    told = Told(form="1", day="2026-11-24", country="KE", stance="support", text=TEXT, organisation="Lantern Network")
    hear.take_in(site.installation, told, now=now())
    return review.entries(site.installation)[0].entry.reply


#: Method and route -> status for nobody, reader, organiser, lead. Forms are sent with their right number, and but for
#: their number and what the route needs at least they are empty: 422 says that the route was reached.
MATRIX = {
    ("GET", "/organise/sign-in"): (200, 200, 200, 200),
    ("POST", "/organise/sign-in"): (422, 422, 422, 422),
    ("POST", "/organise/sign-out"): (303, 303, 303, 303),
    ("GET", "/organise/"): (303, 200, 200, 200),
    ("POST", "/organise/reply/{reply}/quick"): (303, 403, 303, 303),
    ("GET", "/organise/reply/{reply}"): (303, 200, 200, 200),
    ("GET", "/organise/reply/{reply}/original"): (303, 200, 200, 200),
    ("GET", "/organise/reply/{reply}/folded"): (303, 200, 200, 200),
    ("GET", "/organise/reply/{reply}/original.eml"): (303, 200, 200, 200),
    ("GET", "/organise/reply/{reply}/file/{place}"): (303, 200, 200, 200),
    ("POST", "/organise/reply/{reply}"): (303, 403, 303, 303),
    ("POST", "/organise/reply/{reply}/assign"): (303, 403, 303, 303),
    ("POST", "/organise/reply/{reply}/filing"): (303, 403, 422, 422),
    ("POST", "/organise/reply/{reply}/note"): (303, 403, 422, 422),
    ("GET", "/organise/board"): (303, 200, 200, 200),
    ("GET", "/organise/country/{code}"): (303, 200, 200, 200),
    ("GET", "/organise/country/{code}/brief.pdf"): (303, 403, 200, 200),
    ("GET", "/organise/export/{name}"): (303, 403, 200, 200),
    ("GET", "/organise/who"): (303, 403, 200, 200),
    ("GET", "/organise/outbox"): (303, 200, 200, 200),
    ("POST", "/organise/outbox/pause"): (303, 403, 403, 303),
    ("POST", "/organise/outbox/resume"): (303, 403, 403, 422),
    ("POST", "/organise/outbox/settle/{letter}"): (303, 403, 403, 422),
    ("GET", "/organise/people"): (303, 403, 200, 200),
    ("GET", "/organise/people/deeds"): (303, 403, 403, 200),
    ("POST", "/organise/people"): (303, 403, 403, 422),
    ("POST", "/organise/people/{name}/reset"): (303, 403, 403, 422),
    ("POST", "/organise/people/{name}/disable"): (303, 403, 403, 422),
}


def test_every_route_stands_in_the_matrix(site: Site) -> None:
    shell = create(site.installation)
    assert isinstance(shell, Shell)
    assert isinstance(shell.app, FastAPI)
    served = set(_served(shell.app.routes))
    assert {each for each in served if each[1].startswith("/organise")} == set(MATRIX)
    assert ("GET", "/{lang}/heard") in served, "routes are found wherever they are kept"


def _served(found: Iterable[object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of routes, those of routers that were taken in as a whole among them."""
    for each in found:
        if isinstance(each, APIRoute):
            yield from ((method, prefix + each.path) for method in each.methods)
        inner = getattr(each, "original_router", None)
        if inner is not None:
            yield from _served(inner.routes, prefix)


@pytest.mark.parametrize("place", range(4))
def test_each_role_may_do_what_the_matrix_says(
    site: Site, cookies: dict[str, dict[str, str]], hostile: str, place: int
) -> None:
    role = ("nobody", "reader", "organiser", "lead")[place]
    blanks = {"reply": hostile, "name": "replies.csv", "place": "0", "code": "KE", "letter": "aaaaaaaaaaaa"}
    with as_role(site, cookies, role) as client:
        for (method, route), expected in MATRIX.items():
            if route.endswith("sign-out") and role != "nobody":
                continue  # ends the session of the other tests: has its own, below
            form = {"number": number(client), "country": "KE", "stance": "support"} if method == "POST" else None
            answer = client.request(method, route.format(**blanks), data=form)
            assert answer.status_code == expected[place], (role, method, route)
            assert "unsafe" not in answer.headers["content-security-policy"]
            if answer.status_code == 303 and role == "nobody":
                assert answer.headers["location"] == "/organise/sign-in"
                assert "Kenya" not in answer.text
    outbox_desk.resume(site.installation)


@pytest.mark.parametrize("role", ["reader", "organiser", "lead"])
def test_a_form_without_its_number_is_refused_on_every_route(
    site: Site, cookies: dict[str, dict[str, str]], hostile: str, role: str
) -> None:
    blanks = {"reply": hostile, "name": "asha", "place": "0", "code": "KE", "letter": "aaaaaaaaaaaa"}
    with as_role(site, cookies, role) as client:
        for method, route in MATRIX:
            if method == "POST" and not route.endswith("sign-in"):
                answer = client.post(route.format(**blanks), data={"stance": "oppose", "sure": "yes"})
                assert answer.status_code == 403, (role, route)


def test_a_form_without_its_number_or_from_elsewhere_changes_nothing(
    site: Site, cookies: dict[str, dict[str, str]], reply: str
) -> None:
    before = review.one(site.installation, reply)
    with as_role(site, cookies, "lead") as client:
        mine = number(client)
        with as_role(site, cookies, "organiser") as other:
            theirs = number(other)
        form = {"country": "NO", "stance": "oppose"}
        for wrong in ("", "x", theirs):
            assert client.post(f"/organise/reply/{reply}", data={**form, "number": wrong}).status_code == 403
        cross = {"sec-fetch-site": "cross-site"}
        sent = client.post(f"/organise/reply/{reply}", data={**form, "number": mine}, headers=cross)
        assert sent.status_code == 403
    assert review.one(site.installation, reply) == before


def test_what_is_shown_is_text_and_the_words_are_there(
    site: Site, cookies: dict[str, dict[str, str]], reply: str
) -> None:
    with as_role(site, cookies, "reader") as client:
        page = client.get(f"/organise/reply/{reply}").text
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "What does it say?" not in page, "a reader decides nothing"
        assert client.get("/organise/reply/ffff").status_code == 404
        assert client.get("/organise/reply/f").status_code == 404
        for query, there in (
            ("q=support+it", True),
            ("q=nowhere", False),
            ("country=NO", False),
            ("kind=bounce", False),
        ):
            assert (reply in client.get(f"/organise/?show=all&{query}").text) is there, query


def test_a_decision_counts_and_who_decided_is_kept(site: Site, cookies: dict[str, dict[str, str]], reply: str) -> None:
    with as_role(site, cookies, "organiser") as client:
        form = {"number": number(client), "country": "NO", "stance": "cosponsor"}
        assert client.post(f"/organise/reply/{reply}", data=form).status_code == 303
        assert "Reviewed by organiser" in client.get(f"/organise/reply/{reply}").text
        refused = client.post(f"/organise/reply/{reply}", data={**form, "country": "XX"})
        assert refused.status_code == 422
    shown = review.one(site.installation, reply)
    assert (shown.entry.country, shown.entry.reviewed_by, shown.entry.attention) == ("NO", "organiser", "")
    assert shown.current is not None
    assert shown.current.stance == "cosponsor"


def test_signing_in_and_out_on_the_page(site: Site) -> None:
    address = people.add(site.installation, "maria", Role.READER, PASSWORD, by="test", now=now())
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    with httpx.Client(base_url=site.url, timeout=60) as client:
        door = re.search(r'name="number" value="([^"]+)"', client.get("/organise/sign-in").text)
        assert door
        form = {"number": door[1], "name": "Maria", "password": PASSWORD, "code": totp.at(now())}
        assert client.post("/organise/sign-in", data={**form, "password": "wrong"}).status_code == 422
        assert client.post("/organise/sign-in", data={**form, "number": "x"}).status_code == 422
        elsewhere = {"origin": "https://evil.example"}
        assert client.post("/organise/sign-in", data=form, headers=elsewhere).status_code == 403
        answer = client.post("/organise/sign-in", data=form)
        assert answer.headers["location"] == "/organise/"
        cookie = answer.headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/organise"))
        token = client.cookies[organise.COOKIE]
        assert client.get("/organise/").status_code == 200
        assert client.post("/organise/sign-out", data={"number": number(client)}).status_code == 303
        assert client.get("/organise/", cookies=None).status_code == 303
    assert people.who(site.installation, token, now=now()) is None


def test_the_board_says_who_is_left_and_exports_hold_what_they_may(
    site: Site, cookies: dict[str, dict[str, str]], reply: str
) -> None:
    with as_role(site, cookies, "lead") as client:
        everybody = client.get("/organise/board").text
        assert "/organise/country/KE" in everybody
        left = client.get("/organise/board?show=left").text
        concerned = review.one(site.installation, reply).entry.country
        table = left[left.index('id="countries"') :]
        assert f"/organise/country/{concerned}" not in table
        assert "/organise/country/AD" in table
        log = client.get("/organise/export/replies.csv")
        assert log.headers["content-disposition"] == 'attachment; filename="replies.csv"'
        assert "Lantern Network" in log.text
        assert "Lantern" not in client.get("/organise/export/public.csv").text
        assert client.get("/organise/export/replies.xlsx").content.startswith(b"PK")
        assert client.get("/organise/export/other.csv").status_code == 404


def test_the_form_begins_with_what_was_decided_last(site: Site, cookies: dict[str, dict[str, str]], reply: str) -> None:
    with as_role(site, cookies, "lead") as client:
        for stance in ("oppose", ""):
            form = {"number": number(client), "country": "KE", "stance": stance}
            assert client.post(f"/organise/reply/{reply}", data=form).status_code == 303
            page = client.get(f"/organise/reply/{reply}").text
            assert re.findall(r'name="stance" value="(\w*)" data-key="\d" checked', page) == [stance]
        assert "<strong>lead</strong>" in page
