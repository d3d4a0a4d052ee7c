"""Boxes land on the ink they stand for, however the page is turned and cropped."""

import made_sources as made
import numpy as np
import pymupdf
import pytest

from docparse.geometry import area, inside_share
from docparse.schemas.page import PageImage, PixelBudget, WordStyle

BUDGET = PixelBudget(max_pixels=600 * 784, max_scan_pixels=600 * 784)


def turned_and_cropped(rotation: int, *, crop: bool) -> bytes:
    document = pymupdf.open()
    page = document.new_page(width=500, height=400)
    page.insert_text((120, 160), "Landmark", fontsize=24)
    page.draw_line((130, 300), (330, 300), width=2)
    page.draw_rect((360, 100, 400, 150), color=None, fill=(1, 0, 0))
    if crop:
        page.set_cropbox(pymupdf.Rect(60, 50, 460, 350))
    page.set_rotation(rotation)
    return document.tobytes()


def ink_share(page: PageImage, box: tuple[float, float, float, float], channel: int = 1) -> float:
    """Share of dark pixels of the page that lie inside the box."""
    assert page.pixels is not None
    rows, columns = np.nonzero(page.pixels[:, :, channel] < 128)
    x0, y0, x1, y1 = page.to_px(box)
    inside = (columns >= x0 - 3) & (columns <= x1 + 3) & (rows >= y0 - 3) & (rows <= y1 + 3)
    return float(inside.sum()) / len(rows)


@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_word_rule_and_shape_lie_on_their_ink(rotation: int, crop: bool) -> None:
    page = made.first_page(turned_and_cropped(rotation, crop=crop), BUDGET)
    assert page.rotation == rotation
    size = (400, 300) if crop else (500, 400)
    assert (round(page.width), round(page.height)) == (size if rotation in (0, 180) else size[::-1])
    (word,) = page.text.words
    assert word.text == "Landmark"
    assert bool(word.style & WordStyle.ROTATED) == (rotation != 0)
    (rule,) = page.rules
    assert rule.horizontal == (rotation in (0, 180))
    (shape,) = page.shapes
    assert shape.filled
    assert shape.colour == 0xFF0000
    shares = [ink_share(page, box) for box in (word.bbox, rule.bbox, shape.bbox)]
    assert min(shares) > 0.03
    assert sum(shares) > 0.98


def test_large_pages_fill_the_budget_and_tiny_ones_are_not_blown_up() -> None:
    pages = [made.first_page(made.raw_pdf(page=b"/MediaBox[0 0 %d %d]" % (s, s)), BUDGET) for s in (3, 14400)]
    assert all(page.width_px % 28 == page.height_px % 28 == 0 for page in pages)
    assert pages[0].width_px * pages[0].height_px <= (2 * 28) ** 2
    assert 0.7 * BUDGET.max_pixels < pages[1].width_px * pages[1].height_px <= BUDGET.max_pixels


def scan(width_px: int, height_px: int, strips: int = 1, *, under: str = "", over: str = "") -> bytes:
    """A page of 400 x 300 points filled by an image cut into strips."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    if under:
        page.insert_text((50, 60), under, fontsize=12)
    for strip in range(strips):
        pixmap = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, width_px, height_px // strips))
        pixmap.clear_with(230 - strip)
        page.insert_image((0, 300 * strip / strips, 400, 300 * (strip + 1) / strips), pixmap=pixmap)
    if over:
        page.insert_text((50, 260), over, fontsize=12, render_mode=3 if over == "ocr" else 0)
    return document.tobytes()


@pytest.mark.parametrize("strips", [1, 5])
def test_scan_is_rendered_at_the_resolution_of_its_image(strips: int) -> None:
    page = made.first_page(scan(800, 600, strips), PixelBudget(max_pixels=100 * 784, max_scan_pixels=2000 * 784))
    assert page.is_scan
    assert abs(page.width_px - 800) < 28
    assert abs(page.height_px - 600) < 28


def test_scan_stays_within_the_scan_budget() -> None:
    page = made.first_page(scan(4000, 3000), PixelBudget(max_scan_pixels=400 * 784))
    assert page.width_px * page.height_px <= 400 * 784


def test_scan_with_hidden_or_covered_text_is_read_from_pixels() -> None:
    for data in (scan(800, 600, over="ocr"), scan(800, 600, under="covered by the scan")):
        page = made.first_page(data)
        assert page.text.quality == "hidden"
        assert page.is_scan
        assert not page.text.words
        assert page.text.hidden
        assert page.pixels is not None


def test_stamp_over_a_scan_does_not_make_a_text_layer() -> None:
    page = made.first_page(scan(800, 600, over="EXHIBIT 7"))
    assert page.text.quality == "absent"
    assert [word.text for word in page.text.words] == ["EXHIBIT", "7"]
    assert page.is_scan


def test_picture_on_a_page_of_text() -> None:
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((50, 60), "A page with a figure", fontsize=12)
    pixmap = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 64, 32))
    pixmap.clear_with(90)
    page.insert_image((100, 100, 228, 164), pixmap=pixmap)
    image = made.first_page(document.tobytes(), BUDGET)
    (picture,) = image.pictures
    assert (picture.width_px, picture.height_px) == (64, 32)
    assert inside_share((100, 100, 228, 164), picture.bbox) > 0.99
    assert area(picture.bbox) < 1.02 * 128 * 64
    assert not image.is_scan
    assert image.text.quality == "sound"
