"""Month names, halves of the day, zones, and calendars other than the Gregorian: what a printed date is made of."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from mobilize.inbox.folding import fold
from mobilize.inbox.labels import table, words

#: Solar Hijri months: Iran's names, Afghanistan's names. Gmail and Outlook print them for Persian users.
_JALALI = (
    "فروردین|حمل",
    "اردیبهشت|ثور",
    "خرداد|جوزا",
    "تیر|سرطان",
    "مرداد|امرداد|اسد",
    "شهریور|سنبله",
    "مهر|میزان",
    "آبان|عقرب",
    "آذر|قوس",
    "دی|جدی",
    "بهمن|دلو",
    "اسفند|حوت",
)
JALALI = "jalali"

#: Zone names that mean one offset wherever they are printed; minutes east of UTC.
#: (IST, CST of China, AST, BST of Bangladesh … are left out: two places, two offsets.)
_ZONES = {
    "z": 0, "gmt": 0, "utc": 0, "ut": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "mez": 60, "mesz": 120, "oez": 120,
    "oesz": 180, "hnec": 60, "heec": 120, "sec": 60, "selc": 120,
    "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "wib": 420, "wita": 480, "wit": 540, "pht": 480, "pkt": 300,
    "npt": 345, "eat": 180, "cat": 120, "wat": 60, "sast": 120, "brt": -180, "art": -180, "nzst": 720, "nzdt": 780,
    "aest": 600, "aedt": 660, "awst": 480, "trt": 180, "мск": 180,
}  # fmt: skip

#: Halves of the day that stand ahead of the time, and words for its parts that CLDR keeps elsewhere.
_AHEAD = (
    "上午:am|早上:am|凌晨:am|清晨:am|中午:pm|下午:pm|晚上:pm|午前:am|午後:pm|오전:am|오후:pm|öö:am|ös:pm|de.:am|du.:pm"
    "|am:am|pm:pm|π.μ.:am|μ.μ.:pm"
)
_AFTER = (
    "a.m.:am|p.m.:pm|a. m.:am|p. m.:pm|am:am|pm:pm|صباحًا:am|مساءً:pm|مساء:pm|ص:am|م:pm|ق.ظ.:am"
    "|ب.ظ.:pm|قبل از ظهر:am|بعد از ظهر:pm|öö:am|ös:pm|de.:am|du.:pm"
)
#: In CLDR, yet a preposition in another language when it stands after a time.
_NOT_AFTER = frozenset({"de", "em", "to", "du", "a", "p", "os", "oo"})
_CROATIAN = re.compile(r" u |\d{4}\.(?!\d)")
#: No year of the Gregorian or solar Hijri calendar in a mail is this late: it is the Buddhist era's.
_BUDDHIST_FROM = 2400
_BUDDHIST_AHEAD = 543


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    """Words for AM and PM, folded, the longest first."""

    ahead: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]


@cache
def _calendar() -> dict[str, dict[str, object]]:
    return table("calendar.toml")


@cache
def months() -> Mapping[str, tuple[int, str]]:
    """Folded month name -> (number, calendar: "" or JALALI)."""
    found: dict[str, tuple[int, str]] = {}
    for number, names in enumerate(_JALALI, 1):
        for name in words(names):
            found[name] = (number, JALALI)
    for key, listed in _calendar()["months"].items():
        for name in str(listed).split("|"):
            found[name] = (int(key), "")
    return found


def elsewhere(name: str, languages: Collection[str], text: str) -> int:
    """The number of a month whose name means another month in these languages; 0 for all others.

    text: the whole date. Croatian writes "listopada 2021. u 14:25"; Polish and Czech have no such dot and "u".
    """
    for code, names in _calendar()["elsewhere"].items():
        assert isinstance(names, dict)
        if name in names and (list(languages) == [code] or code == "th" or (code == "hr" and _CROATIAN.search(text))):
            return int(names[name])
    return 0


@cache
def halves() -> Halves:
    """AM and PM in all languages."""
    after = dict(_pairs(_AFTER))
    for half, listed in _calendar()["halves"].items():
        for word in str(listed).split("|"):
            if word not in _NOT_AFTER:
                after.setdefault(word, half)
    return Halves(ahead=_longest_first(dict(_pairs(_AHEAD))), after=_longest_first(after))


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(fold(word), half) for word, _, half in (each.rpartition(":") for each in text.split("|"))]


def _longest_first(found: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True))


def zone_minutes(name: str) -> int | None:
    """Minutes east of UTC of a zone's folded name; None where it means several or nothing."""
    return _ZONES.get(name)


def gregorian(year: int, month: int, day: int, calendar: str) -> tuple[int, int, int]:
    """A day in the Gregorian calendar. A year of the 14th or 15th century is solar Hijri, one after 2400 Buddhist."""
    if calendar == JALALI or 1300 <= year < 1500:  # noqa: PLR2004 — 1921 to 2120
        return _from_jalali(year, month, day)
    if year > _BUDDHIST_FROM:
        return year - _BUDDHIST_AHEAD, month, day
    return year, month, day


def _from_jalali(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Solar Hijri to Gregorian, exact for 1178-1633 (the 33-year cycle, after Birashk)."""
    year += 1595
    days = -355668 + 365 * year + year // 33 * 8 + (year % 33 + 3) // 4 + day
    days += (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186  # noqa: PLR2004 — six months of 31 days
    out, days = 400 * (days // 146097), days % 146097
    if days > 36524:  # noqa: PLR2004 — days of a century
        days -= 1
        out, days = out + 100 * (days // 36524), days % 36524
        days += days >= 365  # noqa: PLR2004
    out, days = out + 4 * (days // 1461), days % 1461
    if days > 365:  # noqa: PLR2004
        out, days = out + (days - 1) // 365, (days - 1) % 365
    day = days + 1
    leap = (out % 4 == 0 and out % 100 != 0) or out % 400 == 0
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    for number, length in enumerate(lengths, 1):
        if day <= length:
            return out, number, day
        day -= length
    return out, 12, 31
