"""Printed music: staves found however they lean, signs and lengths read, bars that don't add up owned up to."""

from __future__ import annotations

import numpy as np
import pytest
from engraving import draw, engrave
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFilter, ImageFont

from docparse.bench.metrics import abc_notes, abc_similarity
from docparse.model.embedded import music_ink
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.music_ink import find_staves, read_music
from docparse.model.embedded.picture_kinds import tell_pictures
from docparse.model.embedded.sheets import with_sheets, without_sheets
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Music, Paragraph
from docparse.schemas.page import PageImage, TextLayer, TextQuality, Word
from docparse.schemas.page import Picture as PagePicture

REEL = """X:1
M:{metre}
L:1/8
K:{key}
d2Ac d2Ac | dfed ^cdBA | G2eG F2dE | E3/2F/2G>A B2z2 |
(3FED AD B4 | =c8 | A2 z2 d4- | d2 _e2 [FA]4 |]
"""
JIG = "X:1\nM:6/8\nL:1/8\nK:F\nc | fgf c2A | B3 d2e | f3- f2 :|\n|: c | d2e fga | b6 | agf e2d | f3- f2 :|\n"


def read(picture: NDArray[np.uint8]) -> tuple[str, float]:
    reading = read_music(picture, find_staves(picture))
    assert reading is not None
    return reading.abc, reading.confidence


def page_of(picture: Picture.Image) -> PageImage:
    pixels = np.asarray(picture.convert("RGB"))
    height, width = pixels.shape[:2]
    return PageImage(
        number=1, width_px=width, height_px=height, width=width, height=height, unit="px", pixels=pixels, is_scan=True
    )


def staff_sheet() -> Picture.Image:
    """Staves and notes without clefs."""
    sheet = Picture.new("L", (1120, 448), 255)
    draw = ImageDraw.Draw(sheet)
    for top in (100, 280):
        for i in range(5):
            draw.line((60, top + 11 * i, 1060, top + 11 * i), fill=0, width=2)
        for x in range(100, 1000, 60):
            draw.ellipse((x, top + 20, x + 14, top + 31), fill=0)
            draw.line((x + 13, top - 12, x + 13, top + 25), fill=0, width=2)
    return sheet


def test_staves_are_found() -> None:
    found = find_staves(np.asarray(staff_sheet()))
    assert [round(staff.box[1], -1) for staff in found] == [100, 280]
    assert [round(staff.space) for staff in found] == [11, 11]


def test_rows_of_small_print_are_no_staves() -> None:
    noise = np.random.default_rng(5)
    sheet = np.full((4200, 700), 255, np.uint8)
    for top in range(100, 4000, 120):
        for row in range(5):
            y, ink = top + 12 * row, noise.random((7, 220)) < 0.8
            sheet[y : y + 7, 20:680] = np.where(np.repeat(ink, 3, axis=1), 0, 255)
    assert find_staves(sheet) == []
    assert find_staves(np.full((300, 300), 255, np.uint8)) == []


def text_rows(blur: float, limit: int) -> NDArray[np.uint8]:
    """A page of text, blurred and then black and white."""
    sheet = Picture.new("L", (1100, 700), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=18)
    names = ("memoria", "universo", "canto", "sera", "vano", "come", "suono", "amore", "marina", "arena", "corsa")
    for row in range(14):
        words = [names[(5 * row + 3 * i) % len(names)] for i in range(10)]
        draw.text((70, 40 + 25 * row), " ".join(words), font=font, fill=40)
    grey = np.asarray(sheet.filter(ImageFilter.GaussianBlur(blur)))
    return np.where(grey < limit, 0, 255).astype(np.uint8) if limit else grey


@pytest.mark.parametrize(("blur", "limit"), [(0.0, 0), (0.0, 200), (1.0, 0), (2.2, 0), (2.2, 200)])
def test_rows_of_text_are_no_staves_however_bad_the_print(blur: float, limit: int) -> None:
    assert find_staves(text_rows(blur, limit)) == []


@pytest.mark.parametrize(
    ("metre", "key", "font"), [("4/4", "D", "Leipzig"), ("C", "Bb", "Leland"), ("C|", "A", "Bravura")]
)
def test_a_tune_is_read(metre: str, key: str, font: str) -> None:
    pytest.importorskip("music21")
    tune = REEL.format(metre=metre, key=key)
    found, confidence = read(draw(engrave(tune, font=font)))
    assert f"\nM:{metre}\nL:1/8\nK:{key}\n" in found
    assert abc_similarity(tune, found) > 0.9
    assert confidence > 0.8


def test_repeats_upbeats_and_lines_are_kept() -> None:
    pytest.importorskip("music21")
    found, _ = read(draw(engrave(JIG)))
    assert found.count(":|") + found.count("::") >= 2
    assert abc_notes(found) == abc_notes(JIG)


@pytest.mark.parametrize("clef", ["bass", "alto"])
def test_clefs_say_which_notes(clef: str) -> None:
    pytest.importorskip("music21")
    tune = f"X:1\nM:3/4\nL:1/4\nK:G clef={clef}\nG,A,B, | DCB, | A,B,G, | G,3 |]\n"
    found, _ = read(draw(engrave(tune), 900))
    assert f"K:G clef={clef}" in found
    assert abc_similarity(tune, found) == 1.0


def test_a_scan_that_leans_is_read() -> None:
    pytest.importorskip("music21")
    picture = Picture.fromarray(draw(engrave(JIG), 1600))
    leaning = np.asarray(picture.rotate(0.9, Picture.Resampling.BICUBIC, fillcolor=255))
    noise = np.random.default_rng(3).normal(0, 12, leaning.shape)
    found, _ = read(np.clip(leaning * 0.85 + 20 + noise, 0, 255).astype(np.uint8))
    assert abc_similarity(JIG, found) > 0.9


def test_music_on_a_page_is_a_block_with_its_title() -> None:
    tune = draw(engrave(REEL.format(metre="4/4", key="D")), 1000)
    sheet = Picture.new("L", (1120, 672), 255)
    sheet.paste(Picture.fromarray(tune), (60, 150))
    page = page_of(sheet)
    title = Word("Reel", (520, 110, 600, 140), size=24, baseline=135, line=0)
    noise = Word("ePo", (300, 205, 340, 240), size=24, baseline=225, line=1)
    (found,) = with_sheets(page, [title, noise], [])
    assert found.words == [noise]
    assert "T:Reel\n" in found.abc
    blocks, flags = tell_pictures(build_blocks(page, [title], (), (), [found]), page, [title, noise])
    (music,) = [block for block in blocks if isinstance(block, Music)]
    assert music.abc == found.abc
    assert music.flags == ["music_from_image"]
    assert music.confidence is not None
    assert [block.text for block in blocks if not isinstance(block, Music)] == ["Reel"]  # type: ignore[union-attr]
    assert flags == ("music_from_image",)


def test_music_without_a_clef_is_not_made_up() -> None:
    page = page_of(staff_sheet())
    title = Word("Reel", (500, 20, 600, 50), size=24, baseline=45, line=0)
    noise = Word("o", (100, 110, 130, 140), size=24, baseline=135, line=1)
    (found,) = with_sheets(page, [title, noise], [])
    assert found.music
    assert found.abc == ""
    assert found.words == [noise]
    told, flags = tell_pictures(build_blocks(page, [title], (), (), [found]), page, [title, noise])
    assert flags == ("music_not_recognised",)
    assert [type(block) for block in told] == [Paragraph, Music]
    assert told[1].flags == ["music_not_recognised"]


def test_five_lines_alone_are_no_music() -> None:
    sheet = Picture.new("L", (1120, 448), 255)
    draw = ImageDraw.Draw(sheet)
    for i in range(5):
        draw.line((60, 100 + 11 * i, 1060, 100 + 11 * i), fill=0, width=2)
    assert with_sheets(page_of(sheet), [], []) == []


def test_staves_are_no_table() -> None:
    page = page_of(staff_sheet())
    (found,) = with_sheets(page, [], [])
    table = FoundTable(bbox=(60, 100, 1060, 320), rows=2, cols=2, cells=[])
    apart = FoundTable(bbox=(60, 400, 1060, 440), rows=2, cols=2, cells=[])
    assert without_sheets([table, apart], [found]) == [apart]


def sound(picture: Picture.Image, *pictures: tuple[float, float, float, float]) -> PageImage:
    placed = tuple(PagePicture(box, 100, 100) for box in pictures)
    return page_of(picture).replace(text=TextLayer(quality=TextQuality.SOUND), pictures=placed, is_scan=False)


def test_beside_a_sound_text_layer_only_pictures_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = staff_sheet()
    asked: list[tuple[int, ...]] = []
    find = music_ink.find_staves
    monkeypatch.setattr(music_ink, "find_staves", lambda grey: asked.append(grey.shape) or find(grey))
    assert with_sheets(sound(sheet), [], []) == []
    logo = (300.0, 5.0, 700.0, 60.0)  # a picture without lines
    beyond = (1300.0, 10.0, 1500.0, 90.0)  # off the page
    assert with_sheets(sound(sheet, logo, beyond), [], []) == []
    assert not asked
    staves = (40.0, 80.0, 1090.0, 350.0)
    (found,) = with_sheets(sound(sheet, logo, staves), [], [])
    (whole,) = with_sheets(page_of(sheet), [], [])
    assert found.music
    assert found.bbox == pytest.approx(whole.bbox, abs=2)


def test_rules_with_words_on_them_are_not_read_as_music(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_none(*_: object) -> None:
        raise AssertionError("rules of a table were read as music")

    monkeypatch.setattr(music_ink, "read_music", read_none)
    words = [
        Word("Berlin", (x, top + 12, x + 60, top + 24), confidence=0.99) for x in (150, 400, 700) for top in (100, 280)
    ]
    assert with_sheets(page_of(staff_sheet()), words, []) == []
