"""Dates of headers, and dates as mail programs print them above a quoted message, to ISO 8601.

An offset is given only where the mail shows one. The precision is the precision printed: a day alone stays a day.
"""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_tz


def header_date(text: str) -> str | None:
    """A Date header (RFC 5322 3.3, obsolete forms too), with the offset that stands in it. None where unreadable."""
    try:
        parsed = parsedate_tz(text[:200])
    except (ValueError, IndexError, TypeError, OverflowError):
        parsed = None
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    offset = parsed[9]
    try:
        zone = None if offset is None else dt.timezone(dt.timedelta(seconds=offset))
        return dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).isoformat()
    except (ValueError, OverflowError):
        return None
