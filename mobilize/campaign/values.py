"""What a cell may hold, whichever table it stands in: a country's code, a date, text without unseen characters."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from mobilize.world import names
from mobilize.world.countries import countries

#: No real value is longer; one that is has swallowed its neighbours, or would break the letter's page.
LONGEST = 2000

#: Characters that turn the direction of what follows: names that read as another name (Unicode TR36). The plain marks
#: U+200E and U+200F are left: Arabic and Hebrew text needs them.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")


def iso_date(text: str) -> dt.date | str:
    """Read a date written as 2013-11-12; else say what is wrong with it, and how to write it where that is certain."""
    # Not date.fromisoformat alone: it also takes 20131112 and 2013-W46-2, which a spreadsheet would misread.
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return "there is no such day"
    meant = proposed_date(text)
    if meant:
        return f"write {meant}"
    if _YEAR_LAST.fullmatch(text):
        return "write year-month-day (2013-11-12): it cannot be known which number is the month"
    return "not a date: write year-month-day (2013-11-12)"


def proposed_date(text: str) -> str:
    """Write a day given in numbers as 2013-11-12 where they can mean one day only; else "".

    12/11/2013 is November in Europe and December in America; 13/11/2013 and 11/11/2013 are the same day everywhere.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        readings = {(int(match[1]), int(match[2]), int(match[3]))}
    elif match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        readings = {(year, second, first), (year, first, second)}
    else:
        return ""
    days = {day for day in (_day(*reading) for reading in readings) if day}
    return days.pop().isoformat() if len(days) == 1 else ""


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def country_sentence(text: str) -> str:
    """Say what to write in place of something that is no alpha-2 code of a member state or observer."""
    if not text:
        return "the country is empty: write its two-letter code (KE for Kenya)"
    code = names.find(text)
    if code:
        return f'write "{code}", the two-letter code of {countries()[code].names["en"]}'
    close = names.close(text)
    if close:
        also = " or ".join(f'"{each}" ({countries()[each].names["en"]})' for each in close)
        return f"not a country that is known here: is {also} meant?"
    return "not a member state or observer of the United Nations: write its two-letter code (KE for Kenya)"


def unfit(text: str) -> str:
    """Say what makes a text unfit for a letter; empty: nothing does. Line breaks and tabs become blanks."""
    if len(text) <= LONGEST and text.isascii() and text.isprintable():
        return ""
    for character in text:
        if character.isascii() and (character >= " " or character in "\n\r\t") and character != "\x7f":
            continue
        if character == "\ufffd":
            return "a letter was lost here before (U+FFFD): save the file again from its source, as UTF-8"
        if character in _OVERRIDES or unicodedata.category(character) in ("Cc", "Cs", "Co"):
            return f"an unseen character stands in it (U+{ord(character):04X}): type the value anew"
    if repaired(text) != text:
        return f'a letter was encoded twice before: write "{repaired(text)[:60]}"'
    if len(text) > LONGEST:
        return f"{len(text)} characters, where {LONGEST} are the most: shorten it"
    return ""


def repaired(text: str) -> str:
    """Undo a doubled encoding ("CÃ´te d'Ivoire"): UTF-8 that was read as a Western code page and saved as UTF-8 again.

    Anything else stays: text that is no such accident is not valid UTF-8 once its letters are bytes.
    """
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def one_line(text: str) -> str:
    """Join the lines of a cell, and its runs of blanks, by one blank."""
    return " ".join(text.split())
