"""Check who signed a reply, where a person asks for it: the keys stand in the DNS, and asking there leaves a trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mobilize.desk import dns, review
from mobilize.desk.review import Shown
from mobilize.inbox import form
from mobilize.inbox.decode import decode
from mobilize.inbox.genuine import originals
from mobilize.inbox.signatures import Checked, Lookup, check
from mobilize.installation import Installation
from mobilize.replies import filed, log
from mobilize.replies.proof import Proof, proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """One reply, who signed it, and what is known of that."""

    shown: Shown
    proof: Proof
    #: When somebody last had it checked; None: nobody did.
    checked_at: dt.datetime | None
    #: What that found.
    checked: tuple[Checked, ...]


def signed(installation: Installation, replies: Sequence[str] = ()) -> list[Shown]:
    """The replies that bear a signature, or bring an original that does. replies: only these, by their beginnings."""
    chosen = [review.one(installation, each) for each in replies] if replies else review.entries(installation)
    return [each for each in chosen if domains(each)]


def domains(shown: Shown) -> tuple[str, ...]:
    """Whose keys a check would ask for: what a person is shown before anything leaves the machine."""
    known = shown.entry.parsed.get("authenticity")
    if not isinstance(known, dict):
        return ()
    inside = [each for each in known.get("enclosed") or [] if isinstance(each, dict)]
    named = [*(known.get("signers") or []), *(name for each in inside for name in each.get("signers") or [])]
    return tuple(dict.fromkeys(str(each) for each in named))


def check_all(
    installation: Installation, chosen: Sequence[Shown], lookup: Lookup | None = None, *, now: Callable[[], dt.datetime]
) -> Iterator[Vouched]:
    """Check the signatures of replies. Asks the DNS: call it where a person said so, and not otherwise.

    lookup: for tests; None: the name server of the settings, or the machine's own. Raises SettingsWrong where that is
    none. Yields one Vouched a reply; what was found is kept beside it.
    """
    asks = lookup or _texts(installation)
    for shown in chosen:
        moment = now()
        found = _checked(installation, shown.entry.reply, asks, moment)
        with installation.store.writing() as connection:
            slug, seal = installation.campaign.slug, installation.seal
            filed.keep_checks(connection, slug, shown.entry.reply, found, seal, now=moment)
        yield of(installation, shown)


def of(installation: Installation, shown: Shown) -> Vouched:
    """How far one reply may be taken for its author's, by all that is known. Asks nobody."""
    entry = shown.entry
    with installation.store.reading() as connection:
        known = filed.checks(connection, installation.campaign.slug, installation.seal, entry.reply)
    at, found = known.get(entry.reply, (None, ()))
    return Vouched(shown=shown, proof=proof(entry.parsed, found), checked_at=at, checked=found)


def _checked(installation: Installation, reply: str, lookup: Lookup, now: dt.datetime) -> tuple[Checked, ...]:
    """Every signature on a mail and on the originals inside it."""
    with installation.store.reading() as connection:
        origin = log.origin(connection, reply)
    if origin.startswith(form.ORIGIN):
        return ()
    data = review.original(installation, reply)
    mail = decode(data)
    found = list(check(data, mail, place="", lookup=lookup, now=now))
    for place, part in originals(mail):
        if part.message is not None and len(found) < _MOST:
            found += check(part.data, part.message, place=place, lookup=lookup, now=now)
    return tuple(found)


#: Signatures on one mail with all that it brings.
_MOST = 50


def _texts(installation: Installation) -> Lookup:
    """The DNS as signatures ask it: the text of a name, or none."""
    ask = dns.resolver(installation.settings.dns_server)

    def text(name: str) -> str | None:
        # Of several texts the one that is a key counts (RFC 6376 3.6.2.2 leaves it open).
        found = ask(name, "TXT")
        return next((each for each in found if "p=" in each), None)

    return text
