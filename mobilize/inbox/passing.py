"""Answer or forward, where a block stands below somebody's words and neither a marker nor the subject tells.

An answer leaves a trace: "Re:" in the subject, In-Reply-To, or the quoted author among those written to; and it says
something. Who passes a message on may leave none of these, and say nothing herself (docs/decisions/111).
"""

from __future__ import annotations

from collections.abc import Sequence

from mobilize.inbox.folding import fold
from mobilize.inbox.genuine import domain_of
from mobilize.inbox.labels import labels
from mobilize.inbox.mail import Address, Mail
from mobilize.inbox.offices import country_of

#: Who passes a message on points at it in a few lines; in a long text the same words are about something else.
_SHORT = 400
#: Words of a name behind a greeting: "Dear Ms Anna Maria Shah".
_MOST_NAMES = 4


def rule(mail: Mail, said: str, author: Address, own: Sequence[str]) -> str:
    """The name of the rule by which a mail without "Re:" or "Fwd:" passes on what stands below; "" where none does.

    said: its author's own words. author: of what stands below; whom the mail is written to was looked at before.
    """
    if mail.in_reply_to or mail.references:
        return ""
    if is_greeting(said):
        return "a greeting alone above it"
    if points(said):
        return "its words point at what is below"
    if (mail.subject or "").strip() and not _may_answer(mail, author, own):
        return "a subject of its own, and no trace of an answer"
    return ""


def _may_answer(mail: Mail, author: Address, own: Sequence[str]) -> bool:
    """Whether a mail may yet answer what it quotes: an office's may, and one to the house of whom it quotes."""
    if mail.from_ is None or country_of(mail.from_.address):
        return True
    houses = {domain_of(each.address) for each in (mail.from_, *mail.to, *mail.cc)} | {domain_of(each) for each in own}
    return not author.address or domain_of(author.address) in houses


def is_greeting(said: str) -> bool:
    """Whether somebody's words are a greeting and nothing else: nothing is answered by "Dear Anna,"."""
    text = fold(" ".join(said.split())).strip(" ,.!:;،。！，-")
    phrase = next((each for each in (*labels().salutations, *labels().greetings) if _begins(text, each)), None)
    if phrase is None or len(said.split("\n")) > 1:
        return False
    names = text[len(phrase) :].strip(" ,")
    if any(sign in names for sign in ",!?;:。，！？،؟"):
        return False
    words = names.split()
    if len(words) < 2:  # noqa: PLR2004 — "hello anna" has no capital where it is typed in haste
        return names not in labels().no_names and len(names) < 20  # noqa: PLR2004 — scripts without spaces
    typed = said.split()[-len(words) :]
    return len(words) <= _MOST_NAMES and all(each[:1].isupper() for each in typed)


def _begins(text: str, phrase: str) -> bool:
    """Whether a text begins with a phrase as whole words; scripts without spaces have none."""
    following = text[len(phrase) : len(phrase) + 1]
    return text.startswith(phrase) and (not following.isalpha() or ord(phrase[-1]) >= 0x2E80)  # noqa: PLR2004


def points(said: str) -> bool:
    """Whether somebody's words say that what counts stands below: "FYI", "here is what they answered"."""
    text = f" {' '.join(fold(said).split())}"
    return len(text) < _SHORT and any(f" {each}" in text for each in labels().pointing)
