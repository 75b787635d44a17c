"""Fifty clients that keep their connections and ask as fast as they are answered, for bench/web.py."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Client(asyncio.Protocol):
    """One connection: asks, reads to the end of the answer, asks again until the time is over."""

    asks: Sequence[bytes]
    until: float
    first: int
    done: asyncio.Future[None]
    answers: int = 0
    octets: int = 0
    #: Answers other than 200: there must be none.
    bad: int = 0
    slowest: float = 0.0
    _at: float = 0.0
    _left: int = -1
    _head: bytearray = field(default_factory=bytearray)
    _to: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first."""
        assert isinstance(transport, asyncio.Transport)
        self._to = transport
        self._ask()

    def _ask(self) -> None:
        assert self._to is not None
        now = time.monotonic()
        if now >= self.until:
            self._to.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._at, self._left = now, -1
        self._head.clear()
        self._to.write(self.asks[(self.first + self.answers) % len(self.asks)])

    def data_received(self, data: bytes) -> None:
        """Count the body down."""
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._head[:end]).lower()
            self.bad += not head.startswith(b"http/1.1 200")
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self._left = int(length) - (len(self._head) - end - 4)
            self.octets += int(length)
        else:
            self._left -= len(data)
        if self._left <= 0:
            self.answers += 1
            self.slowest = max(self.slowest, time.monotonic() - self._at)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        """A server that closes has failed us."""
        if not self.done.done():
            self.bad += 1
            self.done.set_result(None)


@dataclass(frozen=True, slots=True)
class Load:
    """What fifty clients got."""

    per_second: float
    octets: int
    slowest: float


def load(port: int, asks: Sequence[bytes], *, seconds: float, clients: int = 50) -> Load:
    """Ask for so long. Stops the program where an answer is not 200."""
    return asyncio.run(_load(port, asks, seconds, clients))


async def _load(port: int, asks: Sequence[bytes], seconds: float, clients: int) -> Load:
    loop = asyncio.get_running_loop()
    start = time.monotonic()
    made = [Client(asks, start + seconds, number * 7, loop.create_future()) for number in range(clients)]
    await asyncio.gather(*(loop.create_connection(lambda each=each: each, "127.0.0.1", port) for each in made))
    await asyncio.gather(*(each.done for each in made))
    took = time.monotonic() - start
    bad = sum(each.bad for each in made)
    if bad:
        sys.exit(f"{bad} answers were no 200")
    answers = sum(each.answers for each in made)
    return Load(answers / took, sum(each.octets for each in made) // answers, max(each.slowest for each in made))


def get(path: str, *, cookie: str = "") -> bytes:
    """A GET as a browser sends it."""
    more = f"cookie: mobilize={cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html\r\n{more}\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A form."""
    kind = "content-type: application/x-www-form-urlencoded\r\n"
    return f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{kind}content-length: {len(body)}\r\n\r\n".encode() + body
