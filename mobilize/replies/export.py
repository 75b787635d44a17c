"""Which columns may leave the log, and how they are written so that a spreadsheet runs nothing.

Columns leave by allow-list (domain/rules.md E): a new field of the log is not in an export until someone puts it here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from mobilize.replies.review import STANCES

#: For organisers: what the log may hold. No text of a mail, no address but the partner's who reported.
ORGANISER_COLUMNS: tuple[str, ...] = (
    "reply",
    "received_on",
    "said_on",
    "kind",
    "via",
    "proof",
    "country",
    "country_name",
    "group",
    "stance",
    "stance_status",
    "stance_said_on",
    "stance_proof",
    "suggested_stance",
    "reviewed_by",
    "concerns",
    "quote",
    "targets",
    "reporter",
    "subject",
    "language",
    "letter",
    "bounce_permanent",
    "away_until",
    "attachments",
    "needs_person",
)

#: For partners and the press: counts by regional group alone, as replies.public makes them (D2).
PUBLIC_COLUMNS: tuple[str, ...] = ("group", *STANCES)

#: The board, a row a country: for organisers.
BOARD_COLUMNS: tuple[str, ...] = (
    "country",
    "country_name",
    "group",
    "standing",
    "stance",
    "stance_status",
    "said_on",
    "concerns",
    "letters",
    "letters_sent",
    "letters_in_trouble",
    "replies",
    "partners_who_plan",
)

#: A cell that begins with one of these is a formula to some spreadsheet (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(value: object) -> str:
    """Write one cell so that no spreadsheet takes it for a formula.

    A leading apostrophe makes a text of it; line ends and NUL become spaces, so that a cell stays one cell.
    """
    text = "" if value is None else str(value)
    text = text.replace("\x00", " ")
    guarded = f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) else text
    return " ".join(guarded.splitlines()) if "\n" in guarded or "\r" in guarded else guarded


def to_csv(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """Write rows as CSV: UTF-8 with BOM (or Excel takes it for a Windows code page), comma, CRLF (RFC 4180).

    rows: column -> value; columns that are not named do not get out.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([inert(row.get(column)) for column in columns])
    return buffer.getvalue().encode("utf-8-sig")


def to_json(rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> bytes:
    """Write rows as a JSON list of objects, values as they are: no spreadsheet reads this.

    rows: column -> value; columns that are not named do not get out.
    """
    made = [{column: row.get(column) for column in columns} for row in rows]
    return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()


def to_xlsx(rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, title: str = "Replies") -> bytes:
    """Write rows as an Excel workbook in which every cell is a string: no formula, no link, no guessed date.

    rows: column -> value; columns that are not named do not get out.
    """
    import xlsxwriter  # noqa: PLC0415 - 30 ms that `replies log` need not pay

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        # No author, and the same bytes for the same rows (domain/rules.md D6).
        book.set_properties({"author": "", "company": ""})
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True})
        for x, column in enumerate(columns):
            sheet.write_string(0, x, column, head)
        for y, row in enumerate(rows, start=1):
            for x, column in enumerate(columns):
                sheet.write_string(y, x, inert(row.get(column)))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, 0, len(columns) - 1)
        sheet.autofit()
    return buffer.getvalue()
