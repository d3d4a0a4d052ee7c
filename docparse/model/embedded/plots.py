"""Charts and music of vector pages, known by their rules: tick marks on two axes, five even lines of a staff."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from docparse.geometry import Box, centre, contains_point, height, inside_share, union, width
from docparse.model.embedded.captions import is_caption
from docparse.model.embedded.clusters import join_near
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.panels import find_panels, grown
from docparse.schemas.page import PageImage, Rule, Word, WordStyle

_ROTATED = int(WordStyle.ROTATED)
_TICK_EM = 0.9
_LEAST_TICKS = 3
_LEVEL = 0.8  # page units within which the ends of tick marks agree
_STAFF_LINES = 5
_STAFF_GAP = (1.5, 10.0)  # page units between the lines of a staff
_MOST_RULES = 4000
_TITLE_EM, _TITLE_WORDS, _MIDDLE = 1.6, 8, 2.5  # to a title, its words, and page units that it may be off the middle
# what is written under a panel; numbers of headings
_PANEL_NAME = re.compile(r"\(?[a-zA-Z0-9]{1,2}[.)]\s|\d+(?:\.\d+)+\s")


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
        (box, [word for word in words if _is_label(word, *marks, em)])
        for box, marks in _axes(page, em)
    ]  # fmt: skip
    for box, labels in find_panels(page, words, em):
        if not any(inside_share(box, axes) > 0.3 or inside_share(axes, box) > 0.3 for axes, _ in charts):
            charts.append((box, labels))
    for box, labels in charts:
        if not any(inside_share(box, stave) > 0.3 for stave in staves):
            plots.append(_labelled(box, labels, words, em))
    return _apart(plots)


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


def _axes(page: PageImage, em: float) -> list[tuple[Box, tuple[Ticks, Ticks | None]]]:
    """Boxes of charts, with the tick marks of their level axis and of their upright one."""
    marks = [rule for rule in page.rules if 1.0 < _length(rule) <= _TICK_EM * em]
    if len(marks) < _LEAST_TICKS:
        return []
    level = _tick_rows([(r.bbox[1], r.bbox[3], r.bbox[0]) for r in marks if not r.horizontal], em)
    upright = _tick_rows([(r.bbox[0], r.bbox[2], r.bbox[1]) for r in marks if r.horizontal], em)
    found: list[tuple[Box, tuple[Ticks, Ticks | None]]] = []
    for below in level:
        beside = [ticks for ticks in upright if _meet(below, ticks)]
        if beside:
            left = min(beside, key=lambda ticks: below.places[0] - ticks.high)
            box = (left.low, min(left.places), max(below.places), below.high)
            if width(box) > 4 * em and height(box) > 4 * em:
                found.append((grown(box, page), (below, left)))
        elif below.is_even() and len(below.places) > _LEAST_TICKS:
            panel = _panel_on(below, page)
            if panel is not None and height(panel) > 4 * em:
                found.append((panel, (below, None)))
    return found


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


def _meet(below: Ticks, left: Ticks) -> bool:
    """Whether the axes of two rows of ticks meet in a corner at the lower left."""
    across, down = below.places[0] - left.high, below.low - left.places[-1]
    return (
        -_LEVEL - 1 <= across <= 1.6 * below.step
        and -_LEVEL - 1 <= down <= 1.6 * left.step
        and (below.is_even() or left.is_even())
    )


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


def _labelled(box: Box, labels: Sequence[Word], words: Sequence[Word], em: float) -> Figure:
    """The chart with its words: what stands in it, the labels of its axes, and what is set in their type beside it."""
    inside = [word for word in words if contains_point(box, *centre(word.bbox))]
    chosen = {id(word): word for word in (*inside, *labels)}
    fonts = Counter(word.font for word in labels if word.font)
    if fonts:
        font = fonts.most_common(1)[0][0]
        body = Counter(word.font for word in words)
        theirs = _family(font)
        total = sum(body.values())
        if sum(count for name, count in body.items() if _family(name) == theirs) < 0.5 * total:
            kin = [word for word in words if _family(word.font) == theirs and id(word) not in chosen]
            _take_kin(chosen, kin, box, em)
    _take_title(chosen, words, box, em)
    extent = union([box, *(word.bbox for word in chosen.values())])
    chosen |= {id(word): word for word in words if contains_point(extent, *centre(word.bbox))}
    taken = list(chosen.values())
    order = {id(word): place for place, word in enumerate(words)}
    taken.sort(key=lambda word: order[id(word)])
    return Figure(union([box, *(word.bbox for word in taken)]), chart=True, words=taken)


def _family(font: str) -> str:
    return re.split("[-,]", font.rpartition("+")[2], maxsplit=1)[0].lower()


def _take_kin(chosen: dict[int, Word], kin: list[Word], box: Box, em: float) -> None:
    """Words in the type of the labels that stand near the chart or near one another: titles of axes, a legend."""
    x0, y0, x1, y1 = box
    bounds = (x0 - 12 * em, y0 - 5 * em, x1 + 16 * em, y1 + 7 * em)
    kin = [word for word in kin if inside_share(word.bbox, bounds) > 0.99]
    extent = union([box, *(word.bbox for word in chosen.values())])
    changed = True
    while changed:
        changed = False
        for word in kin:
            if id(word) not in chosen and _near(word.bbox, extent, 2.2 * em):
                chosen[id(word)] = word
                extent = union((extent, word.bbox))
                changed = True


def _take_title(chosen: dict[int, Word], words: Sequence[Word], box: Box, em: float) -> None:
    """The chart's title: a short line over the middle of its axes, with nothing beside it."""
    top = min([box[1], *(word.bbox[1] for word in chosen.values())])
    near = {
        word.line
        for word in words
        if box[0] < word.bbox[2] and word.bbox[0] < box[2] and top - _TITLE_EM * em < word.bbox[3] <= top + 1
        and id(word) not in chosen and not word.style & _ROTATED
    }  # fmt: skip
    lines: dict[int, list[Word]] = {}
    for word in words if near else ():
        if word.line in near and word.line >= 0:
            lines.setdefault(word.line, []).append(word)
    if len(lines) != 1:
        return
    (line,) = lines.values()
    around = union(word.bbox for word in line)
    text = " ".join(word.text for word in line)
    middle = abs(around[0] + around[2] - box[0] - box[2]) < 2 * _MIDDLE
    if not middle or width(around) > width(box) or len(line) > _TITLE_WORDS or not any(map(str.isalpha, text)):
        return
    if not is_caption(text, around, [box], em) and not _PANEL_NAME.match(text):
        chosen |= {id(word): word for word in line}


def _near(a: Box, b: Box, reach: float) -> bool:
    return a[0] - b[2] < reach and b[0] - a[2] < reach and a[1] - b[3] < reach and b[1] - a[3] < reach


def _is_label(word: Word, below: Ticks, left: Ticks | None, em: float) -> bool:
    """Whether a word stands at a tick mark: right under it, or right before it."""
    x, y = centre(word.bbox)
    if -0.5 * em < word.bbox[1] - below.high < 1.2 * em and any(abs(x - place) < 0.45 * em for place in below.places):
        return True
    if left is None:
        return False
    return 0 <= left.low - word.bbox[2] + 0.5 * em < 1.6 * em and any(abs(y - p) < 0.6 * em for p in left.places)


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
