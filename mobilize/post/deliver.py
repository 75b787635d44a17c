"""Claim -> send -> record, over several connections at once.

The connection comes first, then the claim, then the transaction: of a crash, at most one letter a connection is left
in doubt. What goes wrong with one letter stays with that letter.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from aiosmtplib import SMTP

from mobilize.errors import LetterWrong, LoginRefused, MobilizeError, ServerUnreachable, TemplateWrong
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import smtp
from mobilize.post.smtp import Server
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict, verdict

#: How often in a row a connection may fail before its task gives up; the letters stay queued.
MOST_FAILURES = 3

#: Letters that one connection carries before it is opened anew: small relays close it after about a hundred.
LETTERS_A_CONNECTION = 100


class Ledger(Protocol):
    """What delivery writes down, each call durable when it returns. Made by desk/send over the outbox."""

    def claim(self, letter: LetterId) -> int | None:
        """Take a letter; which try this is, or None where it is not to be had."""

    def hand_over(self, letter: LetterId) -> None:
        """The text goes out next."""

    def settle(self, letter: LetterId, verdict: Verdict, answer: Answer, attempt: int) -> None:
        """The letter's fate."""

    def put_back(self, letter: LetterId) -> None:
        """Nothing was handed over: it waits again, and this was no try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One letter settled, for whoever shows progress. Ids only."""

    letter: LetterId
    state: State
    reason: str


@dataclass(slots=True)
class Run:
    """One delivery under way: what is to go, and whether to stop."""

    server: Server
    ledger: Ledger
    #: Makes the message of a letter; runs in a thread. LetterWrong and TemplateWrong fail that letter alone.
    make: Callable[[LetterId], Message]
    told: Callable[[Told], None]
    #: From 0 to 1, spreads retries.
    chance: Callable[[], float]
    waiting: deque[LetterId] = field(default_factory=deque)
    stopping: bool = False
    #: Why connections were given up, the last one's words.
    trouble: MobilizeError | None = None


async def deliver(run: Run, letters: Iterable[LetterId], *, connections: int) -> None:
    """Send letters over so many connections; returns when all are settled, `run.stopping` is set, or no server is left.

    Raises ServerUnreachable or LoginRefused where not even the first connection can be made: nothing was claimed.
    After that, a server that goes away ends the run with `run.trouble` set, and what was not sent stays queued.
    """
    run.waiting.extend(letters)
    if not run.waiting:
        return
    first = await smtp.connect(run.server)
    wanted = min(connections, len(run.waiting))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_carry(run, first))
        for _ in range(wanted - 1):
            tasks.create_task(_carry(run, None))


async def _carry(run: Run, client: SMTP | None) -> None:
    """One connection's work: letters one after another, the connection renewed where it ends."""
    failures = carried = 0
    try:
        while run.waiting and not run.stopping:
            if client is None:
                try:
                    client = await smtp.connect(run.server)
                except (ServerUnreachable, LoginRefused) as error:
                    failures += 1
                    run.trouble = error
                    # Too many connections is the usual reason: the others carry on, and this one waits or ends.
                    if failures >= MOST_FAILURES or isinstance(error, LoginRefused):
                        return
                    await asyncio.sleep(failures)
                    continue
                carried = 0
            kept = await _one(run, client)
            carried += 1
            failures = 0 if kept else failures + 1
            if not kept or carried >= LETTERS_A_CONNECTION:
                await smtp.close(client)
                client = None
            if failures >= MOST_FAILURES:
                run.trouble = ServerUnreachable("the server keeps closing the connection")
                return
    finally:
        if client is not None:
            await smtp.close(client)


async def _one(run: Run, client: SMTP) -> bool:
    """Take the next letter all the way. Returns whether the connection can carry another."""
    letter = run.waiting.popleft()
    message = await _made(run, letter)
    if message is None:
        return True
    if run.stopping:
        return True
    attempt = run.ledger.claim(letter)
    if attempt is None:
        return True
    return await asyncio.shield(_transaction(run, client, message, attempt))


async def _made(run: Run, letter: LetterId) -> Message | None:
    """Make the message before the letter is claimed; a letter that cannot be made fails by itself."""
    try:
        return await asyncio.to_thread(run.make, letter)
    except (LetterWrong, TemplateWrong) as error:
        attempt = run.ledger.claim(letter)
        if attempt is not None:
            answer = Answer(stage=Stage.CONNECT, code=None, text="")
            reason = f"the letter cannot be made: {error.sentence}"
            failed = Verdict(state=State.FAILED, reason=reason, enhanced="", retry_after=None)
            _settle(run, letter, failed, answer, attempt)
        return None


async def _transaction(run: Run, client: SMTP, message: Message, attempt: int) -> bool:
    """Envelope, text, verdict. Shielded: once it has begun, it is seen through, whoever presses Ctrl-C."""
    answer = await smtp.envelope(client, message)
    if answer is None:
        # On disk before the first byte of the text: a crash from here on leaves the letter in doubt.
        run.ledger.hand_over(message.letter)
        answer = await smtp.text(client, message)
    _settle(run, message.letter, verdict(answer, attempt, jitter=run.chance()), answer, attempt)
    if answer.code is None or answer.code == 421:  # noqa: PLR2004 - RFC 5321 3.8: the server closes the connection
        return False
    if answer.stage is Stage.TEXT and answer.code < 400:  # noqa: PLR2004
        return client.is_connected
    return await smtp.reset(client)


def _settle(run: Run, letter: LetterId, decided: Verdict, answer: Answer, attempt: int) -> None:
    run.ledger.settle(letter, decided, answer, attempt)
    run.told(Told(letter=letter, state=decided.state, reason=decided.reason))
