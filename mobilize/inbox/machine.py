"""Whether a machine answered: out of office, automatic receipt, challenge, read receipt.

RFC 3834's header first, then the vendors' own, then the subject and the words, which are all that a forward keeps.
X-Auto-Response-Suppress is no sign: Exchange sets it on people's mail as well. A list's mail is no answer.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from mobilize.inbox.folding import fold
from mobilize.inbox.mail import Mail
from mobilize.inbox.reply import Evidence
from mobilize.inbox.unwrap import Unwrapped

#: A text that only says that its writer is away is short; one that is longer says something else too.
_SHORT = 900
#: A machine says what it is at the beginning or at the end of its text.
_BEGINNING, _END = 1_200, 600
_REPLY_PREFIXES = (
    "re:",
    "re :",
    "aw:",
    "sv:",
    "antw:",
    "res:",
    "rv:",
    "odp:",
    "ynt:",
    "bls:",
    "رد:",
    "پاسخ:",
    "回复:",
    "答复:",
    "回覆:",
    "ответ:",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a mail is an automatic answer, and what says so."""

    #: "sure": a header, a subject or words that no person writes; "likely": an absence or a receipt that a person
    #: may have written too, and that counts only if the mail says nothing else; "" no.
    automatic: str
    evidence: tuple[Evidence, ...] = ()


NO = Verdict("")


def verdict(mail: Mail, found: Unwrapped) -> Verdict:
    """Judge the innermost message: of a direct mail its headers and words, of a forward its subject and words."""
    forwarded = found.via != "direct"
    original = found.attached if forwarded else mail
    if original is not None and _is_receipt(original):
        return Verdict("sure", (Evidence(field="kind", words="a receipt's report", rule="machine.receipt"),))
    if original is not None and (by_header := _header(original)):
        return Verdict("sure", (by_header,))
    if original is not None and _is_list(original):
        return NO
    sender = found.author.address if found.author else ""
    return _by_words(
        found.subject or "", found.text or "", sender, silent=original is not None and _nobody_returns(original)
    )


def challenge(mail: Mail, found: Unwrapped) -> tuple[Evidence, ...]:
    """What shows that a filter holds our mail back until somebody proves to be a person; of a machine's mail alone."""
    original = found.attached if found.via != "direct" else mail
    names = [name for name in _words("challenge", "headers") if original is not None and original.get(name)]
    text = f"{fold(found.subject or '')}\n{fold((found.text or '')[:_BEGINNING])}"
    words = next((each for each in (*names, *_words("challenge", "words")) if each in names or each in text), "")
    return (Evidence(field="kind", words=words, rule=CHALLENGE),) if words else ()


#: The rule that shows it.
CHALLENGE = "machine.challenge"


def is_bulk(mail: Mail) -> bool:
    """Whether a mail went to many: a newsletter or a list."""
    precedence = (mail.get("precedence") or "").strip().lower()
    return _is_list(mail) or precedence in ("bulk", "list", "junk")


def _is_list(mail: Mail) -> bool:
    return any(mail.get(name) for name in ("list-unsubscribe", "list-id", "list-post"))


def _is_receipt(mail: Mail) -> bool:
    """RFC 8098: it was read; RFC 3461: it was delivered. Reports of failure were taken for bounces before."""
    receipts = ("message/disposition-notification", "message/delivery-status", "message/global-delivery-status")
    return any(part.content_type in receipts for part in mail.parts())


def _header(mail: Mail) -> Evidence | None:
    for name, values in _headers().items():
        for value in mail.get_all(name):
            plain = value.strip().lower()
            if plain != "no" and not plain.startswith("no;") and any(plain.startswith(wanted) for wanted in values):
                if _is_list(mail) and not mail.in_reply_to:
                    continue
                return Evidence(field="kind", words=f"{name}: {value[:80]}", rule="machine.headers")
    return None


def _nobody_returns(mail: Mail) -> bool:
    """The envelope's sender is empty: RFC 3834 4 asks it of automatic answers, and a person's program has one."""
    path = mail.get("return-path")
    return path is not None and path.strip().lower() in ("<>", "<mailer-daemon>", "mailer-daemon")


def _by_words(subject: str, text: str, sender: str, *, silent: bool) -> Verdict:
    """silent: nobody wants a bounce of it (the envelope's sender is empty)."""
    if words := _in_subject(fold(subject).strip()):
        return _said("sure", words, "subject")
    folded = fold(text)
    edges = f"{folded[:_BEGINNING]}\n{folded[-_END:]}" if len(folded) > _BEGINNING + _END else folded
    unread = fold(sender).partition("@")[0].startswith(_words("sender", "local"))
    says, absent, receipt = (_first(edges, key) for key in ("says", "absent", "receipt"))
    short = len(folded) < _SHORT
    ways = (
        (says, "sure" if short or unread or silent else "likely", says, "text"),
        (silent and (absent or receipt or unread), "sure", absent or receipt or sender, "empty return path"),
        (unread and receipt, "sure", f"{sender}: {receipt}", "sender"),
        (absent and short, "likely", absent, "absence"),
    )
    return next((_said(how, words, rule) for holds, how, words, rule in ways if holds), NO)


def _in_subject(title: str) -> str:
    """The words of a folded subject that only a machine's has; an answer to a machine's mail begins with "Re:"."""
    if title.startswith(_REPLY_PREFIXES):
        return ""
    begins = (each for each in _words("subject", "begins") if title.startswith(each))
    holds = (each for each in _words("subject", "holds") if each in title)
    return next(begins, "") or next(holds, "")


def _first(text: str, key: str) -> str:
    return next((each for each in _words("text", key) if each in text), "")


def _said(how: str, words: str, rule: str) -> Verdict:
    return Verdict(how, (Evidence(field="kind", words=words, rule=f"machine.{rule}"),))


@functools.cache
def _headers() -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in _file()["headers"].items()}


@functools.cache
def _words(section: str, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for word in _file()[section][key]))


@functools.cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(resources.files("mobilize.inbox.lexicon").joinpath("machines.toml").read_text("utf-8"))
