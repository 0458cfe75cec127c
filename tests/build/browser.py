"""One headless Chromium for all tests of HTML pages; every page is watched for errors and for requests."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WIDE, NARROW = (1440, 900), (390, 844)


@dataclass
class Watched:
    """An open page with all it complained about and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings on the console, uncaught exceptions, breaches of the policy."""
    requests: list[str] = field(default_factory=list)
    """All it asked for beside itself."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; the caller has seen to it that there is one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
"""Ends when a page has been drawn: what a person waits for, too."""


PATIENCE = 10.0
"""Seconds that a page is given to do what it was told."""


def until(page: Page, expression: str) -> None:
    """Wait until an expression holds: a key or a click is heard when the browser has the time.

    Asked from here again and again: `Page.wait_for_function` evaluates within the page when it asks a second
    time, which the pages' policy forbids.
    """
    end = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never came true: {expression}"
        page.wait_for_timeout(20)


@contextmanager
def opened(
    browser: Browser,
    path: Path,
    *,
    size: tuple[int, int] = WIDE,
    dark: bool = False,
    scripts: bool = True,
    anchor: str = "",
) -> Iterator[Watched]:
    """Open a page from its file in a fresh profile."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    watched = Watched(page)
    page.on("console", lambda message: watched.complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    own = (path.as_uri(), "data:,")
    page.on("request", lambda request: None if request.url.startswith(own) else watched.requests.append(request.url))
    page.goto(path.as_uri() + anchor)
    if scripts:
        page.evaluate(DRAWN)
    yield watched
    context.close()
