"""How fast the pages are, as ratios measured in one run: fifty clients, 20,000 replies, 50,000 letters, and ten times.

    python bench/web.py [--seconds S] [--profile]

The clients, the server and the empty route share the cores of this machine, so read ratios alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
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
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--papers", action="store_true", help="the PDFs alone, quickly")
    options = parser.parse_args()
    if options.serve:
        _serve(Path(options.serve), options.port, profile=options.profile)
    elif options.empty:
        _empty(options.port)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), options.seconds, profile=options.profile, papers=options.papers)


def _measure(folder: Path, seconds: float, *, profile: bool, papers: bool) -> None:
    small, large = folder / "small", folder / "large"
    tokens = {}
    start = time.monotonic()
    for each, many in ((small, REPLIES), (large, REPLIES * (2 if papers else TIMES))):
        each.mkdir()
        tokens[each] = filled(each, replies=many, letters=LETTERS)
    print(f"two ledgers made in {time.monotonic() - start:.0f} s")
    more = ["--profile"] if profile else []
    with (
        _server("--serve", str(small), *more) as one,
        _server("--serve", str(large), *more) as ten,
        _server("--empty") as empty,
    ):
        for what in () if papers else ("inbox", "board"):
            _page(what, {small: one[0], large: ten[0]}, tokens, empty[0], seconds)
        _papers({small: one, large: ten}, seconds)
        say("memory of the server at its highest, MB", _memory(one[1]), WANTED["memory"], most=True)


def _in_turns(asked: dict[str, tuple[int, Sequence[bytes]]], seconds: float) -> dict[str, Load]:
    """Ask one after the other, three times: the machine is not ours alone. Of each the middle one counts."""
    rounds = [{what: load(port, asks, seconds=seconds / 3) for what, (port, asks) in asked.items()} for _ in range(3)]
    return {what: sorted((each[what] for each in rounds), key=lambda x: x.per_second)[1] for what in asked}


def _page(what: str, ports: dict[Path, int], tokens: dict[Path, str], empty: int, seconds: float) -> None:
    small, large = ports
    path = {"inbox": "/organise/?show=all", "board": "/organise/board?"}[what]
    asked = {each: [get(path, cookie=tokens[each])] for each in ports}
    new = [get(f"{path}&kind=n{number}&show=n{number}", cookie=tokens[small]) for number in range(5_000)]
    [octets] = {load(ports[small], asked[small], seconds=0.3).octets}
    found = _in_turns(
        {
            what: (ports[small], asked[small]),
            f"{what}, ten times the replies": (ports[large], asked[large]),
            "an empty route with a page of that size": (empty, [get(f"/{octets}")]),
            f"{what}, each page made anew": (ports[small], new),
        },
        seconds,
    )
    for name, each in found.items():
        print(_line(name, each))
    mine, tenfold, bare, anew = (each.per_second for each in found.values())
    say(f"{what} over the empty route", mine / bare, WANTED[what])
    say(f"{what} with ten times the replies over {what}", tenfold / mine, WANTED["slower"])
    print(f"{what}, each page made anew, over the empty route: {anew / bare:.3f}")


def _papers(servers: dict[Path, tuple[int, subprocess.Popen[bytes]]], seconds: float) -> None:
    """By the clock, and by the CPU that each used: others on this machine take of both, but not of the second."""
    (small, mine), (_, tenfold) = servers.items()
    names = (f"NGO {number}" for number in range(500))
    forms = (urlencode({"country": "KE", "organisation": name, "language": "en"}).encode() for name in names)
    asks = [post("/en/letter/pdf", form) for form in forms]
    for port, _ in servers.values():
        load(port, asks, seconds=1)
    found = []
    for _ in range(3):
        bare, bare_cpu = _bare(small, seconds / 2)
        before = _cpu(mine[1])
        ours = load(mine[0], asks, seconds=seconds / 2)
        ours_cpu = ours.per_second * seconds / 2 / (_cpu(mine[1]) - before)
        ten = load(tenfold[0], asks, seconds=seconds / 2)
        found.append((ours.per_second / bare, ours_cpu / bare_cpu, ten.per_second / ours.per_second))
        print(f"bare Typst, a thread a core: {bare:.0f}/s, {bare_cpu:.0f} a second of CPU")
        print(f"{_line('PDF downloads', ours)}, {ours_cpu:.0f} a second of CPU")
    clock, cpu, slower = (sorted(each)[1] for each in zip(*found, strict=True))
    say("PDF downloads over bare Typst, by the clock", clock, WANTED["pdf"])
    say("PDF downloads over bare Typst, by CPU", cpu, WANTED["pdf"])
    say("PDF downloads with ten times the replies", slower, WANTED["slower"])


def _cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(what: str, found: Load) -> str:
    return f"{what}: {found.per_second:,.0f}/s of {found.octets:,} octets, the slowest {found.slowest * 1000:.0f} ms"


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


def _empty(port: int) -> None:
    """An empty FastAPI route with a Jinja2 page of so many octets, served as `mobilize serve` is."""
    import functools  # noqa: PLC0415 - the parent needs none of this

    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415
    from jinja2 import Environment, Template  # noqa: PLC0415
    from starlette.responses import HTMLResponse  # noqa: PLC0415

    from mobilize.cli import serve  # noqa: PLC0415

    @functools.cache
    def page(octets: int) -> Template:
        return Environment(autoescape=True).from_string("<!doctype html><p>{{ text }}</p>" + "x" * (octets - 46))

    app = FastAPI(openapi_url=None)

    @app.get("/{octets}")
    async def empty(octets: int) -> HTMLResponse:
        return HTMLResponse(page(octets).render(text="a page of the same size"))

    uvicorn.run(app, port=port, **serve.SERVER)


def _bare(folder: Path, seconds: float) -> tuple[float, float]:
    """Letters a second, and a second of CPU, of the compiler alone, a thread a core; the letters' data is ready."""
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
    began: list[float] = []
    begin = threading.Barrier(len(count))

    def work(place: int) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
        compiler = typst.Compiler(root=folders[0], font_paths=fonts)
        if begin.wait() == 0:
            began.append(time.process_time())
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            inputs = {"letter": ready[(count[place] * len(count) + place) % len(ready)]}
            compiler.compile(input=source, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0)
            count[place] += 1

    with ThreadPoolExecutor(len(count)) as threads:
        list(threads.map(work, range(len(count))))
    # The compilers' making is not counted: each thread noted when it began.
    used = time.process_time() - began[0]
    return sum(count) / seconds, sum(count) / used


if __name__ == "__main__":
    main()
