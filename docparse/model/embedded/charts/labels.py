"""What is printed in a chart: words joined to labels, and the numbers among them. Boxes are pixels of the crop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docparse.checks.numbers import read_number
from docparse.geometry import Box, union

_GAP = 0.75  # of the height: a wider one parts two labels
_BLANK = 0.12  # of the height: a narrower one is none
_TALLEST = 3.0  # of the usual height: OCR takes a pie for an O
_UNITS = {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "bn": 1e9, "B": 1e9}
_MARKS = "-–—'’ "  # behind a number: the tick mark
_POWER = re.compile(r"-?\d+(?:\.\d+)?[eE][-+]?\d{1,2}")
_FRACTION = re.compile(r"-?0[.,]\d+")  # no thousands begin with 0
_SCALED = re.compile(r"(?P<number>.*\d)\s?(?P<unit>k|K|M|m|bn|B)")


class Label(NamedTuple):
    """A label; `line` is that of its words, `value` its number where it is one."""

    text: str
    bbox: Box
    line: int = -1
    value: float | None = None

    @property
    def x(self) -> float:
        return (self.bbox[0] + self.bbox[2]) / 2

    @property
    def y(self) -> float:
        return (self.bbox[1] + self.bbox[3]) / 2

    @property
    def height(self) -> float:
        return self.bbox[3] - self.bbox[1]


def make_labels(words: Iterable[tuple[str, Box, int]]) -> list[Label]:
    """Words (text, box, line) as labels: neighbours of a line that stand closely belong together."""
    labels: list[Label] = []
    for text, box, line in words:
        if not any(char.isalnum() for char in text):  # OCR takes dots and squares for signs
            continue
        last = labels[-1] if labels else None
        if last is not None and last.line == line and follows(last.bbox, box):
            blank = " " if box[0] - last.bbox[2] > _BLANK * (box[3] - box[1]) else ""
            labels[-1] = Label(f"{last.text}{blank}{text}", union((last.bbox, box)), line)
        else:
            labels.append(Label(text, box, line))
    most = _TALLEST * median_height(labels)
    return [label._replace(value=number(label.text)) for label in labels if len(label.text) > 1 or label.height < most]


def follows(last: Box, box: Box) -> bool:
    """Whether a box stands right behind another of its line, as the next word of a label does."""
    height = min(last[3] - last[1], box[3] - box[1])
    return -0.3 * height <= box[0] - last[2] <= _GAP * height and abs(last[1] - box[1]) < height


def number(text: str) -> float | None:
    """The value of a tick label: 1,200 or 35 % or 20k."""
    text = text.replace("−", "-").rstrip(_MARKS).strip()
    if _POWER.fullmatch(text):
        return float(text)
    if _FRACTION.fullmatch(text):
        return float(text.replace(",", "."))
    value = read_number(text)
    if value is not None:
        return float(value)
    scaled = _SCALED.fullmatch(text)
    value = read_number(scaled["number"]) if scaled else None
    return float(value) * _UNITS[scaled["unit"]] if scaled and value is not None else None


def median_height(labels: Sequence[Label]) -> float:
    heights = sorted(label.height for label in labels)
    return heights[len(heights) // 2] if heights else 0.0
