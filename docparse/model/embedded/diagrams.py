"""Diagrams of boxes and arrows: frames with labels in them, and strokes that lead from one to another; and trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from docparse.geometry import Box, area, contains_point, height, inside_share, overlap, union, width
from docparse.model.embedded.clusters import clusters
from docparse.model.embedded.figure_reach import grown, labels_of, rows_of, strokes_of
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.line_drawings import fat
from docparse.model.embedded.tables.text_rows import words_in
from docparse.schemas.page import PageImage, Word

_MOST = 4000  # shapes and rules that are looked at
_MOST_BOXES, _MOST_PAIRS = 400, 200_000  # of a diagram; with more a page has tables or a plan
_LARGEST, _LEAST_EM = 0.2, 1.0  # a frame of the page, and its least side
_MEET = 1.5  # page units that rules of a frame may miss one another
_TILED = 0.6  # of a box that its parts fill
_LINE_WORDS, _WORDS = 7, 90  # of a label: more in a line are prose
_HEAD_EM = (0.15, 2.0)  # sides of an arrow's head
_SLANT_EM = 0.5  # lesser side of a stroke that is neither level nor upright
_TOUCH_EM = 0.5
_LEAST_FRAMES, _LEAST_STROKES = 3, 2
_LONE = 2.0  # frames without strokes for each with them: cells of tables
_AROUND, _GROUND = 4.0, 0.7  # of a diagram and of the page, that the ground it lies on may have
_NAME_EM, _FEW = 1.5, 0.2  # from the end of a branch to its name; shapes beside a tree for each of its strokes
_CUT = 0.05  # of a label at the edge
_BESIDE, _AMID = 3, 0.3  # words of a line beside a box, and the share of words in it that are of such lines
_PROSE, _PROSE_AROUND = 0.4, 0.15  # of the words in it, and in the ground


def with_diagrams(plots: list[Figure], page: PageImage, words: Sequence[Word], em: float) -> list[Figure]:
    """The plots of a page and the diagrams that it draws beside them, each with its words."""
    taken = {id(word) for plot in plots for word in plot.words}
    free = [word for word in words if id(word) not in taken]
    found = [*_diagrams(page, free, em), *_trees(page, free, em)]
    return [*plots, *(each for each in found if not any(overlap(each.bbox, plot.bbox) > 0 for plot in plots))]


def without_diagrams(page: PageImage, plots: Sequence[Figure]) -> PageImage:
    """The page without the rules of its diagrams, which are no tables' edges."""
    boxes = [_grown(plot.bbox) for plot in plots if not (plot.chart or plot.music)]
    if not boxes:
        return page
    rules = tuple(r for r in page.rules if not any(inside_share(fat(r.bbox), box) > 0.9 for box in boxes))
    return replace(page, rules=rules)


def _diagrams(page: PageImage, words: Sequence[Word], em: float) -> list[Figure]:
    shapes = page.shapes[:_MOST]
    strokes = [s.bbox for s in shapes if not s.filled and min(width(s.bbox), height(s.bbox)) > _SLANT_EM * em]
    heads = [s.bbox for s in shapes if 2 <= s.segments <= 8 and _is_head(s.bbox, em)]
    if len(strokes) + len(heads) < _LEAST_STROKES or not words:
        return []
    size = page.width * page.height
    drawn = [s.bbox for s in shapes if s.segments == 1 or s.segments >= 4]
    boxes = [box for box in (*drawn, *_frames(page)) if min(width(box), height(box)) > _LEAST_EM * em]
    if len(boxes) > _MOST_BOXES:
        return []
    frames = _labelled([box for box in boxes if area(box) < _LARGEST * size], words)
    if len(frames) < _LEAST_FRAMES or len(frames) * len(page.rules) > _MOST_PAIRS:
        return []
    links = [box for box in (*strokes, *heads) if not any(_is_same(box, frame) for frame in frames)]
    rules = [fat(rule.bbox) for rule in page.rules[:_MOST] if not any(_is_side(rule.bbox, frame) for frame in frames)]
    parts = [*frames, *links, *rules]
    found: list[Box] = []
    for members in clusters(parts, _TOUCH_EM * em):
        own = [parts[i] for i in members if i < len(frames)]
        lines = [parts[i] for i in members if len(frames) <= i < len(frames) + len(links)]
        if len(own) < _LEAST_FRAMES:
            continue
        linked = [frame for frame in own if any(_touch(frame, line, _TOUCH_EM * em) for line in lines)]
        if len(linked) < _LEAST_FRAMES or len(lines) < _LEAST_STROKES or len(own) > (1 + _LONE) * len(linked):
            continue
        box = union(parts[i] for i in members)
        if _prose_in(box, words) > _PROSE or _is_in_text(box, words):
            continue
        around = [
            b for b in boxes if area(b) < min(_AROUND * area(box), _GROUND * size) and inside_share(box, b) > 0.95
        ]
        found.append(max((b for b in around if _prose_in(b, words) <= _PROSE_AROUND), key=area, default=box))
    return [Figure(box, words=words_in(words, box)) for box in _with_labels(found, page, words, em)]


def _trees(page: PageImage, words: Sequence[Word], em: float) -> list[Figure]:
    """Trees of level and upright strokes, as of phylogenies, each with the names at its branches."""
    level = [rule.bbox for rule in page.rules[:_MOST] if rule.horizontal]
    upright = [rule.bbox for rule in page.rules[:_MOST] if not rule.horizontal]
    branching = _branching(level, upright)
    if not branching:
        return []
    parts = [*level, *upright]
    found = []
    for members in clusters(list(map(fat, parts)), _MEET):
        if not any(parts[i] in branching for i in members):
            continue
        box = union(fat(parts[i]) for i in members)
        ends = [parts[i] for i in members if i < len(level)]
        names = [union(w.bbox for w in line) for line in _lines(words) if not _is_long(line) and _is_at(line, ends, em)]
        box = union([box, *names])
        inner = words_in(words, box)
        reach = (box[0] - em, box[1] - em, box[2] + em, box[3] + em)
        more = sum(overlap(reach, shape.bbox) > 0 for shape in page.shapes[:_MOST])  # then it is part of a figure
        if (
            len(inner) >= _LEAST_FRAMES
            and more < max(_LEAST_STROKES, _FEW * len(members))
            and not any(map(_is_long, _lines(inner)))
        ):
            found.append(Figure(box, words=inner))
    return found


def _branching(level: Sequence[Box], upright: Sequence[Box]) -> set[Box]:
    """The strokes to whose midst one comes and from whose ends others go on to the right, where nothing bounds them."""
    starts, ends = _by_place(level, 0), _by_place(level, 2)
    sides = _by_place(upright, 0)
    found = set()
    for stroke in upright:
        x, top, _, bottom = stroke
        out = [rule for rule in _near(starts, x) if min(abs(rule[1] - top), abs(rule[1] - bottom)) < _MEET]
        into = [rule for rule in _near(ends, x) if top + _MEET < rule[1] < bottom - _MEET]
        free = [rule for rule in out if not any(s[1] - _MEET < rule[1] < s[3] + _MEET for s in _near(sides, rule[2]))]
        if len(free) == len(out) == 2 and len(into) == 1:
            found.add(stroke)
    return found


def _by_place(rules: Sequence[Box], side: int) -> dict[int, list[Box]]:
    places: dict[int, list[Box]] = {}
    for rule in rules:
        places.setdefault(round(rule[side]), []).append(rule)
    return places


def _near(places: dict[int, list[Box]], x: float) -> list[Box]:
    return [rule for at in (-1, 0, 1) for rule in places.get(round(x) + at, ())]


def _is_at(line: Sequence[Word], ends: Sequence[Box], em: float) -> bool:
    """Whether a name begins where a branch ends, or stands on it."""
    x, (_, y0, _, y1) = line[0].bbox[0], union(word.bbox for word in line)
    return any(rule[0] - em < x < rule[2] + _NAME_EM * em and y0 - em / 2 < rule[1] < y1 + em / 2 for rule in ends)


def _with_labels(found: Sequence[Box], page: PageImage, words: Sequence[Word], em: float) -> list[Box]:
    """The boxes with the strokes that go on from them, the labels beside them, and those that they cut through."""
    if not found:
        return []
    lines = [(union(word.bbox for word in line), _is_long(line)) for line in _lines(words)]
    texts = [box for box, is_text in lines if is_text]
    strokes, labels = strokes_of(page), labels_of(rows_of(words, em), of_picture=False)
    whole = []
    for box in found:
        walls = [*texts, *(other for other in found if other is not box)]
        cut = [other for other, is_text in lines if not is_text and inside_share(other, box) > _CUT]
        whole.append(grown(box, [*strokes, *cut], labels, walls, em))
    return whole


def _is_in_text(box: Box, words: Sequence[Word]) -> bool:
    """Whether much of what stands in a box is of lines that go on beside it: keys drawn in running text."""
    lines = [(line, len(words_in(line, box))) for line in _lines(words)]
    amid = sum(inner for line, inner in lines if len(line) - inner >= _BESIDE)
    return amid > _AMID * sum(inner for _, inner in lines)


def _prose_in(box: Box, words: Sequence[Word]) -> float:
    """The share of a box's words that stand in long lines."""
    inner = words_in(words, box)
    return sum(len(line) for line in _lines(inner) if _is_long(line)) / max(len(inner), 1)


def _is_head(box: Box, em: float) -> bool:
    low, high = _HEAD_EM
    return low * em < min(width(box), height(box)) and max(width(box), height(box)) < high * em


def _frames(page: PageImage) -> Iterator[Box]:
    """Rectangles of rules."""
    level = [rule.bbox for rule in page.rules[:_MOST] if rule.horizontal]
    upright: dict[tuple[int, int], list[float]] = {}
    for rule in page.rules[:_MOST]:
        if not rule.horizontal:
            upright.setdefault((round(rule.bbox[1]), round(rule.bbox[3])), []).append(rule.bbox[0])
    levels: dict[int, list[Box]] = {}
    for box in level:
        levels.setdefault(round(box[1]), []).append(box)
    for (top, bottom), sides in upright.items():
        for left, right in pairwise(sorted(sides)):
            near = (box for edge in (top, bottom) for at in (edge - 1, edge, edge + 1) for box in levels.get(at, ()))
            if any(box[0] < left + _MEET and box[2] > right - _MEET for box in near):  # a tab may break the other one
                yield (left, float(top), right, float(bottom))


def _labelled(boxes: Sequence[Box], words: Sequence[Word]) -> list[Box]:
    """The boxes with labels in them and no prose. Of those drawn twice at one place it is one, of those in others the
    one around them, unless they stand apart in it: then it is the ground of a diagram.
    """
    kept: list[Box] = []
    for box in sorted(boxes, key=area):
        if any(_is_same(box, other) for other in kept):
            continue
        label = words_in(words, box)
        if not 0 < len(label) <= _WORDS or any(map(_is_long, _lines(label))):
            continue
        inner = [other for other in kept if inside_share(other, box) > 0.9]
        if len(inner) < 2 or sum(map(area, inner)) > _TILED * area(box):
            kept = [other for other in kept if other not in inner]
            kept.append(box)
    return kept


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return list(lines.values())


def _is_long(line: Sequence[Word]) -> bool:
    return len(line) > _LINE_WORDS


def _is_same(box: Box, other: Box) -> bool:
    """Whether they are one frame, drawn as a ground and as its edge, or again as its shadow."""
    return overlap(box, other) > 0.7 * max(area(box), area(other))


def _grown(box: Box) -> Box:
    return (box[0] - _MEET, box[1] - _MEET, box[2] + _MEET, box[3] + _MEET)


def _is_side(rule: Box, frame: Box) -> bool:
    inner = _grown(frame)
    return contains_point(inner, rule[0], rule[1]) and contains_point(inner, rule[2], rule[3])


def _touch(frame: Box, line: Box, gap: float) -> bool:
    """Whether a stroke reaches a frame and goes away from it."""
    near = max(line[0] - frame[2], frame[0] - line[2], line[1] - frame[3], frame[1] - line[3]) < gap
    return near and inside_share(line, frame) < 0.9
