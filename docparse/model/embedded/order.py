"""Reading order of boxes: bands and columns found by cutting at white space, recursively (after XY-cut).

Neighbouring bands that share a column gutter are read column by column; what crosses the gutter (titles, wide
figures) parts the page into such groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import pairwise
from typing import NamedTuple

from docparse.geometry import Box
from docparse.schemas.page import Rule

_DEPTH = 40
_ACROSS = 0.9  # of the width of a page's text
_LONGER_PAUSE = 1.2  # than the usual distance in the columns
_BESIDE_BANDS, _BESIDE_EM = 3, 8.0
_GUTTER_EM = 0.4
# over the head of what follows, and to what is under it, be it a heading by its type or not
_PAUSE_EM, _HEADING, _NEARER = 1.0, 0.8, 1.3
_COUNTED = 3  # numbers without a gap, from which on they tell the order
_COUNTED_DEPTH = 3  # of cuts within cuts, where the order is tried in other ways
_SPLIT_SHARE = 0.25  # of the height of bands with a common gutter, which must have text on both of its sides


class Told(NamedTuple):
    """What the texts of boxes tell of their order, by the indices of the boxes.

    `numbers` are those that texts begin with: they say whether cards in rows and columns are read across or down.
    """

    numbers: Mapping[int, int] = {}
    headings: Set[int] = frozenset()


def reading_order(
    boxes: Sequence[Box], em: float, *, rtl: bool = False, rules: Sequence[Rule] = (), told: Told | None = None
) -> list[int]:
    """Indices of `boxes` in reading order; `em` is the body font size in page units.

    Of `rules` those part the page that run under or over all that stands there.
    """
    if rtl:
        boxes = [(-b[2], b[1], -b[0], b[3]) for b in boxes]
    parts = [list(range(len(boxes)))]
    for y in _cutting(rules, boxes, rtl):
        last = parts.pop()
        parts += [[i for i in last if boxes[i][3] <= y + 1], [i for i in last if boxes[i][3] > y + 1]]
    em, told = max(em, 1e-6), told or Told()
    floats = _floats(boxes, em)
    order = [i for part in parts for i in _order([i for i in part if i not in floats], boxes, em, 0, told)]
    if floats:
        beside = {i for left in floats.values() for i in left}
        place = 1 + max((k for k, i in enumerate(order) if i in beside), default=-1)
        order[place:place] = _order(list(floats), boxes, em, 0, told)
    return order


def _cutting(rules: Sequence[Rule], boxes: Sequence[Box], rtl: bool) -> list[float]:
    """Heights of horizontal rules as wide as the page's text that no box crosses, top to bottom."""
    if len(boxes) < 3:
        return []
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    heights = []
    for rule in rules:
        x0, y0, x1, y1 = rule.bbox
        x0, x1 = (-x1, -x0) if rtl else (x0, x1)
        if not rule.horizontal or x1 - x0 < _ACROSS * (right - left) or x0 > left + 0.1 * (right - left):
            continue
        y = (y0 + y1) / 2
        if all(box[3] <= y + 1 or box[1] >= y - 1 for box in boxes):
            heights.append(y)
    return sorted(heights)


def _order(items: list[int], boxes: Sequence[Box], em: float, depth: int, told: Told) -> list[int]:
    if len(items) < 2:
        return items
    if depth > _DEPTH:
        return sorted(items, key=lambda i: (boxes[i][1], boxes[i][0]))
    bands = _cut(items, boxes, 1, 0.02 * em)
    if len(bands) == 1:
        columns = _cut(items, boxes, 0, 0.3 * em)
        if len(columns) > 1:
            return [i for column in columns for i in _order(column, boxes, em, depth + 1, told)]
        return _order_tangled(items, boxes, em, depth, told)

    def read(sections: list[list[list[int]]]) -> list[int]:
        result: list[int] = []
        for section in sections:
            members = [i for band in section for i in band]
            columns = _cut(members, boxes, 0, 0.3 * em) if len(section) > 1 else [members]
            for column in columns:
                result += _order(column, boxes, em, depth + 1, told)
        return result

    result: list[int] = []
    for run in _groups(bands, boxes, em, told.headings):
        sections = _sections(run, boxes, em)
        found = read(sections)
        if len(run) > 1 and depth < _COUNTED_DEPTH and _falls(found, told.numbers):
            others = [read([run]), read([[band] for band in run])]
            found = min(found, *others, key=lambda order: _falls(order, told.numbers))
        result += found
    return result


def _falls(order: list[int], numbers: Mapping[int, int]) -> int:
    """How often a number in this order is smaller than the one before, where at least three, each once, count up."""
    found = [numbers[i] for i in order if i in numbers]
    if len(found) < _COUNTED or len(set(found)) < len(found) or max(found) - min(found) >= len(found):
        return 0
    return sum(b < a for a, b in pairwise(found))


def _groups(bands: list[list[int]], boxes: Sequence[Box], em: float, headings: Set[int]) -> list[list[list[int]]]:
    """Runs of bands with a common gutter that has text on both sides; a band without one stands alone."""
    groups: list[list[list[int]]] = []
    i = 0
    while i < len(bands):
        group, members = [bands[i]], list(bands[i])
        j = i + 1
        while j < len(bands) and _gaps(members + bands[j], boxes, em):
            group.append(bands[j])
            members += bands[j]
            j += 1
        while j < len(bands) and len(group) > 1 and (
            _is_of_next(group, bands[j], boxes, em) or _heads_next(group, bands[j], boxes, em, headings)
        ):  # fmt: skip
            members = members[: -len(group.pop())]
            j -= 1
        if not _side_by_side(group, boxes, em):
            first, last = _beside(group, boxes, em)
            groups += [[band] for band in group[:first]]
            groups += [group[first:last]] if first < last else []
            groups += [[band] for band in group[last:]]
        else:
            groups.append(group)
        i = j
    return groups


def _is_of_next(group: list[list[int]], below: list[int], boxes: Sequence[Box], em: float) -> bool:
    """Whether the last band of a group has columns that it shares with the next band and not with those above it:
    none of these has columns, or its own are all on one side of their gutters."""
    *above, band = group
    if not _gaps(band, boxes, em) or not _gaps(band + below, boxes, em):
        return False
    if not any(_gaps(other, boxes, em) for other in above):
        return True
    start, end = min(boxes[i][0] for i in band), max(boxes[i][2] for i in band)
    gutters = _gaps([i for other in group for i in other], boxes, em)
    return not any(start < right and left < end for left, right in gutters)


def _heads_next(group: list[list[int]], below: list[int], boxes: Sequence[Box], em: float, headings: Set[int]) -> bool:
    """Whether the last band is one box under columns, over text that begins with it and crosses their gutters: it
    stands nearer to that, as the head of a section does under a row of cards."""
    head, *others = group[-1]
    above = [i for band in group[:-1] for i in band]
    if others or not _gaps(above, boxes, em):
        return False
    over = boxes[head][1] - max(boxes[i][3] for i in above)
    under = min(boxes[i][1] for i in below) - boxes[head][3]
    begins = abs(min(boxes[i][0] for i in below) - boxes[head][0]) < em
    return begins and over > max(_PAUSE_EM * em, (_HEADING if head in headings else _NEARER) * under)


def _beside(group: list[list[int]], boxes: Sequence[Box], em: float) -> tuple[int, int]:
    """The bands from the first to the last with text in two columns, where a narrow one stands beside the main text."""
    split = [place for place, band in enumerate(group) if _gaps(band, boxes, em)]
    if len(split) < _BESIDE_BANDS:
        return 0, 0
    first, last = split[0], split[-1] + 1
    items = [i for band in group[first:last] for i in band]
    for column in _cut(items, boxes, 0, _GUTTER_EM * em):
        wide = max(boxes[i][2] for i in column) - min(boxes[i][0] for i in column)
        if len(column) < _BESIDE_BANDS or wide < _BESIDE_EM * em:
            return 0, 0
    return (first, last) if _side_by_side(group[first:last], boxes, em) else (0, 0)


def _side_by_side(group: list[list[int]], boxes: Sequence[Box], em: float) -> bool:
    """Whether enough of the bands have text in several columns: displays between short lines have not."""
    heights = [max(boxes[i][3] for i in band) - min(boxes[i][1] for i in band) for band in group]
    split = sum(height for band, height in zip(group, heights, strict=True) if _gaps(band, boxes, em))
    return split > _SPLIT_SHARE * sum(heights)


def _sections(group: list[list[int]], boxes: Sequence[Box], em: float) -> list[list[list[int]]]:
    """A run of bands cut where all its columns pause together: rows of cards, an article that ends above another."""
    columns = [set(column) for column in _cut([i for band in group for i in band], boxes, 0, _GUTTER_EM * em)]
    pauses = [min(boxes[i][1] for i in b) - max(boxes[i][3] for i in a) for a, b in pairwise(group)]
    sections = [[group[0]]]
    least = max(1.7 * em, 0.6 * max(pauses, default=0.0), _LONGER_PAUSE * _usual_gap(columns, boxes, group))
    for pause, band in zip(pauses, group[1:], strict=True):
        done = {i for other in sections[-1] for i in other}
        if pause > least and _restarts(done, band, columns, boxes, em, pause):
            sections.append([band])
        else:
            sections[-1].append(band)
    return sections


def _usual_gap(columns: list[set[int]], boxes: Sequence[Box], group: list[list[int]]) -> float:
    """Median distance of what stands one above the other, where not all columns pause, in the closest set column."""
    pauses = [(max(boxes[i][3] for i in a), min(boxes[i][1] for i in b)) for a, b in pairwise(group)]
    usual = []
    for column in columns:
        ordered = sorted(column, key=lambda i: boxes[i][1])
        between = [(boxes[a][3], boxes[b][1]) for a, b in pairwise(ordered) if boxes[b][1] > boxes[a][3]]
        gaps = sorted(end - start for start, end in between if not any(start <= p and q <= end for p, q in pauses))
        usual.append(gaps[len(gaps) // 2] if gaps else 0.0)
    return min(usual)


def _restarts(
    done: set[int], band: list[int], columns: list[set[int]], boxes: Sequence[Box], em: float, pause: float
) -> bool:
    """Whether a band starts afresh in every column, or stands alone far below columns that are complete."""
    if not all(column & done for column in columns):
        return False
    starts = [[boxes[i][1] for i in band if i in column] for column in columns]
    if not all(starts):
        return pause > 3.5 * em
    tops = [min(found) for found in starts]
    return max(tops) - min(tops) < 0.4 * em


def _gaps(items: list[int], boxes: Sequence[Box], em: float) -> list[tuple[float, float]]:
    """Empty stripes between the items' x ranges that are wide enough for a gutter."""
    spans = sorted((boxes[i][0], boxes[i][2]) for i in items)
    gaps = []
    end = spans[0][1]
    for x0, x1 in spans[1:]:
        if x0 - end > _GUTTER_EM * em:
            gaps.append((end, x0))
        end = max(end, x1)
    return gaps


def _cut(items: list[int], boxes: Sequence[Box], axis: int, least: float) -> list[list[int]]:
    """Items parted at every empty stripe across the axis (0: columns, 1: bands)."""
    ordered = sorted(items, key=lambda i: (boxes[i][axis], boxes[i][axis + 2]))
    parts = [[ordered[0]]]
    end = boxes[ordered[0]][axis + 2]
    for i in ordered[1:]:
        if boxes[i][axis] - end > least:
            parts.append([i])
        else:
            parts[-1].append(i)
        end = max(end, boxes[i][axis + 2])
    return parts


def _order_tangled(items: list[int], boxes: Sequence[Box], em: float, depth: int, told: Told) -> list[int]:
    """No clean cut: shrink the boxes; failing that, let the widest box part what is above it from what is below."""
    shrunk = list(boxes)
    for i in items:
        x0, y0, x1, y1 = boxes[i]
        dx, dy = min(0.6 * em, 0.25 * (x1 - x0)), min(0.35 * em, 0.25 * (y1 - y0))
        shrunk[i] = (x0 + dx, y0 + dy, x1 - dx, y1 - dy)
    if len(_cut(items, shrunk, 1, 0.02 * em)) > 1 or len(_cut(items, shrunk, 0, 0.3 * em)) > 1:
        return _order(items, shrunk, em, depth + 1, told)
    wide = max(items, key=lambda i: boxes[i][2] - boxes[i][0])
    middle = (boxes[wide][1] + boxes[wide][3]) / 2
    above = [i for i in items if i != wide and (boxes[i][1] + boxes[i][3]) / 2 < middle]
    below = [i for i in items if i != wide and (boxes[i][1] + boxes[i][3]) / 2 >= middle]
    if not above or not below:
        return sorted(items, key=lambda i: (boxes[i][1], boxes[i][0]))
    return [
        *_order(above, boxes, em, depth + 1, told), wide, *_order(below, boxes, em, depth + 1, told)
    ]  # fmt: skip


def _floats(boxes: Sequence[Box], em: float) -> dict[int, list[int]]:
    """What stands over the gutter of two columns whose text makes room for it, and the boxes left of it.

    A picture and its caption: the text above and below them is wide, so boxes on both sides reach into theirs.
    """
    into: dict[int, list[int]] = {}
    ordered = sorted(range(len(boxes)), key=lambda i: boxes[i][1])
    for place, i in enumerate(ordered):
        x0, _, x1, y1 = boxes[i]
        for j in ordered[place + 1 :]:
            if boxes[j][1] >= y1 - em:
                break
            if min(boxes[j][2], x1) - max(boxes[j][0], x0) > em < min(boxes[j][3], y1) - boxes[j][1]:
                into.setdefault(i, []).append(j)
                into.setdefault(j, []).append(i)
    floats: dict[int, list[int]] = {}
    for i, others in into.items():
        x0, _, x1, _ = boxes[i]
        left = [j for j in others if boxes[j][0] < x0 - em and boxes[j][2] < x1 - em]
        right = [j for j in others if boxes[j][0] > x0 + em and boxes[j][2] > x1 + em]
        if left and right:
            gutter = (max(boxes[j][2] for j in left), min(boxes[j][0] for j in right))
            if gutter[0] <= gutter[1]:
                floats |= dict.fromkeys(_stack(i, ordered, boxes, gutter, 2 * em), left)
    return floats


def _stack(
    first: int, ordered: Sequence[int], boxes: Sequence[Box], gutter: tuple[float, float], near: float
) -> list[int]:
    """A box over a gutter, and what stands over it right below: the lines of its caption."""
    stack = [first]
    for i in ordered:
        x0, y0, x1, _ = boxes[i]
        above = boxes[stack[-1]]
        inside = above[0] - near < x0 < gutter[0] and gutter[1] < x1 < above[2] + near
        if i not in stack and inside and above[1] < y0 < above[3] + near:
            stack.append(i)
    return stack
