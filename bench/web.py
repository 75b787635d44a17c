"""How fast the pages are, as ratios measured in one run: fifty clients, 20,000 replies, 50,000 letters, and ten times.

    python bench/web.py [--seconds S] [--profile]

The clients, the server and the empty route share the cores of this machine, so read ratios alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from web_ledger import filled
from web_load import Load, get, load, post

LETTERS, REPLIES, TIMES = 50_000, 20_000, 10

#: Issue 6: what each ratio should be.
WANTED = {"inbox": 0.25, "board": 0.15, "pdf": 0.7, "slower": 0.8, "memory": 250.0}


def say(what: str, figure: float, wanted: float, *, most: bool = False) -> None:
    """Print one figure beside what is wanted of it."""
    good = figure <= wanted if most else figure >= wanted
    print(f"{what:62} {figure:9.2f}   {'≤' if most else '≥'} {wanted:<6} {'' if good else 'FALLS SHORT'}")


def main() -> None:
    """Measure everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", metavar="FOLDER")
    parser.add_argument("--empty", type=int, metavar="OCTETS")
    parser.add_argument("--port", type=int)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.serve:
        _serve(Path(options.serve), options.port, profile=options.profile)
    elif options.empty:
        _empty(options.empty, options.port)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), options.seconds, profile=options.profile)


def _measure(folder: Path, seconds: float, *, profile: bool) -> None:
    small, large = folder / "small", folder / "large"
    tokens = {}
    start = time.monotonic()
    for each, many in ((small, REPLIES), (large, REPLIES * TIMES)):
        each.mkdir()
        tokens[each] = filled(each, replies=many, letters=LETTERS)
    print(f"two ledgers made in {time.monotonic() - start:.0f} s")
    found: dict[tuple[str, Path], Load] = {}
    more = ["--profile"] if profile else []
    with _server("--serve", str(small), *more) as one, _server("--serve", str(large), *more) as ten:
        # In turns, since the machine is not ours alone: what is compared was measured within seconds.
        for what in _asked(""):
            for each, (port, _) in ((small, one), (large, ten)):
                asks = _asked(tokens[each])[what]
                load(port, asks, seconds=0.5)
                found[what, each] = load(port, asks, seconds=seconds)
                print(_line(f"{what}, {REPLIES * (TIMES if each == large else 1):,} replies", found[what, each]))
        memory = _memory(one[1])
    for what in ("inbox", "board"):
        with _server("--empty", str(found[what, small].octets)) as (port, _):
            empty = load(port, [get("/")], seconds=seconds)
        print(_line(f"an empty route with a page of the size of the {what}", empty))
        say(f"{what} over the empty route", found[what, small].per_second / empty.per_second, WANTED[what])
        slower = found[what, large].per_second / found[what, small].per_second
        say(f"{what} with ten times the replies over {what}", slower, WANTED["slower"])
        fresh = found[f"{what}, each page new", small].per_second / empty.per_second
        print(f"{what}, each page new, over the empty route: {fresh:.2f}")
    bare = _bare(small, seconds)
    print(f"bare Typst, one thread a core: {bare:.0f}/s")
    say("PDF downloads over bare Typst", found["pdf", small].per_second / bare, WANTED["pdf"])
    slower = found["pdf", large].per_second / found["pdf", small].per_second
    say("PDF downloads with ten times the replies", slower, WANTED["slower"])
    say("memory of the server at its highest, MB", memory, WANTED["memory"], most=True)


def _line(what: str, found: Load) -> str:
    return f"{what}: {found.per_second:,.0f}/s of {found.octets:,} octets, the slowest {found.slowest * 1000:.0f} ms"


def _asked(token: str) -> dict[str, Sequence[bytes]]:
    """What is asked for; pages that are new each time bear a number that nothing is kept under."""
    new = range(5_000)
    names = (f"NGO {number}" for number in range(500))
    forms = (urlencode({"country": "KE", "organisation": name, "language": "en"}).encode() for name in names)
    return {
        "inbox": [get("/organise/?show=all", cookie=token)],
        "inbox, each page new": [get(f"/organise/?show=all&x=&kind=n{number}", cookie=token) for number in new],
        "board": [get("/organise/board", cookie=token)],
        "board, each page new": [get(f"/organise/board?show=n{number}", cookie=token) for number in new],
        "pdf": [post("/en/letter/pdf", form) for form in forms],
    }


@contextmanager
def _server(*how: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, *how, "--port", str(port)])
    try:
        for _ in range(400):
            with socket.socket() as looking:
                if looking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.wait(20)


def _memory(process: subprocess.Popen[bytes]) -> float:
    """The most memory that a process ever had, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _serve(folder: Path, port: int, *, profile: bool) -> None:
    """`mobilize serve`, but that fifty clients from one address are not slowed down."""
    import uvicorn  # noqa: PLC0415 - the parent needs none of this

    from mobilize.cli import serve  # noqa: PLC0415
    from mobilize.installation import opened  # noqa: PLC0415
    from mobilize.web import app, guard  # noqa: PLC0415

    guard.PACES = dict.fromkeys(guard.PACES, (10**9, 1e9))
    with opened(folder) as installation:
        server = uvicorn.Server(uvicorn.Config(app.create(installation), port=port, **serve.SERVER))
        if profile:
            import cProfile  # noqa: PLC0415

            cProfile.runctx("server.run()", {"server": server}, {}, sort="tottime")
        else:
            server.run()


def _empty(octets: int, port: int) -> None:
    """An empty FastAPI route with a Jinja2 page of so many octets, served as `mobilize serve` is."""
    import uvicorn  # noqa: PLC0415 - the parent needs none of this
    from fastapi import FastAPI  # noqa: PLC0415
    from jinja2 import Environment  # noqa: PLC0415
    from starlette.responses import HTMLResponse  # noqa: PLC0415

    from mobilize.cli import serve  # noqa: PLC0415

    page = Environment(autoescape=True).from_string("<!doctype html><p>{{ text }}</p>" + "x" * (octets - 60))
    app = FastAPI(openapi_url=None)

    @app.get("/")
    async def empty() -> HTMLResponse:
        return HTMLResponse(page.render(text="a page of the same size"))

    uvicorn.run(app, port=port, **serve.SERVER)


def _bare(folder: Path, seconds: float) -> float:
    """Letters a second of the compiler alone, one thread a core: the letters that are downloaded, their data ready."""
    import typst  # noqa: PLC0415 - the servers do not need it here

    from mobilize.desk import hand_out  # noqa: PLC0415
    from mobilize.installation import opened  # noqa: PLC0415
    from mobilize.letter import pdf  # noqa: PLC0415
    from mobilize.letter.partner import Partner  # noqa: PLC0415

    with opened(folder) as installation:
        campaign, today = installation.campaign, dt.datetime.now(dt.UTC).date()
        ready = []
        for number in range(500):
            ask = hand_out.Ask(country="KE", partner=Partner(organisation=f"Bare {number}"), language="en")
            letter = hand_out.page(installation, ask, today=today).letter
            size = 11.5 if ready else pdf.sized(letter, campaign)[0]
            ready.append(json.dumps({**pdf.data(letter, campaign), "size": size}, ensure_ascii=False))
    source = campaign.templates[pdf.TEMPLATE].encode()
    folders = list(pdf.font_folders())
    count = [0] * multiprocessing.cpu_count()
    begin = threading.Barrier(len(count))

    def work(place: int) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
        compiler = typst.Compiler(root=folders[0], font_paths=fonts)
        begin.wait()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            inputs = {"letter": ready[(count[place] * len(count) + place) % len(ready)]}
            compiler.compile(input=source, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0)
            count[place] += 1

    with ThreadPoolExecutor(len(count)) as threads:
        list(threads.map(work, range(len(count))))
    return sum(count) / seconds


if __name__ == "__main__":
    main()
