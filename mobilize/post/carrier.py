"""One connection's work: letters one after another, each claimed, sent and written down, whatever the server does.

Several carriers share a crew (post/deliver.py); this file knows nothing of tasks and threads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from mobilize.errors import LetterWrong, LoginRefused, MobilizeError, ServerUnreachable, TemplateWrong
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import smtp, transaction
from mobilize.post.agenda import Agenda
from mobilize.post.load import Load
from mobilize.post.notes import Later, Ledger, Settled, Tried
from mobilize.post.schedule import Pace, plainly
from mobilize.post.smtp import Connection, Server
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict, asks_for_less, enhanced_code, plain, refuses_us, verdict

#: Times that a letter may be put back because its connection broke at its first command: then it may be the reason.
MOST_PUT_BACK = 3

#: Seconds that a connection is kept open while there is nothing to say: some relays close it after thirty.
IDLE = 20.0

#: Seconds that any run waits, however little patience it has: a server that restarts is back in that time.
A_BREATH = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One letter settled, for whoever shows progress. Ids only."""

    letter: LetterId
    state: State
    reason: str


@dataclass(slots=True, kw_only=True)
class Run:
    """One delivery under way: what is to go, where, how fast, and whether to stop."""

    server: Server
    ledger: Ledger
    #: Makes the message of a letter; runs in a thread. LetterWrong and TemplateWrong fail that letter alone.
    make: Callable[[LetterId], Message]
    #: One letter settled.
    told: Callable[[Told], None]
    #: A sentence about the run: the server wants fewer connections, sending was paused.
    said: Callable[[str], None]
    #: From 0 to 1, spreads retries.
    chance: Callable[[], float]
    #: Seconds since 1970: the ledger's clock.
    clock: Callable[[], float]
    pace: Pace
    #: Seconds that the run waits while no letter may go; then it ends, and what waits is sent by the next.
    patience: float
    agenda: Agenda = field(default_factory=Agenda)
    stopping: bool = False
    #: Why the server was given up; None: it was not.
    trouble: MobilizeError | None = None

    @property
    def ending(self) -> bool:
        """Whether no more letters are taken."""
        return self.stopping or self.trouble is not None


class Crew(Protocol):
    """What the carriers of a run share."""

    run: Run
    load: Load
    #: Letters that carriers have in their hands.
    busy: int
    #: Letters that were put back in this run -> how often.
    put_back: dict[LetterId, int]

    async def made(self, letter: LetterId) -> Message:
        """The message of a letter. Raises LetterWrong or TemplateWrong."""

    # Each is durable when it returns, and raises LedgerUnusable; post/notes.py says what they mean.
    async def book(self, letter: LetterId) -> float | Later:
        """Ask for a turn under the pace."""

    async def claim(self, letter: LetterId) -> Tried | Later | None:
        """Take a letter."""

    async def hand_over(self, letter: LetterId) -> None:
        """Note that its text is going out."""

    async def give_back(self, tried: Tried) -> None:
        """Give back a letter of which the server took nothing."""

    def settle(self, settled: Settled) -> Awaitable[object]:
        """Write down a letter's fate; durable when awaited, and meanwhile the next letter is readied."""

    def wake(self) -> None:
        """Have everyone who pauses look again."""

    async def pause(self, seconds: float | None) -> None:
        """Wait so long, or until something changes."""


@dataclass(slots=True, kw_only=True)
class Carrier:
    """One connection and the letter that is on it."""

    crew: Crew
    #: From 0: the higher, the earlier it rests when the server wants fewer connections.
    number: int
    line: Connection | None = None
    #: Letters that this connection carried.
    carried: int = 0
    #: A letter whose fate is being written down.
    _settling: tuple[Settled, Awaitable[object]] | None = None

    async def work(self) -> None:
        """Carry letters until none is left that may go, or the run ends."""
        try:
            while await self._may_go_on():
                letter = self.crew.run.agenda.take(self.crew.run.clock())
                if letter is None:
                    continue
                self.crew.busy += 1
                try:
                    await self._one(letter)
                finally:
                    self.crew.busy -= 1
                    self.crew.wake()
            await self._settled()
            await self._hang_up()
        finally:
            if self.line is not None:
                smtp.drop(self.line)

    # --- what has to be waited for

    async def _may_go_on(self) -> bool:
        """Wait for what has to be waited for. False: this connection is done."""
        crew, run = self.crew, self.crew.run
        if not self._goes_on_at_once():
            # No claim follows at once, with which it could be written: the letter may come back to the agenda now.
            await self._settled()
        waiting = run.agenda.wait(run.clock())
        if run.ending or (waiting is None and not crew.busy):
            return False
        if waiting is None or self.number >= crew.load.allowed:
            # Others may give a letter back, or leave this one room.
            await self._rest(None)
            return True
        wait = max(crew.load.not_before - run.clock(), waiting)
        if wait > max(run.patience, A_BREATH):
            if not crew.busy:
                return False
            await self._rest(None)
        elif wait > 0:
            await self._rest(wait)
        return True

    def _goes_on_at_once(self) -> bool:
        run, load = self.crew.run, self.crew.load
        now = run.clock()
        return not run.ending and self.number < load.allowed and load.not_before <= now and run.agenda.wait(now) == 0

    async def _rest(self, seconds: float | None) -> None:
        if seconds is None or seconds > IDLE:
            await self._hang_up()
        await self.crew.pause(seconds)

    async def _hang_up(self) -> None:
        if self.line is not None:
            line, self.line = self.line, None
            await smtp.close(line)

    def _wait_for(self, letter: LetterId, later: Later) -> None:
        """Put a letter aside until later; where all have to wait, all do, and it is said once."""
        run, load = self.crew.run, self.crew.load
        moment = run.clock() + later.seconds
        run.agenda.give_back(letter, not_before=moment if not later.why else 0.0)
        if later.why and moment > load.not_before:
            if load.not_before < run.clock():
                run.said(later.why)
            load.not_before = moment

    # --- one letter

    async def _one(self, letter: LetterId) -> None:
        """Take one letter all the way, or give it back."""
        run = self.crew.run
        message = await self._made(letter)
        if message is None or run.ending or not await self._has_its_turn(letter):
            return
        line = await self._connected()
        if line is None or run.ending:
            run.agenda.give_back(letter, not_before=0.0)
            return
        claimed = await self.crew.claim(letter)
        # The claim and the fate of the letter before went on one page, where they came together: one wait for the disk.
        await self._settled()
        if isinstance(claimed, Later):
            self._wait_for(letter, claimed)
        elif claimed is not None:
            await self._transaction(line, message, claimed)

    async def _made(self, letter: LetterId) -> Message | None:
        """Make the message before the letter is claimed; a letter that cannot be made fails by itself."""
        try:
            return await self.crew.made(letter)
        except (LetterWrong, TemplateWrong) as error:
            await self._settled()
            claimed = await self.crew.claim(letter)
            if isinstance(claimed, Tried):
                reason = f"the letter cannot be made: {error.sentence}"
                failed = Verdict(state=State.FAILED, reason=reason, enhanced="", retry_after=None)
                self._settle(claimed, failed)
            return None

    async def _has_its_turn(self, letter: LetterId) -> bool:
        """Wait for the letter's turn under the pace. False: it went back, or the run ends."""
        run = self.crew.run
        if not run.pace.is_limited:
            return True
        await self._settled()
        turn = await self.crew.book(letter)
        if isinstance(turn, Later):
            self._wait_for(letter, turn)
            return False
        end = run.clock() + turn
        while (left := end - run.clock()) > 0 and not run.ending:
            await self._rest(left)
        return not run.ending

    async def _connected(self) -> Connection | None:
        """The connection, opened anew where it ended or carried enough. None: it cannot be had now."""
        run, load = self.crew.run, self.crew.load
        most = min(run.pace.letters_a_connection, load.letters_a_connection or run.pace.letters_a_connection)
        if self.line is not None and (not self.line.is_open or self.carried >= most):
            await self._hang_up()
        if self.line is not None:
            return self.line
        try:
            self.line = await smtp.connect(run.server)
        except LoginRefused as error:
            self._give_up(error)
        except ServerUnreachable as error:
            if error.busy:
                self._press_less()
            else:
                self._broke(error)
        self.carried = 0
        return self.line

    async def _transaction(self, line: Connection, message: Message, tried: Tried) -> None:
        """Envelope, text, final dot, verdict."""
        opening = await transaction.envelope(line, message)
        answer = opening.answer or transaction.text(line, message)
        if answer is None:
            # On disk while the text is on its way, and before its final dot: a crash from there on is a doubt.
            await self.crew.hand_over(message.letter)
            answer = await transaction.all_left(line)
        if answer is None:
            answer = await transaction.end(line)
            tried = replace(tried, refused=opening.refused, sha256=hashlib.sha256(message.data).hexdigest())
        await self._decide(replace(tried, answer=answer), answer)
        self.carried += 1
        await self._renew(line, answer)

    async def _decide(self, tried: Tried, answer: Answer) -> None:
        """Write down what the answer means for the letter, and learn what it means for the server."""
        crew = self.crew
        closed_at_once = answer.code is None and answer.stage is Stage.MAIL
        if closed_at_once and crew.put_back.get(tried.letter, 0) < MOST_PUT_BACK:
            await self._put_back(replace(tried, answer=None))
            if self.carried:
                # It closed a connection that had carried letters: it counts them, or was idle (complaints A 9).
                crew.load.closed_after(self.carried)
            else:
                self._broke(ServerUnreachable("it keeps closing the connection"))
        elif refuses_us(answer):
            await self._put_back(tried)
            self._give_up(
                ServerUnreachable(f"it refuses our mail: {plain(answer.code or 0, enhanced_code(answer.text))}")
            )
        else:
            self._settle(tried, self._judged(tried, answer))

    def _judged(self, tried: Tried, answer: Answer) -> Verdict:
        decided = verdict(answer, tried.attempt, age=tried.age, jitter=self.crew.run.chance())
        if asks_for_less(answer) and decided.state is State.DEFERRED:
            return replace(decided, retry_after=self._press_less())
        if answer.code is None:
            self._broke(ServerUnreachable("it keeps closing the connection"))
        else:
            self.crew.load.worked()
        return decided

    async def _renew(self, line: Connection, answer: Answer) -> None:
        """Ready the connection for the next letter, or let go of it."""
        gone = answer.code is None or answer.code == 421 or not line.is_open  # noqa: PLR2004 - RFC 5321 3.8: it closes
        if gone or ((answer.code or 0) >= 400 and not await smtp.reset(line)):  # noqa: PLR2004
            smtp.drop(line)
            self.line = None

    async def _put_back(self, tried: Tried) -> None:
        """The letter waits again, as before: of this one the server has taken nothing."""
        self.crew.put_back[tried.letter] = self.crew.put_back.get(tried.letter, 0) + 1
        await self.crew.give_back(tried)
        self.crew.run.agenda.give_back(tried.letter, not_before=0.0)

    def _settle(self, tried: Tried, decided: Verdict) -> None:
        """Have a letter's fate written down; `_settled` waits for it."""
        settled = Settled(tried=tried, verdict=decided)
        self._settling = settled, self.crew.settle(settled)

    async def _settled(self) -> None:
        """Wait until the fate of the letter before is durable, and only then tell of it."""
        if self._settling is None:
            return
        settled, written = self._settling
        self._settling = None
        await written
        run, letter, decided = self.crew.run, settled.tried.letter, settled.verdict
        if decided.retry_after is not None and decided.retry_after <= run.patience:
            # Soon enough for this run: it comes back to it, and tells of it when it is decided.
            run.agenda.give_back(letter, not_before=run.clock() + decided.retry_after)
        else:
            run.told(Told(letter=letter, state=decided.state, reason=decided.reason))
        self.crew.wake()

    # --- what the server makes of us

    def _give_up(self, why: MobilizeError) -> None:
        """Take no more letters, because of the server."""
        self.crew.run.trouble = self.crew.run.trouble or why
        self.crew.wake()

    def _press_less(self) -> float:
        """The server wants fewer connections, or slower ones. Returns the seconds of the pause."""
        run, load = self.crew.run, self.crew.load
        pause = load.throttled(run.clock(), run.chance())
        connections = f"{load.allowed} connection{'s' * (load.allowed != 1)}"
        run.said(f"The server wants less: {connections} from now on, after {plainly(pause)}.")
        return pause

    def _broke(self, error: MobilizeError) -> None:
        """The server failed; where it does so again and again, it is left alone for a while, or given up."""
        run = self.crew.run
        rest = self.crew.load.broke(run.clock(), run.chance())
        if rest is not None and rest > run.patience:
            self._give_up(error)
        elif rest is not None:
            run.said(f"{error.sentence}. Trying again in {plainly(rest)}.")
