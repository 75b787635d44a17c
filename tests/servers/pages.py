"""The web pages on a real server (uvicorn), on a loopback port of the system's choice."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from mobilize.cli.serve import SERVER, proxies
from mobilize.installation import Installation, opened
from mobilize.web.app import create


@dataclass(frozen=True, slots=True)
class Site:
    """A served campaign."""

    url: str
    installation: Installation


@contextmanager
def pages(folder: Path) -> Iterator[tuple[str, Installation]]:
    """Serve a campaign folder's pages; yields their address and the installation that they work with."""
    with opened(folder) as installation, socket.create_server(("127.0.0.1", 0)) as listening:
        app = create(installation)
        trusted = proxies(installation.settings.trusted_proxies)
        config = uvicorn.Config(app, **{**SERVER, **trusted, "log_level": "error"})
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", installation
        finally:
            server.should_exit = True
            thread.join()
