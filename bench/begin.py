"""`mobilize send` on a round that was interrupted: how long from the command to the first letter on the wire."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ground import fresh, say

COUNTRIES = ("KE", "ET", "GH", "NG", "UG", "ZA", "SN", "FR", "EG", "BR")


def measure(place: str, port: int, count: int) -> None:
    """Print how long the command takes until its first letter is on the wire, planned and gone on with."""
    with fresh(place, "begin", paper=False) as installation:
        folder = installation.folder
    table = folder / "contacts.csv"
    head = table.read_text("utf-8").splitlines()[0]
    rows = (
        f"{COUNTRIES[n % len(COUNTRIES)]},ngo,Lantern {n},,,,desk{n}@lantern{n}.example,,,,invented,2026-11-01,"
        for n in range(count)
    )
    table.write_text("\n".join((head, *rows, "")), "utf-8")
    planned, went_on = (_first(folder, port) for _ in range(2))
    print(f"mobilize send, {count:,} contacts: planned whole, the first letter on the wire after {planned:.1f} s")
    say(f"the same command again: seconds to the first of some {count:,} queued letters", went_on, 1.0, most=True)


def _first(folder: Path, port: int) -> float:
    """Seconds from the command to the first MAIL FROM; it is then asked to stop."""
    with _watched(port) as (there, came):
        (folder / ".env").write_text(
            f"SMTP_HOST=127.0.0.1\nSMTP_PORT={there}\nSMTP_SECURITY=none\nSMTP_SANDBOX=yes\nSMTP_CONNECTIONS=20\n",
            "utf-8",
        )
        words = [str(Path(sys.executable).with_name("mobilize")), "--campaign", str(folder), "send", "--yes"]
        begin = time.perf_counter()
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while not came and process.poll() is None:
                time.sleep(0.005)
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
        return came[0] - begin


@contextmanager
def _watched(port: int) -> Iterator[tuple[int, list[float]]]:
    """Stand before a server; yields our port, and the moments of each connection's first MAIL FROM."""
    came: list[float] = []
    loop = asyncio.new_event_loop()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, look: bool) -> None:
        while data := await reader.read(65536):
            if look and b"MAIL FROM" in data:
                came.append(time.perf_counter())
                look = False
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(forward(reader, back, look=True), forward(there, writer, look=False))

    async def listen() -> int:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])

    ours = loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield ours, came
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
