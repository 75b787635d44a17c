"""How far a reply may be taken for its author's own word: by our server, and by a check of its signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobilize.inbox.genuine import Standing, domain_of, vouches
from mobilize.inbox.signatures import Checked, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One reply's standing, in a word and in words."""

    standing: Standing
    why: str


#: Outcomes that say that somebody changed what was signed.
_AGAINST = frozenset({Outcome.BROKEN, Outcome.PARTIAL})


def proof(parsed: Mapping[str, object], checks: Sequence[Checked] = ()) -> Proof:
    """Judge a reply as it is kept. checks: the latest check of its signatures; empty: nobody asked for one.

    An attached original whose signature by its author's own domain holds is her own word, whoever passed it on. What
    our own server found of a mail is not undone by a later look at a key.
    """
    known = parsed.get("authenticity")
    known = known if isinstance(known, dict) else {}
    via = str(parsed.get("via") or "")
    before = str(known.get("standing") or ("reported" if via.startswith("forward") else "unverified"))
    standing, why = Standing(before), str(known.get("why") or "")
    author = str(parsed.get("from_address") or "").lower()
    if parsed.get("kind") == "partner_report" and not via.startswith("forward"):
        return Proof(standing=Standing.REPORTED, why="a partner tells of it")
    if standing is Standing.REPORTED:
        mine = _places_of(known, author)
        return _weighed(standing, why, [each for each in checks if each.place in mine], author, "the attached original")
    if standing is Standing.UNVERIFIED:
        return _weighed(standing, why, [each for each in checks if not each.place], author, "the mail")
    return Proof(standing=standing, why=why)


def _places_of(known: Mapping[str, object], author: str) -> set[str]:
    """The attached messages that the innermost author herself wrote."""
    enclosed = known.get("enclosed")
    return {
        str(each.get("place"))
        for each in (enclosed if isinstance(enclosed, list) else [])
        if isinstance(each, dict) and author and str(each.get("author") or "").lower() == author
    }


def _weighed(standing: Standing, why: str, found: Sequence[Checked], author: str, what: str) -> Proof:
    domain = domain_of(author)
    mine = [each for each in found if each.method == "dkim" and vouches(each.domain, domain)]
    holds = next((each for each in mine if each.outcome is Outcome.HOLDS), None)
    if holds is not None:
        return Proof(standing=Standing.GENUINE, why=f"{what} is signed by {holds.domain}, and that was checked")
    against = next((each for each in mine if each.outcome in _AGAINST), None)
    if against is not None:
        return Proof(
            standing=Standing.FAILED, why=f"the signature of {against.domain} on {what} does not hold: it was changed"
        )
    unknown = next((each for each in mine if each.outcome is Outcome.UNKNOWN), None)
    if unknown is not None:
        method = f"the signature of {unknown.domain} on {what} is made by a method"
        said = f"{method} that is not checked here: {unknown.algorithm}"
        return Proof(standing=standing, why="; ".join(filter(None, (why, said))))
    return Proof(standing=standing, why=why)
