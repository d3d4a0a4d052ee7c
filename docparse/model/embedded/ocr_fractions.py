"""Fractions printed one number over the other in a page that is read from its pixels.

A recogniser of lines reads "2 over 5" as 25, or as two lines. So they are found by their bars, read number by number
and taken out of the picture before its lines are read; as words they stand in their line as LaTeX.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.ocr_detect import TextBox, components, components_of_runs, level_runs
from docparse.model.embedded.ocr_types import OcrLine, OcrWord

_DARK = 150  # of 255: ink, coloured ink and that of thin bars too
_NUMBER = re.compile(r"\d{1,3}")
_SURE = 0.75
_BLUR = 2  # pixels beside a bar that its own edge may darken
# in heights of the page's type:
_THICK = 0.2  # of a bar
_TOUCHED = 0.2  # share of a bar's length with ink right above or below
_OVER = 0.15  # by how much numbers may reach over their bar
_GAP = 0.5  # between a bar and its numbers
_LOW, _TALL = 0.4, 1.1  # height of a number
_UNEVEN = 0.3  # between the gaps above and below
_OFF = 0.2  # by how much a number may be off the bar's middle
_LEVEL = 0.35  # by how much the bar may be off the middle of its line
_NEAR = 1.0  # between a fraction and the words of its line, in heights of the line
_FAR = 4.0  # between a fraction and the text of its line
_LIKE = 0.8  # height of the smaller number, of the larger one's
_MOST = 400  # candidates of a page: a page with more is hatched or a drawing


class Fraction(NamedTuple):
    """Pixels of the image: numerator, bar and denominator, and the line of text that it stands in."""

    numerator: Box
    bar: Box
    denominator: Box
    line: Box

    @property
    def box(self) -> Box:
        parts = (self.numerator, self.bar, self.denominator)
        return (
            min(box[0] for box in parts), self.numerator[1], max(box[2] for box in parts), self.denominator[3],
        )  # fmt: skip


def take_out(image: NDArray[np.uint8], boxes: Sequence[TextBox]) -> tuple[NDArray[np.uint8], list[OcrLine]]:
    """The image without its fractions, and each of them as a line of one word; the image itself where there are none.

    `boxes` are the lines of text that were detected in the image.
    """
    read = [(fraction, line) for fraction in find_fractions(image, boxes) if (line := _read(image, fraction))]
    if not read:
        return image, []
    cleared = image.copy()
    for fraction, _ in read:
        x0, y0, x1, y1 = (round(side) for side in fraction.box)
        cleared[y0 - 1 : y1 + 1, x0 - 1 : x1 + 1] = np.median(
            image[y0 - 2 : y1 + 2, [x0 - 2, x1 + 1]].reshape(-1, 3), axis=0
        )
    return cleared, [line for _, line in read]


def put_in(lines: Sequence[OcrLine], fractions: Sequence[OcrLine]) -> list[OcrLine]:
    """The lines with each fraction among the words that it stands level with."""
    result = list(lines)
    for fraction in fractions:
        x0, y0, x1, y1 = fraction.bbox
        near = _NEAR * (y1 - y0)
        host = [fraction]
        for line in result:
            level = abs(line.bbox[1] + line.bbox[3] - y0 - y1) < 0.5 * (y1 - y0)
            if level and line.bbox[0] < x1 + near and x0 - near < line.bbox[2]:
                host.append(line)
        if len(host) > 1:
            ids = {id(line) for line in host}
            result = [line for line in result if id(line) not in ids]
        result.append(_joined(host))
    return result


def cut(boxes: Sequence[TextBox], fractions: Sequence[OcrLine]) -> list[TextBox]:
    """The boxes of text, parted where a fraction was taken out of their middle."""
    result = list(boxes)
    for fraction in fractions:
        x0, y0, x1, y1 = fraction.bbox
        for box in list(result):
            left, top, right, bottom = box.bbox
            if left < x0 and x1 < right and abs(top + bottom - y0 - y1) < 0.5 * (y1 - y0):
                result.remove(box)
                result += [TextBox((left, top, x0, bottom), box.score), TextBox((x1, top, right, bottom), box.score)]
    return result


def _joined(lines: Sequence[OcrLine]) -> OcrLine:
    words = sorted((word for line in lines for word in line.words), key=lambda word: word.bbox[0] + word.bbox[2])
    for i, (word, after) in enumerate(itertools.pairwise(words)):
        if word.text[-1] in "([" or after.text[0] in ".,;:?!)]":
            words[i] = word._replace(space=False)
    letters = sum(len(word.text) for word in words)
    confidence = sum(word.confidence * len(word.text) for word in words) / letters
    return OcrLine(tuple(words), union(line.bbox for line in lines), confidence)


def _with_room(box: Box) -> Box:
    room = 0.15 * (box[3] - box[1])
    return (box[0] - room, box[1] - room, box[2] + room, box[3] + room)


def find_fractions(image: NDArray[np.uint8], boxes: Sequence[TextBox]) -> list[Fraction]:
    """Short bars with something small right above and right below them, level with the text beside them."""
    lines = [box.bbox for box in boxes if box.bbox[2] - box.bbox[0] > box.bbox[3] - box.bbox[1]]
    if not lines:
        return []
    em = 0.7 * median(box[3] - box[1] for box in lines)
    ink = image[:, :, 1] < _DARK
    found: list[Fraction] = []
    for bar in _bars(ink, em):
        above, below = _part(ink, bar, em, up=True), _part(ink, bar, em, up=False)
        if above is None or below is None or not _is_centred(above, bar, below, em) or not _stands_alone(ink, bar):
            continue
        found.append(Fraction(above, bar, below, bar))
    return _in_lines(found, [box.bbox for box in boxes], em)


def _bars(ink: NDArray[np.bool_], em: float) -> list[Box]:
    """Level strokes as wide as a number, with paper above and below."""
    runs = level_runs(ink)
    length = runs[:, 2] - runs[:, 1]
    runs = runs[(length >= max(4.0, 0.4 * em)) & (length <= 3 * em)]
    _, boxes = components_of_runs(runs, len(ink))
    bars: list[Box] = []
    for x0, y0, x1, y1 in boxes.tolist():
        if y1 - y0 > max(2.0, _THICK * em) or y0 < _BLUR or y1 + _BLUR > len(ink):
            continue
        if ink[[y0 - _BLUR, y1 + _BLUR - 1], x0:x1].mean(axis=1).max() < _TOUCHED:
            bars.append((float(x0), float(y0), float(x1), float(y1)))
    return bars if len(bars) <= _MOST else []


def _stands_alone(ink: NDArray[np.bool_], bar: Box) -> bool:
    """No ink hangs on the bar: the top of a 7 or a 5 in the lower of two close rows is none."""
    x0, y0, x1, y1 = (round(side) for side in bar)
    room = 2 * _BLUR + y1 - y0
    top, left = max(0, y0 - room), max(0, x0 - room)
    _, boxes = components(ink[top : y1 + room, left : x1 + room])
    middle = (y0 + y1) // 2 - top
    own = [box for box in boxes.tolist() if box[1] <= middle < box[3] and box[0] < (x0 + x1) / 2 - left < box[2]]
    return all(box[1] + top >= y0 - _BLUR and box[3] + top <= y1 + _BLUR for box in own)


def _part(ink: NDArray[np.bool_], bar: Box, em: float, *, up: bool) -> Box | None:
    """What stands right above or below the bar, if it is as tall as a digit and no wider than the bar."""
    reach = round(_OVER * em) + 2
    left = max(0, round(bar[0]) - reach)
    if up:
        edge = round(bar[1]) - 1
        zone = ink[max(0, edge - round(2 * em)) : edge, left : round(bar[2]) + reach][::-1]
    else:
        edge = round(bar[3]) + 1
        zone = ink[edge : edge + round(2 * em), left : round(bar[2]) + reach]
    start, end = round(bar[0]) - left, round(bar[2]) - left
    inked = [bool(row) for row in np.logical_or.reduce(zone[:, start:end], axis=1)]
    first = inked.index(True) if True in inked else len(inked)
    height = [*inked[first:], False].index(False)
    if first > _GAP * em or not _LOW * em <= height <= _TALL * em:
        return None
    within = _extent(np.logical_or.reduce(zone[first : first + height]), start, end)
    if within is None:
        return None
    x0, x1 = float(left + within[0]), float(left + within[1])
    if up:
        return (x0, float(edge - first - height), x1, float(edge - first))
    return (x0, float(edge + first), x1, float(edge + first + height))


def _extent(inked: NDArray[np.bool_], start: int, end: int) -> tuple[int, int] | None:
    """The ink between two columns, and what it reaches beyond them; None if it reaches out of sight."""
    at = np.flatnonzero(inked[start:end]) + start
    x0, x1 = int(at[0]), int(at[-1]) + 1
    while x0 > 0 and inked[x0 - 1]:
        x0 -= 1
    while x1 < len(inked) and inked[x1]:
        x1 += 1
    return (x0, x1) if x0 > 0 and x1 < len(inked) else None


def _is_centred(above: Box, bar: Box, below: Box, em: float) -> bool:
    """Two numbers of one size, as far above as below, on a bar as wide as both: no foot of a 2 over the next row."""
    middle, width = (bar[0] + bar[2]) / 2, bar[2] - bar[0]
    widest = max(above[2] - above[0], below[2] - below[0])
    low, high = sorted((above[3] - above[1], below[3] - below[1]))
    gaps = bar[1] - above[3], below[1] - bar[3]
    if low < _LIKE * high or abs(gaps[0] - gaps[1]) > _UNEVEN * em:
        return False
    return widest <= width <= widest + 0.8 * em and all(
        abs((box[0] + box[2]) / 2 - middle) <= _OFF * em for box in (above, below)
    )


def _in_lines(fractions: list[Fraction], lines: Sequence[Box], em: float) -> list[Fraction]:
    """Those that are level with a line of text beside them: sums are level with what stands over their rule."""
    placed: list[Fraction] = []
    for fraction in fractions:
        near = [line for line in lines if _is_level(fraction, line, em)]
        if near:
            line = min(near, key=lambda box: abs(box[1] + box[3] - fraction.bar[1] - fraction.bar[3]))
            placed.append(fraction._replace(line=line))
    return placed


def _is_level(fraction: Fraction, line: Box, em: float) -> bool:
    x0, _, x1, _ = fraction.box
    level = (fraction.bar[1] + fraction.bar[3]) / 2
    if abs((line[1] + line[3]) / 2 - level) > _LEVEL * em or line[3] - line[1] > 2.2 * em:
        return False
    left, right = x0 - line[0], line[2] - x1  # how far the line reaches out on either side
    return (left > _LEVEL * em and line[2] > x0 - _FAR * em) or (right > _LEVEL * em and line[0] < x1 + _FAR * em)


def _read(image: NDArray[np.uint8], fraction: Fraction) -> OcrLine | None:
    """The fraction as a line of one word; None where its parts are no numbers."""
    numbers: list[str] = []
    scores: list[float] = []
    for part in (fraction.numerator, fraction.denominator):
        line = ocr_rapid.read_box(image, _with_room(part))
        if line is None or line.confidence < _SURE or not _NUMBER.fullmatch(line.text):
            return None
        numbers.append(line.text)
        scores.append(line.confidence)
    x0, _, x1, _ = fraction.box
    box = (x0, fraction.line[1], x1, fraction.line[3])
    word = OcrWord(rf"$\frac{{{numbers[0]}}}{{{numbers[1]}}}$", box, min(scores))
    return OcrLine((word,), box, min(scores))
