"""MARCXML -> records, as a stream: the form in which the UN Digital Library exports its catalogue.

Only what MARC21 "slim" has is read: records, control fields, data fields, subfields. A document type declaration is
refused, so no entity can be expanded and nothing outside the file is ever read.
Source: the namespace http://www.loc.gov/MARC21/slim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from mobilize.errors import SourceUnreadable

_SLIM = "http://www.loc.gov/MARC21/slim"

#: A subfield of a catalogue record has at most some thousand characters; more is no record.
LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One data field."""

    tag: str
    #: (code, text) in the order of the record.
    subfields: tuple[tuple[str, str], ...]

    def first(self, code: str) -> str:
        """Text of the first subfield with this code; empty: there is none."""
        return next((text for each, text in self.subfields if each == code), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarcRecord:
    """One record of the catalogue."""

    #: Control field 001: the record's number.
    number: str
    fields: tuple[Field, ...]

    def all(self, tag: str) -> tuple[Field, ...]:
        """Every field with this tag."""
        return tuple(each for each in self.fields if each.tag == tag)

    def first(self, tag: str, code: str) -> str:
        """Text of the first such subfield of the first such field that has one; empty: there is none."""
        return next((text for each in self.all(tag) if (text := each.first(code))), "")


def records(blocks: Iterable[bytes]) -> Iterator[MarcRecord]:
    """Read records from a MARCXML file given in blocks of bytes, one by one and whatever its size.

    Raises SourceUnreadable for what is not well-formed, or has a document type declaration.
    """
    reader = _Reader()
    for block in blocks:
        yield from reader.feed(block, final=False)
    yield from reader.feed(b"", final=True)


@dataclass(slots=True)
class _Reader:
    """Collects one record at a time from the parser's events."""

    done: list[MarcRecord] = field(default_factory=list)
    number: str = ""
    fields: list[Field] = field(default_factory=list)
    subfields: list[tuple[str, str]] = field(default_factory=list)
    #: Of the element that is open.
    tag: str = ""
    code: str = ""
    text: list[str] = field(default_factory=list)
    length: int = 0
    parser: expat.XMLParserType = field(init=False)

    def __post_init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._declared

    def feed(self, block: bytes, *, final: bool) -> list[MarcRecord]:
        self.done = []
        try:
            self.parser.Parse(block, final)
        except expat.ExpatError as error:
            raise SourceUnreadable(f"not well-formed XML: {error}", hint="download the file again") from None
        return self.done

    def _declared(self, *_: object) -> None:
        raise SourceUnreadable("this XML declares a document type, which no catalogue export does; it is not read")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.removeprefix(f"{_SLIM} "):
            case "record":
                self.number, self.fields = "", []
            case "controlfield" | "datafield":
                self.tag, self.subfields = attributes.get("tag", ""), []
            case "subfield":
                self.code = attributes.get("code", "")
        self.text, self.length = [], 0

    def _end(self, name: str) -> None:
        match name.removeprefix(f"{_SLIM} "):
            case "controlfield" if self.tag == "001":
                self.number = "".join(self.text).strip()
            case "subfield":
                self.subfields.append((self.code, "".join(self.text).strip()))
            case "datafield":
                self.fields.append(Field(tag=self.tag, subfields=tuple(self.subfields)))
            case "record":
                self.done.append(MarcRecord(number=self.number, fields=tuple(self.fields)))
        self.text, self.length = [], 0

    def _characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST:
            raise SourceUnreadable("a field of this XML has more than a million characters; it is no catalogue record")
        self.text.append(text)
