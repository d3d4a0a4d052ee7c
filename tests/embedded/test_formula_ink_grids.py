"""Formulas of several rows read from pixels: matrices, cases, lines; roots, sums, and signs that touch."""

from __future__ import annotations

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula_ink import read_formula
from docparse.model.embedded.formula_ink.blots import Blot, blots_of, sharp, type_height
from docparse.model.embedded.formula_ink.grids import bars_of, columns_of, dots_of, over_and_under
from docparse.model.embedded.formula_ink.parts import names_with_limits
from docparse.model.embedded.formula_ink.read import is_plausible
from docparse.model.embedded.formula_ink.touching import parted
from docparse.model.embedded.formula_tree import to_latex
from docparse.schemas.page import Word

needs_ocr = pytest.mark.skipif(not ocr_rapid.available(), reason="the OCR's models are not installed")


class _Sheet:
    """A page to write rows of signs on."""

    def __init__(self, width: float = 240, height: float = 90) -> None:
        self.page = pymupdf.open().new_page(width=width, height=height)

    def write(self, x: float, y: float, text: str, size: float = 16, font: str = "tiit") -> None:
        self.page.insert_text((x, y), text, fontsize=size, fontname=font)

    def draw(self, *points: tuple[float, float]) -> None:
        self.page.draw_polyline(points, width=1.1)

    def image(self) -> NDArray[np.uint8]:
        pixmap = self.page.get_pixmap(dpi=200, alpha=False)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)

    def read(self) -> str:
        image = self.image()
        reading = read_formula(image, (0, 0, image.shape[1], image.shape[0]))
        return "" if reading is None else "".join(reading.latex.split())


@needs_ocr
def test_rows_and_columns_between_brackets_are_a_matrix() -> None:
    sheet = _Sheet()
    sheet.write(16, 52, "M")
    sheet.write(38, 52, "=", font="tiro")
    sheet.draw((68, 20), (62, 20), (62, 72), (68, 72))
    sheet.draw((130, 20), (136, 20), (136, 72), (130, 72))
    for x, y, sign in ((74, 40, "2"), (112, 40, "a"), (74, 66, "b"), (112, 66, "4")):
        sheet.write(x, y, sign, font="tiro" if sign.isdigit() else "tiit")
    assert sheet.read() == r"M=\left[\begin{array}{cc}2&a\\b&4\end{array}\right]"


@needs_ocr
def test_lines_under_one_another_are_rows() -> None:
    sheet = _Sheet()
    for y, signs in ((36, "x=n"), (70, "m=k")):
        for at, sign in enumerate(signs):
            sheet.write(30 + 24 * at, y, sign, font="tiro" if sign == "=" else "tiit")
    assert sheet.read() == r"\begin{gathered}x=n\\m=k\end{gathered}"


def _blots(*boxes: tuple[int, int, int, int]) -> list[Blot]:
    return [Blot(*box) for box in boxes]


def test_a_bar_takes_what_is_nearer_to_it_than_to_another() -> None:
    upper, lower = Blot(0, 30, 40, 33), Blot(0, 95, 42, 98)
    signs = _blots((10, 5, 30, 25), (10, 38, 30, 58), (10, 70, 30, 90), (10, 103, 30, 123))
    bars = bars_of([upper, lower, *signs], 20)
    assert bars == [lower, upper]
    assert over_and_under(upper, signs, bars, 20) == ([signs[0]], [signs[1]])
    assert over_and_under(lower, signs, bars, 20) == ([signs[2]], [signs[3]])
    assert over_and_under(upper, signs[:1], bars, 20) is None


def test_columns_are_parted_where_all_rows_have_a_gap() -> None:
    first, second = _blots((0, 0, 10, 20), (50, 0, 60, 20)), _blots((0, 30, 25, 50), (48, 30, 62, 50))
    cells = columns_of([first, second], 20)
    assert [[len(cell) for cell in row] for row in cells] == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("places", "latex"),
    [
        (((0, 0), (0, 10), (0, 20)), r"\vdots"),
        (((0, 0), (10, 10), (20, 20)), r"\ddots"),
        (((0, 0), (9, 0), (18, 0)), None),
    ],
)
def test_three_dots_that_run_down_are_a_sign(places: tuple[tuple[int, int], ...], latex: str | None) -> None:
    assert dots_of(_blots(*((x, y, x + 3, y + 3) for x, y in places)), 20) == latex


def test_signs_that_touch_are_parted_and_whole_ones_stay() -> None:
    sheet = _Sheet(120, 60)
    sheet.write(20, 40, "n", 20, "tiro")
    sheet.write(29.5, 40, "n", 20, "tiro")
    sheet.write(70, 40, "H", 20, "tiro")
    pixels, mask = sharp(sheet.image())
    blots = blots_of(mask)
    assert len(blots) == 2
    assert len(parted(pixels, mask, blots, type_height(blots))[1]) == 3


def test_indices_of_a_tensor_behind_one_another_keep_their_places() -> None:
    def word(text: str, x: float, size: float, baseline: float) -> Word:
        return Word(text, (x, baseline - size, x + 0.5 * size, baseline), size=size, baseline=baseline)

    raised, lowered = word("a", 22, 7, 14), word("b", 26, 7, 22)
    assert to_latex([word("R", 10, 10, 20), raised, lowered], []) == "R^a{}_b"
    assert to_latex([word("R", 10, 10, 20), raised, lowered._replace(bbox=(22, 15, 25.5, 22))], []) == "R_b^a"


def test_a_name_with_something_under_it_has_a_limit() -> None:
    letters = {Blot(0, 0, 5, 20): "l", Blot(7, 7, 11, 20): "ı", Blot(13, 7, 30, 20): "m", Blot(12, 26, 18, 35): "n"}
    ((name, part, below),) = names_with_limits(list(letters), 20, lambda blot: letters[blot])
    assert (name, len(part)) == ("lim", 3)
    assert below == [Blot(12, 26, 18, 35)]
    assert not list(names_with_limits(list(letters)[:3], 20, lambda blot: letters[blot]))


def test_brackets_of_indices_close_in_a_later_index_or_not_at_all() -> None:
    assert is_plausible(r"\nabla_{[\mu}F_{\nu\rho]}")
    assert not is_plausible(r"F_{[\mu\nu}")
