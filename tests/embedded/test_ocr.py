"""Words from pixels: boxes, flags, scripts, bad input."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from docparse.geometry import contains_point
from docparse.model.base import Deadline
from docparse.model.embedded import ocr, ocr_detect, ocr_foreign, ocr_rapid, ocr_tesseract
from docparse.model.embedded.ocr_script import SCRIPTS
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.recognise import recognise
from docparse.options import ParseOptions
from docparse.reading import read_output
from docparse.schemas.page import PageImage

ETHIOPIC = Path("/usr/share/fonts/truetype/noto/NotoSansEthiopic-Regular.ttf")
LINES = ("The quick brown fox jumps over the lazy dog", "and runs away through 27 wet fields.")


def draw(html: str, *, width: float = 420, height: float = 200, zoom: float = 2.5) -> PageImage:
    """A scanned page (no text layer) of `width` x `height` points."""
    page = pymupdf.open().new_page(width=width, height=height)
    page.insert_htmlbox(pymupdf.Rect(20, 20, width - 20, height - 20), html)
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return PageImage(
        number=1,
        width_px=pixmap.width,
        height_px=pixmap.height,
        width=width,
        height=height,
        pixels=pixels,
        is_scan=True,
    )


def blank(shape: tuple[int, int], value: int = 255) -> PageImage:
    pixels = np.full((*shape, 3), value, np.uint8)
    return PageImage(
        number=1, width_px=shape[1], height_px=shape[0], width=shape[1], height=shape[0], unit="px", pixels=pixels
    )


def text_of(result: ocr.OcrResult) -> str:
    return "".join(word.text + (" " if word.space else "") for word in result.words).strip()


def test_words_lines_and_boxes_in_page_units() -> None:
    page = draw("".join(f"<p>{line}</p>" for line in LINES))
    result = ocr.read_words(page)
    assert text_of(result) == " ".join(LINES)
    assert result.flags == ()
    assert sorted({word.line for word in result.words}) == [0, 1]
    assert all(word.confidence > 0.9 for word in result.words)
    for word in result.words:
        assert 0 <= word.bbox[0] < word.bbox[2] <= page.width
        assert 0 <= word.bbox[1] < word.bbox[3] <= page.height


def test_word_boxes_cover_the_words() -> None:
    document = pymupdf.open()
    sheet = document.new_page(width=420, height=100)
    sheet.insert_text((20, 50), "some words of unequal length", fontsize=16)
    pixmap = sheet.get_pixmap(matrix=pymupdf.Matrix(2.5, 2.5), alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    page = PageImage(number=1, width_px=pixmap.width, height_px=pixmap.height, width=420, height=100, pixels=pixels)
    read = {word.text: word.bbox for word in ocr.read_words(page).words}
    for x0, y0, x1, y1, text, *_ in sheet.get_text("words"):
        assert contains_point(read[text], (x0 + x1) / 2, (y0 + y1) / 2)
        assert abs(read[text][0] - x0) < 6
        assert abs(read[text][2] - x1) < 6


def test_chinese_has_no_blanks() -> None:
    page = draw('<p style="font-size:18px">人人生而自由，在尊严和权利上一律平等。</p>')
    assert text_of(ocr.read_words(page)).replace(",", "，") == "人人生而自由，在尊严和权利上一律平等。"


@pytest.mark.skipif("rus" not in ocr_tesseract.languages(), reason="needs tesseract-ocr-rus")
def test_cyrillic_through_tesseract() -> None:
    text = "Все люди рождаются свободными и равными в своем достоинстве и правах."
    result = ocr.read_words(draw(f'<p style="font-size:14px">{text}</p>'))
    assert text_of(result) == text
    assert "script:Cyrillic" in result.flags


@pytest.mark.skipif("amh" not in ocr_tesseract.languages() or not ETHIOPIC.exists(), reason="needs tesseract-ocr-amh")
@pytest.mark.parametrize("size", [30, 44])
def test_lines_that_are_one_word_are_told_and_trusted(size: int) -> None:
    """Amharic with its old dividers has no blanks: Tesseract is as sure of a line as of its worst sign."""
    text = "የሰው፡ልጅ፡ሁሉ፡ሲወለድ፡፡ነጻና፡በክብርና፡በመብትም፡እኩልነት፡ያለው፡ነው፡፡"
    image = Image.new("RGB", (1400, 400), "white")
    for row in range(3):
        font = ImageFont.truetype(str(ETHIOPIC), size)
        ImageDraw.Draw(image).text((40, 60 + 90 * row), text, "black", font)
    result = ocr.read_words(replace(blank((400, 1400)), pixels=np.asarray(image)))
    assert result.flags == ("script:Ethiopic",)
    assert SequenceMatcher(None, text_of(result).replace(" ", ""), text * 3).ratio() > 0.8


def test_unknown_script_without_tesseract_is_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_tesseract, "languages", frozenset)
    result = ocr.read_words(draw('<p style="font-size:14px">Все люди рождаются свободными и равными.</p>'))
    assert "script_unsupported:unknown" in result.flags


def test_no_engine_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_tesseract, "languages", frozenset)
    monkeypatch.setattr(ocr_rapid, "available", lambda: False)
    assert ocr.read_words(draw("<p>text</p>")).flags == ("ocr_unavailable",)


@pytest.mark.skipif("eng" not in ocr_tesseract.languages(), reason="needs tesseract-ocr-eng")
def test_tesseract_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_rapid, "available", lambda: False)
    assert text_of(ocr.read_words(draw(f"<p>{LINES[0]}</p>"))) == LINES[0]


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (28, 28), (300, 2), (600, 800)])
@pytest.mark.parametrize("value", [0, 255])
def test_empty_pages_have_no_words(shape: tuple[int, int], value: int) -> None:
    assert ocr.read_words(blank(shape, value)).words == []


def test_noise_is_no_text() -> None:
    page = blank((420, 420))
    noise = np.random.default_rng(7).integers(0, 256, (420, 420, 3), np.uint8)
    assert len(ocr.read_words(page.replace(pixels=noise)).words) < 5


def test_deadline_leaves_what_was_read() -> None:
    result = ocr.read_words(draw(f"<p>{LINES[0]}</p>"), deadline=Deadline.after(0))
    assert result.words == []
    assert "ocr_incomplete" in result.flags


def test_text_in_an_unknown_script_is_shown_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr_tesseract, "languages", frozenset)
    line = "<p style='font-size:14px'>Все люди рождаются свободными и равными в своем достоинстве.</p>"
    page = draw("<p style='font-size:14px'>A heading that can be read</p>" + 3 * line)
    result = ocr.read_words(page)
    assert text_of(result) == "A heading that can be read"
    assert result.unread
    output = recognise(page, fast=False)
    typed = read_output(page, output, ParseOptions())
    shown = [block for block in typed.page.blocks if "text_not_recognised" in block.flags]
    assert [block.kind for block in shown] == ["image"] * len(shown)
    assert shown
    assert typed.page.confidence is not None
    assert typed.page.confidence < 0.6
    assert "text_not_recognised" in typed.page.flags


def test_a_page_that_reads_as_nothing_in_the_script_found_is_owned_up_to(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "<p style='font-size:14px'>Все люди рождаются свободными и равными в своем достоинстве.</p>"
    page = draw(6 * line)
    box = (0.0, 0.0, 300.0, 20.0)
    guess = OcrLine((OcrWord("ร", box, 0.4),), box, 0.4)
    monkeypatch.setattr(ocr_tesseract, "read_lines", lambda *_, **__: ([guess], True))
    monkeypatch.setattr(ocr_foreign, "find_script", lambda *_, **__: (SCRIPTS["Thai"], ()))
    monkeypatch.setattr(ocr_tesseract, "languages", lambda: frozenset({"tha", "eng"}))
    result = ocr.read_words(page)
    assert "script_unsupported:unknown" in result.flags
    assert result.unread
    assert not any("ร" in word.text for word in result.words)


def test_what_shines_through_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The back of a sheet, seen through it: mirrored and faint."""
    monkeypatch.setattr(ocr_tesseract, "languages", frozenset)
    page = draw("".join(f"<p style='font-size:13px'>{LINES[0]}</p>" for _ in range(6)))
    assert page.pixels is not None
    faint = (235 - (255 - page.pixels[:, ::-1].astype(int)) * 0.09).astype(np.uint8)
    result = ocr.read_words(page.replace(pixels=np.ascontiguousarray(faint)))
    assert (result.unread, result.flags) == ((), ())


def test_every_line_of_a_very_long_picture_is_found() -> None:
    line = np.asarray(draw(f"<p>{LINES[0]}</p>", width=500, height=60, zoom=1.2).pixels)
    page = np.concatenate([line] * 70)
    boxes = ocr_detect.detect_text(page)
    tops = sorted(round(box.bbox[1] / len(line)) for box in boxes)
    assert len(page) > 5000
    assert tops == sorted(set(tops))
    assert len(tops) == 70
