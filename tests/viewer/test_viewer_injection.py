"""Text that tries to become code, in every field of every kind: nothing of it runs, loads or calls in the viewer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import viewer_files
from playwright.sync_api import expect

sys.path.append(str(Path(__file__).parents[1] / "export"))
from export_documents import with_text
from payloads import payloads

from docparse.schemas.document import Block, Page

PROBE = "window.hits = []; window.hit = number => { window.hits.push(number); return number };"
ALL = payloads()
BASES = 78  # the payloads as they are; the others are the same with something around


def _pages(texts: list[str], of_each: int) -> list[Page]:
    pages = []
    for number, start in enumerate(range(0, len(texts), of_each), 1):
        blocks: list[Block] = [
            block.model_copy(update={"bbox": (20, 20 + place % 50 * 11, 400, 30 + place % 50 * 11)})
            for text in texts[start : start + of_each]
            for place, block in enumerate(with_text(text).pages[0].blocks)
        ]
        pages.append(viewer_files.page_of(number, blocks))
    return pages


def _browse(open_page: Callable[..., Any], local: Callable[..., Any], folder: Path, texts: list[str]) -> None:
    result = viewer_files.save_result(folder, "evil", _pages(texts, 13))
    watched = open_page(local(result).address)
    page = watched.page
    page.add_init_script(PROBE)
    page.reload()
    count = (len(texts) + 12) // 13
    for number in range(1, count + 1):
        block = page.locator(f".text-page[data-page='{number}'] .block").first
        expect(block).to_be_visible(timeout=30_000)
        page.wait_for_function(
            "number => !document.querySelector(`.text-page[data-page='${number}'] .drawn.waiting`)", arg=number
        )
        elements = page.locator(f".text-page[data-page='{number}']").evaluate(LOOK)
        assert elements == [], f"page {number}: {elements}"
        page.keyboard.press("n")
    assert page.evaluate("window.hits") == []
    page.keyboard.press("/")
    page.keyboard.type("hit(3)")
    expect(page.locator(".search-hits [role=option]").first).to_be_visible()
    assert page.locator(".search-hits").evaluate(LOOK) == []
    assert page.evaluate("window.hits") == []


LOOK = """root => [...root.querySelectorAll('*')].flatMap(element => {
  const bad = []
  const name = element.localName
  const refused = ['script', 'iframe', 'object', 'embed', 'link', 'meta', 'base', 'form', 'video', 'audio', 'style',
                   'a', 'use', 'animate', 'template', 'marquee', 'foreignObject']
  const loading = ['src', 'href', 'xlink:href', 'srcset', 'action', 'formaction', 'ping', 'background']
  if (refused.includes(name)) bad.push(name)
  for (const { name: attribute, value } of element.attributes) {
    const told = `${name} ${attribute}=${value}`
    if (attribute.startsWith('on')) bad.push(told)
    if (loading.includes(attribute) && !/^(\\/v1\\/|data:image\\/(png|jpeg|webp);base64,|#)/.test(value)) bad.push(told)
    if (/javascript:/i.test(value) && !['aria-label', 'alt', 'title'].includes(attribute)) bad.push(told)
  }
  return bad
})"""


def test_nothing_of_a_document_runs(open_page: Callable[..., Any], local: Callable[..., Any], tmp_path: Path) -> None:
    _browse(open_page, local, tmp_path, ALL[:BASES:3])


@pytest.mark.slow
def test_nothing_of_any_payload_runs(open_page: Callable[..., Any], local: Callable[..., Any], tmp_path: Path) -> None:
    assert len(ALL) >= 300
    _browse(open_page, local, tmp_path, ALL)


def test_a_payload_that_runs_would_be_seen(
    open_page: Callable[..., Any], local: Callable[..., Any], gallery: Path
) -> None:
    """The probe itself: what the page's own policy would have let through is counted."""
    watched = open_page(local(gallery).address)
    page = watched.page
    page.add_init_script(PROBE)
    page.reload()
    page.evaluate("window.hit(7)")
    assert page.evaluate("window.hits") == [7]
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<p><a href=\"javascript:hit(8)\" onclick=\"hit(8)\">x</a></p>')"
    )
    assert page.locator("body").evaluate(LOOK) != []
    page.locator("a[onclick]").click()
    assert page.evaluate("window.hits") == [7], "the policy keeps it from running"
    assert any("inline event handler" in text for text in watched.wrong)
    watched.wrong.clear()
