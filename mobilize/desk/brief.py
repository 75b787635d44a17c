"""One page for a meeting with a government: its record with proofs, what it said, the ask, what to say."""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Iterable
from dataclasses import replace

from mobilize.campaign.contacts import Audience, Contact, Gender
from mobilize.campaign.record import Position, Role
from mobilize.desk import overview, review
from mobilize.desk.overview import Page
from mobilize.errors import LetterWrong, TemplateWrong
from mobilize.installation import Installation
from mobilize.letter import brief
from mobilize.letter.body import Paragraph
from mobilize.letter.brief import Brief, Quote, Section
from mobilize.letter.markdown import Grid, Items, blocks
from mobilize.letter.merge import Letter, merge
from mobilize.letter.views import in_language
from mobilize.replies.review import PARSER, Statement, Status

#: Signs of a quote, and quotes on one page.
_LONGEST, _QUOTES = 320, 4

_DID = {
    Role.SPONSOR: "sponsored",
    Role.COSPONSOR: "co-sponsored",
    Role.WITHDRAWN: "withdrew its sponsorship of",
    Role.VOTED_YES: "voted for",
    Role.VOTED_NO: "voted against",
    Role.ABSTAINED: "abstained on",
}

#: Where one sentence ends and the next begins, in the scripts of the letters.
_END = re.compile(r"[.!?؟。！？]+(?=\s|$)|[。！？]|\n\s*\n")

_SURE = {
    Status.SUGGESTED: "read by the program, not confirmed by a person",
    Status.CONFIRMED: "confirmed",
    Status.CORRECTED: "confirmed",
    Status.DISPUTED: "disputed: statements contradict each other",
}


def made(installation: Installation, code: str, *, today: dt.date) -> bytes:
    """Make the page as PDF. It names no partner (domain rule D2). Raises Refused where there is no such country."""
    return brief.pdf(written(installation, code, today=today))


def written(installation: Installation, code: str, *, today: dt.date) -> Brief:
    """Write the page. code: alpha-2. Raises Refused where there is no such country."""
    page = overview.page(installation, code, review.board_rows(installation))
    campaign = installation.campaign
    letter = _letter(installation, code, today)
    ask, points = _said_in(letter) if letter else ((), ())
    group = page.country.group or "observer, in no regional group"
    return Brief(
        title=page.country.name("en"),
        about=f"{group} · {campaign.draft.symbol}, {in_language(campaign.draft.forum, 'en')} · {today:%d %B %Y}",
        organisation=campaign.sender.organisation,
        foot=f"{campaign.sender.organisation} · for the person who goes to the meeting, not to be handed over",
        date=today,
        sections=tuple(
            each
            for each in (
                _standing(page),
                _words(page),
                Section(heading="The ask", prose=ask),
                Section(heading="Talking points", items=points),
            )
            if each.prose or each.quotes or each.items
        ),
    )


def _standing(page: Page) -> Section:
    standing = page.row.standing
    return Section(
        heading=f"On record: {standing.name.value}",
        prose=(f"{standing.reason[:1].upper()}{standing.reason[1:]}.",),
        items=tuple(_proof(each) for each in page.positions[-6:]),
    )


def _proof(position: Position) -> str:
    resolution = position.resolution
    return f"{resolution.adopted:%d %B %Y}: {_DID[position.role]} {resolution.symbol} (source: {position.source})"


def _words(page: Page) -> Section:
    now = page.row.current
    if now is None:
        return Section(heading="What it said", prose=("Nothing that we know of.",))
    said = f"{now.stance or 'no stance'} ({_SURE[now.status]})"
    about = f"On {', '.join(now.concerns)}." if now.concerns else ""
    quotes = [each for each in now.standing if each.quote][-_QUOTES:]
    return Section(
        heading=f"What it said: {said}",
        prose=(f"It objects to: {', '.join(now.concerns)}.",) if about else (),
        quotes=tuple(_quote(each, _text(page, each.reply)) for each in quotes),
    )


def _text(page: Page, reply: str) -> str:
    entry = next((each.entry for each in page.replies if each.entry.reply == reply), None)
    return str(entry.parsed.get("text") or "") if entry else ""


def _quote(statement: Statement, text: str) -> Quote:
    words = textwrap.shorten(_sentence(text, statement.quote), _LONGEST, placeholder=" …")
    how = "its own mail" if statement.direct else "as reported to us"
    sure = "read by the program, not confirmed" if statement.by == PARSER else "confirmed by a person"
    day = f"{statement.said_on:%d %B %Y}" if statement.said_on else "no date"
    rtl = any("\u0590" <= each <= "\u08ff" for each in words)
    slanted = all(each < "\u0590" for each in words)
    return Quote(words=f"“{words}”", about=f"{day}, {how}; {sure}", rtl=rtl, slanted=slanted)


def _sentence(text: str, words: str) -> str:
    """The sentence in which the words stand that decided; the words alone where the text has none."""
    place = text.find(words)
    if place < 0:
        return words
    start = max((found.end() for found in _END.finditer(text, 0, place)), default=0)
    end = _END.search(text, place + len(words))
    return text[start : end.end() if end else len(text)].strip()


def _letter(installation: Installation, code: str, today: dt.date) -> Letter | None:
    """The letter to its minister, in English: what is asked and argued stands there, and nowhere twice."""
    contact = _minister(installation, code)
    if contact is None:
        return None
    try:
        return merge(installation.campaign, contact, today=today)
    except (LetterWrong, TemplateWrong):
        return None


def _minister(installation: Installation, code: str) -> Contact | None:
    campaign = installation.campaign
    ministers = [each for each in campaign.contacts if each.audience is Audience.MINISTER]
    own = next((each for each in ministers if each.country == code), None)
    if own is None and ministers:
        # No row of its own: another's serves, since the page takes no name and no address from it.
        own = replace(ministers[0], country=code, name="", gender=Gender.UNKNOWN, sensitive=False)
    return replace(own, language="en") if own else None


def _said_in(letter: Letter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is asked: the last paragraph that the country's standing put there. What to say: the letter's arguments."""
    chosen = [each for each in letter.paragraphs if each.why]
    asks = chosen[-1:]
    points = [text for each in letter.paragraphs if each not in asks for text in _items(each)]
    # Its record stands above already; what its region agreed is an argument.
    more = [each for each in chosen[:-1] if "standing" not in each.why and "[draft]" not in each.why]
    regional = [text for each in more for text in _prose(each)]
    return tuple(text for each in asks for text in _prose(each)), (*points, *regional)


def _items(paragraph: Paragraph) -> Iterable[str]:
    for block in blocks(paragraph.markdown):
        if isinstance(block, Items):
            for item in block.items:
                yield " ".join("".join(run.text for run in part.runs) for part in item if hasattr(part, "runs"))


def _prose(paragraph: Paragraph) -> Iterable[str]:
    for block in blocks(paragraph.markdown):
        if not isinstance(block, (Items, Grid)):
            yield "".join(f"{run.text} " if run.breaks else run.text for run in block.runs)
