"""axe-core finds nothing serious in any of the views, light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from viewer_files import DESK, PHONE, invoice

SIZES = [pytest.param(DESK, False, id="desk-light"), pytest.param(PHONE, True, id="phone-dark")]


def check(page: Page, where: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    bad = [
        f"{where}: {one['id']} ({one['impact']}): {one['help']} at {[node['target'] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert bad == []


@pytest.mark.parametrize(("size", "dark"), SIZES)
def test_start_page(
    service: Any, open_page: Callable[..., Any], size: dict[str, int], dark: bool, report: Path
) -> None:
    page = open_page(service.address, size=size, dark=dark).page
    page.set_input_files("input[type=file]", str(report))
    page.get_by_text("Options").click()
    expect(page.get_by_text("Recent")).to_be_visible()
    check(page, "start")


@pytest.mark.parametrize(("size", "dark"), SIZES)
def test_document(
    local: Callable[..., Any], open_page: Callable[..., Any], size: dict[str, int], dark: bool, gallery: Path
) -> None:
    page = open_page(local(gallery).address, size=size, dark=dark).page
    if size is PHONE:
        page.get_by_role("tab", name="Content").click()
    expect(page.locator(".block.k-table")).to_be_visible()
    check(page, "document")
    page.locator(".block.k-table").click(position={"x": 30, "y": 20})
    expect(page.get_by_role("button", name="Edit")).to_be_visible()
    check(page, "selected block")
    page.keyboard.press("e")
    expect(page.locator(".grid-editor")).to_be_visible()
    check(page, "table editor")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    check(page, "menu")
    page.keyboard.press("Escape")


@pytest.mark.parametrize(("size", "dark"), SIZES)
def test_jobs_and_invoices(
    service: Any, open_page: Callable[..., Any], size: dict[str, int], dark: bool, tmp_path: Path
) -> None:
    files = [
        invoice(tmp_path / "right.pdf", "A-1001", "100.00", "20.00", "120.00"),
        invoice(tmp_path / "wrong.pdf", "A-1002", "100.00", "20.00", "125.00"),
    ]
    page = open_page(service.address, size=size, dark=dark).page
    page.set_input_files("input[type=file]", [str(file) for file in files])
    page.get_by_text("Invoices", exact=True).click()
    page.locator(".intake-end .button.main").click()
    expect(page.locator("table.batch tbody tr")).to_have_count(2, timeout=60_000)
    check(page, "table of invoices")
    page.locator("tr", has_text="wrong.pdf").click()
    expect(page.locator(".doubts")).to_be_visible()
    check(page, "invoice")
    page.goto(page.url.split("/invoices")[0])
    expect(page.get_by_text("wrong.pdf")).to_be_visible()
    check(page, "job")
    page.goto(service.address)
    expect(page.locator(".jobs li").first).to_be_visible()
    check(page, "recent jobs")


def test_the_check_can_fail(open_page: Callable[..., Any], service: Any) -> None:
    page = open_page(service.address).page
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"/icon.svg\"><button></button>')")
    with pytest.raises(AssertionError, match="button-name"):
        check(page, "broken")
