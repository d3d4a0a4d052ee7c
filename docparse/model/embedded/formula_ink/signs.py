"""Signs of one row of a formula with the boxes of their ink, as words with size and baseline: what stands raised or
lowered, and smaller, is an index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from docparse.geometry import Box, union
from docparse.model.embedded.formula_symbols import BIG, FUNCTIONS
from docparse.schemas.page import Word, WordStyle

# of letters by their shape: height and how far they reach below their line, in sizes of the type
_KINDS = (
    ("acemnorsuvwxzαεικνοπστυωϵɑı", 0.45, 0.0),
    ("tiñ", 0.65, 0.0),
    ("gpqyμµηργχςϱφ", 0.65, 0.21),
    ("jfβζξψϕ", 0.9, 0.22),
    ("ΦΨ", 0.72, 0.02),
    ("Q", 0.87, 0.19),
)
_CAPITAL = (0.69, 0.0)  # digits, capitals and letters as tall
_BRACKETS = "()[]{}|/"
_ONE_SHAPE = "cosvwxz"
_X_HIGH = frozenset("aemnruαεικνπστυωϵı")
_LOWER = 0.75  # of a capital's height: what is read as a capital is none
_TWO_SHAPES = "fJβ"
_DOTS, _STOP = "·•∙⋅", 0.15  # of the size above the line, from where on a dot is no full stop
_LOW, _HIGH = ",.;", "'′’‘`°"
_PRIMES = "'′"
_AXIS = 0.25  # of signs of operation and brackets, above the line
_INDEX = 0.7  # size of an index
_SMALLER, _LIKE = 0.85, 0.12
_RAISED, _LOWERED = 0.42, 0.1  # middles of signs without a size of their own, above the line: index above, index below

_MINUS = 0.37  # of a stroke, whose middle is its place beyond doubt, and of a plus that is small
_PLUS, _PLUS_TALL = "+±∓", 0.5
_LOW_PRIME = 0.45  # above the line: a prime that begins lower is one of an index below
_DOTS_IN_ROW, _ANY_DOT = 3, "·•∙⋅."
_INDEX_OF_INDEX = 0.6  # size of one at most: none such stands on the line


def widest(char: str) -> float:
    """How wide the character is at most, in heights of a capital."""
    if char in "mwMW∞→←⇒⇔≈…":
        return 1.7
    return 0.78 if char in _KINDS[0][0] or char in _KINDS[2][0] else 1.15


class Sign(NamedTuple):
    """A character, its ink, and how sure the recogniser is of it; `tall` ones are brackets and sums of any height.

    `slanted` is a letter in italics for sure, of no name like sin.
    """

    text: str
    bbox: Box
    score: float
    tall: bool = False
    slanted: bool = False


class _Measured(NamedTuple):
    size: float
    baseline: float


def placed(signs: Sequence[Sign], capital: float = 0.0, row: tuple[float, float] | None = None) -> list[Word]:
    """Words of one row, sizes and baselines as of a text layer.

    `capital` is the height of a capital in rows as large, for those whose letters alone don't tell their case;
    `row` its size and baseline where they are known.
    """
    signs = sorted(signs, key=lambda sign: sign.bbox[0] + sign.bbox[2])
    low = [sign.bbox for sign in signs if sign.text in _X_HIGH]
    signs = [_beside_low(sign, low) for sign in signs]
    measured = [_measure(sign) for sign in signs]
    if sum(its is not None for its in measured) == 1 and any(sign.text.lower() in _ONE_SHAPE for sign in signs):
        signs = [_as_tall(sign, capital) for sign in signs]
        measured = [_measure(sign) for sign in signs]
    size, base = row or _main(signs, measured, capital)
    return _with_functions(_laid(signs, measured, size, base, size))


def _laid(
    signs: Sequence[Sign], measured: Sequence[_Measured | None], size: float, base: float, own: float
) -> list[Word]:
    """Words of a row of a size and baseline; `own` is the size that they get, of indices of indices ever smaller."""
    dots = _dots_in(signs, size)
    cased = [_cased(sign, its, size, base) for sign, its in zip(signs, measured, strict=True)]
    signs = [sign if text == sign.text else sign._replace(text=text) for sign, text in zip(signs, cased, strict=True)]
    measured = [_fitting(sign, size, base) for sign in signs]
    levels = [_level(s, its, size, base) for s, its in zip(signs, measured, strict=True)]
    levels = _with_neighbours(signs, measured, levels, size, base)
    for row in dots:  # the same for all of them: on the level of what stands around them
        around = [levels[place] for place in (row.start - 1, row.stop) if 0 <= place < len(levels)]
        level = around[0] if len(set(around)) == 1 else 0
        levels[row.start : row.stop] = [level] * len(row)
        if not level:
            signs[row.start : row.stop] = _same_dots(signs[row.start : row.stop], base, size)
    words = [_word(s, own, base) for s in signs]
    for run in _runs(signs, levels):
        part, known = [signs[place] for place in run], [measured[place] for place in run]
        line = _line_of(run[0], levels, measured)
        plain = [sign for sign in part if sign.text[0] not in _TWO_SHAPES]
        if any(map(_measure, plain)):
            fit = _main(plain, [_measure(sign) for sign in plain])
            known = [_fitting(sign, *fit) for sign in part]
        its_size, its_base = _main(part, known)
        if line is None:
            line = base - levels[run[0]] * 0.35 * size
        nested = len(run) > 1 and any(known) and its_size < _SMALLER * size
        for dotted in _dots_in(part, its_size):
            part[dotted.start : dotted.stop] = _same_dots(part[dotted.start : dotted.stop], line, its_size)
        laid = (
            _laid(part, known, its_size, its_base, _INDEX * own) if nested
            else [_word(s, _INDEX * own, line) for s in part]
        )  # fmt: skip
        for place, word in zip(run, laid, strict=True):
            words[place] = word
    return words


def _dots_in(signs: Sequence[Sign], size: float) -> list[range]:
    """Places of three dots and more that follow one another on a level."""
    found: list[range] = []
    start = 0
    for place in range(1, len(signs) + 1):
        last = signs[place - 1]
        if place < len(signs) and last.text in _ANY_DOT and signs[place].text in _ANY_DOT:
            (x0, y0, _, y1), (_, top, x1, bottom) = signs[place].bbox, last.bbox
            if x0 - x1 < 0.5 * size and abs(y0 + y1 - top - bottom) < 0.2 * size:
                continue
        if place - start >= _DOTS_IN_ROW:
            found.append(range(start, place))
        start = place
    return found


def _same_dots(dots: Sequence[Sign], base: float, size: float) -> list[Sign]:
    """Dots as full stops if they stand on the line, else as those of the middle."""
    middle = sum(dot.bbox[1] + dot.bbox[3] for dot in dots) / (2 * len(dots))
    return [dot._replace(text="." if base - middle < _STOP * size else "·") for dot in dots]


def _word(sign: Sign, size: float, baseline: float) -> Word:
    style = WordStyle.ITALIC if sign.slanted else WordStyle(0)
    return Word(sign.text, sign.bbox, size=size, baseline=baseline, confidence=sign.score, style=style)


def _runs(signs: Sequence[Sign], levels: Sequence[int]) -> list[list[int]]:
    """Places of the signs that make one index: on one level, with none of the row itself among them."""
    runs: list[list[int]] = []
    last: dict[int, list[int]] = {}
    for place, level in enumerate(levels):
        if not level or (signs[place].text in _PRIMES and level > 0):
            last = {}
            runs += [[place]] if level else []
        elif level in last:
            last[level].append(place)
        else:
            last[level] = [place]
            runs.append(last[level])
    return runs


def capital_of(char: str, tall: float) -> float:
    """How high a capital is beside a letter or digit that is as tall."""
    return tall * _CAPITAL[0] / next((height for chars, height, _ in _KINDS if char in chars), _CAPITAL[0])


def has_size(char: str) -> bool:
    """Whether the height of a sign tells the size of its type."""
    return char.isalnum() or char in "∂∇∀∃!?"


def axis_of(char: str, box: Box) -> float:
    """Where the axis is of the row that a letter or digit stands on."""
    height, depth = next(((h, d) for chars, h, d in _KINDS if char in chars), _CAPITAL)
    size = (box[3] - box[1]) / height
    return box[3] - (depth + _AXIS) * size


def _measure(sign: Sign) -> _Measured | None:
    """Size and baseline that the ink of a letter or digit tells."""
    char = sign.text[0]
    if sign.tall or not has_size(char):
        return None
    height, depth = next(((h, d) for chars, h, d in _KINDS if char in chars), _CAPITAL)
    tall = sign.bbox[3] - sign.bbox[1]
    size = tall / height
    return _Measured(size, sign.bbox[3] - depth * size)


def _beside_low(sign: Sign, low: Sequence[Box]) -> Sign:
    """A capital of one shape as a small letter where one that has no other shape is as tall beside it."""
    _, y0, _, y1 = sign.bbox
    same = any(abs(top - y0) + abs(foot - y1) < 0.12 * (y1 - y0) for _, top, _, foot in low)
    return sign._replace(text=sign.text.lower()) if same and sign.text in _ONE_SHAPE.upper() else sign


def _as_tall(sign: Sign, capital: float) -> Sign:
    """A letter of one shape in the case that its height tells beside that of a capital."""
    if sign.text.lower() not in _ONE_SHAPE or not capital:
        return sign
    small = sign.bbox[3] - sign.bbox[1] < _LOWER * capital
    return sign._replace(text=sign.text.lower() if small else sign.text.upper())


def _cased(sign: Sign, its: _Measured | None, size: float, base: float) -> str:
    """The sign in the case that its height tells, where both cases have one shape; a dot on the line as a full stop."""
    char = sign.text
    above = (base - (sign.bbox[1] + sign.bbox[3]) / 2) / size
    if char in _DOTS and above < _STOP:
        return "."
    if char == "." and _STOP <= above < _RAISED:
        return "·"
    if its is None or char.lower() not in _ONE_SHAPE:
        return char
    rise = abs(base - its.baseline)
    if char.islower():
        return char.upper() if rise > 0.12 * size and its.size > _SMALLER * size else char
    low = rise < 0.08 * size
    return char.lower() if (its.size < 0.78 * size if low else its.size < 0.56 * size) else char


def _line_of(place: int, levels: Sequence[int], measured: Sequence[_Measured | None]) -> float | None:
    """Baseline of a sign of an index, or of the nearest letter of the same index."""
    for step in range(len(levels)):
        for other in (place - step, place + step):
            low, high = sorted((place, other))
            its = measured[other] if low >= 0 and high < len(levels) else None
            if its is not None and len(set(levels[low : high + 1])) == 1:
                return its.baseline
    return None


def _with_neighbours(
    signs: Sequence[Sign], measured: Sequence[_Measured | None], levels: list[int], size: float, base: float
) -> list[int]:
    """Levels, those of commas, signs of operation and brackets inside an index that of the index; primes and raised
    signs of a lower index are of it.
    """
    for place in range(1, len(signs)):
        sign, its = signs[place], measured[place]
        if levels[place - 1] >= 0 or sign.bbox[0] - signs[place - 1].bbox[2] > 0.25 * size:
            continue
        low_prime = sign.text in _PRIMES and sign.bbox[1] > base - _LOW_PRIME * size
        tiny = its is not None and its.size < _INDEX_OF_INDEX * size and not levels[place]
        if low_prime or tiny:
            levels[place] = levels[place - 1]
    for place in range(1, len(signs) - 1):
        before, sign, after = signs[place - 1 : place + 2]
        index = levels[place - 1]
        if has_size(sign.text[0]) or sign.tall or levels[place] or not index or index != levels[place + 1]:
            continue
        gaps = sign.bbox[0] - before.bbox[2], after.bbox[0] - sign.bbox[2]
        if sign.bbox[3] - sign.bbox[1] < _SMALLER * size and max(gaps) < 0.25 * size:
            levels[place] = index
    return levels


def _fitting(sign: Sign, size: float, base: float) -> _Measured | None:
    """`_measure`, of letters with two shapes (an upright f stands on the line) by the one that suits the row."""
    its = _measure(sign)
    if its is None or sign.text[0] not in _TWO_SHAPES:
        return its
    tall = sign.bbox[3] - sign.bbox[1]
    upright = _Measured(tall / _CAPITAL[0], sign.bbox[3])
    lower = _Measured(tall / 0.9, sign.bbox[3] - 0.22 * tall / 0.9)
    return min((upright, lower), key=lambda m: abs(m.size - size) + abs(m.baseline - base))


def _main(signs: Sequence[Sign], measured: Sequence[_Measured | None], capital: float = 0.0) -> tuple[float, float]:
    """Size and baseline of the row itself: the largest size that more than one letter has."""
    known = [its for its in measured if its is not None]
    if not known:
        box = union(sign.bbox for sign in signs)
        heights = [sign.bbox[3] - sign.bbox[1] for sign in signs if sign.text[0] in _BRACKETS]
        size = max(heights, default=0.0) or capital / _CAPITAL[0]
        size = size or max(box[3] - box[1], 0.8 * max(s.bbox[2] - s.bbox[0] for s in signs))
        return size, (box[1] + box[3]) / 2 + _AXIS * size
    sizes = sorted((its.size for its in known), reverse=True)
    least = 1 if len(sizes) < 4 or (measured[0] and measured[0].size == sizes[0]) else max(2, len(sizes) // 9)
    size = next((s for s in sizes if sum(abs(other - s) < _LIKE * s for other in sizes) >= least), sizes[0])
    alike = [its for its in known if abs(its.size - size) < 1.5 * _LIKE * size]
    line = median(its.baseline for its in alike)
    beside = [its for its in known if its not in alike and abs(its.baseline - line) < 0.08 * size]
    if sum(its.size > _INDEX * size for its in beside) > len(alike):  # on one line with more letters of another size
        alike = [its for its in beside if its.size > _INDEX * size]
    size = median(its.size for its in alike)
    best = max(alike, key=lambda its: sum(abs(its.baseline - other.baseline) < 0.12 * size for other in alike))
    on = [its.baseline for its in alike if abs(its.baseline - best.baseline) < 0.12 * size]
    return size, median(on)


def _level(sign: Sign, its: _Measured | None, size: float, base: float) -> int:
    """1 above the line, -1 below it, 0 on it."""
    if sign.tall or sign.text in BIG:
        return 0
    _, top, _, bottom = sign.bbox
    if its is not None:
        rise = base - its.baseline
        least = max(0.07, 0.07 + 0.6 * (its.size / size - _SMALLER))
        if abs(rise) > min(least, 0.3) * size:
            return 1 if rise > 0 else -1
        return 0
    if sign.text in _HIGH:
        return 1
    if sign.text[0] in _LOW:
        if bottom < base - 0.22 * size:
            return 1
        return -1 if bottom > base + (0.12 if sign.text == "." else 0.33) * size else 0
    middle = base - (top + bottom) / 2
    if sign.text in _BRACKETS and bottom - top > _SMALLER * size:
        return 0
    sure = sign.text == "−" or (sign.text in _PLUS and bottom - top < _PLUS_TALL * size)
    return 1 if middle > (_MINUS if sure else _RAISED) * size else -1 if middle < _LOWERED * size else 0


def _with_functions(words: list[Word]) -> list[Word]:
    """Letters that make the name of a function as one word."""
    result: list[Word] = []
    place = 0
    while place < len(words):
        for length in range(min(6, len(words) - place), 1, -1):
            part = words[place : place + length]
            together = all(b.size == part[0].size and b.bbox[0] - a.bbox[2] < 0.25 * a.size for a, b in pairwise(part))
            before = words[place - 1] if place else None
            free = before is None or not before.text.isalpha() or part[0].bbox[0] - before.bbox[2] > 0.08 * part[0].size
            named = sum(bool(word.style & WordStyle.ITALIC) for word in part) < 2
            if together and free and named and "".join(word.text for word in part) in FUNCTIONS:
                box = union(word.bbox for word in part)
                result.append(part[0]._replace(text="".join(word.text for word in part), bbox=box))
                place += length
                break
        else:
            result.append(words[place])
            place += 1
    return result
