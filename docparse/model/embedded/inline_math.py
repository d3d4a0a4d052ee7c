"""Fractions, binomials and limits in running text, as `$…$` LaTeX: flat, their parts would read as something else."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from docparse.geometry import Box, union
from docparse.model.embedded.formula_symbols import BIG
from docparse.model.embedded.formula_tree import to_latex
from docparse.model.embedded.lines import Line, line_of
from docparse.schemas.page import Rule, Word

# in sizes of the line's type: a part is smaller; from the bar to the baselines of its parts; the bar over its line
_SMALLER, _REACH, _AXIS, _LEVEL = 0.87, 1.2, 0.25, 0.12
_WIDEST = 12.0
_FAR, _NEAR, _BLANK = 1.6, 0.9, 0.15  # from a line to a fraction of it, and from that to the rest of the line
# from the baseline of a line to those of the limits over and under its sign, between those, and off the sign's middle
_LIMIT, _ROW, _OFF = (0.7, 2.2), 1.1, 0.4
_TOP, _FOOT = 0.75, 0.25  # of a sign over and under the baseline of its line
_MOST = 200  # bars of a page; more are a drawing


class _Stack(NamedTuple):
    """Where something stands over something else: the box of its bar, or what is between its brackets."""

    bar: Box
    rules: tuple[Rule, ...]
    brackets: tuple[Word, ...]


def with_stacks(lines: list[Line], rules: Sequence[Rule]) -> list[Line]:
    """The lines with every fraction, binomial and sign with limits as one word; unclear ones stay as they are."""
    widest = max((line.size for line in lines), default=0.0) * _WIDEST
    bars = [rule for rule in rules if rule.horizontal and rule.bbox[2] - rule.bbox[0] < widest and rule.width < 2]
    stacks = [_Stack(bar.bbox, (bar,), ()) for bar in bars] if len(bars) <= _MOST else []
    stacks += _binomials(lines)
    for stack in sorted(stacks, key=lambda stack: stack.bar[2] - stack.bar[0], reverse=True):
        lines = _put_in(stack, lines, bars)
    signs = [(word, _level(line)) for line in lines for word in line.words if word.text in BIG]
    for sign, level in signs:
        lines = _limited(sign, level, lines, signs)
    return lines


def _level(line: Line) -> float:
    """The baseline of a line, from which its large signs may hang."""
    return median([word.baseline for word in line.words if word.text not in BIG] or [line.baseline])


def _limited(sign: Word, level: float, lines: list[Line], signs: Sequence[tuple[Word, float]]) -> list[Line]:
    """The lines with what stands over and under a sum or union of one of them put to it."""
    host = next((line for line in lines if sign in line.words), None)
    if host is None:  # it stands in the limits of another
        return lines
    middle, reach = sign.bbox[0] + sign.bbox[2], 2 * _OFF * sign.size
    small = [line for line in lines if line.size < _SMALLER * host.size and abs(line.x0 + line.x1 - middle) < reach]
    others = [at for other, at in signs if other is not sign and abs(other.bbox[0] + other.bbox[2] - middle) < reach]
    parts: list[Line] = []
    for way in (1,) if sign.text.isalpha() else (1, -1):
        last, (least, most) = level, _LIMIT
        for line in sorted(small, key=lambda line: way * line.baseline):
            nearer = any(abs(line.baseline - other) < abs(line.baseline - level) for other in others)
            if not nearer and least * sign.size < way * (line.baseline - last) < most * sign.size:
                parts.append(line)
                last, least, most = line.baseline, 0.0, _ROW
    words = [word for line in parts for word in line.words]
    x0, _, x1, _ = sign.bbox
    level_sign = sign._replace(bbox=(x0, level - _TOP * sign.size, x1, level + _FOOT * sign.size), baseline=level)
    latex = to_latex([level_sign, *words], []) if parts else ""
    if not latex or not latex.startswith("\\"):
        return lines
    return _replaced(lines, host, [sign, *words], latex, (x0, host.y0, x1, host.y1))


def _binomials(lines: Sequence[Line]) -> list[_Stack]:
    """Tall brackets with nothing of their line between them."""
    found = []
    tall = [word for line in lines for word in line.words if word.text in "()" and _hangs(word)]
    for left in (word for word in tall if word.text == "("):
        right = min(
            (word for word in tall if word.text == ")" and 0 < word.bbox[0] - left.bbox[2] < 3 * left.size
             and abs(word.baseline - left.baseline) < 1), key=lambda word: word.bbox[0], default=None,
        )  # fmt: skip
        if right is not None:
            y = left.baseline - _AXIS * left.size
            found.append(_Stack((left.bbox[2], y, right.bbox[0], y), (), (left, right)))
    return found


def _hangs(word: Word) -> bool:
    """Whether a bracket is of a font of tall signs, half above and half below the middle of its line."""
    off = (word.bbox[1] + word.bbox[3]) / 2 - word.baseline + _AXIS * word.size
    return word.bbox[3] - word.bbox[1] > 1.1 * word.size and abs(off) < 0.1 * word.size


def _put_in(stack: _Stack, lines: list[Line], bars: Sequence[Rule]) -> list[Line]:
    host = next((line for line in lines if _is_host(line, stack)), None)
    if host is None:
        return lines
    parts = _parts(stack, host, lines)
    if not parts:
        return lines
    x0, y0, x1, y1 = union([stack.bar, *(word.bbox for word in parts)])
    inner = [bar for bar in bars if x0 - 1 <= bar.bbox[0] and bar.bbox[2] <= x1 + 1 and y0 <= bar.bbox[1] <= y1]
    latex = to_latex([*stack.brackets, *parts], list(stack.rules) if len(inner) < 2 else inner)
    if not latex or not latex.startswith("\\frac" if stack.rules else "\\binom"):
        return lines
    return _replaced(lines, host, [*parts, *stack.brackets], latex, (x0, host.y0, x1, host.y1))


def _replaced(lines: Sequence[Line], host: Line, parts: Sequence[Word], latex: str, box: Box) -> list[Line]:
    """The lines with one word of LaTeX for its parts, and what goes on after it in the line that it stands in."""
    gone = {id(word) for word in parts}
    word = Word(
        f"${latex}$", box, host.size, host.words[0].font, 0, host.words[0].colour, host.baseline, host.words[0].line
    )
    kept = [line for each in lines if each is not host for line in _without(each, gone)]
    rest = [other for other in host.words if id(other) not in gone]
    beside = next((line for line in kept if _goes_on(line, host, word)), None)
    if beside is not None:
        kept.remove(beside)
        rest += beside.words
    kept.append(line_of(_inserted(rest, word), host.rtl))
    kept.sort(key=lambda line: (line.baseline, line.x0))
    return kept


def _is_host(line: Line, stack: _Stack) -> bool:
    """Whether a bar stands on a line's axis, in a gap of it or at its end."""
    x0, y0, x1, y1 = stack.bar
    if abs(line.baseline - _AXIS * line.size - (y0 + y1) / 2) > _LEVEL * line.size:
        return False
    if line.x0 > x1 + _NEAR * line.size or line.x1 < x0 - _FAR * line.size:
        return False
    free = [word for word in line.words if word.size > _SMALLER * line.size and word not in stack.brackets]
    return bool(free) and not any(word.bbox[0] < x1 - 1 and x0 + 1 < word.bbox[2] for word in free)


def _parts(stack: _Stack, host: Line, lines: Sequence[Line]) -> list[Word]:
    """The small words over and under a bar; none where one side has none, or something else stands there."""
    x0, y0, x1, y1 = stack.bar
    y, em = (y0 + y1) / 2, host.size
    near = [
        word for line in lines if abs(line.baseline - host.baseline) < 2 * em for word in line.words
        if x0 - 0.5 <= (word.bbox[0] + word.bbox[2]) / 2 <= x1 + 0.5 and abs(word.baseline - y) < _REACH * em
        and word not in stack.brackets
    ]  # fmt: skip
    near = [word for word in near if word.size < _SMALLER * em]
    over = any(word.baseline <= y for word in near)
    under = any(word.baseline > y for word in near)
    return near if over and under else []


def _without(line: Line, gone: set[int]) -> list[Line]:
    if not any(id(word) in gone for word in line.words):
        return [line]
    rest = [word for word in line.words if id(word) not in gone]
    return [line_of(rest, line.rtl)] if rest else []


def _goes_on(line: Line, host: Line, word: Word) -> bool:
    """Whether a line is the rest of the one that a fraction ends."""
    level = abs(line.baseline - host.baseline) < 0.05 * host.size and abs(line.size - host.size) < 0.1 * host.size
    return level and host.x1 <= word.bbox[2] and 0 <= line.x0 - word.bbox[2] < _NEAR * host.size


def _inserted(words: list[Word], word: Word) -> list[Word]:
    """The words with another at its place, blanks beside it where the page or Markdown has them."""
    at = sum((other.bbox[0] + other.bbox[2]) / 2 < (word.bbox[0] + word.bbox[2]) / 2 for other in words)
    before, after = words[:at], words[at:]
    if before:
        last = before[-1]
        blank = word.bbox[0] - last.bbox[2] > _BLANK * word.size or last.text[-1].isalnum()
        before[-1] = last._replace(space=blank, line=word.line)
    blank = bool(after) and (after[0].bbox[0] - word.bbox[2] > _BLANK * word.size or after[0].text[0].isdecimal())
    after = [other._replace(line=word.line) for other in after]
    return [*before, word._replace(space=blank), *after]
