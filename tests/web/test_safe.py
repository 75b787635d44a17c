"""Headers, limits, errors: what every answer of the pages has, whoever asks for whatever."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from mobilize.web import guard
from mobilize.web.guard import Pace
from mobilize.web.shell import MOST_BODY, Shell
from mobilize.web.texts import LANGUAGES, texts
from servers.pages import Site, pages

NOW = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def test_all_languages_have_the_same_words_with_the_same_blanks() -> None:
    english = texts("en")
    for language in LANGUAGES:
        words = texts(language)
        assert set(words) == set(english), language
        for name, text in words.items():
            assert text.strip() == text, (language, name)
            assert text, (language, name)
            assert ("{address}" in text, "{names}" in text) == (
                "{address}" in english[name],
                "{names}" in english[name],
            ), (language, name)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 303),
        ("/en/", 200),
        ("/static/style.css", 200),
        ("/static/organise.js", 200),
        ("/favicon.ico", 200),
        ("/healthz", 200),
        ("/xx/", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/app.py", 404),
        ("/static/%2e%2e%2fapp.py", 404),
        ("//evil.example/", 404),
        ("/en/letter/exe", 303),
        ("/docs", 404),
        ("/openapi.json", 404),
        ("/p/" + "a" * 32, 404),
        ("/en/p/" + "a" * 32, 404),
    ],
)
def test_every_answer_is_guarded(site: Site, path: str, status: int) -> None:
    answer = httpx.get(site.url + path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["permissions-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers, "over plain http it means nothing"
    assert answer.headers["cache-control"] == (
        "public, max-age=86400" if status == 200 and path.startswith(("/static/", "/favicon")) else "no-store"
    )
    # No open redirect: we lead to our own paths alone.
    assert answer.headers.get("location", "/en/") == "/en/"


def test_partners_pages_run_no_script_and_there_is_an_icon(get: httpx.Client) -> None:
    for path in ("/en/", "/ar/heard", "/fr/plans", "/organise/sign-in"):
        answer = get.get(path)
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert len(answer.content) < 60_000
    icon = get.get("/favicon.ico")
    assert icon.headers["content-type"] == "image/x-icon"
    assert icon.content.startswith(b"\x00\x00\x01\x00")


def test_a_wrong_method_is_a_plain_page(get: httpx.Client) -> None:
    answer = get.put("/fr/")
    assert answer.status_code == 405
    assert texts("fr")["err_405"] in answer.text
    assert get.get("/fr/nothing").text.count("<h1>") == 1


def test_a_body_without_end_is_cut_off_with_or_without_its_length(get: httpx.Client) -> None:
    large = b"x" * (MOST_BODY + 1)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert get.post("/en/letter", content=large, headers=kind).status_code == 413
    chunks = (large[at : at + 65536] for at in range(0, len(large), 65536))
    assert get.post("/en/letter", content=chunks, headers=kind).status_code in {400, 413}


def test_a_form_that_is_none_breaks_nothing(get: httpx.Client) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/json"):
        answer = get.post("/en/letter", content=b"\x00\xff--x\r\n", headers={"content-type": kind})
        assert answer.status_code in {400, 404, 422}
        assert "Traceback" not in answer.text


def test_an_error_tells_nobody_what_somebody_typed(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ValueError("desk@lantern.example")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(Shell(broken, https=True)({"type": "http", "headers": []}, receive, send))
    assert sent[0]["status"] == 500
    heads = dict(sent[0]["headers"])
    assert heads[b"strict-transport-security"]
    assert b"lantern" not in sent[1]["body"]
    assert "lantern" not in caplog.text
    assert "ValueError at " in caplog.text


def test_who_asks_for_too_much_waits_and_no_address_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PACES", dict.fromkeys(guard.PACES, (4, 0.0)))
    pace = Pace(most=3)
    assert [pace.allows("tell", "203.0.113.9") for _ in range(5)] == [True] * 4 + [False]
    assert pace.allows("tell", "203.0.113.10"), "another reader"
    assert pace.allows("page", "203.0.113.9"), "another thing"
    assert "203.0.113" not in repr(pace)
    for number in range(10):
        pace.allows("page", str(number))
    assert len(pace.buckets) <= 3


def test_a_reader_who_hurries_is_told_so(campaign_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PACES", {**guard.PACES, "page": (2, 0.0)})
    with pages(campaign_folder()) as (url, _):
        answers = [httpx.get(f"{url}/es/") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert texts("es")["err_429"] in answers[-1].text


def test_only_our_own_pages_may_send_a_form() -> None:
    ours = "https://letters.example"
    for headers, allowed in (
        ({}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"origin": ours}, True),
        ({"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"}, True),
        ({"origin": "https://letters.example.evil.example"}, False),
        ({"origin": "https://evil.example", "host": ""}, False),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, False),
    ):
        assert guard.from_our_page(headers, ours) is allowed, headers
    assert not guard.from_our_page({"origin": "file://", "host": ""}, "")
