"""A mail's own body as lines: which of its parts is what the reader saw."""

from __future__ import annotations

from mobilize.inbox import html
from mobilize.inbox.lines import MOST_LINES, Line, of_text
from mobilize.inbox.mail import Mail, Part

#: A text part that has less than this share of the HTML's words is a stand-in ("your program shows no HTML").
_STAND_IN = 0.4


def body(mail: Mail) -> list[Line]:
    """The lines of a mail's body, attached messages and files left out."""
    lines: list[Line] = []
    boxes = 0
    for part_lines in _drawn(mail.root):
        moved = [
            Line(each.text, each.depth, tuple(box + boxes for box in each.boxes), each.mark) for each in part_lines
        ]
        boxes += max((box for each in part_lines for box in each.boxes), default=0)
        if lines and moved:
            lines.append(Line(""))
        lines.extend(moved)
        if len(lines) > MOST_LINES:
            break
    return lines[:MOST_LINES]


def _drawn(root: Part) -> list[list[Line]]:
    """The text parts in order, one alternative of each multipart/alternative."""
    out: list[list[Line]] = []
    pending = [root]
    while pending:
        part = pending.pop()
        if part.content_type == "multipart/alternative":
            texts = [each for each in part.walk() if _is_text(each)]
            out.append(_alternative(texts))
        elif part.content_type == "multipart/report":
            pending.extend(part.children[:1])
        elif part.children:
            pending.extend(reversed(part.children))
        elif _is_text(part):
            out.append(_lines(part))
    return [each for each in out if each]


def _is_text(part: Part) -> bool:
    if part.text is None or part.message is not None or part.disposition == "attachment" or part.filename:
        return False
    return part.content_type.startswith("text/") and part.content_type not in (
        "text/calendar",
        "text/rfc822-headers",
        "text/vcard",
        "text/x-vcard",
        "text/directory",
        "text/css",
        "text/csv",
        "text/x-amp-html",
    )


def _lines(part: Part) -> list[Line]:
    text = part.text or ""
    if part.content_type == "text/html" or (part.content_type != "text/plain" and "<html" in text[:500].lower()):
        return html.of_html(text)
    return of_text(text)


def _alternative(texts: list[Part]) -> list[Line]:
    """The HTML where its structure says more than the text, or where the text is only a stand-in; else the text."""
    page = next((each for each in texts if each.content_type == "text/html"), None)
    plain = [line for each in texts if each.content_type == "text/plain" for line in of_text(each.text or "")]
    if page is None or not page.text:
        return plain
    drawn = html.of_html(page.text)
    if not any(each.text for each in drawn):
        return plain
    structured = any(each.depth or each.boxes or each.mark for each in drawn)
    if structured or _size(plain) < _STAND_IN * _size(drawn):
        return drawn
    return plain


def _size(lines: list[Line]) -> int:
    return sum(len(each.text) for each in lines)
