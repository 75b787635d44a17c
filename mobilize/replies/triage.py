"""Which replies a person must look at, and why: so that one "yes" is not lost among 400 bounces."""

from __future__ import annotations

import datetime as dt

from mobilize.inbox.genuine import Standing
from mobilize.inbox.machine import CHALLENGE
from mobilize.inbox.reply import Reply
from mobilize.replies.doubts import Doubt, doubts
from mobilize.replies.resend import again_on, is_full

#: The order in which an organiser reads in the morning: what moves a vote first, machines last.
READING_ORDER = (
    "reply",
    "partner_report",
    "complaint",
    "unsubscribe",
    "other",
    "acknowledgement",
    "auto_reply",
    "bounce",
)

#: Added to the place of what needs nobody: it comes behind all that does.
NOBODY = 100


#: Kinds that a list shows as counts: they change what the program does, not what an organiser does.
MACHINE_KINDS = frozenset({"acknowledgement", "auto_reply", "bounce"})

#: Kinds whose reason does not depend on what the mail says; empty: nobody must look.
_BY_KIND = {
    "other": "not understood: read it, or mark it as none of ours",
    "unsubscribe": "asks not to be written to: see that it is on the suppression list",
    "complaint": "a complaint: nobody there is to be written to again",
    "acknowledgement": "",
    "auto_reply": "",
}


_CHALLENGED = "a filter wants proof that a person wrote: do what it asks, or nobody sees the letter"
#: Without the domain: this is kept, and shown, in the clear.
_FORGED = "may be forged: the check of its sender failed; ask the author another way"


def attention(reply: Reply) -> str:
    """Say in words why a person must look at this reply; empty where nobody must.

    A government's stance always waits for a person: the parser only suggests it.
    """
    if reply.error:
        return "could not be read whole: open the original"
    if reply.authenticity.standing is Standing.FAILED and reply.kind != "bounce":
        return _FORGED + (f", it seems to say {reply.stance}" if reply.stance else "")
    if reply.kind == "bounce":
        return _of_bounce(reply)
    if found := doubts(reply.evidence):
        return _in_doubt(reply, found[0])
    return _of_kind(reply)


def _of_kind(reply: Reply) -> str:
    if reply.kind in _BY_KIND:
        challenged = any(each.rule == CHALLENGE for each in reply.evidence)
        return _CHALLENGED if challenged else _BY_KIND[reply.kind]
    if reply.matches.candidates:
        return "it fits several letters: choose one of the candidates"
    return _of_words(reply)


def _of_bounce(reply: Reply) -> str:
    if (reply.via or "").startswith("forward"):
        return "a bounce that a partner forwards: is that address dead?"
    if any(is_full(each) for each in reply.bounces):
        return f"a full mailbox{_again(reply)}: send it again then, or to another address of the office"
    return "" if reply.bounce_address else "a bounce that names no address: find which letter it was"


def _again(reply: Reply) -> str:
    try:
        return f" (again from {again_on(dt.date.fromisoformat((reply.date or '')[:10]))})"
    except ValueError:
        return ""


def _in_doubt(reply: Reply, doubt: Doubt) -> str:
    if not reply.stance:
        return f"no stance in the author's own words, but {doubt.reason}: read the whole"
    return f"seems to say {reply.stance}, but {doubt.reason}: read both"


def _of_words(reply: Reply) -> str:
    if reply.stance and not reply.country:
        return f"says {reply.stance}, but whose government? name the country"
    if reply.stance:
        return f"seems to say {reply.stance}: confirm or correct"
    if reply.kind == "reply":
        return "an authority wrote, and no stance was found: read it"
    if reply.targets:
        return "a partner's plans: confirm the countries"
    return "a partner wrote: read it"
