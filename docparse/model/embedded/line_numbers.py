"""Numbers of lines in the margin, as in drafts under review, poems and court papers: no part of their text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docparse.model.embedded.mono import is_mono_word
from docparse.schemas.page import Word

_LEAST, _LEAST_BY_STEPS = 4, 3
_LEAST_MARGIN, _LEAST_ALONE = 20, 3  # numbers down a margin, and those of them beside which nothing stands
_EVEN, _UNEVEN = 1.3, 3.5  # between the numbers of a page of its own, and of one of several with headings
_EDGE_PT = 3.0
_PROSE_WORDS = 6
_GOING = 0.25  # of the lines beside numbers


def part_line_numbers(words: Sequence[Word]) -> tuple[Sequence[Word], list[Word]]:
    """The words without line numbers, and these, top to bottom."""
    numbers = [word for word in words if word.text.isdecimal() and len(word.text) < 5]
    if len(numbers) < _LEAST_BY_STEPS:
        return words, []
    rows = _Rows(words)
    if len(numbers) >= _LEAST_MARGIN and (margin := _margin(numbers, words, rows)):
        gone = {id(word) for word in margin}
        return [word for word in words if id(word) not in gone], margin
    groups: dict[int, list[Word]] = defaultdict(list)
    for word in numbers:
        if rows.is_first(word):
            groups[round(word.bbox[2] / _EDGE_PT)].append(word)
            groups[-1 - round(word.bbox[0] / _EDGE_PT)].append(word)
    for group in sorted(groups.values(), key=len, reverse=True):
        if len(group) >= _LEAST_BY_STEPS and _counts_lines(group, rows):
            gone = {id(word) for word in group}
            return [word for word in words if id(word) not in gone], group
    return words, []


def _margin(numbers: Sequence[Word], words: Sequence[Word], rows: _Rows) -> list[Word]:
    """Numbers down the margin of a page, as on court paper and drafts: they are printed where no text stands, too."""
    left = min(word.bbox[0] for word in words)
    column = sorted(
        [word for word in numbers if word.bbox[0] - left < 2 * word.size], key=lambda word: word.baseline
    )  # fmt: skip
    if len(column) < _LEAST_MARGIN or any(int(b.text) != int(a.text) + 1 for a, b in pairwise(column)):
        return []
    pitches = [below.baseline - above.baseline for above, below in pairwise(column)]
    if max(pitches) > (_EVEN if column[0].text == "1" else _UNEVEN) * min(pitches):
        return []
    texts = [text for word in column if (text := rows.beside(word))]
    if 2 * sum(is_mono_word(text[0]) for text in texts) > len(texts):
        return []  # those of a listing are a part of it
    if len(column) - len(texts) >= _LEAST_ALONE:
        return column
    # a page full of text: lines that go on in the next one, as those of a table don't
    going = sum(row[0].text[0].islower() and len(row) >= _PROSE_WORDS for row in texts)
    return column if max(pitches) <= _EVEN * min(pitches) and going >= _GOING * len(texts) else []


class _Rows:
    """Words of a page by their baselines."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = sorted(words, key=lambda word: word.baseline)
        self._bases = [word.baseline for word in self._words]

    def beside(self, word: Word) -> list[Word]:
        row = [other for other in self._level(word) if other is not word]
        return sorted(row, key=lambda other: other.bbox[0])

    def _level(self, word: Word) -> Sequence[Word]:
        """The words on a word's level, itself among them."""
        slack = 0.4 * word.size
        start = bisect_left(self._bases, word.baseline - slack)
        return self._words[start : bisect_right(self._bases, word.baseline + slack)]

    def is_first(self, word: Word) -> bool:
        """Whether a word stands before all others at its height, apart from them."""
        end, gap = word.bbox[2], 0.45 * word.size
        row = self._level(word)
        return len(row) > 1 and all(other.bbox[0] - end > gap for other in row if other is not word)

    def between(self, above: Word, below: Word) -> int:
        """Lines of text between two words."""
        start = bisect_right(self._bases, above.baseline + 0.5 * above.size)
        bases = self._bases[start : bisect_left(self._bases, below.baseline - 0.5 * below.size)]
        return sum(b - a > 0.5 * above.size for a, b in pairwise([above.baseline, *bases]))


def _counts_lines(group: list[Word], rows: _Rows) -> bool:
    group.sort(key=lambda word: word.baseline)
    steps = [int(below.text) - int(above.text) for above, below in pairwise(group)]
    step = steps[0]
    if step < 1 or any(other != step for other in steps):
        return False
    pitches = [below.baseline - above.baseline for above, below in pairwise(group)]
    usual = median(pitches)
    if sum(abs(pitch - usual) < 0.15 * usual for pitch in pitches) < 0.7 * len(pitches):
        return False
    texts = [rows.beside(word) for word in group]
    left = min(row[0].bbox[0] for row in texts)
    if sum(row[0].bbox[0] - left < 6 * row[0].size for row in texts) < 0.7 * len(texts):
        return False
    if step > 1:
        if any(int(word.text) % step for word in group):
            return False
        counted = sum(step - 2 <= rows.between(above, below) <= step for above, below in pairwise(group))
        return step > 3 and counted >= 0.7 * len(pitches)
    return len(group) >= _LEAST and _run_on(texts)


def _run_on(texts: Sequence[Sequence[Word]]) -> bool:
    """Whether lines go on in the next one, as those of prose do and items of a list don't."""
    if median(len(row) for row in texts) < _PROSE_WORDS:
        return False
    words = [word.text.strip(".,;:!?()\"'“”‘’") for row in texts for word in row]
    plain = sum(word.replace("-", "").replace("’", "").isalpha() for word in words)
    return plain > 0.8 * len(words) and sum(row[0].text[0].islower() for row in texts) > 0.4 * len(texts)
