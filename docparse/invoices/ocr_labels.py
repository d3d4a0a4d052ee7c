"""Words of labels that OCR misread by one letter ("Anount"): what they are compared as. Values never change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from docparse.invoices.text import squash

_SHORTEST = 5  # letters; shorter words have too many neighbours


def label_key(key: str) -> str:
    """The word of a label that differs from `key` in one letter; `key` itself where there is none, or are several."""
    words, near = _index()
    if len(key) < _SHORTEST or key in words or key.isdigit():
        return key
    found = {word for hole in _holes(key) for word in near.get(hole, ())}
    return found.pop() if len(found) == 1 else key


def _holes(word: str) -> Iterator[str]:
    """The word with each letter blotted out: what two words share that differ in one place."""
    return (f"{word[:place]}?{word[place + 1 :]}" for place in range(len(word)))


@cache
def _index() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    from docparse.invoices.vocabulary import label_words

    words = frozenset(key for word in label_words() if len(key := squash(word)) >= _SHORTEST)
    near: dict[str, tuple[str, ...]] = {}
    for word in sorted(words):
        for hole in _holes(word):
            near[hole] = (*near.get(hole, ()), word)
    return words, near
