"""The ink of a cutting with a formula: what blots and rows of them say, by their form and as OCR reads them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula_ink.align import ReadSign, aligned
from docparse.model.embedded.formula_ink.blots import Blot, box_of, has_hole, type_height
from docparse.model.embedded.formula_ink.named import Named, named
from docparse.model.embedded.formula_ink.parts import groups_of
from docparse.model.embedded.formula_ink.shapes import accent_of, sign_of
from docparse.model.embedded.formula_ink.signs import Sign, axis_of, capital_of, has_size, widest
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.formula_symbols import symbols

# in heights of the formula's type, which is that of a capital:
_LIKELY = 0.8  # likeness of a letter that tells where a row is
_OF_ROW = 0.15  # signs of the row itself are as large as that
_BRACKETS, _BRACKET = frozenset("()[]{}|/"), 1.4  # in height
_DOUBTFUL, SURE = 0.5, 0.8
_SURE_SCORE = 0.97  # of a sign whose form leaves no doubt
# likeness of a form that is taken though another sign was read, and by how much it is less like
_LIKE, _NOT_LIKE = 0.88, 0.1
_LEAST_TYPE = 0.45  # of the formula's: the type of an index of an index
_FLAT = {"一": "−", "_": "−", "—": "−", "–": "−", "-": "−", "ー": "−", "二": "=", "ニ": "="}
_TWO_SHAPES = ({"φ", "ϕ"}, {"ε", "ϵ"})
_BAR, _SURE_READ = 0.99, 0.9
_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl")
_SPLIT = {
    "…": "...",
    "⋯": "···",
    "″": "''",
    '"': "''",
    "‴": "'''",
    "‖": "||",
    "〈": "⟨",
    "〉": "⟩",
    "⁻": "−",
    "⁺": "+",
    "－": "−",
}


class Ink:
    """The pixels of a cutting and its ink."""

    def __init__(self, pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        self._pixels, self.mask = pixels, mask
        self._paper: NDArray[np.uint8] = np.median(pixels[~mask], axis=0).astype(np.uint8)
        self.capital = 0.0  # height of one in the whole formula, once that is known
        self._names: dict[Blot, Named] = {}

    def axis_in(self, high: float) -> Callable[[Blot], float | None]:
        """Axes of the rows of signs as large as the type of capitals `high`."""

        def axis(blot: Blot) -> float | None:
            its = self.seen(blot) if blot.width < 2.2 * blot.height else None
            if its is None or its.likeness < _LIKELY or not has_size(its.sign[0]):
                return None
            tall = capital_of(its.sign[0], blot.height)
            return axis_of(its.sign[0], box_of(blot)) if abs(tall - high) < _OF_ROW * high else None

        return axis

    def height_of(self, blots: list[Blot], most: float) -> float:
        """About the height of a capital among the blots, as the letters tell that are beyond doubt."""
        high = self._high_of(blots, most)
        return most if most and abs(high - most) < _OF_ROW * most else high

    def _high_of(self, blots: list[Blot], most: float) -> float:
        if self.capital and all(blot.width > 2.2 * blot.height or blot.height < 0.25 * self.capital for blot in blots):
            return self.capital  # nothing but strokes and dots
        letters = sorted(filter(None, (self.letter(blot) for blot in blots)), reverse=True)
        letters = [tall for tall in letters if not most or tall < (1 + _OF_ROW) * most]
        if not letters:
            high = max(type_height(blots), _LEAST_TYPE * self.capital)
            return min(high, most) if most else high
        least = 1 if len(letters) < 4 else 2
        return next((s for s in letters if sum(abs(s - o) < 0.12 * s for o in letters) >= least), letters[0])

    def letter(self, blot: Blot) -> float:
        """Height of a capital in the type of a letter that is beyond doubt, else 0."""
        its = self.seen(blot) if blot.width < 2.2 * blot.height else None
        return capital_of(its.sign[0], blot.height) if its is not None and its.sure and has_size(its.sign[0]) else 0.0

    def type_of(self, blot: Blot) -> float:
        tall = _BRACKET if self.seen(blot).sign in _BRACKETS else 1.0
        return self.letter(blot) or blot.height / tall

    def seen(self, blot: Blot) -> Named:
        """What a blot is by itself."""
        if blot not in self._names:
            self._names[blot] = named(self.mask, [blot], self.capital or blot.height)
        return self._names[blot]

    def char(self, blot: Blot) -> str:
        its = self.seen(blot)
        return its.sign[0] if its.likeness >= _LIKELY else ""

    def shape(self, blot: Blot) -> str | None:
        return sign_of(self.mask[blot.y0 : blot.y1, blot.x0 : blot.x1])

    def signs(self, blots: list[Blot], high: float) -> list[Sign]:
        """Signs by their form; those that leave a doubt as the recogniser of lines reads them beside the others."""
        groups = groups_of(blots, high)
        seen = [named(self.mask, group, high) for group in groups]
        if all(its.sure for its in seen):
            return [self._sure(its, group) for its, group in zip(seen, groups, strict=True)]
        of_ink = {group[0]: its for its, group in zip(seen, groups, strict=True)}
        signs: list[Sign] = []
        for read, held in aligned(self._ocr(blots), groups, high, lambda j, sign: _unlike(seen[j], sign)):
            if not held:
                if read[0][2] > _DOUBTFUL and not all(its.sure for its in seen):
                    raise Unclear
                continue
            parts = [(group, its) for group, its in zip(groups, seen, strict=True) if group[0] in held]
            if all(its.sure for _, its in parts):
                signs += [self._sure(its, group) for group, its in parts]
            elif len(parts) == 1 or not any(its.sure for _, its in parts):
                signs += self._doubted(read, held, of_ink[held[0]] if len(parts) == 1 else None, high)
            else:
                for group, its in parts:
                    signs += self._doubted([], group, its, high)
        return signs

    def _sure(self, its: Named, group: Sequence[Blot]) -> Sign:
        slanted = its.form is not None and its.form.is_slanted(its.sign[0])
        return Sign(its.sign, self._sign_box(its, group), _SURE_SCORE, slanted=slanted)

    def _sign_box(self, its: Named, group: Sequence[Blot]) -> Box:
        """The box of a sign, without its accent."""
        letter = [max(group, key=lambda b: b.height)] if len(its.sign) > 1 else group
        return box_of(union(map(box_of, letter)))

    def _doubted(self, read: list[ReadSign], group: list[Blot], its: Named | None, high: float) -> list[Sign]:
        """Signs of ink whose form leaves a doubt: of those it is like, the one that was read."""
        if its is not None and its.sure:
            return [self._sure(its, group)]
        if its is not None and len(read) < 2:
            said = its.like(read[0][0]) if read else None
            wrong = (
                symbols(read[0][0]) is None
                if said is None and read
                else said is None or said < its.likeness - _NOT_LIKE
            )
            if its.likeness >= _LIKE and (wrong or self._is_open(group, read)):
                return [Sign(its.sign, self._sign_box(its, group), its.likeness)]
        chars = read or self._alone(group)
        if its is not None and len(chars) == 1:
            chars = [(_as_drawn(chars[0][0], its, chars[0][2]), *chars[0][1:])]
        box = box_of(union(map(box_of, group)))
        step = (box[2] - box[0]) / len(chars)
        if any(char.isalnum() and step > 2.5 * widest(char) * high for char, _, _ in chars):
            raise Unclear
        accent = self._accent(group, chars[0][0]) if len(chars) == 1 and len(group) > 1 else ""
        if accent:
            letter = max(group, key=lambda b: b.height)
            box = box_of(letter)
        signs = []
        for place, (char, _, score) in enumerate(chars):
            part = (box[0] + place * step, box[1], box[0] + (place + 1) * step, box[3]) if len(chars) > 1 else box
            signs.append(Sign(char + accent, part, score))
        return signs

    def _is_open(self, group: Sequence[Blot], read: Sequence[ReadSign]) -> bool:
        """Whether an A was read where the ink has no hole."""
        return [char for char, _, _ in read] == ["A"] and len(group) == 1 and not has_hole(self.mask, group[0])

    def _accent(self, group: list[Blot], char: str) -> str:
        """The combining accent over a letter of several blots, "" where the blots are those of its own shape."""
        if not char.isalpha() or char in "ijΞ" or unicodedata.decomposition(char):
            return ""
        main = max(group, key=lambda b: b.height)
        marks = [b for b in group if b.y1 <= main.y0 + 1]
        if not marks:
            return ""
        accent = accent_of([self.mask[m.y0 : m.y1, m.x0 : m.x1] for m in marks], main.width)
        if accent is None:
            raise Unclear
        return accent

    def _alone(self, group: list[Blot]) -> list[ReadSign]:
        """Ink for which no sign was read, by itself."""
        read = self._ocr(group)
        joined = "".join(char for char, _, _ in read) in _LIGATURES
        if not (len(read) == 1 or joined) or min(score for _, _, score in read) < SURE:
            raise Unclear
        return read

    def _ocr(self, blots: Sequence[Blot]) -> list[ReadSign]:
        """Signs with their x and score, of the blots alone on paper."""
        x0, y0, x1, y1 = (round(side) for side in union(map(box_of, blots)))
        room = max(3, round(0.2 * (y1 - y0)))
        canvas = np.empty((y1 - y0 + 2 * room, x1 - x0 + 2 * room, 3), np.uint8)
        canvas[:] = self._paper
        for blot in blots:
            into = (slice(blot.y0 - y0 + room, blot.y1 - y0 + room), slice(blot.x0 - x0 + room, blot.x1 - x0 + room))
            canvas[into] = np.minimum(canvas[into], self._pixels[blot.y0 : blot.y1, blot.x0 : blot.x1])
        read = ocr_rapid.read_signs(canvas)
        return [(char, x + x0 - room, score) for sign, x, score in read for char in _single(sign)]


def _as_drawn(read: str, its: Named, score: float) -> str:
    """The sign as its form has it, where OCR doesn't tell the two apart: both shapes of a phi, a bar and an l."""
    bar = its.sign == "|" and its.likeness > _BAR and read in "lI1" and score < _SURE_READ
    return its.sign if bar or {read, its.sign} in _TWO_SHAPES else read


def _unlike(its: Named, sign: str) -> float:
    """How much less like a sign the ink is than like the likest; 0 where nothing is known."""
    like = its.like(sign)
    return 0.0 if like is None else max(0.0, its.likeness - like)


def _single(sign: str) -> str:
    """A sign as those of connected ink that it is made of."""
    if sign.isspace():
        return ""
    return _SPLIT.get(sign) or _FLAT.get(sign) or (unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign)
