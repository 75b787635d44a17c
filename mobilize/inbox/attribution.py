"""The line above a quote that names who wrote it and when: "On 8 Nov 2013, at 15:46, A <a@b> wrote:"."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from functools import cache

from mobilize.inbox import addresses, blocks
from mobilize.inbox.blocks import Printed
from mobilize.inbox.dates import has_time, printed_date
from mobilize.inbox.folding import fold
from mobilize.inbox.labels import labels
from mobilize.inbox.lines import Line
from mobilize.inbox.mail import Address

#: Programs wrap such a line at 72 to 78 characters, Gmail for Android over five lines.
_MOST_LINES = 6
_LONGEST = 420
_DASHES = " -–—_=*>\t"
_ENDS = (":", "：", "：:")
_BRACKETED = re.compile(
    r"[<(\[]?\s*(?:mailto:)?[^\s<>()\[\]\"“”«»,;:]{1,128}@[^\s<>()\[\]\"“”«»,;:]{1,255}(?:\s?<mailto:[^<>]*>)?\s*[>)\]]?"
)
#: Where a date in a line ends: after its time with what belongs to it, or after its year.
_DATE_END = re.compile(
    r"(?:\d{1,2}\s?[:.h时時]\s?\d{2}(?:[:.]\d{2})?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4})"
    r"(?:\s?(?:[ap]\.?\s?m\b\.?|uhr\b|h\b|[صم](?=[\s,،]|$)|(?:gmt|utc)?"
    r"\s?[+-]\d{1,2}:?\d{0,2}|gmt|utc|\([^()]{2,8}\)))*",
    re.IGNORECASE,
)
#: Marks of direction that programs put around names and addresses in right-to-left lines.
_BIDI = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_TO_STRIP = " \t,،，;:：-–—\"'“”«»„*.()<>[]"
#: Words between date and name; lower case alone: "La Red" and "A. B." are names.
_LEADS = re.compile(
    r"^(?:keltezéssel|heeft|je oseba|ο χρήστης|μ\.μ\.|π\.μ\.|PTG|PG|lietotājs|kasutaja|vartotojas|utente|bruker|bruger"
    r"|用户|używatel|používateľ|uživatel|utilizator|felhasználó|gebruiker|usuario|utilisateur|tarihinde"
    r"|użytkownik|пользователь|користувач"
    r"|by|von|from|от|від|من|جاء من|par|de|da|på|at|le|la|a|em|om|am|um|於|于|在|,|،|\s)+(?=\s|$)",
)


def read(lines: Sequence[Line], start: int) -> Printed | None:
    """The attribution that begins at line `start`; None where there is none. Its `end` is the line after it."""
    first = lines[start]
    if first.blank or len(first.text) > _LONGEST or not _may_begin(first.text):
        return None
    joined, last = "", start
    for at in range(start, min(len(lines), start + _MOST_LINES)):
        line = lines[at]
        torn = line.depth == first.depth + 1 and joined.count("<") > joined.count(">")  # "> wrote:" is no quote
        if (line.depth != first.depth and not torn) or (line.blank and not _is_open(joined)):
            break
        if line.blank:
            continue
        if at > start and blocks.label(line.text):
            break
        joined, last = f"{joined} {'>' * torn}{line.text}".strip(), at
        if len(joined) > _LONGEST:
            break
        found = _read(joined, quoted_below=_quoted_below(lines, at + 1, first.depth))
        if found and not (at > start and _begins_later(lines, start, at)):
            return _ending(found, last + 1)
        if line.text.endswith(_ENDS) and _balanced(joined):  # no attribution goes on behind its colon
            break
    return None


def _may_begin(text: str) -> bool:
    """A quick look: most lines of a letter cannot begin an attribution."""
    if any(char.isdigit() for char in text) or "@" in text:
        return True
    return text.endswith((":", "：", "-", "<")) or text.startswith(("-", '"'))


def _is_open(joined: str) -> bool:
    """Whether a blank line may stand inside: the line so far begins with a date and names somebody."""
    return bool(joined) and not joined.endswith((".", "!", "?", ":")) and has_time(joined)


def _quoted_below(lines: Sequence[Line], at: int, depth: int) -> bool:
    for line in lines[at : at + 3]:
        if not line.blank:
            return line.depth > depth or line.text.startswith("|")
    return False


def _begins_later(lines: Sequence[Line], start: int, end: int) -> bool:
    """Whether the same attribution reads as well from a later line on: then this line is prose above it."""
    for later in range(start + 1, end + 1):
        text = " ".join(line.text for line in lines[later : end + 1] if not line.blank)
        found = _read(text, quoted_below=False)
        if found and (found.date_raw or not _dated(lines[start].text)):
            return True
    return False


def _dated(text: str) -> bool:
    return printed_date(text[:160]) is not None


def _ending(found: Printed, end: int) -> Printed:
    return Printed(from_=found.from_, date_raw=found.date_raw, end=end)


def _read(text: str, *, quoted_below: bool) -> Printed | None:
    """An attribution that is the whole of this text."""
    stripped = text.translate(_BIDI).strip()
    dashed = stripped[:1] in "-–—" and stripped[-1:] in "-–—"
    framed = stripped.startswith(">>> ") and stripped.endswith(" >>>")  # GroupWise
    bare = stripped.strip(_DASHES) if dashed or framed else stripped.strip(" -–—_=*\t")
    dashed = dashed or framed
    if not _balanced(bare) or not (dashed or _may_end(bare, quoted_below=quoted_below)):
        return None
    verb = _verb().search(fold(bare))
    ends = bare.endswith(_ENDS) or dashed or (verb is not None and len(fold(bare)) - verb.end() < 2)  # noqa: PLR2004
    if not ends and not (quoted_below and bare.endswith((">", ")"))):
        return None
    address = _BRACKETED.search(bare)
    if verb is None and address is None:
        return None
    date, name = _parts(bare, address)
    if not _enough(
        bare, date, has_address=address is not None, has_verb=verb is not None, quoted_below=quoted_below or dashed
    ):
        return None
    who = addresses.mailbox(f"{name} <{_address(address)}>" if address else name)
    return Printed(from_=who or Address(name="", address=""), date_raw=date)


def _may_end(text: str, *, quoted_below: bool) -> bool:
    """A quick look: whether an attribution can end so."""
    if text.endswith((*_ENDS, ")", ">")):
        return text.endswith(_ENDS) or quoted_below or text[-1] == ")"
    return fold(text[-40:]).endswith(labels().wrote)


def _enough(text: str, date: str | None, *, has_address: bool, has_verb: bool, quoted_below: bool) -> bool:
    """Whether the parts found make an attribution rather than a sentence with a colon."""
    if has_address and date:
        return True
    if has_verb and has_address:
        return len(text.split()) < 16  # noqa: PLR2004 — a name, an address, a verb
    if has_verb and date:
        return has_time(text) or quoted_below or _opens(text)
    return has_verb and quoted_below and len(text.split()) < 9 and not text[:1].islower()  # noqa: PLR2004 — "A B wrote:"


def _opens(text: str) -> bool:
    first = fold(text).split(" ", 1)[0].strip(",")
    return first in labels().openers or first[:1].isdigit()


def _balanced(text: str) -> bool:
    return text.count("<") == text.count(">") and text.count("(") <= text.count(")")


@cache
def _verb() -> re.Pattern[str]:
    """Any "wrote"; in scripts without spaces, anywhere."""
    spaced = "|".join(re.escape(word) for word in labels().wrote if ord(word[0]) < 0x2E80)  # noqa: PLR2004
    joined = "|".join(re.escape(word) for word in labels().wrote if ord(word[0]) >= 0x2E80)  # noqa: PLR2004
    return re.compile(rf"(?:^|[\s,>)\"']|(?<=[.:]))(?:{spaced})(?=[\s:,;<-]|$)|(?:{joined})")


def _parts(text: str, address: re.Match[str] | None) -> tuple[str | None, str]:
    """The date as printed, and the name."""
    before, after = (text[: address.start()], text[address.end() :]) if address else (text, "")
    for segment, other in ((before, ""), (after, before)):
        last = next(iter(deque(_DATE_END.finditer(segment), maxlen=1)), None)
        if last and (date := _date_of(segment[: last.end()])):
            return date, _name(other or segment[last.end() :])
    return None, _name(before)


def _date_of(text: str) -> str | None:
    """The date in a beginning of the line, without the words before it."""
    words = text.split()
    for drop in range(min(len(words), 9)):
        rest = " ".join(words[drop:])
        if len(rest) < 160 and printed_date(rest):  # noqa: PLR2004 — see dates
            shorter = " ".join(words[drop + 1 :])
            if drop + 1 < len(words) and printed_date(shorter) == printed_date(rest) and not words[drop][:1].isdigit():
                continue
            return rest.strip(_TO_STRIP.replace(".", "").replace("(", "").replace(")", ""))
    return None


def _name(text: str) -> str:
    """A display name without verbs and prepositions around it."""
    name = text.strip(_TO_STRIP).split("<", 1)[0].strip(_TO_STRIP)
    if (found := _verb().search(fold(name))) and len(fold(name)) == len(name):
        name = name[: found.start()] if found.start() > len(name) - found.end() else name[found.end() :]
    return _LEADS.sub("", name.strip(_TO_STRIP)).strip(_TO_STRIP)


def _address(found: re.Match[str]) -> str:
    inner = addresses.ADDRESS.search(found[0].replace("mailto:", " "))
    return inner[0].strip(".") if inner else ""
