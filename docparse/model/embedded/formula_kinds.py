"""Lines of a born-digital page as what they are to formulas: formulas, parts of them, or running text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from docparse.model.embedded.formula import is_number
from docparse.model.embedded.formula_symbols import BIG, FUNCTIONS, MATH_FONT, RELATIONS, STYLED, is_math_char
from docparse.model.embedded.lines import Line, line_of
from docparse.schemas.page import Word, WordStyle

Kind = Literal["seed", "mixed", "part", "text"]

_MOST_WORDS, _MOST_SHARE = 4, 0.55  # of the language in a formula, and their share of its letters
_ITALIC = int(WordStyle.ITALIC)
_LINE_NUMBERS = 10  # so many numbers under one another count the lines
QUAD = 2.6  # from a formula to a condition on its row, in sizes
_INDEX = 0.87  # of a letter, that its index is smaller than
_LETTER = re.compile(r"[^\W\d_]{3,}")
_NAME = re.compile(r"([A-Za-z]{2,12})[(\[{|]?")
_OPERATORS = frozenset(("vec", "diag", "tr", "Tr", "rank", "sgn", "Var", "Cov", "var", "cov", "supp", "erf", "lcm"))
_VOWEL = re.compile(r"[aeiouAEIOU]|[^\x00-\x7f]")


def line_kinds(lines: Sequence[Line]) -> list[Kind]:
    """The kind of each line; words beside a formula ("subject to") are of the formula's row."""
    kinds = [_kind(line) for line in lines]
    numbers = [len(line.words) == 1 and line.words[0].text.isdecimal() for line in lines]
    edges = Counter([round(line.x1) for line, number in zip(lines, numbers, strict=True) if number])
    levels = Counter([round(line.baseline) for line in lines])
    for i, line in enumerate(lines):
        if numbers[i] and edges[round(line.x1)] >= _LINE_NUMBERS:
            kinds[i] = "text"
            continue
        if (
            kinds[i] != "text"
            or not _has_company(line, levels)
            or sum(traits(word.text)[0] for word in line.words) > _MOST_WORDS
        ):
            continue
        row = row_of(lines, i)
        if (
            len(row) > 1
            and is_mathematics(lines[row[0]].words[0])
            and _kind(line_of([word for j in row for word in lines[j].words])) in ("mixed", "seed")
        ):
            kinds[i] = "mixed"
    return kinds


def _has_company(line: Line, levels: Counter[int]) -> bool:
    """Whether other lines may stand on its baseline: most lines stand alone, which is told at once."""
    reach = int(0.1 * line.size) + 1
    level = round(line.baseline)
    return sum(levels[near] for near in range(level - reach, level + reach + 1)) > 1


def row_of(lines: Sequence[Line], i: int) -> list[int]:
    """Lines on the baseline of one, from left to right, each a quad or two from the next."""
    line = lines[i]
    level = [
        j for j in range(max(0, i - 12), min(len(lines), i + 13))
        if abs(lines[j].baseline - line.baseline) < 0.1 * line.size
    ]  # fmt: skip
    level.sort(key=lambda j: lines[j].x0)
    at = level.index(i)
    first = last = at
    while first > 0 and lines[level[first]].x0 - lines[level[first - 1]].x1 < QUAD * line.size:
        first -= 1
    while last + 1 < len(level) and lines[level[last + 1]].x0 - lines[level[last]].x1 < QUAD * line.size:
        last += 1
    return level[first : last + 1]


def _kind(line: Line) -> Kind:
    """ "seed": a formula by itself; "mixed": one with words in it; "part": may belong to one; "text": running text."""
    letters = plain = wordy = 0
    math = relation = False
    for place, word in enumerate(line.words):
        letters += len(word.text)
        in_math_font = is_math_font(word.font) or _is_index(line.words, place)
        if place == 0 and not in_math_font and _is_plain(word) and not _is_name(line.words, 0):
            return "text" if len(line.words) > 1 or traits(word.text)[0] else "part"
        words, signs, relates = traits(word.text)
        if words and not in_math_font and not _is_name(line.words, place):
            wordy += 1
            plain += len(word.text)
            if place == 0 or wordy > _MOST_WORDS:
                return "text"
        math = math or signs or in_math_font
        relation = relation or relates
    if wordy:
        return "mixed" if relation and math and plain <= _MOST_SHARE * letters else "text"
    if relation and math and letters >= 2 and len(line.words) >= 2:
        return "seed"
    short = letters <= 12 and (math or all(len(word.text) <= 4 for word in line.words) or is_number(line.plain))
    return "part" if short or math else "text"


def is_mathematics(word: Word) -> bool:
    slanted = word.style & _ITALIC and len(word.text) < 3
    return bool(is_math_font(word.font) or traits(word.text)[1] or slanted or word.text in FUNCTIONS) or (
        word.text[-1] in "([{|" or word.text in BIG
    )


def _is_plain(word: Word) -> bool:
    """Whether it is letters that are upright, and no function's name."""
    text = word.text.rstrip(".,:;")
    return len(text) > 1 and text.isalpha() and not word.style & _ITALIC and text not in FUNCTIONS


def _is_index(words: Sequence[Word], place: int) -> bool:
    """Whether an upright word is the index of the letter before it, or goes on with one."""
    if not place or words[place - 1].space or words[place].size > _INDEX * words[0].size:
        return False
    return is_math_font(words[place - 1].font) or _is_index(words, place - 1)


def _is_name(words: Sequence[Word], place: int) -> bool:
    """Whether a word names a function or operator: its argument or index follows at once, or may do so."""
    word = words[place]
    if not _NAME.fullmatch(word.text):
        return False
    if word.text[-1] in "([{|":
        return True
    after = words[place + 1] if place + 1 < len(words) else None
    if word.text in _OPERATORS and (after is None or after.text[0] in "(["):  # tall brackets stand apart
        return True
    return after is not None and not word.space and (after.text[0] in "([" or after.size < _INDEX * word.size)


@lru_cache(maxsize=4096)
def traits(text: str) -> tuple[bool, bool, bool]:
    """Whether a word reads as prose, has a mathematical sign, states a relation."""
    plain = STYLED.sub("", text)
    found = _LETTER.search(plain)
    prose = (
        found is not None
        and _VOWEL.search(found[0]) is not None
        and plain.strip("()[]{}|,.;:0123456789") not in FUNCTIONS
    )
    return prose, any(map(is_math_char, text)), any(char in RELATIONS and char != ":" for char in text)


@lru_cache(maxsize=512)
def is_math_font(font: str) -> bool:
    return MATH_FONT.search(font) is not None
