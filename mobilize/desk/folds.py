"""A reply with all that was cut from it, so that a person sees what the parser left out (domain/complaints.md E37)."""

from __future__ import annotations

from mobilize.desk import review
from mobilize.inbox.decode import decode
from mobilize.inbox.folds import Fold, folds
from mobilize.installation import Installation
from mobilize.replies.log import Entry


def whole(installation: Installation, entry: Entry) -> tuple[Fold, ...]:
    """All text of a reply in order, its author's words told apart. Raises Refused where the original is gone."""
    parsed = entry.parsed
    mail = decode(review.original(installation, entry.reply))
    return folds(mail, (str(parsed.get("note") or ""), str(parsed.get("text") or "")))
