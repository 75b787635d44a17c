"""One letter over one connection: the envelope, the text, the final dot, and the answer that decides.

What a server does is an answer, never an error: where none comes, its code is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mobilize.letter.mime import Message
from mobilize.post import dialogue
from mobilize.post.dialogue import CutOff, Offers
from mobilize.post.smtp import Connection
from mobilize.post.verdict import Answer, Stage

#: How much longer than for other answers we wait for the one that decides: RFC 5321 4.5.3.2.6 wants ten minutes, since
#: a letter whose answer is not waited for is in doubt.
PATIENCE_AT_THE_END = 10

#: And for the text itself to leave: three minutes a block (RFC 5321 4.5.3.2.5).
PATIENCE_IN_THE_TEXT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the server said to the envelope."""

    #: None: it waits for the text; else the answer that decides, and nothing was handed over.
    answer: Answer | None
    #: Place of a recipient in the message -> the answer that refused it.
    refused: Mapping[int, Answer]


async def envelope(line: Connection, message: Message, *, asked: bool = False) -> Opening:
    """Say MAIL FROM, RCPT TO and DATA, in one breath where the server takes that, and hear what it says.

    asked: they went out with the dot before (`end`), and only the answers are to be heard.
    A server that takes some addresses of an office and refuses others has taken the letter: it goes to those.
    """
    if not asked:
        impossible = _impossible(line.offers, message)
        if impossible is not None:
            return Opening(answer=impossible, refused={})
        if not line.is_open:
            return _cut_off(Stage.MAIL, "the server closed the connection")
    stages = (Stage.MAIL, *(Stage.RCPT for _ in message.recipients), Stage.DATA)
    answers: list[Answer] = []
    try:
        for breath in dialogue.breaths(dialogue.envelope(message, line.offers), line.offers):
            if not asked:
                line.wire.send(breath)
            for _ in range(breath.count(b"\n")):
                stage = stages[len(answers)]
                reply = await line.wire.reply(line.timeout)
                answers.append(Answer(stage=stage, code=reply.code, text=reply.text))
            if not line.offers.pipelining and _is_lost(answers, len(message.recipients)):
                break
    except CutOff as cut:
        return _cut_off(stages[len(answers)], str(cut))
    return await _judged(line, answers, len(message.recipients))


def may_follow(line: Connection, message: Message) -> bool:
    """Whether a letter's envelope may go out in one breath with the dot of the one before it (RFC 2920 3.1)."""
    return line.offers.pipelining and _impossible(line.offers, message) is None


def _impossible(offers: Offers, message: Message) -> Answer | None:
    """What need not be tried, as EHLO says (RFC 1870 6.1, RFC 6531 3.1): that letter alone fails."""
    if offers.size and len(message.data) > offers.size:
        return Answer(stage=Stage.MAIL, code=552, text="5.3.4 larger than the server's SIZE")
    if message.needs_smtputf8 and not offers.smtputf8:
        return Answer(stage=Stage.MAIL, code=553, text="5.6.7 the server does not offer SMTPUTF8")
    if not message.is_clean:
        return Answer(stage=Stage.MAIL, code=554, text="5.6.0 a line of the message does not end in CRLF")
    return None


def _cut_off(stage: Stage, why: str) -> Opening:
    return Opening(answer=Answer(stage=stage, code=None, text=why), refused={})


def _is_lost(answers: Sequence[Answer], recipients: int) -> bool:
    """Whether there is no use in the commands that follow: the sender, or all recipients, are refused."""
    return not _good(answers[0]) or (len(answers) == 1 + recipients and not any(map(_good, answers[1:])))


def _good(answer: Answer) -> bool:
    return answer.code is not None and answer.code // 100 == 2  # noqa: PLR2004


async def _judged(line: Connection, answers: Sequence[Answer], recipients: int) -> Opening:
    """Decide by the first command that failed; a recipient counts only where none was taken."""
    sender, to, data = answers[0], answers[1 : 1 + recipients], answers[1 + recipients :]
    refused = {number: answer for number, answer in enumerate(to) if not _good(answer)}
    waits = bool(data) and data[0].code == 354  # noqa: PLR2004 - RFC 5321 4.2.2: start mail input
    if _good(sender) and len(refused) < len(to) and waits:
        return Opening(answer=None, refused=refused)
    if waits:
        # It took DATA with no recipient left (RFC 2920 3.1 allows it): an empty text ends that, and goes to nobody.
        try:
            line.wire.send(dialogue.END)
            await line.wire.reply(line.timeout)
        except CutOff:
            line.client.close()
    if not _good(sender):
        return Opening(answer=sender, refused={})
    if len(refused) == len(to):
        # "Later" for one address outweighs "never" for another: the office may yet be reached.
        decides = min(refused.values(), key=lambda each: each.code or 0)
        return Opening(answer=decides, refused=refused)
    return Opening(answer=data[0], refused=refused)


def text(line: Connection, message: Message) -> Answer | None:
    """Write the text, without its final dot: the server has nothing yet. None: it is on its way."""
    try:
        line.wire.send(dialogue.stuffed(message.data))
    except CutOff as cut:
        return Answer(stage=Stage.BODY, code=None, text=str(cut))
    return None


async def all_left(line: Connection) -> Answer | None:
    """Wait until the whole text has left. None: it has, and the server said nothing out of turn: the dot may follow."""
    try:
        await line.wire.drained(line.timeout * PATIENCE_IN_THE_TEXT)
    except CutOff as cut:
        return Answer(stage=Stage.BODY, code=None, text=str(cut))
    if line.is_open:
        return None
    return Answer(stage=Stage.BODY, code=None, text="the connection was lost before the end of the text")


async def end(line: Connection, then: Message | None = None) -> Answer:
    """Write the final dot, and wait for the answer that decides.

    then: the letter whose envelope goes out in the same breath, where it `may_follow`.
    """
    follows = b"".join(dialogue.envelope(then, line.offers)) if then is not None else b""
    try:
        line.wire.send(dialogue.END + follows)
    except CutOff as cut:
        return Answer(stage=Stage.BODY, code=None, text=str(cut))
    try:
        reply = await line.wire.reply(line.timeout * PATIENCE_AT_THE_END)
    except CutOff as cut:
        return Answer(stage=Stage.TEXT, code=None, text=str(cut))
    return Answer(stage=Stage.TEXT, code=reply.code, text=reply.text)


async def whole(line: Connection, message: Message) -> Answer:
    """Hand over a message that no ledger knows: a rehearsal to oneself."""
    opening = await envelope(line, message)
    return opening.answer or text(line, message) or await all_left(line) or await end(line)
