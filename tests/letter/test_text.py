"""Plain text: lines of 78, lists and tables kept, right-to-left runs isolated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mobilize.letter.body import Paragraph
from mobilize.letter.merge import Letter
from mobilize.letter.text import columns, text

Write = Callable[..., Letter]
HEAD = "---\nsubject: Test\n---\n"


def test_no_line_is_longer_than_78_columns(write: Write) -> None:
    for code in ("KE", "FR", "MX", "NO", "DO"):
        assert max(columns(line) for line in text(write(country=code)).split("\n")) <= 78


def test_a_symbol_or_an_address_is_never_cut(write_with: Write) -> None:
    symbol = "A/RES/66/164-and-a-very-long-tail-that-is-longer-than-any-line-could-ever-be-in-a-letter/Rev.1"
    assert symbol in text(write_with(HEAD + "Before {{ contact.name }} after", name=symbol)).split()


def test_lists_are_numbered_and_hang(write_with: Write) -> None:
    words = text(write_with(HEAD + "3. " + "first word " * 9 + "\n4. second\n\n- dash\n"))
    assert "3. first word first word" in words
    assert "\n   word first word" in words or "\n   first word" in words
    assert "\n4. second\n" in words
    assert "\n- dash\n" in words


def test_a_table_too_wide_for_the_page_becomes_lines(write_with: Write) -> None:
    wide = "| Head | Other |\n|---|---|\n| " + "a " * 30 + "| " + "b " * 30 + "|\n"
    assert "\nHead: a a" in text(write_with(HEAD + wide))


def test_links_show_their_target(write_with: Write) -> None:
    words = text(write_with(HEAD + "[the draft](https://undocs.example/x) and [a@b.example](mailto:a@b.example)"))
    assert "the draft (https://undocs.example/x) and a@b.example\n" in words


def test_hard_line_breaks_stay(write_with: Write) -> None:
    assert "one\ntwo\n" in text(write_with(HEAD + "one  \ntwo"))


def test_a_right_to_left_letter_isolates_its_left_to_right_runs(write: Write) -> None:
    arabic = replace(
        write(),
        language="ar",
        direction="rtl",
        paragraphs=(Paragraph(markdown="القرار A\\/RES\\/66\\/164 (2011) في عام 2011.", why=""),),
    )
    words = text(arabic)
    assert "القرار \u2066A/RES/66/164\u2069 (2011) في عام 2011." in words
    assert words.count("\u2066") == words.count("\u2069")
    assert all(line.count("\u2066") == line.count("\u2069") for line in words.split("\n"))


def test_the_text_ends_with_one_newline_and_has_the_foot_below_a_signature_mark(write: Write) -> None:
    words = text(write())
    assert words.endswith("\n\n-- \nwluml@wluml.org\nwluml.org\n")
