"""Words of a chart beside those in it and at its axes: its titles, its legend, what is set in the labels' type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from docparse.geometry import Box, height, inside_share, union, width
from docparse.model.embedded.captions import is_caption
from docparse.model.embedded.charts.labels import follows
from docparse.model.embedded.script import word_count
from docparse.schemas.page import Shape, Word, WordStyle, plain_text

_ROTATED = int(WordStyle.ROTATED)
_TITLE_EM, _TITLE_WORDS, _MIDDLE = 1.6, 8, 2.5  # to a title, its words, and page units that it may be off the middle
_APART_EM = 2.0  # between titles
_TITLE_FAR, _TITLE_SIZE = 2.2, 1.5  # of its type, to a title that is not much larger than labels are
_AXIS_EM, _UNDER_EM = 1.0, 1.4  # to the title of an upright axis and of a level one
_OFF_MIDDLE = 0.02  # of a chart's width, that its title may be off the middle
_LEGEND_EM, _LEAST_SERIES = 16.0, 2  # from a chart to the names of its legend, and how many they are
_KEYS_EM, _SERIES_WORDS = 6.0, 5  # to its signs, and words of a name
_KEY_EM, _KEY_GAP = 3.5, 1.5  # a sign of a series, and from it to its name, in the type of that
_NAME_EM = 15.0  # of a name at a tick mark
# what is written under a panel; numbers of headings
_PANEL_NAME = re.compile(r"\(?[a-zA-Z0-9]{1,2}[.)]\s|\d+(?:\.\d+)+\s")


def family(font: str) -> str:
    return re.split("[-,]", font.rpartition("+")[2], maxsplit=1)[0].lower()


def take_kin(chosen: dict[int, Word], kin: list[Word], box: Box, em: float) -> None:
    """Words in the type of the labels that stand near the chart or near one another: titles of axes, a legend."""
    x0, y0, x1, y1 = box
    bounds = (x0 - 12 * em, y0 - 5 * em, x1 + 16 * em, y1 + 7 * em)
    kin = [word for word in kin if inside_share(word.bbox, bounds) > 0.99]
    extent = union([box, *(word.bbox for word in chosen.values())])
    changed = True
    while changed:
        changed = False
        for word in kin:
            if id(word) not in chosen and _near(word.bbox, extent, 2.2 * em):
                chosen[id(word)] = word
                extent = union((extent, word.bbox))
                changed = True


def take_titles(chosen: dict[int, Word], words: Sequence[Word], box: Box, em: float) -> None:
    """The titles of the chart and of its level axis: short lines over and under the middle, with nothing beside them;
    and those of the upright axes, which are turned.
    """
    left, top, right, bottom = union([box, *(word.bbox for word in chosen.values())])
    free = [word for word in words if id(word) not in chosen]
    turned = [word for word in free if word.style & _ROTATED]
    level = [word for word in free if not word.style & _ROTATED and box[0] < word.bbox[2] and word.bbox[0] < box[2]]
    numbers = [word.size for word in chosen.values() if any(map(str.isdigit, word.text))]
    largest = _TITLE_SIZE * median(numbers or [em])
    over = [
        word for word in level
        if top - max(_TITLE_EM * em, word.size <= largest and _TITLE_FAR * word.size) < word.bbox[3] <= box[1] + 1
        and _middle(word) < top + 1
    ]  # fmt: skip
    under = [word for word in level if _middle(word) > bottom and word.bbox[1] < bottom + _UNDER_EM * em]
    _take_title(chosen, over, words, box, em)
    _take_title(chosen, under, words, box, em)
    turned = [word for word in turned if box[1] <= word.bbox[1] and word.bbox[3] <= box[3]]
    while beside := [
        word
        for word in turned
        if left - _AXIS_EM * em < word.bbox[2] <= left + 1 or right - 1 <= word.bbox[0] < right + _AXIS_EM * em
    ]:  # line by line
        chosen |= {id(word): word for word in beside}
        left, _, right, _ = union([(left, top, right, bottom), *(word.bbox for word in beside)])
        turned = [word for word in turned if id(word) not in chosen]


def _is_flush(title: Sequence[Word], chosen: dict[int, Word], words: Sequence[Word], box: Box) -> bool:
    """Whether a title begins over a chart's left edge, in the type of its labels, which is not that of running text."""
    if abs(title[0].bbox[0] - box[0]) > 2 * _MIDDLE or title[0].bbox[1] > box[1]:
        return False
    theirs = family(title[0].font)
    if theirs not in {family(word.font) for word in chosen.values()}:
        return False
    counts = Counter(word.line for word in words)
    return not any(family(word.font) == theirs and counts[word.line] > _TITLE_WORDS for word in words)


def take_legend(chosen: dict[int, Word], words: Sequence[Word], shapes: Sequence[Shape], box: Box, em: float) -> None:
    """The legend at the right of a chart: names under one another behind the signs of their series, and its title."""
    x0, x1 = box[2], box[2] + _LEGEND_EM * em
    free = [word for word in words if id(word) not in chosen and x0 < word.bbox[0] < x1 and box[1] < _middle(word)]
    free = [word for word in free if _middle(word) < box[3] and not word.style & _ROTATED]
    signs = [
        shape.bbox for shape in shapes
        if x0 - em < shape.bbox[0] < x1 and max(width(shape.bbox), height(shape.bbox)) < _KEY_EM * em
    ] if free else []  # fmt: skip
    counts = Counter(word.line for word in words)
    named = [
        word for word in free
        if counts[word.line] <= _SERIES_WORDS and any(_is_key(sign, word) for sign in signs)
    ]  # fmt: skip
    starts = Counter(round(word.bbox[0] / em * 2) for word in named)
    if len(named) < _LEAST_SERIES or starts.most_common(1)[0][1] < _LEAST_SERIES:
        return
    own = {id(word) for word in named}
    found = [word for name in names(free, em) if any(id(word) in own for word in name) for word in name] + named
    keys = [sign for sign in signs if any(_is_key(sign, word) for word in named)]
    x0, top, x1, _ = union([*(word.bbox for word in found), *keys])
    title = [word for word in free if top - _TITLE_EM * em < _middle(word) < top and x0 - em < word.bbox[0] < x1]
    if len(title) <= _TITLE_WORDS and x0 < box[2] + _KEYS_EM * em:
        chosen |= {id(word): word for word in (*found, *title)}


def _is_key(sign: Box, word: Word) -> bool:
    """Whether a small sign stands right before a word, on its level."""
    level = abs((sign[1] + sign[3]) / 2 - _middle(word)) < 0.5 * word.size
    return level and sign[2] < word.bbox[0] + 0.2 * word.size and word.bbox[0] - sign[2] < _KEY_GAP * word.size


def _middle(word: Word) -> float:
    """The height that a word stands at: the boxes of tall type reach into others."""
    return (word.bbox[1] + word.bbox[3]) / 2


def _take_title(chosen: dict[int, Word], near: Sequence[Word], words: Sequence[Word], box: Box, em: float) -> None:
    """The line of these words of a title, as a whole, if it is one."""
    numbers = {word.line for word in near if word.line >= 0}
    if len(numbers) != 1:
        return
    parts: list[list[Word]] = [[]]
    for word in sorted((word for word in words if word.line in numbers), key=lambda word: word.bbox[0]):
        if parts[-1] and word.bbox[0] - parts[-1][-1].bbox[2] > _APART_EM * word.size:  # the title of another chart
            parts.append([])
        parts[-1].append(word)
    own = {id(word) for word in near}
    parts = [part for part in parts if any(id(word) in own for word in part)]
    if len(parts) != 1:
        return
    (line,) = parts
    around = union(word.bbox for word in line)
    text = plain_text(line)
    middle = abs(around[0] + around[2] - box[0] - box[2]) < 2 * max(_MIDDLE, _OFF_MIDDLE * width(box))
    if (
        not (middle or _is_flush(line, chosen, words, box))
        or width(around) > width(box)
        or word_count(text) > _TITLE_WORDS
        or not any(map(str.isalpha, text))
    ):
        return
    if not is_caption(text, around, [box], em) and not _PANEL_NAME.match(text):
        chosen |= {id(word): word for word in line}


def _near(a: Box, b: Box, reach: float) -> bool:
    return a[0] - b[2] < reach and b[0] - a[2] < reach and a[1] - b[3] < reach and b[1] - a[3] < reach


def names(words: Sequence[Word], em: float) -> list[list[Word]]:
    """Labels of several words: these follow one another closely in a line."""
    names: list[list[Word]] = []
    for word in words:
        last = names[-1][-1] if names else None
        if last is not None and last.line == word.line and follows(last.bbox, word.bbox):
            names[-1].append(word)
        else:
            names.append([word])
    return [name for name in names if len(name) > 1 and width(union([name[0].bbox, name[-1].bbox])) < _NAME_EM * em]
