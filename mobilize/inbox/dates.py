"""Dates of headers, and dates as mail programs print them above a quoted message, to ISO 8601.

An offset is given only where the mail shows one. The precision is the precision printed: a day alone stays a day.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.utils import parsedate_tz

from mobilize.inbox.calendars import elsewhere, gregorian, halves, months, zone_minutes
from mobilize.inbox.folding import fold

#: A printed date is one line; what is longer is prose.
_LONGEST = 160
#: No mail is older than mail; years before are mistakes of a clock or of a parser.
_FIRST_YEAR = 1970

#: Folded, the short form of March would be that of January.
_THAI_MARCH = ("มี.ค", "มีนาคม")
_ENGLISH = re.compile(r"\d\s?[ap]\.?m")
#: "azaroa-ren", "сар-ын": endings that a month's name takes, and the least that must stand before one.
_LONGEST_ENDING = 3
_SHORTEST_STEM = 6

_TIME = re.compile(
    r"(?<![\d:.])(\d{1,2})\s?(?:[:h]|[时時点點시]\s?)\s?(\d{2})(?:\s?(?:[:.m]|[分분]\s?)\s?(\d{2})\s?[s秒초]?)?(?:\s?[分분])?(?!\d)"
)
#: 17.55.44, 09.31: as Danish, Finnish and Italian programs print it; never the day.month of a numeric date.
_DOTTED = re.compile(r"(?<![\d.,/-])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d]|\.\d)")
_HOUR = re.compile(r"(?<![\d:./-])(\d{1,2})\s?([ap])\.?\s?m\b")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4}|\d{2})(?!\d)")
_OFFSET = re.compile(r"(gmt|utc)?\s?([+-])(\d{1,2})(?::?(\d{2}))?(?!\d)")
_VIETNAMESE = re.compile(r"\bth(?:an)?g\.?\s*(\d{1,2})")
#: Vietnamese weekdays are numbered: "Th 3", "Thứ 3", "T3".
_NUMBERED_WEEKDAY = re.compile(r"\bth?u?\s?[2-7]\b(?=[,\s])")
_BETWEEN_WORDS = re.compile(r"[\s,،;()\[\]\d]+")


def header_date(text: str) -> str | None:
    """A Date header (RFC 5322 3.3, obsolete forms too), with the offset that stands in it. None where unreadable."""
    try:
        parsed = parsedate_tz(text[:200])
    except (ValueError, IndexError, TypeError, OverflowError):
        parsed = None
    if parsed is None or parsed[0] < _FIRST_YEAR:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    offset = parsed[9]
    try:
        zone = None if offset is None else dt.timezone(dt.timedelta(seconds=offset))
        return dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    hour: int
    minute: int
    second: int
    #: Minutes east of UTC; None where none is printed.
    offset: int | None
    #: Whether AM or PM is printed in English.
    english: bool


def printed_date(text: str, *, languages: Collection[str] = (), before: str | None = None) -> str | None:
    """A date as a mail program prints it, in any of its languages.

    languages: of the labels around it, for month names that mean two months. before: the date of the mail that quotes
    it, which decides between 3/4 and 4/3. None where there is no date in the text.
    """
    if len(text) > _LONGEST or not any(char.isdigit() for char in text):
        return None
    folded = _ascii_digits(fold(text.replace(*_THAI_MARCH)))
    clock, rest = _clock(folded)
    for year, month, day in _days(rest, languages, clock, before):
        made = _iso(year, month, day, clock)
        if made:
            return made
    return None


def has_time(text: str) -> bool:
    """Whether a time of day stands in the text."""
    folded = _ascii_digits(fold(text[:_LONGEST]))
    return bool(_TIME.search(folded) or _HOUR.search(folded))


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(char, 0)) if char.isdigit() and not char.isascii() else char for char in text)


def _clock(text: str) -> tuple[_Clock | None, str]:
    """The time of day, and the text without it."""
    found = _TIME.search(text) or _last(_DOTTED, text)
    if found:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
        half, start, end = _half(text, found.start(), found.end())
    elif found := _HOUR.search(text):
        hour, minute, second, half = int(found[1]), 0, 0, f"{found[2]}m"
        start, end = found.start(), found.end()
    else:
        return None, text
    if hour > 24 or minute > 59 or second > 60:  # noqa: PLR2004 — of a clock
        return None, text[:start] + " " + text[end:]
    if half and hour <= 12:  # noqa: PLR2004 — of a clock
        hour = hour % 12 + 12 * (half == "pm")
    offset, end = _zone(text, end)
    english = bool(_ENGLISH.search(text[start:end]))
    clock = _Clock(hour=hour % 24, minute=minute, second=min(second, 59), offset=offset, english=english)
    return clock, text[:start] + " " + text[end:]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = next(iter(deque(pattern.finditer(text), maxlen=1)), None)
    is_time = found is not None and int(found[1]) < 24 and int(found[2]) < 60  # noqa: PLR2004 — of a clock
    return found if is_time else None


def _half(text: str, start: int, end: int) -> tuple[str, int, int]:
    """AM or PM beside the time, and the span with it."""
    after = text[end : end + 24]
    for word, half in halves().after:
        stripped = after.lstrip(" ")
        if stripped.startswith(word) and not stripped[len(word) : len(word) + 1].isalpha():
            return half, start, end + len(after) - len(stripped) + len(word)
    ahead = text[:start].rstrip(" ")
    for word, half in halves().ahead:
        if ahead.endswith(word) and (not word.isascii() or not ahead[: -len(word)][-1:].isalpha()):
            return half, len(ahead) - len(word), end
    return "", start, end


def _zone(text: str, end: int) -> tuple[int | None, int]:
    """The offset printed after the time, and where it ends."""
    rest = text[end : end + 24]
    lead = len(rest) - len(rest.lstrip(" (,."))
    if found := _OFFSET.match(rest, lead):
        named, sign, hours, minutes = found[1], found[2], found[3], found[4]
        if named or minutes is not None:
            value = int(hours) * 60 + int(minutes or 0)
            if value < 24 * 60:
                return (value if sign == "+" else -value), end + found.end()
    if found := re.compile(r"[^\W\d_]{1,5}").match(rest, lead):
        minutes_east = zone_minutes(found[0])
        if minutes_east is not None:
            return minutes_east, end + found.end()
    return None, end


def _days(
    text: str, languages: Collection[str], clock: _Clock | None, before: str | None
) -> Iterator[tuple[int, int, int]]:
    """Readings of the day, likeliest first."""
    if found := _YEAR_FIRST.search(text):
        yield int(found[1]), int(found[2]), int(found[3])
    if found := _YEAR_LAST.search(text):
        yield from _ordered(
            int(found[1]), int(found[2]), _full_year(found[3]), languages=languages, clock=clock, before=before
        )
    yield from _named(text, languages)


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)  # noqa: PLR2004 — a year in full


def _ordered(
    first: int, second: int, year: int, *, languages: Collection[str], clock: _Clock | None, before: str | None
) -> Iterator[tuple[int, int, int]]:
    """3/4: day first, as nearly everywhere, unless the quoting mail's date or a twelve-hour English clock says no."""
    day_first, month_first = (year, second, first), (year, first, second)
    readings = [day_first, month_first]
    likely = [each for each in readings if _just_before(each, before)]
    if len(likely) == 1:
        readings = likely + [each for each in readings if each not in likely]
    elif clock and clock.english and (not languages or "en" in languages):
        readings = [month_first, day_first]
    yield from readings


def _just_before(day: tuple[int, int, int], before: str | None) -> bool:
    """Whether a day lies in the two months before the date of the mail that quotes it."""
    try:
        quoting = dt.date.fromisoformat((before or "")[:10])
        return -1 <= (quoting - dt.date(*day)).days <= 60  # noqa: PLR2004 — two months
    except ValueError:
        return False


def _named(text: str, languages: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """12 November 2013, Nov 12, 2013, 2013. okt. 27., 26 آبان 1392."""
    text = _NUMBERED_WEEKDAY.sub(" ", text)
    month, place, calendar = _month(text, languages)
    if not month:
        return
    numbers = [(int(found[0]), found.start(), len(found[0])) for found in re.finditer(r"\d{1,4}", text)]
    years = [each for each in numbers if each[2] == 4]  # noqa: PLR2004 — digits of a year
    near = sorted((each for each in numbers if 0 < each[0] <= 31), key=lambda each: abs(each[1] - place))  # noqa: PLR2004
    near = [each for each in near if each[1] != place]
    if not near:
        return
    if years:
        day, year = near[0][0], years[0][0]
    elif len(near) > 1 and near[1][2] == 2:  # noqa: PLR2004 — 12 Nov 13
        first, second = sorted(near[:2], key=lambda each: each[1])
        day, year = first[0], 2000 + second[0]
    else:
        return
    yield gregorian(year, month, day, calendar)


def _month(text: str, languages: Collection[str]) -> tuple[int, int, str]:
    """The month named last ("mar. 12 nov.": the first word is a weekday), its place, and its calendar."""
    if found := _VIETNAMESE.search(text):
        return int(found[1]), found.start(1), ""
    tokens = [(word.strip(".'-/"), at) for word, at in _words(text)]
    best, index = (0, 0, ""), 0
    while index < len(tokens):
        # "арван нэгдүгээр сарын" is one name, as is "كانون الثاني".
        for length in (3, 2, 1):
            name = " ".join(word for word, _ in tokens[index : index + length]).strip()
            if name and (known := months().get(name) or _inflected(name)):
                best = (elsewhere(name, languages, text) or known[0], tokens[index][1], known[1])
                break
        index += length
    return best


def _inflected(word: str) -> tuple[int, str] | None:
    """A month's name with the Hebrew "in" before it, or the ending of Basque, Mongolian and Kurdish after it."""
    if word.startswith("ב"):
        return months().get(word[1:])
    for cut in range(1, _LONGEST_ENDING + 1):
        if len(word) - cut >= _SHORTEST_STEM and (known := months().get(word[:-cut])):
            return known
    return None


def _words(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for found in _BETWEEN_WORDS.finditer(text):
        if found.start() > start:
            yield text[start : found.start()], start
        start = found.end()
    if start < len(text):
        yield text[start:], start


def _iso(year: int, month: int, day: int, clock: _Clock | None) -> str | None:
    year, month, day = gregorian(year, month, day, "")
    if not _FIRST_YEAR <= year <= 2100:  # noqa: PLR2004 — later ones are numbers of files
        return None
    try:
        if clock is None:
            return dt.date(year, month, day).isoformat()
        zone = None if clock.offset is None else dt.timezone(dt.timedelta(minutes=clock.offset))
        return dt.datetime(year, month, day, clock.hour, clock.minute, clock.second, tzinfo=zone).isoformat()
    except ValueError:
        return None
