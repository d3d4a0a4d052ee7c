"""Which words belong to which elements of a tagged PDF, and the elements of running text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.tables.text_rows import height_of
from docparse.schemas.page import HEADING_ROLES, Tag, Word

_SLACK = 1.0  # page units around a line's box
_INNER = frozenset(("Lbl", "LBody", "P", "BlockQuote"))  # of an item: its own text


@dataclass(frozen=True, slots=True, eq=False)
class TextTag:
    """An element of running text: its role, the boxes of its lines, and how deep in lists it stands (0: in none)."""

    role: str
    lines: tuple[Box, ...]
    depth: int = 0
    label: tuple[Box, ...] = ()  # of an item: where its number or bullet stands


def text_tags(tags: Sequence[Tag], depth: int = 0) -> Iterator[TextTag]:
    """Elements with text of their own outside tables, in the order of the tree."""
    for tag in tags:
        if tag.role in ("Table", "Figure", "Formula", "Form"):
            continue
        if tag.role == "LI":
            yield from _item(tag, depth)
            continue
        if tag.lines:
            yield TextTag("P" if tag.role in _INNER else tag.role, tag.lines, depth)
        if tag.role == "L" and _is_list(tag):
            yield from text_tags(tag.kids, depth + 1)
        else:
            yield from text_tags(
                [part for kid in tag.kids for part in (kid.kids if kid.role == "LI" else (kid,))], depth
            )


def _is_list(tag: Tag) -> bool:
    """Whether items have labels, or stand under one another: forms are tagged as lists, too."""
    items = [kid for kid in tag.kids if kid.role == "LI"]
    if any(kid.role == "Lbl" and kid.lines for item in items for kid in item.kids):
        return True
    boxes = [union(lines) for item in items if (lines := list(all_lines(item)))]
    return len(boxes) > 1 and all(
        above[3] <= (below[1] + below[3]) / 2 and above[0] < below[2] and below[0] < above[2]
        for above, below in pairwise(boxes)
    )


def _item(tag: Tag, depth: int) -> Iterator[TextTag]:
    """An item of a list and what is nested in it; headings with numbers are items of lists, too."""
    heads = [kid for body in tag.kids for kid in (body, *body.kids) if kid.role in HEADING_ROLES]
    label = tuple(line for kid in tag.kids if kid.role == "Lbl" for line in all_lines(kid))
    if heads:
        yield TextTag(heads[0].role, (*label, *tag.lines, *(line for head in heads for line in all_lines(head))))
    else:
        yield TextTag("LI", (*tag.lines, *(line for kid in tag.kids for line in _own_lines(kid))), max(depth, 1), label)
    for kid in tag.kids:
        yield from text_tags([each for each in _nested(kid) if each not in heads], max(depth, 1))


def _own_lines(tag: Tag) -> Iterator[Box]:
    if tag.role in _INNER:
        yield from tag.lines
        for kid in tag.kids:
            yield from _own_lines(kid)


def _nested(tag: Tag) -> Iterator[Tag]:
    """What stands in an item and is not its own text."""
    if tag.role not in _INNER:
        yield tag
        return
    for kid in tag.kids:
        yield from _nested(kid)


def all_lines(tag: Tag) -> Iterator[Box]:
    """Lines of text of an element and of all that are in it."""
    yield from tag.lines
    for kid in tag.kids:
        yield from all_lines(kid)


def words_of(elements: Sequence[Sequence[Box]], words: Sequence[Word]) -> dict[int, list[Word]]:
    """The words that stand in the lines of each element that has some, by the element's index."""
    ordered = sorted(words, key=height_of)
    heights = [height_of(word) for word in ordered]
    nearest: dict[int, tuple[float, int, Word]] = {}
    for index, lines in enumerate(elements):
        for x0, y0, x1, y1 in lines:
            for word in ordered[bisect_left(heights, 2 * y0) : bisect_right(heights, 2 * y1)]:
                left, _, right, _ = word.bbox
                if x0 - _SLACK <= (left + right) / 2 <= x1 + _SLACK:
                    off = abs(height_of(word) - y0 - y1)
                    if off < nearest.get(id(word), (1e9,))[0]:
                        nearest[id(word)] = (off, index, word)
    held: dict[int, list[Word]] = defaultdict(list)
    for _, index, word in nearest.values():
        held[index].append(word)
    return held


def figure_tags(tags: Sequence[Tag]) -> Iterator[Tag]:
    """Figures that the author said something of."""
    for tag in tags:
        if tag.role == "Figure" and tag.alt:
            yield tag
        yield from figure_tags(tag.kids)
