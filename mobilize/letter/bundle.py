"""A letter in all its forms as one ZIP, for working off line: the files, talking points, a page that leads to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from mobilize.letter.archive import archive
from mobilize.letter.bidi import isolated
from mobilize.letter.markdown import Grid, Items, blocks
from mobilize.letter.merge import Letter

#: Which words of the web page are needed here.
WORDS = ("points_heading", "before_heading", "before_none", "downloads_heading")

_PAGE = """<!DOCTYPE html>
<html lang="{lang}" dir="{dir}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.6 Georgia,serif}}h1{{font-size:1.4rem}}\
h2{{font-size:1.15rem}}li{{margin:.4rem 0}}a{{color:#3d2b56}}</style></head>
<body><h1>{title}</h1>
<h2>{files_heading}</h2><ul>{files}</ul>
<h2>{before_heading}</h2><ul>{before}</ul>
<h2>{points_heading}</h2><ul>{points}</ul>
</body></html>
"""


def bundle(letter: Letter, files: Mapping[str, bytes], before: Sequence[str], words: Mapping[str, str]) -> bytes:
    """Pack the files with an index page without scripts and the talking points as text.

    files: name -> bytes; names are the program's own, never a person's. before: what the country did, a sentence each.
    words: those of WORDS, in the letter's language. The same values give the same bytes.
    """
    points = tuple(_points(letter))
    shown = tuple(before) or (words["before_none"],)
    text = "\n".join((f"{letter.subject}\n", words["before_heading"], *(f"- {each}" for each in shown), ""))
    text += "\n".join((words["points_heading"], *(f"- {each}" for each in points), ""))
    lines = "\n".join(isolated(line, letter.direction) for line in text.split("\n"))
    page = _PAGE.format(
        lang=escape(letter.language),
        dir=escape(letter.direction),
        title=escape(letter.subject),
        files_heading=escape(words["downloads_heading"]),
        files="".join(f'<li><a href="{escape(name)}">{escape(name)}</a></li>' for name in (*files, "points.txt")),
        before_heading=escape(words["before_heading"]),
        before=_list(shown),
        points_heading=escape(words["points_heading"]),
        points=_list(points),
    )
    return archive({"index.html": page.encode(), **files, "points.txt": ("\ufeff" + lines).encode()})


def _points(letter: Letter) -> Iterable[str]:
    """The letter's arguments, one each: items of its lists, and its paragraphs."""
    for paragraph in letter.paragraphs:
        for block in blocks(paragraph.markdown):
            if isinstance(block, Items):
                for item in block.items:
                    yield " ".join("".join(run.text for run in part.runs) for part in item if hasattr(part, "runs"))
            elif not isinstance(block, Grid):
                yield "".join(f"{run.text} " if run.breaks else run.text for run in block.runs)


def _list(lines: Iterable[str]) -> str:
    return "".join(f"<li>{escape(each)}</li>" for each in lines)
