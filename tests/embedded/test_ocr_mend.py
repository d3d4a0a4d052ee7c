from __future__ import annotations

import numpy as np
import pytest

from docparse.model.embedded.ocr_detect import TextBox, whole_lines
from docparse.model.embedded.ocr_mend import run_together, with_letters


def _mended(text: str, score: float = 0.8, lost: tuple[int, ...] = ()) -> str:
    return "".join(with_letters(tuple(text), np.full(len(text), score, np.float32), lost))


@pytest.mark.parametrize(
    ("read", "meant"), [("GROUND FL0OR,", "GROUND FLOOR,"), ("1ST FL00R", "1ST FLOOR"), ("Cl0sed", "Closed")]
)
def test_doubtful_zeros_inside_a_word_are_letters(read: str, meant: str) -> None:
    assert _mended(read) == meant


@pytest.mark.parametrize("code", ["AB0C1", "1AB0CD", "A0B", "SW1A 0AA", "RM10.00", "aB0Cd"])
def test_zeros_of_codes_stay(code: str) -> None:
    assert _mended(code) == code


def test_zeros_that_the_network_is_sure_of_stay() -> None:
    assert _mended("FL0OR", score=0.99) == "FL0OR"


def test_a_blank_that_was_not_read_ends_a_word() -> None:
    assert _mended("CL0SED24") == "CL0SED24"
    assert _mended("CL0SED24", lost=(6,)) == "CLOSED24"


def test_a_time_run_into_its_date_stands_apart() -> None:
    assert run_together("03/05/201820:24") == [10]
    assert run_together("28 SEP 201818:58:52") == [11]
    for text in ("03/05/2018 20:24", "Tel:201899", "12:201820", "2018:24"):
        assert run_together(text) == []


def test_the_parts_of_a_torn_line_are_one_and_columns_stay_apart() -> None:
    name = [TextBox((10, 10, 200, 40), 0.9), TextBox((185, 11, 300, 40), 0.8), TextBox((296, 10, 400, 41), 0.9)]
    other = TextBox((190, 60, 300, 90), 0.7)
    assert whole_lines([other, *name]) == [TextBox((10, 10, 300, 40), 0.8), other, name[2]]
    columns = [name[1], name[2], other]
    assert whole_lines(columns) is columns
    gutter = [TextBox((10, 10, 300, 40), 0.9), TextBox((285, 10, 590, 40), 0.9)]
    assert whole_lines(gutter) is gutter
