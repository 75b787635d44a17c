"""How fast letters are written and set, as ratios measured in one run on the shipped campaign.

    python bench/letters.py [--memory LETTERS] [--profile]

Compares our PDF with the bare `typst.Compiler` on the same page, with WeasyPrint on the same page (its own font files,
one FontConfiguration kept), and two processes with one. `--memory` writes so many letters and compares the memory at
the end with that after 1,000. Results of the last run that was kept: bench/letters.md.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import multiprocessing
import pstats
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import typst

from mobilize.campaign import folder
from mobilize.campaign.campaign import Campaign
from mobilize.letter import pdf as paper
from mobilize.letter.html import html
from mobilize.letter.merge import Letter, merge
from mobilize.letter.proofs import specimens
from mobilize.letter.text import text

ROOT = Path(__file__).parents[1]

#: Issue 3: what each ratio should be.
WANTED = {"bare": 0.85, "weasyprint": 6.0, "weasyprint zh": 12.0, "two processes": 1.7, "words": 3000.0, "memory": 1.1}


def say(what: str, figure: float, wanted: float, *, most: bool = False) -> None:
    """Print one figure beside what is wanted of it."""
    good = figure <= wanted if most else figure >= wanted
    sys.stdout.write(f"{what:58} {figure:9.2f}   {'≤' if most else '≥'} {wanted:<7} {'' if good else 'FALLS SHORT'}\n")


def rate(what: Callable[[Letter], object], letters: Sequence[Letter], *, rounds: int = 3) -> float:
    """Letters a second of CPU time, the best of some rounds; the first letter pays for what is made once."""
    what(letters[0])
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        for letter in letters:
            what(letter)
        best = max(best, len(letters) / (time.process_time() - start))
    return best


def written(campaign: Campaign) -> list[Letter]:
    """Every letter that the shipped campaign sends."""
    day = campaign.letter_date or campaign.as_of
    return [merge(campaign, contact, today=day) for contact in campaign.contacts]


def in_language(campaign: Campaign, language: str) -> list[Letter]:
    """Different letters in one language: the campaign's own, filled up from the specimens."""
    day = campaign.letter_date or campaign.as_of
    cases = (merge(case.campaign, case.contact, today=day) for case in specimens(campaign))
    return [letter for letter in (*written(campaign), *cases) if letter.language == language][:24]


def words(campaign: Campaign) -> float:
    """Letters a second: merged, as HTML and as text, on one core."""
    day = campaign.letter_date or campaign.as_of
    best = 0.0
    for _ in range(5):
        start = time.process_time()
        for contact in campaign.contacts:
            letter = merge(campaign, contact, today=day)
            html(letter)
            text(letter)
        best = max(best, len(campaign.contacts) / (time.process_time() - start))
    return best


def bare(campaign: Campaign, letters: Sequence[Letter]) -> Callable[[Letter], object]:
    """Set these pages with nothing but Typst: source and data made beforehand, at the size that was found to fit."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=list(paper.font_folders()))
    compiler = typst.Compiler(root=next(paper.font_folders()), font_paths=fonts)
    source = campaign.templates[paper.TEMPLATE].encode()
    ready = {}
    for letter in letters:
        size, _ = paper.sized(letter, campaign)
        ready[letter.id] = json.dumps({**paper.data(letter, campaign), "size": size}, ensure_ascii=False)

    def compile_one(letter: Letter) -> object:
        inputs = {"letter": ready[letter.id]}
        return compiler.compile(input=source, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=0)

    return compile_one


def against_bare(campaign: Campaign) -> float:
    """Our rate over that of the bare compiler, taken in turns."""
    letters = written(campaign)[::6]
    alone = bare(campaign, letters)
    shares = []
    for _ in range(3):
        theirs = rate(alone, letters, rounds=1)
        ours = rate(lambda letter: paper.pdf(letter, campaign), letters, rounds=1)
        shares.append(ours / theirs)
    return sorted(shares)[1]


def weasyprint() -> Callable[[Letter], bytes]:
    """WeasyPrint well set up: tagged, its own font files, one configuration and the style sheet kept."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - in the bench group only
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same

    configuration = FontConfiguration()
    style = CSS(string=_style(), font_config=configuration)

    def set_it(letter: Letter) -> bytes:
        document = HTML(string=html(letter))
        made = document.write_pdf(stylesheets=[style], font_config=configuration, pdf_variant="pdf/ua-1", pdf_tags=True)
        assert isinstance(made, bytes)
        return made

    return set_it


def weasyprint_rate(letters: Sequence[Letter]) -> float:
    """The same letters by WeasyPrint."""
    return rate(weasyprint(), letters[:8], rounds=2)


def _style() -> str:
    """The fonts of the wheels, each a face of its own, so that nothing is looked for in the system."""
    faces = []
    for place, file in enumerate(_font_files()):
        family = "Letter" if place == 0 else f"Letter{place}"
        faces.append(f"@font-face {{ font-family: {family}; src: url(file://{file}); }}")
    names = ", ".join("Letter" if place == 0 else f"Letter{place}" for place in range(len(faces)))
    # The same page: justified and hyphenated, its foot below it.
    page = "@page { size: A4; margin: 18mm 25mm 22mm 25mm; @bottom-center { content: 'wluml'; font-size: 8.5pt } }"
    body = "body { font-size: 11pt; } p, li { text-align: justify; hyphens: auto; }"
    return "\n".join((*faces, page, f"* {{ font-family: {names} !important; }} {body}"))


def _font_files() -> Iterator[Path]:
    for name in paper.font_folders():
        for file in sorted(Path(name).iterdir()):
            if file.suffix in {".ttf", ".otf", ".ttc"} and "Bold" not in file.name and "Italic" not in file.name:
                yield file


def _share(place: int, of: int, ready: Barrier, done: Queue[float]) -> None:
    campaign, _ = folder.load(ROOT)
    letters = written(campaign)[place::of]
    paper.pdf(letters[0], campaign)
    ready.wait()
    start = time.perf_counter()
    for letter in letters * 2:
        paper.pdf(letter, campaign)
    done.put(time.perf_counter() - start)


def processes(count: int) -> float:
    """Letters a second of wall time, the campaign's PDFs shared out among so many processes that run already."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(count), context.Queue()
    workers = [context.Process(target=_share, args=(place, count, ready, done)) for place in range(count)]
    for worker in workers:
        worker.start()
    took = max(done.get() for _ in workers)
    for worker in workers:
        worker.join()
    campaign, _ = folder.load(ROOT)
    return 2 * len(written(campaign)) / took


def memory(campaign: Campaign, count: int) -> float:
    """Greatest memory of this process after so many letters, over that after 1,000: all formats but Word."""
    day = campaign.letter_date or campaign.as_of
    early = 0
    for number, contact in enumerate(islice(cycle(campaign.contacts), count), start=1):
        letter = merge(campaign, contact, today=day, round=number)
        html(letter)
        text(letter)
        paper.pdf(letter, campaign)
        if number == 1000:  # noqa: PLR2004 - as the issue has it
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / early


def main() -> None:
    """Measure, print a line each."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--memory", type=int, default=0, metavar="LETTERS")
    arguments.add_argument("--profile", action="store_true", help="show where merging spends its time")
    chosen = arguments.parse_args()
    campaign, _ = folder.load(ROOT)
    if chosen.memory:
        say(
            f"memory after {chosen.memory} letters over that after 1,000",
            memory(campaign, chosen.memory),
            1.1,
            most=True,
        )
        return
    if chosen.profile:
        with cProfile.Profile() as seen:
            words(campaign)
        pstats.Stats(seen).sort_stats("cumulative").print_stats(40)
        return
    say("merge + HTML + text: letters a second, one core", words(campaign), WANTED["words"])
    say("PDF: our rate over the bare typst.Compiler's", against_bare(campaign), WANTED["bare"])
    for language, wanted in (
        ("en", WANTED["weasyprint"]),
        ("ar", WANTED["weasyprint"]),
        ("zh", WANTED["weasyprint zh"]),
    ):
        letters = in_language(campaign, language)
        ours = rate(lambda letter: paper.pdf(letter, campaign), letters)
        sys.stdout.write(f"  {language}: {ours:.0f} PDF a second\n")
        try:
            theirs = weasyprint_rate(letters)
        except ImportError:
            sys.stdout.write("  WeasyPrint is not installed: make bench-letters installs it\n")
            continue
        say(f"PDF in {language}: our rate over WeasyPrint's", ours / theirs, wanted)
    say("PDF: two processes over one", processes(2) / processes(1), WANTED["two processes"])


if __name__ == "__main__":
    main()
