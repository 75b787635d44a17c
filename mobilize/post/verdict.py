"""The server's answer -> what becomes of the letter, and why in plain words. Every SMTP code of the program is here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mobilize.post.schedule import TRY_FOR, plainly, retry
from mobilize.post.states import State


class Stage(StrEnum):
    """How far a transaction had come when the answer, or the failure, came."""

    #: Before anything of this letter was said.
    CONNECT = "connect"
    MAIL = "mail from"
    RCPT = "rcpt to"
    DATA = "data"
    #: The text is going out; its final dot is not.
    BODY = "body"
    #: All was handed over; the answer after the final dot counts.
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from the server, or that nothing did."""

    stage: Stage
    #: SMTP code; None: the connection ended, or the time ran out.
    code: int | None
    #: The reply line, or what happened to the connection, in words; may hold addresses.
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a letter."""

    state: State
    #: In plain words, no address in it.
    reason: str
    #: x.y.z (RFC 3463); empty: none given.
    enhanced: str
    #: Seconds until the next try; None where there is none.
    retry_after: float | None


#: RFC 3463 class-less codes -> plain words. The first number says whether for good, so it is not part of the key.
_PLAIN = {
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail domain",
    "1.3": "the address is not written as that server wants it",
    "1.6": "the mailbox has moved, and no new address is known",
    "1.10": "that domain takes no mail at all",
    "2.0": "the mailbox takes no mail now",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "2.3": "the message is too long for that mailbox",
    "3.4": "the message is too big for that server",
    "4.1": "the addressee's server does not answer",
    "4.2": "the connection to the addressee's server broke",
    "4.4": "the way to the addressee's server is not known",
    "4.5": "the account's daily limit is reached",
    "4.7": "the addressee's server could not be reached in time",
    "5.3": "too many recipients",
    "6.7": "that server does not take addresses beyond ASCII",
    "7.0": "refused by policy",
    "7.1": "that server does not let us send to this address",
    "7.8": "the login was refused",
    "7.26": "refused: neither SPF nor DKIM proves that the mail is ours",
    "7.515": "refused: the sending domain is not authenticated as that server demands",
}

#: Codes without an enhanced one (RFC 5321 4.2.3).
_BARE = {
    421: "the server closes the connection",
    450: "the mailbox is busy or the server wants us to come back (greylisting)",
    451: "the server had a problem of its own, or wants us to come back (greylisting)",
    452: "the server has no room",
    454: "the server cannot do this now",
    550: "the server refuses this address",
    551: "the mailbox is elsewhere",
    552: "the mailbox is full, or the message too big",
    553: "the address is not written as that server wants it",
    554: "the server refuses the message",
    555: "the server does not know what the address needs",
}

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")


def verdict(answer: Answer, attempt: int, *, age: float = 0.0, jitter: float = 0.5) -> Verdict:
    """Decide what becomes of a letter after the server's answer.

    attempt: tries so far, from 1. age: seconds since the first. jitter: 0 to 1, spreads retries so that they do not
    come back all at once.
    Returns the next state; if deferred, the seconds until the earliest retry.
    Never raises: an unknown code is `failed` (5xx) or `deferred`. Source: RFC 5321 4.2.1; RFC 3463.
    """
    enhanced = enhanced_code(answer.text)
    kind = answer.code // 100 if answer.code is not None else None
    if answer.code is None or kind not in _CLASSES:
        if answer.stage is Stage.TEXT:
            reason = "no answer after the text was handed over"
            return Verdict(state=State.IN_DOUBT, reason=reason, enhanced="", retry_after=None)
        return _later(f"no answer ({answer.stage})", "", retry(attempt, age, jitter))
    if kind == 2 and answer.stage is Stage.TEXT:  # noqa: PLR2004 - the class of a reply code
        return Verdict(state=State.SENT, reason="", enhanced=enhanced, retry_after=None)
    reason = plain(answer.code, enhanced)
    if kind == 5 and enhanced not in _QUOTA:  # noqa: PLR2004
        return Verdict(state=State.FAILED, reason=reason, enhanced=enhanced, retry_after=None)
    return _later(reason, enhanced, retry(attempt, age, jitter))


#: Classes of reply codes that decide: done, later, never. 354 where a letter's fate was asked for says nothing.
_CLASSES = (2, 4, 5)


def _later(reason: str, enhanced: str, wait: float | None) -> Verdict:
    if wait is None:
        tried = f"{reason}; tried for {plainly(TRY_FOR)}"
        return Verdict(state=State.FAILED, reason=tried, enhanced=enhanced, retry_after=None)
    return Verdict(state=State.DEFERRED, reason=reason, enhanced=enhanced, retry_after=wait)


#: Enhanced codes (after the class) of servers that want fewer connections or a slower pace, and the words of those that
#: give none. 4.3.2 and 4.7.0: Microsoft 365, Gmail; 4.7.28: Gmail; 4.5.3: too many in one session.
_SLOWER = frozenset({"3.2", "5.3", "7.0", "7.28", "7.500"})
_SLOWER_WORDS = re.compile(
    r"too many|rate.?limit|slow(ing)? down|throttl|concurrent|connections? limit|limit (was )?exceeded|too fast",
    re.IGNORECASE,
)


#: 5xx, and yet it passes with the day: Gmail's daily sending limit.
_QUOTA = frozenset({"5.4.5"})


def refuses_us(answer: Answer) -> bool:
    """Whether the answer is about who we are, so that every letter would get it: the sender, the login, the quota.

    What MAIL FROM is refused for good for, but for the size of this one letter and what its addresses need.
    """
    enhanced = enhanced_code(answer.text)
    if enhanced in _QUOTA:
        return True
    return (
        answer.stage in (Stage.CONNECT, Stage.MAIL)
        and answer.code is not None
        and answer.code // 100 == 5  # noqa: PLR2004
        and answer.code not in (552, 553, 555)
        and enhanced not in ("5.3.4", "5.6.7")
    )


def asks_for_less(answer: Answer) -> bool:
    """Whether the answer is about us pressing the server too hard, not about this letter (complaints A 13).

    Greylisting (450 or 451 to RCPT TO) is not: it concerns one address.
    """
    if answer.code is None or answer.code // 100 != 4:  # noqa: PLR2004
        return False
    if answer.code in (421, 432):
        return True
    if _SLOWER_WORDS.search(answer.text[:500]):
        return True
    return answer.stage in (Stage.CONNECT, Stage.MAIL) and enhanced_code(answer.text)[2:] in _SLOWER


def enhanced_code(text: str) -> str:
    """Find x.y.z in a reply line (RFC 2034); empty: there is none."""
    found = _ENHANCED.search(text[:1000])
    return found[1] if found else ""


def plain(code: int, enhanced: str) -> str:
    """Say an answer in words: by the enhanced code where it is known, else by the code, else by its class."""
    detail = enhanced.partition(".")[2]
    words = _PLAIN.get(detail) or _BARE.get(code)
    if words is None and detail.startswith("7."):
        words = "refused by policy"
    if words is None:
        words = "refused for good" if code >= 500 else "not now"  # noqa: PLR2004
    return f"{words} ({code}{' ' + enhanced if enhanced else ''})"


def without_addresses(text: str) -> str:
    """Take addresses and line ends out of a reply line, so that it may stand in the ledger and on a screen."""
    return " ".join(_ADDRESS.sub("<address>", text[:500]).split())


def is_dead(enhanced: str, code: int | None) -> bool:
    """Whether an answer says that the address itself is dead, not that mail was refused for another reason."""
    return enhanced in {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"} or (code == 550 and not enhanced)  # noqa: PLR2004
