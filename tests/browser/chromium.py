"""Starts the system's Chromium: Playwright's own cannot be had from a package registry."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Missing(Exception):
    """Something the browser tests need is not there; the message says how to get it."""


@contextmanager
def chromium() -> Iterator:
    """A Playwright browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("Playwright for Python is missing: pip install playwright") from None
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise Missing("Chromium is missing: apt-get install chromium")
    # Chromium refuses to run as root inside its own sandbox.
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield browser
        finally:
            browser.close()
