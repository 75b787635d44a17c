"""What an attacker tries on the pages: other people's forms, too much, other places, formulas, guesses, clocks."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pyotp
import pytest
from cryptography.fernet import Fernet
from fastapi import APIRouter
from fastapi.routing import APIRoute
from python_calamine import CalamineWorkbook

from mobilize.access.roles import Role
from mobilize.access.scopes import Scope
from mobilize.cli.serve import proxies
from mobilize.desk import clients, hear, people, review
from mobilize.inbox.form import Told
from mobilize.installation import Installation
from mobilize.web import app, board, doors, guard, inbox, organise, outbox, reply, who
from mobilize.web import people as persons
from mobilize.web.pages import Desk
from servers.pages import Site, pages

MakeFolder = Callable[..., Path]
PASSWORD = "four words that differ"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def session(installation: Installation, name: str, role: Role = Role.LEAD) -> dict[str, str]:
    address = people.add(installation, name, role, PASSWORD, by="test", now=now())
    totp = pyotp.parse_uri(address)
    assert isinstance(totp, pyotp.TOTP)
    token = people.sign_in(installation, name, PASSWORD, totp.at(now()), now=now())
    assert token
    return {organise.COOKIE: token}


@pytest.fixture(scope="module")
def signed(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, cookies=session(site.installation, "guard"), timeout=60) as client:
        yield client


def posts(router: APIRouter) -> list[str]:
    return [each.path for each in router.routes if isinstance(each, APIRoute) and "POST" in each.methods]


def test_no_form_of_the_organisers_is_taken_without_its_number_or_from_elsewhere(
    site: Site, signed: httpx.Client
) -> None:
    desk = Desk(installation=site.installation, now=now)
    routes = {
        route for each in (doors, inbox, reply, board, who, outbox, persons) for route in posts(each.routes(desk))
    }
    desk.close()
    assert "/organise/sign-out" in routes
    found = re.search(r'name="number" value="([^"]+)"', signed.get("/organise/").text)
    assert found
    for route in routes - {"/organise/sign-in"}:
        path = re.sub(r"\{[^}]+\}", "0" * 64, route)
        for form, heads in (
            ({}, {}),
            ({"number": "0" * 64}, {}),
            ({"number": found[1]}, {"sec-fetch-site": "cross-site"}),
            ({"number": found[1]}, {"sec-fetch-site": "same-site"}),
            ({"number": found[1]}, {"origin": "https://evil.example"}),
        ):
            answer = signed.post(path, data=form, headers=heads)
            assert answer.status_code == 403, (path, form, heads)
        # A form that is none, with the cookie: what a page of another site can send without asking.
        plain = signed.post(path, content=b"number=1", headers={"content-type": "text/plain"})
        assert plain.status_code in {400, 403}, path
    assert signed.get("/organise/").status_code == 200, "still signed in"


def test_every_form_of_partners_checks_where_it_comes_from(get: httpx.Client) -> None:
    for path in ("/en/heard", "/en/plans", "/organise/sign-in"):
        sent = get.post(path, data={"number": "x"}, headers={"origin": "https://evil.example"})
        assert sent.status_code == 403, path
        assert get.post(path, data={"number": "x"}).status_code == 422, path


def test_over_https_cookies_and_connections_are_for_https_alone(campaign_folder: MakeFolder) -> None:
    folder = campaign_folder()
    key = Fernet.generate_key().decode()
    (folder / ".env").write_text(f"PUBLIC_URL=https://letters.example\nMOBILIZE_KEY={key}\n", "utf-8")
    with pages(folder) as (url, installation):
        address = people.add(installation, "maria", Role.LEAD, PASSWORD, by="test", now=now())
        totp = pyotp.parse_uri(address)
        assert isinstance(totp, pyotp.TOTP)
        with httpx.Client(base_url=url) as client:
            first = client.get("/organise/sign-in")
            assert first.headers["strict-transport-security"] == "max-age=31536000"
            found = re.search(r'name="number" value="([^"]+)"', first.text)
            assert found
            form = {"number": found[1], "name": "maria", "password": PASSWORD, "code": totp.at(now())}
            cookie = client.post("/organise/sign-in", data=form).headers["set-cookie"].lower()
        assert all(part in cookie for part in ("secure", "httponly", "samesite=strict", "path=/organise"))
        assert httpx.get(f"{url}/metrics").status_code == 404, "behind a web server everybody comes from here"


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%5cevil.example", "/en//evil.example",
     "/http://evil.example", "/p//evil.example", "/organise//evil.example", "/organise/sign-in?next=//evil.example",
     "/en/letter?to=//evil.example", "/organise/?show=//evil.example", "/%0d%0aLocation:%20//evil.example"],
)  # fmt: skip
def test_no_address_leads_to_another_host(site: Site, path: str) -> None:
    host, port = urlsplit(site.url).hostname, urlsplit(site.url).port
    for named in (f"{host}:{port}", "evil.example"):
        with httpx.Client() as client:
            request = client.build_request("GET", site.url, headers={"host": named})
            request.url = httpx.URL(site.url).copy_with(raw_path=path.encode())
            answer = client.send(request)
        assert answer.status_code in {200, 303, 404, 400, 405}, path
        led = answer.headers.get("location", "/")
        assert re.match(r"/(?![/\\])", unquote(led)), led
        assert "evil" not in led


@pytest.mark.parametrize(
    ("what", "path"), [("paper", "/en/letter/txt"), ("tell", "/en/heard"), ("sign-in", "/organise/sign-in")]
)
def test_downloads_forms_and_sign_in_have_a_pace(
    campaign_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch, what: str, path: str
) -> None:
    monkeypatch.setattr(guard, "PACES", {**guard.PACES, what: (2, 0.0)})
    with pages(campaign_folder()) as (url, _):
        found = [httpx.post(f"{url}{path}", data={"country": "x"}).status_code for _ in range(3)]
        assert 429 not in found[:2]
        assert found[2] == 429
        assert httpx.get(f"{url}/en/").status_code == 200, "all else is there"


def test_where_a_request_comes_from_is_believed_of_nobody_unless_a_setting_says_so(
    campaign_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "PACES", {**guard.PACES, "page": (2, 0.0)})
    assert proxies("") == {"proxy_headers": False, "forwarded_allow_ips": ""}
    folder = campaign_folder()
    for trusted, expected in (("", [200, 200, 429]), ("127.0.0.1", [200, 200, 200]), ("10.9.9.9", [200, 200, 429])):
        (folder / ".env").write_text(f"TRUSTED_PROXIES={trusted}\n", "utf-8")
        with pages(folder) as (url, _):
            heads = [{"x-forwarded-for": f"203.0.113.{number}"} for number in range(3)]
            assert [httpx.get(f"{url}/en/", headers=each).status_code for each in heads] == expected, trusted


def test_names_in_a_zip_are_ours_whatever_was_typed(get: httpx.Client) -> None:
    form = {
        "country": "Kenya",
        "organisation": "../../etc/passwd\x00",
        "language": "en",
        "place": "..\\..\\x",
        "office": "/",
    }
    answer = get.post("/en/letter/zip", data=form)
    assert answer.status_code == 200
    for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist():
        assert re.fullmatch(r"[A-Za-z0-9-]+\.[a-z]+", name), name
    assert re.fullmatch(r'attachment; filename="letter-KE-en\.zip"', answer.headers["content-disposition"])


STARTS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "  =1", '=HYPERLINK("http://evil.example")')


def test_no_cell_of_any_export_is_a_formula(site: Site, signed: httpx.Client) -> None:
    for number, start in enumerate(STARTS):
        told = Told(
            form=f"cell {number}", day="2026-11-24", country="NO", stance="support",
            text=start, who=start, organisation=start, email=f"{start}@x.example",
        )  # fmt: skip
        hear.take_in(site.installation, told, now=now())
    token = clients.add(site.installation, "cells", [Scope.EXPORTS], by="test", now=now())
    heads = {"authorization": f"Bearer {token}"}
    for name in ("replies.csv", "public.csv", "replies.xlsx"):
        ways = (
            signed.get(f"/organise/export/{name}"),
            httpx.get(f"{site.url}/api/v1/exports/{name}", headers=heads, timeout=60),
        )
        for answer in ways:
            assert answer.status_code == 200
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
            if name.endswith("xlsx"):
                inner = zipfile.ZipFile(io.BytesIO(answer.content))
                assert not any(
                    b"<f>" in inner.read(part) or b"hyperlink" in inner.read(part) for part in inner.namelist()
                )
                cells = [
                    str(cell)
                    for row in CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
                    .get_sheet_by_index(0)
                    .to_python()
                    for cell in row
                ]
            else:
                cells = re.findall(r'(?:^|,)"?([^",\r\n]*)', answer.content.decode("utf-8-sig"), re.MULTILINE)
            assert not [cell for cell in cells if re.match(r"\s*[=+\-@＝＋－＠]", cell)], name
            if name != "public.csv":
                assert any("HYPERLINK" in cell for cell in cells), "they are there, as text"


def test_a_guess_is_answered_like_any_other(site: Site, get: httpx.Client, signed: httpx.Client) -> None:
    found = re.search(r'name="number" value="([^"]+)"', get.get("/organise/sign-in").text)
    assert found
    form = {"number": found[1], "password": "wrong words they are", "code": "000000"}
    answers = [get.post("/organise/sign-in", data={**form, "name": name}) for name in ("guard", "nobody-there", "é'\"")]
    texts = {re.sub(r'name="number" value="[^"]+"', "", each.text) for each in answers}
    assert len(texts) == 1
    assert {each.status_code for each in answers} == {422}
    unknown = [signed.get(f"/organise/reply/{start}") for start in ("0" * 64, "zzzz", "0" * 3, "ffff", "%")]
    assert {(each.status_code, each.text) for each in unknown} == {(404, unknown[0].text)}
    wrong = [get.get(f"/p/{token}") for token in ("a" * 32, "b" * 32, "a" * 31, "x", "a" * 400)]
    assert {(each.status_code, each.text) for each in wrong} == {(404, wrong[0].text)}
    leaving = [get.get(f"/leave/{token}") for token in ("a" * 32, "x", "%00")]
    assert {each.status_code for each in leaving} == {404}
    bearers = [get.get("/api/v1/groups", headers={"authorization": each}) for each in
               ("Bearer x", f"Bearer {clients.PREFIX}{'A' * 43}", "Basic eDp5", "Bearer", "")]  # fmt: skip
    assert {(each.status_code, each.text) for each in bearers} == {(401, bearers[0].text)}
    _ = site


def test_an_unknown_name_takes_as_long_as_a_wrong_password(site: Site) -> None:
    """The shortest of several, in turns: what the work takes where nothing else gets in its way."""
    people.add(site.installation, "clock", Role.READER, PASSWORD, by="test", now=now())
    took: dict[str, list[float]] = {"clock": [], "nobody-at-all": []}
    people.sign_in(site.installation, "warm", "up with some words", "000000", now=now())
    for number in range(12):
        for name, times in took.items():
            # Far apart, so that no name is locked.
            moment = now() + dt.timedelta(hours=number)
            start = time.perf_counter()
            assert people.sign_in(site.installation, name, "wrong words they are", "000000", now=moment) is None
            times.append(time.perf_counter() - start)
    known, unknown = (min(times) for times in took.values())
    assert 0.6 < known / unknown < 1.7


def test_a_name_that_was_typed_wrong_is_not_in_the_log(site: Site) -> None:
    people.sign_in(site.installation, "MyPassword123!", "x", "000000", now=now())
    with site.installation.store.reading() as connection:
        lines = connection.exec_driver_sql("SELECT who, what, about FROM audit").all()
    assert not any("mypassword" in str(line).lower() for line in lines)
    assert ("nobody", "sign_in_failed", "") in [tuple(line) for line in lines]


def test_the_counters_are_for_this_machine_and_for_tokens(site: Site, get: httpx.Client) -> None:
    told = Told(
        form="count me", day="2026-11-24", country="KE", stance="support", text="yes", email="a@lantern.example"
    )
    hear.take_in(site.installation, told, now=now())
    here = get.get("/metrics")
    assert here.status_code == 200
    assert here.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert re.search(
        r'(?m)^mobilize_replies\{campaign="whrd-2013",kind="partner_report",needs_person="true"\} \d+$', here.text
    )
    assert re.search(r'(?m)^mobilize_letters\{.*state="sent"\} 0$', here.text)
    families = re.findall(r"(?m)^# TYPE (\S+) ", here.text)
    assert len(families) == len(set(families)), "each family once, or Prometheus refuses all"
    for line in here.text.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) .+|[a-z_]+\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\} [-+0-9.e]+', line), line
    assert "lantern" not in here.text
    assert '"KE"' not in here.text
    for heads in ({"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=203.0.113.9"}, {"authorization": "Bearer x"}):
        assert get.get("/metrics", headers=heads).status_code == 404, heads
    may = clients.add(site.installation, "monitor", [Scope.METRICS], by="test", now=now())
    may_not = clients.add(site.installation, "other", [Scope.REPLIES], by="test", now=now())
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    assert get.get("/metrics", headers={**forwarded, "authorization": f"Bearer {may}"}).status_code == 200
    assert get.get("/metrics", headers={**forwarded, "authorization": f"Bearer {may_not}"}).status_code == 404


def test_a_page_that_is_kept_is_nobody_elses_and_is_new_after_each_change(site: Site, signed: httpx.Client) -> None:
    other = session(site.installation, "another", Role.READER)
    with httpx.Client(base_url=site.url, cookies=other, timeout=60) as reader:
        for path in ("/organise/?show=all", "/organise/board"):
            mine, theirs = signed.get(path).text, reader.get(path).text
            assert ("guard" in mine, "another" in mine) == (True, False)
            assert ("another" in theirs, ">guard<" in theirs) == (True, False)
            number = re.compile(r'name="number" value="([0-9a-f]{64})"')
            assert number.findall(mine) != number.findall(theirs)
            assert "export/replies.csv" not in theirs
    before = signed.get("/organise/board").text
    told = Told(form="kept page", day="2026-11-24", country="CI", stance="oppose", text="no")
    hear.take_in(site.installation, told, now=now())
    assert signed.get("/organise/board").text != before
    [shown] = [each for each in review.entries(site.installation) if each.entry.parsed["text"] == "no"]
    with site.installation.store.engine.connect() as elsewhere:
        # As another program would: over a connection that this one knows nothing of.
        elsewhere.exec_driver_sql("BEGIN IMMEDIATE")
        elsewhere.exec_driver_sql(
            "UPDATE replies SET attention = 'look at this one' WHERE reply = ?", (shown.entry.reply,)
        )
        elsewhere.exec_driver_sql("COMMIT")
    assert "look at this one" in signed.get("/organise/?show=all").text
    people.disable(site.installation, "another", by="test", now=now())
    assert httpx.get(f"{site.url}/organise/", cookies=other).status_code == 303, "her session ended at once"


def test_a_page_of_the_log_goes_on_where_the_last_ended(
    site: Site, signed: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "_AT_ONCE", 3)
    seen: list[str] = []
    path = "/organise/?show=all"
    while True:
        page = signed.get(path)
        assert page.status_code == 200
        seen += re.findall(r'href="/organise/reply/([0-9a-f]{64})[^"]*" data-open', page.text)
        more = re.search(r'href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"', page.text)
        if not more:
            break
        path = (more[1] or more[2]).replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == len(review.entries(site.installation))
    assert signed.get("/organise/?after=nonsense").status_code == 404


def test_the_server_has_as_many_threads_as_connections() -> None:
    assert app.THREADS <= 15, "SQLAlchemy opens fifteen; more threads would wait for one"
