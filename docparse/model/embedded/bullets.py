"""Bullets, rings and dashes that an OCR leaves out as specks: blots in one column, before the lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.model.embedded.pitch import print_of
from docparse.schemas.page import PageImage, Word

_BULLET, _RING, _DASH = "•", "○", "–"
_READ = frozenset("•●■▪◆□○·∙-.")
_LETTERS = frozenset("ㆍoO")  # that bullets and rings are read as
_APART_EM = 0.4
_REACH_EM, _FREE_EM = 2.4, 0.2  # from the text to the far edge of its bullet, and at least to the near one
_SIDE_EM = (0.15, 0.6)  # of a bullet
_LEVEL_EM = (0.12, 0.5)  # of its middle above the baseline
_ASPECT, _FILLED = 1.5, 0.6
_ROUND, _HOLLOW, _LINE = 1.25, 0.1, 0.2  # of a ring: its aspect, what is dark in its middle, and of its box at least
_DASH_EM, _DASH_TALL_EM, _LYING = (0.2, 1.2), 0.16, 1.8  # of a dash: width, height, and the one over the other
_FULL = 99  # percentile of contrast beside a word that is ink: a dash covers little of it
_CLEAR_EM = 0.4  # free to the left of a blot
_SAME_EM = 0.25  # between bullets of one column
_LEAST = 2


class _Blot(NamedTuple):
    """A blot before a word, in page units, and the sign that it is."""

    sign: str
    word: Word
    left: float
    right: float


def with_bullets(words: Sequence[Word], page: PageImage) -> list[Word]:
    """The words that OCR read, with a bullet before those that one is printed before; two in a column at least."""
    if page.pixels is None:
        return list(words)
    rows: dict[int, list[Word]] = {}
    for word in words:
        rows.setdefault(word.line, []).append(word)
    signs = {id(row[0]) for row in rows.values() if _may_be_sign(row)}
    first = [row[1 if id(row[0]) in signs and len(row) > 1 else 0] for line, row in rows.items() if line >= 0]
    blots = [blot for word in first if (blot := _blot(word, page)) is not None]
    sure = {
        id(blot.word): blot for blot in blots
        if sum(other.sign == blot.sign and abs(blot.left - other.left) < _SAME_EM * blot.word.size
               for other in blots) >= _LEAST
    }  # fmt: skip
    result: list[Word] = []
    for word in words:
        if (word.text in _READ or id(word) in signs) and any(_is_at(word, blot) for blot in sure.values()):
            continue
        if (blot := sure.get(id(word))) is not None:
            _, top, _, bottom = word.bbox
            result.append(word._replace(text=blot.sign, bbox=(blot.left, top, blot.right, bottom), space=True))
        result.append(word)
    return result


def _may_be_sign(row: Sequence[Word]) -> bool:
    """Whether a line is one sign, or begins with one that is no letter and stands apart."""
    sign = row[0]
    if len(sign.text) > 1 or len(row) == 1:
        return len(sign.text) == 1
    apart = row[1].bbox[0] - sign.bbox[2] > _APART_EM * sign.size
    return apart and (not sign.text.isalpha() or sign.text in _LETTERS)


def _is_at(sign: Word, blot: _Blot) -> bool:
    """Whether a bullet that OCR read for itself is the one found before a word."""
    (x0, y0, x1, y1), (_, top, _, bottom) = sign.bbox, blot.word.bbox
    return x0 < blot.right and blot.left < x1 and top < (y0 + y1) / 2 < bottom


def _blot(word: Word, page: PageImage) -> _Blot | None:
    """The blot before a word, where nothing else is printed there."""
    assert page.pixels is not None
    em, (x0, _, _, _) = word.size, word.bbox
    if not any(map(str.isalnum, word.text)):
        return None
    place = (x0 - (_REACH_EM + 0.5) * em, word.baseline - 0.75 * em, x0 - _FREE_EM * em, word.baseline + 0.1 * em)
    left, top, right, bottom = (max(0, round(side)) for side in page.to_px(place))
    patch = print_of(page.pixels[top:bottom, left:right, 1], full=_FULL)
    if patch is None:
        return None
    dark = _last_blot(patch > 0.5, _CLEAR_EM * em * page.scale_x)
    columns, rows = np.flatnonzero(dark.any(axis=0)), np.flatnonzero(dark.any(axis=1))
    if not len(columns):
        return None
    wide, tall = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    middle = (bottom - top) - (rows[0] + rows[-1] + 1) / 2 - 0.1 * em * page.scale_y
    if not _LEVEL_EM[0] * em * page.scale_y <= middle <= _LEVEL_EM[1] * em * page.scale_y:
        return None
    blot = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    ring = _is_ring(blot)
    if blot.mean() < _FILLED and not ring:
        return None
    low, high = (side * em * page.scale_y for side in _SIDE_EM)
    short, long = (side * em * page.scale_x for side in _DASH_EM)
    if low <= min(wide, tall) and max(wide, tall) <= min(high, _ASPECT * min(wide, tall)):
        sign = _RING if ring else _BULLET
    elif (
        not ring
        and short <= wide <= long
        and wide >= _LYING * tall
        and tall <= max(2.0, _DASH_TALL_EM * em * page.scale_y)
    ):
        sign = _DASH
    else:
        return None
    start, _, end, _ = page.to_units((left + columns[0], top, left + columns[-1] + 1, bottom))
    return _Blot(sign, word, start, end)


def _is_ring(blot: NDArray[np.bool_]) -> bool:
    """Whether a blot is as wide as tall, a line around nothing."""
    tall, wide = blot.shape
    if min(tall, wide) < 5 or max(tall, wide) > _ROUND * min(tall, wide) or blot.mean() < _LINE:
        return False
    middle = blot[tall // 3 : tall - tall // 3, wide // 3 : wide - wide // 3]
    sides = (blot[: tall // 3, wide // 2], blot[-(tall // 3) :, wide // 2], blot[tall // 2, : wide // 3])
    return bool(middle.mean() <= _HOLLOW and all(side.any() for side in (*sides, blot[tall // 2, -(wide // 3) :])))


def _last_blot(dark: NDArray[np.bool_], clear_px: float) -> NDArray[np.bool_]:
    """The ink nearest to the word with nothing beside it on the left; the edge of a panel may stand farther out."""
    columns = np.flatnonzero(dark.any(axis=0))
    if not len(columns):
        return dark
    gaps = np.diff(columns, prepend=-1)
    last = int(np.flatnonzero(gaps > 2)[-1]) if (gaps > 2).any() else 0
    kept = dark.copy()
    kept[:, : columns[last]] = False
    return kept if gaps[last] > clear_px else np.zeros_like(dark)
