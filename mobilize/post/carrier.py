"""One connection's work: letters one after another, each claimed, sent and written down, whatever the server does.

Several carriers share a crew (post/deliver.py); this file knows nothing of tasks and threads.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from mobilize.errors import LoginRefused, MobilizeError, ServerUnreachable
from mobilize.letter.merge import LetterId
from mobilize.letter.mime import Message
from mobilize.post import smtp, transaction
from mobilize.post.crew import Crew
from mobilize.post.notes import Later, Settled, Tried
from mobilize.post.run import Made, Told, Unmade
from mobilize.post.schedule import plainly
from mobilize.post.smtp import Connection
from mobilize.post.states import State
from mobilize.post.verdict import Answer, Stage, Verdict, asks_for_less, enhanced_code, plain, refuses_us, verdict

#: Times that a letter may be put back because its connection broke at its first command: then it may be the reason.
MOST_PUT_BACK = 3

#: Seconds that a connection is kept open while there is nothing to say: some relays close it after thirty.
IDLE = 20.0

#: Seconds that a letter may be claimed ahead of its turn: after that, whether it may go is asked anew.
STALE = 5.0

#: Seconds that any run waits, however little patience it has: a server that restarts is back in that time.
A_BREATH = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A letter that was claimed and goes out next on a connection."""

    message: Message
    tried: Tried
    #: Moment (seconds).
    claimed_at: float
    #: Whether its envelope went out with the dot of the letter before.
    asked: bool = False


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
                made = self.crew.take()
                if made is None:
                    continue
                self.crew.busy += 1
                try:
                    await self._carry(made)
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
        waiting = self._waiting()
        if run.ending or (waiting is None and not crew.busy and not crew.expects):
            return False
        if self._will_be_needed(waiting):
            await crew.pause(None)
            return True
        if waiting is None or self.number >= crew.load.allowed:
            # Others may give a letter back, or leave this one room.
            await self._rest(None)
            return True
        wait = max(crew.load.not_before - run.clock(), waiting)
        if wait > max(run.patience, A_BREATH):
            if not crew.busy and not crew.expects:
                return False
            await self._rest(None)
        elif wait > 0:
            await self._rest(wait)
        return True

    def _will_be_needed(self, waiting: float | None) -> bool:
        """Whether a letter for this connection is to come soon: it is no use to hang up meanwhile."""
        return waiting is None and self.crew.expects and self.number < self.crew.load.allowed

    def _waiting(self) -> float | None:
        """Seconds until there is a letter to take; None: none is left but what others hold, or is being made."""
        crew = self.crew
        if crew.stock:
            return 0.0
        waiting = crew.run.agenda.wait(crew.run.clock())
        # Where all presses are at work, what may go is not to be had yet.
        return None if waiting == 0 and not crew.may_make else waiting

    def _goes_on_at_once(self) -> bool:
        return self._may_send() and self._waiting() == 0

    def _may_send(self) -> bool:
        run, load = self.crew.run, self.crew.load
        return not run.ending and self.number < load.allowed and load.not_before <= run.clock()

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

    # --- one letter, and those that follow it on the same connection

    async def _carry(self, made: Made) -> None:
        """Take a letter all the way, or give it back; others may follow it in the same breath."""
        if isinstance(made.message, Message):
            turn = await self._claimed(made.letter, made.message)
            while turn is not None:
                turn = await self._transaction(turn)
        else:
            await self._cannot_be_made(made.letter, made.message)

    async def _cannot_be_made(self, letter: LetterId, why: Unmade) -> None:
        await self._settled()
        claimed = await self.crew.claim(letter)
        if isinstance(claimed, Tried):
            reason = f"the letter cannot be made: {why.sentence}"
            self._settle(claimed, Verdict(state=State.FAILED, reason=reason, enhanced="", retry_after=None))

    async def _claimed(self, letter: LetterId, message: Message) -> Turn | None:
        """Wait for its turn and for a connection, and claim it. None: it was given back, or is not ours."""
        run = self.crew.run
        if run.ending or not await self._has_its_turn(letter):
            return None
        line = await self._connected()
        if line is None or run.ending:
            run.agenda.give_back(letter, not_before=0.0)
            return None
        claimed = await self.crew.claim(letter)
        # The claim and the fate of the letter before went on one page, where they came together: one wait for the disk.
        await self._settled()
        return self._turn(message, claimed)

    def _turn(self, message: Message, claimed: Tried | Later | None) -> Turn | None:
        if isinstance(claimed, Later):
            self._wait_for(message.letter, claimed)
            return None
        return Turn(message=message, tried=claimed, claimed_at=self.crew.run.clock()) if claimed is not None else None

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
        run = self.crew.run
        if self.line is not None and (not self.line.is_open or self.carried >= self._most()):
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

    def _most(self) -> int:
        """Letters that one connection carries."""
        run, load = self.crew.run, self.crew.load
        return min(run.pace.letters_a_connection, load.letters_a_connection or run.pace.letters_a_connection)

    async def _transaction(self, turn: Turn) -> Turn | None:
        """Envelope, text, final dot, verdict. Returns the letter that follows on this connection, claimed already."""
        line, message, tried = self.line, turn.message, turn.tried
        assert line is not None, "a turn is given with a connection in hand"
        opening = await transaction.envelope(line, message, asked=turn.asked)
        if opening.answer is None and self.crew.run.clock() > self.crew.run.ends_at:
            # Nothing of its text went out, but its envelope did.
            smtp.drop(line)
            self.line = None
            await self._give_back(turn)
            return None
        answer = opening.answer or transaction.text(line, message)
        following = None
        if answer is None:
            following = await self._handed_over(message)
            answer = await transaction.all_left(line)
        if answer is None:
            then = following.message if following and transaction.may_follow(line, following.message) else None
            answer = await transaction.end(line, then)
            following = replace(following, asked=then is not None) if following else None
            tried = replace(tried, refused=opening.refused, sha256=message.sha256)
        await self._decide(replace(tried, answer=answer), answer)
        self.carried += 1
        return await self._renewed(line, answer, following)

    async def _handed_over(self, message: Message) -> Turn | None:
        """Have it on disk, while the text is on its way and before its final dot: a crash from there on is a doubt.

        On the same page the next letter is claimed, where one may follow on this connection: so a letter waits for
        the disk once. A crash puts that one back, for nothing of it has left.
        """
        then = self._follower()
        claimed = await self.crew.hand_over(message.letter, then.letter if then is not None else None)
        await self._settled()
        return self._turn(then, claimed) if then is not None else None

    def _follower(self) -> Message | None:
        """The letter that may follow at once on this connection."""
        crew, run = self.crew, self.crew.run
        if run.pace.is_limited or self.carried + 1 >= self._most() or not self._may_send():
            return None
        if not crew.stock or not isinstance(crew.stock[0].message, Message):
            return None
        made = crew.take()
        return made.message if made is not None and isinstance(made.message, Message) else None

    async def _decide(self, tried: Tried, answer: Answer) -> None:
        """Write down what the answer means for the letter, and learn what it means for the server."""
        crew = self.crew
        # Where this one was refused at its envelope, the fate of the letter before is not yet told of.
        await self._settled()
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

    async def _renewed(self, line: Connection, answer: Answer, following: Turn | None) -> Turn | None:
        """Ready the connection for the letter that follows, or let go of it and give that letter back."""
        asked = following is not None and following.asked
        late = following is not None and self.crew.run.clock() - following.claimed_at > STALE
        alive = line.wire.is_alive if asked else line.is_open
        closes = answer.code is None or answer.code == 421  # noqa: PLR2004 - RFC 5321 3.8
        gone = closes or not alive or (asked and late)
        # Where an envelope is on its way the server has begun anew by itself.
        if gone or (not asked and (answer.code or 0) >= 400 and not await smtp.reset(line)):  # noqa: PLR2004
            smtp.drop(line)
            self.line = None
        if following is not None and (self.line is None or late or not (asked or self._may_send())):
            await self._give_back(following)
            return None
        return following

    async def _give_back(self, turn: Turn) -> None:
        # The server took nothing of it, and that says nothing of the letter.
        await self.crew.give_back(turn.tried)
        self.crew.run.agenda.give_back(turn.message.letter, not_before=0.0)

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
