"""`preview --watch`: pages on this machine alone, new at every save, a mistake with its file, line and text."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import pytest

from mobilize.desk.plan import Chosen
from mobilize.desk.watch import watch
from mobilize.errors import Refused
from mobilize.installation import opened

NOW = dt.datetime(2013, 11, 12, 9, tzinfo=dt.UTC)


@contextmanager
def watching(folder: Path) -> Iterator[tuple[str, Queue[str]]]:
    """A server in a thread; gives its address and what it says."""
    said: Queue[str] = Queue()
    end = threading.Event()

    def run() -> None:
        with opened(folder) as installation:
            watch(installation, chosen=Chosen(), port=0, now=lambda: NOW, told=said.put, stopped=end.is_set)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield said.get(timeout=60), said
    finally:
        end.set()
        thread.join(timeout=60)
    assert not thread.is_alive()


def get(url: str, path: str = "", host: str = "") -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", parts.port or 0, timeout=60)
    try:
        connection.request("GET", parts.path + path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def save(path: Path, text: str) -> None:
    """Save a file in one step, as editors do: nobody sees it half written."""
    campaign = next(each for each in path.parents if (each / "record").is_dir())
    aside = campaign / "saved.new"
    aside.write_text(text, "utf-8")
    aside.replace(path)


def told(said: Queue[str], words: str) -> str:
    """What is said next that has these words; a save may be seen in two steps on a slow disk."""
    while True:
        sentence = said.get(timeout=60)
        if words in sentence:
            return sentence


def test_every_format_of_a_letter_is_served(campaign_folder: Callable[..., Path]) -> None:
    with watching(campaign_folder()) as (url, said):
        assert said.get(timeout=60).startswith("6 letters, ")
        status, head, index = get(url)
        assert status == 200
        assert "script-src 'self'" in head["Content-Security-Policy"]
        assert head["Cache-Control"] == "no-store"
        assert b'/watch.js" defer' in index
        start = next(part for part in index.decode().split('"') if part.startswith("KE/") and part.endswith(".pdf"))
        start = start.removesuffix(".pdf")
        assert get(url, f"{start}.pdf")[2].startswith(b"%PDF-")
        assert b'.1.png"' in get(url, f"{start}.look.html")[2]
        assert get(url, f"{start}.1.png")[2].startswith(b"\x89PNG")
        assert get(url, f"{start}.9.png")[0] == 404
        page = get(url, f"{start}.why.html")[2].decode()
        assert "standing" in page
        assert "Content-Security-Policy" not in page, "the answer's own policy holds"
        assert b"Excellency" in get(url, f"{start}.txt")[2]
        assert get(url, "variants.html")[0] == 200
        assert get(url, "nowhere/else.pdf")[0] == 404


def test_a_saved_mistake_shows_its_file_line_and_text_and_goes_when_it_is_mended(
    campaign_folder: Callable[..., Path],
) -> None:
    folder = campaign_folder()
    template = folder / "letters" / "minister" / "es.md"
    good = template.read_text("utf-8")
    line = len(good.splitlines()) + 2
    with watching(folder) as (url, said):
        said.get(timeout=60)
        before = get(url, "stamp")[2]
        save(template, good + "\n{{ contry.name }}\n")
        assert "{{ contry.name }}" in told(said, f"letters/minister/es.md:{line}")
        assert get(url, "stamp")[2] != before, "the pages load themselves again"
        index = get(url)[2].decode()
        assert f"letters/minister/es.md:{line}" in index
        assert "did you mean" in index
        save(template, good)
        told(said, "6 letters")
        assert "did you mean" not in get(url)[2].decode()


def test_a_broken_campaign_file_is_told_and_the_server_stays(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder()
    own = folder / "campaign.toml"
    good = own.read_text("utf-8")
    with watching(folder) as (url, said):
        said.get(timeout=60)
        save(own, good + "\n[broken\n")
        told(said, "campaign.toml")
        assert "campaign.toml" in get(url)[2].decode()
        save(own, good)
        told(said, "6 letters")


def test_only_who_knows_the_address_sees_a_page(campaign_folder: Callable[..., Path]) -> None:
    with watching(campaign_folder()) as (url, _):
        port = urlsplit(url).port
        root = f"http://127.0.0.1:{port}"
        assert get(root, "/")[0] == 404
        assert get(root, "/guess/")[0] == 404
        assert get(url, host="evil.example")[0] == 404, "a name that leads here by DNS rebinding"
        assert get(url, host=f"localhost:{port}")[0] == 200


def test_a_client_that_says_nothing_does_not_hold_the_others_up(campaign_folder: Callable[..., Path]) -> None:
    with watching(campaign_folder()) as (url, said):
        said.get(timeout=60)
        silent = HTTPConnection("127.0.0.1", urlsplit(url).port or 0, timeout=60)
        silent.connect()
        assert get(url)[0] == 200, "after the server has given the silent one up"
        silent.close()


def test_a_taken_port_is_refused(campaign_folder: Callable[..., Path]) -> None:
    folder = campaign_folder()
    with watching(folder) as (url, _), opened(folder) as installation:
        port = urlsplit(url).port or 0
        with pytest.raises(Refused, match="cannot be used"):
            watch(installation, chosen=Chosen(), port=port, now=lambda: NOW, told=str, stopped=lambda: True)
