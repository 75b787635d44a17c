"""The lead's job: send a round, each letter once."""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import random
import secrets
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mobilize.desk import plan as planning
from mobilize.desk.plan import Plan
from mobilize.errors import MobilizeError
from mobilize.installation import LEDGER_FOLDER, Installation
from mobilize.letter import html, mime, pdf, text
from mobilize.letter.merge import Letter, LetterId
from mobilize.letter.mime import Attachment, Message
from mobilize.post import deliver, outbox, smtp
from mobilize.post.outbox import address_digest
from mobilize.post.smtp import Server
from mobilize.post.verdict import Answer, Verdict

#: Days after sending during which an answer's token is good, where the campaign has no end of its own.
ANSWER_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a run of `send` did."""

    #: State -> letters that this run settled.
    states: Mapping[str, int]
    #: Letters that still wait, because the run was stopped or the server went away.
    left: int
    #: Of an earlier run that died: letters queued again, and letters now in doubt.
    recovered: tuple[int, int]
    #: Why the server was given up; empty: it was not.
    trouble: str
    stopped: bool


def server_of(installation: Installation) -> Server:
    """The relay that the settings name."""
    settings = installation.settings
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security.value,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        verify=settings.smtp_verify,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
        hello=installation.campaign.sender.address.rpartition("@")[2] or "localhost",
    )


def send(
    installation: Installation,
    plan: Plan,
    *,
    now: Callable[[], dt.datetime],
    told: Callable[[str, int, int], None],
) -> Sent:
    """Send the letters of a plan. Ctrl-C lets the letters on the wire finish; a second run goes on.

    now: gives the present moment. told: shows progress (what, done, of).
    Raises ServerUnreachable or LoginRefused before anything is claimed; LedgerUnusable where the ledger fails.
    """
    smtp.check(server_of(installation))
    with _holding(installation) as (holder, is_dead):
        campaign = installation.campaign.slug
        with installation.store.writing() as connection:
            dead = [each for each in outbox.holders(connection, campaign) if is_dead(each)]
            recovered = outbox.recover(connection, campaign, dead, now=now())
            planned = tuple(planning.entries(installation, plan.letters))
            added = set(outbox.queue(connection, campaign, planned, now=now()))
            for entry in planned:
                if entry.letter not in added:
                    # Queued by an earlier run: its contact or template may have changed since.
                    outbox.redo(connection, campaign, entry)
        ledger = _Ledger(installation=installation, holder=holder, now=now, addresses=_addresses(plan))
        states: Counter[str] = Counter()

        def settled(each: deliver.Told) -> None:
            states[each.state.value] += 1
            told("sending", states.total(), len(plan.letters))

        run = deliver.Run(
            server=server_of(installation),
            ledger=ledger,
            make=_maker(installation, plan, now),
            told=settled,
            chance=random.random,
        )
        _carry_out(run, _in_order(plan), installation.settings.smtp_connections)
    return Sent(
        states=dict(states),
        left=len(plan.letters) - states.total(),
        recovered=recovered,
        trouble=run.trouble.sentence if run.trouble and run.waiting else "",
        stopped=run.stopping,
    )


def _addresses(plan: Plan) -> Mapping[LetterId, tuple[str, ...]]:
    return {letter.id: tuple(address_digest(each) for each in letter.contact.emails) for letter in plan.letters}


def _in_order(plan: Plan) -> list[LetterId]:
    """Grouped by language: alternating languages costs the PDF renderer 13 % (PARTS.md)."""
    return [letter.id for letter in sorted(plan.letters, key=lambda each: (each.language, each.contact.country))]


def _carry_out(run: deliver.Run, letters: list[LetterId], connections: int) -> None:
    """Run the delivery to its end; Ctrl-C and SIGTERM ask it to stop after the letters on the wire."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, lambda: setattr(run, "stopping", True))
        try:
            await deliver.deliver(run, letters, connections=connections)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    try:
        asyncio.run(main())
    except* MobilizeError as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


def _maker(installation: Installation, plan: Plan, now: Callable[[], dt.datetime]) -> Callable[[LetterId], Message]:
    letters = {letter.id: letter for letter in plan.letters}
    return lambda letter: message(installation, letters[letter], now=now())


def message(installation: Installation, letter: Letter, *, now: dt.datetime) -> Message:
    """Make one letter's message: text, HTML, and the PDF. Raises LetterWrong or TemplateWrong."""
    campaign = installation.campaign
    end = campaign.not_after.date() if campaign.not_after else now.date()
    paper = Attachment(name=f"{letter.reference}.pdf", content_type="application/pdf", data=pdf.pdf(letter, campaign))
    return mime.build(
        letter,
        text=text.text(letter),
        html=html.html(letter),
        attachments=[paper],
        sender=campaign.sender,
        key=installation.secret,
        now=now,
        answers_until=max(end, now.date()) + dt.timedelta(days=ANSWER_DAYS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """The outbox as delivery sees it: each call a transaction of its own."""

    installation: Installation
    holder: str
    now: Callable[[], dt.datetime]
    #: Letter -> digests of the addresses that it goes to.
    addresses: Mapping[LetterId, tuple[str, ...]]

    @property
    def campaign(self) -> str:
        return self.installation.campaign.slug

    def claim(self, letter: LetterId) -> int | None:
        with self.installation.store.writing() as connection:
            # Looked at last: somebody may have asked to be left alone since the plan was made (B20).
            if outbox.suppressed(connection, self.addresses[letter]):
                return None
            return outbox.claim(connection, self.campaign, letter, self.holder, now=self.now())

    def hand_over(self, letter: LetterId) -> None:
        with self.installation.store.writing() as connection:
            outbox.hand_over(connection, self.campaign, letter, self.holder)

    def settle(self, letter: LetterId, verdict: Verdict, answer: Answer, attempt: int) -> None:
        with self.installation.store.writing() as connection:
            outbox.settle(
                connection,
                self.campaign,
                letter,
                self.holder,
                verdict=verdict,
                answer=answer,
                attempt=attempt,
                host=self.installation.settings.smtp_host,
                now=self.now(),
            )

    def put_back(self, letter: LetterId) -> None:
        with self.installation.store.writing() as connection:
            outbox.put_back(connection, self.campaign, letter, self.holder, now=self.now())


@contextmanager
def _holding(installation: Installation) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """Name this process as a holder of letters, by a locked file: the system frees the lock when a process dies.

    Yields the name, and a function that says of another name whether its process is dead.
    """
    folder = installation.folder / LEDGER_FOLDER / "holders"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    path = folder / name
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield name, lambda other: other != name and _is_dead(folder / other)
        finally:
            path.unlink(missing_ok=True)


def _is_dead(path: Path) -> bool:
    try:
        with path.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    path.unlink(missing_ok=True)
    return True
