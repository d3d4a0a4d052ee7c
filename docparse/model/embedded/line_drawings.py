"""Drawings of few strokes: of geometry, by slanted lines and the letters at their corners; plots, by their frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, centre, contains_point, height, union, width
from docparse.model.embedded.clusters import clusters
from docparse.schemas.page import PageImage, Word

_LETTERS = 3  # of a label
_LEAST_LABELS, _LEAST_LINES = 3, 4
_SLANT_EM, _SIDE_EM, _REACH_EM, _TOUCH_EM = 1.0, 4.0, 1.2, 0.3
_LONGEST = 0.7  # of the page's width: longer rules part its text
_MOST = 400
_FRAME_EM, _MEET, _TICK_EM = 3.0, 1.5, 0.5  # least side of a frame, how far its rules may miss one another, a tick
_MARK, _LEAST_MARKS = 0.6, 12  # of a frame's side, and marks in it
_CURVE, _LEAST_CURVES = 4, 3  # segments of a curve, and curves in a frame
_MOST_RULES, _MOST_FRAMES, _MOST_MARKS = 800, 60, 4000  # with more frames a page has tables


def line_drawings(page: PageImage, words: Sequence[Word], em: float) -> list[Box]:
    """Boxes of connected strokes, some of them neither level nor upright, with labels and nothing else in them."""
    slanted = [
        s.bbox for s in page.shapes[:_MOST] if not s.filled and min(width(s.bbox), height(s.bbox)) > _SLANT_EM * em
    ]
    if not slanted:
        return []
    short = [fat(r.bbox) for r in page.rules[:_MOST] if max(width(r.bbox), height(r.bbox)) < _LONGEST * page.width]
    parts = [*slanted, *short]
    found = []
    for members in clusters(parts, _TOUCH_EM * em):
        box = union(parts[i] for i in members)
        if min(members) >= len(slanted) or len(members) < _LEAST_LINES or min(width(box), height(box)) < _SIDE_EM * em:
            continue
        labels = _labels(box, words, em)
        if len(labels) >= _LEAST_LABELS:
            found.append(union([box, *(word.bbox for word in labels)]))
    return found


def framed_plots(page: PageImage, prose: Sequence[tuple[float, float]], em: float) -> list[Box]:
    """Rooms over two axes with points or curves in them and no running text, whose middles of words are `prose`."""
    if len(page.shapes) < _LEAST_CURVES or not page.rules:
        return []
    found = []
    frames = _frames(page, em)
    for frame in frames if len(frames) <= _MOST_FRAMES else ():
        x0, y0, x1, y1 = frame
        if any(x0 < x < x1 and y0 < y < y1 for x, y in prose):
            continue
        inner = [
            shape for shape in page.shapes[:_MOST_MARKS]
            if contains_point(frame, *centre(shape.bbox))
            and width(shape.bbox) < _MARK * (x1 - x0) and height(shape.bbox) < _MARK * (y1 - y0)
        ]  # fmt: skip
        if len(inner) >= _LEAST_MARKS or sum(shape.segments >= _CURVE for shape in inner) >= _LEAST_CURVES:
            found.append(frame)
    return found


def _frames(page: PageImage, em: float) -> list[Box]:
    """The rooms over rules that meet at a lower left corner: axes alone, or the sides of a frame."""
    rules = [r for r in page.rules[:_MOST_RULES] if max(width(r.bbox), height(r.bbox)) > _FRAME_EM * em]
    level = [rule.bbox for rule in rules if rule.horizontal]
    upright: dict[tuple[int, int], list[float]] = {}
    for rule in rules:
        if not rule.horizontal:
            upright.setdefault((round(rule.bbox[1]), round(rule.bbox[3])), []).append(rule.bbox[0])
    frames: list[Box] = []
    for (top, bottom), sides in upright.items():
        for left, right in pairwise([*sorted(sides), math.inf]):
            feet = [
                box for box in level
                if abs(box[0] - left) < _MEET and -_TICK_EM * em < box[1] - bottom < _MEET  # a tick may go on below
            ]  # fmt: skip
            # of several the one that ends at the other side of the frame
            foot = next((box for box in feet if abs(box[2] - right) < _MEET), feet[0] if feet else None)
            if foot is not None:
                frames.append((left, float(top), foot[2], foot[1]))
    return frames


def fat(box: Box) -> Box:
    """A rule as a box with an area."""
    return (box[0], box[1], max(box[2], box[0] + 0.5), max(box[3], box[1] + 0.5))


def _labels(box: Box, words: Sequence[Word], em: float) -> list[Word]:
    """The labels in a box and around it; none where something else stands in it."""
    lengths: dict[int, int] = {}
    for word in words:
        lengths[word.line] = lengths.get(word.line, 0) + len(word.text)
    reach = (box[0] - _REACH_EM * em, box[1] - _REACH_EM * em, box[2] + _REACH_EM * em, box[3] + _REACH_EM * em)
    near = [word for word in words if contains_point(reach, *centre(word.bbox))]
    if any(lengths[word.line] > _LETTERS and contains_point(box, *centre(word.bbox)) for word in near):
        return []
    return [word for word in near if lengths[word.line] <= _LETTERS]
