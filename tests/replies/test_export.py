"""Exports hold named columns only, and run nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from mobilize.replies.export import ORGANISER_COLUMNS, PUBLIC_COLUMNS, inert, to_csv, to_xlsx


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "  ="])
def test_a_cell_that_could_be_a_formula_is_text(start: str) -> None:
    cell = inert(f"{start}HYPERLINK(1)")
    assert cell.startswith("'")


def test_a_cell_stays_one_cell() -> None:
    rows = [{"subject": "one\r\ntwo", "quote": 'he said "yes", twice'}]
    read = list(csv.DictReader(io.StringIO(to_csv(rows, ("subject", "quote")).decode("utf-8-sig"))))
    assert read == [{"subject": "one two", "quote": 'he said "yes", twice'}]


def test_a_column_that_is_not_named_does_not_get_out() -> None:
    rows = [{"country": "KE", "text": "the body of a mail"}]
    assert b"body" not in to_csv(rows, ORGANISER_COLUMNS)
    assert b"text" not in to_csv(rows, ORGANISER_COLUMNS)


def test_the_public_version_shows_neither_reporters_nor_plans() -> None:
    assert not {"reporter", "targets", "quote", "subject"} & set(PUBLIC_COLUMNS)


def test_a_workbook_holds_strings_alone() -> None:
    rows = [{"country": "KE", "subject": "=1+1"}, {"country": "NA", "subject": "https://example.org"}]
    sheet = pd.read_excel(
        io.BytesIO(to_xlsx(rows, ("country", "subject"))), engine="calamine", dtype=str, na_filter=False
    )
    assert sheet.to_dict("records") == [
        {"country": "KE", "subject": "'=1+1"},
        {"country": "NA", "subject": "https://example.org"},
    ]


def test_csv_opens_in_excel_as_utf8() -> None:
    assert to_csv([], ("country",)).startswith(b"\xef\xbb\xbf")
