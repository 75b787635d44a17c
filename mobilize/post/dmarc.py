"""A domain's policy on mail in its name (DMARC, RFC 7489), and whether names are aligned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobilize.post.spf import Lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A DMARC record."""

    #: Where it stands: "_dmarc.wluml.org".
    name: str
    #: "none", "quarantine" or "reject".
    request: str
    #: Whether aligned means the same name, not the same organisation.
    strict_dkim: bool
    strict_spf: bool


def tags(record: str) -> Mapping[str, str]:
    """Read a list of tags, as DKIM and DMARC write them: "v=DMARC1; p=none"."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def policy(domain: str, lookup: Lookup) -> Policy | None:
    """Find the policy for a domain: its own, else that of a domain above it (RFC 7489 6.6.3).

    Which domain is the organisation's is not looked up in a list of public suffixes: a top-level domain has none.
    Raises LookupError where the DNS gives no answer now.
    """
    labels = domain.lower().rstrip(".").split(".")
    for start in range(max(1, len(labels) - 1)):
        above = ".".join(labels[start:])
        name = f"_dmarc.{above}"
        found = [tags(text) for text in lookup(name, "TXT") if text.lower().startswith("v=dmarc1")]
        if len(found) == 1:
            own = found[0].get("p", "none").lower()
            return Policy(
                name=name,
                request=found[0].get("sp", own).lower() if start else own,
                strict_dkim=found[0].get("adkim", "r").lower() == "s",
                strict_spf=found[0].get("aspf", "r").lower() == "s",
            )
    return None


def aligned(one: str, other: str, *, strict: bool = False) -> bool:
    """Whether two domains are aligned: the same, or (relaxed) one below the other.

    Two names below one organisation ("a.wluml.org", "b.wluml.org") would be aligned too; without a list of public
    suffixes that is not told from two organisations below one suffix, and no is the careful answer.
    """
    left, right = one.lower().rstrip("."), other.lower().rstrip(".")
    return left == right or (not strict and (left.endswith(f".{right}") or right.endswith(f".{left}")))
