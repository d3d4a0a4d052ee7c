"""Kinds of pictures, and what is said about those that nothing here can read."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from docparse.model.embedded import chemistry, pictures
from docparse.model.embedded.picture_kinds import tell_pictures
from docparse.schemas.document import Block, Chart, Chemistry, Paragraph
from docparse.schemas.page import PageImage, Word


def page_of(picture: Picture.Image) -> PageImage:
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    return PageImage(
        number=1, width_px=width, height_px=height, width=width, height=height, unit="px", pixels=pixels, is_scan=True
    )


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


@pytest.mark.parametrize(("sure", "counts"), [(3.1, True), (-0.1, False)])
def test_a_molecule_that_only_osra_reads_has_low_confidence(
    monkeypatch: pytest.MonkeyPatch, sure: float, counts: bool
) -> None:
    monkeypatch.setattr(chemistry.structure_ink, "read_structure", lambda crop: None)
    monkeypatch.setattr(chemistry, "_ask_osra", lambda *args, **named: [("OC(=O)c1ccccc1", sure)])
    (block,), flags = tell_pictures([], page_of(benzoic_acid()), ())
    assert isinstance(block, Chemistry) == counts
    if isinstance(block, Chemistry):
        assert (block.smiles, block.confidence, block.flags) == ("OC(=O)c1ccccc1", 0.4, ["osra"])
    assert flags == (() if counts else ("chemistry_not_recognised",))


def test_a_drawing_that_stands_alone_is_read_even_where_most_of_its_strokes_are_level() -> None:
    pytest.importorskip("rdkit")
    sheet = Picture.new("L", (1200, 420), 255)
    draw = ImageDraw.Draw(sheet)
    for x, sign in ((300, "O"), (480, "N"), (660, "O")):
        draw.text((x - 25, 170), sign, fill=0, font=ImageFont.load_default(64))
    for x in (330, 510):
        draw.line([(x, 210), (x + 60, 210), (x + 120, 210)], fill=0, width=6)
    draw.line([(480, 250), (480, 370)], fill=0, width=6)
    draw.line([(690, 210), (810, 210)], fill=0, width=6)
    draw.line([(270, 210), (150, 210)], fill=0, width=6)
    assert not pictures.looks_chemical(pictures.strokes(np.asarray(sheet.convert("RGB"))))  # type: ignore[arg-type]
    (block,), _ = tell_pictures([], page_of(sheet), ())
    assert isinstance(block, Chemistry)
    assert block.smiles == "CON(C)OC"


@pytest.mark.parametrize("text", ["Všichni lidé rodí se svobodní a rovní", "人人生而自由在尊严和权利上一律平等"])
def test_a_picture_of_a_few_lines_of_text_is_no_drawing(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chemistry, "read_clear", lambda crop: pytest.fail("looked for a molecule"))
    words = [
        Word(word, (40, y, 90, y + 10), size=10, baseline=y + 8, line=y) for y in (40, 60, 80) for word in text.split()
    ]
    sheet = Picture.new("L", (400, 200), 255)
    ImageDraw.Draw(sheet).rectangle((40, 40, 300, 60), fill=0)
    tell_pictures([], page_of(sheet), words)


@pytest.mark.skipif(shutil.which("osra") is None, reason="needs osra")
def test_osra_says_what_it_sees_and_how_sure_it_is() -> None:
    answers = chemistry._ask_osra(np.asarray(benzoic_acid()), dpi=None, deadline=None)
    assert answers
    assert all(chemistry.is_plausible(smiles) and -2 < sure < 2 for smiles, sure in answers)


def test_a_molecule_that_nothing_reads_stays_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chemistry.shutil, "which", lambda name: None)
    monkeypatch.setattr(chemistry.structure_ink, "available", lambda: False)
    monkeypatch.setattr(chemistry.structure_ink, "read_structure", lambda crop: None)
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


@pytest.mark.no_cover
def test_a_form_in_frames_is_no_chart() -> None:
    sheet = Picture.new("L", (600, 800), 255)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((50, 60, 550, 760), outline=0, width=2)
    words: list[Word] = []
    for row in range(12):
        top = 80 + 55 * row
        draw.line((50, top + 40, 550, top + 40), fill=0, width=2)
        words.append(Word("生年月日と住所", (60, top, 200, top + 18), 18.0, line=row, baseline=top + 15.0))
    page = page_of(sheet)
    blocks: list[Block] = [Paragraph(text=word.text, bbox=word.bbox) for word in words]
    told, flags = tell_pictures(list(blocks), page, words)
    assert (told, flags) == (blocks, ())
    labels = [word._replace(bbox=(60 + 40 * i, *word.bbox[1:])) for i, word in enumerate(words[:6])]
    assert "chart_data_not_recognised" in tell_pictures(list(blocks[:6]), page, labels)[1]
