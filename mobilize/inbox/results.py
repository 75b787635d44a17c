"""Authentication-Results (RFC 8601): which of these headers our own server wrote, and what they say.

Anybody can write such a header into a mail. So only those count that bear the name of a server of ours and stand above
the first line of another server's; of two that judge the same method the upper one is the later and the true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mobilize.inbox.fields import Fields, cut

#: The methods that are kept (RFC 8601 6.6; RFC 8617 for ARC).
METHODS = ("spf", "dkim", "dmarc", "arc")
#: A header of this length is a whole page; a longer one is not read.
_LONGEST = 16_384
#: No server adds as many; the rest is somebody's attempt.
_MOST = 20
_MOST_RESULTS = 50
#: What is quoted is data: its separators travel as characters of the private area while the rest is cut.
_HIDDEN = 0xE000
_SEPARATORS = ' \t;="()'
#: The host that wrote a Received line, and the one that it took the mail from (RFC 5321 4.4).
_BY = re.compile(r"(?:^|\s)by\s+([A-Za-z0-9.:\[\]_-]{1,255})")
_FROM = re.compile(r"^\s*from\s+([A-Za-z0-9.:\[\]_-]{1,255})")
_LOOPBACK = frozenset({"localhost", "localhost.localdomain", "127.0.0.1", "[127.0.0.1]"})
#: Where each method says whose domain it judged.
_DOMAIN_OF = {
    "spf": ("smtp.mailfrom", "smtp.helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
    "arc": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one method found."""

    #: One of METHODS.
    method: str
    #: "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy".
    result: str
    #: The domain that was judged, lower case; empty where the server does not say.
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What our own server says of a mail."""

    #: Its authserv-id; empty: no server of ours said anything.
    server: str = ""
    results: tuple[Result, ...] = ()


def judged(raw_headers: bytes, trusted: Sequence[str]) -> Judged:
    """Read what our own servers wrote above a mail.

    raw_headers: as they arrived, not decoded: an encoded word in somebody's address must not become a separator.
    trusted: names of our servers; "*.example.org" is every host below that name. Empty: nobody is believed.
    """
    fields, _ = cut(raw_headers)
    server, results = "", list[Result]()
    for name, found in _ours(fields, [each.lower().strip() for each in trusted if each.strip()]):
        server = server or name
        seen = {each.method for each in results}
        results += [each for each in found if each.method not in seen]
    return Judged(server=server, results=tuple(results[:_MOST_RESULTS]))


def topmost(raw_headers: bytes) -> str:
    """The server that the topmost of these headers names; "" where there is none. Believed by nobody: for a hint."""
    fields, _ = cut(raw_headers)
    values = (raw for name, raw in fields if name.lower() == "authentication-results" and len(raw) <= _LONGEST)
    return next((parsed(raw.decode("utf-8", "replace"))[0] for raw in values), "")[:255]


def _ours(fields: Fields, trusted: Sequence[str]) -> Iterator[tuple[str, tuple[Result, ...]]]:
    """Those headers that our own servers added, the latest first: (authserv-id, results)."""
    host, at_border, read = "", False, 0
    for name, raw in fields if trusted else ():
        lower = name.lower()
        if lower == "received":
            line = raw[:_LONGEST].decode("ascii", "replace")
            by = _host(_BY, line)
            # The first line was written by the server that keeps our mailbox, whatever its name.
            if at_border or (host and not (_is(by, trusted) or by in _LOOPBACK)):
                return
            came_from = _host(_FROM, line)
            at_border = bool(came_from) and not (_is(came_from, trusted) or came_from in _LOOPBACK)
            host = by or "unknown"
        elif lower == "authentication-results" and read < _MOST and len(raw) <= _LONGEST:
            read += 1
            server, found = parsed(raw.decode("utf-8", "replace"))
            # Microsoft's servers leave their name out; it stands in their Received line.
            server = server or host
            if found is not None and _is(server, trusted):
                yield server, found


def _host(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.search(line)
    return found[1].lower().rstrip(".") if found else ""


def _is(host: str, trusted: Sequence[str]) -> bool:
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in trusted)


def parsed(value: str) -> tuple[str, tuple[Result, ...] | None]:
    """One header: the server's name ("" where it has none) and its results; None: it is not well formed."""
    segments = _segments(value)
    if segments is None:
        return "", None
    first = segments[0]
    nameless = bool(first) and "=" in first[0]
    server = "" if nameless or not first else _shown(first[0]).lower().rstrip(".")
    made = (_result(words) for words in (segments if nameless else segments[1:]))
    return server, tuple(each for each in made if each is not None)


def _segments(value: str) -> list[list[str]] | None:
    """The words of each segment between semicolons, comments taken out; None where a quote or comment stays open."""
    plain: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
            plain.append(_hidden(char) if quoted else "")
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = char != '"'
            plain.append(_hidden(char) if quoted else "")
        elif char == '"' and not depth:
            quoted = True
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            plain.append(" ")
        elif not depth:
            plain.append(char)
    if depth or quoted:
        return None
    return [re.sub(r"\s*([=/])\s*", r"\1", segment.strip()).split() for segment in "".join(plain).split(";")]


def _hidden(char: str) -> str:
    return chr(_HIDDEN + ord(char)) if char in _SEPARATORS else char


def _shown(word: str) -> str:
    return "".join(chr(ord(char) - _HIDDEN) if 0 <= ord(char) - _HIDDEN < 128 else char for char in word)  # noqa: PLR2004


def _result(words: Sequence[str]) -> Result | None:
    """One resinfo (RFC 8601 2.2): method=result, then what it judged."""
    if not words or "=" not in words[0]:
        return None
    method, _, result = words[0].partition("=")
    method = method.partition("/")[0].lower()
    if method not in METHODS or not re.fullmatch(r"[a-z]{1,20}", result.lower()):
        return None
    told = dict(word.lower().partition("=")[::2] for word in reversed(words[1:]) if "=" in word)
    value = next((_shown(told[name]) for name in _DOMAIN_OF[method] if told.get(name)), "")
    return Result(method=method, result=result.lower(), domain=value.rpartition("@")[2].rstrip(".")[:255])
