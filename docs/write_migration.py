"""Write the next migration from what store/schema.py says that the newest does not: `make migration M="what is new"`.

Read the file that it writes: Alembic sees tables, columns and indexes, and no triggers. Then run tests/store.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mobilize.store import migrate, schema
from mobilize.store.engine import connect

SCHEMA = Path(schema.__file__)


def main() -> None:
    """Write it, and raise the version by one."""
    what = " ".join(sys.argv[1].split()) if len(sys.argv) > 1 else ""
    if not what:
        sys.exit('say what is new: make migration M="the table of …"')
    with tempfile.TemporaryDirectory() as place:
        store = connect(Path(place) / "ledger.sqlite")
        with store.writing() as connection:
            migrate.run(connection)
            path = migrate.write(connection, what)
            number = migrate.newest(connection)
        store.close()
    words = SCHEMA.read_text("utf-8")
    SCHEMA.write_text(re.sub(r"^VERSION = \d+$", f"VERSION = {number}", words, flags=re.MULTILINE), "utf-8")
    subprocess.run([str(Path(sys.executable).with_name("ruff")), "format", "--quiet", str(path)], check=False)  # noqa: S603 - ours, from .venv
    sys.stdout.write(f"{path}\nRead it; `make test PYTEST_ARGS=tests/store` tries it on both databases.\n")


if __name__ == "__main__":
    main()
