"""The viewer while answers are still on their way: late ones, ones that were overtaken, and clicks meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect
from viewer_files import make_report, upload


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "forty.pdf"
    path.write_bytes(make_report(40))
    return path


def test_nothing_moves_under_a_click(service: Any, open_page: Callable[..., Any], report: Path) -> None:
    """The limits of the service come while the button of the mouse is down."""
    script = """const ask = window.fetch, pressed = new Promise((go) => addEventListener('pointerdown', go, true))
      window.fetch = async (...call) => (String(call[0]).endsWith('/v1/engines') && (await pressed), ask(...call))"""
    page: Page = open_page(service.address, script=script).page
    page.set_input_files("input[type=file]", str(report))
    page.get_by_text("Invoices", exact=True).hover()
    page.mouse.down()
    expect(page.get_by_text("files at a time")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_role("radio", name="Invoices")).to_be_checked()


def test_a_document_that_ends_between_two_answers(service: Any, open_page: Callable[..., Any], report: Path) -> None:
    """The job was looked at after its end, the document before: no event will come any more."""
    page: Page = open_page(service.address).page
    upload(page, report)
    expect(page.get_by_role("button", name="Download")).to_be_visible(timeout=40_000)
    early: list[str] = []

    def before_the_end(route: Route) -> None:
        answer = route.fetch().json()
        early.append(route.request.url)
        route.fulfill(json=answer | {"state": "running", "status": None, "pages": [], "headings": []})

    page.route("**/overview?*", before_the_end, times=1)
    page.reload()
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    expect(page.locator(".thumb")).to_have_count(3)
    assert len(early) == 1


def test_a_late_answer_changes_nothing(service: Any, open_page: Callable[..., Any], long: Path) -> None:
    page: Page = open_page(service.address).page
    held: list[tuple[Route, APIResponse]] = []
    seen: list[str] = []

    def hold_one(route: Route) -> None:
        seen.append(route.request.url)
        if len(seen) > 1 and not held:  # the first shows the document
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/overview?*", hold_one)
    upload(page, long, preset="embedded")
    expect(page.get_by_role("button", name="Download")).to_be_visible(timeout=60_000)
    (late, answer), *_ = held
    assert answer.json()["state"] != "completed"
    with page.expect_response(lambda response: response.request == late.request):
        late.fulfill(response=answer)
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Download")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
