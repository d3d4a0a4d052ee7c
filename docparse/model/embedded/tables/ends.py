"""Running text in what a layout model took for a table: over it, under it, or between two tables; the page's foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.tables.heads import chunked
from docparse.model.embedded.tables.runs import is_full_line
from docparse.model.embedded.tables.text_rows import TextRow, words_in
from docparse.schemas.page import Word

_FOOT = 0.88  # of the page's height: what counts pages below is in no table
_COUNTS_PAGES = re.compile(
    r"(?:page|seite|página|pagina|pág\.|strona|страница|sida|side)\s+\d{1,4}\s*(?:/|of|de|von|sur|di|z|из|av|af)\s*\d{1,4}",
    re.IGNORECASE,
)
_PITCH = 1.3  # of the distance of two lines of a paragraph: its last one
_LEAST_ROWS = 2


def between_prose(box: Box, words: Sequence[Word], em: float) -> list[Box]:
    """What is left of the box without paragraphs as wide as itself; the box where there are none."""
    rows = chunked(words_in(words, box), em)
    prose = _prose(rows, box[2] - box[0], em)
    if not any(prose):
        return [box]
    found: list[Box] = []
    for is_prose, group in groupby(zip(prose, rows, strict=True), key=lambda pair: pair[0]):
        part = [row for _, row in group]
        if not is_prose and sum(len(row.chunks) > 1 for row in part) >= _LEAST_ROWS:
            _, y0, _, y1 = union(word.bbox for row in part for word in row.words)
            found.append((box[0], y0, box[2], y1))
    return found


def _prose(rows: Sequence[TextRow], width: float, em: float) -> list[bool]:
    """Which rows are full lines of a paragraph, its last line, or stand alone right over it as its heading does."""
    full = [is_full_line(row, width, em) for row in rows]
    prose = [False] * len(rows)
    for i, pair in enumerate(pairwise(full)):
        if all(pair):
            prose[i] = prose[i + 1] = True
    for i in range(2, len(rows)):
        last, row = rows[i - 1], rows[i]
        if prose[i - 1] and full[i - 1] and prose[i - 2] and len(row.chunks) == 1:
            near = row.middle - last.middle < _PITCH * (last.middle - rows[i - 2].middle)
            prose[i] |= near and abs(row.x0 - last.x0) < em
    for i in reversed(range(len(rows) - 1)):
        prose[i] |= prose[i + 1] and len(rows[i].chunks) == 1
    return prose


def above_foot(words: Sequence[Word], page_height: float) -> list[Word]:
    """The words without those of the lowest line, where that says which page of how many this is."""
    last = max([word.baseline for word in words])
    foot = [word for word in words if last - word.baseline < 0.5 * word.size and word.bbox[1] > _FOOT * page_height]
    if not _COUNTS_PAGES.search(" ".join(word.text for word in sorted(foot, key=lambda word: word.bbox[0]))):
        return list(words)
    gone = set(map(id, foot))
    return [word for word in words if id(word) not in gone]
