"""Each module imports alone: no circle, no order that happens to work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "mobilize"

#: One fresh interpreter forks a child a module: each import starts without any module of ours, in some milliseconds.
CHILD = """
import importlib, os, sys, warnings
for heavy in ("pandas", "sqlalchemy", "fastapi", "pydantic_settings", "lxml.etree", "docx", "babel.dates", "jinja2",
              "cryptography.fernet", "email_validator", "typst", "css_inline", "py3langid", "pycountry", "holidays",
              "typer", "rich.progress", "aiosmtplib", "imap_tools", "procrastinate", "alembic.command", "dkim", "nh3",
              "markdown_it", "xlsxwriter", "python_calamine", "uvicorn", "multiprocessing.pool", "flufl.bounce"):
    importlib.import_module(heavy)
warnings.simplefilter("error")
failed = []
for name in sys.argv[1:]:
    pid = os.fork()
    if pid == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {error!r}", flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        failed.append(name)
sys.exit(bool(failed))
"""


def test_each_module_imports_alone() -> None:
    names = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(PACKAGE.rglob("*.py"))
        # Alembic runs it as a script, with what it needs put into place before.
        if path != PACKAGE / "store" / "migrations" / "env.py"
    ]
    run = subprocess.run([sys.executable, "-c", CHILD, *names], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
