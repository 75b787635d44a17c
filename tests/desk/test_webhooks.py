"""Other programs are told of new replies: signed, durable, again when they fail, and nowhere inside."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme
from sqlalchemy import func, select, update

from mobilize import webhook
from mobilize.desk import hear, receive, webhooks
from mobilize.errors import Refused
from mobilize.inbox.form import Told
from mobilize.installation import Installation, opened
from mobilize.store.schema_web import deliveries
from mobilize.webhook import Event, Undelivered
from servers.pages import pages
from servers.receiver import Receiver, receiver

MakeFolder = Callable[..., Path]
TEXT = "Privately she said yes"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def here(campaign_folder: MakeFolder) -> Iterator[Installation]:
    folder = campaign_folder()
    (folder / ".env").write_text("WEBHOOKS_SANDBOX=true\n", "utf-8")
    with opened(folder) as installation:
        yield installation


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as told:
        yield told


def hear_of(installation: Installation, number: int = 1) -> None:
    told = Told(
        form=str(number), day="2026-11-24", country="KE", stance="support", text=TEXT, email="d@lantern.example"
    )
    hear.take_in(installation, told, now=now())


def waiting(installation: Installation) -> int:
    with installation.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(deliveries)).scalar_one()


def later(**more: int) -> Callable[[], dt.datetime]:
    return lambda: now() + dt.timedelta(**more)


def test_a_new_reply_is_told_once_signed_and_without_a_word_of_it(here: Installation, other: Receiver) -> None:
    secret = webhooks.add(here, "one", other.url, by="lead", now=now())
    hear_of(here)
    list(receive.read_anew(here, now=now()))
    assert waiting(here) == 1, "what is read anew is not new"
    assert webhooks.deliver(here, now=now) == webhooks.Told(told=1, failed=0)
    assert webhooks.deliver(here, now=now) == webhooks.Told(told=0, failed=0)
    [(heads, body)] = other.got
    data = json.loads(body)
    assert data["type"] == "reply.received"
    assert set(data["data"]) == {
        "campaign", "reply", "received_on", "kind", "country", "suggested_stance", "language", "letter", "needs_person",
    }  # fmt: skip
    assert (data["data"]["country"], data["data"]["suggested_stance"]) == ("KE", "support")
    assert b"lantern" not in body
    assert b"Privately" not in body
    # As a receiver checks it, by Standard Webhooks and not by our own function.
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert heads["webhook-signature"] == f"v1,{expected}"
    assert abs(int(heads["webhook-timestamp"]) - time.time()) < 60


def test_nothing_is_written_down_where_nobody_is_told(here: Installation) -> None:
    hear_of(here)
    assert waiting(here) == 0
    assert webhooks.deliver(here, now=now) == webhooks.Told(told=0, failed=0)


def test_who_fails_is_asked_again_later_each_time_under_the_same_id(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    hear_of(here, 1)
    hear_of(here, 2)
    other.answers = 503
    assert webhooks.deliver(here, now=now) == webhooks.Told(told=0, failed=1)
    assert len(other.got) == 1, "the second waits: the receiver is down"
    [one] = webhooks.everybody(here)
    assert (one.waiting.waiting, one.waiting.given_up, one.waiting.said) == (2, 0, "it answered 503")
    assert webhooks.deliver(here, now=now).failed == 0, "not yet"
    other.answers = 204
    assert webhooks.deliver(here, now=later(seconds=7)).told == 2
    ids = [heads["webhook-id"] for heads, _ in other.got]
    assert sorted(ids[1:]) == sorted({ids[0], *ids[1:]})
    assert ids.count(ids[0]) == 2
    assert waiting(here) == 0


def test_waits_grow_and_end(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    hear_of(here)
    other.answers, moment, waits = 500, now(), []
    for _ in range(20):
        webhooks.deliver(here, now=lambda at=moment: at)  # type: ignore[misc]
        with here.store.reading() as connection:
            due = connection.execute(select(deliveries.c.due_at)).scalar_one()
        if due is None:
            break
        waits.append((due - moment).total_seconds())
        moment = due
    assert len(waits) == len(webhooks.BACK_OFF)
    assert waits == sorted(waits)
    for wait, least in zip(waits, webhooks.BACK_OFF, strict=True):
        assert least <= wait <= least * 1.21
    assert webhooks.everybody(here)[0].waiting.given_up == 1


def test_who_is_gone_is_not_asked_again(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    hear_of(here)
    other.answers = 410
    webhooks.deliver(here, now=now)
    assert webhooks.everybody(here)[0].waiting.given_up == 1


@pytest.mark.parametrize("answers", [-1, 0])
def test_who_is_slow_is_left_at_the_deadline_and_holds_up_no_other(
    here: Installation, other: Receiver, monkeypatch: pytest.MonkeyPatch, answers: int
) -> None:
    monkeypatch.setattr(webhook, "DEADLINE", 0.5)
    other.answers = answers
    webhooks.add(here, "slow", other.url, by="lead", now=now())
    with receiver() as quick:
        webhooks.add(here, "quick", quick.url, by="lead", now=now())
        hear_of(here)
        start = time.monotonic()
        assert webhooks.deliver(here, now=now) == webhooks.Told(told=1, failed=1)
        assert time.monotonic() - start < 3
        assert len(quick.got) == 1
    said = {each.name: each.waiting.said for each in webhooks.everybody(here)}
    assert said == {"slow": "no answer in time", "quick": ""}


def test_a_redirect_is_not_followed(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    other.answers = 307
    with pytest.raises(Refused, match="307"):
        webhooks.test(here, "one", now=now())
    assert len(other.got) == 1


def test_two_programs_that_tell_at_once_tell_one_time(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    for number in range(12):
        hear_of(here, number)
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: webhooks.deliver(here, now=now), range(4)))
    assert sum(each.told for each in done) == len(other.got) == 12


def test_a_program_that_died_is_followed_by_another(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    hear_of(here)
    with here.store.writing() as connection:
        connection.execute(update(deliveries).values(due_at=now() + dt.timedelta(minutes=5)))
    assert webhooks.deliver(here, now=now).told == 0
    assert webhooks.deliver(here, now=later(minutes=6)).told == 1


def test_the_server_tells_while_it_runs(here: Installation, other: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mobilize.web.app.TELL_EVERY", 0.05)
    with pages(here.folder) as (_, installation):
        webhooks.add(installation, "one", other.url, by="lead", now=now())
        hear_of(installation)
        until = time.monotonic() + 10
        while not other.got and time.monotonic() < until:
            time.sleep(0.02)
    assert len(other.got) == 1


@pytest.mark.parametrize(
    ("url", "sandbox", "said"),
    [
        ("https://hooks.example/x?y=1", False, ""),
        ("https://hooks.example:8443/x", False, ""),
        ("http://hooks.example/x", False, "only https"),
        ("http://hooks.example/x", True, "only https"),
        ("http://127.0.0.1:9/x", True, ""),
        ("http://localhost:9/x", True, ""),
        ("http://[::1]:9/x", True, ""),
        ("http://127.0.0.1:9/x", False, "only https"),
        ("https://127.0.0.1/x", False, "SANDBOX"),
        ("https://user:password@hooks.example/", False, "without a user"),
        ("https://hooks.example/#x", False, "fragment"),
        ("https://hooks.example/a b", False, "blanks"),
        ("https://hooks.example/\r\nx: y", False, "blanks"),
        ("https://höoks.example/", False, "ASCII"),
        ("ftp://hooks.example/", False, "only https"),
        ("file:///etc/passwd", True, "https://host"),
        ("https://hooks.example:99999/", False, "no address"),
        ("//hooks.example/", False, "only https"),
        ("", False, "https://host"),
    ],
)
def test_only_https_and_this_machine_when_allowed(url: str, *, sandbox: bool, said: str) -> None:
    found = webhook.fault(url, sandbox=sandbox)
    assert (said in found) if said else found == ""


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "192.0.2.1", "127.0.0.1", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
     "64:ff9b::a00:1", "2002:a00:1::1", "::"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The name server is a stranger: it may name any address, and two of them."""

    def look_up(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        outside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))
        return [outside, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def call(*_: object, **__: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", call)
    with pytest.raises(Undelivered, match="open internet"):
        webhook.post("https://hooks.example/", webhook.new_secret(), Event(id="e", body=b""), now=now(), sandbox=False)
    secret = webhook.new_secret()
    if not address.startswith(("127", "::1")):
        with pytest.raises(Undelivered, match="open internet"):
            webhook.post("https://hooks.example/", secret, Event(id="e", body=b""), now=now(), sandbox=True)


def test_https_goes_to_the_address_that_was_looked_at_and_checks_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    def serve(listening: socket.socket) -> None:
        for _ in range(2):
            plain, _ = listening.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as stream:
                    stream.recv(65536)
                    stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            except OSError:
                plain.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        event, secret = Event(id="e", body=b"{}"), webhook.new_secret()
        assert webhook.post(f"https://localhost:{port}/", secret, event, now=now(), sandbox=True) == 200
        with pytest.raises(Undelivered, match="certificate"):
            webhook.post(f"https://127.0.0.1:{port}/", secret, event, now=now(), sandbox=True)
        thread.join(5)


def test_names_are_checked_and_a_receiver_can_go(here: Installation, other: Receiver) -> None:
    webhooks.add(here, "one", other.url, by="lead", now=now())
    for name, url in (("one", other.url), ("X", other.url), ("two", "http://hooks.example/")):
        with pytest.raises(Refused):
            webhooks.add(here, name, url, by="lead", now=now())
    assert webhooks.test(here, "one", now=now()) == 204
    hear_of(here)
    webhooks.remove(here, "one", by="lead", now=now())
    assert waiting(here) == 0
    for work in (webhooks.test, lambda i, n, now: webhooks.remove(i, n, by="x", now=now)):
        with pytest.raises(Refused):
            work(here, "one", now=now())
