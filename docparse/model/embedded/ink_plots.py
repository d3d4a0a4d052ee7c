"""Plots and pictures on page images that the layout model missed: curves, known by ink that is no word and runs neither
level nor upright, with the axes, numbers and names around them; charts without curves; filled areas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, centre, contains_point, height, overlap, union, width
from docparse.model.embedded.captions import is_caption
from docparse.model.embedded.figure_reach import Row
from docparse.model.embedded.ink import page_ink
from docparse.model.embedded.ink_bars import axes_of, bar_charts, is_filled, is_solid
from docparse.model.embedded.lists import is_bullet
from docparse.model.embedded.ocr_detect import join_runs, level_runs
from docparse.schemas.page import PageImage, Word

_CELL_EM = 0.3  # ink is looked at in squares of this side
_LEAST_EM = (9.0, 5.0)  # width and height of curves with their axes
_STRAIGHT_EM = 1.5  # a run of squares as long is part of a rule
_FREE_EM, _FREE_SHARE = 8.0, 0.15  # length of what is none, and its share
_LARGEST, _BORDER = 0.5, 0.015  # of the page; of its sides, where shadows of scans lie
_WORD_EM = 0.15  # rim of a word's box
_LINE_WORDS, _LINES, _TEXT = 6, 1, 0.12  # of running text in a plot; share of words in its area
_NEAR_EM, _SAMPLE_EM = 1.6, 3.5  # from a plot to its names; length of a curve's sample before its name
_REACH_EM = 4.0  # from a plot to ink that is a part of it
_ABOVE_EM = 1.2  # over a plot, where its numbers may end; what stands higher is text
_BESIDE_EM, _APART, _NAMES = 0.8, 0.3, 3  # from names to level bars; gap between two over their height; at least
_POINT, _POINTS = 1.25, 2  # height of a slide's points in that of numbers, and how many there are at least
_SIGNS = 2  # of a chart without curves: numbers along a side, filled areas
_SMALL_EM = 1.5  # of one side of what is written or drawn beside a plot
_SAMPLES = frozenset("-–—_•·●○■□▲△▼◆◇")  # as which OCR reads the samples
_TITLE, _SHORT = 0.9, 32  # of the plot's width, and letters, of what stands under an axis


class InkPlots:
    """The plots of a page image that read no text layer; `taken` is what is known already. Elsewhere there are none."""

    def __init__(
        self, page: PageImage, words: Sequence[Word], rows: Sequence[Row], taken: Sequence[Box], em: float
    ) -> None:
        self._em = em
        self.found: list[Box] = []
        self._small: list[Box] = []
        self._short: list[Row] = []
        self._walls: list[Box] = []
        if not words or words[0].font:
            return
        is_name = [0 < len(row.text) <= _SHORT and not is_caption(row.text, row.box, (), em) for row in rows]
        self._short = [row for row, short in zip(rows, is_name, strict=True) if short]
        self._walls = [row.box for row, short in zip(rows, is_name, strict=True) if not short]
        ink = page_ink(page)
        if ink is None or not (self._walls or _has_points(rows)):  # without any text the page is the picture
            return
        side = max(2, round(_CELL_EM * em * ink.scale_x))
        bars: list[Box] = []
        for squares in _parts(_squares(ink.dark, page, words, taken, side, em)):
            box, own = _box_of(squares, side, page), _mask(squares)
            if min(width(box), height(box)) < _SMALL_EM * em:
                self._small += [box] if max(own.shape) > 1 else []  # a speck is no part of anything
            elif width(box) >= _LEAST_EM[0] * em and height(box) >= _LEAST_EM[1] * em and _is_inside(box, page):
                self.found += self._known(box, own, em * ink.scale_x / side, words, rows)
                continue
            if is_solid(own):
                bars.append(box)
        charts = [box for box in bar_charts(bars, rows, em) if not _is_text(box, words)]
        self.found += [box for box in charts if not any(overlap(box, other) for other in (*self.found, *taken))]
        self.found = [self.whole(box) for box in self.found]

    def _known(
        self, box: Box, own: NDArray[np.bool_], em: float, words: Sequence[Word], rows: Sequence[Row]
    ) -> list[Box]:
        """The box of a large part if it is a plot, a chart with the numbers along its sides, or a picture."""
        if _is_text(box, words):
            return []
        axes = axes_of(box, rows, self._em)
        known = _is_curved(own, em) or is_filled(own) or len(axes) + is_solid(own) >= _SIGNS
        return [union([box, *axes])] if known else []

    def whole(self, box: Box) -> Box:
        """The plot with the numbers along its axes, what is written under them, and names behind samples of curves."""
        em, before, top = self._em, None, box[1] - _ABOVE_EM * self._em
        reach = (box[0] - _REACH_EM * em, box[1], box[2] + _REACH_EM * em, box[3] + _REACH_EM * em)
        small = [part for part in self._small if overlap(part, reach) > 0]  # grain would lead to the edge of the page
        while box != before:
            before = box
            near = (box[0] - _NEAR_EM * em, box[1] - _NEAR_EM * em, box[2] + _NEAR_EM * em, box[3] + _NEAR_EM * em)
            parts = [part for part in small if _runs_along(part, box, em)]
            parts += [row.box for row in self._short if row.is_label or _is_under(row.box, box, em)] + self._legend
            parts += self._names(box)
            for part in parts:
                whole = union((box, part))
                if (
                    part[1] >= top
                    and overlap(part, near) > 0
                    and not any(overlap(whole, wall) > overlap(box, wall) for wall in self._walls)
                ):
                    box = whole
        return box

    def _names(self, box: Box) -> list[Box]:
        """Short lines that end at one place before the plot and stand further apart than text: the names of level bars.

        They may begin where the text of a column does.
        """
        em = self._em
        ending = sorted(
            (
                row.box for row in self._short
                if -0.3 * em < box[0] - row.box[2] < _BESIDE_EM * em and box[1] < centre(row.box)[1] < box[3]
            ),
            key=lambda name: name[1],
        )  # fmt: skip
        ends = [name[2] for name in ending]
        apart = all(lower[1] - upper[3] > _APART * height(upper) for upper, lower in pairwise(ending))
        return ending if len(ending) >= _NAMES and apart and max(ends) - min(ends) < 0.5 * em else []

    @cached_property
    def _legend(self) -> list[Box]:
        """Names with the samples of curves that stand before them, some of which OCR reads as dashes."""
        leading = [(row, [part for part in self._small if _leads_to(part, row.box, self._em)]) for row in self._short]
        return [union([row.box, *parts]) for row, parts in leading if parts or row.text[0] in _SAMPLES]


def _has_points(rows: Sequence[Row]) -> bool:
    """Whether items of a list stand on the page, in larger type than numbers: those of a legend are no larger."""
    numbers = [height(row.box) for row in rows if row.text[-1:].isdigit()]
    items = [height(row.box) for row in rows if row.text and is_bullet(row.text[0]) and len(row.text) > 1]
    least = _POINT * median(numbers) if numbers else 0.0
    return sum(tall >= least for tall in items) >= _POINTS


def _squares(
    dark: NDArray[np.bool_], page: PageImage, words: Sequence[Word], taken: Sequence[Box], side: int, em: float
) -> NDArray[np.bool_]:
    """Which squares of the page have ink that is none of its words and of what is known already."""
    rest = dark[: dark.shape[0] // side * side, : dark.shape[1] // side * side].copy()
    rim = _WORD_EM * em
    known = [(x0 - rim, y0 - rim, x1 + rim, y1 + rim) for x0, y0, x1, y1 in (word.bbox for word in words)]
    for box in [*known, *taken]:
        x0, y0, x1, y1 = (max(0, round(value)) for value in page.to_px(box))
        rest[y0:y1, x0:x1] = False
    shape = (rest.shape[0] // side, side, rest.shape[1] // side, side)
    return np.asarray(np.any(rest.reshape(shape), axis=(1, 3)), np.bool_)


def _parts(grid: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Runs of squares (row, first, past the last) that hang together."""
    runs = level_runs(grid)
    if not len(runs):
        return []
    labels = join_runs(runs, len(grid))
    order = np.argsort(labels, kind="stable")
    return np.split(runs[order], np.flatnonzero(np.diff(labels[order])) + 1)


def _box_of(squares: NDArray[np.int64], side: int, page: PageImage) -> Box:
    sx, sy = side / page.scale_x, side / page.scale_y
    rows, first, last = squares.T
    return float(first.min()) * sx, float(rows.min()) * sy, float(last.max()) * sx, float(rows.max() + 1) * sy


def _is_inside(box: Box, page: PageImage) -> bool:
    x, y = _BORDER * page.width, _BORDER * page.height
    small = width(box) * height(box) < _LARGEST * page.width * page.height
    return small and box[0] > x and box[1] > y and box[2] < page.width - x and box[3] < page.height - y


def _mask(squares: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which squares of its box a part has."""
    top, left = int(squares[:, 0].min()), int(squares[:, 1].min())
    own = np.zeros((int(squares[:, 0].max()) + 1 - top, int(squares[:, 2].max()) - left), np.bool_)
    for row, first, last in squares.tolist():
        own[row - top, first - left : last - left] = True
    return own


def _is_curved(own: NDArray[np.bool_], em: float) -> bool:
    """Whether much of a part is on no rule, frame or filled area; `em` is in squares."""
    straight = _long(own, _STRAIGHT_EM * em) | _long(own.T, _STRAIGHT_EM * em).T
    free = int((own & ~straight).sum())
    return free >= _FREE_EM * em and free >= _FREE_SHARE * int(own.sum())


def _long(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """The level runs that are long."""
    kept = np.zeros_like(mask)
    for row, first, last in level_runs(mask).tolist():
        if last - first >= least:
            kept[row, first:last] = True
    return kept


def _is_text(box: Box, words: Sequence[Word]) -> bool:
    """Whether running text stands in the box, or a line goes on beyond it."""
    lines: dict[int, int] = {}
    inside = [word for word in words if contains_point(box, *centre(word.bbox))]
    for word in inside:
        lines[word.line] = lines.get(word.line, 0) + 1
    full = sum(count >= _LINE_WORDS for count in lines.values())
    share = sum(width(word.bbox) * height(word.bbox) for word in inside)
    outside = any(word.line in lines and not contains_point(box, *centre(word.bbox)) for word in words)
    return full > _LINES or share > _TEXT * width(box) * height(box) or (outside and full > 0)


def _runs_along(part: Box, box: Box, em: float) -> bool:
    """Whether ink that was read as no word stands at a side of the plot and ends where it does: a title."""
    level = box[0] - em < part[0] and part[2] < box[2] + em
    return (level and height(part) < width(part)) or (box[1] - em < part[1] and part[3] < box[3] + em)


def _leads_to(part: Box, name: Box, em: float) -> bool:
    """Whether a short stroke or a mark stands before a name, at half its height."""
    middle = (part[1] + part[3]) / 2
    near = 0 < name[0] - part[2] + 0.3 * em < _NEAR_EM * em and name[1] < middle < name[3]
    return near and height(part) < 1.2 * em and width(part) < _SAMPLE_EM * em


def _is_under(row: Box, box: Box, em: float) -> bool:
    """Whether a line stands over or under the middle of a plot, and within its sides."""
    centred = abs(row[0] + row[2] - box[0] - box[2]) < 6 * em and row[0] > box[0] - em and row[2] < box[2] + em
    return centred and width(row) < _TITLE * width(box)
