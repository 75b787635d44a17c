"""A mail as it arrived, made harmless: its HTML without all that runs, loads or leads elsewhere; its files.

Nothing is fetched, opened or drawn here: what a stranger sent is shown as words, or handed over as bytes to be saved.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import nh3

from mobilize.desk import review
from mobilize.errors import Refused
from mobilize.inbox import attachments, form
from mobilize.inbox.decode import decode
from mobilize.inbox.html import of_html
from mobilize.inbox.mail import Mail, Part
from mobilize.installation import Installation

#: What may stand in the shown HTML: words and their order. No link, picture, form, style or frame.
# fmt: off
_TAGS = frozenset({
    "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
})
# fmt: on

#: What goes together with all that stands in it: it was never meant to be read.
_WITH_CONTENT = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math"})

#: Attributes that change no more than how words are laid out.
_ATTRIBUTES = {"*": {"dir", "lang"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}

#: Signs of a body that are shown; a longer one is taken home as a file.
_MOST = 400_000

#: Elements inside elements: cleaning takes the square of it, 14 s for 100,000. Real mail has some dozens.
_MOST_NESTED = 2_000
_ELEMENT = re.compile(r"(?i)<(/?)(?!(?:p|br|hr|li|td|th|tr|dd|dt|img|meta|link|input|col|o:p)\b)[a-z][a-z0-9]*")

#: Messages inside messages that are shown.
_DEEPEST = 8

#: Names that Windows keeps for its devices, whatever stands behind the dot.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that a mail brought."""

    #: From 0, in the order of the mail.
    place: int
    #: Safe to save under.
    name: str
    size: int


def inert(installation: Installation, reply: str) -> str:
    """Show what was written as HTML of words alone. Raises Refused where the original is no longer kept."""
    data = review.original(installation, reply)
    if review.origin(installation, reply).startswith(form.ORIGIN):
        return _as_form(data)
    return "\n<hr>\n".join(_bodies(decode(data), 0)) or "<p>(no words)</p>"


def files(installation: Installation, reply: str) -> tuple[Enclosed, ...]:
    """The files that a mail brought. Raises Refused where the original is no longer kept."""
    parts = attachments.enclosed(decode(review.original(installation, reply)))
    return tuple(
        Enclosed(place=place, name=safe_name(part.filename or part.content_type), size=len(part.data))
        for place, part in enumerate(parts)
    )


def file(installation: Installation, reply: str, place: int) -> tuple[str, bytes]:
    """One file: a name that is safe to save under, and its bytes. Raises Refused where there is none."""
    parts = attachments.enclosed(decode(review.original(installation, reply)))
    if not 0 <= place < len(parts):
        raise Refused("there is no such file")
    part = parts[place]
    return safe_name(part.filename or part.content_type), part.data


def safe_name(name: str) -> str:
    """A name as letters, digits and a few signs, on one line: no folder, no device, no sign that turns what follows."""
    plain = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(each for each in plain if each.isalnum() or each in " ._-()+,").strip(" .")
    stem, dot, end = plain.rpartition(".")
    short = f"{stem[:80]}{dot}{end[:12]}" if dot else plain[:80]
    return f"file-{short}" if not short or _DEVICES.match(short) else short


def _as_form(data: bytes) -> str:
    """What a partner filled in on the page, line by line."""
    try:
        fields = json.loads(data)["form"]
        lines = "".join(f"<dt>{escape(name)}</dt><dd>{escape(_line(value))}</dd>" for name, value in fields.items())
    except (ValueError, TypeError, KeyError, AttributeError):
        return f"<pre>{escape(data[:_MOST].decode('utf-8', 'replace'))}</pre>"
    return f"<dl>{lines}</dl>"


def _line(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value or "–")


def _bodies(mail: Mail, depth: int) -> Iterator[str]:
    parts = [each for each in mail.parts() if each.disposition != "attachment" and not each.filename]
    pages = [each for each in parts if each.content_type == "text/html" and (each.text or "").strip()]
    plain = [each for each in parts if each.content_type == "text/plain" and (each.text or "").strip()]
    yield from (_cleaned(each.text or "") for each in pages)
    if not pages:
        yield from (f"<pre>{escape((each.text or '')[:_MOST])}</pre>" for each in plain)
    if depth < _DEEPEST:
        yield from (body for each in mail.parts() if each.message for body in _attached(each, depth))


def _attached(part: Part, depth: int) -> Iterator[str]:
    inner = part.message
    assert inner is not None, "asked for by who looked"
    sender = f"{inner.from_.name} {inner.from_.address}".strip() if inner.from_ else ""
    yield f"<p><b>{escape(inner.subject or '(no subject)')}</b><br>{escape(sender)} {escape(inner.date_raw or '')}</p>"
    yield from _bodies(inner, depth + 1)


def _cleaned(html: str) -> str:
    """Words, and how they stand together (nh3, in which Mozilla's HTML parser works)."""
    cut = html[:_MOST]
    if _depth(cut) > _MOST_NESTED:
        return f"<pre>{escape(chr(10).join(line.text for line in of_html(cut)))}</pre>"
    return nh3.clean(
        cut,
        tags=set(_TAGS),
        clean_content_tags=set(_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        strip_comments=True,
        link_rel=None,
        url_schemes=set(),
    )


def _depth(html: str) -> int:
    """How deep its elements lie in each other, those left out that end by themselves."""
    deepest = now = 0
    for found in _ELEMENT.finditer(html):
        now = max(0, now - 1) if found[1] else now + 1
        deepest = max(deepest, now)
    return deepest
