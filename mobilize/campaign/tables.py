"""Bytes of a CSV, XLSX or ODS file -> numbered rows. Every habit of every spreadsheet program is known here alone.

CSV is read with the standard library's parser and workbooks with pandas: docs/decisions/021 has the reasons, measured.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from mobilize.campaign import encodings
from mobilize.campaign.faults import Fault, Weight
from mobilize.campaign.headers import INVISIBLE, Head, Layout, understand

#: What stands between the cells of a line: the comma; Excel's ";" where the decimal mark is ","; a tab; a bar.
DELIMITERS = (",", ";", "\t", "|")

#: A cell longer than this is an unclosed quotation mark: the longest real note seen has 600 characters.
LONGEST_CELL = 100_000

#: A workbook is unpacked in memory; beyond this it is a mistake or a trap (a zip of zeros grows a thousandfold).
LARGEST_WORKBOOK = 200 * 1024 * 1024

#: How much of a file is looked at to guess how it was written, where it is read as a stream.
SAMPLE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How a file seems to have been written, for a person to check."""

    #: As Python names it; "xlsx", "ods" or "xls" for a workbook.
    encoding: str
    #: Empty for a workbook.
    delimiter: str
    #: One sentence: encoding, delimiter, and how sure that is.
    sentence: str
    #: The first three rows below the head, as read.
    sample: tuple[tuple[str, ...], ...] = ()
    #: Name of the sheet taken from a workbook.
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row below the head."""

    #: Line of the file on which it begins, from 1; in a workbook the number that the program shows.
    line: int
    #: Our column -> what stands there, trimmed; every column of the layout is here.
    cells: Mapping[str, str]
    #: All cells as read, in the file's order.
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file, read whole."""

    path: str
    guess: Guess
    #: Names at the head, as read.
    header: tuple[str, ...]
    head: Head
    rows: tuple[Row, ...]
    #: Rows that are no rows: too many or too few cells, quotation marks that never close.
    refused: tuple[Row, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of cells, before its columns have names."""

    line: int
    cells: tuple[str, ...]


def read(data: bytes, *, path: str, layout: Layout, mapping: Mapping[str, str] | None = None) -> Table:
    """Read a table and find our columns in it.

    path: how faults name the file. layout: the columns looked for.
    mapping: name at the head, as read -> our column, where a person has said which is which.
    Never raises: whatever is wrong is a fault, and the rows that could be read are there.
    """
    guess, records = open_table(data, path=path, layout=layout)
    found: list[Record] = []
    faults: list[Fault] = []
    for each in records:
        if isinstance(each, Record):
            found.append(each)
        else:
            faults.append(each)
    if not found or (faults and (faults[0].line or 0) < found[0].line):
        # Without a head no cell has a meaning.
        return _empty(path, guess, faults)
    header, *below = found
    names = tuple(clean(cell) for cell in header.cells)
    renamed = tuple((mapping or {}).get(name, name) for name in names)
    head = understand(renamed, layout)
    faults = head_faults(path, header.line, head) + faults
    rows: list[Row] = []
    # What could not even be split into cells is a refused row too: each row has its fate.
    torn = [Record(line=fault.line, cells=()) for fault in faults if fault.line and fault.line > header.line]
    refused = [fit(record, head, layout) for record in torn]
    for record in below:
        row = fit(record, head, layout)
        fault = ragged(path, record, len(names))
        (refused if fault else rows).append(row)
        faults += [fault] if fault else []
    sample = tuple(record.cells for record in below[:3])
    guess = Guess(
        encoding=guess.encoding, delimiter=guess.delimiter, sentence=guess.sentence, sample=sample, sheet=guess.sheet
    )
    return Table(
        path=path, guess=guess, header=names, head=head, rows=tuple(rows), refused=tuple(refused), faults=tuple(faults)
    )


def open_table(data: bytes, *, path: str, layout: Layout) -> tuple[Guess, Iterator[Record | Fault]]:
    """Guess how the file was written, and give its lines of cells, the head first. Blank lines are left out."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _workbook(data, path)
    judgement = encodings.judge(data)
    text = io.StringIO(data.decode(judgement.encoding, "replace"), newline="")
    guess = guess_text(text.read(SAMPLE), judgement, layout)
    text.seek(0)
    return guess, records(text, guess.delimiter, path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A CSV file, read row by row."""

    guess: Guess
    head: Head
    #: Rows in the file's order; a fault in place of one that is none. Read once.
    rows: Iterator[Row | Fault]
    #: What is wrong with the head; then `rows` is empty.
    faults: tuple[Fault, ...]


def guess_sample(sample: bytes, layout: Layout) -> Guess:
    """Guess from its beginning how a CSV of any length was written."""
    judgement = encodings.judge(sample, whole=False)
    return guess_text(sample.decode(judgement.encoding, "replace"), judgement, layout)


def stream(
    text: Iterable[str], guess: Guess, *, path: str, layout: Layout, lines: Container[int] | None = None
) -> Stream:
    """Read a CSV of any length, holding one row at a time.

    text: lines with their ends, decoded as guessed; what could not be decoded is U+FFFD, which no value may hold.
    lines: only the rows that begin on these; None: all. Never raises for what is in it.
    """
    found = records(text, guess.delimiter, path)
    header = next(found, None)
    if header is None or isinstance(header, Fault):
        table = _empty(path, guess, [header] if header else [])
        return Stream(guess=guess, head=table.head, rows=iter(()), faults=table.faults)
    head = understand((clean(cell) for cell in header.cells), layout)
    faults = tuple(head_faults(path, header.line, head))
    unusable = head.missing or head.doubled
    wanted = found if lines is None else (each for each in found if each.line in lines)
    rows = iter(()) if unusable else _fitted(wanted, head, layout, path, len(header.cells))
    return Stream(guess=guess, head=head, rows=rows, faults=faults)


def _fitted(
    found: Iterator[Record | Fault], head: Head, layout: Layout, path: str, width: int
) -> Iterator[Row | Fault]:
    for each in found:
        fault = each if isinstance(each, Fault) else ragged(path, each, width)
        if fault is not None:
            yield fault
        elif isinstance(each, Record):
            yield fit(each, head, layout)


def guess_text(sample: str, judgement: encodings.Judgement, layout: Layout) -> Guess:
    """Find the delimiter of a CSV from its beginning: the one under which the head has most of our columns."""
    delimiter, why = _delimiter(sample, layout)
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
    sure = (
        ""
        if judgement.proven
        else " (guessed from the letters" + (f"; it may be {judgement.rival})" if judgement.rival else ")")
    )
    sentence = f"{judgement.spoken}{sure}, {names[delimiter]} between cells{why}"
    return Guess(encoding=judgement.encoding, delimiter=delimiter, sentence=sentence)


def records(text: Iterable[str], delimiter: str, path: str) -> Iterator[Record | Fault]:
    """Split lines of text into records, each with the line on which it begins. Blank ones are left out.

    text: lines with their ends, as a file opened with newline="" gives them (so that CR, LF and CRLF all end a line).
    """
    # Quotation marks inside a cell and lines beyond the limit are faults, not guesses: strict.
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(_without_separator_line(text), delimiter=delimiter, strict=True)
    skipped = 0
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(path=path, line=line, sentence=_quote_sentence(str(error), line))
            continue
        if any(clean(cell) for cell in cells):
            yield Record(line=line, cells=tuple(cells))


def fit(record: Record, head: Head, layout: Layout) -> Row:
    """Give the cells of a record the names of our columns."""
    cells = {
        column: clean(record.cells[place]) if (place := head.places.get(column, -1)) in range(len(record.cells)) else ""
        for column in layout.columns
    }
    return Row(line=record.line, cells=cells, raw=record.cells)


def clean(cell: str) -> str:
    """Bring a cell to one form: no blank or unseen characters around it, no unbreakable blanks, letters composed.

    Word processors write unbreakable blanks, Macs write é as e and an accent. Quoted newlines stay. The apostrophe by
    which spreadsheets mark as text what would be a formula ('=2+2, and our own exports) is no part of the value.
    """
    plain = cell if cell.isascii() else _BLANKS.sub(" ", unicodedata.normalize("NFC", cell))
    plain = plain.strip(_AROUND)
    return plain[1:] if plain[:1] == "'" and plain[1:2] in tuple("=+-@") else plain


#: What may stand around a value without being part of it.
_AROUND = f" \t\r\n{INVISIBLE}"

#: Unbreakable blanks and the other widths of blank (U+2000 to U+200A).
_BLANKS = re.compile("[\u00a0\u202f\u2000-\u200a\u3000]")


def ragged(path: str, record: Record, width: int) -> Fault | None:
    """Say what is wrong with a record that has not as many cells as the head has names; None: nothing.

    An empty cell too many is a fault as well: where a comma inside a name has moved all that follows by one, what falls
    over the edge is the last cell, and that is mostly empty.
    """
    given = len(record.cells)
    if given == width:
        return None
    more = "put quotation marks around a value that holds the delimiter" if given > width else "a delimiter is missing"
    return Fault(path=path, line=record.line, sentence=f"{given} cells where the first line names {width}: {more}")


def head_faults(path: str, line: int, head: Head) -> list[Fault]:
    """Say what is wrong with the names at the head."""
    proposals = {ours: theirs for theirs, ours in head.unknown.values() if ours}
    faults = []
    for column in head.missing:
        theirs = proposals.get(column)
        hint = (
            f'is {theirs!r} meant? Rename it to "{column}"' if theirs else f'add a column "{column}" to the first line'
        )
        faults.append(Fault(path=path, line=line, column=column, sentence=f"this column is missing: {hint}"))
    twice = "this column stands there twice: keep one"
    faults += [Fault(path=path, line=line, column=column, sentence=twice) for column in head.doubled]
    for name, ours in head.unknown.values():
        if not name or ours in head.missing:
            continue
        hint = f'is "{ours}" meant? Rename it' if ours else "it is not read"
        faults.append(
            Fault(
                path=path,
                line=line,
                column=name,
                sentence=f"no column of this name is known: {hint}",
                weight=Weight.WARNING,
            )
        )
    return faults


def _empty(path: str, guess: Guess, faults: list[Fault]) -> Table:
    if not faults:
        faults = [Fault(path=path, sentence="the file is empty: it needs a first line with the names of the columns")]
    head = Head(places={}, unknown={}, doubled=(), missing=())
    return Table(path=path, guess=guess, header=(), head=head, rows=(), refused=(), faults=tuple(faults))


def _delimiter(sample: str, layout: Layout) -> tuple[str, str]:
    """The delimiter, and why, where it is not plain. Excel may say it itself in a first line "sep=;"."""
    said = re.match(r"\ufeff?\"?sep=(.)\"?[\r\n]", sample)
    if said and said[1] in DELIMITERS:
        return said[1], ", as its first line says"
    best, most = ",", -1
    for delimiter in DELIMITERS:
        first = next(
            (each for each in records(io.StringIO(sample, newline=""), delimiter, "") if isinstance(each, Record)), None
        )
        if first is None:
            continue
        head = understand((clean(cell) for cell in first.cells), layout)
        # Columns of ours count before columns at all: a head of one long sentence may hold any delimiter.
        likeness = (
            1000 * len(head.places) + 100 * sum(1 for _, ours in head.unknown.values() if ours) + len(first.cells)
        )
        if likeness > most:
            best, most = delimiter, likeness
    return best, ""


def _without_separator_line(text: Iterable[str]) -> Iterator[str]:
    """Empty the line "sep=;" that Excel puts first, and take the mark away; the count of lines stays true."""
    lines = iter(text)
    for first in islice(lines, 1):
        plain = first.lstrip("\ufeff")
        yield "\n" if re.fullmatch(r"\"?sep=.\"?\s*", plain) else plain
    yield from lines


def _quote_sentence(error: str, line: int) -> str:
    if "field limit" in error or "unexpected end" in error:
        return f"a quotation mark opened on line {line} is never closed: close it, or double it within a value"
    return "text stands after a closing quotation mark: double the quotation marks that are part of a value"


def _workbook(data: bytes, path: str) -> tuple[Guess, Iterator[Record | Fault]]:
    """Read a workbook: the first sheet that holds anything. pandas is imported here, as only workbooks need it."""
    kind = _kind(data)
    try:
        if kind != "xls":
            unpacked = sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(data)).infolist())
            if unpacked > LARGEST_WORKBOOK:
                return _unreadable(path, kind, f"it unpacks to {unpacked // 2**20} MB: save the one sheet as CSV")
        import pandas as pd  # noqa: PLC0415 - 0.3 s, and most campaigns keep CSV

        # Read as text, and no cell is "not a number": Namibia's code is NA.
        sheets = pd.read_excel(
            io.BytesIO(data),
            sheet_name=None,
            engine="calamine",
            header=None,
            dtype=str,
            keep_default_na=False,
            na_filter=False,
        )
    except Exception as error:  # noqa: BLE001 - calamine raises its own kinds for what cannot be opened (password, damage)
        secret = "assword" in str(error) or "ncrypt" in str(error)
        hint = "it is protected by a password: save it without" if secret else "it is damaged: save it again, or as CSV"
        return _unreadable(path, kind, hint)
    filled = [(str(name), frame) for name, frame in sheets.items() if not frame.empty]
    if not filled:
        return Guess(encoding=kind, delimiter="", sentence=f"{kind.upper()} workbook without a filled sheet"), iter(())
    name, frame = filled[0]
    more = f"; {len(filled) - 1} more sheets are not read" if len(filled) > 1 else ""
    guess = Guess(encoding=kind, delimiter="", sentence=f'{kind.upper()} workbook, sheet "{name}"{more}', sheet=name)
    rows = (tuple(_unstamped(str(cell)) for cell in row) for row in frame.itertuples(index=False, name=None))
    return guess, (Record(line=line, cells=row) for line, row in enumerate(rows, 1) if any(clean(cell) for cell in row))


def _unreadable(path: str, kind: str, hint: str) -> tuple[Guess, Iterator[Record | Fault]]:
    fault = Fault(path=path, sentence=f"this {kind.upper()} workbook cannot be read: {hint}")
    return Guess(encoding=kind, delimiter="", sentence=f"{kind.upper()} workbook"), iter((fault,))


def _kind(data: bytes) -> str:
    if data.startswith(b"\xd0\xcf"):
        return "xls"
    return "ods" if b"opendocument.spreadsheet" in data[:200] else "xlsx"


def _unstamped(cell: str) -> str:
    """A date without a time, which a workbook gives as one at midnight."""
    return cell.removesuffix(" 00:00:00")
