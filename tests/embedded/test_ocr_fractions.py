"""Fractions one number over the other in pages that are read from pixels."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest

from docparse.model.embedded import ocr, ocr_fractions
from docparse.model.embedded.ocr_detect import detect_text
from docparse.schemas.page import PageImage

_ZOOM = 2.5


def _stack(page: pymupdf.Page, x: float, y: float, above: str, below: str, size: float = 11) -> None:
    """A fraction whose bar is centred at x and level with the middle of a line of baseline y."""
    width = max(pymupdf.get_text_length(text, fontsize=size) for text in (above, below)) + 4
    level = y - 4
    page.draw_line((x - width / 2, level), (x + width / 2, level), width=0.8)
    for text, base in ((above, level - 2.5), (below, level + 2.5 + 0.72 * size)):
        page.insert_text((x - pymupdf.get_text_length(text, fontsize=size) / 2, base), text, fontsize=size)


def _image(page: pymupdf.Page, zoom: float = _ZOOM) -> PageImage:
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return PageImage(
        number=1, width=page.rect.width, height=page.rect.height, width_px=pixmap.width, height_px=pixmap.height,
        pixels=pixels,
    )  # fmt: skip


def _text(page: PageImage) -> str:
    return "".join(word.text + (" " if word.space else "") for word in ocr.read_words(page).words)


@pytest.fixture
def sheet() -> pymupdf.Page:
    return pymupdf.open().new_page(width=420, height=220)


def test_a_fraction_in_running_text_stays_in_its_place(sheet: pymupdf.Page) -> None:
    sheet.insert_text((30, 60), "Take", fontsize=13)
    _stack(sheet, 70, 60, "3", "4")
    sheet.insert_text((80, 60), "of the sugar and", fontsize=13)
    _stack(sheet, 190, 60, "5", "12")
    sheet.insert_text((204, 60), "of the flour.", fontsize=13)
    sheet.insert_text((30, 110), "Stir it for a while and let it stand overnight.", fontsize=13)
    text = _text(_image(sheet))
    assert r"Take $\frac{3}{4}$ of the sugar and $\frac{5}{12}$ of the flour." in text


def test_an_answer_and_a_full_stop_after_a_fraction(sheet: pymupdf.Page) -> None:
    for number, (above, below) in enumerate((("2", "17"), ("7", "10"))):
        sheet.insert_text((40, 60 + 50 * number), "AB"[number], fontsize=13)
        _stack(sheet, 70, 60 + 50 * number, above, below)
    sheet.insert_text((30, 170), "The fraction of the nickels is less than", fontsize=13)
    _stack(sheet, 276, 170, "4", "8")
    sheet.insert_text((284, 170), "? Say why it is.", fontsize=13)
    text = _text(_image(sheet))
    assert r"A $\frac{2}{17}$" in text
    assert r"B $\frac{7}{10}$" in text
    assert r"less than $\frac{4}{8}$? Say why" in text


def test_a_sum_under_its_rule_is_no_fraction(sheet: pymupdf.Page) -> None:
    for row, (label, amount) in enumerate((("Bread", "12"), ("Butter", "30"), ("Total", "42"))):
        sheet.insert_text((40, 50 + 16 * row), label, fontsize=12)
        sheet.insert_text((150, 50 + 16 * row), amount, fontsize=12)
    sheet.draw_line((149, 70), (165, 70), width=0.8)
    page = _image(sheet)
    assert page.pixels is not None
    assert ocr_fractions.take_out(page.pixels, detect_text(page.pixels)) == (page.pixels, [])
    assert "Total 42" in _text(page)


def test_underlined_words_and_equal_signs_are_no_fractions(sheet: pymupdf.Page) -> None:
    sheet.insert_text((40, 60), "Only the", fontsize=13)
    sheet.insert_text((95, 60), "last", fontsize=13)
    sheet.draw_line((94, 63), (117, 63), width=0.8)
    sheet.insert_text((122, 60), "answer counts: 3 = 5 - 2", fontsize=13)
    sheet.insert_text((40, 76), "Read the next page before you go on.", fontsize=13)
    page = _image(sheet)
    assert page.pixels is not None
    assert ocr_fractions.take_out(page.pixels, detect_text(page.pixels))[1] == []


def test_rows_of_numbers_close_to_one_another_are_no_fractions(sheet: pymupdf.Page) -> None:
    """The top of a 7 or a 5 has something right above it and its own foot right below."""
    rows = [
        ["14", "575", "27", "7,757"],
        ["77", "375", "55", "5,775"],
        ["57", "127", "75", "7,575"],
        ["75", "457", "72", "5,577"],
    ]
    for row, numbers in enumerate(rows):
        for col, number in enumerate(numbers):
            sheet.insert_text((40 + 80 * col, 40 + 9.2 * row), number, fontsize=10)
    text = _text(_image(sheet))
    assert "frac" not in text
    assert [text.count(number) for numbers in rows for number in (numbers[3],)] == [1, 1, 1, 1]


def test_the_foot_of_a_two_is_no_bar(sheet: pymupdf.Page) -> None:
    """Where its thin stroke has faded, the foot stands alone between two digits."""
    for row, number in enumerate(("1,000", "2,000", "4,000", "22.7", "30.3", "2,200", "4,700")):
        sheet.insert_text((60, 40 + 9 * row), number, fontsize=9, fontname="tiro")
        sheet.insert_text((120, 40 + 9 * row), f"line {row} of the table", fontsize=9, fontname="tiro")
    page = _image(sheet, 2.1)
    assert page.pixels is not None
    faded = page.replace(pixels=(255 - (255 - page.pixels.astype(np.float32)) * 0.62).astype(np.uint8))
    assert faded.pixels is not None
    assert ocr_fractions.find_fractions(faded.pixels, detect_text(faded.pixels)) == []
