"""Formulas read from pixels: indices, fractions, roots, limits, accents, brackets; and what must stay unread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

import docparse
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula import number_in
from docparse.model.embedded.formula_ink import read_formula
from docparse.model.embedded.formula_ink.align import aligned
from docparse.model.embedded.formula_ink.blots import Blot, type_height
from docparse.model.embedded.formula_ink.read import apart_number, is_plausible
from docparse.model.embedded.formula_ink.shapes import accent_of, sign_of
from docparse.model.embedded.formula_ink.signs import Sign, placed
from docparse.model.embedded.formula_tree import to_latex
from docparse.schemas.document import Formula
from docparse.schemas.page import Word

_ITALIC, _UPRIGHT = "tiit", "tiro"
needs_ocr = pytest.mark.skipif(not ocr_rapid.available(), reason="the OCR's models are not installed")


class _Board:
    """A page to write a formula on, sign by sign."""

    def __init__(self, width: float = 240, height: float = 60) -> None:
        self.page = pymupdf.open().new_page(width=width, height=height)

    def write(self, x: float, y: float, text: str, size: float = 14, font: str = _ITALIC) -> float:
        """Text from x on the baseline y; its end."""
        self.page.insert_text((x, y), text, fontsize=size, fontname=font)
        return x + float(pymupdf.get_text_length(text, fontname=font, fontsize=size))

    def bar(self, x0: float, x1: float, y: float) -> None:
        self.page.draw_line((x0, y), (x1, y), width=0.6)

    def image(self, dpi: int = 200) -> NDArray[np.uint8]:
        pixmap = self.page.get_pixmap(dpi=dpi, alpha=False)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)

    def read(self, dpi: int = 200) -> str:
        image = self.image(dpi)
        reading = read_formula(image, (0, 0, image.shape[1], image.shape[0]))
        return "" if reading is None else "".join(reading.latex.split())


@needs_ocr
@pytest.mark.parametrize("dpi", [110, 200, 300])
def test_a_raised_digit_is_an_exponent_at_every_resolution(dpi: int) -> None:
    board = _Board()
    x = board.write(20, 36, "E", 16)
    x = board.write(x + 6, 36, "=", 16, _UPRIGHT)
    x = board.write(x + 6, 36, "mc", 16)
    board.write(x + 1, 29, "2", 11, _UPRIGHT)
    assert board.read(dpi) == "E=mc^2"


@needs_ocr
def test_lowered_letters_are_indices_and_commas_stay_on_the_line() -> None:
    board = _Board(300)
    x = board.write(20, 36, "g", 16)
    x = board.write(x + 1, 40, "ij", 11)
    x = board.write(x + 6, 36, "=", 16, _UPRIGHT)
    x = board.write(x + 6, 36, "a", 16)
    x = board.write(x + 1, 40, "n", 11)
    x = board.write(x + 5, 36, "+", 16, _UPRIGHT)
    x = board.write(x + 5, 36, "b", 16)
    board.write(x + 1, 40, "n", 11)
    assert board.read() == "g_{ij}=a_n+b_n"


def _fraction(board: _Board, x: float, above: str, below: str) -> float:
    board.bar(x, x + 28, 40)
    board.write(x + 9, 34, above, 16)
    board.write(x + 9, 55, below, 16)
    return x + 28


@needs_ocr
def test_what_stands_over_and_under_a_bar_is_a_fraction() -> None:
    board = _Board(240, 80)
    x = board.write(20, 44, "y", 16)
    x = board.write(x + 8, 44, "=", 16, _UPRIGHT)
    x = _fraction(board, x + 8, "a", "b")
    x = board.write(x + 8, 44, "+", 16, _UPRIGHT)
    _fraction(board, x + 8, "c", "d")
    assert board.read() == r"y=\frac{a}{b}+\frac{c}{d}"


@needs_ocr
def test_a_number_apart_is_the_formulas_own() -> None:
    board = _Board(300)
    x = board.write(20, 36, "a", 16)
    x = board.write(x + 6, 36, "=", 16, _UPRIGHT)
    x = board.write(x + 6, 36, "b", 16)
    board.write(x + 1, 29, "2", 11, _UPRIGHT)
    board.write(220, 36, "(12)", 16, _UPRIGHT)
    image = board.image()
    reading = read_formula(image, (0, 0, image.shape[1], image.shape[0]))
    assert reading is not None
    assert ("".join(reading.latex.split()), reading.number) == ("a=b^2", "12")


@needs_ocr
def test_scribble_is_no_formula() -> None:
    sheet = Image.new("RGB", (400, 90), "white")
    pen = ImageDraw.Draw(sheet)
    zigzag = [(x, 70 if n % 2 else 18) for n, x in enumerate(range(20, 380, 11))]
    pen.line(zigzag, fill="black", width=3)
    assert read_formula(np.asarray(sheet), (0, 0, 400, 90)) is None


@needs_ocr
def test_an_image_of_a_formula_becomes_latex_that_says_where_it_is_from() -> None:
    board = _Board(240, 80)
    x = board.write(20, 44, "y", 16)
    x = board.write(x + 8, 44, "=", 16, _UPRIGHT)
    x = _fraction(board, x + 8, "a", "b")
    x = board.write(x + 8, 44, "+", 16, _UPRIGHT)
    x = board.write(x + 8, 44, "x", 16)
    board.write(x + 1, 37, "2", 11, _UPRIGHT)
    data = board.page.get_pixmap(dpi=200, alpha=False).tobytes("png")
    page = docparse.parse(data, engine="embedded").pages[0]
    (block,) = page.blocks
    assert isinstance(block, Formula)
    assert "".join(block.latex.split()) == r"y=\frac{a}{b}+x^2"
    assert "formula_from_ocr" in block.flags
    assert "formula_not_recognised" not in block.flags
    assert block.confidence is not None
    assert block.confidence < 0.85
    assert "formula_from_ocr" in page.flags


def _words(*signs: tuple[str, float, float, float, float]) -> list[Word]:
    return placed([Sign(text, (x0, y0, x1, y1), 0.99) for text, x0, y0, x1, y1 in signs])


def test_levels_come_from_the_ink_and_from_what_a_sign_looks_like() -> None:
    words = _words(
        ("x", 0, 55, 20, 77), ("2", 22, 40, 36, 63), ("−", 50, 60, 74, 64), ("y", 90, 55, 110, 87),
        ("i", 112, 70, 118, 90), (",", 120, 86, 124, 94), ("j", 126, 70, 134, 96), (",", 150, 72, 154, 84),
    )  # fmt: skip
    latex = to_latex(words, [])
    assert latex is not None
    assert "".join(latex.split()) == "x^2-y_{i,j},"


def test_the_case_of_letters_with_one_shape_is_told_by_their_height() -> None:
    words = _words(("M", 0, 40, 40, 77), ("v", 42, 62, 66, 86), ("=", 80, 55, 104, 66), ("2", 120, 40, 140, 77))
    assert [word.text for word in words] == ["M", "V", "=", "2"]


def _drawn(points: Sequence[tuple[int, int]], size: tuple[int, int]) -> NDArray[np.bool_]:
    sheet = Image.new("L", size, 0)
    ImageDraw.Draw(sheet).line(list(points), fill=255, width=5)
    ink = np.asarray(sheet) > 0
    ys, xs = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]


@pytest.mark.parametrize(
    ("points", "sign"),
    [
        ([(28, 2), (5, 2), (5, 117), (28, 117)], "["),
        ([(5, 2), (28, 2), (28, 117), (5, 117)], "]"),
        ([(32, 2), (22, 14), (12, 36), (8, 60), (12, 84), (22, 106), (32, 117)], "("),
        ([(8, 2), (18, 14), (28, 36), (32, 60), (28, 84), (18, 106), (8, 117)], ")"),
        ([(20, 2), (20, 117)], "|"),
        ([(70, 4), (6, 4), (44, 60), (6, 115), (70, 115)], "∑"),
    ],
)
def test_tall_signs_are_told_by_their_shape(points: list[tuple[int, int]], sign: str) -> None:
    assert sign_of(_drawn(points, (80, 120))) == sign


def test_accents_are_told_by_their_shape() -> None:
    bar, dot = np.ones((3, 24), np.bool_), np.ones((5, 5), np.bool_)
    hat = _drawn([(0, 12), (12, 2), (24, 12)], (26, 16))
    assert [accent_of([mark], 24) for mark in (bar, dot, hat)] == ["\u0304", "\u0307", "\u0302"]
    assert accent_of([dot, dot], 24) == "\u0308"
    assert accent_of([dot, dot, dot], 24) is None
    assert accent_of([np.eye(12, dtype=np.bool_)[:, [0, 11]]], 24) is None


def test_signs_go_to_their_ink_though_they_are_named_late() -> None:
    ink = [[Blot(x, 0, x + 14, 20)] for x in (0, 20, 40, 60, 80)]
    read = [(sign, 7 + 20 * n + 3 * n, 0.9) for n, sign in enumerate("abcde")]
    assert [(signs[0][0], group[0].x0) for signs, group in aligned(read, ink, 20.0)] == [
        ("a", 0), ("b", 20), ("c", 40), ("d", 60), ("e", 80),
    ]  # fmt: skip


def test_ink_without_a_sign_is_told() -> None:
    ink = [[Blot(x, 0, x + 14, 20)] for x in (0, 60, 120)]
    pairs = aligned([("a", 7.0, 0.9), ("c", 127.0, 0.9)], ink, 20.0)
    assert [len(signs) for signs, group in pairs if group] == [1, 0, 1]


@pytest.mark.parametrize(
    ("latex", "fits"),
    [
        (r"x^2", True), (r"\sum_{n=1}^{\infty} a_n", True), (r"{}^{*}d", True), (r"H^{2/(n-1)}", True),
        (r"\xi(^{1)}", False), (r"{}_{ns}^{V(x) } y", False), (r"a_{=} b", False),
    ],
)  # fmt: skip
def test_torn_indices_are_no_reading(latex: str, fits: bool) -> None:
    assert is_plausible(latex) is fits


def test_numbers_of_formulas() -> None:
    assert number_in("E = mc2\n(7a)") == "7a"
    assert number_in("f(2)") == ""
    assert number_in("x\nf(2)") == ""
    row = _words(
        ("a", 0, 55, 20, 77),
        ("=", 30, 60, 54, 72),
        ("(", 64, 38, 74, 86),
        ("3", 76, 40, 94, 77),
        (")", 96, 38, 106, 86),
    )
    assert apart_number(row)[1] == ""
    far = [
        word._replace(bbox=(word.bbox[0] + 300, *word.bbox[1:2], word.bbox[2] + 300, word.bbox[3])) for word in row[2:]
    ]
    assert apart_number([*row[:2], *far])[1] == "3"


def test_an_index_before_its_sign_hangs_on_nothing() -> None:
    words = [Word("14", (0, 0, 8, 7), 7, "", 0, 0, 7), Word("C", (9, 2, 20, 14), 12, "", 0, 0, 12)]
    assert to_latex(words, []) == "{}^{14} C"


def test_two_blots_of_very_different_sizes_have_a_height_of_type() -> None:
    assert 35 <= type_height([Blot(0, 0, 30, 35), Blot(40, 0, 90, 100)]) <= 100
