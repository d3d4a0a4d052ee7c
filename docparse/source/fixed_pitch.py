"""Monospaced type whose font has no telling name and no flag: all its letters are as wide as one another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.schemas.page import Word, WordStyle

_MONO = int(WordStyle.MONO)
_NAMELESS = re.compile(r"Type3.*|[A-Z]{1,3}\d+|CIDFont\+.*")  # "F38", "Type3 (378 0 R)"
_SAMPLE, _LEAST = 40, 8  # words of a font that are measured, and that must be there
_LEAST_LONG, _LEAST_LETTERS = 2, 40  # words of so many letters together are enough, too
_LETTERS = 3  # of a word that counts
_SAME, _ALL_SAME, _FEW = 0.02, 0.003, 3  # deviation of a letter's room, relative; among few words; how many these are
_SIGNS = frozenset("<>=+")  # alone as telling as words
_NARROW, _BROAD = frozenset("ijlt1.,:;'|!"), frozenset("mwMWABCDGNOQ@%") | _SIGNS  # other type gives them less, or more


def with_fixed_pitch(words: list[Word]) -> list[Word]:
    """Words, those of such fonts marked as monospaced."""
    fonts = {word.font for word in words}
    nameless = {font for font in fonts if _NAMELESS.fullmatch(font)}
    if not nameless:
        return words
    samples: dict[str, list[Word]] = {font: [] for font in nameless}
    for word in words:
        sample = samples.get(word.font)
        telling = len(word.text) >= _LETTERS or word.text in _SIGNS
        if sample is not None and telling and len(sample) < _SAMPLE and word.text.isascii():
            sample.append(word)
    mono = {font for font, sample in samples.items() if _is_enough(sample) and _is_even(sample)}
    return [word._replace(style=word.style | _MONO) if word.font in mono else word for word in words] if mono else words


def _is_enough(sample: Sequence[Word]) -> bool:
    few = len(sample) >= _LEAST_LONG and sum(len(word.text) for word in sample) >= _LEAST_LETTERS
    return few or len(sample) >= _LEAST


def _is_even(sample: Sequence[Word]) -> bool:
    letters = set("".join([word.text for word in sample]))
    if not letters & _NARROW or not letters & _BROAD:
        return False
    rooms = sorted((word.bbox[2] - word.bbox[0]) / (word.size * len(word.text)) for word in sample)
    low, high = rooms[len(rooms) // 10], rooms[-1 - len(rooms) // 10]
    return high > 0 and high - low < (_SAME if len(sample) > _FEW else _ALL_SAME) * high
