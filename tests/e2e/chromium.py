"""A real browser. Modules that import this are skipped where Playwright is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.e2e.harness import missing

try:
    from playwright.sync_api import Browser, Error, Page, Response, Route, sync_playwright
except ImportError:
    missing("Playwright", "Install it with: pip install playwright")

__all__ = ["Browser", "Error", "NewPage", "Page", "Response", "Route", "launched", "pages_of"]

NAVIGATION_SECONDS = 60
NewPage = Callable[..., Page]
"""Opens a page in a browser profile of its own; takes the options of a profile."""


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium: the system's, or else the one that Playwright installs."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(
                executable_path=next(filter(None, found), None),
                args=[
                    "--no-sandbox",
                    "--autoplay-policy=no-user-gesture-required",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            )
        except Error as error:
            remedy = "Install one with: playwright install --with-deps chromium"
            missing("A Chromium that starts", f"{remedy}\n{error.message}")
        yield chromium
        chromium.close()


@contextmanager
def pages_of(browser: Browser) -> Iterator[NewPage]:
    """Return what opens pages, all of which are closed in the end."""
    with ExitStack() as stack:

        def new(**options: Any) -> Page:
            context = browser.new_context(**options)
            stack.callback(context.close)
            context.set_default_timeout(NAVIGATION_SECONDS * 1000)
            return context.new_page()

        yield new
