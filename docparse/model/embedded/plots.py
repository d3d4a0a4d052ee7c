"""Charts and music of vector pages, known by their rules: tick marks on two axes, five even lines of a staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from docparse.geometry import Box, centre, contains_point, height, inside_share, union, width
from docparse.model.embedded.clusters import join_near
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.panels import find_panels, grown
from docparse.model.embedded.plot_words import family, names, take_kin, take_legend, take_titles
from docparse.model.embedded.tables.text_rows import words_in
from docparse.schemas.page import PageImage, Rule, Word, WordStyle

_ROTATED = int(WordStyle.ROTATED)
_TICK_EM = 0.9
_LEAST_TICKS = 3
_CHART_GAP, _EVEN = 2.5, 1.3  # of the steps beside it: a wider one is between two charts, with steps as even as that
_LEVEL = 0.8  # page units within which the ends of tick marks agree
_STAFF_LINES = 5
_STAFF_GAP = (1.5, 10.0)  # page units between the lines of a staff
_MOST_RULES = 4000
_MOST_WORDS = 12  # in a chart without labels


@dataclass(slots=True)
class Ticks:
    """Tick marks of one axis: the level of their near and far end, and where along the axis they stand."""

    low: float
    high: float
    places: list[float] = field(default_factory=list)

    @property
    def step(self) -> float:
        gaps = [b - a for a, b in pairwise(self.places)]
        return sorted(gaps)[len(gaps) // 2]

    def labelled(self, word: Word) -> list[float]:
        """Where a label may stand: at the marks; a number a step before and behind, too, where a frame is the mark."""
        if not any(map(str.isdigit, word.text)) or any(map(str.isalpha, word.text)):
            return self.places
        return [self.places[0] - self.step, *self.places, self.places[-1] + self.step]

    def is_even(self) -> bool:
        gaps = [b - a for a, b in pairwise(self.places)]
        return max(gaps) <= 1.6 * min(gaps) or (max(gaps) <= 2.2 * min(gaps) and len(gaps) > 3)


def find_plots(page: PageImage, words: Sequence[Word], em: float) -> list[Figure]:
    """Charts with axes and sheets of music that the page draws, each with its words."""
    if len(page.rules) > _MOST_RULES:
        return []
    staves = find_staves(page)
    plots = [Figure(box, music=True, words=_signs_in(box, words)) for box in staves]
    charts = [
        (box, labels) for box, marks in _axes(page, words, em)
        if (labels := [word for word in words if _is_label(word, *marks, em)]) or not _is_text(box, words)
    ]  # fmt: skip
    for box, labels in find_panels(page, words, em):
        if not any(inside_share(box, axes) > 0.3 or inside_share(axes, box) > 0.3 for axes, _ in charts):
            charts.append((box, labels))
    for (box, labels), near in zip(charts, _nearest([box for box, _ in charts], words), strict=True):
        if not any(inside_share(box, stave) > 0.3 for stave in staves):
            plots.append(_labelled(box, labels, near, page, words, em))
    return _apart(plots)


def _is_text(box: Box, words: Sequence[Word]) -> bool:
    """Whether much text stands in a box: with no label at its marks these are ends of a table's rules."""
    return len(words_in(words, box)) > _MOST_WORDS


def _nearest(boxes: Sequence[Box], words: Sequence[Word]) -> list[Sequence[Word]]:
    """For each box the words that no other box is nearer to."""
    if len(boxes) < 2:
        return [words] * len(boxes)
    x0, y0, x1, y1 = np.array([word.bbox for word in words]).reshape(-1, 4).T[:, :, None]
    left, top, right, bottom = np.array(boxes).T
    gaps = np.maximum(np.maximum(left - x1, x0 - right), np.maximum(top - y1, y0 - bottom))
    nearest = gaps <= gaps.min(axis=1, keepdims=True)
    return [[words[place] for place in np.flatnonzero(column).tolist()] for column in nearest.T]


def _apart(plots: list[Figure]) -> list[Figure]:
    """Plots that do not lie in one another, each word in one of them."""
    kept: list[Figure] = []
    seen: set[int] = set()
    for plot in sorted(plots, key=lambda plot: -len(plot.words)):
        if any(inside_share(plot.bbox, other.bbox) > 0.5 for other in kept):
            continue
        plot.words = [word for word in plot.words if id(word) not in seen]
        seen.update(id(word) for word in plot.words)
        kept.append(plot)
    return kept


def _axes(
    page: PageImage, words: Sequence[Word], em: float
) -> list[tuple[Box, tuple[Ticks, Ticks | None, Ticks | None]]]:
    """Boxes of charts, with the tick marks of their level axis and of those at the left and at the right."""
    marks = [rule for rule in page.rules if 1.0 < _length(rule) <= _TICK_EM * em]
    if len(marks) < _LEAST_TICKS:
        return []
    level = _tick_rows([(r.bbox[1], r.bbox[3], r.bbox[0]) for r in marks if not r.horizontal], em)
    upright = _tick_rows([(r.bbox[0], r.bbox[2], r.bbox[1]) for r in marks if r.horizontal], em)
    upright = [axis for row in upright for axis in _charts_apart(row, level)]
    found: list[tuple[Box, tuple[Ticks, Ticks | None, Ticks | None]]] = []
    for below in (part for row in level for part in _between_axes(row, upright, words, em)):
        beside = [ticks for ticks in upright if _meet(below, ticks)]
        if beside:
            left = min(beside, key=lambda ticks: below.places[0] - ticks.high)
            box = (left.low, min(left.places), max(below.places), below.high)
            if width(box) > 4 * em and height(box) > 4 * em:
                box = grown(box, page)
                right = next((ticks for ticks in upright if ticks is not left and _is_right_of(ticks, left, box)), None)
                found.append((box, (below, left, right)))
        elif below.is_even() and len(below.places) > _LEAST_TICKS:
            panel = _panel_on(below, page)
            if panel is not None and height(panel) > 4 * em:
                found.append((panel, (below, None, None)))
    return found


def _between_axes(below: Ticks, upright: Sequence[Ticks], words: Sequence[Word], em: float) -> list[Ticks]:
    """The tick marks of a level axis, or of those of charts beside one another, each with an upright axis before it."""
    first, last = below.places[0], below.places[-1]
    edges = sorted(
        ticks.low for ticks in upright
        if first < ticks.low < last and ticks.is_even() and _stands_on(below, ticks) and _has_numbers(ticks, words, em)
    )  # fmt: skip
    parts = [
        [place for place in below.places if low < place < high]
        for low, high in pairwise([float("-inf"), *edges, float("inf")])
    ]
    return [Ticks(below.low, below.high, part) for part in parts if len(part) > 1]


def _has_numbers(left: Ticks, words: Sequence[Word], em: float) -> bool:
    """Whether numbers stand before most tick marks of an upright axis."""
    near = [
        centre(word.bbox)[1] for word in words
        if any(map(str.isdigit, word.text)) and 0 <= left.low - word.bbox[2] + 0.5 * em < 1.6 * em
    ]  # fmt: skip
    numbered = sum(any(abs(y - place) < 0.6 * em for y in near) for place in left.places)
    return numbered >= _LEAST_TICKS and 2 * numbered >= len(left.places)


def _is_right_of(ticks: Ticks, left: Ticks, box: Box) -> bool:
    """Whether tick marks stand at the right edge of a chart, over against those of its left axis."""
    if ticks.low > box[2] + _LEVEL or ticks.high < box[2] - _LEVEL:
        return False
    return ticks.places[0] < left.places[-1] and left.places[0] < ticks.places[-1]


def _length(rule: Rule) -> float:
    return max(width(rule.bbox), height(rule.bbox))


def _tick_rows(marks: Sequence[tuple[float, float, float]], em: float) -> list[Ticks]:
    """Marks between the same two levels as rows of ticks."""
    rows: list[Ticks] = []
    for low, high, place in sorted(marks):
        row = next((r for r in rows if abs(r.low - low) < _LEVEL and abs(r.high - high) < _LEVEL), None)
        if row is None:
            rows.append(Ticks(low, high, [place]))
        else:
            row.places.append(place)
    result = []
    for row in rows:
        row.places.sort()
        apart = [row.places[0]]
        apart += [b for a, b in pairwise(row.places) if b - a > 0.4 * em]
        if len(apart) >= _LEAST_TICKS:
            row.places = apart
            result.append(row)
    return result


def _charts_apart(row: Ticks, level: Sequence[Ticks]) -> list[Ticks]:
    """The ticks of one upright axis, or of those of charts over one another: even, with much wider gaps between, each
    with a level axis under it.
    """
    steps = [b - a for a, b in pairwise(row.places)]
    beside = [max(steps[max(0, i - 1) : i] + steps[i + 1 : i + 2]) for i in range(len(steps))]
    for usual in ([row.step] * len(steps), beside):  # the charts may have steps of their own
        cuts = [i + 1 for i, step in enumerate(steps) if step > _CHART_GAP * usual[i]]
        parts = [row.places[first:end] for first, end in pairwise([0, *cuts, len(row.places)])]
        axes = [Ticks(row.low, row.high, part) for part in parts if len(part) >= _LEAST_TICKS]
        if len(axes) == len(parts) and all(map(_is_axis, axes)) and all(
            any(_stands_on(below, axis) for below in level) for axis in axes
        ):  # fmt: skip
            return axes
    return [row]


def _is_axis(ticks: Ticks) -> bool:
    gaps = [b - a for a, b in pairwise(ticks.places)]
    return max(gaps) <= _EVEN * min(gaps)


def _meet(below: Ticks, left: Ticks) -> bool:
    """Whether the axes of two rows of ticks meet in a corner at the lower left."""
    across = below.places[0] - left.high
    return (
        -_LEVEL - 1 <= across <= 1.6 * below.step
        and _stands_on(below, left)
        and (left.is_even() or (below.is_even() and len(below.places) >= _LEAST_TICKS))
    )


def _stands_on(below: Ticks, upright: Ticks) -> bool:
    """Whether the lowest tick mark of an upright axis is about where a level one is."""
    return -_LEVEL - 1 <= below.low - upright.places[-1] <= 1.6 * upright.step


def _panel_on(below: Ticks, page: PageImage) -> Box | None:
    """The filled panel that stands on a row of ticks, or the bars on its axis; None without them."""
    first, last = below.places[0], below.places[-1]
    standing = [
        shape.bbox for shape in page.shapes
        if abs(shape.bbox[3] - below.low) < 2 and shape.bbox[2] > first - 2 and shape.bbox[0] < last + 2
    ]  # fmt: skip
    if not standing:
        return None
    box = union(standing)
    if box[0] > first + 1 or box[2] < last - 1 or width(box) > 2 * (last - first) + 4 * below.step:
        return None
    return (box[0], box[1], box[2], below.high)


def _labelled(
    box: Box, labels: Sequence[Word], words: Sequence[Word], page: PageImage, all_words: Sequence[Word], em: float
) -> Figure:
    """The chart with its words: what stands in it, the labels of its axes, its titles and legend, and what is set in
    their type beside it.

    `words` are those to which no other chart is nearer.
    """
    inside = words_in(words, box)
    chosen = {id(word): word for word in (*inside, *labels)}
    marked = {id(word) for word in labels}
    for name in names(words, em):
        if any(id(word) in marked for word in name):
            chosen |= {id(word): word for word in name}
    fonts = Counter(word.font for word in labels if word.font)
    if fonts:
        font = fonts.most_common(1)[0][0]
        body = Counter(word.font for word in all_words)
        theirs = family(font)
        total = sum(body.values())
        if sum(count for name, count in body.items() if family(name) == theirs) < 0.5 * total:
            kin = [word for word in words if family(word.font) == theirs and id(word) not in chosen]
            take_kin(chosen, kin, box, em)
    take_titles(chosen, words, box, em)
    take_legend(chosen, words, page.shapes, box, em)
    extent = union([box, *(word.bbox for word in chosen.values())])
    chosen |= {id(word): word for word in words if contains_point(extent, *centre(word.bbox))}
    taken = list(chosen.values())
    order = {id(word): place for place, word in enumerate(all_words)}
    taken.sort(key=lambda word: order[id(word)])
    return Figure(union([box, *(word.bbox for word in taken)]), chart=True, words=taken)


def _is_label(word: Word, below: Ticks, left: Ticks | None, right: Ticks | None, em: float) -> bool:
    """Whether a word stands at a tick mark: right under it, right before it, or behind it at the right."""
    box = word.bbox
    x, y = centre(box)
    if -0.5 * em < box[1] - below.high < 1.2 * em and any(abs(x - place) < 0.45 * em for place in below.labelled(word)):
        return True
    sides = [(left.labelled(word), left.low - box[2])] if left is not None else []
    sides += [(right.labelled(word), box[0] - right.high)] if right is not None else []
    return any(0 <= gap + 0.5 * em < 1.6 * em and any(abs(y - p) < 0.6 * em for p in places) for places, gap in sides)


def find_staves(page: PageImage) -> list[Box]:
    """Boxes of printed music: staves and what is drawn on them, systems that follow one another as one box."""
    rules = sorted((r.bbox for r in page.rules if r.horizontal and width(r.bbox) > 40), key=lambda b: (b[1], b[0]))
    staves: list[Box] = []
    spacing = 0.0
    used: set[int] = set()
    for i, first in enumerate(rules):
        if i in used:
            continue
        group = [i]
        for j in range(i + 1, len(rules)):
            if rules[j][1] - rules[group[-1]][1] > _STAFF_GAP[1]:
                break
            if abs(rules[j][0] - first[0]) < 2 and abs(rules[j][2] - first[2]) < 2:
                group.append(j)
        used.update(group)
        if len(group) == _STAFF_LINES and _is_even([rules[j] for j in group]):
            box = union(rules[j] for j in group)
            spacing = max(spacing, height(box) / (_STAFF_LINES - 1))
            staves.append(box)
    if not staves:
        return []
    systems = join_near(staves, 14 * spacing)
    return [_with_notes(box, page, spacing) for box in systems]


def _is_even(lines: Sequence[Box]) -> bool:
    gaps = [b[1] - a[1] for a, b in pairwise(lines)]
    return min(gaps) >= _STAFF_GAP[0] and max(gaps) <= 1.15 * min(gaps) + 0.3


def _with_notes(box: Box, page: PageImage, spacing: float) -> Box:
    """The staves with notes, stems, clefs and ledger lines above and below them."""
    reach = (box[0] - 2 * spacing, box[1] - 6 * spacing, box[2] + 2 * spacing, box[3] + 6 * spacing)
    drawn = [rule.bbox for rule in page.rules if inside_share(_fat(rule.bbox), reach) > 0.99]
    drawn += [shape.bbox for shape in page.shapes if inside_share(shape.bbox, reach) > 0.99]
    return union([box, *drawn])


def _fat(box: Box) -> Box:
    return (box[0], box[1], max(box[2], box[0] + 0.1), max(box[3], box[1] + 0.1))


def _signs_in(box: Box, words: Sequence[Word]) -> list[Word]:
    """Notes and rests that are set as type; what reads as text (lyrics, names) stays text of the page."""
    return [word for word in words if contains_point(box, *centre(word.bbox)) and not any(map(_is_readable, word.text))]


def _is_readable(char: str) -> bool:
    return char.isalnum() and not "\ue000" <= char <= "\uf8ff"
