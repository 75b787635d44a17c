"""Debian's Chromium, driven by Playwright: what people look at is looked at in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

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


def assert_nothing_hangs_over(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def assert_accessible(page: Page) -> None:
    serious = [
        f"{found['id']}: {found['help']}: {[node['html'] for node in found['nodes']][:3]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    assert not serious, serious
