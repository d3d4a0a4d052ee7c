"""Invoices in the viewer: the table of a batch, fields beside the page, failed rules in plain words, exports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from playwright.sync_api import Page, expect
from viewer_files import invoice


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One in order, one whose total does not add up."""
    folder = tmp_path_factory.mktemp("invoices")
    return [
        invoice(folder / "right.pdf", "A-1001", "100.00", "20.00", "120.00"),
        invoice(folder / "wrong.pdf", "A-1002", "100.00", "20.00", "125.00"),
    ]


@pytest.fixture
def table(service: Any, open_page: Callable[..., Any], batch: list[Path]) -> Page:
    page: Page = open_page(service.address).page
    page.set_input_files("input[type=file]", [str(file) for file in batch])
    page.get_by_text("Invoices", exact=True).click()
    expect(page.get_by_role("radio", name="Invoices")).to_be_checked()
    page.locator(".intake-end .button.main").click()
    page.wait_for_url("**/invoices")
    expect(page.locator("table.batch tbody tr")).to_have_count(2, timeout=60_000)
    expect(page.locator(".status.running")).to_have_count(0, timeout=20_000)
    return page


def test_batch_and_one_invoice(table: Page) -> None:
    right, wrong = table.locator("tr", has_text="right.pdf"), table.locator("tr", has_text="wrong.pdf")
    expect(right).to_contain_text("A-1001")
    expect(right).to_contain_text("120.00")
    expect(wrong.locator(".state")).to_have_text("To be looked at")
    table.get_by_role("button", name="Number").click()
    table.get_by_role("button", name="Number").click()
    expect(table.locator("table.batch tbody tr").first).to_contain_text("A-1002")
    rows = list(csv.DictReader(io.StringIO(_saved(table, "All as CSV").decode("utf-8-sig"))))
    assert {row["number"] for row in rows} == {"A-1001", "A-1002"}
    assert _saved(table, "All as Excel (XLSX)")[:2] == b"PK"
    wrong.click()
    expect(table.get_by_role("heading", name="wrong.pdf")).to_be_visible()
    expect(table.locator(".doubts")).to_contain_text("Net and tax do not give the gross total")
    field = table.locator(".field[data-field=gross]")
    expect(field).to_contain_text("125.00")
    field.click()
    lit = table.locator("rect.citation.selected")
    expect(lit).to_be_in_viewport()
    assert abs(float(lit.get_attribute("x") or 0) - 460) < 6
    assert abs(float(lit.get_attribute("y") or 0) - 352) < 8
    table.locator("rect.citation[data-field=number]").click()
    expect(table.locator(".field[data-field=number]")).to_have_attribute("aria-pressed", "true")
    table.get_by_role("link", name="All blocks").click()
    expect(table.locator(".block").first).to_be_visible()


def test_next_and_previous(table: Page) -> None:
    table.locator("tr", has_text="right.pdf").click()
    expect(table.locator(".field[data-field=number]")).to_contain_text("A-1001")
    table.keyboard.press("n")
    expect(table.locator(".field[data-field=number]")).to_contain_text("A-1002")
    table.keyboard.press("p")
    expect(table.locator(".field[data-field=number]")).to_contain_text("A-1001")
    expect(table.locator(".field[data-field=gross] .proof")).to_have_attribute("title", re.compile("120.00"))


def test_file_that_gets_ready_while_another_is_extracted(
    service: Any, open_page: Callable[..., Any], batch: list[Path], tmp_path: Path
) -> None:
    with pymupdf.open(batch[1]) as document:
        for _ in range(40):
            document.new_page().insert_text((72, 72), "General terms of delivery")
        document.save(tmp_path / "long.pdf")
    page: Page = open_page(service.address).page
    asked: list[str] = []

    def after_the_job(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            job = re.sub(r"/invoices.*", "", route.request.url)
            while page.request.get(job).json()["state"] in ("queued", "running"):
                page.wait_for_timeout(100)
            page.wait_for_timeout(1000)
        route.continue_()

    page.route("**/invoices?document=*", after_the_job)
    page.set_input_files("input[type=file]", [str(batch[0]), str(tmp_path / "long.pdf")])
    page.get_by_text("Invoices", exact=True).click()
    page.locator(".intake-end .button.main").click()
    expect(page.locator("tr", has_text="long.pdf")).to_contain_text("A-1002", timeout=60_000)
    assert [url[-1] for url in asked] == ["1", "2"]


def _saved(page: Page, label: str) -> bytes:
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=label).click()
    return Path(download.value.path()).read_bytes()
