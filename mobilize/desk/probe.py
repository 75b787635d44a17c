"""What a monitor asks a worker over HTTP: whether it lives, whether it can work, and its figures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mobilize.desk.work import Shift
from mobilize.errors import LedgerUnusable, Refused
from mobilize.post import metrics, workers
from mobilize.store import queue

#: Seconds between two countings of the letters: a million take a third of a second, and every worker counts.
COUNTED_EVERY = 15.0

#: Path -> its answer: status and text.
_Answer = tuple[int, str]


def ready(shift: Shift) -> str:
    """Why a worker cannot work now; empty: it can."""
    if shift.stopping:
        return "it is ending"
    if shift.hands is None:
        return "the database is away"
    try:
        with shift.installation.store.reading() as connection:
            queue.counts(connection, shift.installation.campaign.slug)
    except LedgerUnusable:
        return "the database is away"
    return ""


@dataclass(slots=True)
class Figures:
    """A worker's figures as Prometheus reads them; what is counted in the ledger is counted now and then alone."""

    shift: Shift
    _counted: float = float("-inf")
    _queued: Mapping[str, int] = field(default_factory=dict)
    _standing: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def text(self) -> str:
        """Write them; those of the ledger are left out while the database is away."""
        self._count()
        tally, hands = self.shift.tally, self.shift.hands
        return metrics.of_worker(
            campaign=self.shift.installation.campaign.slug,
            letters=tally.letters,
            shards=tally.shards,
            recovered=tally.recovered,
            differing=tally.differing,
            away=tally.away,
            in_hand=tally.in_hand,
            sending=sum(len(run.agenda) for run in list(hands.runs)) if hands else 0,
            queued=self._queued,
            standing=self._standing,
            ready=not ready(self.shift),
        )

    def _count(self) -> None:
        if time.monotonic() - self._counted < COUNTED_EVERY:
            return
        slug = self.shift.installation.campaign.slug
        try:
            with self.shift.installation.store.reading() as connection:
                self._queued = queue.counts(connection, slug)
                self._standing = workers.standing(connection, slug)
        except LedgerUnusable:
            self._queued, self._standing = {}, {}
        self._counted = time.monotonic()


@contextmanager
def probed(shift: Shift, host: str, port: int) -> Iterator[int]:
    """Answer /healthz, /readyz and /metrics as long as the worker runs. Yields the port; 0 takes any that is free.

    Raises Refused where the port is taken.
    """
    found = Figures(shift)
    answers: dict[str, Callable[[], _Answer]] = {
        "/healthz": lambda: (200, "ok\n"),
        "/readyz": lambda: (503, f"{why}\n") if (why := ready(shift)) else (200, "ok\n"),
        "/metrics": lambda: (200, found.text()),
    }
    try:
        server = ThreadingHTTPServer((host, port), _handler(answers))
    except OSError as error:
        raise Refused(f"port {port} cannot be used: {error.strerror}", hint="name another with --listen") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(answers: dict[str, Callable[[], _Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers one request, and logs none."""

        timeout = 5

        def do_GET(self) -> None:
            status, text = answers.get(self.path.partition("?")[0], lambda: (404, "there is no such page\n"))()
            content = text.encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            del format, args

    return Handler
