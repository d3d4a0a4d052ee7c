"""Order of words on a line that runs from right to left: what is Latin or a number in it runs the other way.

The Unicode bidirectional algorithm read backwards: from what stands where on paper to the order in which it is read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_OF_NUMBERS = frozenset("$€£¥₪%‰°#")  # signs that go with a number that they touch
_BEFORE_NUMBERS = frozenset("+-−–")  # … where nothing is before them
_TIGHT_EM = 0.12


def is_rtl(char: str) -> bool:
    """Whether a letter (with accents put on it: its first character) runs right to left."""
    return char >= "\u0590" and unicodedata.bidirectional(char[0]) in ("R", "AL")


def reading_order(texts: Sequence[str], spans: Sequence[tuple[float, float]], em: float) -> list[int]:
    """Places of pieces of a right-to-left line as they are read; `spans` are their left and right edges."""
    return [i for island in islands(texts, spans, em) for i in island]


def islands(texts: Sequence[str], spans: Sequence[tuple[float, float]], em: float) -> list[list[int]]:
    """What `reading_order` gives, in groups from right to left; each group runs from left to right."""
    places = sorted(range(len(texts)), key=lambda i: spans[i][0] + spans[i][1])
    found: list[list[int]] = []
    for at, i in enumerate(places):
        if found and _one_island(texts, spans, places, at, found[-1], em):
            found[-1].append(i)
        else:
            found.append([i])
    return [group for island in reversed(found) for group in _without_loose_end(island, texts)]


def _one_island(
    texts: Sequence[str], spans: Sequence[tuple[float, float]], places: Sequence[int], at: int,
    island: Sequence[int], em: float,
) -> bool:  # fmt: skip
    """Whether a piece goes on, to the right, what the pieces on its left begin."""
    i, left = places[at], places[at - 1]
    if not any(_runs_right(texts[j]) for j in island) and not (
        len(island) == 1 and _goes_before(texts, spans, places, at - 1, em)
    ):
        return False
    if _runs_right(texts[i]):
        return True
    if any(map(is_rtl, texts[i])):
        return False
    tight = _tight(spans[left], spans[i], em)
    if tight and texts[i] in _OF_NUMBERS and texts[left][-1].isdigit():
        return not _is_arabic(texts)
    after = next((j for j in places[at + 1 :] if any(map(str.isalnum, texts[j]))), None)
    if after is None or not _runs_right(texts[after]):
        return False
    letters = any(map(str.isalpha, texts[left])) and any(map(str.isalpha, texts[after]))
    return letters or (tight and _tight(spans[i], spans[places[at + 1]], em))


def _goes_before(
    texts: Sequence[str], spans: Sequence[tuple[float, float]], places: Sequence[int], at: int, em: float
) -> bool:
    """Whether a sign belongs to the number on its right."""
    sign = texts[places[at]]
    if at + 1 >= len(places) or not _tight(spans[places[at]], spans[places[at + 1]], em):
        return False
    if sign in _OF_NUMBERS:
        return texts[places[at + 1]][0].isdigit() and not _is_arabic(texts)
    free = at == 0 or not _tight(spans[places[at - 1]], spans[places[at]], em)
    return sign in _BEFORE_NUMBERS and free and texts[places[at + 1]][0].isdigit()


def _without_loose_end(island: list[int], texts: Sequence[str]) -> list[list[int]]:
    """A sign at the right end of what runs right is before it, unless it goes with a number."""
    ends = 0
    while ends + 1 < len(island) and not any(map(str.isalnum, texts[island[-1 - ends]])):
        if texts[island[-1 - ends]] in _OF_NUMBERS:
            break
        ends += 1
    return [*([i] for i in island[len(island) - ends :][::-1]), island[: len(island) - ends]]


def _is_arabic(texts: Sequence[str]) -> bool:
    """Whether the line has Arabic letters, beside which a sign of a number stands on the number's other side."""
    return any(unicodedata.bidirectional(char) == "AL" for text in texts for char in text)


def _runs_right(text: str) -> bool:
    return any(map(str.isalnum, text)) and not any(map(is_rtl, text))


def _tight(left: tuple[float, float], right: tuple[float, float], em: float) -> bool:
    return right[0] - left[1] < _TIGHT_EM * em
