"""Who may send for a domain (SPF, RFC 7208), evaluated for the addresses of a relay. Pure: look-ups are passed in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

#: (name, type) -> values: of TXT whole texts, of A and AAAA addresses, of MX host names. Empty: there is none.
#: Raises LookupError where the DNS gives no answer now.
Lookup = Callable[[str, str], Sequence[str]]

#: RFC 7208 4.6.4: mechanisms that ask the DNS, in all.
MOST_LOOKUPS = 10

#: An address that nobody can have (RFC 1112 4).
_NOBODY = "240.0.0.1"


class Result(StrEnum):
    """RFC 7208 2.6."""

    PASS = "pass"  # noqa: S105 - a result, and no word that opens anything
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    PERMERROR = "permerror"


_QUALIFIERS = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}
_TERM = re.compile(r"(?P<sign>[+?~-]?)(?P<name>[a-z0-9]+)(?:(?P<mark>[:=/])(?P<value>.*))?", re.IGNORECASE)


class _Wrong(Exception):
    """The record breaks a rule: permerror."""


@dataclass(slots=True)
class _State:
    lookup: Lookup
    #: Look-ups so far, of the ten.
    asked: int = 0
    #: Names of the records that were read, the first one first.
    read: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a domain's record says of some addresses."""

    #: Address -> result; where the record is broken or absent, of every address the same.
    results: dict[str, Result]
    #: Why it is a permerror; empty: it is none.
    trouble: str
    #: Domains whose records were read: the own one, and those that it includes.
    read: tuple[str, ...]
    #: Whether anybody at all may send (`+all`).
    open_to_all: bool


def records(domain: str, lookup: Lookup) -> list[str]:
    """The SPF records of a domain; there should be one."""
    return [text for text in lookup(domain, "TXT") if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)]


def evaluate(domain: str, addresses: Sequence[str], lookup: Lookup) -> Evaluated:
    """Say of each address whether the domain lets it send. Raises LookupError where the DNS gives no answer now."""
    results: dict[str, Result] = {}
    trouble, read, everyone = "", [domain], False
    for address in addresses or (_NOBODY,):
        state = _State(lookup)
        try:
            result = _check(domain, ipaddress.ip_address(address), state, depth=0)
        except _Wrong as wrong:
            result, trouble = Result.PERMERROR, str(wrong)
        read = max(read, state.read, key=len)
        if addresses:
            results[address] = result
        if result is Result.NONE:
            break
    if not trouble:
        # Who lets this one send lets everybody.
        try:
            stranger = _check(domain, ipaddress.ip_address(_NOBODY), _State(lookup), depth=0)
        except _Wrong:
            stranger = Result.NEUTRAL
        everyone = stranger is Result.PASS
    return Evaluated(results=results, trouble=trouble, read=tuple(read), open_to_all=everyone)


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _check(domain: str, address: _Address, state: _State, *, depth: int) -> Result:
    found = records(domain, state.lookup)
    if len(found) > 1:
        raise _Wrong(f"{domain} has {len(found)} SPF records; only one may be there")
    if not found:
        return Result.NONE
    if depth > MOST_LOOKUPS:
        raise _Wrong(f"{domain} includes itself")
    state.read.append(domain)
    redirect = ""
    for term in found[0].split()[1:]:
        match = _TERM.fullmatch(term)
        if match is None:
            raise _Wrong(f"{domain}: {term!r} is no part of SPF")
        if match["mark"] == "=":
            redirect = match["value"] if match["name"].lower() == "redirect" else redirect
            continue
        if _matches(match, domain, address, state, depth):
            return _QUALIFIERS[match["sign"] or "+"]
    if redirect:
        _count(state)
        result = _check(redirect, address, state, depth=depth + 1)
        if result is Result.NONE:
            raise _Wrong(f"{domain} redirects to {redirect}, which has no SPF record")
        return result
    return Result.NEUTRAL


def _count(state: _State) -> None:
    state.asked += 1
    if state.asked > MOST_LOOKUPS:
        raise _Wrong(f"more than {MOST_LOOKUPS} look-ups are needed: receivers then ignore the record")


def _matches(term: re.Match[str], domain: str, address: _Address, state: _State, depth: int) -> bool:
    name, value = term["name"].lower(), term["value"] or ""
    if name == "all":
        return True
    if name in ("ip4", "ip6"):
        return _within(address, value, domain)
    if name == "include":
        _count(state)
        result = _check(value, address, state, depth=depth + 1)
        if result is Result.NONE:
            raise _Wrong(f"{domain} includes {value}, which has no SPF record")
        return result is Result.PASS
    if name in ("a", "mx", "exists", "ptr"):
        _count(state)
        if "%" in value or name == "ptr":
            # Macros and names of addresses say nothing of a relay before it sends.
            return False
        return _named(name, term, domain, address, state)
    raise _Wrong(f"{domain}: {name!r} is no mechanism of SPF")


def _within(address: _Address, value: str, domain: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise _Wrong(f"{domain}: {value!r} is no address") from None
    return address.version == network.version and address in network


def _named(name: str, term: re.Match[str], domain: str, address: _Address, state: _State) -> bool:
    """`a`, `mx` and `exists`: by the addresses of a host, or of the hosts that take a domain's mail."""
    value = term["value"] or ""
    host, _, lengths = ("", "", value) if term["mark"] == "/" else value.partition("/")
    host = host or domain
    if name == "exists":
        return bool(state.lookup(host, "A"))
    hosts = state.lookup(host, "MX") if name == "mx" else (host,)
    bits = _length(lengths, address.version, domain)
    for found in _addresses(hosts[:MOST_LOOKUPS], state.lookup, address.version):
        network = ipaddress.ip_network(f"{found}/{bits}" if bits else found, strict=False)
        if address in network:
            return True
    return False


def _length(lengths: str, version: int, domain: str) -> str:
    """The prefix length of `a/24//64`: the first is IPv4's, the one behind two slashes IPv6's."""
    four, _, six = lengths.partition("//") if not lengths.startswith("/") else ("", "", lengths.lstrip("/"))
    chosen = four if version == 4 else six  # noqa: PLR2004 - of IP
    if chosen and not chosen.isdigit():
        raise _Wrong(f"{domain}: {lengths!r} is no length of a network")
    return chosen


def _addresses(hosts: Sequence[str], lookup: Lookup, version: int) -> Iterator[str]:
    for host in hosts:
        yield from lookup(host, "A" if version == 4 else "AAAA")  # noqa: PLR2004 - of IP
