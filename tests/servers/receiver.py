"""A receiver of webhooks on a loopback port: it takes, fails, redirects, drips or is silent, as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Receiver:
    """What it shall do, and what it got."""

    #: Status to answer; -1: one octet a moment, for ever; 0: nothing at all.
    answers: int = 204
    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run one."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if told.answers > 0:
                self.send_response(told.answers)
                self.send_header("location", f"{told.url}elsewhere")
                self.end_headers()
                return
            while not told.ended.wait(0.05):
                if told.answers == -1:
                    try:
                        self.wfile.write(b"H")
                    except OSError:
                        return

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
        time.sleep(0)
