"""One sign of a formula by its ink alone: strokes and dots by their measures, letters by their form, accents apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.formula_ink.blots import Blot, own_ink
from docparse.model.embedded.formula_ink.forms import Form
from docparse.model.embedded.formula_ink.shapes import DOT, accent_of

# likeness of a sign that is beyond doubt, and by how much it is likelier than any other
_SURE = ((0.9, 0.05), (0.96, 0.015), (0.97, 0.004))
_STROKES = "1lI|"
_PARTED = frozenset("ij=≤≥≡≃≅≈±∓÷:;!?ΞΘθ∈⊆⊇")  # signs of more than one blot
_STEMS = {"l": "i", "ı": "i", "I": "i", "ι": "i", "1": "i", "J": "j", "ȷ": "j"}  # under a dot
_ROUND, _ZERO_WIDE = "oO0", 0.82  # a nought is narrower than the letter, in heights
_FLAT = 3.0  # a stroke is as many times as long as it is thick
_HAIR = 0.09  # of a capital's height: so thin a stroke has ragged edges
_DOT = 0.3  # of a capital's height


class Named(NamedTuple):
    """A sign, how like its ink is to it, whether that leaves no doubt; the form to ask about other signs."""

    sign: str
    likeness: float
    sure: bool
    form: Form | None = None

    def like(self, sign: str) -> float | None:
        """How like another sign it is; None where that can't be told."""
        if self.form is None:
            return 1.0 if sign == self.sign else 0.5
        return self.form.like(sign)


def named(mask: NDArray[np.bool_], group: Sequence[Blot], high: float) -> Named:
    """The sign that the blots of a group make."""
    stroke = _strokes(mask, group, high)
    if stroke:
        return Named(stroke, 1.0, True)
    own = _cut(mask, group)
    whole = Form(own)
    sign, likeness, apart = whole.best
    if sign in _ROUND:
        wide = own.shape[1] / own.shape[0]
        sign = "0" if wide < _ZERO_WIDE else sign.replace("0", "o")
    if len(group) == 1 or (sign in _PARTED and likeness > 0.85):
        return Named(sign, likeness, _is_sure(sign, likeness, apart), whole)
    main = max(group, key=lambda blot: blot.height)
    marks = [blot for blot in group if blot is not main]
    if any(mark.y1 > main.y0 + 0.3 * main.height for mark in marks):
        return Named(sign, likeness, False, whole)
    letter = Form(_cut(mask, [main]))
    if len(marks) == 2 and letter.best[0] in _STEMS:  # its own dot, and an accent
        marks = [min(marks, key=lambda mark: mark.y0)]
    accent = _accents(mask, marks, main.width)
    sign, likeness, apart = letter.best
    sign = _STEMS.get(sign, sign) if len(group) == 3 else sign
    if accent is None or not (sign.isalpha() or sign in "∇∂"):
        return Named(sign, likeness, False, letter)
    if accent == DOT and sign in _STEMS:
        return Named(_STEMS[sign], likeness, True, whole)
    return Named(sign + accent, likeness, _is_sure(sign, likeness, apart), letter)


def _accents(mask: NDArray[np.bool_], marks: Sequence[Blot], wide: float) -> str | None:
    """The accent that marks over a letter make, or the two if one stands over the other."""
    inks = {mark: _cut(mask, [mark]) for mark in sorted(marks, key=lambda mark: -mark.y0)}
    if len(marks) == 2 and not _are_level(*marks):
        pair = [accent_of([ink], wide) for ink in inks.values()]
        return "".join(filter(None, pair)) if all(pair) else None
    return accent_of(list(inks.values()), wide)


def _are_level(mark: Blot, other: Blot) -> bool:
    return min(mark.y1, other.y1) > max(mark.y0, other.y0)


def _is_sure(sign: str, likeness: float, apart: float) -> bool:
    """Whether a likeness leaves no doubt; fonts differ in how a 1, an l and an I look."""
    return any(likeness >= least and apart >= gap for least, gap in (_SURE[:2] if sign in _STROKES else _SURE))


def _cut(mask: NDArray[np.bool_], group: Sequence[Blot]) -> NDArray[np.bool_]:
    """The ink of the blots alone."""
    x0, y0 = min(b.x0 for b in group), min(b.y0 for b in group)
    cutting = np.zeros((max(b.y1 for b in group) - y0, max(b.x1 for b in group) - x0), np.bool_)
    for b in group:
        cutting[b.y0 - y0 : b.y1 - y0, b.x0 - x0 : b.x1 - x0] |= own_ink(mask[b.y0 : b.y1, b.x0 : b.x1])
    return cutting


def _strokes(mask: NDArray[np.bool_], group: Sequence[Blot], high: float) -> str:
    """What flat strokes one over the other make, a dot, an upright bar; "" for anything else."""
    solid = [mask[b.y0 : b.y1, b.x0 : b.x1].mean() > (0.75 if b.height > _HAIR * high else 0.5) for b in group]
    if not all(solid):
        return ""
    if len(group) == 2 and all(b.height >= 6 * b.width for b in group):
        return "‖"
    if all(b.width >= _FLAT * b.height and b.width > 0.25 * high for b in group):
        return {1: "−", 2: "=", 3: "≡"}.get(len(group), "")
    if len(group) != 1:
        return ""
    (blot,) = group
    if max(blot.width, blot.height) < _DOT * high and max(blot.width, blot.height) < 1.5 * min(blot.width, blot.height):
        return "·"
    return "|" if blot.height > 1.05 * high and blot.height >= 6 * blot.width else ""
