"""The second person's job: approve exactly what will be sent. Any change afterwards voids it.

An approval is bound to a seal of each letter: all that its addressee reads, its paper, and whom it goes to. So a run
that was interrupted goes on under it, and a run with one word changed does not begin.

Who approves is the name that was typed: it says who answers for it, and proves it no more than a name on paper does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobilize.campaign.campaign import Campaign
from mobilize.desk.plan import Plan
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.merge import Letter
from mobilize.letter.pdf import TEMPLATE
from mobilize.store import approvals

#: Letters that an error names; how many more there are is said.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What a plan has that nobody approved."""

    #: Contacts whose letter is another than the one that was approved.
    changed: tuple[str, ...]
    #: Contacts whose letter was never approved.
    new: tuple[str, ...]
    #: Contacts whose letter only the sender has approved.
    own: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.new or self.own)


def seals(letters: Sequence[Letter], campaign: Campaign) -> dict[str, str]:
    """Seal letters: SHA-256 (hex) over what is read, how it is set, from whom and to whom it goes, by letter."""
    # The same for all: hashed once, since an image may have megabytes.
    images = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(campaign.images.items())}
    look = (campaign.sender.address, campaign.templates.get(TEMPLATE, ""), images)
    return {letter.id: _seal((letter.digest, letter.contact.emails, *look)) for letter in letters}


def _seal(what: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()


def hash_of(sealed: Mapping[str, str]) -> str:
    """Hash a set of sealed letters, whatever their order: what an approver reads out and confirms."""
    return hashlib.sha256("\n".join(sorted(f"{letter} {seal}" for letter, seal in sealed.items())).encode()).hexdigest()


def approve(installation: Installation, plan: Plan, *, by: str, hash: str, now: dt.datetime) -> int:  # noqa: A002 - as it is called
    """Approve the letters of a plan.

    by: who does. hash: of the letters that this person was shown, or at least its first eight signs.
    Returns how many letters. Raises Refused where the letters are others by now, or no name was given.
    """
    campaign = installation.campaign
    if not by.strip():
        raise Refused("an approval needs a name", hint="--by NAME, or MOBILIZE_REVIEWER")
    if not plan.letters:
        raise Refused("there is nothing to approve")
    sealed = seals(plan.letters, campaign)
    current = hash_of(sealed)
    if len(hash) < 8 or not hmac.compare_digest(current[: len(hash)], hash.lower()):  # noqa: PLR2004 - no two sets share so much
        raise Refused(
            f"the letters are not those of hash {hash[:12]}: they are now {current[:12]}",
            hint="look at them again (mobilize preview --variants), then approve what you saw",
        )
    with installation.store.writing() as connection:
        approvals.add(connection, campaign.slug, plan.round, by=by.strip(), hash=current, seals=sealed, now=now)
    return len(sealed)


def lacking(installation: Installation, plan: Plan, *, sender: str) -> Lacking:
    """What of a plan nobody but its sender has approved, as it is now."""
    campaign = installation.campaign
    with installation.store.reading() as connection:
        known = approvals.of_round(connection, campaign.slug, plan.round)
    sealed = seals(plan.letters, campaign)
    changed, new, own = [], [], []
    for letter in plan.letters:
        found = known.get(letter.id)
        if found is None:
            new.append(letter.contact.id)
        elif found.seal != sealed[letter.id]:
            changed.append(letter.contact.id)
        elif _same_person(found.by, sender):
            own.append(letter.contact.id)
    return Lacking(changed=tuple(changed), new=tuple(new), own=tuple(own))


def require(installation: Installation, plan: Plan, *, sender: str) -> None:
    """Refuse a plan that no second person has approved, where the campaign asks for it ([rules] approval = true)."""
    if not installation.campaign.rules.approval or not plan.letters:
        return
    if not sender.strip():
        raise Refused(
            "this campaign asks for a second person's approval, so it must be known who sends",
            hint="--by NAME, or MOBILIZE_REVIEWER",
        )
    missing = lacking(installation, plan, sender=sender)
    if missing:
        told = [
            f"{len(names)} {what} ({_named(names)})"
            for what, names in (
                ("letters were never approved", missing.new),
                ("letters have changed since they were approved", missing.changed),
                ("letters were approved by nobody but the sender", missing.own),
            )
            if names
        ]
        raise Refused("; ".join(told), hint="another person runs `mobilize approve`; nothing was sent")


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def _named(names: Sequence[str]) -> str:
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
