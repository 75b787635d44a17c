"""Another's text pasted by hand: between separators with words in them, or a whole letter in quotation marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mobilize.inbox.folding import fold
from mobilize.inbox.labels import labels
from mobilize.inbox.lines import Line

#: What separators are drawn with.
_DRAWN = "-–—‐‑=_*~#>+<"
_LONGEST = 240
#: Lines in which a separator's end line is looked for where no blank line follows it.
_NEAR = 200
#: What is taken off both ends of a marker before its words are compared.
EDGES = " \t-–—‐‑_=*~#>+<[]()\"'“”«»:：.…،,"
#: Opening quotation marks, and what may close them.
_QUOTATION = {'"': '"', "“": "”", "«": "»", "„": "“”", "「": "」", "『": "』"}
#: A salutation is a short line.
_SALUTATION = 70


def start(lines: Sequence[Line], at: int) -> int | None:
    """Where a pasted text begins whose separator, opening mark or salutation stands at `at`; None where none does."""
    if not at:
        return None
    if _is_cited_letter(lines, at) or _is_second_letter(lines, at):
        return at
    words = fold(dashed_words(lines[at].text)).split()
    if len(words) < 2 or not lines[at - 1].blank or at + 1 >= len(lines):  # noqa: PLR2004 — one word is a heading
        return None
    ended = at < _NEAR and _end_line(lines[: at + _NEAR], at + 1) is not None
    told = lines[at + 1].blank and not labels().pasted_cues.isdisjoint(word.strip(EDGES) for word in words)
    return at + 1 if ended or told else None


def dashed_words(text: str) -> str:
    """The words of a separator: "--- here is what they wrote ---"; "" where the line is none."""
    if len(text) > _LONGEST or text[:1] not in _DRAWN or text[-1:] not in _DRAWN:
        return ""
    inner = text.strip(_DRAWN)
    lead = len(text) - len(text.lstrip(_DRAWN))
    trail = len(text) - len(text.rstrip(_DRAWN))
    return inner.strip() if lead > 1 and trail > 1 else ""


def end(lines: Sequence[Line], at: int) -> tuple[int, int]:
    """Where a pasted text that begins at `at` ends, and where the paster's own words go on."""
    if _is_cited_letter(lines, at) and (closing := _cited_end(lines, at)) is not None:
        return closing + 1, closing + 1
    line = _end_line(lines, at)
    return (len(lines), len(lines)) if line is None else (line, line + 1)


def bare(lines: Sequence[Line]) -> list[Line]:
    """A pasted text without the quotation marks around it."""
    if lines and lines[0].text[:1] in _QUOTATION and _cited_end(lines, 0) == len(lines) - 1:
        first, last = lines[0], lines[-1]
        return [replace(first, text=first.text[1:]), *lines[1:-1], replace(last, text=last.text.rstrip(" .")[:-1])]
    return list(lines)


def _is_second_letter(lines: Sequence[Line], at: int) -> bool:
    """Whether a letter begins here without marks: a salutation below a line that announces it with a colon."""
    text = lines[at].text
    if not lines[at - 1].blank or len(text) > _SALUTATION or not text.endswith((",", ":", "،", "：", "!", "，")):
        return False
    above = [lines[i].text for i in range(max(0, at - 4), at) if lines[i].text]
    announced = bool(above) and above[-1].endswith((":", "：")) and not fold(above[-1]).startswith(labels().salutations)
    return announced and fold(text).startswith(labels().salutations)


def _is_cited_letter(lines: Sequence[Line], at: int) -> bool:
    """Whether a whole letter begins here in quotation marks: announced by a colon, opened by a salutation."""
    text = lines[at].text
    if text[:1] not in _QUOTATION or len(text) > _SALUTATION or not text.endswith((",", ":", "،", "：", "!", "，")):
        return False
    above = next((lines[i].text for i in range(at - 1, -1, -1) if lines[i].text), "")
    return above.endswith((":", "：")) and _cited_end(lines, at) is not None


def _cited_end(lines: Sequence[Line], at: int) -> int | None:
    """The line that closes the quotation marks opened at `at`."""
    close = tuple(_QUOTATION[lines[at].text[0]])
    most = min(len(lines), at + _NEAR)
    return next((i for i in range(at + 2, most) if lines[i].text.rstrip(" .").endswith(close)), None)


def _end_line(lines: Sequence[Line], at: int) -> int | None:
    """Where a hand-made end line stands: "--- end ---"."""
    for below in range(at, len(lines)):
        if lines[below].depth == 0 and (found := dashed_words(lines[below].text)):
            words = " ".join(fold(found).strip(EDGES).split())
            if words.startswith(tuple(labels().pasted_end)):
                return below
    return None
