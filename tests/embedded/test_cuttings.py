"""Small cuttings of pages, as people take them off a screen: their tables are tables, and their print is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pymupdf
import pytest

import docparse
from docparse.errors import EngineUnavailable
from docparse.model.embedded import preprocess, regions
from docparse.schemas.page import PageImage

ROWS = [
    ["Brand owner", "Up-market", "Medium", "Down-market"],
    ["Unilever", "Ariel", "Vizir", "Bonux"],
    ["Lever Brothers", "Skip", "Omo", "Persil"],
    ["Henkel", "Le Chat", "Super Croix", "Wipp"],
    ["Colgate Palmolive", "Dash", "Axion", "Gama"],
]


def cutting(path: Path, *, ruled: bool) -> Path:
    """The rows at 72 dots an inch, 460 x 80 of them."""
    page = pymupdf.open().new_page(width=462, height=82)
    for row, texts in enumerate(ROWS):
        for col, text in enumerate(texts):
            page.insert_text((10 + 114 * col, 14 + 15 * row), text, fontsize=10, fontname="tiro")
    for row in range(6):
        if ruled or row in (0, 1, 5):
            page.draw_line((4, 3 + 15 * row), (458, 3 + 15 * row), width=0.7)
    for col in range(5) if ruled else ():
        page.draw_line((4 + 113.5 * col, 3), (4 + 113.5 * col, 78), width=0.7)
    page.get_pixmap(alpha=False).save(path)
    return path


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.no_cover
def test_a_cutting_that_is_a_table(tmp_path: Path, ruled: bool) -> None:
    (page,) = docparse.parse(cutting(tmp_path / "table.png", ruled=ruled), engine="embedded").pages
    (table,) = page.blocks
    assert table.kind == "table"
    assert (table.rows, table.cols) == (5, 4)
    texts = {(cell.row, cell.col): cell.text for cell in table.cells}
    assert [[texts[row, col] for col in range(4)] for row in range(5)] == ROWS
    assert (page.image_width, page.image_height) == (448, 84)
    assert table.bbox is not None
    assert table.bbox[0] == pytest.approx(4, abs=4)
    assert table.bbox[2] == pytest.approx(458, abs=4)


def test_only_small_pictures_of_small_print_are_enlarged() -> None:
    sheet = pymupdf.open().new_page(width=460, height=120)
    sheet.insert_text((10, 30), "Small print, as on a screen", fontsize=9)
    sheet.insert_text((10, 60), "and a second line of it", fontsize=9)

    def page(zoom: float) -> PageImage:
        pixmap = sheet.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
        pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
        return PageImage(1, pixmap.width, pixmap.height, 460, 120, pixels=pixels)

    large = preprocess.enlarged(page(1))
    assert (large.width_px, large.height_px, large.width, large.height) == (1380, 360, 460, 120)
    assert large.pixels is not None
    assert large.pixels.shape == (360, 1380, 3)
    assert preprocess.enlarged(page(2)).width_px == 920
    blank = PageImage(1, 280, 280, 280, 280, pixels=np.full((280, 280, 3), 255, np.uint8))
    assert preprocess.enlarged(blank) is blank


def test_without_models_a_small_picture_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: object) -> list[object]:
        raise EngineUnavailable("the model is not installed")

    monkeypatch.setattr(preprocess, "model_path", lambda _: None)
    monkeypatch.setattr(preprocess, "detect_text", missing)
    page = PageImage(1, 280, 280, 280, 280, pixels=np.full((280, 280, 3), 255, np.uint8))
    assert preprocess.enlarged(page) is page


def test_boxes_on_a_wide_cutting_are_its_own() -> None:
    """The layout model sees it on a sheet of its own shape, and says where things are on the cutting."""
    sheet = pymupdf.open().new_page(width=900, height=300)
    text = "All human beings are born free and equal in dignity and rights. " * 6
    sheet.insert_htmlbox(pymupdf.Rect(40, 160, 860, 290), f"<p>{text}</p>")
    pixmap = sheet.get_pixmap(alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(300, 900, 3)
    found = regions.detect_regions(PageImage(1, 900, 300, 900, 300, pixels=pixels))
    assert found
    top, bottom = min(region.bbox[1] for region in found), max(region.bbox[3] for region in found)
    ink = np.flatnonzero((pixels < 128).any(axis=(1, 2)))
    assert top == pytest.approx(ink[0], abs=12)
    assert bottom == pytest.approx(ink[-1], abs=12)
