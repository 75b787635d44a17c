"""A reply with all that was cut from it, so that a person sees what the parser left out (domain/complaints.md E37)."""

from __future__ import annotations

from mobilize.desk import review
from mobilize.desk.review import Shown
from mobilize.inbox.decode import decode
from mobilize.inbox.folds import Fold, folds
from mobilize.installation import Installation


def whole(installation: Installation, shown: Shown) -> tuple[Fold, ...]:
    """All text of a reply in order, its author's words told apart. Raises Refused where the original is gone."""
    parsed = shown.entry.parsed
    mail = decode(review.original(installation, shown.entry.reply))
    return folds(mail, (str(parsed.get("note") or ""), str(parsed.get("text") or "")))
