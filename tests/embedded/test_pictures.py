"""Kinds of pictures, and what is said about those that nothing here can read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw

from docparse.model.embedded import chemistry, pictures
from docparse.model.embedded.picture_kinds import tell_pictures
from docparse.schemas.document import Block, Chart, Chemistry, Image, Paragraph
from docparse.schemas.page import PageImage


def page_of(picture: Picture.Image) -> PageImage:
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    return PageImage(
        number=1, width_px=width, height_px=height, width=width, height=height, unit="px", pixels=pixels, is_scan=True
    )


def staff_sheet() -> Picture.Image:
    sheet = Picture.new("L", (1120, 448), 255)
    draw = ImageDraw.Draw(sheet)
    for top in (100, 280):
        for i in range(5):
            draw.line((60, top + 11 * i, 1060, top + 11 * i), fill=0, width=2)
        for x in range(100, 1000, 60):
            draw.ellipse((x, top + 20, x + 14, top + 31), fill=0)
            draw.line((x + 13, top - 12, x + 13, top + 25), fill=0, width=2)
    return sheet


def benzoic_acid() -> Picture.Image:
    sheet = Picture.new("L", (560, 420), 255)
    draw = ImageDraw.Draw(sheet)
    angles = np.radians(np.arange(6) * 60 + 30)
    ring = [(200 + 70 * np.cos(a), 210 + 70 * np.sin(a)) for a in angles]
    inner = [(200 + 55 * np.cos(a), 210 + 55 * np.sin(a)) for a in angles]
    for i in range(6):
        draw.line([ring[i], ring[(i + 1) % 6]], fill=0, width=3)
    for i in (0, 2, 4):
        draw.line([inner[i], inner[(i + 1) % 6]], fill=0, width=3)
    start = ring[5]
    carbon = (start[0] + 61, start[1] - 35)
    draw.line([start, carbon], fill=0, width=3)
    draw.line([carbon, (carbon[0] + 61, carbon[1] + 35)], fill=0, width=3)
    draw.line([carbon, (carbon[0] + 61, carbon[1] - 35), (carbon[0] + 122, carbon[1])], fill=0, width=3)
    return sheet


def test_staves_are_found() -> None:
    found = pictures.staves(np.asarray(staff_sheet().convert("RGB")))
    assert [round(box[1], -1) for box in found] == [100, 280]


def test_rows_of_small_print_are_no_staves() -> None:
    noise = np.random.default_rng(5)
    sheet = np.full((4200, 700), 255, np.uint8)
    for top in range(100, 4000, 120):
        for row in range(5):
            y, ink = top + 12 * row, noise.random((7, 220)) < 0.8
            sheet[y : y + 7, 20:680] = np.where(np.repeat(ink, 3, axis=1), 0, 255)
    assert pictures.staves(np.repeat(sheet[:, :, None], 3, axis=2)) == []


def test_music_is_a_picture_that_says_so() -> None:
    page = page_of(staff_sheet())
    blocks: list[Block] = [
        Paragraph(text="Reel", bbox=(500, 20, 600, 50)),
        Paragraph(text="o o", bbox=(100, 110, 300, 140)),
    ]
    told, flags = tell_pictures(blocks, page, ())
    assert flags == ("music_not_recognised",)
    assert [block.kind for block in told] == ["paragraph", "image"]
    assert isinstance(told[1], Image)
    assert told[1].ocr == "o o"


@pytest.mark.skipif(not chemistry.available(), reason="needs osra")
def test_a_molecule_is_read_with_low_confidence() -> None:
    (block,), flags = tell_pictures([], page_of(benzoic_acid()), ())
    assert isinstance(block, Chemistry)
    assert chemistry.is_plausible(block.smiles)
    assert block.confidence is not None
    assert block.confidence < 0.5
    assert flags == ()


def test_a_molecule_without_osra_stays_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chemistry.shutil, "which", lambda name: None)
    (block,), flags = tell_pictures([], page_of(benzoic_acid()), ())
    assert block.kind == "image"
    assert flags == ("chemistry_not_recognised",)


def test_a_chart_without_data_says_so() -> None:
    page = page_of(Picture.new("L", (280, 280), 255))
    assert tell_pictures([Chart(bbox=(10, 10, 200, 200))], page, ())[1] == ("chart_data_not_recognised",)


def test_pages_without_pixels_or_ink_are_left_alone() -> None:
    blocks: list[Block] = [Paragraph(text="text", bbox=(1, 1, 9, 9))]
    page = page_of(Picture.new("L", (560, 560), 255))
    assert tell_pictures(blocks, page.replace(pixels=None), ()) == (blocks, ())
    assert tell_pictures(blocks, page, ()) == (blocks, ())
