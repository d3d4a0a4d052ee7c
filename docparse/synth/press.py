"""Headless Chromium as the layout engine: pieces in, their places and a PDF out."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docparse.errors import EngineError, MissingDependency

ASSETS = Path(__file__).parent / "assets"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_ARGS = (
    "--font-render-hinting=none",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-lcd-text",
    "--disable-dev-shm-usage",
)


@dataclass(frozen=True, slots=True)
class Printed:
    """Where each piece came to stand (see `report` in page.js; points), and the PDF."""

    places: list[dict[str, Any]]
    pdf: bytes


class Press:
    """One browser for many documents. Not thread-safe; close it, or use it as a context manager.

    Raises MissingDependency when Playwright or the browser is not installed; the environment variable
    CHROME_BIN names a browser that is not on the path.
    """

    def __init__(self) -> None:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise MissingDependency(
                "setting pages needs Playwright", user_action="Install it with: pip install 'docparse[synth]'"
            ) from None
        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(executable_path=find_browser(), args=list(_ARGS))
            self._page = self._browser.new_page()
            self._page.emulate_media(media="print")
            self._page.goto((ASSETS / "page.html").as_uri())
            self._page.evaluate("ready()")
        except BaseException:
            self._playwright.stop()
            raise

    def __enter__(self) -> Press:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()

    def print(self, spec: dict[str, Any], *, tagged: bool = False) -> Printed:
        """Set and print one document, `tagged` with its structure tree.

        Raises EngineError when its pieces can't be set (a formula KaTeX refuses).
        """
        from playwright.sync_api import Error

        try:
            places = self._page.evaluate("spec => setDocument(spec)", spec)
            return Printed(places, self.print_again(tagged=tagged))
        except Error as error:
            raise EngineError(f"the browser could not set the document: {error.message}") from error

    def print_again(self, css: str = "", *, tagged: bool = False) -> bytes:
        """The document on the press once more, with other colours (tests draw each element alone)."""
        self._page.evaluate("css => { document.getElementById('extra').textContent = css; }", css)
        return self._page.pdf(prefer_css_page_size=True, print_background=True, tagged=tagged)


def find_browser() -> str:
    """Path of Chromium or Chrome. Raises MissingDependency."""
    named = os.environ.get("CHROME_BIN")
    for name in (named,) if named else _BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    raise MissingDependency(
        f"no browser found ({named or ', '.join(_BROWSERS)})",
        user_action="On Debian and Ubuntu: apt install chromium. Or set CHROME_BIN.",
    )
