"""The layout model's regions."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest

from docparse.geometry import contains_point
from docparse.model.embedded import regions
from docparse.model.embedded.types import Region
from docparse.schemas.page import PageImage

BODY = "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience. "


def test_paragraphs_are_found() -> None:
    sheet = pymupdf.open().new_page()
    sheet.insert_htmlbox(pymupdf.Rect(70, 60, 520, 400), f"<h1>A title</h1><p>{BODY * 4}</p><p>{BODY * 5}</p>")
    pixmap = sheet.get_pixmap(matrix=pymupdf.Matrix(1.5, 1.5), alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    page = PageImage(number=1, width_px=pixmap.width, height_px=pixmap.height, width=595, height=842, pixels=pixels)
    found = regions.detect_regions(page)
    assert any(region.kind == "text" and contains_point(region.bbox, 250, 150) for region in found)
    assert all(0 <= r.bbox[0] < r.bbox[2] <= 595 and 0 <= r.bbox[1] < r.bbox[3] <= 842 for r in found)
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (2000, 28)])
def test_empty_pages_have_no_regions(shape: tuple[int, int]) -> None:
    page = PageImage(number=1, width_px=shape[1], height_px=shape[0], width=10, height=10)
    assert regions.detect_regions(page) == []
    assert regions.detect_regions(page.replace(pixels=np.full((*shape, 3), 255, np.uint8))) == []


def test_doubles_are_dropped() -> None:
    best, same = Region("text", (0, 0, 100, 100), 0.9), Region("text", (2, 2, 99, 98), 0.8)
    other = Region("table", (1, 1, 100, 100), 0.7)
    apart = Region("text", (0, 200, 100, 260), 0.6)
    assert regions._suppress([best, same, other, apart]) == [best, apart]
