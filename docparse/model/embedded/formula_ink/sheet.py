"""A cutting with a formula taken apart into rows, and their signs as words and rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded import ocr_rapid
from docparse.model.embedded.formula_ink.align import ReadSign, aligned
from docparse.model.embedded.formula_ink.blots import Blot, box_of, type_height
from docparse.model.embedded.formula_ink.named import Named, named
from docparse.model.embedded.formula_ink.parts import are_twins, groups_of, limits, stacked
from docparse.model.embedded.formula_ink.shapes import accent_of, sign_of
from docparse.model.embedded.formula_ink.signs import Sign, capital_of, placed, widest
from docparse.model.embedded.formula_leaves import Unclear
from docparse.model.embedded.formula_symbols import symbols
from docparse.schemas.page import Rule, Word

_DEPTH = 6
# in heights of the formula's type, which is that of a capital:
_BAR_LONG, _BAR_THICK = 0.4, 0.22  # a bar is longer, and thinner
_NEAR = 0.9  # between a bar and what stands over or under it
_TALL = 1.75  # signs as tall hold others: brackets, sums
_OFF = 0.45  # between the signs of a row, down
_DOUBTFUL, _SURE = 0.5, 0.8
_SURE_SCORE = 0.97  # of a sign whose form leaves no doubt
_LIKE, _NOT_LIKE = (
    0.88,
    0.1,
)  # likeness of a form that is taken though another sign was read, and by how much it is less like
_LEAST_TYPE = 0.45  # of the formula's: the type of an index of an index
_INDEX = 0.7  # size of an index
_CAPITAL = 0.69  # of the size of the type
_FLAT = {"一": "−", "_": "−", "—": "−", "–": "−", "-": "−", "ー": "−", "二": "=", "ニ": "="}
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


class Sheet:
    """The cutting, and the words and rules found on it so far."""

    def __init__(self, pixels: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        self._pixels, self._mask = pixels, mask
        self._paper: NDArray[np.uint8] = np.median(pixels[~mask], axis=0).astype(np.uint8)
        self._capital = 0.0  # height of one in the whole formula
        self._names: dict[Blot, Named] = {}
        self.words: list[Word] = []
        self.rules: list[Rule] = []
        self.scores: list[float] = []

    def take_apart(self, blots: list[Blot], depth: int) -> None:
        """Fractions, roots and limits one after the other; what is left is a row."""
        if depth > _DEPTH:
            raise Unclear
        while blots:
            high = self._high(blots)
            self._capital = self._capital or high
            parts = self._fraction(blots, high) or self._root(blots, high)
            small = None if parts else limits(blots, high) or stacked(blots, high, self._type_of)
            if not parts and not small:
                self._read(blots, high)
                return
            *held, blots = parts or small or []
            start = len(self.words)
            for part in held:
                self.take_apart(part, depth + 1)
            if small:
                self._as_index(start, high)

    def _as_index(self, start: int, high: float) -> None:
        """Words from a place on as small as limits and indices are: some print sets them as large as the row."""
        most = _INDEX * high / _CAPITAL
        self.words[start:] = [word._replace(size=min(word.size, most)) for word in self.words[start:]]

    def _high(self, blots: list[Blot]) -> float:
        """About the height of a capital among the blots, as the letters tell that are beyond doubt."""
        if self._capital and all(
            blot.width > 2.2 * blot.height or blot.height < 0.25 * self._capital for blot in blots
        ):
            return self._capital  # nothing but strokes and dots
        letters = sorted(filter(None, (self._letter(blot) for blot in blots)), reverse=True)
        if not letters:
            return max(type_height(blots), _LEAST_TYPE * self._capital)
        least = 1 if len(letters) < 4 else 2
        return next((s for s in letters if sum(abs(s - o) < 0.12 * s for o in letters) >= least), letters[0])

    def _letter(self, blot: Blot) -> float:
        """Height of a capital in the type of a letter that is beyond doubt, else 0."""
        its = self._seen(blot) if blot.width < 2.2 * blot.height else None
        return capital_of(its.sign[0], blot.height) if its is not None and its.sure and its.sign[0].isalnum() else 0.0

    def _type_of(self, blot: Blot) -> float:
        return self._letter(blot) or float(blot.height)

    def _seen(self, blot: Blot) -> Named:
        """What a blot is by itself."""
        if blot not in self._names:
            self._names[blot] = named(self._mask, [blot], self._capital or blot.height)
        return self._names[blot]

    def _fraction(self, blots: list[Blot], high: float) -> list[list[Blot]] | None:
        """What stands over and under the longest bar, and the rest."""
        bars = [b for b in blots if b.width > _BAR_LONG * high and b.height < max(3.0, _BAR_THICK * high) < b.width]
        for bar in sorted(bars, key=lambda blot: -blot.width):
            if any(are_twins(bar, other, high) for other in bars if other is not bar):
                continue
            room = 0.2 * high
            own = [b for b in blots if b is not bar and bar.x0 - room <= b.x <= bar.x1 + room]
            above = [b for b in own if b.y1 <= bar.y0 + 1]
            below = [b for b in own if b.y0 >= bar.y1 - 1]
            if not above or not below:
                continue
            if bar.y0 - max(b.y1 for b in above) > _NEAR * high or min(b.y0 for b in below) - bar.y1 > _NEAR * high:
                continue
            self.rules.append(Rule((bar.x0, bar.y0, bar.x1, bar.y1), True, float(bar.height)))
            taken = {bar, *above, *below}
            return [above, below, [b for b in blots if b not in taken]]
        return None

    def _root(self, blots: list[Blot], high: float) -> list[list[Blot]] | None:
        """What stands under the first root, and the rest."""
        for root in blots:
            inner = [
                b
                for b in blots
                if b is not root and root.x0 < b.x < root.x1 and root.y0 <= b.y0 and b.y1 <= root.y1 + 2
            ]
            start = self._vinculum(root, inner) if inner else None
            if start is None:
                continue
            thick = max(1, root.height // 14)
            self.rules.append(Rule((start, root.y0, root.x1, root.y0 + thick), True, float(thick)))
            box = (float(root.x0), float(root.y0), float(start), float(root.y1))
            self.words.append(Word("√", box, size=high / _CAPITAL, baseline=float(root.y1)))
            taken = {root, *inner}
            return [inner, [b for b in blots if b not in taken]]
        return None

    def _vinculum(self, root: Blot, inner: Sequence[Blot]) -> int | None:
        """Where the stroke over a root begins; None where the blot is no root."""
        ink = self._mask[root.y0 : root.y1, root.x0 : root.x1].copy()
        for blot in inner:
            ink[blot.y0 - root.y0 : blot.y1 - root.y0, max(0, blot.x0 - root.x0) : blot.x1 - root.x0] = False
        top = np.asarray(ink[: max(2, root.height // 8)].any(axis=0))
        gaps = np.flatnonzero(~top)
        start = int(gaps[-1]) + 1 if len(gaps) else 0
        if start < 3 or root.width - start < 0.25 * root.height or not top[-1]:
            return None
        below = ink[max(2, root.height // 5) :, start + max(2, root.height // 8) :]
        if below.any() or max(blot.height for blot in inner) < 0.3 * root.height:
            return None
        foot = np.flatnonzero(ink[-max(1, root.height // 10) :].any(axis=0))
        return root.x0 + start if len(foot) and foot[-1] <= start + 0.2 * root.height else None

    def _read(self, blots: list[Blot], high: float) -> None:
        """A row: tall signs by their shape, the others by OCR, each on its ink."""
        tall = {b: sign for b in blots if b.height >= _TALL * high and (sign := self._shape(b))}
        signs = [Sign(sign, box_of(b), 1.0, tall=True) for b, sign in tall.items()]
        rest = [b for b in blots if b not in tall]
        if rest:
            rest, apart = self._level(rest, high)
            if not _at_integrals(apart, [b for b, sign in tall.items() if sign == "∫"], high):
                raise Unclear
            for part in (_above(apart, rest), _below(apart, rest)):
                self.take_apart(part, _DEPTH)
            signs += self._signs(rest, high)
        self.scores += [sign.score for sign in signs]
        self.words += placed(signs, self._capital)

    def _shape(self, blot: Blot) -> str | None:
        return sign_of(self._mask[blot.y0 : blot.y1, blot.x0 : blot.x1])

    def _signs(self, blots: list[Blot], high: float) -> list[Sign]:
        """Signs by their form; those that leave a doubt as the recogniser of lines reads them beside the others."""
        groups = groups_of(blots, high)
        seen = [named(self._mask, group, high) for group in groups]
        if all(its.sure for its in seen):
            return [
                Sign(its.sign, self._sign_box(its, group), _SURE_SCORE) for its, group in zip(seen, groups, strict=True)
            ]
        of_ink = {group[0]: its for its, group in zip(seen, groups, strict=True)}
        signs: list[Sign] = []
        for read, held in aligned(self._ocr(blots), groups, high, lambda j, sign: _unlike(seen[j], sign)):
            if not held:
                if read[0][2] > _DOUBTFUL and not all(its.sure for its in seen):
                    raise Unclear
                continue
            parts = [(group, its) for group, its in zip(groups, seen, strict=True) if group[0] in held]
            if all(its.sure for _, its in parts):
                signs += [Sign(its.sign, self._sign_box(its, group), _SURE_SCORE) for group, its in parts]
            else:
                signs += self._doubted(read, held, of_ink[held[0]] if len(parts) == 1 else None, high)
        return signs

    def _sign_box(self, its: Named, group: Sequence[Blot]) -> Box:
        """The box of a sign, without its accent."""
        letter = [max(group, key=lambda b: b.height)] if len(its.sign) > 1 else group
        return box_of(union(map(box_of, letter)))

    def _doubted(self, read: list[ReadSign], group: list[Blot], its: Named | None, high: float) -> list[Sign]:
        """Signs of ink whose form leaves a doubt: of those it is like, the one that was read."""
        if its is not None and len(read) < 2:
            said = its.like(read[0][0]) if read else None
            wrong = (
                symbols(read[0][0]) is None
                if said is None and read
                else said is None or said < its.likeness - _NOT_LIKE
            )
            if its.likeness >= _LIKE and wrong:
                return [Sign(its.sign, self._sign_box(its, group), its.likeness)]
        chars = read or self._alone(group)
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

    def _level(self, blots: list[Blot], high: float) -> tuple[list[Blot], list[Blot]]:
        """The blots of one row and those above and below it, without what the edges cut of another line."""
        main = max(blots, key=lambda b: b.height * b.width if b.width < 3 * b.height else 0)
        top, bottom = main.y0, main.y1
        row, rest = [main], [b for b in blots if b is not main]
        while near := [b for b in rest if b.y0 <= bottom + _OFF * high and b.y1 >= top - _OFF * high]:
            top, bottom = min(top, *(b.y0 for b in near)), max(bottom, *(b.y1 for b in near))
            row += near
            rest = [b for b in rest if b not in near]
        return row, [b for b in rest if b.y0 > 0 and b.y1 < len(self._mask)]

    def _accent(self, group: list[Blot], char: str) -> str:
        """The combining accent over a letter of several blots, "" where the blots are those of its own shape."""
        if not char.isalpha() or char in "ijΞ" or unicodedata.decomposition(char):
            return ""
        main = max(group, key=lambda b: b.height)
        marks = [b for b in group if b.y1 <= main.y0 + 1]
        if not marks:
            return ""
        accent = accent_of([self._mask[m.y0 : m.y1, m.x0 : m.x1] for m in marks], main.width)
        if accent is None:
            raise Unclear
        return accent

    def _alone(self, group: list[Blot]) -> list[ReadSign]:
        """Ink for which no sign was read, by itself."""
        read = self._ocr(group)
        if len(read) != 1 or read[0][2] < _SURE:
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


def _unlike(its: Named, sign: str) -> float:
    """How much less like a sign the ink is than like the likest; 0 where nothing is known."""
    like = its.like(sign)
    return 0.0 if like is None else max(0.0, its.likeness - like)


def _at_integrals(blots: Sequence[Blot], integrals: Sequence[Blot], high: float) -> bool:
    """Whether what stands off a row are limits, beside the ends of its integrals."""
    return all(any(sign.x0 <= b.x <= sign.x1 + 1.5 * high for sign in integrals) for b in blots)


def _above(blots: Sequence[Blot], row: Sequence[Blot]) -> list[Blot]:
    return [b for b in blots if b.y1 <= min(other.y0 for other in row)]


def _below(blots: Sequence[Blot], row: Sequence[Blot]) -> list[Blot]:
    return [b for b in blots if b.y0 >= max(other.y1 for other in row)]


def _single(sign: str) -> str:
    """A sign as those of connected ink that it is made of."""
    if sign.isspace():
        return ""
    return _SPLIT.get(sign) or _FLAT.get(sign) or (unicodedata.normalize("NFKC", sign) if sign.isalnum() else sign)
