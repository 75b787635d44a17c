"""Why a mail was not delivered: a server's words and codes to a reason, and what follows for the address.

The table is `lexicon/bounces.toml`. RFC 3463 for the enhanced codes, RFC 5321 4.2 for the basic ones.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import cast

from mobilize.inbox.folding import fold

_ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_BASIC = re.compile(r"(?:^|[\s:;(#<>])([45])[0-5]\d(?=[\s\-:;,)#]|$)")
#: The reason shown is a line, not a page.
_MOST_REASON = 300
#: A diagnosis is short; a whole returned mail is not read for reasons.
_MOST_DIAGNOSIS = 4_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a diagnosis means."""

    permanent: bool
    dead: bool
    #: Enhanced status code, "" where none was found.
    status: str
    #: In plain words, with the server's own.
    reason: str


@dataclass(frozen=True, slots=True)
class _Reason:
    says: str
    permanent: bool
    dead: bool
    codes: frozenset[str]
    words: tuple[str, ...]


@functools.cache
def table(section: str, key: str = "words") -> tuple[str, ...]:
    """The folded words of a section of the table."""
    words = cast("dict[str, list[str]]", _file()[section])[key]
    return tuple(fold(word) for word in words)


def says_why(words: str) -> bool:
    """Whether a line gives a code or a reason of the table."""
    return _BASIC.search(words) is not None or _reason(fold(words), "") is not None


def verdict(
    diagnosis: str, *, status: str = "", delayed: bool = False, final: bool = False, around: str = ""
) -> Verdict:
    """What becomes of an address after these words.

    diagnosis: the server's words. status: the report's own code, where it has one; a code in the words is the refusing
    server's own and goes first. delayed: the report says that it is still trying; final: that it has given up.
    around: what the notice says of this address, where the diagnosis stands elsewhere.
    """
    words = fold(diagnosis[:_MOST_DIAGNOSIS])
    code = _code(words, status)
    reason = _reason(words, code)
    permanent = not delayed and not (_is_full(reason) and _invites(f"{words}\n{fold(around[:_MOST_DIAGNOSIS])}"))
    permanent = permanent and _permanent(words, code, reason, final=final)
    dead = permanent and reason is not None and reason.dead
    shown = " ".join(diagnosis.split())[:_MOST_REASON]
    plain = reason.says if reason else ("delivery delayed, still being tried" if delayed else "refused or failed")
    return Verdict(permanent, dead, code, f"{plain}: {shown}" if shown else plain)


def _is_full(reason: _Reason | None) -> bool:
    return reason is not None and reason.says == "mailbox full"


def _invites(words: str) -> bool:
    """Whether a notice asks to try again: "the mailbox is full now, please resend later"."""
    return any(each in words for each in table("again"))


def _permanent(words: str, code: str, reason: _Reason | None, *, final: bool) -> bool:
    """The code decides, then the words.

    4.x behind "failed" says that the next letter may arrive. A full mailbox that was refused for good and of which
    nobody says "later" is final for this letter, never dead.
    """
    if code[:1] == "4" and any(each in words for each in table("expired")):
        return True
    if code:
        return code[0] == "5"
    basic = _BASIC.findall(words)
    if basic:
        return bool(basic[-1] == "5")
    return final or reason is None or reason.permanent or _is_full(reason)


def _code(words: str, status: str) -> str:
    """The most telling code: the refusing server's own over the report's; of several the last, which was its answer."""
    found = [".".join(groups) for groups in _ENHANCED.findall(words)]
    telling = [code for code in found if not code.endswith(".0.0")]
    return telling[-1] if telling else status or next(iter(found), "")


def _reason(words: str, code: str) -> _Reason | None:
    """Words say more than codes: servers give 5.7.1 for an unknown user and 5.1.1 for a full mailbox."""
    reasons = _reasons()
    for reason in reasons:
        if any(word in words for word in reason.words):
            if reason.says == "refused by the receiver's rules" and (better := _by_code(code)) is not None:
                return better
            return reason
    return _by_code(code)


def _by_code(code: str) -> _Reason | None:
    return next((reason for reason in _reasons() if code in reason.codes), None)


@functools.cache
def _reasons() -> tuple[_Reason, ...]:
    return tuple(
        _Reason(
            says=str(entry["says"]),
            permanent=bool(entry["permanent"]),
            dead=bool(entry["dead"]),
            codes=frozenset(cast("list[str]", entry["codes"])),
            words=tuple(fold(word) for word in cast("list[str]", entry["words"])),
        )
        for entry in cast("list[dict[str, object]]", _file()["reason"])
    )


@functools.cache
def _file() -> dict[str, object]:
    text = resources.files("mobilize.inbox.lexicon").joinpath("bounces.toml").read_text("utf-8")
    return tomllib.loads(text)
