"""HTML bodies to lines, by their structure: what mail programs wrap around quotes, headers and signatures is kept.

Hidden text is left out: it is not what the reader saw. Nothing is fetched, nothing is run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from mobilize.inbox.hidden import hidden_names, is_coloured, is_hidden, is_white
from mobilize.inbox.lines import HEAD, RULE, SIGNATURE, Line

#: Elements whose content is not text of the mail.
_SKIPPED_NAMES = """
    script style head title template noscript iframe object embed applet select textarea input
    button svg math audio video canvas map frameset noframes
    """
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_BLOCKS_NAMES = """
    html body div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tbody thead tfoot tr pre blockquote
    center form address section article header footer main aside nav fieldset figure figcaption
    caption details summary hr
    """
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
#: Blocks with an empty line before and after them.
_SPACED_NAMES = """
    p h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote table
    """
_SPACED = frozenset(_SPACED_NAMES.split())

#: Containers that a program puts around what it quotes or forwards, by class or id.
_BOXES = re.compile(
    r"gmail_quote(?:_container)?$|gmail_extra$|yahoo_quoted|ydp\w*yahoo_quoted|moz-forward-container|protonmail_quote|zmail_extra|tutanota_quote"
    r"|OLK_SRC_BODY_SECTION|isForwardContent|mail_quote|quoted-message|WM_FORWARD|rcmBody-quote|hmail_quote|replied-wrapper"
    r"|mb-reader__message-view__quote|zoho_quote|zmail_quote|airmail_quote|front-blockquote|missive_quote|spark_quote"
    r"|fastmail-quoted|cmg_quote|history_container|qmbox|foxmail_quote|ntes-mailmaster-quote|mail-quote-collapse"
)
#: Parts that hold the quoted message's header or the line above a quote.
_HEADS = re.compile(
    r"divRplyFwdMsg|appendonsend|gmail_attr|moz-cite-prefix|moz-email-headers-table|OutlookMessageHeader|reply-intro"
    r"|stopSpelling|zwchr|mail-editor-reference-message|ms-outlook-mobile-reference-message|AppleMailQuoteHeader|WM_QUOTE_HEAD"
    r"|lineBreakAtBeginningOfMessage|replied-header|x_gmail_attr|protonmail_quote_header"
)
_SIGNATURES = re.compile(
    r"gmail_signature|moz-signature|AppleMailSignature|ms-outlook-mobile-signature|protonmail_signature_block"
    r"|tutanota_signature|^(?:x_)*Signature$|^signature$|yahoo-signature|ydp\w*signature|mail-signature|airmail_signature"
    r"|zoho_signature|spark_signature|bloop_sign|mailmaster_signature|ntes-signature|foxmail_signature"
)
#: Outlook draws a line above the header of what it quotes, and one beside what it quotes.
_LINE_ABOVE = re.compile(
    r"border:none;border-top:solid|border-top:[^;]{0,12}(?:1pt|1\.0pt|1px)[^;]{0,12}solid|border-top:1p[tx]solid"
)
_LINE_BESIDE = re.compile(r"border-left:[^;]{0,20}solid|border-left:solid")
#: A blockquote that only moves text to the right (Gmail's "indent more").
_INDENTED = re.compile(r"margin:0(?:px)?0(?:px)?0(?:px)?40px|border:none;padding:0|border-style:none")
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?:0")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_XML = re.compile(r"\A\s*<\?xml[^>]{0,200}>")

#: Enough of a page to find structure in; a deeper one is drawn flat.
_DEEPEST = 400
#: Lines of a page that are drawn; body.py looks at no more.
_MOST_LINES = 10_000
#: Quotes inside quotes that a thread of a year has.
_MOST_BOXES = 60


@dataclass(slots=True)
class _State:
    """What holds for an element's text."""

    hidden: bool = False
    #: On a ground on which white can be read.
    coloured: bool = False
    pre: bool = False
    depth: int = 0
    boxes: tuple[int, ...] = ()
    mark: str = ""
    block: bool = False
    spaced: bool = False


def of_html(html: str) -> list[Line]:
    """Lines of a text/html body; [] where nothing can be read in it."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, recover=True, huge_tree=True)
    try:
        root = etree.fromstring(_XML.sub("", html.replace("\x00", "")).encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return []
    return _Drawing().of(root) if root is not None else []


class _Drawing:
    """Draws one page as lines."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.words: list[str] = []
        #: Whether something was drawn on the line, be it a blank that stays.
        self.touched = False
        #: An empty line is due before the next text.
        self.gap = False
        self.state = _State()
        self.box = 0
        #: Classes and ids that the page's style sheets hide.
        self.hiding: frozenset[str] = frozenset()

    def of(self, root: etree._Element) -> list[Line]:
        stack: list[_State] = []
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if event == "start":
                stack.append(self.state)
                self._open(element)
                self._text(element.text)
                if len(self.lines) > _MOST_LINES:
                    break
            else:
                self._close(self.state)
                self.state = stack.pop()
                self._text(element.tail)
        self._end_line()
        return self.lines

    def _open(self, element: etree._Element) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        before = self.state
        style = _SPACES.sub("", (element.get("style") or "")[:2_000]).lower()
        names = f"{(element.get('class') or '')[:500]} {(element.get('id') or '')[:200]}"
        state = _State(before.hidden, before.coloured, before.pre, before.depth, before.boxes, before.mark)
        state.block = tag in _BLOCKS
        state.spaced = tag in _SPACED and "Mso" not in names and not _NO_MARGIN.search(style)
        state.coloured = before.coloured or is_coloured(style, element.get("bgcolor") or "")
        state.hidden = before.hidden or tag in _SKIPPED or self._is_hidden(element, style, names, state)
        if tag == "style" and element.text:
            self.hiding |= hidden_names(element.text)
        state.pre = before.pre or tag == "pre" or "white-space:pre" in style
        if state.block:
            self._end_line()
            self.gap = self.gap or state.spaced
        if not state.hidden:
            self._structure(tag, names, style, state)
        self.state = state
        self._drawn_elements(tag)

    def _is_hidden(self, element: etree._Element, style: str, names: str, state: _State) -> bool:
        """Whether a page hides the element from its reader."""
        if element.get("hidden") is not None or is_hidden(style):
            return True
        if not state.coloured and is_white(style, element.get("color") or ""):
            return True
        if not self.hiding or not names.strip():
            return False
        wanted = {f".{name}" for name in (element.get("class") or "")[:500].split()} | {f"#{element.get('id')}"}
        return not self.hiding.isdisjoint(wanted)

    def _structure(self, tag: str, names: str, style: str, state: _State) -> None:
        """What the element says of quoting."""
        if tag == "blockquote" and not _INDENTED.search(style):
            state.depth, state.mark = state.depth + 1, ""
        if tag in ("div", "td", "section") and _LINE_BESIDE.search(style) and "padding" in style:
            state.depth, state.mark = state.depth + 1, ""
        found = names.split()
        if len(state.boxes) < _MOST_BOXES and any(_BOXES.match(name.removeprefix("x_")) for name in found):
            self.box += 1
            state.boxes = (*state.boxes, self.box)
            state.mark = ""
        if any(_HEADS.match(name.removeprefix("x_")) for name in found) or (tag == "div" and _LINE_ABOVE.search(style)):
            state.mark = HEAD
        elif any(_SIGNATURES.match(name.removeprefix("x_")) for name in found):
            state.mark = SIGNATURE

    def _drawn_elements(self, tag: str) -> None:
        """Elements that draw something themselves."""
        if self.state.hidden:
            return
        if tag == "br":
            self._end_line(forced=True)
        elif tag == "hr":
            self._emit("________________________________", RULE)
        elif tag == "li":
            self.words, self.touched = ["- "], False
        elif tag in ("td", "th") and self.words:
            self.words.append(" ")

    def _close(self, state: _State) -> None:
        if state.block:
            self._end_line()
            self.gap = self.gap or state.spaced

    def _text(self, text: str | None) -> None:
        if not text or self.state.hidden:
            return
        if self.state.pre:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._add(first)
            for each in others:
                self._end_line(forced=True)
                self._add(each)
            return
        self._add(_SPACES.sub(" ", text))

    def _add(self, text: str) -> None:
        if not text or (text == " " and not self.words):
            return
        self.words.append(text)
        self.touched = self.touched or text != " "

    def _end_line(self, *, forced: bool = False) -> None:
        """End the line being drawn; where nothing was drawn, only a forced end makes an empty line."""
        if self.touched or forced:
            self._emit(" ".join("".join(self.words).replace("\u00a0", " ").split()), self.state.mark)
        self.words, self.touched = [], False

    def _emit(self, text: str, mark: str) -> None:
        state = self.state
        text = text.strip("\u200b\ufeff\u200e\u200f")
        if self.gap and self.lines and self.lines[-1].text and text:
            self.lines.append(Line("", min(state.depth, self.lines[-1].depth), state.boxes))
        self.gap = False
        self.lines.append(Line(text, min(state.depth, _DEEPEST), state.boxes, mark))
