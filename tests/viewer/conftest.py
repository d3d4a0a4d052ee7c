"""One browser, one real server with the embedded engine, and pages that fail on any complaint of the browser."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import viewer_files
from viewer_files import DESK, View, make_report

from docparse.errors import MissingDependency
from docparse.synth.press import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

TESTS = Path(__file__).parents[1]
sys.path.append(str(TESTS / "export"))  # payloads

_spec = importlib.util.spec_from_file_location("api_conftest", TESTS / "api" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
api = importlib.util.module_from_spec(_spec)
sys.modules["api_conftest"] = api
_spec.loader.exec_module(api)
Server = api.Server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    try:
        path = find_browser()
    except MissingDependency as missing:
        pytest.skip(missing.message)
    sync_api.expect.set_options(timeout=20_000)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # type: ignore[valid-type]
    running = Server(tmp_path_factory.mktemp("viewer")).start()
    yield running
    running.stop()


@dataclass
class Watched:
    """A page of the browser, and what went wrong in it: errors, breaches of the policy, calls to other places."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        # a number that nonsense data makes in a drawing is no script and no request
        harmless = ("Failed to load resource", 'Expected length, "NaN"')
        if message.type == "error" and not any(text in message.text for text in harmless):
            self.wrong.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        self.asked.append(request.url)
        if not request.url.startswith((self.base, "blob:", "data:")):
            self.wrong.append(f"asked {request.url}")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens an address of a server in a fresh profile; what the browser complains of fails the test."""
    contexts: list[BrowserContext] = []
    pages: list[Watched] = []

    def opened(
        base: str, path: str = "/", *, size: dict[str, int] = DESK, dark: bool = False, script: str = "", **more: Any
    ) -> Watched:
        context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light", **more)
        context.set_default_timeout(20_000)
        contexts.append(context)
        watched = Watched(context.new_page(), base)
        watched.listen()
        pages.append(watched)
        if script:
            watched.page.add_init_script(script)
        watched.page.goto(base + path)
        return watched

    yield opened
    for context in contexts:
        context.close()
    assert [text for watched in pages for text in watched.wrong] == []


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages: text and a ruled table; a picture of text that the fast preset can't read; text again."""
    path = tmp_path_factory.mktemp("files") / "report.pdf"
    path.write_bytes(make_report())
    return path


@pytest.fixture(scope="session")
def local() -> Iterator[Callable[..., View]]:
    """`docparse view` of results; one process for each set of them."""
    running: dict[tuple[Path, ...], View] = {}

    def view(*results: Path) -> View:
        if results not in running:
            running[results] = View(*results)
        return running[results]

    yield view
    for found in running.values():
        found.stop()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewer_files.gallery(tmp_path_factory.mktemp("gallery"))
