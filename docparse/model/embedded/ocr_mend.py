"""Mistakes of the recogniser that the characters around them prove: a zero inside a word, a time run into its date."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]+(?:0+[^\W\d_]+)+")
_LEAST_LETTERS = 3
_SURE = 0.95  # score from which a zero is taken for what it is: part of a code
_DATE_AND_TIME = re.compile(r"[-/. A-Za-z](?:19|20)\d\d(?=(?:[01]\d|2[0-3]):[0-5]\d)")


def with_letters(text: Sequence[str], scores: NDArray[np.float32], lost: Collection[int] = ()) -> tuple[str, ...]:
    """The characters of a line, doubtful zeros between letters of a word as the letter O ("FL0OR", "Cl0sed").

    `lost` are the places of characters before which a blank stands that was not read.
    """
    mended = list(text)
    if "0" not in mended or any(len(char) != 1 for char in mended):
        return tuple(mended)
    for match in _WORD.finditer("".join(mended)):
        start, end = match.span()
        zeros = [place for place in range(start, end) if mended[place] == "0"]
        letters = match.group().replace("0", "")
        before = start > 0 and start not in lost and mended[start - 1].isdigit()
        after = end < len(mended) and end not in lost and mended[end].isdigit()
        one_case = letters.isupper() or letters[1:].islower()
        if before or after or not one_case or len(letters) < _LEAST_LETTERS or min(scores[zeros]) >= _SURE:
            continue
        for place in zeros:
            mended[place] = "O" if letters.isupper() else "o"
    return tuple(mended)


def run_together(text: Sequence[str]) -> list[int]:
    """Places before which a blank is lost between a date and its time ("03/05/201820:24")."""
    if ":" not in text or any(len(char) != 1 for char in text):
        return []
    return [match.end() for match in _DATE_AND_TIME.finditer("".join(text))]
