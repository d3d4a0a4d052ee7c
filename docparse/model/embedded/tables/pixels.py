"""Rules of a page that is a picture: long thin dark runs of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.embedded.tables.masks import Mask, PixelBox, dark, faint, long_columns, long_rows
from docparse.model.embedded.tables.rules import Line, merge
from docparse.schemas.page import PageImage, Word

_MIN_WIDTH_EM, _MIN_HEIGHT_EM = 2.5, 1.6  # longer than strokes of letters; rows are at least this high
_THICK_EM = 0.5
_BESIDE_PX, _SAME_SHADE = 5, 4
_PALE_EM, _PALE_THICK_EM = 4.0, 0.3
_REST, _TINT, _TINTED = 0.04, 40, 0.03  # of the ink; of 255 darker than paper; of the area
_BLANK_PX = 3  # columns without ink: less is a gap between letters
_DIGIT_HEIGHT = 0.75  # of the text size, blurred edges included
_LARGER = 1.3  # boxes of OCR are a fifth looser here than there

_Bounds = tuple[int, int, int, int]  # left, top, past the right and past the bottom, in pixels


def ink_mask(page: PageImage) -> Mask | None:
    """Where the page image is darker than its surroundings; None without pixels."""
    return None if page.pixels is None else dark(page.pixels)


def rule_boxes(ink: Mask, page: PageImage, em: float) -> tuple[list[PixelBox], list[PixelBox]]:
    """Boxes of horizontal and of vertical strokes that may be rules."""
    along = max(12, round(_MIN_WIDTH_EM * em * page.scale_x))
    flat = [box for box in long_rows(ink, along) if box[3] <= _THICK_EM * em * page.scale_y]
    return flat, _upright_boxes(ink, page, em)


def with_pale(
    boxes: tuple[list[PixelBox], list[PixelBox]], page: PageImage, em: float
) -> tuple[list[PixelBox], list[PixelBox]]:
    """The strokes, and longer ones of a colour that is next to that of paper, where no other runs."""
    if page.pixels is None:
        return boxes
    mask = faint(page.pixels)
    sx, sy = em * page.scale_x, em * page.scale_y
    grey = np.asarray(Image.fromarray(page.pixels).convert("L"))
    flat = [box for box in long_rows(mask, round(_PALE_EM * sx)) if box[3] <= _PALE_THICK_EM * sy]
    flat = [box for box in flat if _is_stroke(grey, box)]
    tall = [box for box in long_columns(mask, round(_PALE_EM * sy)) if box[2] <= _PALE_THICK_EM * sx]
    tall = [(x, y, w, h) for x, y, w, h in tall if _is_stroke(grey.T, (y, x, h, w))]
    tall = [box for box in tall if _is_one_of_several(box, tall + boxes[1], sy)]
    flat = [_up_to(box, boxes[1], sx) for box in flat]
    return _added(boxes[0], flat, sy / 2, 1), _added(boxes[1], tall, sx / 2, 0)


def _is_stroke(grey: NDArray[np.uint8], box: PixelBox) -> bool:
    """Whether the paper is of one shade above and below: else it is the edge of a tinted ground."""
    x, y, w, h = box
    above, below = (
        grey[max(0, y - _BESIDE_PX) : max(1, y - 1), x : x + w],
        grey[y + h + 1 : y + h + _BESIDE_PX, x : x + w],
    )
    return bool(below.size and abs(np.median(above) - np.median(below)) <= _SAME_SHADE)


def _is_one_of_several(box: PixelBox, others: Sequence[PixelBox], near: float) -> bool:
    """Two others run as far up and down, as the bars of a table do: it does not part the columns of a page."""
    _, y, w, h = box
    same = [x for x, top, _, high in others if abs(top - y) < near and abs(top + high - y - h) < near]
    return sum(abs(x - box[0]) > w + near for x in same) > 1


def _up_to(box: PixelBox, bars: Sequence[PixelBox], reach: float) -> PixelBox:
    """The pale stroke drawn out to the dark upright ones close before both of its ends: beside them it is not seen."""
    x, y, w, h = box
    across = [left + wide / 2 for left, top, wide, high in bars if top <= y + h and y <= top + high]
    before = [at for at in across if x - reach < at <= x + reach / 2]
    behind = [at for at in across if x + w - reach / 2 <= at < x + w + reach]
    if not before or not behind:
        return box
    start, end = min(x, round(max(before))), max(x + w, round(min(behind)))
    return start, y, end - start, h


def _added(boxes: list[PixelBox], others: list[PixelBox], near: float, axis: int) -> list[PixelBox]:
    """The boxes and those of the others that go on with one of them or keep apart, no shade of one beside it."""
    if not boxes:
        return others
    sides = np.array(boxes)
    start, end = sides[:, :2], sides[:, :2] + sides[:, 2:]
    level = start[:, axis] + end[:, axis]
    free = []
    for box in others:
        first, last = np.array(box[:2]), np.array(box[:2]) + box[2:]
        touch = np.all((start < last + near) & (first < end + near), axis=1)
        if not np.any(touch & (np.abs(level - first[axis] - last[axis]) > near / 2)):
            free.append(box)
    return boxes + free


def _upright_boxes(ink: Mask, page: PageImage, em: float) -> list[PixelBox]:
    along = max(10, round(_MIN_HEIGHT_EM * em * page.scale_y))
    return [box for box in long_columns(ink, along) if box[2] <= _THICK_EM * em * page.scale_x]


def pixel_lines(
    boxes: tuple[list[PixelBox], list[PixelBox]], page: PageImage, words: Sequence[Word], em: float
) -> tuple[list[Line], list[Line]]:
    """Horizontal and vertical lines of the page image, in page units, from the boxes of its strokes."""
    sx, sy = page.scale_x, page.scale_y
    flat, tall = boxes
    horizontal = [Line((y + h / 2) / sy, x / sx, (x + w) / sx) for x, y, w, h in flat]
    vertical = [Line((x + w / 2) / sx, y / sy, (y + h) / sy) for x, y, w, h in tall]
    near = 0.2 * em
    flat_lines = merge(_outside_words(horizontal, words, em), near, 0.3 * em)
    tall_lines = merge(vertical, near, 0.6 * em)
    return flat_lines, [line for line in tall_lines if _is_bar(line, flat_lines, em)]


def without_bars(ink: Mask, page: PageImage, em: float) -> Mask:
    """The mask without vertical rules, whose ink is none of the words that stand close to them."""
    kept = ink.copy()
    for x, y, w, h in _upright_boxes(ink, page, em):
        kept[y : y + h, x : x + w] = False
    return kept


class Drawn:
    """What a page image shows beside text and rules: a picture or a plot has much of it, a table next to nothing."""

    def __init__(
        self, ink: Mask, page: PageImage, words: Sequence[Word], rules: tuple[list[PixelBox], list[PixelBox]],
        dashed: Sequence[Line] = (),
    ) -> None:  # fmt: skip
        self._page, self._ink, self.dashed = page, ink, dashed
        known = [page.to_px(word.bbox) for word in words] + [(x, y, x + w, y + h) for x, y, w, h in rules[0] + rules[1]]
        self._known = np.array(known).round().astype(int).clip(0)

    def is_text(self, box: Box) -> bool:
        """Whether nearly all ink in the box is that of its words and rules, and no part of it is filled."""
        pixels = self._page.pixels
        x0, y0, x1, y1 = (max(0, round(side)) for side in self._page.to_px(box))
        if pixels is None or x1 <= x0 or y1 <= y0:
            return False
        light = Image.fromarray(pixels[y0:y1, x0:x1]).convert("L")
        grey, ink = np.asarray(light), self._ink[y0:y1, x0:x1]
        rest, tint = ink.copy(), grey < np.median(grey) - _TINT
        for left, top, right, bottom in (self._known - (x0, y0, x0, y0)).clip(0).tolist():
            rest[top:bottom, left:right] = tint[top:bottom, left:right] = False
        inked = _thick(ink).sum()
        return bool(inked and _thick(rest).sum() <= _REST * inked and _thick(tint).mean() <= _TINTED)


def _thick(mask: Mask) -> Mask:
    """Without specks and hair lines."""
    thick: Mask = mask[:-1, :-1] & mask[1:, :-1] & mask[:-1, 1:] & mask[1:, 1:]
    return thick


def _is_bar(line: Line, across: Sequence[Line], em: float) -> bool:
    """Long, or met by a horizontal rule: not the strokes of letters on two lines."""
    if line.end - line.start > 4 * em:
        return True
    return any(
        other.start - em < line.pos < other.end + em and line.start - em < other.pos < line.end + em for other in across
    )


def tighten(ink: Mask, page: PageImage, words: Sequence[Word]) -> list[Word]:
    """Words of an OCR engine, whose boxes are padded, with boxes as wide as their ink and one text size high; that of
    lines in clearly larger type is told from their boxes and their ink."""
    bounds = [_ink_bounds(ink, page.to_px(word.bbox)) for word in words]
    for index, (left, right) in enumerate(pairwise(words)):
        if left.line == right.line:
            _part_at_blank(ink, bounds, index)
    heights = [b[3] - b[1] for b, w in zip(bounds, words, strict=True) if b and any(c.isdigit() for c in w.text)]
    heights = heights or [b[3] - b[1] for b in bounds if b]
    if not heights:
        return list(words)
    height = median(heights)
    size = height / _DIGIT_HEIGHT / page.scale_y
    larger = _larger(words, bounds, height)
    return [
        _tight(word, bound, size * larger.get(word.line, 1.0), page.scale_x)
        for word, bound in zip(words, bounds, strict=True)
    ]


def _larger(words: Sequence[Word], bounds: Sequence[_Bounds | None], height: float) -> dict[int, float]:
    """How many times larger than usual the lines are whose boxes and ink both are clearly higher."""
    usual = median(word.size for word in words)
    tallest: dict[int, int] = {}
    for word, bound in zip(words, bounds, strict=True):
        if bound and word.size > _LARGER * usual:
            tallest[word.line] = max(tallest.get(word.line, 0), bound[3] - bound[1])
    sizes = {word.line: word.size for word in words if word.line in tallest}
    ratios = {line: min(sizes[line] / usual, tall / height) for line, tall in tallest.items()}
    return {line: ratio for line, ratio in ratios.items() if ratio > _LARGER}


def _tight(word: Word, bound: _Bounds | None, size: float, scale_x: float) -> Word:
    x0, y0, x1, y1 = word.bbox
    if bound:
        x0, x1 = bound[0] / scale_x, bound[2] / scale_x
    half = min((y1 - y0) / 2, max(0.55 * size, 0.3 * (y1 - y0)))
    middle = (y0 + y1) / 2
    return word._replace(bbox=(x0, middle - half, x1, middle + half), size=min(size, word.size or size))


def _part_at_blank(ink: Mask, bounds: list[_Bounds | None], index: int) -> None:
    """Sets the sides of two words of a line to the blank between them: OCR knows the middles of letters only, and puts
    the sides through letters that are wider or narrower than the others."""
    left, right = bounds[index], bounds[index + 1]
    if left is None or right is None or right[0] < left[0]:
        return
    reach = max(left[3] - left[1], right[3] - right[1]) // 2
    first = max((left[0] + left[2]) // 2, left[2] - reach)
    last = min((right[0] + right[2]) // 2, right[0] + reach)
    inked = np.any(ink[min(left[1], right[1]) : max(left[3], right[3]), first:last], axis=0)
    at = np.flatnonzero(np.concatenate(([True], inked, [True])))  # edges of the window count as letters
    widths = np.diff(at)
    if not len(inked) or widths.max() < _BLANK_PX:
        return
    widest = int(widths.argmax())
    bounds[index] = (left[0], left[1], first + int(at[widest]), left[3])
    bounds[index + 1] = (first + int(at[widest + 1]) - 1, right[1], right[2], right[3])


def _ink_bounds(ink: Mask, box: Box) -> _Bounds | None:
    """Pixel bounds of the ink in a box: from its middle up and down to the next empty rows, then left and right."""
    x0, y0, x1, y1 = max(0, int(box[0])), max(0, int(box[1])), int(box[2] + 1), int(box[3] + 1)
    part = ink[y0:y1, x0:x1]
    if part.size == 0:
        return None
    rows: NDArray[np.bool_] = np.any(part, axis=1)
    middle = len(rows) // 2
    top, bottom = middle, middle
    while top > 0 and rows[top - 1]:
        top -= 1
    while bottom < len(rows) - 1 and rows[bottom + 1]:
        bottom += 1
    columns = np.flatnonzero(np.any(part[top : bottom + 1], axis=0))
    if not len(columns):
        return None
    return x0 + int(columns[0]), y0 + top, x0 + int(columns[-1]) + 1, y0 + bottom + 1


def _outside_words(lines: list[Line], words: Sequence[Word], em: float) -> list[Line]:
    """Without the strokes of large letters and of struck-out words: short lines within a word's middle."""
    left, top, right, bottom = np.array([word.bbox for word in words], np.float64).reshape(-1, 4).T
    high = np.maximum(bottom - top, 0.1)

    def strikes(line: Line) -> bool:
        within = (left - em < line.start) & (line.end < right + em)
        part = (line.pos - top) / high
        return bool((within & (part > 0.2) & (part < 0.85)).any())

    return [line for line in lines if line.end - line.start > 12 * em or not strikes(line)]
