"""Starts the system's browsers: Playwright's own cannot be had from a package registry."""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache

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


def chromium() -> AbstractContextManager:
    """Chromium as a Playwright browser."""
    # Chromium refuses to run as root inside its own sandbox.
    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return _started("chromium", ["chromium", "chromium-browser"], args=flags)


def firefox() -> AbstractContextManager:
    """A stock Firefox as a Playwright browser, which speaks WebDriver BiDi with it."""
    return _started("firefox", ["firefox-esr", "firefox"], channel="moz-firefox")


@contextmanager
def _started(engine: str, names: list[str], **options) -> Iterator:
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        raise Missing(f"{names[0]} is missing: apt-get install {names[0]}")
    browser = getattr(_playwright(), engine).launch(executable_path=executable, **options)
    try:
        yield browser
    finally:
        browser.close()


@cache
def _playwright():
    """Playwright for this process, which can have only one."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("Playwright for Python is missing: pip install playwright") from None
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright
