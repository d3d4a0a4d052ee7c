"""Pieces of lines: words that surely belong together, with the signs and raised marks that the source drew apart."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from docparse.model.embedded.formula_symbols import MATH_FONT
from docparse.schemas.page import Word

SPLIT_GAP_EM = 1.7  # a wider gap inside a source line parts two columns or cells
_NEAR = 40
_INDEX, _OFF_LEVEL = (0.6, 0.85), 0.1  # size of an index, and how far it is raised or lowered, against what it is at
_CITED = re.compile(r"\[\d{1,3}\][,;]?")  # a mark of a source that is cited
_HUNG = re.compile(r"\d{1,2}|[*†‡§¶#]{1,2}")  # a mark before a note
_HUNG_GAP_EM, _HUNG_RISE = 2.0, 0.12  # from it to its note, and by how much it is raised, in sizes of that
_NOTE_WORDS = 3  # a note has more
_TALL = frozenset("√∑∏∫∮⋃⋂⨁⨂")


@dataclass(slots=True)
class Piece:
    """Words that surely belong together: one source line, or one column's part of it."""

    words: list[Word]
    x0: float
    x1: float
    size: float
    baseline: float

    @classmethod
    def of(cls, words: list[Word]) -> Piece:
        if len(words) == 1:
            word = words[0]
            return cls(words, word.bbox[0], word.bbox[2], word.size, word.baseline)
        first = lead(words)
        boxes = [word.bbox for word in words]
        return cls(words, min([box[0] for box in boxes]), max([box[2] for box in boxes]), first.size, first.baseline)

    @property
    def letters(self) -> int:
        return sum([len(word.text) for word in self.words])


def lead(words: Sequence[Word]) -> Word:
    """The word whose size and baseline stand for the line: that of most letters, the larger of equals, or what those
    are indices of."""
    if len({word.size for word in words}) == 1:
        return words[0]
    weight: dict[float, int] = {}
    for word in words:
        weight[word.size] = weight.get(word.size, 0) + len(word.text)
    size = max(weight, key=lambda key: (weight[key] * min(key, 2.0 * words[0].size) ** 2, key))
    base = max(words, key=lambda word: word.size)
    most = [word for word in words if word.size == size]
    is_index = _INDEX[0] < size / base.size < _INDEX[1] and MATH_FONT.search(base.font) is not None
    if is_index and all(abs(word.baseline - base.baseline) > _OFF_LEVEL * base.size for word in most):
        return base
    return most[0]


def with_tall_signs(pieces: list[Piece]) -> list[Piece]:
    """Roots, sums and integrals, whose origin is at their top, on the baseline of the text beside them."""
    tall = [piece for piece in pieces if _is_tall(piece)]
    if not tall or len(tall) > 400:
        return pieces
    others = [piece for piece in pieces if not _is_tall(piece)]
    others.sort(key=lambda piece: piece.baseline)
    bases = [piece.baseline for piece in others]
    for sign in tall:
        em = sign.size
        near = others[bisect_left(bases, sign.baseline - 0.4 * em) : bisect_left(bases, sign.baseline + 2.6 * em)]
        beside = [
            piece
            for piece in near[:_NEAR]
            if -0.3 * em <= max(piece.x0 - sign.x1, sign.x0 - piece.x1) <= 0.5 * em and piece.letters > 1
        ]
        if beside:
            sign.baseline = min((piece.baseline for piece in beside), key=lambda y: abs(y - sign.baseline - 0.8 * em))
    return pieces


def _is_tall(piece: Piece) -> bool:
    return len(piece.words) == 1 and piece.words[0].text in _TALL


def attach_small(pieces: list[Piece]) -> list[Piece]:
    """Pieces with the super- and subscripts, and drop capitals, that the source drew apart put back into them."""
    pieces.sort(key=lambda piece: piece.baseline)
    gone: set[int] = set()
    for i, small in enumerate(pieces):
        marks = all(_CITED.fullmatch(word.text) for word in small.words)
        if not marks and (len(small.words) > 8 or small.letters > 8):
            continue
        host = _host(pieces, i, gone)
        if host is None:
            continue
        words = insert(pieces[host].words, small)
        after = _after(pieces, i, host, gone) if marks else None
        if after is not None:
            words += pieces[after].words
            gone.add(after)
        pieces[host] = Piece.of(words)
        gone.add(i)
    return [piece for i, piece in enumerate(pieces) if i not in gone]


def _after(pieces: list[Piece], i: int, host: int, gone: set[int]) -> int | None:
    """The piece that goes on behind marks at the end of their host: the full stop, or the rest of the line."""
    marks, before = pieces[i], pieces[host]
    if marks.x1 < before.x1:
        return None
    for j in range(max(0, host - _NEAR), min(len(pieces), host + _NEAR)):
        piece = pieces[j]
        level = abs(piece.baseline - before.baseline) < 0.1 * before.size and piece.size > 0.87 * before.size
        if j not in (i, host) and j not in gone and level and abs(piece.x0 - marks.x1) < 0.4 * before.size:
            return j
    return None


def insert(words: list[Word], small: Piece) -> list[Word]:
    """The small piece's words put where they stand among the bigger one's."""
    middle = (small.x0 + small.x1) / 2
    at = sum((word.bbox[0] + word.bbox[2]) / 2 < middle for word in words)
    return words[:at] + small.words + words[at:]


def _host(pieces: list[Piece], i: int, gone: set[int]) -> int | None:
    """The bigger piece that a small one hangs on, nearest in height."""
    small = pieces[i]
    best, nearest = None, math.inf
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(pieces) and abs(j - i) <= _NEAR:
            big = pieces[j]
            rise = big.baseline - small.baseline  # above 0: a superscript
            if abs(rise) > 0.7 * big.size and abs(rise) > 20:
                break
            if j not in gone and _hangs_on(small, big, rise) and abs(rise) < nearest:
                best, nearest = j, abs(rise)
            j += step
    return best


def _hangs_on(small: Piece, big: Piece, rise: float) -> bool:
    if not 0.4 * big.size < small.size < 0.87 * big.size or not -0.32 * big.size <= rise <= 0.62 * big.size:
        return False
    reach = 0.3 * big.size
    if (
        small.x1 < big.x0 - (_HUNG_GAP_EM * big.size if _is_hung(small, big, rise) else reach)
        or small.x0 > big.x1 + reach
    ):
        return False
    return not any(
        word.bbox[0] + 0.5 < small.x1 - 0.5 and small.x0 + 0.5 < word.bbox[2] - 0.5
        for word in big.words
        if word.size > 0.87 * big.size
    )


def _is_hung(small: Piece, big: Piece, rise: float) -> bool:
    """Whether a raised mark may hang before a note, with a blank between them: a note begins with a word."""
    first = big.words[0].text
    note = len(big.words) > _NOTE_WORDS and len(first) > 1 and first.isalpha()
    return (
        len(small.words) == 1 and note and rise > _HUNG_RISE * big.size and bool(_HUNG.fullmatch(small.words[0].text))
    )
