from __future__ import annotations

import pytest

from docparse.invoices.text import Turn, build_sheet, turn_box
from docparse.schemas.page import Word

LINES = (("Invoice", "No:", "A-17"), ("Total", "due:", "12.50"), ("Thank", "you", "all"))
WIDTH, HEIGHT = 400.0, 600.0


def upright() -> list[Word]:
    return [
        Word(text, (50.0 + 60 * column, 100.0 + 30 * row, 100.0 + 60 * column, 112.0 + 30 * row), size=10, line=row)
        for row, line in enumerate(LINES)
        for column, text in enumerate(line)
    ]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_scan_is_read_however_it_lies(turn: Turn) -> None:
    words = [word._replace(bbox=turn_box(word.bbox, turn, WIDTH, HEIGHT)) for word in upright()]
    width, height = (WIDTH, HEIGHT) if turn in (0, 180) else (HEIGHT, WIDTH)
    sheet = build_sheet(words, 1, width, height, ocr=True)
    assert sheet.turn == turn
    assert [row.text.replace("\t", " ") for row in sheet.rows] == [" ".join(line) for line in LINES]
    assert sheet.displayed(sheet.rows[0].tokens[2].bbox) == pytest.approx(words[2].bbox)
