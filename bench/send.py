"""How fast letters leave: `python bench/send.py [LETTERS] [--only PART …]`. Prints one line a measure.

The server is Postfix's smtp-sink (Debian: postfix) in a process of its own; every letter goes through the ledger
(SQLite, synchronous=FULL) as in a real run: claimed before MAIL FROM, marked before its final dot, settled after it.
Each ratio is of two figures taken one after the other in the same run.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence

import begin
import peers
from ground import SINK, SOURCE, carried, fresh, ministers, offices, queued, run, say, sink, small, source

from mobilize.installation import Installation
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message

PARTS = ("peers", "wire", "mail", "paper", "many", "begin")


def main() -> None:
    """Measure, and print a line each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("letters", type=int, nargs="?", default=5000)
    arguments.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    chosen = arguments.parse_args()
    if SINK is None or SOURCE is None:
        sys.exit("smtp-sink and smtp-source are not installed (Debian: postfix)")
    with tempfile.TemporaryDirectory() as place, sink() as port:
        if "peers" in chosen.only:
            peers.measure(place, port)
        if "wire" in chosen.only:
            wire(place, port, chosen.letters)
        if "mail" in chosen.only:
            mail(place, chosen.letters)
        if "paper" in chosen.only:
            paper(place, port)
        if "many" in chosen.only:
            with fresh(place, "many") as installation:
                many(installation, port)
        if "begin" in chosen.only:
            begin.measure(place, port, 50_000)


def wire(place: str, port: int, count: int) -> None:
    """Ready messages through the ledger and without it."""
    print(f"smtp-source, 10 connections, no ledger: {source(port, count, 5000):,.0f}/s")
    for connections in (1, 3, 10, 20):
        with fresh(place, f"c{connections}") as installation:
            rate = run(installation, port, queued(installation, count), connections, small)
        print(f"5 KB, ready, through the ledger, {connections:2} connections: {rate:,.0f}/s")
    shares = []
    for turn in range(3):
        with fresh(place, f"turn{turn}") as installation:
            letters = queued(installation, count)
            alone = run(installation, port, letters, 20, small, ledger=False)
            shares.append(run(installation, port, letters, 20, small) / alone)
    print(f"5 KB, ready: with the ledger over without, 20 connections, median of 3: {sorted(shares)[1]:.2f}")
    shares = []
    for _ in range(3):
        alone, *_ = carried(place, port, offices, letters=4 * count, paper=False, ledger=False)
        shares.append(carried(place, port, offices, letters=4 * count, paper=False)[0] / alone)
    say("send with the ledger over send without, text + HTML, median of 3", sorted(shares)[1], 0.75)


def mail(place: str, count: int) -> None:
    """Letters as they are sent, with text and HTML, where the server takes commands in one breath and where not."""
    for said, wanted, options in (("with PIPELINING", 0.20, ()), ("without PIPELINING", 0.08, ("-p",))):
        with sink(*options) as port:
            for connections in (20, 50):
                rate, first, size = carried(
                    place, port, offices, letters=8 * count, paper=False, connections=connections
                )
                what = f"text + HTML, all of it ({size:,} octets), {connections} connections"
                print(f"{what}: {rate:,.0f}/s, the first after {first:.2f} s")
                share = rate / source(port, 40_000, size)
                say(f"the same over smtp-source with such messages, {said}", share, wanted)


def paper(place: str, port: int) -> None:
    """Letters with their paper."""
    count = 3000
    rate, first, size = carried(place, port, ministers, letters=count, paper=True, connections=10)
    print(f"with the PDF ({size:,} octets): {rate:,.0f}/s, first in {first:.2f} s")
    with fresh(place, "loop") as installation:
        bare = peers.bare_typst(installation, count)
        say(f"the same over bare Typst on all cores ({bare:,.0f}/s)", rate / bare, 0.75)
        loop = peers.weasyprint_loop(installation, count, port)
        say(f"the same over a plain loop with WeasyPrint ({loop:,.1f}/s)", rate / loop, 12)


def many(installation: Installation, port: int) -> None:
    """Fifty thousand queued letters: how long until the first is on the wire; memory over a hundred thousand."""
    letters = queued(installation, 100_000)
    first: list[float] = []

    def made(wanted: Sequence[LetterId]) -> list[Message]:
        first.append(time.perf_counter())
        return small(wanted)

    begin = time.perf_counter()
    run(installation, port, letters[:50_000], 20, made)
    say("the engine alone: seconds to the first of 50,000 letters", first[0] - begin, 1.0, most=True)
    early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(installation, port, letters[50_000:], 20, small)
    late = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say("memory after 100,000 letters over that after 50,000", late / early, 1.1, most=True)


if __name__ == "__main__":
    main()
