"""A stranger's mail made harmless: names, HTML of any shape, depth that would take a parser's time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilize.desk.original import _cleaned, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("letter.pdf", "letter.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.doc", "a.doc"),
        ("con.txt", "file-con.txt"),
        ("LPT1", "file-LPT1"),
        ("=cmd|' /C calc'!A0.csv", "C calc!A0.csv".replace("!", "")),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        ('a"\r\nX-Injected: 1.pdf', "aX-Injected 1.pdf"),
        ("رسالة.pdf", "رسالة.pdf"),
        ("...", "file-"),
        ("x" * 300 + ".docx", "x" * 80 + ".docx"),
    ],
)
def test_a_name_is_safe_to_save_under(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_no_name_holds_a_folder_a_line_end_or_a_quote(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\"\r\n\x00;:<>|*?')
    assert not safe.startswith(".")


@pytest.mark.parametrize("html", ["<div>" * 90_000, "<b><p>" * 60_000, "<table><tr><td>" * 25_000, "<" * 400_000])
def test_a_deep_mail_takes_no_time(html: str) -> None:
    start = time.process_time()
    _cleaned(html + "x")
    assert time.process_time() - start < 5, "100,000 elements in each other took 14 s"


@given(st.text(alphabet="<>/=\"' abdfghijklmnoprstvimgscriptonload:;", max_size=200))
def test_whatever_is_written_no_element_that_acts_comes_out(html: str) -> None:
    made = _cleaned(html).lower()
    assert not any(
        f"<{tag}" in made for tag in ("script", "img", "svg", "iframe", "form", "a ", "a>", "style", "object")
    )
