"""HTML: whole, inert, nothing remote, readable on a dark page and from right to left."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from mobilize.letter.body import Paragraph
from mobilize.letter.html import html
from mobilize.letter.merge import Letter

Write = Callable[..., Letter]
HEAD = "---\nsubject: Test\n---\n"

VOID = {"meta", "br", "hr", "img", "link"}


class Nesting(HTMLParser):
    """Collects tags and attributes, and whether each tag is closed in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Nesting:
    parser = Nesting()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_the_page_is_well_formed_and_has_nothing_remote(write: Write) -> None:
    for code in ("KE", "FR", "MX"):
        page = html(write(country=code))
        parsed = read(page)
        assert parsed.tags <= {
            *("html", "head", "meta", "title", "body", "div", "span", "p", "br", "strong", "em", "ul", "ol", "li"),
            *("table", "thead", "tbody", "tr", "th", "td", "a"),
        }
        assert parsed.attributes <= {*("lang", "dir", "charset", "name", "content", "class", "style", "scope", "href")}
        assert "http" not in page
        assert "url(" not in page
        assert "@import" not in page


def test_styles_are_inlined_and_colours_leave_the_page_to_the_readers_theme(write: Write) -> None:
    page = html(write())
    assert "<style" not in page
    assert 'name="color-scheme" content="light dark"' in page
    assert not re.search(r"(?<!-)\bcolor:|background", page)


def test_language_and_direction_are_declared(write: Write) -> None:
    assert '<html lang="fr" dir="ltr">' in html(write(country="SN"))


def test_a_right_to_left_letter_sets_its_left_to_right_runs_apart(write: Write) -> None:
    letter = replace(
        write(),
        language="ar",
        direction="rtl",
        paragraphs=(Paragraph(markdown="القرار **A\\/RES\\/66\\/164**.", why=""),),
    )
    page = html(letter)
    assert '<html lang="ar" dir="rtl">' in page
    assert re.search(r'<bdi dir="ltr"[^>]*>A/RES/66/164</bdi>', page)


def test_only_links_of_the_template_are_links(write_with: Write) -> None:
    page = html(write_with(HEAD + "[a](https://x.example/?a=1&b=2) [b](javascript:alert) [c](data:text/html,x)"))
    assert re.findall(r'href="([^"]*)"', page) == ["https://x.example/?a=1&amp;b=2"]


def test_quotes_in_data_do_not_leave_their_place(write: Write) -> None:
    page = html(write(name="\"><img src=x onerror=alert(1)>' & co"))
    read(page)
    assert "<img" not in page
    assert "&lt;img src=x" in page
