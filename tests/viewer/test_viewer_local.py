"""`docparse view` of results on disk: every kind drawn as what it is, corrections beside the file, long documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import viewer_files
from playwright.sync_api import Locator, Page, expect

from docparse.schemas.document import Block, Cell, Heading, ListBlock, ListItem, Paragraph, Table


@pytest.fixture
def shown(local: Callable[..., Any], open_page: Callable[..., Any], gallery: Path) -> Page:
    page: Page = open_page(local(gallery).address).page
    expect(page.locator(".block.k-page_number")).to_be_visible()
    return page


def _drawn(block: Locator) -> Locator:
    expect(block.locator(".drawn svg, .drawn .katex").first).to_be_visible(timeout=20_000)
    return block


def test_every_kind_is_what_it_is(shown: Page) -> None:
    block = shown.locator
    expect(block(".block.k-heading [role=heading]")).to_have_text("Every kind of block")
    expect(block(".block.k-paragraph .katex").first).to_be_visible()
    expect(block(".block.k-paragraph").first).to_contain_text("and tea is $5 or $6.")
    expect(block(".block.k-list li.depth-2")).to_contain_text("second")
    expect(block(".block.k-table th[colspan='2']")).to_have_text("Sales")
    chart = _drawn(block(".block.k-chart"))
    bars = chart.locator("svg .mark-rect path")
    expect(bars).to_have_count(4)
    heights = [bars.nth(place).bounding_box()["height"] for place in range(4)]  # type: ignore[index]
    assert heights == pytest.approx([max(heights) / 7 * value for value in (3, 4.5, 7, 2)], abs=1.5)
    chart.get_by_role("button", name="Show data").click()
    expect(chart.locator("table.grid tbody tr")).to_have_count(2)
    _drawn(block(".block.k-formula").first)
    broken = block(".block.k-formula").nth(1)
    expect(broken.locator(".tex-source")).to_have_text(r"\frac{1}{")
    expect(broken.locator(".doubts")).to_contain_text("does not parse")
    image = block(".block.k-image img.crop")
    expect(image).to_have_attribute("alt", "A lake below mountains")
    assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 170
    molecule = _drawn(block(".block.k-chemistry"))
    assert molecule.locator("svg line, svg path").count() >= 12, "aspirin has 13 bonds"
    expect(block(".block.k-code pre")).to_contain_text("return 3.14159")
    expect(block(".block.k-footnote sup")).to_have_text("1")


def test_a_score_is_drawn_and_played(shown: Page) -> None:
    shown.evaluate(
        """() => {
          window.tones = []
          const start = OscillatorNode.prototype.start
          OscillatorNode.prototype.start = function (at) {
            window.tones.push(this.frequency.value)
            return start.call(this, at)
          }
        }"""
    )
    score = _drawn(shown.locator(".block.k-music"))
    assert score.locator("svg .abcjs-note").count() == 6
    score.get_by_role("button", name="Play").click()
    expect(score.get_by_role("button", name="Stop")).to_be_visible()
    tones = shown.evaluate("window.tones.map(Math.round)")
    assert tones == [392, 440, 494, 523, 587, 494], "G A B c d B"
    score.get_by_role("button", name="Stop").click()
    expect(score.get_by_role("button", name="Play")).to_be_visible()


def test_how_sure_is_told(shown: Page) -> None:
    table = shown.locator(".block.k-table")
    expect(table.locator(".confidence")).to_contain_text("62 %")
    expect(table.locator(".doubts")).to_contain_text("Sums do not add up")
    expect(table.locator(".doubts")).to_contain_text("88.50 and 61.25 are not 150.00")
    shown.locator(".attempts summary").click()
    rungs = shown.locator(".attempts li")
    expect(rungs).to_have_count(3)
    expect(rungs.nth(0)).to_contain_text("numbers differ from the page")
    expect(rungs.nth(1)).to_contain_text("sampled at temperature 0.2")
    expect(rungs.nth(1)).to_contain_text("taken")
    expect(rungs.nth(2)).to_contain_text("no time")


def test_only_what_is_flagged(shown: Page) -> None:
    expect(shown.locator(".flag-tools .count")).to_have_text("2")
    shown.get_by_role("button", name="flagged").click()
    expect(shown.locator(".text-page .block")).to_have_count(2)
    expect(shown.locator(".sheet[data-page='1'] rect.mark")).to_have_count(2)
    expect(shown.locator(".text-page")).to_have_count(1)
    shown.keyboard.press("f")
    expect(shown.locator(".block.selected")).to_have_class(re.compile("k-table"))
    shown.keyboard.press("f")
    expect(shown.locator(".block.selected")).to_have_class(re.compile("k-formula"))
    shown.keyboard.press("f")
    expect(shown.locator(".block.selected")).to_have_class(re.compile("k-table"))


def test_links_lead_where_they_may(shown: Page) -> None:
    shown.locator(".text-page[data-page='2']").scroll_into_view_if_needed()
    block = shown.locator(".block[data-block=p2-b2]")
    outside = block.get_by_role("link")
    expect(outside).to_have_text("link")
    expect(outside).to_have_attribute("href", "https://e.org/?a=1")
    expect(outside).to_have_attribute("rel", "noopener noreferrer")
    jump = block.locator("button.jump")
    expect(jump).to_contain_text("x")
    block.click(position={"x": 2, "y": 2})
    block.get_by_text("Checks and origin").click()
    expect(block.locator(".links code")).to_have_text("javascript:alert(1)")
    expect(block.locator("a")).to_have_count(2)
    jump.first.click()
    expect(shown.locator(".block[data-block=p1-b1]")).to_be_in_viewport()


def test_a_cell_lights_up_on_the_page(shown: Page) -> None:
    shown.locator(".block.k-table td", has_text="61.25").hover()
    spot = shown.locator(".sheet[data-page='1'] rect.spot")
    assert [float(spot.get_attribute(name) or 0) for name in ("x", "y", "width", "height")] == [266, 160, 113, 18]


def test_kinds_can_be_hidden(shown: Page) -> None:
    shown.get_by_role("button", name="Kinds").click()
    shown.get_by_role("menuitemcheckbox", name="Formula").click()
    expect(shown.locator(".block.k-formula")).to_have_count(0)
    expect(shown.locator("rect.k-formula")).to_have_count(0)


def test_no_uploads_and_no_jobs(shown: Page) -> None:
    expect(shown.get_by_role("button", name="Download")).to_be_visible()
    expect(shown.get_by_text("Recent")).to_have_count(0)
    shown.get_by_role("button", name="More").first.click()
    expect(shown.get_by_role("menuitem", name="Delete")).to_have_count(0)
    shown.evaluate("location.hash = '#/'")
    expect(shown.locator(".block.k-heading")).to_be_visible()


def test_corrections_lie_beside_the_result(
    local: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    result = viewer_files.gallery(tmp_path)
    before = result.read_bytes()
    page = open_page(local(result).address).page
    chart = page.locator(".block.k-chart")
    chart.click(position={"x": 10, "y": 6})
    chart.get_by_role("button", name="Edit").click()
    cell = chart.get_by_label("Row 3, column 2")
    cell.fill("9")
    cell.press("Enter")
    expect(page.locator(".note")).to_contain_text("Saved")
    page.keyboard.press("Escape")
    saved = json.loads((tmp_path / "gallery.corrections.json").read_text())
    assert [edit["op"] for edit in saved["edits"]] == ["cell"]
    assert saved["edits"][0]["text"] == "9"
    assert result.read_bytes() == before
    heading = page.locator(".block.k-heading")
    heading.click()
    page.keyboard.press("c")
    expect(page.locator(".note")).to_contain_text("Confirmed")
    page.reload()
    expect(page.locator(".block.k-chart")).to_contain_text("Corrected")


def test_several_results(
    local: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path, gallery: Path
) -> None:
    other = viewer_files.save_result(tmp_path, "other", [viewer_files.plain_page(1, "Another paper")])
    page = open_page(local(gallery, other).address).page
    expect(page.locator(".job")).to_have_count(2)
    page.get_by_text("other.pdf").click()
    expect(page.locator(".block")).to_have_text(re.compile("Another paper"))


def test_a_long_document_loads_what_is_seen(
    local: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    """A hundred pages: a few are fetched at first, the one that is jumped to, and the DOM stays small."""
    watched = open_page(local(viewer_files.long_result(tmp_path, lines=12)).address)
    page = watched.page
    expect(page.locator(".text-page[data-page='1'] .block").nth(12)).to_be_visible()
    expect(page.locator(".sheet[data-page='1'] img.there")).to_be_visible()
    page.wait_for_timeout(500)
    assert _fetched(watched, r"/pages/(\d+)\?") <= set(range(1, 9))
    assert _fetched(watched, r"/pages/(\d+)/image\?size=screen") <= {1, 2, 3}
    assert len(_fetched(watched, r"/pages/(\d+)/image\?size=thumb")) < 20
    page.locator(".thumbs").evaluate("thumbs => thumbs.scrollTop = thumbs.scrollHeight")
    page.get_by_role("button", name="Page 97").click()
    expect(page.locator(".text-page[data-page='97'] .block").first).to_contain_text("Chapter 97")
    expect(page.locator(".text-page[data-page='97'] .block").first).to_be_in_viewport()
    expect(page.locator(".sheet[data-page='97'] img.there")).to_be_in_viewport()
    assert _fetched(watched, r"/pages/(\d+)\?") & set(range(12, 88)) == set()
    assert page.locator(".block").count() < 400
    assert page.locator(".sheet").count() < 8
    column = page.locator(".column-scroll")
    column.hover()
    page.mouse.wheel(0, -900)
    expect(page.locator(".thumb.current .thumb-number")).to_have_text(re.compile("9[56]"))
    shown = page.locator(".thumb.current .thumb-number").inner_text()
    expect(page.locator(f".text-page[data-page='{shown}'] .block").first).to_be_in_viewport()


def test_a_part_of_a_document_begins_with_its_first_page(
    local: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    pages = [viewer_files.page_of(number, [Paragraph(text=f"This is page {number}.")]) for number in (8, 9)]
    page: Page = open_page(local(viewer_files.save_result(tmp_path, "part", pages)).address).page
    expect(page.locator(".thumb.current .thumb-number")).to_have_text("8")
    expect(page.locator(".text-page[data-page='8'] .block")).to_contain_text("This is page 8.")


def _fetched(watched: Any, pattern: str) -> set[int]:
    return {int(found[1]) for address in watched.asked if (found := re.search(pattern, address))}


def test_text_runs_in_its_own_direction(
    local: Callable[..., Any], open_page: Callable[..., Any], tmp_path: Path
) -> None:
    arabic, english = "قرأ 25 طالبا كتاب PDF كاملا.", "They read 25 books (كتاب) in all."
    cells = [Cell(row=0, col=0, text=arabic), Cell(row=0, col=1, text=english)]
    blocks: list[Block] = [
        Heading(level=1, text=arabic), Paragraph(text=arabic), Paragraph(text=english),
        ListBlock(items=[ListItem(text=arabic, marker="•")]), Table(rows=1, cols=2, cells=cells),
    ]  # fmt: skip
    result = viewer_files.save_result(tmp_path, "arabic", [viewer_files.page_of(1, blocks)])
    page: Page = open_page(local(result).address).page
    expect(page.locator(".block")).to_have_count(5)
    places = ".heading, .paragraph, .list li, td"
    directions = page.locator(places).evaluate_all("all => all.map(one => getComputedStyle(one).direction)")
    assert directions == ["rtl", "rtl", "ltr", "rtl", "rtl", "ltr"]
