"""Pictures that are no clean scans: dark screens, shadows, lines that do not run alike all over the page."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image

from docparse.model.embedded import bend, orientation
from docparse.model.embedded.bend import find_bend, levelled
from docparse.model.embedded.ground import evened
from docparse.model.embedded.ocr_detect import detect_text
from docparse.model.embedded.orientation import Pose
from docparse.model.embedded.recognise import recognise
from docparse.schemas.page import PageImage

TEXT = "All human beings are born free and equal in dignity and rights. They are endowed with reason. " * 12
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def sheet() -> Pixels:
    page = pymupdf.open().new_page(width=420, height=560)
    page.insert_htmlbox(
        pymupdf.Rect(40, 40, 380, 530),
        f"<div style='font-size:8pt'><h2>Freedom for all</h2><p>{TEXT}</p><p>{TEXT}</p><p>{TEXT}</p></div>",
    )
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(2.5, 2.5), alpha=False)
    return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)


def page_of(pixels: Pixels) -> PageImage:
    height, width = pixels.shape[:2]
    return PageImage(
        number=1, width_px=width, height_px=height, width=width, height=height, unit="px", pixels=pixels, is_scan=True
    )


def from_above(pixels: Pixels, shift: float) -> Pixels:
    """The sheet as a camera sees it that does not look at it straight."""
    height, width = pixels.shape[:2]
    quad = (0, shift * height, 0, (1 - shift) * height, width, height, width, 0)
    image = Image.fromarray(pixels)
    seen = image.transform(image.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC, fillcolor="white")
    return np.asarray(seen)


def test_a_clean_page_stays_as_it_is(sheet: Pixels) -> None:
    page = page_of(sheet)
    assert evened(page) is page
    assert find_bend(sheet) is None


@pytest.mark.parametrize("dark", [True, False])
def test_print_on_dark_and_shaded_grounds_becomes_dark_on_white(sheet: Pixels, dark: bool) -> None:
    shade = np.linspace(0.35, 0.8, sheet.shape[1])[None, :, None]
    seen = (40 + (255 - sheet) * 0.8 if dark else sheet * shade).astype(np.uint8)
    pixels = evened(page_of(seen)).pixels
    assert pixels is not None
    assert np.median(pixels) == 255
    assert evened(page_of(seen)).pixels is pixels, "asked for twice, made once"
    ink = sheet[:, :, 1] < 60
    assert np.percentile(pixels[ink], 75) < 80
    assert np.percentile(pixels[sheet[:, :, 1] > 250], 5) > 200


@pytest.mark.no_cover
def test_headings_are_seen_on_a_dark_ground(sheet: Pixels) -> None:
    html = recognise(page_of((255 - sheet[:420] * 0.9).astype(np.uint8)), fast=False).html
    assert "Freedom for all</h" in html
    assert html.count("</h") == 1


@pytest.mark.parametrize("turn", [0, 1])
def test_lines_of_a_photographed_page_are_levelled(sheet: Pixels, turn: int) -> None:
    seen = np.ascontiguousarray(np.rot90(from_above(sheet, 0.03), turn))
    found = find_bend(seen)
    assert found is not None
    assert found.upright == bool(turn)
    assert find_bend(levelled(seen, found)) is None


@pytest.mark.no_cover
def test_boxes_of_a_photographed_page_are_where_it_shows_them(sheet: Pixels) -> None:
    upright, pose = orientation.upright(page_of(from_above(sheet, 0.03) // 2))
    assert pose.flags == ("levelled",)
    assert upright.pixels is not None
    shown = max(pose.back(box.bbox)[3] for box in detect_text(upright.pixels))
    straight = max(box.bbox[3] for box in detect_text(sheet))
    assert shown == pytest.approx((straight - 0.03 * len(sheet)) / 0.94, abs=8)  # its left is nearer, so larger


def test_boxes_go_back_the_way_they_came() -> None:
    pose = Pose(0, 0.0, 1000, 800, bend.Bend(0.02, 0.0, 0.1))
    x0, y0, x1, y1 = pose.back((900, 700, 1000, 720))
    assert (x0, x1) == (900, 1000)
    assert y0 == pytest.approx(700 + 1000 * 0.4 * (0.02 + 0.1 * (700 / 800 - 0.5)))
    assert y1 == pytest.approx(720 + 1000 * 0.5 * (0.02 + 0.1 * (720 / 800 - 0.5)))
