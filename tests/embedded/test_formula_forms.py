"""Signs of formulas by the shape of their ink alone, accents and strokes apart."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docparse.model.embedded.formula_ink.blots import blots_of
from docparse.model.embedded.formula_ink.named import named
from docparse.model.embedded.formula_tree import to_latex
from docparse.schemas.page import Rule, Word


def _ink(text: str, font: str = "tiit") -> NDArray[np.bool_]:
    page = pymupdf.open().new_page(width=80, height=60)
    page.insert_text((20, 40), text, fontsize=24, fontname=font)
    pixmap = page.get_pixmap(dpi=150, alpha=False)
    pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return np.asarray(pixels.min(axis=2) < 190)


@pytest.mark.parametrize("sign", list("abdefghkmqrtyADEFGHMRTX2345678"))
def test_letters_and_digits_of_times_are_known(sign: str) -> None:
    sheet = _ink(sign, "tiro" if sign.isdigit() else "tiit")
    assert named(sheet, blots_of(sheet), 34).sign == sign


@pytest.mark.parametrize(("sign", "font"), [("i", "tiit"), ("j", "tiit"), ("=", "tiro"), ("|", "tiro")])
def test_signs_of_several_blots_and_strokes(sign: str, font: str) -> None:
    sheet = _ink(sign, font)
    its = named(sheet, blots_of(sheet), 30)
    assert its.sign == sign
    assert its.sure or sign == "j"


def test_an_accent_is_told_apart_from_its_letter() -> None:
    sheet = _ink("x")
    rows, columns = np.flatnonzero(sheet.any(axis=1)), np.flatnonzero(sheet.any(axis=0))
    sheet[rows[0] - 9 : rows[0] - 6, columns[0] : columns[-1]] = True
    assert named(sheet, blots_of(sheet), 34).sign == "x\u0304"


def test_scribble_is_like_nothing() -> None:
    pen = ImageDraw.Draw(sheet := Image.new("L", (60, 60)))
    pen.line([(4, 50), (20, 6), (22, 54), (40, 9), (41, 50), (56, 5)], fill=255, width=4)
    mask = np.asarray(sheet) > 0
    assert not named(mask, blots_of(mask), 34).sure


def test_a_letter_of_calligraphy_is_written_so() -> None:
    assert to_latex([Word("ℒ", (0, 0, 8, 8), 10, "", 0, 0, 8)], []) == r"\mathcal{L}"
    assert to_latex([Word("𝔤", (0, 0, 8, 8), 10, "", 0, 0, 8)], []) == r"\mathfrak{g}"


def test_a_small_fraction_beside_a_sign_stands_on_its_line() -> None:
    words = [
        Word("−", (0, 10, 8, 14), 12, "", 0, 0, 16), Word("m", (12, 2, 18, 6), 7, "", 0, 0, 7),
        Word("2", (13, 14, 17, 20), 7, "", 0, 0, 20),
    ]  # fmt: skip
    assert to_latex(words, [Rule((11, 12, 19, 12.5), True, 0.5)]) == r"- \frac{m}{2}"
