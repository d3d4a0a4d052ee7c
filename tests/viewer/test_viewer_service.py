"""The viewer against a real `docparse serve`: upload, progress, boxes and blocks, flags, corrections, downloads."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from viewer_files import make_report, upload


@pytest.fixture
def opened(service: Any, open_page: Callable[..., Any], report: Path) -> Page:
    """The report, uploaded by hand and read to its end."""
    page: Page = open_page(service.address).page
    upload(page, report)
    expect(page.get_by_role("button", name="Download")).to_be_visible(timeout=40_000)  # the first waits for the engine
    expect(page.locator(".text-page[data-page='1'] .block").first).to_be_visible()
    return page


def test_upload_shows_pages_and_content(opened: Page) -> None:
    expect(opened.locator(".thumb")).to_have_count(3)
    expect(opened.locator(".bar-title")).to_contain_text("report.pdf")
    expect(opened.locator(".text-page[data-page='1']")).to_contain_text("Sales of part 1 grew")
    image = opened.locator(".sheet[data-page='1'] img")
    expect(image).to_have_class("there")
    assert image.evaluate("image => image.naturalWidth") > 300
    cells = opened.locator(".text-page[data-page='1'] table.grid tr").nth(1).locator("td, th")
    assert cells.all_text_contents() == ["North", "1,204", "88.50"]


def test_box_and_block_are_linked_both_ways(opened: Page) -> None:
    block = opened.locator(".text-page[data-page='1'] .block.k-table")
    name = block.get_attribute("data-block")
    box = opened.locator(f".sheet[data-page='1'] rect[data-block='{name}']")
    box.hover()
    expect(block).to_have_class(_with("hovered"))
    box.click()
    expect(block).to_have_class(_with("selected"))
    expect(block.get_by_role("toolbar")).to_be_visible()
    heading = opened.locator(".text-page[data-page='3'] .block.k-heading").first
    heading.scroll_into_view_if_needed()
    heading.hover()
    heading.click()
    other = opened.locator(f".sheet[data-page='3'] rect[data-block='{heading.get_attribute('data-block')}']")
    expect(other).to_have_class(_with("selected"))
    expect(other).to_be_in_viewport()


def _with(name: str) -> Any:
    return re.compile(rf"(^|\s){name}(\s|$)")


def test_box_lies_over_what_it_names(opened: Page) -> None:
    """The drawn rectangle is where the page image has the table's lines: at 40, 180 of a page of 420 x 595 points."""
    box = opened.locator(".sheet[data-page='1'] rect.k-table").bounding_box()
    sheet = opened.locator(".sheet[data-page='1']").bounding_box()
    assert box is not None
    assert sheet is not None
    scale = sheet["width"] / 420
    assert abs((box["x"] - sheet["x"]) / scale - 40) < 4
    assert abs((box["y"] - sheet["y"]) / scale - 180) < 4
    assert abs(box["width"] / scale - 330) < 8


def test_keys_flags_and_search(opened: Page) -> None:
    current = opened.locator(".thumb.current .thumb-number")
    opened.keyboard.press("n")
    expect(current).to_have_text("2")
    opened.keyboard.press("n")
    opened.keyboard.press("p")
    expect(current).to_have_text("2")
    opened.keyboard.press("p")
    opened.keyboard.press("f")  # page 2 is a picture that nobody read
    expect(current).to_have_text("2")
    opened.keyboard.press("o")
    expect(opened.locator(".text-page")).to_have_count(1)
    expect(opened.locator(".text-page[data-page='2'] .doubts")).to_be_visible()
    opened.keyboard.press("o")
    opened.keyboard.press("/")
    opened.keyboard.type("part 3 grew")
    expect(opened.locator(".search-hits [role=option]")).to_have_count(1)
    opened.keyboard.press("Enter")
    expect(opened.locator(".text-page[data-page='3'] .block.selected")).to_contain_text("part 3 grew")
    expect(opened.locator(".sheet[data-page='3'] rect.selected")).to_be_in_viewport()
    opened.keyboard.press("Escape")
    opened.keyboard.press("?")
    expect(opened.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_zoom_loads_a_sharper_image(opened: Page) -> None:
    width = opened.locator(".sheet[data-page='1']").bounding_box()["width"]  # type: ignore[index]
    for _ in range(8):
        opened.keyboard.press("+")
    sheet = opened.locator(".sheet").first
    assert sheet.bounding_box()["width"] > 3 * width  # type: ignore[index]
    expect(opened.locator(".sheet img[src*='size=full']").first).to_be_attached()
    opened.keyboard.press("0")
    expect(opened.locator(".zoom-share")).to_have_text("100 %")


def test_a_corrected_cell_is_in_every_export(opened: Page, service: Any) -> None:
    block = opened.locator(".text-page[data-page='1'] .block.k-table")
    block.click(position={"x": 30, "y": 30})
    block.get_by_role("button", name="Edit").click()
    cell = block.get_by_label("Row 2, column 3")
    cell.fill("88.75")
    cell.press("Enter")
    expect(opened.locator(".note")).to_contain_text("Saved")
    expect(block.get_by_label("Row 3, column 3")).to_be_focused()
    block.get_by_role("button", name="Done").click()
    expect(block).to_contain_text("88.75")
    expect(block).to_contain_text("Corrected")
    expect(opened.locator(".thumb.current")).to_have_attribute("aria-label", _with("corrected"))
    rows = list(csv.reader(io.StringIO(_downloaded(opened, "Tables as CSV"))))
    assert ["North", "1,204", "88.75"] in rows
    assert "88.75" in _downloaded(opened, "Markdown")
    assert "88.50" in _downloaded(opened, "JSON as it was read, uncorrected")
    opened.keyboard.press("u")
    expect(opened.locator(".note")).to_contain_text("Undone")
    expect(block).to_contain_text("88.50")
    assert "88.75" not in _downloaded(opened, "JSON")


def _downloaded(page: Page, label: str) -> str:
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=label, exact=True).click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_text_kind_and_box_are_corrected(opened: Page, service: Any) -> None:
    block = opened.locator(".text-page[data-page='1'] .block.k-heading").first
    name = block.get_attribute("data-block")
    block.click()
    opened.keyboard.press("e")
    field = block.get_by_label("Text", exact=True)
    field.fill("Quarterly numbers")
    field.press("Control+Enter")
    expect(block).to_contain_text("Quarterly numbers")
    opened.keyboard.press("e")
    block.get_by_label("Kind").select_option("paragraph")
    block = opened.locator(f".text-page[data-page='1'] .block[data-block='{name}']")
    expect(block).to_have_class(_with("k-paragraph"))
    block.get_by_role("button", name="Leave").click()
    before = _block(service, opened, name)["bbox"]
    opened.keyboard.press("b")
    frame = opened.locator(".box-frame")
    expect(frame).to_be_focused()
    frame.press("ArrowRight")
    frame.press("Shift+ArrowDown")
    frame.press("Enter")
    expect(frame).to_have_count(0)
    after = _block(service, opened, name)
    assert after["kind"] == "paragraph"
    assert after["text"] == "Quarterly numbers"
    x0, y0, x1, y1 = before
    assert after["bbox"] == pytest.approx([x0 + 2, y0, x1 + 2, y1 + 2], abs=0.02)
    assert _block(service, opened, name, original=True)["kind"] == "heading"


def test_a_block_that_was_not_found_is_added(opened: Page, service: Any) -> None:
    block = opened.locator(".text-page[data-page='1'] .block").first
    name = block.get_attribute("data-block")
    block.click()
    opened.keyboard.press("a")
    frame = opened.locator(".box-frame")
    expect(frame).to_be_focused()
    frame.press("Escape")
    expect(frame).to_have_count(0)
    opened.get_by_role("button", name="Add a block that was not found (a)").first.click()
    frame.press("Shift+ArrowRight")
    frame.press("Escape")
    block.click()
    opened.keyboard.press("a")
    frame.press("Enter")
    added = opened.locator(".block[data-block='p1-u1']")
    field = added.get_by_label("Text", exact=True)
    field.fill("A line that nobody read")
    field.press("Control+Enter")
    expect(added).to_contain_text("A line that nobody read")
    expect(added).to_contain_text("Corrected")
    above, found = _block(service, opened, name), _block(service, opened, "p1-u1")
    assert found["order"] == above["order"] + 1
    assert found["bbox"][1] >= above["bbox"][3]
    assert "A line that nobody read" in _downloaded(opened, "Markdown")
    opened.keyboard.press("u")
    opened.keyboard.press("u")
    expect(added).to_have_count(0)


def _block(service: Any, page: Page, name: str | None, *, original: bool = False) -> dict[str, Any]:
    job = page.url.split("/job/")[1].split("/")[0]
    answer = httpx.get(f"{service.address}/v1/jobs/{job}/pages/1", params={"original": original})
    found: dict[str, Any] = next(block for block in answer.json()["page"]["blocks"] if block["id"] == name)
    return found


def test_a_table_is_copied_and_saved(opened: Page) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = opened.locator(".text-page[data-page='1'] .block.k-table")
    block.click(position={"x": 30, "y": 30})
    for label, wanted in (("CSV", "North,"), ("Markdown", "| North |"), ("HTML", "<table"), ("LaTeX", "tabular")):
        block.get_by_role("button", name="Copy").click()
        opened.get_by_role("menuitem", name=f"Copy as {label}").click()
        expect(opened.locator(".note")).to_contain_text(f"Copied as {label}")
        assert wanted in opened.evaluate("navigator.clipboard.readText()")
    block.get_by_role("button", name="Copy").click()
    with opened.expect_download() as download:
        opened.get_by_role("menuitem", name="Excel file").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_recent_jobs_cancel_and_delete(service: Any, open_page: Callable[..., Any], tmp_path: Path) -> None:
    long = tmp_path / "long.pdf"
    long.write_bytes(make_report(80))
    page = open_page(service.address).page
    upload(page, long, preset="embedded")
    expect(page.locator(".status.running")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".status.canceled")).to_contain_text("Canceled")
    page.get_by_role("link", name="docparse, all documents").click()
    row = page.locator(".job", has_text="long.pdf")
    expect(row).to_contain_text("Canceled")
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete long.pdf").click()
    expect(row).to_have_count(0)


def test_several_files_make_one_job(service: Any, open_page: Callable[..., Any], report: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(make_report(1))
    page = open_page(service.address).page
    upload(page, report, other)
    expect(page.locator(".job")).to_have_count(2)
    expect(page.locator(".job .state.completed")).to_have_count(2)
    page.get_by_text("other.pdf").click()
    expect(page.locator(".text-page[data-page='1']")).to_contain_text("Sales of part 1")
    expect(page.locator(".thumb")).to_have_count(1)


def test_a_file_that_cannot_be_read_says_why(service: Any, open_page: Callable[..., Any], tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(_api().make_pdf(password="secret"))
    page = open_page(service.address).page
    upload(page, locked)
    expect(page.locator(".status.failed")).to_contain_text("encrypted")


def _api() -> Any:
    import api_conftest

    return api_conftest


@pytest.mark.slow
def test_keys(tmp_path: Path, open_page: Callable[..., Any]) -> None:
    """Where the service has keys, the page asks for one and then sees that tenant's jobs alone."""
    server = _api().Server(tmp_path).start()
    try:
        key = server.key("acme")
        page = open_page(server.address).page
        field = page.get_by_label("Key")
        field.fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator(".note, .dialog")).to_contain_text(["key"])
        field.fill(key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Nothing yet")).to_be_visible()
        assert json.dumps(page.evaluate("[localStorage, sessionStorage]")).find(key) < 0
    finally:
        server.stop()
