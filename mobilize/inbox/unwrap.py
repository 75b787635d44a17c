"""Forwards, unwrapped to the innermost author: attached, inline, quoted, pasted, and forwards of forwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mobilize.inbox import passing
from mobilize.inbox.asides import Aside, Cut, Where
from mobilize.inbox.blocks import Printed
from mobilize.inbox.body import body
from mobilize.inbox.boundaries import ALL_KINDS, PRINTED_KINDS, Kind, Quoted, Split, split
from mobilize.inbox.correspondents import is_own, is_written_to
from mobilize.inbox.folding import fold
from mobilize.inbox.labels import labels
from mobilize.inbox.lines import Line, as_text, questions
from mobilize.inbox.mail import Address, Mail
from mobilize.inbox.reply import Evidence, Layer
from mobilize.inbox.words import own_words

#: Forwards of forwards seen in practice: four. Deeper ones stay in the text of the last layer.
_MOST_LAYERS = 12

_PREFIX = re.compile(r"\s*\[?\s*([^\W\d_][^:：\[\]]{0,24}?)\s*(?:\[\d{1,3}\]|\(\d{1,3}\))?\s*[:：]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwrapped:
    """Who wrote what in a mail."""

    #: "direct", "forward_inline", "forward_attached".
    via: str
    #: The layers of a forward, outermost original first.
    layers: tuple[Layer, ...]
    #: The outermost sender where it is a forward.
    reporter: Address | None
    #: The innermost author; None where the layout shows nobody.
    author: Address | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    date: str | None
    subject: str | None
    #: Her own words.
    text: str
    closing: str
    #: Questions quoted line by line, each with the answer below it; the answers stand in the text too.
    exchange: tuple[tuple[str, str], ...]
    #: The outermost forwarder's own words.
    note: str
    #: What her words were cut from, and what stands around it.
    cut: Cut
    #: The attached message that became a layer.
    attached: Mail | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A message at one level: its header values, and its body as lines."""

    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: str | None
    date_raw: str | None
    subject: str | None
    lines: tuple[Line, ...]
    mail: Mail | None


def unwrap(mail: Mail, *, own: tuple[str, ...]) -> Unwrapped:
    """Unwrap a mail to its innermost author.

    own: the campaign's addresses; a message of ours inside is a quote of our letter, never a forward. Never raises.
    """
    outer = _of_mail(mail)
    message, layers, evidence = outer, list[Layer](), list[Evidence]()
    notes: list[Aside] = []
    via, attached = "direct", None
    # People paste letters into mails that they begin, not into answers.
    parted = split(message.lines, kinds=PRINTED_KINDS if prefix(outer.subject)[0] == "reply" else ALL_KINDS)
    while len(layers) < _MOST_LAYERS:
        inner, rule, words = _inner(message, parted, own, outermost=message is outer)
        if inner is None:
            break
        notes.append(Aside(where=Where.NOTE, text=_note(message, parted), author=message.sender))
        if len(notes) == 1:
            via = "forward_attached" if inner.mail else "forward_inline"
            attached = inner.mail
        evidence.append(Evidence(field="via", words=words, rule=rule))
        layers.append(_layer(inner, message))
        message, parted = inner, split(inner.lines, kinds=PRINTED_KINDS)
    written = own_words(parted.own, author=message.sender)
    return Unwrapped(
        via=via,
        layers=tuple(layers),
        reporter=outer.sender if layers else None,
        author=message.sender,
        to=tuple(each.address for each in message.to if each.address),
        cc=tuple(each.address for each in message.cc if each.address),
        date=message.date,
        subject=message.subject,
        text=written.text,
        closing=written.closing,
        exchange=questions(message.lines),
        note=notes[0].text if notes else "",
        cut=Cut(
            notes=tuple(notes),
            lines=message.lines,
            parted=parted,
            kept=written.text,
            written_to=(*message.to, *message.cc),
            own=own,
        ),
        attached=attached,
        evidence=tuple(evidence),
    )


def _note(message: _Message, parted: Split) -> str:
    """What somebody wrote who passes a message on."""
    return "" if parted.answers else own_words(parted.own, author=message.sender).text


def _of_mail(mail: Mail) -> _Message:
    return _Message(
        sender=mail.from_,
        to=mail.to,
        cc=mail.cc,
        date=mail.date,
        date_raw=mail.date_raw,
        subject=mail.subject,
        lines=tuple(body(mail)),
        mail=mail,
    )


def _inner(
    message: _Message, parted: Split, own: Sequence[str], *, outermost: bool
) -> tuple[_Message | None, str, str]:
    """The forwarded message inside, the rule that says so, and the words it stands on."""
    quoted = parted.quoted
    rule = _forward_rule(message, quoted, parted, own, outermost=outermost) if quoted else ""
    attached = _attached(message.mail, own) if message.mail else None
    if attached and not (quoted and rule and quoted.header and quoted.kind is Kind.FORWARD):
        return replace(_of_mail(attached)), "attached message", attached.subject or ""
    if not quoted or not rule:
        return None, "", ""
    return _of_quoted(quoted, message), rule, _shown(quoted)


def _attached(mail: Mail, own: Sequence[str]) -> Mail | None:
    """The first attached message that is not a letter of ours sent back with an answer."""
    if mail.root.content_type == "multipart/report":
        return None
    for part in mail.parts():
        if part.message and not is_own(part.message.from_, own):
            return part.message
    return None


def prefix(subject: str | None) -> tuple[str, str]:
    """A subject's first prefix as "forward", "reply", "unsure" or "", and the subject without it."""
    text = subject or ""
    found = _PREFIX.match(text)
    if not found:
        return "", text
    word = " ".join(fold(found[1]).strip(" .").split())
    table = labels()
    rest = text[found.end() :].strip()
    if text.lstrip().startswith("["):
        rest = rest.removesuffix("]")
    for name, words in (
        ("unsure", table.unsure_prefixes),
        ("forward", table.forward_prefixes),
        ("reply", table.reply_prefixes),
    ):
        if word in words:
            return name, rest
    return "", text


def _forward_rule(message: _Message, quoted: Quoted, parted: Split, own: Sequence[str], *, outermost: bool) -> str:
    """The name of the rule that makes the quoted message a forwarded one; "" where it is only quoted.

    Both readings are weighed: markers and subject for a forward; an own letter or a correspondent's for a quote.
    """
    author = quoted.header.from_ if quoted.header else None
    if quoted.kind is Kind.PASTED:
        return "pasted by hand"
    if is_own(author, own):
        return ""
    if quoted.kind is Kind.FORWARD:
        return "forward marker"
    first = _first_prefix(message, quoted)
    if first == "forward":
        return "subject prefix"
    if (
        is_written_to(author, (*message.to, *message.cc))
        or quoted.header is None
        or quoted.kind in (Kind.ATTRIBUTION, Kind.QUOTE)
    ):
        return ""
    by_header = _header_rule(message, quoted, quoted.header, first, is_top=outermost and not parted.above)
    return by_header or ("" if first else _silent_rule(message, parted, author, own))


def _silent_rule(message: _Message, parted: Split, author: Address | None, own: Sequence[str]) -> str:
    """What a mail whose head says nothing tells by its words; of a layer's head too little is printed to ask it."""
    if message.mail is None or author is None:
        return ""
    return passing.rule(message.mail, own_words(parted.own, author=message.sender).text, author, own)


def _first_prefix(message: _Message, quoted: Quoted) -> str:
    """The subject's first prefix; "VS:" answers in Finnish and forwards in Danish, so the labels below it decide."""
    first, _ = prefix(message.subject)
    if first != "unsure":
        return first
    return "reply" if quoted.header and quoted.header.languages == {"fi"} else "forward"


def _header_rule(message: _Message, quoted: Quoted, header: Printed, first: str, *, is_top: bool) -> str:
    """What the printed header itself says of a forward, where neither marker nor subject does."""
    passed_on = _sent_to(header, message.sender) and not _same_house(header.from_, message.sender)
    if passed_on and (message.mail is not None or first != "reply"):
        return "its header names the sender as recipient"
    if first == "reply":
        return ""
    if quoted.kind is Kind.QUOTED_BLOCK:
        return "quoted header"
    return "header on top" if is_top else ""


def _sent_to(header: Printed | None, sender: Address | None) -> bool:
    """Whether the quoted message went to the one who now sends it on."""
    if header is None or sender is None:
        return False
    for each in (*header.to, *header.cc):
        if each.address and each.address.lower() == sender.address.lower():
            return True
        if not each.address and each.name and fold(each.name) == fold(sender.name):
            return True
    return False


def _same_house(author: Address | None, sender: Address | None) -> bool:
    """Whether both write from one domain: an office that answers below a mail of its own colleagues."""
    if not (author and sender and author.address and sender.address):
        return False
    return author.address.rpartition("@")[2].lower() == sender.address.rpartition("@")[2].lower()


def _of_quoted(quoted: Quoted, outer: _Message) -> _Message:
    header = quoted.header or Printed()
    sender = header.from_ if header.from_ and (header.from_.address or header.from_.name) else None
    return _Message(
        sender=sender,
        to=header.to,
        cc=header.cc,
        date=header.date(outer.date),
        date_raw=header.date_raw,
        subject=header.subject,
        lines=quoted.lines,
        mail=None,
    )


def _layer(inner: _Message, outer: _Message) -> Layer:
    subject = inner.subject
    if subject is None and inner.sender and outer.mail:
        # Layouts without a subject line (Outlook for Mac, Yandex): the forwarder's own, less its prefix.
        kind, rest = prefix(outer.subject)
        subject = rest if kind in ("forward", "unsure") and rest else None
    return Layer(
        from_address=(inner.sender.address or None) if inner.sender else None,
        from_name=(inner.sender.name or None) if inner.sender else None,
        to=tuple(each.address or each.name for each in inner.to),
        cc=tuple(each.address or each.name for each in inner.cc),
        date=inner.date,
        date_raw=inner.date_raw,
        subject=subject,
        text=as_text(inner.lines),
    )


def _shown(quoted: Quoted) -> str:
    """The words a forward was known by: what is printed of its author, or its kind."""
    author = quoted.header.from_ if quoted.header else None
    return (author.address or author.name) if author else quoted.kind.value
