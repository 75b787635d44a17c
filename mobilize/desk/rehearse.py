"""Letters to oneself: any recipient's letter, with a banner, to an address of one's own and never to the target."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mobilize.campaign import addresses
from mobilize.campaign.contacts import ContactId
from mobilize.desk import compose, hand_out, portion
from mobilize.desk import plan as planning
from mobilize.desk.plan import Chosen
from mobilize.errors import Refused
from mobilize.installation import Installation
from mobilize.letter.body import Paragraph
from mobilize.letter.merge import Letter
from mobilize.letter.mime import Message
from mobilize.post import smtp, transaction
from mobilize.post.verdict import Answer, plain

#: Stands at the head of the subject and of the text, so that nobody takes it for the real one.
MARK = "[TEST]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What was sent to oneself."""

    #: Ids of the contacts whose letters went.
    contacts: tuple[str, ...]
    #: Of them, those that the server refused, with its reason.
    refused: dict[str, str]


def rehearse(
    installation: Installation, to: str, *, chosen: Chosen, round: int, limit: int | None, now: dt.datetime
) -> Rehearsal:
    """Send one letter of each kind (audience, language, standing) of those chosen, to an address of one's own.

    Nothing is written into the ledger, and an answer to such a letter is matched to none. Raises Refused where the
    address is none, or is reserved; ServerUnreachable or LoginRefused.
    """
    to, problem = addresses.examine(to)
    if problem:
        raise Refused(f"--test-to: {problem}")
    if planning.is_reserved(to) and not planning.in_sandbox(installation):
        raise Refused("a reserved address (.example and the like): nothing is ever sent there but in a sandbox")
    letters = _one_of_each_kind(installation, chosen, round, now)[:limit]
    messages = {letter.contact.id: _message(installation, letter, to, now) for letter in letters}
    answers = asyncio.run(_send(portion.server_of(installation), messages)) if messages else {}
    refused = {contact: plain(answer.code or 0, "") for contact, answer in answers.items() if not _taken(answer)}
    return Rehearsal(contacts=tuple(messages), refused=refused)


def _one_of_each_kind(installation: Installation, chosen: Chosen, round: int, now: dt.datetime) -> list[Letter]:
    kinds: dict[tuple[str, str, str], Letter] = {}
    for contact in installation.campaign.contacts:
        if chosen.takes(contact):
            letter = hand_out.written(installation, contact, today=now.date(), round=round)
            kinds.setdefault((contact.audience.value, letter.language, letter.standing.name.value), letter)
    return list(kinds.values())


def _message(installation: Installation, letter: Letter, to: str, now: dt.datetime) -> Message:
    banner = Paragraph(
        markdown=f"**TEST: this letter was not sent to its addressee ({letter.contact.id}).**", why="a rehearsal"
    )
    marked = replace(
        letter,
        contact=replace(letter.contact, emails=(to,)),
        subject=f"{MARK} {letter.subject}",
        paragraphs=(banner, *letter.paragraphs),
    )
    # Another key: neither its reply address nor its Message-ID is that of the real letter.
    own = replace(installation, secret=b"rehearsal:" + installation.secret)
    return compose.message(compose.composer(own), marked, now=now, signer=compose.signer(installation))


async def _send(server: smtp.Server, messages: Mapping[ContactId, Message]) -> dict[str, Answer]:
    line = await smtp.connect(server)
    answers: dict[str, Answer] = {}
    try:
        for contact, message in messages.items():
            answers[contact] = await transaction.whole(line, message)
            if not _taken(answers[contact]) and not await smtp.reset(line):
                break
    finally:
        await smtp.close(line)
    return answers


def _taken(answer: Answer) -> bool:
    return answer.code is not None and answer.code // 100 == 2  # noqa: PLR2004
