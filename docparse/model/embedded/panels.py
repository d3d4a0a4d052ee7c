"""Charts without tick marks: grid lines or a filled panel, beside or over numbers that run evenly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from docparse.geometry import Box, centre, height, inside_share, union, width
from docparse.model.embedded.charts.labels import make_labels
from docparse.model.embedded.charts.scales import Scale, level_scale, upright_scale
from docparse.schemas.page import PageImage, Word

_LEAST = 3  # grid lines, and numbers of a scale
_LEAST_SIDE_EM = 5.0
_MOST_PANELS = 60
_PAGE_SHARE = 0.6  # of the page: a larger panel is its ground
_SIDE_EM, _BELOW_EM = 3.0, 1.7  # how far from the panel its labels begin
_ON_LINE_EM = 0.4  # a grid line runs through the middle of its number; a table's rule runs between two
_SPAN = 0.5  # of the side of a panel, which its scale takes up
_MARKS = 2


def find_panels(page: PageImage, words: Sequence[Word], em: float) -> list[tuple[Box, list[Word]]]:
    """Boxes of charts with the labels at their axes, largest first."""
    if len(page.rules) + len(page.shapes) < _LEAST:
        return []
    numbers = sum(not word.text.isalpha() and any(map(str.isdigit, word.text)) for word in words)
    if numbers < _LEAST:
        return []
    found: list[tuple[Box, list[Word]]] = []
    for box, upright, level in sorted(_frames(page, em), key=lambda frame: -width(frame[0]) * height(frame[0])):
        if any(inside_share(box, other) > 0.3 for other, _ in found):
            continue
        if upright is not None:
            box = grown(box, page)
        beside, below = _beside(box, words, em), _below(box, words, em)
        rising = upright_scale(make_labels((word.text, word.bbox, word.line) for word in beside))
        running = level_scale(make_labels((word.text, word.bbox, word.line) for word in below))
        if _fits(rising, upright, box, em, side=1) or _fits(running, level, box, em, side=0):
            number = next(word for word in (beside if rising else below) if any(map(str.isdigit, word.text)))
            found.append((box, [word for word in (*beside, *below) if _alike(word, number)]))
    return found


def _frames(page: PageImage, em: float) -> Iterator[tuple[Box, list[float] | None, list[float] | None]]:
    """Boxes that may be plots, with the places of their grid lines across and up; None: no grid, but a ground."""
    across, up = _grids(page, em, horizontal=True), _grids(page, em, horizontal=False)
    for (start, end), places in across.items():
        yield (start, places[0], end, places[-1]), places, _meeting(up, places, start, end)
    for (start, end), places in up.items():
        yield (places[0], start, places[-1], end), _meeting(across, places, start, end), places
    largest = _PAGE_SHARE * page.width * page.height
    panels = [
        shape.bbox for shape in page.shapes
        if shape.filled and shape.segments <= 5
        and min(width(shape.bbox), height(shape.bbox)) > _LEAST_SIDE_EM * em
        and width(shape.bbox) * height(shape.bbox) < largest
    ]  # fmt: skip
    for panel in panels[:_MOST_PANELS]:
        drawn = sum(shape.bbox != panel and inside_share(shape.bbox, panel) > 0.9 for shape in page.shapes)
        if drawn >= _MARKS:
            yield panel, None, None


def grown(box: Box, page: PageImage) -> Box:
    """The box with the frame, panel, bars and lines that are drawn in it or touch it."""
    wide, tall = 1.5 * width(box), 1.5 * height(box)
    parts = [shape.bbox for shape in page.shapes] + [rule.bbox for rule in page.rules]
    for _ in range(2):
        x0, y0, x1, y1 = box
        touching = [
            part for part in parts
            if part[0] <= x1 + 1 and x0 - 1 <= part[2] and part[1] <= y1 + 1 and y0 - 1 <= part[3]
            and width(part) <= wide and height(part) <= tall
        ]  # fmt: skip
        larger = union([box, *touching])
        if width(larger) > 2 * wide or height(larger) > 2 * tall:
            return box
        box = larger
    return box


def _grids(page: PageImage, em: float, *, horizontal: bool) -> dict[tuple[float, float], list[float]]:
    """Places of at least three even lines between the same two ends, by these ends."""
    side = 0 if horizontal else 1
    lines: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for rule in page.rules:
        box = rule.bbox
        if rule.horizontal == horizontal and box[side + 2] - box[side] > _LEAST_SIDE_EM * em:
            lines[round(box[side]), round(box[side + 2])].append(box)
    found = {}
    for boxes in lines.values():
        places = sorted({round(box[1 - side], 1) for box in boxes})
        gaps = [b - a for a, b in pairwise(places)]
        if len(places) >= _LEAST and min(gaps) > 0.8 * em and places[-1] - places[0] > _LEAST_SIDE_EM * em:
            found[min(box[side] for box in boxes), max(box[side + 2] for box in boxes)] = places
    return found


def _meeting(
    grids: dict[tuple[float, float], list[float]], places: list[float], start: float, end: float
) -> list[float] | None:
    """Places of the lines of the other direction that run between the outer ones of these."""
    for (low, high), others in grids.items():
        if abs(low - places[0]) < 2 and abs(high - places[-1]) < 2 and start - 2 < others[0] and others[-1] < end + 2:
            return others
    return []


def _beside(box: Box, words: Sequence[Word], em: float) -> list[Word]:
    x0, y0, _, y1 = box
    return [
        word for word in words
        if x0 - _SIDE_EM * em < word.bbox[2] < x0 + 0.3 * em and y0 - 0.6 * em < centre(word.bbox)[1] < y1 + 0.6 * em
    ]  # fmt: skip


def _below(box: Box, words: Sequence[Word], em: float) -> list[Word]:
    x0, _, x1, y1 = box
    return [
        word for word in words
        if -0.3 * em < word.bbox[1] - y1 < _BELOW_EM * em and x0 - 1.5 * em < centre(word.bbox)[0] < x1 + 1.5 * em
    ]  # fmt: skip


def _fits(scale: Scale | None, grid: list[float] | None, box: Box, em: float, *, side: int) -> bool:
    """Whether a scale is that of the plot: its numbers stand at grid lines or, without any, along a panel."""
    if scale is None:
        return False
    places = [(tick.bbox[side] + tick.bbox[side + 2]) / 2 for tick in scale.ticks]
    if max(places) - min(places) < _SPAN * (box[side + 2] - box[side]):
        return False
    if grid is None:
        slack = _ON_LINE_EM * em
        return box[side] - slack < min(places) and max(places) < box[side + 2] + slack
    return sum(any(abs(place - line) < _ON_LINE_EM * em for line in grid) for place in places) >= _LEAST


def _alike(word: Word, number: Word) -> bool:
    """Whether a word is set like the numbers of the scale; names in another script have a font of their own."""
    return word.font == number.font or abs(word.size - number.size) < 0.05 * number.size
