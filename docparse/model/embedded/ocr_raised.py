"""Exponents, indices and note marks among the digits that OCR read on one line: by height and level of their ink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.ocr_decode import Decoded
from docparse.model.embedded.ocr_detect import components
from docparse.raised import RAISED_DIGITS, lowered, raised

# of characters that stand on their line, in heights of a digit
_HEIGHTS = dict.fromkeys("0123456789bdhklABCDEFGHIKLMNOPRSTUVWXYZ", 1.0) | dict.fromkeys("acemnorsuvwxz", 0.66)
_DIGITS = frozenset("0123456789")
_SIGNS = "+-−–"
_CLOSING = ")]’”»'\""
_SURE, _SURE_LINE = 0.5, 0.85
_LEAST_PX = 12  # height of a digit in the strip
_REACH_PX = 3  # beside the place where a character was read
_NEAR = 8  # letters that tell the line at a place
_UNEVEN = 0.07  # usual distance of letters from their line in handwriting and bad print
# in heights of a digit, above the line:
_LOW, _HIGH = 0.38, 0.86  # height of an index
_RAISED, _RAISED_TOP, _LOWERED, _LOWERED_TOP = 0.28, 0.97, -0.07, 0.64
_POWER, _POWER_TOP = 0.38, 1.04  # behind a digit or a point: one whose foot was not printed is no power
_RAISED_SIGN = 0.57  # middle of a minus sign


def with_indices(decoded: Decoded, ink: NDArray[np.bool_], centres: NDArray[np.intp]) -> tuple[str, ...]:
    """The characters, digits that stand above or below the line in raised and lowered signs.

    `ink` is the strip that was read, `centres` the x of each character in it. Where the letters don't stand on one line
    nothing is changed.
    """
    text = decoded.text
    digits = {i for i, char in enumerate(text) if char in _DIGITS and decoded.scores[i] >= _SURE}
    if (
        not (digits or any(char in RAISED_DIGITS for char in text))
        or len(text) - text.count(" ") < 2
        or float(decoded.scores.mean()) < _SURE_LINE
    ):
        return text
    boxes = _boxes(ink, centres)
    standing = [i for i, char in enumerate(text) if char in _HEIGHTS and boxes[i, 3] > 0]
    line = [i for i in standing if text[i] not in _DIGITS] or standing
    if not line:
        return text
    tall = float(np.median([(boxes[i, 3] - boxes[i, 1]) / _HEIGHTS[text[i]] for i in line]))
    levels = _levels(centres, boxes, standing, line)
    off = np.abs(np.array([boxes[i, 3] - levels[i] for i in line]))
    if tall < _LEAST_PX or float(np.median(off)) > _UNEVEN * tall:
        return text
    ways = np.array([_way(boxes[i], levels[i], tall) if i in digits else 0 for i in range(len(text))])
    result = list(text)
    for run in _runs(text):
        way = int(ways[run[-1]])
        first = next((i for i in run if ways[i] == way), run[-1])
        if way < 0 and first > run[0]:
            continue  # a number is given no index
        if first == 1 and text[0] in "([":
            continue  # the mark of an item, in brackets that reach as high
        if way > 0 and first and not _is_host(text[first - 1]) and not _is_power(boxes[first], levels[first], tall):
            continue
        if way and (ways[first : run[-1] + 1] == way).all():  # 10³: no digit of the line stands behind a raised one
            result[first : run[-1] + 1] = [(raised if way > 0 else lowered)(char) for char in text[first : run[-1] + 1]]
    up = {i for i, char in enumerate(result) if char in RAISED_DIGITS}
    for i, char in enumerate(text):
        if char in _SIGNS and (i - 1 in up or i + 1 in up) and boxes[i, 3] > 0:
            middle = levels[i] - (boxes[i, 1] + boxes[i, 3]) / 2
            result[i] = raised(char) if middle > _RAISED_SIGN * tall else char
    return tuple(result)


def _runs(text: Sequence[str]) -> list[list[int]]:
    """Places of digits that follow one another."""
    runs: list[list[int]] = []
    for i, char in enumerate(text):
        if char in _DIGITS:
            if runs and runs[-1][-1] == i - 1:
                runs[-1].append(i)
            else:
                runs.append([i])
    return runs


def _way(box: NDArray[np.int64], level: float, tall: float) -> int:
    """1 for a digit above the line, -1 for one below it, 0 for one on it."""
    x0, top, x1, bottom = box.tolist()
    height = bottom - top
    if not _LOW * tall <= height <= _HIGH * tall or x1 - x0 > 1.1 * height:
        return 0
    foot, head = (level - bottom) / tall, (level - top) / tall
    if foot >= _RAISED and head >= _RAISED_TOP:
        return 1
    return -1 if foot <= _LOWERED and head <= _LOWERED_TOP else 0


def _is_host(char: str) -> bool:
    return char.isalpha() or char in _CLOSING


def _is_power(box: NDArray[np.int64], level: float, tall: float) -> bool:
    return bool(level - box[3] >= _POWER * tall and level - box[1] >= _POWER_TOP * tall)


def _boxes(ink: NDArray[np.bool_], centres: NDArray[np.intp]) -> NDArray[np.int64]:
    """The ink at each character (x0, y0, x1, y1); zeros where there is none."""
    _, pieces = components(ink)
    found = np.zeros((len(centres), 4), np.int64)
    if not len(pieces):
        return found
    left, right = pieces[:, 0], pieces[:, 2]
    at = (left <= centres[:, None] + _REACH_PX) & (centres[:, None] - _REACH_PX < right)
    some = at.any(axis=1)
    far = np.iinfo(np.int64).max
    for side in (0, 1):
        found[:, side] = np.where(at, pieces[:, side], far).min(axis=1)
        found[:, side + 2] = np.where(at, pieces[:, side + 2], 0).max(axis=1)
    found[~some] = 0
    return found


def _levels(
    centres: NDArray[np.intp], boxes: NDArray[np.int64], standing: list[int], line: list[int]
) -> NDArray[np.floating[Any]]:
    """y of the line that the letters stand on, at each character: the nearest ones' median, as the line slopes."""
    third = len(standing) // 3
    slope = 0.0
    if third > 1:
        left, right = standing[:third], standing[-third:]
        slope = float(np.median(boxes[right, 3]) - np.median(boxes[left, 3]))
        slope /= float(np.median(centres[right]) - np.median(centres[left]))
    feet, places = boxes[line, 3] - slope * centres[line], centres[line]
    order = np.abs(centres[:, None] - places).argsort(axis=1, kind="stable")[:, :_NEAR]
    return np.asarray(np.median(feet[order], axis=1) + slope * centres)
