"""Whatever a spreadsheet program writes, the rows come out the same, each with its true line."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobilize.campaign import tables
from mobilize.campaign.headers import Layout

LAYOUT = Layout(columns=("country", "office", "email"), required=frozenset({"country", "email"}))

TEXT = 'country,office,email\nNA,"Ministère, États",a@b.example\nCI,Côte d’Ivoire,c@d.example\n'
ROWS = [("NA", "Ministère, États", "a@b.example"), ("CI", "Côte d’Ivoire", "c@d.example")]


def read(data: bytes) -> tables.Table:
    return tables.read(data, path="contacts.csv", layout=LAYOUT)


def cells(table: tables.Table) -> list[tuple[str, ...]]:
    return [tuple(row.cells[column] for column in LAYOUT.columns) for row in table.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac_roman", "cp1250", "cp1256"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_way_of_writing_a_table_gives_the_same_rows(encoding: str, delimiter: str, end: str) -> None:
    # États has no capital É in cp1256; its own letters are tried in test_encodings.
    text = TEXT.replace("États", "états") if encoding in ("cp1250", "cp1256") else TEXT
    text = text.replace("è", "é") if encoding == "cp1250" else text
    written = text.replace('"', "\0").replace(",", delimiter).replace("\0", '"').replace("\n", end)
    table = read(written.encode(encoding))
    expected = [tuple(cell.replace(", ", f"{delimiter} ") for cell in row) for row in ROWS]
    if encoding in ("cp1250", "cp1256"):
        expected[0] = (expected[0][0], expected[0][1].replace("États", "états"), expected[0][2])
    if encoding == "cp1250":
        expected[0] = (expected[0][0], expected[0][1].replace("è", "é"), expected[0][2])
    assert cells(table) == expected
    assert [row.line for row in table.rows] == [2, 3]
    assert table.faults == ()


@pytest.mark.parametrize(
    ("encoding", "office"),
    [("cp1251", "Министерство иностранных дел"), ("cp1256", "وزارة الخارجية"), ("gb18030", "外交部长办公室")],
)
def test_other_scripts_in_their_code_pages_are_read(encoding: str, office: str) -> None:
    table = read(f"country;office;email\r\nRU;{office};a@b.example\r\n".encode(encoding))
    assert cells(table) == [("RU", office, "a@b.example")]


def test_the_guess_is_told_with_three_rows() -> None:
    table = read("country;email\nKE;a@b.example\nUG;é@b.example\nTZ;c@b.example\nRW;d@b.example\n".encode("cp1252"))
    assert table.guess.sentence == "Windows-1252 (Western European) (guessed from the letters), semicolon between cells"
    assert table.guess.sample == (("KE", "a@b.example"), ("UG", "é@b.example"), ("TZ", "c@b.example"))


@pytest.mark.parametrize("engine", ["xlsxwriter", "odf"])
def test_a_workbook_is_read_without_its_cells_being_interpreted(engine: str) -> None:
    if engine == "odf":
        data = ods(
            [["country", "office", "email"], ["NA", "Minister", "a@b.example"], [], ["KE", "127", "b@b.example"]]
        )
    else:
        frame = pd.DataFrame(
            [["country", "office", "email"], ["NA", "Minister", "a@b.example"], [None] * 3, ["KE", 127, "b@b.example"]]
        )
        buffer = io.BytesIO()
        frame.to_excel(buffer, header=False, index=False, engine="xlsxwriter")
        data = buffer.getvalue()
    table = read(data)
    assert cells(table) == [("NA", "Minister", "a@b.example"), ("KE", "127", "b@b.example")]
    assert [row.line for row in table.rows] == [2, 4]


def test_a_date_in_a_workbook_loses_the_midnight_it_never_had() -> None:
    frame = pd.DataFrame([["country", "office", "email"], ["KE", pd.Timestamp(2013, 11, 12), "a@b.example"]])
    buffer = io.BytesIO()
    frame.to_excel(buffer, header=False, index=False, engine="xlsxwriter")
    assert cells(read(buffer.getvalue()))[0][1] == "2013-11-12"


def ods(rows: list[list[str]]) -> bytes:
    """The least that is an OpenDocument spreadsheet."""
    made = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + ("" if row else "<table:table-cell/>")
        + "</table:table-row>"
        for row in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="A">{made}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("mimetype", kind)
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def test_lines_are_counted_through_quoted_newlines_and_blank_lines() -> None:
    table = read(b'country,office,email\nKE,"one\ntwo\nthree",a@b.example\n\n,,\nUG,x,c@d.example\n')
    assert [(row.line, row.cells["country"]) for row in table.rows] == [(2, "KE"), (7, "UG")]
    assert table.rows[0].cells["office"] == "one\ntwo\nthree"


def test_unseen_characters_around_names_and_values_do_not_matter() -> None:
    text = "\ufeff Country\u00a0 ;OFFICE ;\u200be-Mail\n\u00a0KE\u202f;Côte\u00a0d’Ivoire;a@b.example\u200b\n"
    table = read(text.replace("e-Mail", "eMail").encode())
    assert cells(table) == [("KE", "Côte d’Ivoire", "a@b.example")]
    assert table.faults == ()


def test_letters_with_loose_accents_are_composed() -> None:
    table = read("country,office,email\nCI,Coˆte".replace("oˆ", "o\u0302").encode() + b",a@b.example\n")
    assert table.rows[0].cells["office"] == "C\u00f4te"


def test_excels_own_line_about_the_delimiter_is_obeyed() -> None:
    table = read(b"sep=|\r\ncountry|email\r\nKE|a@b.example\r\n")
    assert [(row.line, row.cells["country"]) for row in table.rows] == [(3, "KE")]
    assert table.guess.sentence.endswith("as its first line says")


def test_the_apostrophe_that_makes_a_text_of_a_formula_is_no_part_of_the_value() -> None:
    table = read(b"country,office,email\nKE,'=2+2,a@b.example\nUG,'t Huis,b@b.example\n")
    assert [row.cells["office"] for row in table.rows] == ["=2+2", "'t Huis"]


def test_a_name_that_is_nearly_right_is_proposed_not_taken() -> None:
    table = tables.read(
        b"contry,e-mail,office\nKE,a@b.example,x\n",
        path="c.csv",
        layout=Layout(
            columns=("country", "office", "email"),
            required=frozenset({"country", "email"}),
            aliases={"e_mail": "email"},
        ),
    )
    assert [str(fault) for fault in table.faults] == [
        "c.csv:1: country: this column is missing: is 'contry' meant? Rename it to \"country\"",
        "c.csv:1: email: this column is missing: is 'e-mail' meant? Rename it to \"email\"",
    ]


def test_a_missing_column_says_what_to_do() -> None:
    assert [str(fault) for fault in read(b"country,office\nKE,x\n").faults] == [
        'contacts.csv:1: email: this column is missing: add a column "email" to the first line'
    ]


def test_a_column_that_stands_twice_is_a_fault() -> None:
    assert "stands there twice" in str(read(b"country,email,Email\nKE,a@b.example,c@d.example\n").faults[0])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file_says_that_it_is(data: bytes) -> None:
    assert [str(fault) for fault in read(data).faults] == [
        "contacts.csv: the file is empty: it needs a first line with the names of the columns"
    ]


def test_a_row_with_too_many_or_too_few_cells_is_refused_and_the_others_are_read() -> None:
    table = read(b"country,office,email\nKE,Minister, Ministry,a@b.example\nUG,c@d.example\nTZ,x,e@f.example\n")
    assert [row.cells["country"] for row in table.rows] == ["TZ"]
    assert [(fault.line, fault.sentence) for fault in table.faults] == [
        (2, "4 cells where the first line names 3: put quotation marks around a value that holds the delimiter"),
        (3, "2 cells where the first line names 3: a delimiter is missing"),
    ]
    assert [row.line for row in table.refused] == [2, 3]


def test_a_comma_inside_a_name_is_a_fault_even_if_only_an_empty_cell_falls_over_the_edge() -> None:
    table = read(b"country,email,office\nKE,a@b.example,\nUG,c@d.example,Minister,\n")
    assert [row.line for row in table.refused] == [3]


def test_columns_without_names_that_are_empty_throughout_are_no_fault() -> None:
    table = read(b"country,email,,\nKE,a@b.example,,\n")
    assert table.faults == ()
    assert len(table.rows) == 1


def test_a_quotation_mark_that_never_closes_names_the_line_where_it_opened() -> None:
    table = read(b'country,office,email\nKE,x,a@b.example\nUG,"open,c@d.example\nTZ,y,e@f.example\n')
    assert [row.cells["country"] for row in table.rows] == ["KE"]
    assert "opened on line 3 is never closed" in str(table.faults[0])
    assert [row.line for row in table.refused] == [3]


def test_a_quotation_mark_that_never_closes_does_not_fill_the_memory() -> None:
    table = read(b'country,office,email\nKE,"open,a@b.example\n' + b"UG,y,c@d.example\n" * 50_000)
    assert any("never closed" in str(fault) for fault in table.faults)


def test_a_head_that_cannot_be_split_leaves_no_row_without_meaning() -> None:
    table = read(b'"country"x,office,email\nKE,x,a@b.example\n')
    assert table.rows == ()
    assert table.faults


def test_a_damaged_workbook_says_so() -> None:
    table = read(b"PK\x03\x04 this is no zip")
    assert "cannot be read: it is damaged" in str(table.faults[0])


def test_a_workbook_that_would_fill_the_memory_is_not_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(210 * 2**20))
    assert "it unpacks to 210 MB" in str(read(buffer.getvalue()).faults[0])


def test_nothing_is_ever_nan() -> None:
    table = read(b"country,office,email\nNA,,a@b.example\nnull,NaN,N/A\nNone,nan,-\n")
    assert cells(table) == [("NA", "", "a@b.example"), ("null", "NaN", "N/A"), ("None", "nan", "-")]


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_reader_raise(data: bytes) -> None:
    read(data)
    read(b"country,office,email\n" + data)


@given(st.lists(st.tuples(st.sampled_from(["KE", "NA", "CI"]), st.text(max_size=20), st.text(max_size=20)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_python_writes_as_csv_comes_back(rows: list[tuple[str, str, str]]) -> None:
    rows = [tuple(cell.replace("\x00", "").encode("utf-8", "ignore").decode() for cell in row) for row in rows]  # type: ignore[misc]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([LAYOUT.columns, *rows])
    table = read(buffer.getvalue().encode())
    assert cells(table) == [tuple(tables.clean(cell) for cell in row) for row in rows]
    lines = buffer.getvalue().splitlines()
    assert len(table.rows) == len(rows) <= len(lines)
