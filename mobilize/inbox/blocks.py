"""The header that a mail program prints above a message: "From: … Sent: … To: …", in any of its languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mobilize.inbox import addresses
from mobilize.inbox.dates import printed_date
from mobilize.inbox.folding import fold
from mobilize.inbox.labels import labels
from mobilize.inbox.lines import HEAD, Line
from mobilize.inbox.mail import Address

#: No label is longer; what stands before a later colon is prose.
_LONGEST_LABEL = 36
#: A header on one line has five labels; times of the day have colons, too.
_MOST_COLONS = 16
_MOST_MISSES = 5
#: A printed header has at most these many lines, wrapped ones counted.
_MOST_LINES = 40
#: Programs wrap at 72 to 78 characters: a line that long may go on in the next.
_WRAPPED_FROM = 60

#: Marks of direction that programs put around names and addresses in right-to-left lines.
_BIDI = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_DECORATION = " \t*_·•|\u00a0"
#: A colon behind a letter: no time of the day, maybe a label.
_LABELLED = re.compile(r"[^\W\d_]\s?[:：]")
_MAILTO = re.compile(r"\s?[<\[]mailto:[^<>\[\]]{1,300}[>\]]", re.IGNORECASE)
_BEHALF = re.compile(
    r"\s(?:on behalf of|im auftrag von|de la part de|en nombre de|em nome de|per conto di|namens|på vegne af"
    r"|på vegne av|w imieniu"
    r"|от имени|от лица|adına|بالنيابة عن|نيابة عن|代表)\s.{0,300}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a printed header says."""

    from_: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    #: As printed; None where the layout shows none.
    date_raw: str | None = None
    subject: str | None = None
    #: Languages in which all labels are known.
    languages: frozenset[str] = frozenset()
    #: Index of the first line below it.
    end: int = 0

    def date(self, before: str | None) -> str | None:
        """The date in ISO 8601. before: the date of the mail that prints it."""
        return printed_date(self.date_raw, languages=self.languages, before=before) if self.date_raw else None


@dataclass(slots=True)
class _Collected:
    """Values by role while a block is read."""

    values: dict[str, str] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    last: str = ""

    def add(self, role: str, value: str, languages: frozenset[str]) -> None:
        common = self.languages & languages if self.languages else languages
        self.languages = common or self.languages
        self.last = role if role not in self.values else "other"
        self.values.setdefault(role, value)

    def roles(self) -> int:
        return len(self.values.keys() - {"other"})


def label(text: str) -> tuple[str, str] | None:
    """A line's label, folded, and its value; None where the line has no known label."""
    cut = _colon(text)
    if cut < 1:
        return None
    name = " ".join(fold(text[:cut]).split()).strip(_DECORATION)
    if name in labels().roles:
        return name, _value(text[cut + 1 :])
    if name.startswith("message du ") and printed_date(text[11:]):  # Orange: "Message du 20/11/13 10:22"
        return "message du", _value(text[11:])
    return None


def _value(text: str) -> str:
    return text.translate(_BIDI).strip(_DECORATION)


def _colon(text: str) -> int:
    """Where a label's colon stands; -1 where there is none."""
    head = text[: _LONGEST_LABEL + 6]
    found = [at for at in (head.find(":"), head.find("：")) if at >= 0]
    return min(found) if found else -1


def read(lines: Sequence[Line], start: int, *, trusted: bool = False) -> Printed | None:
    """The header block that begins at line `start`, None where there is none.

    trusted: a marker or the HTML says that a header follows; then two lines are enough, and labels of unknown
    languages are read by their values.
    """
    if start >= len(lines):
        return None
    trusted = trusted or lines[start].mark == HEAD
    collected, end = _collect(lines, start)
    if collected and _is_header(collected, trusted=trusted):
        return _printed(collected, end)
    return (_guessed(lines, start) or _tabular(lines, start)) if trusted else None


def read_inline(text: str) -> Printed | None:
    """A header printed on one line: "Von: A <a@b>An: …Gesendet: …Betreff: …" (Yahoo), "From: a To: b Subject: c"."""
    found = _cut(text)
    if len(found.values) < 3:  # noqa: PLR2004 — two labels may be chance
        return None
    if "date" in found.values and "subject" not in found.values:
        _part_subject(found)
    return _printed(found, 0)


def _cut(text: str) -> _Collected:
    """The roles and values on one line."""
    out = _Collected()
    starts: list[tuple[int, int, str, frozenset[str]]] = []
    missed = 0
    for found in islice(re.finditer("[:：]", text[:2_000]), _MOST_COLONS):
        hit = _label_before(text, found.start(), out, first=not starts)
        if hit:
            starts.append((hit[0], found.end(), hit[1], hit[2]))
            out.add(hit[1], "", hit[2])
        else:
            missed += 1
        if missed > _MOST_MISSES or not starts:
            break
    for at, (_, value_start, role, _) in enumerate(starts):
        value_end = starts[at + 1][0] if at + 1 < len(starts) else len(text)
        out.values[role] = _value(text[value_start:value_end])
    return out


def _part_subject(out: _Collected) -> None:
    """Yahoo's Portuguese forgets the colon: "09:26:50 CETAssunto Integer consequat"."""
    value = out.values["date"]
    for name, roles in labels().roles.items():
        if roles.get("subject", frozenset()) & out.languages and len(name) > 3:  # noqa: PLR2004
            found = re.search(rf"\d\s*[^\W\d_]{{0,5}}({re.escape(name)})\s", value, re.IGNORECASE)
            if found:
                out.values["date"], out.values["subject"] = (
                    value[: found.start(1)].strip(),
                    value[found.end(1) :].strip(),
                )
                return


def _label_before(text: str, colon: int, known: _Collected, *, first: bool) -> tuple[int, str, frozenset[str]] | None:
    """The longest label that ends at this colon, its role not met yet: (where it begins, role, languages)."""
    window = fold(text[max(0, colon - _LONGEST_LABEL) : colon])
    for length in range(len(window), 0, -1):
        begin = colon - length  # folding drops marks alone, which labels on one line do not carry
        if first and text[:begin].strip(_DECORATION):
            continue
        name = window[-length:]
        roles = labels().roles.get(name.strip(_DECORATION)) if name[:1].strip() else None
        if not roles or (begin and name.isascii() and len(name.strip()) < 3 and text[begin - 1].isalpha()):  # noqa: PLR2004
            continue
        for role, languages in roles.items():
            if role not in known.values and (not known.languages or known.languages & languages):
                return begin, role, languages
    return None


def _collect(lines: Sequence[Line], start: int) -> tuple[_Collected | None, int]:
    """Labels and values from `start` on, and where the body begins."""
    found = label(lines[start].text)
    if found is None or labels().roles[found[0]].keys() == {"other"}:
        return None, start
    out, at, limit = _Collected(), start, min(len(lines), start + _MOST_LINES)
    depth = lines[start].depth
    while at < limit and lines[at].depth == depth:
        line = lines[at]
        if line.blank:
            following = _after_blanks(lines, at, limit)
            if following is None or not _goes_on(lines[following], out):
                break
            at = following
            continue
        if found := label(line.text):
            if not _take(out, found, line.text):
                break
        elif not (out.last and _is_wrapped(lines, at, limit, out)):
            break
        elif out.last != "other" and _adds(lines[at - 1].text, line.text, out.last):
            out.values[out.last] = f"{out.values[out.last]} {line.text}".strip()
        at += 1
    return out, at


def _take(out: _Collected, found: tuple[str, str], text: str) -> bool:
    """Add one labelled line; False where it cannot belong to this header."""
    name, value = found
    roles = labels().roles[name]
    ranked = sorted(roles.items(), key=lambda item: (item[0] in out.values, -len(item[1] & out.languages)))
    role, languages = ranked[0]
    if role in out.values and role != "other":
        return False
    if out.languages and not (languages & out.languages) and role == "other" and out.roles() > 3:  # noqa: PLR2004
        return False
    inner = _cut(text) if role not in ("subject", "other") and _LABELLED.search(value) else None
    if inner and len(inner.values.keys() - out.values.keys() - {"other"}) > 1:  # Samsung: "À : a@b Objet : …"
        for each, inner_value in inner.values.items():
            out.add(each, inner_value, languages)
        return True
    out.add(role, value, languages)
    return True


def _after_blanks(lines: Sequence[Line], at: int, limit: int) -> int | None:
    """The next line with text, at most two blank lines further on."""
    for following in range(at, min(limit, at + 3)):
        if not lines[following].blank:
            return following
    return None


def _goes_on(line: Line, out: _Collected) -> bool:
    """Whether a labelled line after a blank one still belongs to the header: some programs put blanks between."""
    found = label(line.text)
    if not found or {"from", "date", "subject"} <= out.values.keys():
        return False
    return any(
        role not in out.values and languages & out.languages for role, languages in labels().roles[found[0]].items()
    )


def _is_wrapped(lines: Sequence[Line], at: int, limit: int, out: _Collected) -> bool:
    """Whether a line without label goes on with the value above it."""
    above, line = lines[at - 1].text, lines[at].text
    if lines[at].boxes or lines[at].mark or lines[at - 1].mark:
        return bool(lines[at].mark == HEAD) and "@" in line
    if above.endswith((",", ";", "<", "(")) or line.startswith(("<", "(mailto")):
        return True
    if out.last in ("to", "cc", "from") and "@" in line and len(above) > _WRAPPED_FROM - 20:
        return True
    for following in range(at + 1, min(limit, at + 3)):
        if lines[following].blank:
            break
        found = label(lines[following].text)
        if found and any(role not in out.values for role in labels().roles[found[0]]):
            return True
    return out.last == "subject" and len(above) > _WRAPPED_FROM and at + 1 < len(lines) and lines[at + 1].blank


def _adds(above: str, text: str, role: str) -> bool:
    """Whether a line without label is the rest of the value: a subject goes on only where a program wraps it."""
    return role != "subject" or len(above) > _WRAPPED_FROM - 10 or text[:1] in " \t"


def _is_header(out: _Collected, *, trusted: bool) -> bool:
    """Whether what was collected is a header and no list in a letter that begins "To: …"."""
    roles = out.roles()
    if "from" not in out.values and "date" not in out.values:
        return False
    if roles >= 3:  # noqa: PLR2004 — three of five are no chance
        return "@" in "".join(out.values.values()) or trusted or _dated(out) or roles > 3  # noqa: PLR2004
    if roles < 2:  # noqa: PLR2004
        return trusted and "from" in out.values and bool(out.values["from"])
    return trusted or ("@" in "".join(out.values.values()) and (_dated(out) or "subject" in out.values))


def _dated(out: _Collected) -> bool:
    return printed_date(out.values.get("date", "")) is not None


def _printed(out: _Collected, end: int) -> Printed:
    values = out.values
    return Printed(
        from_=addresses.mailbox(_plain(values.get("from", ""))),
        to=addresses.mailboxes(_plain(values.get("to", ""))),
        cc=addresses.mailboxes(_plain(values.get("cc", ""))),
        date_raw=values.get("date") or None,
        subject=values.get("subject") or None,
        languages=out.languages,
        end=end,
    )


def _plain(value: str) -> str:
    """An address line without Outlook's repeated mailto: links and without "on behalf of …"."""
    if "@" in _MAILTO.sub("", value):
        value = _MAILTO.sub("", value)
    return _BEHALF.sub("", value).replace("\\,", ",")


def _guessed(lines: Sequence[Line], start: int) -> Printed | None:
    """A header in a language that the tables lack, read by its values: an address, a date, another address, a text."""
    out = _Collected()
    end = start
    for at, value in _labelled(lines, start):
        end = at + 1
        if "from" not in out.values:
            out.add("from", value, frozenset())
        elif "date" not in out.values and printed_date(value):
            out.add("date", value, frozenset())
        elif "to" not in out.values and "@" in value:
            out.add("to", value, frozenset())
        elif "cc" not in out.values and "@" in value:
            out.add("cc", value, frozenset())
        elif "subject" not in out.values:
            out.add("subject", value, frozenset())
    if "date" not in out.values or "@" not in out.values.get("from", "") + out.values.get("to", ""):
        return None
    return _printed(out, end)


def _tabular(lines: Sequence[Line], start: int) -> Printed | None:
    """Values without colons: "From "A" <a@b>" (eM Client), or labels and values each on a line of its own (Notes)."""
    out = _Collected()
    awaited = ""
    end = start
    for at in range(start, min(len(lines), start + 16)):
        text = lines[at].text
        if not text:
            continue
        role, value = _loose(text)
        if role and role not in out.values:
            out.add(role, value, frozenset())
            awaited = "" if value else role
        elif awaited:
            out.values[awaited], awaited = text, ""
        elif "from" not in out.values and "@" in text:
            out.add("from", text, frozenset())
        elif "date" not in out.values and printed_date(text):
            out.add("date", text, frozenset())
        else:
            break
        end = at + 1
        if out.values.get("subject") and {"from", "date"} <= out.values.keys():
            break
    whole = {"from", "date", "subject"} <= out.values.keys() and "@" in out.values["from"]
    return _printed(out, end) if whole else None


def _loose(text: str) -> tuple[str, str]:
    """The role of a label without colon, and what stands behind it; ("", "") where there is none."""
    words = text.split()
    for count in (2, 1):
        name = fold(" ".join(words[:count])).strip(" :")
        roles = labels().roles.get(name)
        if roles and len(name) > 1:
            return next(iter(roles)), " ".join(words[count:])
    return "", ""


def _labelled(lines: Sequence[Line], start: int) -> Iterator[tuple[int, str]]:
    """Lines of the shape "word: value", as long as they follow each other."""
    for at in range(start, min(len(lines), start + 8)):
        cut = _colon(lines[at].text)
        if cut < 1 or not _value(lines[at].text[cut + 1 :]) or len(lines[at].text[:cut].split()) > 4:  # noqa: PLR2004
            return
        yield at, _value(lines[at].text[cut + 1 :])
