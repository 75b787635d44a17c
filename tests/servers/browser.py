"""Debian's Chromium, driven by Playwright: what people look at is looked at in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

#: Milliseconds: each step may take long on a loaded machine; nothing hangs on how long.
PATIENCE = 60_000

#: Marks a test that cannot run without it.
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here (Debian: apt install chromium)")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; closed at the end."""
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs a user that is not root; CI is root in its container.
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        # A container gives little shared memory; a loaded machine starts a browser slowly.
        arguments = [*root, "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()
