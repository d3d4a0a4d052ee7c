"""Rules and shapes of a page from its vector graphics."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import pymupdf
from pymupdf import mupdf

from docparse.geometry import Box, clip
from docparse.schemas.page import Rule, Shape

Path = dict[str, Any]
_Turn = tuple[float, float, float, float, float, float]  # MuPDF's matrix

_RULE_THICKNESS_PT = 3.0
_STRAIGHT_PT = 1.0  # how far a rule may slope
_MERGE_ACROSS_PT, _MERGE_ALONG_PT = 0.75, 1.5  # rules this close make one
_CELL_PT, _MOST_CELLS = 6.0, 400  # of boxes that one path fills
_HAIR_PT = 0.5  # by which a rule at the edge of a clip may lie outside
_MOST_PATHS = 60_000
_STENCIL_PT, _MOST_STENCILS = 1.2, 400  # thickness and number of rules that are images
_MOST_CONTENT_BYTES = 4 << 20  # compressed content beyond this is a map or a plot
_MUCH_CONTENT_BYTES = 128 << 10  # compressed content from which on it pays to count the paths first
EVERYWHERE = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
_PAPER = 0.97  # channels of a colour that paper has


def read_drawings(page: pymupdf.Page, display_list: pymupdf.DisplayList) -> tuple[list[Path], tuple[str, ...]]:
    """MuPDF's paths in display coordinates, and flags.

    None and "drawings_skipped" on a page that is all drawing or whose drawings are damaged; "content_lost" where the
    file lacks a part of what the page is drawn from. What can still be read is, whatever the drawings are like.
    """
    lengths, lost = _content_bytes(page)
    flags = ("content_lost",) if lost else ()
    if sum(lengths) > _MOST_CONTENT_BYTES or (sum(lengths) > _MUCH_CONTENT_BYTES and _too_many(display_list)):
        return [], (*flags, "drawings_skipped")
    try:
        paths = _as_seen(page)
    except (RuntimeError, ValueError):
        return [], (*flags, "drawings_skipped")
    if len(paths) > _MOST_PATHS:
        return [], (*flags, "drawings_skipped")
    if not paths:
        return _stencilled(display_list), flags
    if not page.rotation:
        return paths, flags
    matrix = page.rotation_matrix
    turn = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
    return [_turned(path, turn) for path in paths], flags


def _as_seen(page: pymupdf.Page) -> list[Path]:
    """Paths as far as clips show them: plots draw bands and curves beyond their axes and cut them, browsers the stroke
    of a root, others paint the page for every band of a table."""
    clips: dict[int, Box] = {}
    paths: list[Path] = []
    for path in page.get_cdrawings(extended=True):
        level = path["level"]
        if clips and max(clips) >= level:
            clips = {at: box for at, box in clips.items() if at < level}
        if path["type"] == "clip":
            clips[level] = path["scissor"]
        elif "items" in path:
            seen = _cut(path, clips.values()) if clips else path
            if seen is not None:
                paths.append(seen)
    return paths


def _cut(path: Path, clips: Iterable[Box]) -> Path | None:
    """A path within clips; None where nothing of it is. Only boxes and rules have their items cut: a curve's points are
    the data of a plot."""
    x0, y0, x1, y1 = path["rect"]
    for box in clips:
        x0, y0, x1, y1 = max(x0, box[0]), max(y0, box[1]), min(x1, box[2]), min(y1, box[3])
    if x1 < x0 - _HAIR_PT or y1 < y0 - _HAIR_PT:
        return None
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if box == path["rect"]:
        return path
    items = path["items"]
    if all(item[0] == "re" for item in items):
        cut = [(*_within(item[1][:2], box), *_within(item[1][2:], box)) for item in items]
        items = [("re", each) for each in cut if each[0] < each[2] or each[1] < each[3]]
    elif all(item[0] == "l" and _is_straight(item) for item in items):
        items = [("l", _within(item[1], box), _within(item[2], box)) for item in items]
    return {**path, "rect": box, "items": items}


def _is_straight(item: Any) -> bool:
    (x0, y0), (x1, y1) = item[1], item[2]
    return bool(min(abs(x1 - x0), abs(y1 - y0)) <= _STRAIGHT_PT)


def _within(point: tuple[float, float], box: Box) -> tuple[float, float]:
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


class _Stencils(mupdf.FzDevice2):  # type: ignore[misc]
    """Boxes of the stencils that a page paints through, as far as they are thin."""

    def __init__(self) -> None:
        super().__init__()
        self.thin: list[Box] = []
        self.use_virtual_fill_image_mask()

    def fill_image_mask(self, context: Any, image: Any, matrix: Any, *_: Any) -> None:
        del context, image
        xs, ys = (
            (start, start + a + b) for start, a, b in ((matrix.e, matrix.a, matrix.c), (matrix.f, matrix.b, matrix.d))
        )
        box = (min(xs), min(ys), max(xs), max(ys))
        if _thin(box) and min(box[2] - box[0], box[3] - box[1]) <= _STENCIL_PT:
            self.thin.append(box)


def _stencilled(display_list: pymupdf.DisplayList) -> list[Path]:
    """Rules that are images of one pixel: old converters draw none otherwise. None of pictures cut into strips."""
    stencils = _Stencils()
    try:
        mupdf.fz_run_display_list(display_list.this, stencils, mupdf.FzMatrix(), EVERYWHERE, mupdf.FzCookie())
        mupdf.fz_close_device(stencils)
    except (RuntimeError, ValueError):
        return []
    if len(stencils.thin) > _MOST_STENCILS:
        return []
    return [{"type": "f", "rect": box, "items": [("re", box)], "fill": (0.0, 0.0, 0.0)} for box in stencils.thin]


class _Counter(mupdf.FzDevice2):  # type: ignore[misc]
    """Counts the paths that a page paints, up to twice as many as are taken: one filled and stroked counts twice."""

    def __init__(self, cookie: mupdf.FzCookie) -> None:
        super().__init__()
        self.left = 2 * _MOST_PATHS
        self._cookie = cookie
        self.use_virtual_fill_path()
        self.use_virtual_stroke_path()

    def fill_path(self, *_: Any) -> None:
        self.left -= 1
        if self.left < 0:
            self._cookie.m_internal.abort = 1

    stroke_path = fill_path


def _too_many(display_list: pymupdf.DisplayList) -> bool:
    """Whether a page paints far more paths than are taken: counting them takes a small part of reading them."""
    cookie = mupdf.FzCookie()
    counter = _Counter(cookie)
    mupdf.fz_run_display_list(display_list.this, counter, mupdf.FzMatrix(), EVERYWHERE, cookie)
    mupdf.fz_close_device(counter)
    return counter.left < 0


def _content_bytes(page: pymupdf.Page) -> tuple[list[int], bool]:
    """Compressed sizes of the page's content streams, and whether any of them is not in the file."""
    sizes: list[int] = []
    lost = False
    for xref in page.get_contents():
        try:
            kind, value = page.parent.xref_get_key(xref, "Length")
        except (RuntimeError, ValueError):
            lost = True
            continue
        if kind == "int":
            sizes.append(int(value))
    return sizes, lost


def opaque_fills(paths: Sequence[Path]) -> list[Box]:
    return [path["rect"] for path in paths if "f" in path["type"] and path.get("fill_opacity", 1.0) >= 0.9]


def rules_and_shapes(paths: Sequence[Path], width: float, height: float) -> tuple[tuple[Rule, ...], tuple[Shape, ...]]:
    """Straight strokes and thin boxes, collinear ones merged; everything else that is drawn and not white."""
    rules: list[Rule] = []
    shapes: list[Shape] = []
    for path in paths:
        stroke = path.get("color") if "s" in path["type"] and path.get("stroke_opacity", 1.0) > 0.05 else None
        fill = path.get("fill") if "f" in path["type"] and path.get("fill_opacity", 1.0) > 0.05 else None
        filled, stroked = _ink(fill), _ink(stroke)
        if filled is None and stroked is None:
            continue
        colour = filled if filled is not None else stroked or 0
        found = list(_rules(path, stroked is not None, colour))
        rules += found
        solid = filled is not None
        if len(found) < len(path["items"]) or (solid and not _thin(path["rect"])):
            cells = _cells(path["items"]) if solid else []
            segments = 1 if cells or _is_box(path["items"]) else len(path["items"])
            boxes = (clip(each, width, height) for each in cells or [path["rect"]])
            shapes += [Shape(box, segments, solid, colour) for box in boxes if box[2] > box[0] and box[3] > box[1]]
    return tuple(_merged(_clipped(rules, width, height))), tuple(shapes)


def _rules(path: Path, stroked: bool, colour: int) -> Iterator[Rule]:
    thickness = path.get("width") or 0.0
    for item in path["items"]:
        if item[0] == "l" and stroked:
            (x0, y0), (x1, y1) = item[1], item[2]
            across, down = abs(x1 - x0), abs(y1 - y0)
            if _is_straight(item) and max(across, down) > _STRAIGHT_PT:
                yield Rule((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), across >= down, thickness, colour)
        elif item[0] in ("re", "qu"):
            x0, y0, x1, y1 = item[1] if item[0] == "re" else _bounds(item[1])
            if _thin((x0, y0, x1, y1)):
                yield Rule((x0, y0, x1, y1), x1 - x0 >= y1 - y0, min(x1 - x0, y1 - y0), colour)
            elif stroked and item[0] == "re":
                yield Rule((x0, y0, x1, y0), True, thickness, colour)
                yield Rule((x0, y1, x1, y1), True, thickness, colour)
                yield Rule((x0, y0, x0, y1), False, thickness, colour)
                yield Rule((x1, y0, x1, y1), False, thickness, colour)
    if not stroked and len(path["items"]) > 1 and _thin(path["rect"]) and all(i[0] == "l" for i in path["items"]):
        x0, y0, x1, y1 = path["rect"]  # a thin box drawn as a filled outline
        yield Rule((x0, y0, x1, y1), x1 - x0 >= y1 - y0, min(x1 - x0, y1 - y0), colour)


def _is_box(items: Sequence[Any]) -> bool:
    """Whether a path is the outline of an upright box, drawn side by side."""
    if not 3 <= len(items) <= 5 or any(item[0] != "l" for item in items):
        return False
    sides = [(abs(item[2][0] - item[1][0]), abs(item[2][1] - item[1][1])) for item in items]
    return all(min(side) <= _STRAIGHT_PT < max(side) or max(side) <= _STRAIGHT_PT for side in sides)


def _cells(items: Sequence[Any]) -> list[Box]:
    """The boxes of a path that is nothing else, as of the grounds of several cells."""
    boxes = [item[1] for item in items if item[0] == "re"]
    large = all(min(x1 - x0, y1 - y0) >= _CELL_PT for x0, y0, x1, y1 in boxes)
    return boxes if large and len(boxes) == len(items) <= _MOST_CELLS else []


def _thin(box: Box) -> bool:
    w, h = box[2] - box[0], box[3] - box[1]
    short, long = (w, h) if w < h else (h, w)
    return short <= _RULE_THICKNESS_PT and long > 2 * short


def _bounds(quad: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*quad, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _clipped(rules: Iterable[Rule], width: float, height: float) -> Iterator[Rule]:
    for rule in rules:
        x0, y0, x1, y1 = rule.bbox
        if x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height:
            if (x1 > x0) if rule.horizontal else (y1 > y0):
                yield rule
        elif x1 >= 0 and y1 >= 0 and x0 <= width and y0 <= height:
            box = clip(rule.bbox, width, height)
            if (box[2] - box[0] if rule.horizontal else box[3] - box[1]) > 0:
                yield rule._replace(bbox=box)


def _merged(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Collinear rules that touch as one: cell borders come segment by segment, dotted lines dot by dot."""
    rows = sorted(rules, key=lambda rule: (rule.horizontal, _level(rule)))
    for _, row in groupby(_numbered(rows), key=lambda pair: pair[0]):
        last: Rule | None = None
        for rule in sorted((rule for _, rule in row), key=_start):
            if last is not None and _start(rule) <= _end(last) + _MERGE_ALONG_PT and rule.colour == last.colour:
                last = _joined(last, rule)
            else:
                if last is not None:
                    yield last
                last = rule
        if last is not None:
            yield last


def _numbered(rules: Sequence[Rule]) -> Iterator[tuple[int, Rule]]:
    """Rules of one row carry one number."""
    number, horizontal, level = -1, False, 0.0
    for rule in rules:
        if number < 0 or rule.horizontal != horizontal or _level(rule) - level > _MERGE_ACROSS_PT:
            number, horizontal, level = number + 1, rule.horizontal, _level(rule)
        yield number, rule


def _level(rule: Rule) -> float:
    box = rule.bbox
    return (box[1] + box[3]) / 2 if rule.horizontal else (box[0] + box[2]) / 2


def _start(rule: Rule) -> float:
    return rule.bbox[0] if rule.horizontal else rule.bbox[1]


def _end(rule: Rule) -> float:
    return rule.bbox[2] if rule.horizontal else rule.bbox[3]


def _joined(a: Rule, b: Rule) -> Rule:
    box = (min(a.bbox[0], b.bbox[0]), min(a.bbox[1], b.bbox[1]), max(a.bbox[2], b.bbox[2]), max(a.bbox[3], b.bbox[3]))
    return Rule(box, a.horizontal, max(a.width, b.width), a.colour)


@functools.lru_cache(maxsize=1024)
def _ink(colour: tuple[float, ...] | None) -> int | None:
    """A colour as 0xRRGGBB; None for that of paper, which nobody sees."""
    if not colour or all(channel >= _PAPER for channel in colour):
        return None
    red, green, blue = (round(255 * min(1.0, max(0.0, channel))) for channel in colour)
    return red << 16 | green << 8 | blue


def _turned(path: Path, turn: _Turn) -> Path:
    """A path of the unrotated page on the page as displayed."""
    items = [(item[0], *(_turned_value(value, turn) for value in item[1:])) for item in path["items"]]
    return path | {"rect": _turned_value(path["rect"], turn), "items": items}


def _turned_value(value: Any, turn: _Turn) -> Any:
    """A point, a box or a tuple of such after a turn by right angles."""
    if not isinstance(value, tuple):
        return value
    if isinstance(value[0], tuple):
        return tuple(_turned_value(point, turn) for point in value)
    a, b, c, d, e, f = turn
    x, y = value[0], value[1]
    x, y = a * x + c * y + e, b * x + d * y + f
    if len(value) == 2:
        return x, y
    right, down = value[2], value[3]
    right, down = a * right + c * down + e, b * right + d * down + f
    return min(x, right), min(y, down), max(x, right), max(y, down)
