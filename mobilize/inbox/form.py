"""What a partner told through the web page: kept as bytes like a mail, read back as a Reply.

No mail is pretended: it is JSON with a mark of its own, and its origin in the log is `form:CAMPAIGN`. What was typed
is text; what was chosen in a list is taken as chosen, with that as the rule, and waits for a person like every report.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass

from mobilize.inbox import language
from mobilize.inbox.raw import RawMail
from mobilize.inbox.reply import Evidence, Reply

#: Where such an entry was found, in the log: `form:` and the campaign whose page it was.
ORIGIN = "form:"

STANCES = ("cosponsor", "support", "conditional", "noncommittal", "oppose")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One form as it was sent; every text as typed."""

    #: Number of the page that was filled in: the same form sent twice is one entry.
    form: str
    #: ISO 8601, UTC, to the day: a partner's hour is nobody's business (domain rules E).
    day: str
    #: Alpha-2 of the government that was heard; empty: none.
    country: str = ""
    #: One of STANCES, or empty.
    stance: str = ""
    #: What was said, in the partner's words; who said it.
    text: str = ""
    who: str = ""
    #: The day on which it was said, ISO 8601; empty: not told.
    said_on: str = ""
    #: Alpha-2 codes that the partner will approach.
    targets: tuple[str, ...] = ()
    #: Who tells: an organisation, an address; both may be empty.
    organisation: str = ""
    email: str = ""


def kept(told: Told, campaign: str) -> RawMail:
    """Put a form into the bytes that the log keeps. campaign: slug of the one whose page it was."""
    data = json.dumps({"form": asdict(told)}, ensure_ascii=False, sort_keys=True).encode()
    return RawMail(data=data, origin=f"{ORIGIN}{campaign}")


def read(raw: RawMail, *, countries: Collection[str]) -> Reply:
    """Read such bytes back. Never raises: what is none of ours is `other`, and waits for a person.

    countries: codes that exist; another is dropped.
    """
    try:
        fields = json.loads(raw.data)["form"]
        told = Told(**{**fields, "targets": tuple(fields["targets"])})
    except (ValueError, TypeError, KeyError) as error:
        return Reply(id=raw.id, kind="other", error=type(error).__name__)
    country = told.country if told.country in countries else None
    stance = told.stance if told.stance in STANCES and country else None
    targets = tuple(code for code in told.targets if code in countries)
    return Reply(
        id=raw.id,
        kind="partner_report",
        reporter=told.email or told.organisation or None,
        from_address=told.email or None,
        from_name=told.organisation or None,
        date=told.said_on or told.day,
        language=language.detect(told.text) if told.text else None,
        text=told.text,
        note=told.who,
        country=country,
        stance=stance,
        targets=targets,
        evidence=tuple(
            Evidence(field=field, words=words, rule="chosen by the partner in the form")
            for field, words in (("country", country), ("stance", stance), ("targets", " ".join(targets)))
            if words
        ),
    )
