"""Lines that OCR read and that stand out otherwise than by size or weight: slanted type, pale type on a bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, union
from docparse.model.embedded.pitch import print_of
from docparse.schemas.page import PageImage, Word

_SHEAR = 0.21  # of italics: the tangent of twelve degrees
# columns of ink that lean to the right to those that lean to the left: of some words at least, and of a short one
_SHARPER, _SHORT_SHARPER, _SHORT = 1.06, 1.1, 12
_MOST_PX = 24  # of a line's height, beyond which every other pixel is enough
_LEAST_LETTERS, _MOST_WORDS, _ASKED = 5, 12, 3  # of a line that is looked at, and its longest words
_MOST = 0.4  # of the lines, beyond which it is no emphasis
_DARK, _PALE = 150, 200  # of a bar, and of the paper over and under it
_REACH = 1.6  # heights of a line from its middle to the paper


def slanted_lines(rows: Mapping[int, Sequence[Word]], page: PageImage) -> set[int]:
    """Lines in slanted type; none where many are."""
    found = {line for line, row in rows.items() if _is_slanted(row, page)}
    return found if len(found) <= _MOST * len(rows) else set()


def _is_slanted(row: Sequence[Word], page: PageImage) -> bool:
    assert page.pixels is not None
    if len(row) > _MOST_WORDS:
        return False
    words = [word for word in row if len(word.text) > 2 and word.text.isascii() and word.text.isalpha()]
    words = sorted(words, key=lambda word: -len(word.text))[:_ASKED]
    letters = sum(len(word.text) for word in words)
    if letters < _LEAST_LETTERS:
        return False
    gain = 0.0
    for word in words:
        x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(word.bbox))
        ink = print_of(page.pixels[y0:y1, x0:x1, 1])
        if ink is None:
            return False
        gain += len(word.text) * _sharpness(ink, _SHEAR) / _sharpness(ink, -_SHEAR)
    return gain > (_SHARPER if letters >= _SHORT else _SHORT_SHARPER) * letters


def _sharpness(ink: NDArray[np.float32], shear: float) -> float:
    """How unevenly ink is spread over columns that lean to the right by a shear: most where strokes do."""
    ink = ink if len(ink) <= _MOST_PX else ink[::2, ::2]
    height, width = ink.shape
    place = np.arange(width) + shear * (np.arange(height)[:, None] - height / 2) + height
    left = place.astype(np.int64)
    part = place - left
    size = width + 2 * height + 2
    columns = np.bincount(left.ravel(), (ink * (1 - part)).ravel(), size)
    columns += np.bincount(left.ravel() + 1, (ink * part).ravel(), size)
    total = columns.sum()
    return float((columns**2).sum() / total**2) if total else 0.0


def lines_on_bars(rows: Mapping[int, Sequence[Word]], page: PageImage) -> set[int]:
    """Lines of pale type on a bar that is little higher than they are."""
    return {line for line, row in rows.items() if _is_on_bar(union(word.bbox for word in row), page)}


def _is_on_bar(box: Box, page: PageImage) -> bool:
    assert page.pixels is not None
    x0, y0, x1, y1 = (max(0, round(side)) for side in page.to_px(box))
    patch = page.pixels[y0:y1, x0:x1, 1]
    if patch.size == 0 or np.median(patch) > _DARK:
        return False
    reach, middle = _REACH * (y1 - y0), (y0 + y1) / 2
    sides = [
        page.pixels[row, x0:x1, 1] for row in (int(middle - reach), int(middle + reach)) if 0 <= row < page.height_px
    ]
    return all(np.median(side) > _PALE for side in sides)
