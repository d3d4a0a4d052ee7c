"""The letters of a drawing told from its strokes, read by their form and put together to labels of atoms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.formula_ink.forms import Form
from docparse.model.embedded.music_ink.raster import Part
from docparse.model.embedded.structure_ink.sheet import Sheet

_CAPITALS = "BCDFHIKLMNOPRSTXYZ0"
_SMALL = "abcehilmnoprstuxyz"
_DIGITS = "123456789"
_ALL = _CAPITALS + _SMALL + _DIGITS + "()+"
_SIGNS = "".join(sorted(set(_ALL + _ALL.lower())))
# signs of one form in both cases; signs seldom in labels, which must be likelier
_TWINS, _RARE_SIGNS = "COPSXZK", "DKLMRTXYZabchmpuxyz"
_RARE = 0.06
SURE, _LIKE = 0.82, 0.68
_COMPACT = 0.35
_TALLEST, _LEAST = 1.0, 0.15  # of a bond's length


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with the pieces of ink it is made of."""

    sign: str
    part: Part
    likeness: float

    @property
    def x(self) -> float:
        return (self.part.x0 + self.part.x1) / 2

    @property
    def y(self) -> float:
        return (self.part.y0 + self.part.y1) / 2


@dataclass(frozen=True, slots=True)
class Label:
    """Letters that stand together, in reading order, those of its main row first."""

    letters: tuple[Letter, ...]

    @property
    def text(self) -> str:
        return "".join(letter.sign for letter in self.letters)

    def gap(self, x: float, y: float) -> float:
        """From a point to the nearest letter's box; 0 inside."""
        return min(gap_to(letter.part, x, y) for letter in self.letters)


def gap_to(part: Part, x: float, y: float) -> float:
    return float(np.hypot(max(part.x0 - x, 0, x - part.x1), max(part.y0 - y, 0, y - part.y1)))


def is_line(sheet: Sheet, part: Part) -> bool:
    """Whether a piece is one straight stroke."""
    spread = _spread(sheet, part)
    return spread is not None and spread[0] < 0.42 * sheet.thick


def is_compact(sheet: Sheet, part: Part) -> bool:
    """Whether a piece is as wide as it is long, more or less: a letter, read or not, and no stroke or wedge."""
    spread = _spread(sheet, part)
    return spread is not None and spread[0] > _COMPACT * spread[1] and spread[0] > 0.6 * sheet.thick


def _spread(sheet: Sheet, part: Part) -> tuple[float, float] | None:
    """How far a piece's pixels stray from its middle across it and along it."""
    y, x = np.nonzero(sheet.cut([part]))
    if len(x) < 3:
        return None
    least, most = np.linalg.eigvalsh(np.cov(np.array([x, y])))
    return float(max(least, 0.0) ** 0.5), float(max(most, 0.0) ** 0.5)


def letters_of(sheet: Sheet, usual: float) -> tuple[list[Letter], float]:
    """The letters, and the height of a capital; 0 where there are none."""
    lines: list[Part] = []
    read: list[tuple[Part, Form]] = []
    for part in sheet.parts:
        long = max(part.wide, part.high)
        if not _LEAST * usual < long <= _TALLEST * usual or part.high < 2 * sheet.thick:
            continue
        if is_line(sheet, part):
            lines.append(part)
        else:
            read.append((part, form_of(sheet.cut([part]))))
    sure = [part.high for part, form in read if best_of(form, "BCFHNOPS0")[1] > SURE and part.high < 0.9 * usual]
    if not sure:
        return [], 0.0
    capital = float(np.quantile(sure, 0.6))
    letters = []
    for part, form in read:
        if part.high > 1.3 * capital or part.wide > 1.7 * capital:
            continue
        sign, likeness = _named(part, form, capital)
        if likeness > _LIKE:
            letters.append(Letter(sign, part, likeness))
    letters += _upright(sheet, lines, letters, capital)
    return letters, capital


def form_of(ink: NDArray[np.bool_]) -> Form:
    """A piece of ink beside the signs that labels are made of."""
    return Form(ink, _SIGNS)


def best_of(form: Form, signs: str) -> tuple[str, float]:
    """The likest of some signs; capitals may look like their small letters, rare ones must be likelier."""
    return max(((sign, _likeness(form, sign)) for sign in signs), key=lambda pair: pair[1])


def _likeness(form: Form, sign: str) -> float:
    twins = (sign, sign.lower()) if sign in _TWINS else (sign,)
    return max(form.like(twin) or 0.0 for twin in twins) - (_RARE if sign in _RARE_SIGNS else 0.0)


def _named(part: Part, form: Form, capital: float) -> tuple[str, float]:
    if part.high > 0.85 * capital:
        return best_of(form, _CAPITALS + "hbt()")
    sign, likeness = best_of(form, _SMALL + _DIGITS + "+")
    return sign, likeness


def _upright(sheet: Sheet, lines: Sequence[Part], letters: Sequence[Letter], capital: float) -> list[Letter]:
    """Pieces like strokes right beside a letter, on its line: the l of Cl, the r of Br."""
    found = []
    for line in lines:
        for letter in letters:
            other = letter.part
            if not (0 <= line.x0 - other.x1 < 0.3 * capital and abs(line.y1 - other.y1) < 0.15 * capital):
                continue
            if letter.sign in "CA" and line.wide <= 0.4 * capital and 0.85 * capital < line.high < 1.25 * capital:
                found.append(Letter("l", line, 0.9))
            elif letter.sign == "B" and 0.5 * capital < line.high < 0.9 * capital:
                likeness = _likeness(form_of(sheet.cut([line])), "r")
                if likeness > SURE:
                    found.append(Letter("r", line, likeness))
    return found


def labels_of(letters: Sequence[Letter], capital: float) -> list[Label]:
    """Letters in groups: along a row, and hydrogen above or below its atom."""
    left = sorted(letters, key=lambda letter: letter.part.x0)
    rows: list[list[Letter]] = []
    for letter in left:
        for row in rows:
            if _goes_on(row, letter, capital):
                row.append(letter)
                break
        else:
            rows.append([letter])
    rows = [_cased(row, capital) for row in rows]
    rows.sort(key=lambda row: -sum(letter.sign not in "H23" for letter in row))
    labels: list[list[list[Letter]]] = []
    for row in rows:
        if re.fullmatch("H[23]?", "".join(letter.sign for letter in row)):
            above = [label for label in labels if _stands_over(label[0], row, capital)]
            if above:
                above[0].append(row)
                continue
        labels.append([row])
    return [Label(tuple(letter for row in label for letter in row)) for label in labels]


def _goes_on(row: Sequence[Letter], letter: Letter, capital: float) -> bool:
    """Whether a letter is next in a row: beside its last, which may be an index under the row."""
    last = row[-1].part
    gap = letter.part.x0 - last.x1
    if not -0.25 * capital < gap < 0.38 * capital:
        return False
    beside = [last] if len(row) < 2 or not row[-1].sign.isdigit() else [last, row[-2].part]
    index = letter.sign.isdigit() and letter.part.high < 0.85 * capital and letter.part.y1 > last.y1
    least = -0.05 * capital if index else 0.25 * min(last.high, letter.part.high)
    return any(min(other.y1, letter.part.y1) - max(other.y0, letter.part.y0) > least for other in beside)


def _stands_over(row: Sequence[Letter], other: Sequence[Letter], capital: float) -> bool:
    for letter in row:
        if letter.sign not in "NOSPBC":
            continue
        apart = max(letter.part.y0, other[0].part.y0) - min(letter.part.y1, other[0].part.y1)
        if abs(letter.x - other[0].x) < 0.45 * capital and -0.1 * capital < apart < 0.6 * capital:
            return True
    return False


def _cased(row: Sequence[Letter], capital: float) -> list[Letter]:
    """Letters whose two cases look the same told by where they stand: after a letter that none stands alone."""
    found: list[Letter] = []
    for letter in row:
        sign = letter.sign
        if sign == "0":
            sign = "O"
        elif sign in "cosxz" and letter.part.high > 0.85 * capital:
            sign = sign.upper()
        elif sign in "1I" and found and found[-1].sign == "C":
            sign = "l"
        found.append(Letter(sign, letter.part, letter.likeness))
    for place in range(1, len(found)):  # narrow print: what follows N, O or C there is hydrogen
        last = place + 1 == len(found) or found[place + 1].sign.isdigit()
        before = found[place - 1].sign
        if last and ((found[place].sign in "BRM" and before in "NOC") or (found[place].sign == "F" and before in "NO")):
            found[place] = replace(found[place], sign="H")
        elif last and found[place].sign == "P" and before == "C":
            found[place] = replace(found[place], sign="F")
    return found
