"""When a letter may go: how long until the next try, how many a minute, and when a run will end. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

#: Seconds to the first retry, and the most between two: greylisting opens after five minutes, a day has six tries.
FIRST_RETRY, LAST_RETRY = 300.0, 4 * 3600.0

#: Seconds for which a letter is tried, from its first try on (RFC 5321 4.5.4.1: four to five days; ours age faster).
TRY_FOR = 3 * 86_400.0

#: Seconds by which a turn of a domain may be booked ahead: long enough to keep a rate of many a second even.
AHEAD = 0.5


def retry(attempt: int, age: float, chance: float) -> float | None:
    """Seconds until the next try after so many (from 1): doubled each time, spread by a fifth either way.

    age: seconds since the first try. chance: from 0 to 1. Returns None where it was tried for long enough.
    """
    if age >= TRY_FOR:
        return None
    wait = min(FIRST_RETRY * 2 ** min(attempt - 1, 16), LAST_RETRY)
    return float(wait * (0.8 + 0.4 * chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast letters may go. Zero: no limit."""

    per_second: float = 0
    per_minute: float = 0
    per_day: int = 0
    #: Letters a minute to one destination domain.
    per_domain: float = 0
    connections: int = 5
    #: Letters that one connection carries before it is opened anew: small relays close it after about a hundred.
    letters_a_connection: int = 100

    @property
    def is_limited(self) -> bool:
        """Whether a letter has to wait for its turn."""
        return bool(self.per_second or self.per_minute or self.per_day or self.per_domain)

    @property
    def interval(self) -> float:
        """Seconds between two letters, whatever their destination; 0: none."""
        return max(
            (1 / self.per_second if self.per_second else 0.0), (60 / self.per_minute if self.per_minute else 0.0)
        )

    @property
    def domain_interval(self) -> float:
        """Seconds between two letters to one domain; 0: none."""
        return 60 / self.per_domain if self.per_domain else 0.0


#: What usual accounts bear, by the name that SMTP_PRESET gives. Sources: Microsoft, "Exchange Online limits" (3
#: concurrent connections, 30 messages a minute, 10,000 recipients a day); Google, "Gmail sending limits" (500 a day for
#: a personal account, 2,000 for Workspace); domain/rules.md B19 for "careful". An own server has no limit but ours.
PRESETS: Mapping[str, Pace] = {
    "": Pace(),
    "own": Pace(connections=10, letters_a_connection=1000),
    "microsoft365": Pace(per_minute=30, per_day=10_000, connections=3),
    "gmail": Pace(per_minute=20, per_day=500, connections=2),
    "workspace": Pace(per_minute=60, per_day=2_000, connections=5),
    "careful": Pace(per_minute=20, per_domain=4, connections=2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A booked moment to send, in seconds, and what is then the earliest for the next."""

    at: float
    overall: float
    domain: float


def turn(overall: float, domain: float, pace: Pace, now: float) -> Turn | None:
    """Book the next moment at which a letter may go.

    overall, domain: moments from which the next letter, and the next to this domain, may go.
    Returns None, with nothing booked, where the domain is not free: another letter may then go in its place.
    """
    if domain - now > AHEAD:
        return None
    at = max(now, overall, domain)
    return Turn(at=at, overall=at + pace.interval, domain=at + pace.domain_interval)


def seconds_needed(letters: int, pace: Pace, *, a_letter: float) -> float:
    """How long a run of so many letters will take: by the pace, or by the work of a letter where that takes longer.

    a_letter: seconds that making and handing over one letter takes, as measured.
    """
    if letters <= 0:
        return 0.0
    even = letters * max(pace.interval, a_letter / max(1, pace.connections))
    if not pace.per_day or letters <= pace.per_day:
        return even
    whole_days = math.ceil(letters / pace.per_day) - 1
    rest = letters - whole_days * pace.per_day
    return whole_days * 86_400.0 + rest * max(pace.interval, a_letter)


def plainly(seconds: float) -> str:
    """Say a length of time as a person would: "40 seconds", "12 minutes", "3 hours 20 minutes", "2 days 1 hour"."""
    whole = max(1, round(seconds))
    if whole < 90:  # noqa: PLR2004 - up to a minute and a half, seconds say more
        return _count(whole, "second")
    minutes = round(whole / 60)
    if minutes < 60:  # noqa: PLR2004
        return _count(minutes, "minute")
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = ((days, "day"), (hours, "hour")) if days else ((hours, "hour"), (rest, "minute"))
    return " ".join(_count(number, word) for number, word in parts if number)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"
