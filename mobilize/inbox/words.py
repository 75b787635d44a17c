"""The new words of a mail: without closing formula, signature, disclaimer, program's line, list footer.

Nothing cut is lost: what is taken off the end is given back as `closing`, and the raw mail is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mobilize.inbox.endings import Endings, endings
from mobilize.inbox.folding import fold
from mobilize.inbox.lines import SIGNATURE, Line, is_rule, trimmed
from mobilize.inbox.mail import Address

#: Signatures of ministries run to a dozen lines: name, two titles, office, street, numbers, a motto.
_MOST_BELOW_CLOSING = 14
#: A line of a signature is short; a longer one is a sentence.
_SHORT = 80
#: Notices below a letter, one a language.
_MOST_NOTICES = 12
#: Lines of one paragraph of a signature.
_MOST_NAMES = 8
#: Closing lines look back over so many lines from the end.
_LOOK_BACK = 22
#: "T." and "A. B." are names, "No." is an answer.
_INITIALS = re.compile(r"(?:[^\W\d_]\.\s?){1,4}")
#: Formulas so long that they close wherever they stand in a sentence: "Dans cette attente, je vous prie d'agréer …".
_WHOLE = 15
#: What a notice about the mail itself calls it, in the languages that notices are written in.
_OF_MAIL = re.compile(
    r"\be-?mails?\b|courriel|correo|e-?pos\b|e-?post|correio|surel|barua pepe|почт|البريد|ایمیل|邮件|郵件|メール"
)
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟", "۔", "।", ":", "：", ";", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody wrote, and what was taken off below it."""

    text: str
    #: The closing formula and the signature; "" where there was none.
    closing: str = ""


def own_words(lines: Sequence[Line], *, author: Address | None = None) -> Words:
    """The words of one author out of the lines that are hers.

    lines: without quotes of others. author: helps to know her name below the letter.
    """
    kept = _without_signature_box([Line(each.text, 0, (), each.mark) for each in lines])
    kept = trimmed([each for each in kept if not _is_programs(each.text)])
    kept, signature = _at_delimiter(kept)
    kept = _without_footer(kept)
    kept = _without_disclaimer(kept)
    cut = _closing_at(kept, author)
    return Words(text=_join(kept[:cut]), closing=_join([*kept[cut:], *signature]))


def _join(lines: Sequence[Line]) -> str:
    out: list[str] = []
    for each in trimmed(lines):
        if each.text or (out and out[-1]):
            out.append(each.text)
    return "\n".join(out)


def _without_signature_box(lines: list[Line]) -> list[Line]:
    """Lines that the program did not mark as signature; all, where it marked everything."""
    rest = [each for each in lines if each.mark != SIGNATURE]
    return rest if any(each.text for each in rest) else lines


def _is_programs(text: str) -> bool:
    """Whether a line is a program's own: "Sent from my iPhone"."""
    if not text or len(text) > 140:  # noqa: PLR2004 — with a link in it
        return False
    folded = fold(text.lstrip("<([*_- \t"))
    table = endings()
    if not folded.startswith(table.programs):
        return False
    # "Sent from my desk, is much easier than my phone": the device stands among the first words.
    begin = " ".join(folded.split()[:7])
    return any(device in begin for device in table.devices) and len(text.split()) < 14  # noqa: PLR2004


def _at_delimiter(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Cut at "-- " (RFC 3676 4.3), at its dashes as typed, or at a rule with a name below."""
    for at, line in enumerate(lines):
        if line.text in ("--", "—", "– –", "__") and any(each.text for each in lines[:at]):
            return trimmed(lines[:at]), lines[at:]
    return lines, []


def _without_footer(lines: list[Line]) -> list[Line]:
    """Cut the footer of a mailing list."""
    table = endings()
    for at, line in enumerate(lines):
        below = [each.text for each in lines[at + 1 : at + 4]]
        if at and is_rule(line) and any("mailing list" in text.lower() or "/listinfo" in text for text in below):
            return trimmed(lines[:at])
        if at and len(line.text) < 200 and fold(line.text).startswith(table.footers) and _ends_soon(lines, at):  # noqa: PLR2004
            return trimmed(lines[:at])
    return lines


def _ends_soon(lines: Sequence[Line], at: int) -> bool:
    return sum(1 for each in lines[at:] if each.text) < 8  # noqa: PLR2004 — a footer is a few lines


def _without_disclaimer(lines: list[Line]) -> list[Line]:
    """Take disclaimers off the end, paragraph by paragraph, with the rules around them."""
    kept, found = _above_ruled_notice(trimmed(lines)), False
    for _ in range(_MOST_NOTICES):
        start = len(kept)
        while start and kept[start - 1].text and not is_rule(kept[start - 1]):
            start -= 1
        paragraph = " ".join(each.text for each in kept[start:])
        # Above one notice, the same in another language: it speaks of the e-mail, too.
        again = found and _OF_MAIL.search(paragraph.lower()) is not None
        if not start or not (_is_disclaimer(paragraph) or again):
            return kept
        kept, found = trimmed(kept[:start]), True
    return kept


def _above_ruled_notice(lines: list[Line]) -> list[Line]:
    """What stands above a drawn rule with a disclaimer right below it; more below is the same in other languages."""
    for at, line in enumerate(lines):
        if at and is_rule(line):
            below = trimmed(lines[at + 1 :])
            if _is_disclaimer(" ".join(_until_blank([each.text for each in below], 0))):
                return trimmed(lines[:at])
    return lines


def _is_disclaimer(paragraph: str) -> bool:
    folded = fold(paragraph[:3_000])
    if not any(phrase in folded for phrase in endings().disclaimers):
        return False
    # "We ask you to keep this confidential" is an author's word: a notice speaks of the message or is long.
    return len(folded) > 40  # noqa: PLR2004


def _closing_at(lines: Sequence[Line], author: Address | None) -> int:
    """Index of the line at which the closing begins; len(lines) where there is none."""
    texts = [each.text for each in lines]
    first = next((at for at, text in enumerate(texts) if text), 0)
    for at in range(max(first + 1, len(texts) - _LOOK_BACK), len(texts)):
        if texts[at] and _is_closing(texts, at) and _is_tail(texts[at + 1 :]):
            return at
    return _signature_at(texts, first, author)


def _is_closing(texts: Sequence[str], at: int) -> bool:
    """Whether a line is a closing formula."""
    text = fold(texts[at])
    table = endings()
    if _prefix(text, table.sentences) or any(len(each) > _WHOLE and each in text for each in table.sentences):
        return len(" ".join(_until_blank(texts, at))) < 420  # noqa: PLR2004 — the longest French formulas
    phrase = _prefix(text, table.closings)
    if not phrase:
        return False
    more = text[len(phrase) :].strip(" ,.!،、。")
    if not more:
        return True
    rest = text[len(phrase) :].lstrip()
    spaced = len(more.split()) if any(ord(char) < 0x2E80 for char in more) else len(more) // 3  # noqa: PLR2004 — CJK
    if phrase in table.thanks and rest[:1] not in ",-،" and rest.endswith((".", "!")) and spaced > 1:
        return False
    return len(text) < 60 and spaced <= 5 and not rest.endswith((":", "?", "："))  # noqa: PLR2004


def _prefix(text: str, phrases: tuple[str, ...]) -> str:
    """The longest of the phrases with which the text begins, as whole words."""
    if not text.startswith(phrases):
        return ""
    for phrase in phrases:
        if text.startswith(phrase) and not (
            text[len(phrase) : len(phrase) + 1].isalpha() and phrase[-1:].isalpha() and ord(phrase[-1]) < 0x2E80  # noqa: PLR2004
        ):
            return phrase
    return ""


def _until_blank(texts: Sequence[str], at: int) -> list[str]:
    out = []
    for text in texts[at:]:
        if not text:
            break
        out.append(text)
    return out


def _is_tail(texts: Sequence[str]) -> bool:
    """Whether lines can be a signature: few, short, no sentences but such as close."""
    below = [text for text in texts if text]
    if len(below) > _MOST_BELOW_CLOSING:
        return False
    table = endings()
    for at, text in enumerate(texts):
        if not text:
            continue
        if len(text) > _SHORT and not _prefix(fold(text), table.sentences):
            return False
        if len(text.split()) > 9 and text.endswith(_SENTENCE_ENDS) and not _is_closing(texts, at):  # noqa: PLR2004
            return False
    return True


def _signature_at(texts: Sequence[str], first: int, author: Address | None) -> int:
    """Where name and office begin below a letter without formula: the last paragraphs, where they hold nothing else."""
    end = len(texts)
    for _ in range(3):
        start = end
        while start > first and texts[start - 1]:
            start -= 1
        if start <= first or start == end or not _is_names(texts[start:end], author):
            above = next((texts[at] for at in range(start - 1, first - 1, -1) if texts[at]), ":")
            signed_off = first < start < end and not above.endswith((":", "：")) and _is_signed_off(texts[start:end])
            end = start if signed_off else end
            break
        before = start
        while before > first and not texts[before - 1]:
            before -= 1
        if not texts[before - 1] or texts[before - 1].endswith((":", "：")):
            break
        end = before
        if texts[before - 1].endswith((",", "،", "，")):
            end = _above_wish(texts, first, before)
            break
    if end < len(texts):
        return end
    last = texts[-1] if texts else ""
    if len(texts) - first > 1 and last[:1] == "-" and last[1:2].isalpha() and _is_names([last[1:]], author):
        return len(texts) - 1
    return len(texts)


def _above_wish(texts: Sequence[str], first: int, end: int) -> int:
    """Where a short line begins that ends in a comma above the names: a wish that no table has."""
    at = end - 1
    alone = at > first and not texts[at - 1] and len(texts[at].split()) < 6 and len(texts[at]) < 50  # noqa: PLR2004
    return at if alone else len(texts)


def _is_signed_off(texts: Sequence[str]) -> bool:
    """Whether a last paragraph is a wish that no table has, and a name: "Force et courage, / Le bureau"."""
    wish, *names = texts
    if not names or len(names) > 3 or len(wish.split()) > 4 or wish.endswith(_SENTENCE_ENDS) or wish[:1] in "-*•":  # noqa: PLR2004
        return False
    return all(len(each.split()) < 5 and not each.endswith(_SENTENCE_ENDS) for each in names)  # noqa: PLR2004


def _is_names(texts: Sequence[str], author: Address | None) -> bool:
    """Whether a paragraph is a name, a title, an office, a city."""
    if len(texts) > _MOST_NAMES or not all(_is_name(text, author) for text in texts):
        return False
    return any(not _is_contact(text, text.split()) for text in texts)


def _is_name(text: str, author: Address | None) -> bool:
    ends = text.endswith(_SENTENCE_ENDS) and not _INITIALS.fullmatch(text)
    if len(text) > _SHORT or ends or text.startswith(("-", "*", "•", "/ ")):
        return False
    folded = fold(text)
    table = endings()
    words = [
        word for word in "".join(char if char.isalnum() or char in "'-" else " " for char in folded).split() if word
    ]
    if _is_contact(text, words):
        return True
    if not words or len(words) > 10:  # noqa: PLR2004
        return False
    if author and author.name and _alike(words, fold(author.name)):
        return True
    if any(word in table.offices for word in words) or _has_joined_office(folded, table):
        return len(words) < 9  # noqa: PLR2004
    return _capitalised(text, table)


def _is_contact(text: str, words: Sequence[str]) -> bool:
    """A telephone number, an address of the web: they stand below letters, not in them alone on a line."""
    if "@" in text or text.lower().startswith(("http", "www.")):
        return len(words) < 8  # noqa: PLR2004
    digits = sum(char.isdigit() for char in text)
    return digits > 5 and digits * 2 > sum(char.isalpha() for char in text) and len(words) < 12  # noqa: PLR2004


def _alike(words: Sequence[str], name: str) -> bool:
    named = set(name.replace(",", " ").split())
    return bool(named) and len(named & set(words)) * 2 >= max(len(named), len(words))


def _has_joined_office(folded: str, table: Endings) -> bool:
    """Scripts without spaces: an office's character at the end of a short line."""
    return len(folded) < 16 and ord(folded[-1]) >= 0x2E80 and folded.endswith(table.joined_offices)  # noqa: PLR2004


def _capitalised(text: str, table: Endings) -> bool:
    """Whether every word of weight begins with a capital, as names and cities do; never true of a caseless script."""
    words = [word.strip("\"'“”().,;-/|") for word in text.split()]
    words = [word for word in words if word]
    if words and fold(words[0]) in table.name_begins:
        words = words[1:]
    heavy = [word for word in words if len(word) > 3 or word[0].isupper()]  # noqa: PLR2004 — of, the, de, da
    if len(words) == 1 and not _INITIALS.fullmatch(text):  # "Yes" is an answer
        return False
    return 0 < len(words) < 7 and bool(heavy) and all(word[0].isupper() for word in heavy)  # noqa: PLR2004
