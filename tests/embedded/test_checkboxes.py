"""Boxes to tick on page images: drawn before lines whose words are given as OCR reads them."""

from __future__ import annotations

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from docparse.geometry import Box
from docparse.model.embedded.checkboxes import with_checkboxes
from docparse.schemas.page import PageImage, Word

EM = 20.0


class Form:
    def __init__(self) -> None:
        self.image = Picture.new("RGB", (600, 400), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[Word] = []

    def row(self, y: float, *words: tuple[float, str]) -> None:
        """Words of one line at their x; their ink plays no part."""
        line = len(self.words)
        for x, text in words:
            box = (x, y, x + 0.5 * EM * max(1, len(text)), y + EM)
            self.words.append(Word(text, box, EM, line=line, baseline=y + 0.8 * EM))

    def frame(self, y: float, *, x: float = 60, ticked: bool = False) -> None:
        box = (x, y + 3, x + 14, y + 17)
        self.draw.rectangle(box, outline="black", width=2)
        if ticked:
            self.draw.line((x, y + 3, x + 14, y + 17), "black", 2)
            self.draw.line((x, y + 17, x + 14, y + 3), "black", 2)

    def read(self) -> list[tuple[str, Box]]:
        page = PageImage(
            number=1, width_px=600, height_px=400, width=600, height=400, unit="px", pixels=np.asarray(self.image)
        )
        return [(word.text, word.bbox) for word in with_checkboxes(self.words, page)]

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.read()]


def test_frames_before_lines_are_boxes_ticked_or_not() -> None:
    form = Form()
    for y, ticked in ((40, True), (80, False), (120, True)):
        form.frame(y, ticked=ticked)
        form.row(y, (90, "Paid"), (140, "in"), (170, "advance"))
    assert form.texts == ["☒", "Paid", "in", "advance", "☐", "Paid", "in", "advance", "☒", "Paid", "in", "advance"]
    sign, (x0, y0, x1, y1) = form.read()[0]
    assert (sign, round(x0), round(x1)) == ("☒", 60, 75)
    assert 42 <= y0 < y1 <= 58


def test_what_ocr_read_in_place_of_a_box_is_gone() -> None:
    form = Form()
    for y in (40, 80, 120):
        form.frame(y)
    form.row(40, (60, "O"), (90, "Paid"))
    form.row(80, (60, "ロ現金を払う"))
    form.row(120, (60, "カードを使う"))
    assert form.texts == ["☐", "Paid", "☐", "現金を払う", "☐", "カードを使う"]
    assert all(box[0] >= 74 for text, box in form.read() if text != "☐")


def test_one_frame_alone_round_letters_and_boxes_with_text_at_them_are_none() -> None:
    form = Form()
    form.frame(40)
    form.row(40, (90, "Alone"))
    for y in (80, 120):
        form.draw.ellipse((60, y + 3, 74, y + 17), outline="black", width=2)
        form.row(y, (90, "Round"))
    for y in (160, 200):  # a sign of Chinese with the next one at it
        form.frame(y)
        form.draw.rectangle((77, y + 3, 88, y + 17), fill="black")
        form.row(y, (60, "国語"))
    for y in (240, 280):
        form.draw.rectangle((60, y + 3, 74, y + 17), fill="black")
        form.row(y, (90, "Filled"))
    assert form.texts == ["Alone", "Round", "Round", "国語", "国語", "Filled", "Filled"]
