"""A small real SMTP server, in a thread, whose faults can be switched on: it drops, garbles, delays or refuses at will.

For TLS and AUTH see `aiosmtpd` below; this one is for what a well-behaved server will not do.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Taken:
    """One message that the server answered 250 to, or took and then broke off."""

    sender: str
    recipients: list[str]
    data: bytes
    #: Whether the client got the 250.
    answered: bool


@dataclass
class Server:
    port: int = 0
    #: Step ("connect", "ehlo", "mail", "rcpt", "data", "text") -> what to do there instead of answering well:
    #: "drop", "garbage", "silence", "drip", or an answer such as "450 4.2.0 later".
    faults: dict[str, str] = field(default_factory=dict)
    #: How often each fault still happens; absent: always.
    times: Counter[str] = field(default_factory=Counter)
    #: Whether it drops at a step now, besides what `faults` says.
    roll: Callable[[str], bool] = lambda _step: False
    #: Recipient -> answer to RCPT.
    refused: dict[str, str] = field(default_factory=dict)
    #: Seconds before the answer to the text.
    slow: float = 0
    #: Seconds from byte to byte, where the fault is "drip".
    drip: float = 1.0
    #: Letters after which it closes the connection without a word; 0: none.
    letters_a_connection: int = 0
    #: Connections at once; more are turned away with 421. 0: any number.
    bears: int = 0
    #: Moment (time.monotonic) of each MAIL FROM.
    moments: list[float] = field(default_factory=list)
    #: Lines offered in EHLO.
    offers: tuple[str, ...] = ("8BITMIME", "PIPELINING", "SIZE 35882577", "SMTPUTF8")
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    lines: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, step: str) -> str:
        """What goes wrong at this step now; empty: nothing."""
        with self.lock:
            fault = "drop" if self.roll(step) else self.faults.get(step, "")
            if fault and step in self.times:
                self.times[step] -= 1
                if self.times[step] < 0:
                    return ""
            return fault

    def message_ids(self) -> Counter[str]:
        """Message-ID -> how often it was taken, answered or not."""
        return Counter(
            line.split(b":", 1)[1].strip().decode()
            for each in self.taken
            for line in each.data.split(b"\r\n")
            if line.lower().startswith(b"message-id:")
        )


class _Drop(Exception):
    pass


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Server = self.server.state  # type: ignore[attr-defined]
        with server.lock:
            server.connections += 1
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            self.talk(server)
        except (_Drop, OSError):
            pass
        finally:
            with server.lock:
                server.at_once -= 1

    def say(self, server: Server, step: str, good: str) -> bool:
        """Answer a step; False where the answer was a refusal."""
        fault = server.fault(step)
        if fault == "drop":
            raise _Drop
        if fault == "garbage":
            self.wfile.write(b"\x00\xff what? \r\n")
            return False
        if fault == "silence":
            time.sleep(5)
            raise _Drop
        if fault == "drip":
            # A byte a second: never silent for long, and never done.
            for byte in good.encode() + b"\r\n":
                self.wfile.write(bytes((byte,)))
                time.sleep(server.drip)
            return True
        self.wfile.write(f"{fault or good}\r\n".encode())
        if fault.startswith("421"):
            raise _Drop
        return not fault

    def talk(self, server: Server) -> None:  # noqa: C901, PLR0912 - a branch a command
        if server.bears and server.at_once > server.bears:
            self.wfile.write(b"421 4.3.2 too many concurrent connections\r\n")
            return
        self.say(server, "connect", "220 fault.test ready")
        sender, recipients, carried = "", [], 0
        while line := self.rfile.readline(4096).decode("utf-8", "replace").rstrip("\r\n"):
            server.lines.append(line)
            verb = line.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                good = "\r\n".join(["250-fault.test", *(f"250-{each}" for each in server.offers), "250 HELP"])
                self.say(server, "ehlo", good)
            elif verb == "MAIL":
                if server.letters_a_connection and carried >= server.letters_a_connection:
                    raise _Drop
                sender, recipients = line, []
                server.moments.append(time.monotonic())
                self.say(server, "mail", "250 2.1.0 ok")
            elif verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                answer = server.refused.get(address, "")
                if answer:
                    self.wfile.write(f"{answer}\r\n".encode())
                elif self.say(server, "rcpt", "250 2.1.5 ok"):
                    recipients.append(address)
            elif verb == "DATA":
                if not recipients:
                    self.wfile.write(b"554 5.5.1 no valid recipients\r\n")
                elif self.say(server, "data", "354 go on"):
                    self.text(server, sender, recipients)
                    carried += 1
            elif verb == "QUIT":
                self.wfile.write(b"221 2.0.0 bye\r\n")
                return
            else:
                self.wfile.write(b"250 2.0.0 ok\r\n")

    def text(self, server: Server, sender: str, recipients: list[str]) -> None:
        lines = []
        while (line := self.rfile.readline(2000)) != b".\r\n":
            if not line:
                raise _Drop
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        time.sleep(server.slow)
        fault = server.fault("text")
        taken = Taken(sender=sender, recipients=list(recipients), data=b"".join(lines), answered=not fault)
        if not fault or fault in ("drop", "garbage"):
            with server.lock:
                server.taken.append(taken)
        if fault == "drop":
            raise _Drop
        if fault == "garbage":
            self.wfile.write(b"\x00 garbage \r\n")
            raise _Drop
        self.wfile.write(f"{fault or '250 2.0.0 queued as 1F2E3D'}\r\n".encode())
        if fault.startswith("421"):
            raise _Drop


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def faulty_server(state: Server | None = None) -> Iterator[Server]:
    """Run the server on a free loopback port."""
    state = state or Server()
    with _Threads(("127.0.0.1", 0), _Handler) as server:
        server.state = state  # type: ignore[attr-defined]
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
