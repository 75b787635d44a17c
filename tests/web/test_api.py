"""The JSON API: its document holds, each scope opens what it says, and a report arrives once."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from sqlalchemy import select

from mobilize.access.scopes import Scope
from mobilize.desk import clients, hear, review
from mobilize.errors import Refused
from mobilize.inbox.form import Told
from mobilize.store.schema_people import audit
from mobilize.web import guard
from mobilize.web.api import PREFIX, create
from mobilize.web.pages import Desk
from mobilize.web.shell import MOST_BODY
from servers.pages import Site

TEXT = "Privately the minister said <b>yes</b>"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def tokens(site: Site) -> dict[str, str]:
    """A token of each scope alone, one of all, and one that is none."""
    made = {
        scope.value: clients.add(site.installation, scope.name.lower(), [scope], by="test", now=now())
        for scope in Scope
    }
    every = clients.add(site.installation, "everything", list(Scope), by="test", now=now())
    return {**made, "all": every, "none": f"{clients.PREFIX}{'A' * 43}"}


@pytest.fixture(scope="module")
def reply(site: Site) -> str:
    told = Told(form="9", day="2026-11-24", country="KE", stance="support", text=TEXT, email="desk@lantern.example")
    hear.take_in(site.installation, told, now=now())
    return review.entries(site.installation)[0].entry.reply


@pytest.fixture
def api(site: Site, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    heads = {"authorization": f"Bearer {tokens['all']}"}
    with httpx.Client(base_url=site.url + PREFIX, headers=heads, timeout=60) as client:
        yield client


#: Method and route -> the scope that it needs. `{…}` are filled in below.
MATRIX = {
    ("GET", "/replies"): Scope.REPLIES,
    ("GET", "/replies/{reply}"): Scope.REPLIES,
    ("GET", "/countries"): Scope.BOARD,
    ("GET", "/countries/{country}"): Scope.BOARD,
    ("GET", "/groups"): Scope.BOARD,
    ("GET", "/letters"): Scope.LETTERS,
    ("GET", "/rounds/{round}"): Scope.LETTERS,
    ("GET", "/exports/{name}"): Scope.EXPORTS,
    ("POST", "/reports/heard"): Scope.REPORTS,
    ("POST", "/reports/plans"): Scope.REPORTS,
}


def test_every_route_of_the_document_stands_in_the_matrix(site: Site) -> None:
    document = create(Desk(installation=site.installation, now=now)).openapi()
    found = {(method.upper(), path) for path, each in document["paths"].items() for method in each}
    assert found == set(MATRIX)
    assert document == httpx.get(f"{site.url}{PREFIX}/openapi.json").json()
    for path, each in document["paths"].items():
        for operation in each.values():
            assert operation["security"] == [{"HTTPBearer": []}], path
    assert "http" not in re.sub(r'"HTTPBearer"|"type": "http"', "", json.dumps(document)), "it names no other host"


@pytest.mark.parametrize("name", [*(scope.value for scope in Scope), "all", "none", ""])
def test_each_token_opens_what_its_scope_says_and_nothing_else(
    site: Site, tokens: dict[str, str], reply: str, name: str
) -> None:
    heads = {"authorization": f"Bearer {tokens[name]}"} if name else {}
    bodies = {"/reports/heard": {"country": "NO", "text": "yes"}, "/reports/plans": {"targets": ["NO"]}}
    with httpx.Client(base_url=site.url + PREFIX, headers=heads, timeout=60) as client:
        for (method, route), scope in MATRIX.items():
            path = route.format(reply=reply, country="KE", round=1, name="replies.csv")
            key = {"idempotency-key": f"matrix-{name.replace(':', '-')}-{route[-5:]}"} if method == "POST" else {}
            answer = client.request(method, path, json=bodies.get(route), headers=key)
            if name in {"none", ""}:
                expected = 401
            else:
                expected = (201 if method == "POST" else 200) if name in {"all", scope} else 403
            assert answer.status_code == expected, (name, method, route, answer.text)
            if expected in {401, 403}:
                assert answer.headers["content-type"] == "application/problem+json"
                assert "lantern" not in answer.text
                assert "KE" not in answer.text


def test_words_are_for_who_may_read_words_and_that_is_noted(site: Site, tokens: dict[str, str], reply: str) -> None:
    def ask(name: str) -> httpx.Response:
        heads = {"authorization": f"Bearer {tokens[name]}"}
        return httpx.get(f"{site.url}{PREFIX}/replies/{reply}", headers=heads)

    coded, whole = ask(Scope.REPLIES), ask("all")
    assert coded.json()["words"] is None
    assert "Privately" not in coded.text
    assert "lantern" not in coded.text
    assert whole.json()["words"]["text"] == TEXT
    assert whole.json()["words"]["reporter"] == "desk@lantern.example"
    assert {**coded.json(), "words": 0} == {**whole.json(), "words": 0}
    with site.installation.store.reading() as connection:
        noted = connection.exec_driver_sql("SELECT who, about FROM audit WHERE what = 'read'").all()
    assert ("token everything", reply[:12]) in [tuple(each) for each in noted]


def test_a_list_goes_on_from_page_to_page_and_leaves_nothing_out(site: Site, api: httpx.Client) -> None:
    for number in range(7):
        told = Told(form=f"page {number}", day="2026-11-24", country="NO", stance="oppose", text=f"number {number}")
        hear.take_in(site.installation, told, now=now())
    seen: list[str] = []
    after = ""
    while True:
        page = api.get("/replies", params={"country": "NO", "limit": 2, "after": after}).json()
        assert len(page["items"]) <= 2
        seen += [each["reply"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page["count"] >= 7
    assert api.get("/replies", params={"country": "NO", "group": "African Group"}).json()["count"] == 0
    found = api.get("/replies", params={"q": "number 3"}).json()
    assert found["count"] == 1
    for wrong in ("x", "%00", "AAAA", "MCAyMDI2", "é"):
        assert api.get("/replies", params={"after": wrong}).status_code == 404


def test_the_same_report_twice_is_one_entry_and_another_under_its_number_is_refused(
    site: Site, api: httpx.Client
) -> None:
    body = {"country": "KR", "text": "They will <script>co-sponsor</script>\u0000.", "stance": "cosponsor"}
    key = {"idempotency-key": "0b8d1c0a-1"}
    before = len(review.entries(site.installation))
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: api.post("/reports/heard", json=body, headers=key), range(4)))
    assert {each.status_code for each in answers} <= {200, 201}
    assert sum(each.status_code == 201 for each in answers) == 1
    assert len({each.json()["reply"] for each in answers}) == 1
    assert len(review.entries(site.installation)) == before + 1
    other = api.post("/reports/heard", json={**body, "stance": "oppose"}, headers=key)
    assert other.status_code == 409
    assert other.headers["content-type"] == "application/problem+json"
    assert api.post("/reports/heard", json=body, headers={"idempotency-key": "0b8d1c0a-2"}).status_code == 201
    assert api.post("/reports/heard", json=body).status_code == 422, "without a number"
    entry = review.one(site.installation, answers[0].json()["reply"]).entry
    assert (entry.kind, entry.country, entry.stance) == ("partner_report", "KR", "cosponsor")
    assert entry.attention, "a person must look"
    assert "\x00" not in str(entry.parsed["text"])


def test_a_program_that_died_while_it_took_a_report_in_takes_it_in_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(form="", day="", country="NO", stance="support", text="once")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("mobilize.store.clients.done", die)
        with pytest.raises(KeyboardInterrupt):
            clients.report(site.installation, "x", "number-1", told, now=now())
    reply, new = clients.report(site.installation, "x", "number-1", told, now=now() + dt.timedelta(days=1))
    assert new is False, "the same bytes, though it is another day"
    assert clients.report(site.installation, "x", "number-1", told, now=now()) == (reply, False)


def test_errors_are_problems_and_repeat_nothing_of_what_was_sent(site: Site, api: httpx.Client) -> None:
    secret = "Wangari-Secret"
    key, named = {"idempotency-key": secret}, {"country": secret, "text": secret}
    for answer, status in (
        (api.get("/nothing"), 404),
        (api.get(f"/replies/{'0' * 64}"), 404),
        (api.get(f"/replies/{secret}"), 422),
        (api.get("/replies", params={"country": secret}), 422),
        (api.get("/replies", params={secret: "KE"}), 422),
        (api.delete("/replies"), 405),
        (api.post("/reports/heard", json=named, headers=key), 422),
        (api.post("/reports/heard", content=b"\xff{", headers=key), 422),
        (api.post("/reports/plans", content=b"x" * (MOST_BODY + 1)), 413),
    ):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert secret not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert httpx.get(f"{site.url}{PREFIX}/docs").status_code == 404


def test_a_client_that_hurries_is_told_when_to_come_back(site: Site, tokens: dict[str, str]) -> None:
    heads = {"authorization": f"Bearer {tokens['all']}"}
    with pytest.MonkeyPatch.context() as slow:
        slow.setattr(guard, "PACES", {**guard.PACES, "api": (2, 1.0), "api-door": (1, 1.0)})
        clients_of_it = {"none": {"authorization": "Bearer x"}, "all": heads}
        for name, allowed in (("all", 2), ("none", 1)):
            # The share of before this test is large: it shrinks with the first question.
            found = [httpx.get(f"{site.url}{PREFIX}/groups", headers=clients_of_it[name]) for _ in range(allowed + 2)]
            assert found[-1].status_code == 429, name
            assert found[-1].headers["retry-after"] == "60"
            assert found[-1].headers["content-type"] == "application/problem+json"


def test_a_token_is_kept_as_a_digest_and_ends_at_once(site: Site) -> None:
    token = clients.add(site.installation, "brief", [Scope.BOARD], by="test", now=now())
    assert clients.who(site.installation, token) is not None
    folder = site.installation.folder
    for file in (folder / ".mobilize").iterdir():
        assert not file.is_file() or token.removeprefix(clients.PREFIX).encode() not in file.read_bytes()
    with pytest.raises(Refused):
        clients.add(site.installation, "brief", [Scope.BOARD], by="test", now=now())
    with pytest.raises(Refused):
        clients.add(site.installation, "nothing", [], by="test", now=now())
    clients.revoke(site.installation, "brief", by="test", now=now())
    assert clients.who(site.installation, token) is None
    with pytest.raises(Refused):
        clients.revoke(site.installation, "brief", by="test", now=now())
    with site.installation.store.reading() as connection:
        noted = connection.execute(select(audit).where(audit.c.about == "brief")).all()
    assert [row.what for row in noted] == ["token_added", "token_revoked"]


#: Few, since each is a real question to a real server; the same ones each time.
FEW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_server_answers_as_the_document_says_whatever_is_asked(site: Site, tokens: dict[str, str]) -> None:
    document = schemathesis.openapi.from_url(f"{site.url}{PREFIX}/openapi.json")
    heads = {"Authorization": f"Bearer {tokens['all']}"}
    asked = 0
    for found in document.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @FEW
            @given(case=operation.as_strategy(generation_mode=mode))
            def conforms(case: schemathesis.Case) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate(base_url=site.url + PREFIX, headers=heads)

            conforms()
    assert asked > 120
