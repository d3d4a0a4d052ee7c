"""Size, baseline and weight of type that OCR read, from its ink: its boxes are as loose as they happen to be.

What letters have in common is the height of an x, or of a capital where there is nothing else. The rows of a word's ink
show both: it falls to less than half above an x and below the baseline. Sizes are told against the page's usual.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, inside_share
from docparse.model.embedded.emphasis import lines_on_bars, slanted_lines
from docparse.model.embedded.pitch import even_pitched, print_of
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.tables.text_rows import words_within
from docparse.schemas.page import PageImage, Word, WordStyle

_TALL = frozenset("bdfhkltijßбфβδζθλξψφ")  # small letters that rise above an x
_RISING = frozenset("bdfhklßбδθλ")  # as tall as capitals
_HANGING = frozenset("QJ,;()[]{}|/\\@")
_LEAST_PX = 6.0  # of an x, below which its height is no measure
_LEAST_LETTERS = 3
_EDGE, _RIM = 0.5, 0.2  # of the ink of a row of letters, at the edge of an x and where little is left
_END = 0.6  # of a stroke, which at least one letter leaves in a row
_ARCH = 0.22  # of the height of letters, at both ends
_TALL_PER_LOW = 1.48  # capitals to x, where a page does not show it
_SAME, _NEAR = 0.08, 0.06  # of the body's size, and of one another: one size of type
_SPAN, _STRAY, _MOST_STRAY = (0.7, 1.4), 4.0, 0.25  # what may be body type; tolerance to its scatter, at most
_PER_LOW = (1.7, 2.7)  # size of type to its x
_LOOSE = (0.76, 1.27)  # what a box that was not measured may deviate from the body's
_CLASS_SHARE = 0.25  # of the page's letters, which must show a measure
_UNSURE, _SURE_LETTERS = 0.15, 4
_LEAST_UNSURE = 0.4  # of the body's size, as which a few letters are believed
_CLOSE, _MISREAD = 1.25, 0.45  # heights of a line to the next ones of its paragraph; what a size may be read amiss
_CJK_DROP = 0.08  # of their height, by which Chinese characters stand under the baseline
_HEAVY, _LEAST_STROKE_PX = 1.25, 1.5  # strokes of bold type to the page's usual
_HEAVY_WIDE, _WIDE_LETTERS = 1.4, 12
_MOST_HEAVY = 0.4  # of the lines, beyond which it is no emphasis
_IN_HEADING, _ONE_HEADING = 0.5, 1.5  # share of a word; largest to smallest size in a heading
_DARKER, _SOLID, _LEAST_LINES, _MOST_DARK = 1.27, 0.6, 8, 0.3  # the same of the ink of whole lines


class _Shape(NamedTuple):
    """What the ink of words shows, in pixels, 0 where it does not: heights of an x, a capital, a Chinese character."""

    low: float = 0.0
    tall: float = 0.0
    full: float = 0.0
    stroke: float = 0.0
    baseline: float = 0.0
    letters: int = 0


def with_type(
    words: Sequence[Word], page: PageImage, tables: Sequence[Box] = (), headings: Sequence[Box] = ()
) -> list[Word]:
    """The words with size, baseline and style (bold, slanted, monospaced) of their source lines, as the ink tells them.

    The body keeps the size that its boxes have; all other sizes are told against it. Words of a text layer stay as
    they are. What stands in `tables` is no measure of how dark text is; lines of one of the `headings` that were not
    measured are of one size.
    """
    if not words or words[0].font:
        return list(words)
    rows: dict[int, list[Word]] = {}
    for word in words:
        rows.setdefault(word.line, []).append(word)
    shapes = {line: _line_shape(row, page) for line, row in rows.items()} if page.pixels is not None else {}
    usual = _usual(shapes, _letters(words))
    body = _body_size(rows, shapes, usual, page)
    found = {line: factor for line, shape in shapes.items() if (factor := _factor(shape, usual)) is not None}
    factors = _as_around(_even(found, _scatter(found.values())), rows)
    running = {line: row for line, row in rows.items() if shapes and not words_within(row, tables)}
    is_measured = usual.stroke >= _LEAST_STROKE_PX and factors
    heavy = _heavy(shapes, usual, factors) if is_measured else _dark(running, page)
    styles = [
        (int(WordStyle.BOLD), heavy | lines_on_bars(running, page)),
        (int(WordStyle.ITALIC), slanted_lines(running, page)),
        (int(WordStyle.MONO), even_pitched(rows, page)),
    ]
    titled = _in_headings({line: row for line, row in rows.items() if line not in factors}, headings)
    result = []
    for word in words:
        factor, shape = factors.get(word.line), shapes.get(word.line)
        if factor is not None and shape is not None:
            word = word._replace(size=factor.value * body, baseline=shape.baseline / page.scale_y)
        elif word.line in titled:
            word = word._replace(size=titled[word.line])
        elif _LOOSE[0] * body < word.size < _LOOSE[1] * body:
            word = word._replace(size=body)
        style = sum(flag for flag, lines in styles if word.line in lines)
        result.append(word._replace(style=word.style | style) if style else word)
    return result


def _in_headings(rows: Mapping[int, Sequence[Word]], headings: Sequence[Box]) -> dict[int, float]:
    """The usual size of the lines of a heading for each of them, where there are several and they are not far apart."""
    sizes: dict[int, float] = {}
    for box in headings:
        own = [line for line, row in rows.items() if all(inside_share(word.bbox, box) > _IN_HEADING for word in row)]
        found = [(rows[line][0].size, _letters(rows[line])) for line in own]
        if len(own) > 1 and max(found)[0] < _ONE_HEADING * min(found)[0]:
            sizes |= dict.fromkeys(own, middle(found))
    return sizes


def _body_size(
    rows: Mapping[int, Sequence[Word]], shapes: Mapping[int, _Shape], usual: _Shape, page: PageImage
) -> float:
    """Usual size of the boxes of body type, within what its letters allow: some boxes are cut close to the ink."""
    size = middle([(row[0].size, _letters(row)) for line, row in rows.items() if _is_usual(shapes.get(line), usual)])
    low = usual.low / page.scale_y
    return min(max(size, _PER_LOW[0] * low), _PER_LOW[1] * low) if low else size


def _letters(row: Sequence[Word]) -> int:
    return sum(len(word.text) for word in row)


class _Factor(NamedTuple):
    """Size of a line against the page's usual; `sure` where enough letters tell it."""

    value: float
    sure: bool
    letters: int


def _usual(shapes: Mapping[int, _Shape], letters: int) -> _Shape:
    """What most letters of the page look like; a measure that few of them have is none."""
    found = [shape for shape in shapes.values() if shape.letters]
    least = _CLASS_SHARE * letters
    low = _middle_of([(shape.low, shape.letters) for shape in found], least)
    full = _middle_of([(shape.full, shape.letters) for shape in found], least)
    low = low if low >= _LEAST_PX else 0.0
    usual = _Shape(low=low, full=full)
    body = [shape for shape in found if _is_usual(shape, usual)]
    tall = _middle_of([(shape.tall, shape.letters) for shape in body], 0.1 * least) or _TALL_PER_LOW * low
    return usual._replace(tall=tall, stroke=middle([(shape.stroke, shape.letters) for shape in body if shape.stroke]))


def _middle_of(values: Sequence[tuple[float, int]], least: float) -> float:
    known = [(value, weight) for value, weight in values if value]
    return middle(known) if known and sum(weight for _, weight in known) >= least else 0.0


def _is_usual(shape: _Shape | None, usual: _Shape) -> bool:
    """Whether a line is in the body's type, or nothing is known of either."""
    if shape is None or not (usual.low or usual.full):
        return True
    pairs = ((shape.low, usual.low), (shape.full, usual.full))
    return any(ours and theirs and abs(ours / theirs - 1) < _SAME for ours, theirs in pairs)


def _factor(shape: _Shape, usual: _Shape) -> _Factor | None:
    parts = [
        ours / theirs for ours, theirs in ((shape.low, usual.low), (shape.tall, usual.tall), (shape.full, usual.full))
        if ours and theirs
    ]  # fmt: skip
    if not parts or not (usual.low or usual.full):
        return None
    sure = bool((shape.low and usual.low) or (shape.full and usual.full)) and shape.letters >= _SURE_LETTERS
    return _Factor(min(parts, key=lambda part: abs(part - 1)), sure, shape.letters)  # fonts differ in their x


def _scatter(factors: Iterable[_Factor]) -> float:
    """How far the sizes of body type stray from the usual, as they do in bad print: their usual distance from 1."""
    near = [factor for factor in factors if factor.sure and _SPAN[0] < factor.value < _SPAN[1]]
    return middle([(abs(factor.value - 1), factor.letters) for factor in near])


def _even(known: Mapping[int, _Factor], scatter: float) -> dict[int, _Factor]:
    """The factors with those of one size of type at one value; few letters are believed only so far."""
    same = min(max(_SAME, _STRAY * scatter), _MOST_STRAY)
    body = {line for line, factor in known.items() if abs(factor.value - 1) < (same if factor.sure else _UNSURE)}
    result = {line: known[line]._replace(value=1.0) for line in body}
    group: list[int] = []
    for line in sorted(known.keys() - body, key=lambda line: known[line].value):
        if group and known[line].value > (1 + same * _NEAR / _SAME) * _mean([known[member] for member in group]):
            group = []
        group.append(line)
        mean = _mean([known[member] for member in group])
        result |= {member: known[member]._replace(value=mean) for member in group}
    return {line: factor for line, factor in result.items() if factor.sure or factor.value >= _LEAST_UNSURE}


def _as_around(factors: Mapping[int, _Factor], rows: Mapping[int, Sequence[Word]]) -> dict[int, _Factor]:
    """The factors, with that of a line between two of one size, as near to it as they are to theirs, as theirs."""
    result = dict(factors)
    boxes = {line: (rows[line][0].bbox[0], rows[line][0].bbox[1], rows[line][-1].bbox[2], rows[line][0].bbox[3])
             for line in factors}  # fmt: skip
    for line, factor in factors.items():
        if factor.value == 1:
            continue
        x0, y0, x1, y1 = boxes[line]
        reach = _CLOSE * (y1 - y0)
        over, under = (
            [other for other, (u0, v0, u1, v1) in boxes.items()
             if min(x1, u1) - max(x0, u0) > 0.5 * min(x1 - x0, u1 - u0) and 0 < way * (v0 + v1 - y0 - y1) / 2 < reach]
            for way in (-1, 1)
        )  # fmt: skip
        around = {factors[other].value for other in (*over, *under)}
        if over and under and len(around) == 1 and abs(factor.value / (value := around.pop()) - 1) < _MISREAD:
            result[line] = factor._replace(value=value)
    return result


def _mean(group: Sequence[_Factor]) -> float:
    return sum(each.value * each.letters for each in group) / sum(each.letters for each in group)


def _heavy(shapes: Mapping[int, _Shape], usual: _Shape, factors: Mapping[int, _Factor]) -> set[int]:
    """Lines whose strokes are clearly thicker for their size than the page's usual; none where many are."""
    ratios = {line: shapes[line].stroke / (usual.stroke * factor.value) for line, factor in factors.items()}
    body = [(abs(ratios[line] - 1), factor.letters) for line, factor in factors.items() if factor.value == 1]
    clear = 1 + _STRAY * middle(body)
    heavy = {line for line, ratio in ratios.items() if ratio > clear and _is_heavy(shapes[line], ratio)}
    return heavy if len(heavy) <= _MOST_HEAVY * len(ratios) else set()


def _dark(rows: Mapping[int, Sequence[Word]], page: PageImage) -> set[int]:
    """Lines that are clearly darker than the page's usual: bold type whose strokes are too thin to be measured."""
    inks = {line: ink for line, row in rows.items() if (ink := _darkness(row, page))}
    if len(inks) < _LEAST_LINES:
        return set()
    heights = {line: rows[line][0].bbox[3] - rows[line][0].bbox[1] for line in inks}
    usual, high = median(inks.values()), median(heights.values())
    # a box that is higher than others has more paper in it: half of what that takes from its ink is given back
    dark = {
        line for line, ink in inks.items() if _DARKER * usual < ink * (heights[line] / high) ** 0.5 and ink < _SOLID
    }
    return dark if len(dark) <= _MOST_DARK * len(inks) else set()


def _darkness(row: Sequence[Word], page: PageImage) -> float:
    """Share of the boxes of a line's words that is inked; 0 where there are none."""
    assert page.pixels is not None
    found = []
    for word in row:
        x0, y0, x1, y1 = (max(0, int(side)) for side in page.to_px(word.bbox))
        patch = page.pixels[y0 : y1 + 1, x0 : x1 + 1, 1]
        if patch.size and len(word.text) > 1 and word.text.isalnum():
            found.append(1.0 - float(patch.mean()) / 255.0)
    return sum(found) / len(found) if found else 0.0


def _is_heavy(shape: _Shape, ratio: float) -> bool:
    """Chinese characters are of many strokes or few: a handful of them tells nothing."""
    return shape.letters >= _WIDE_LETTERS and ratio > _HEAVY_WIDE if shape.full else ratio > _HEAVY


def _line_shape(words: Sequence[Word], page: PageImage) -> _Shape:
    """The middle of what the words of a line show."""
    found = [shape for word in words if (shape := _word_shape(word, page)) is not None]

    def usual(values: Sequence[float]) -> float:
        return middle([(value, shape.letters) for value, shape in zip(values, found, strict=True) if value])

    return _Shape(
        usual([shape.low for shape in found]), usual([shape.tall for shape in found]),
        usual([shape.full for shape in found]), usual([shape.stroke for shape in found]),
        usual([shape.baseline for shape in found]),
        sum(shape.letters for shape in found),
    )  # fmt: skip


def middle(values: Sequence[tuple[float, int]]) -> float:
    """Median of values with weights; 0 of none."""
    left = sum(weight for _, weight in values) / 2
    for value, weight in sorted(values):
        left -= weight
        if left <= 0:
            return value
    return 0.0


def _word_shape(word: Word, page: PageImage) -> _Shape | None:
    """What one word shows; None where its letters have no common height."""
    assert page.pixels is not None
    letters = [unicodedata.normalize("NFD", char)[0] for char in word.text if char.isalnum()]
    wide = sum(map(is_cjk, letters))
    low = sum(char.islower() and char not in _TALL for char in letters)
    tall = sum(char.isupper() or char.isdecimal() for char in letters)
    hanging = any(char in _HANGING for char in word.text)
    rising = low >= 1 and not hanging and any(c in _RISING or c.isupper() or c.isdecimal() for c in letters)
    is_low = low >= _LEAST_LETTERS and 3 * low >= 2 * len(letters)
    is_tall = not low and tall >= 2 and tall == len(letters) and not hanging
    if len(letters) < 2 or not (is_low or is_tall or rising or 2 * wide > len(letters)):
        return None
    x0, y0, x1, y1 = (round(side) for side in page.to_px(word.bbox))
    start = max(0, y0 - 2)
    patch = print_of(page.pixels[start : y1 + 3, max(0, x0) : x1 + 1, 1])
    if patch is None:
        return None
    profile = patch.sum(axis=1)
    level = float(profile[profile > 0.5 * profile.max()].mean())
    edge = (_EDGE if is_low or rising else _RIM) * level
    top, bottom = _zone(profile, edge, _RIM * level)
    if top == 0 and bottom == len(profile) - 1:
        return None  # a rule or another line reaches into the box: letters end within it
    upper, lower = _crossing(profile, top, -1, edge), _crossing(profile, bottom, 1, edge)
    height, baseline = lower - upper, start + lower
    stroke = _stroke(patch[top : bottom + 1])
    if is_tall:
        return _Shape(tall=height, stroke=stroke, baseline=baseline, letters=len(letters))
    if not (is_low or rising):
        return _Shape(full=height, stroke=stroke, baseline=baseline - _CJK_DROP * height, letters=2 * wide)
    rise = 0.0
    if rising:
        least = _END * stroke  # of a single letter
        while top > 0 and profile[top - 1] > least:
            top -= 1
        rise = 0.0 if top == 0 else lower - _crossing(profile, top, -1, least)
    return _Shape(height if is_low else 0.0, rise, 0.0, stroke, baseline, len(letters))


def _stroke(zone: NDArray[np.float32]) -> float:
    """How thick the strokes are: the ink over the number of its runs, row by row, away from serifs and arches."""
    margin = round(_ARCH * len(zone))
    zone = zone[margin : len(zone) - margin]
    inked = zone > 0.5
    runs = int((inked[:, 1:] & ~inked[:, :-1]).sum()) + int(inked[:, 0].sum())
    return float(zone.sum()) / max(1, runs)


def _zone(profile: NDArray[np.float32], edge: float, least: float) -> tuple[int, int]:
    """First and last row above the edge of the part with most ink; serifs may leave less between them, not nothing."""
    inked = np.flatnonzero(profile > least)
    parts = np.split(inked, np.flatnonzero(np.diff(inked) > 2) + 1)
    part = max(parts, key=lambda rows: float(profile[rows].sum()))
    full = part[profile[part] > edge]
    return (int(full[0]), int(full[-1])) if len(full) else (int(part[0]), int(part[-1]))


def _crossing(profile: NDArray[np.float32], row: int, step: int, level: float) -> float:
    """Where, beyond a row above the level, the ink falls below it; a row reaches from its number to the next."""
    after = row + step
    here, there = float(profile[row]), float(profile[after]) if 0 <= after < len(profile) else 0.0
    part = (here - level) / (here - there) if here > there else 0.0
    return row + 0.5 + step * min(1.0, part)
