"""Small words above or below their line's baseline, as raised and lowered signs."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.raised import lowered, raised
from docparse.schemas.page import Word

_SMALLEST, SMALLER = 0.35, 0.87  # size of an index in sizes of its main text; a drop cap's text is smaller yet
_LEAST_SHIFT, _FREE_SHIFT, _MOST_SHIFT = 0.08, 0.2, 0.75  # of its baseline, in sizes of the main text
_TOUCHING_EM = 0.2  # a wider gap parts an index from its main text


def index_texts(words: Sequence[Word]) -> list[str]:
    """Texts of the words of one line, indices among them in raised and lowered signs."""
    texts = [word.text for word in words]
    sizes = [word.size for word in words]
    if len(words) < 2 or not words[0].font or min(sizes) >= SMALLER * max(sizes):
        return texts
    main: Word | None = None
    for place, word in enumerate(words):
        if main is None or word.size >= SMALLER * main.size:
            main = word
        elif sign := _sign(word, main, before=words[place - 1]):
            texts[place] = _shifted(word.text, sign, behind_digit=texts[place - 1][-1:].isdecimal())
            continue
        else:
            main = word
        if place + 1 < len(words) and word.size < SMALLER * words[place + 1].size:  # before its main text, as in ¹⁴C
            following = words[place + 1]
            if not word.space and (sign := _sign(word, following, before=None)):
                texts[place] = _shifted(word.text, sign, behind_digit=False)
    return texts


def _sign(word: Word, main: Word, before: Word | None) -> int:
    """1 for a word raised over its main text, -1 for a lowered one, 0 for neither."""
    shift = (main.baseline - word.baseline) / main.size
    if not (_LEAST_SHIFT < abs(shift) < _MOST_SHIFT and word.size > _SMALLEST * main.size):
        return 0
    if before is None:
        near = main.bbox[0] - word.bbox[2] < _TOUCHING_EM * main.size
    else:
        near = not before.space and word.bbox[0] - before.bbox[2] < _TOUCHING_EM * main.size
        near = near or (shift > _FREE_SHIFT and before.bbox[2] <= word.bbox[0] + _TOUCHING_EM * main.size)
        near = near or (before.bbox[0] < word.bbox[2] and word.bbox[0] < before.bbox[2])  # under the one before
    return 0 if not near else 1 if shift > 0 else -1


def _shifted(text: str, sign: int, *, behind_digit: bool) -> str:
    if behind_digit and len(text) > 1 and text.isalpha():
        return text  # an ordinal: 19th, 2nd, 1er
    return raised(text) if sign > 0 else lowered(text)
