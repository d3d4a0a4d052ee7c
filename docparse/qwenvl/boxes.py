"""Boxes as models write them, and their way into page units."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal

from docparse.geometry import Box, clip

Coordinates = Literal["pixels", "thousandths"]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PLAIN = re.compile(r"(\d{1,7}) (\d{1,7}) (\d{1,7}) (\d{1,7})")


@dataclass(slots=True)
class BoxReader:
    """Reads the boxes of one page; `flags` collects what was wrong with them.

    `scale_x` and `scale_y` are page units per unit of the model's coordinates: the one place where model pixels become
    page coordinates.
    """

    width: float
    height: float
    scale_x: float
    scale_y: float
    flags: dict[str, None] = field(default_factory=dict)

    def read(self, text: str) -> tuple[Box | None, str | None]:
        """(box in page units or None, flag or None) of "x0 y0 x1 y1" with any separators, or of a polygon."""
        plain = _PLAIN.fullmatch(text)
        if plain is not None:
            a, b, c, d = map(int, plain.groups())
            x0, y0, x1, y1 = a * self.scale_x, b * self.scale_y, c * self.scale_x, d * self.scale_y
            if x0 < x1 <= self.width and y0 < y1 <= self.height:
                return (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)), None
        return self._read_any([float(number) for number in _NUMBER.findall(text[:2000])])

    def _read_any(self, numbers: list[float]) -> tuple[Box | None, str | None]:
        if not numbers:
            return None, None
        if len(numbers) < 4:
            return None, self._flag("box_invalid")
        if len(numbers) >= 8:  # a polygon
            xs, ys = numbers[0 : len(numbers) // 2 * 2 : 2], numbers[1::2]
            numbers = [min(xs), min(ys), max(xs), max(ys)]
        x0, y0, x1, y1 = numbers[:4]
        flag = None
        if x1 < x0 or y1 < y0:
            x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
            flag = self._flag("box_inverted")
        if x1 == x0 or y1 == y0 or not math.isfinite(x0 + y0):
            return None, self._flag("box_empty")
        box = (x0 * self.scale_x, y0 * self.scale_y, x1 * self.scale_x, y1 * self.scale_y)
        if not (self.width > 0 and self.height > 0):
            return None, self._flag("box_off_page")
        if box[2] > self.width + 0.01 or box[3] > self.height + 0.01 or box[0] < 0 or box[1] < 0:
            box = clip(box, self.width, self.height)
            if box[2] <= box[0] or box[3] <= box[1]:
                return None, self._flag("box_off_page")
            flag = self._flag("box_clipped")
        return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)), flag

    def _flag(self, flag: str) -> str:
        self.flags[flag] = None
        return flag
