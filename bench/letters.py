"""How long a letter takes: merge, text, HTML, PDF and Word, by language, on the shipped campaign.

    python bench/letters.py [--pdf-below MS]

Prints milliseconds of CPU time a letter (one thread, each letter another text). With --pdf-below it fails where the PDF
of any language takes longer on average.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mobilize.campaign import folder
from mobilize.letter.docx import docx
from mobilize.letter.html import html
from mobilize.letter.merge import Letter, merge
from mobilize.letter.pdf import pdf
from mobilize.letter.proofs import specimens
from mobilize.letter.text import text


def milliseconds(what: Callable[[Letter], object], letters: list[Letter]) -> float:
    """CPU time a letter, after one that pays for what is made once."""
    what(letters[0])
    start = time.process_time()
    for letter in letters:
        what(letter)
    return (time.process_time() - start) * 1000 / len(letters)


def main() -> int:
    """Measure every language, print a line each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pdf-below", type=float, default=0, metavar="MS")
    most = arguments.parse_args().pdf_below
    campaign, _ = folder.load(Path(__file__).parents[1])
    cases = list(specimens(campaign))
    day = campaign.letter_date or campaign.as_of
    slowest = 0.0
    sys.stdout.write("language  letters  merge   text   html    pdf   docx\n")
    for language in campaign.languages:
        chosen = [case for case in cases if case.contact.language == language]
        start = time.process_time()
        letters = [merge(case.campaign, case.contact, today=day) for case in chosen]
        merging = (time.process_time() - start) * 1000 / len(letters)
        printing = milliseconds(lambda letter: pdf(letter, campaign), letters)
        slowest = max(slowest, printing)
        others = [milliseconds(what, letters) for what in (text, html)]
        word = milliseconds(docx, letters[:5])
        few = "".join(f"  {figure:5.2f}" for figure in (merging, *others))
        sys.stdout.write(f"{language:8}  {len(letters):7}{few}  {printing:5.1f}  {word:5.1f}\n")
    return 1 if most and slowest > most else 0


if __name__ == "__main__":
    sys.exit(main())
