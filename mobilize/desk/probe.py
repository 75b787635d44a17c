"""What a monitor asks a worker over HTTP: whether it lives, whether it can work, and its figures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mobilize.desk.work import Shift
from mobilize.errors import LedgerUnusable, Refused
from mobilize.post import metrics
from mobilize.store import queue

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


def figures(shift: Shift) -> str:
    """A worker's figures as Prometheus reads them; those of the queue are left out while the database is away."""
    tally = shift.tally
    slug = shift.installation.campaign.slug
    try:
        with shift.installation.store.reading() as connection:
            shards = queue.counts(connection, slug)
    except LedgerUnusable:
        shards = {}
    return metrics.of_worker(
        campaign=slug,
        letters=tally.letters,
        shards=tally.shards,
        recovered=tally.recovered,
        differing=tally.differing,
        away=tally.away,
        in_hand=tally.in_hand,
        sending=sum(len(run.agenda) for run in list(shift.hands.runs)) if shift.hands else 0,
        queued=shards,
        ready=not ready(shift),
    )


@contextmanager
def probed(shift: Shift, host: str, port: int) -> Iterator[int]:
    """Answer /healthz, /readyz and /metrics as long as the worker runs. Yields the port; 0 takes any that is free.

    Raises Refused where the port is taken.
    """
    answers: dict[str, Callable[[], _Answer]] = {
        "/healthz": lambda: (200, "ok\n"),
        "/readyz": lambda: (503, f"{why}\n") if (why := ready(shift)) else (200, "ok\n"),
        "/metrics": lambda: (200, figures(shift)),
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
