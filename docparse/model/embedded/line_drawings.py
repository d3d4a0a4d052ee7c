"""Drawings of few strokes, as of geometry: known by slanted lines and by the letters that stand at their corners."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, centre, contains_point, height, union, width
from docparse.model.embedded.clusters import clusters
from docparse.schemas.page import PageImage, Word

_LETTERS = 3  # of a label
_LEAST_LABELS, _LEAST_LINES = 3, 4
_SLANT_EM, _SIDE_EM, _REACH_EM, _TOUCH_EM = 1.0, 4.0, 1.2, 0.3
_LONGEST = 0.7  # of the page's width: longer rules part its text
_MOST = 400


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
