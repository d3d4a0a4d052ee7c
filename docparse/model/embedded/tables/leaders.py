"""Dot leaders between a label and its number: they fill the blank that parts the two columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.schemas.page import Word

_SIGNS = ".…․‥·"
_DOTS = re.compile(rf"^[{_SIGNS}]+$")
_TAIL = re.compile(rf"[{_SIGNS}]{{4,}}$|…$")
_LEAST = 4


def with_short_leaders(words: Sequence[Word]) -> Sequence[Word]:
    """The words, leaders made part of the label before them: its text goes on, its box ends where the label does."""
    if not any(word.text[-1:] in _SIGNS and _DOTS.match(word.text[-3:]) for word in words):
        return words
    kept: list[Word] = []
    run: list[Word] = []
    for word in words:
        dotted = word.text[-1:] in _SIGNS
        dots = dotted and _DOTS.match(word.text)
        if dots and (not run or run[-1].line == word.line):
            run.append(word)
            continue
        if run:
            _end(run, kept)
        run = [word] if dots else []
        if not run:
            found = _TAIL.search(word.text) if dotted else None
            kept.append(_shortened(word, len(found.group())) if found and found.start() else word)
    if run:
        _end(run, kept)
    return kept


def _end(run: Sequence[Word], kept: list[Word]) -> None:
    """Hangs a run of dots that is long enough on the word before, whose last dot may be the first of them."""
    last = kept[-1] if kept else None
    long = sum(len(word.text) for word in run) >= _LEAST or any("…" in word.text for word in run)
    if not long or last is None or last.line != run[0].line or last.bbox[2] > run[0].bbox[0] + 1:
        kept.extend(run)
        return
    if last.text.endswith(".") and len(last.text) > 1:
        last = _shortened(last, 1)
    blanks = [" " * before.space + word.text for before, word in zip([last, *run], run, strict=False)]
    kept[-1] = last._replace(text=last.text + "".join(blanks), space=run[-1].space)


def _shortened(word: Word, count: int) -> Word:
    """With a box without its last `count` signs; a dot is half as wide as another sign."""
    x0, y0, x1, y1 = word.bbox
    rest = len(word.text) - count
    return word._replace(bbox=(x0, y0, x0 + (x1 - x0) * rest / max(rest + count / 2, 1), y1))
