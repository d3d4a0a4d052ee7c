"""Labels of a document and the places where their values stand: to the right, or below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docparse.invoices.text import Row, Sheet, Sheets, Span
from docparse.invoices.vocabulary import Hit, Vocabulary

_PUNCTUATION = re.compile(r"^[\s:.#=\-–—>*|№°º]*$")
_BREAKS = frozenset("|●•·-–—/,;(")
_BELOW_LINES = 3.2  # type sizes from a label down to its value


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a row. `strong`: it begins a column or ends in a colon, so it is no word of a sentence."""

    hit: Hit
    row: Row
    sheet: Sheet
    strong: bool

    @property
    def names(self) -> tuple[str, ...]:
        return self.hit.names

    @property
    def span(self) -> Span:
        return self.row.span(self.hit.first, self.hit.last)


@dataclass(frozen=True, slots=True)
class Place:
    """A run of tokens where a value may stand; `below` its label rather than beside it."""

    row: Row
    first: int
    last: int
    below: bool = False

    @property
    def text(self) -> str:
        start = self.row.starts[self.first]
        return self.row.text[start : self.row.starts[self.last - 1] + len(self.row.tokens[self.last - 1].text)]

    @property
    def span(self) -> Span:
        return self.row.span(self.first, self.last)

    def part(self, start: int, end: int) -> Span:
        """Tokens under the characters `start` to `end` of `text`."""
        offset = self.row.starts[self.first]
        return Span(self.row.page, tuple(self.row.between(offset + start, offset + end)))


def find_labels(sheets: Sheets, vocabulary: Vocabulary) -> list[Label]:
    """All labels of the document in reading order."""
    found: list[Label] = []
    for sheet in sheets.pages:
        for row in sheet.rows:
            for first, last in row.segments():
                for hit in vocabulary.find(row.tokens, first, last):
                    found.append(Label(hit, row, sheet, _is_strong(row, hit)))
    return found


def _is_strong(row: Row, hit: Hit) -> bool:
    if hit.first == 0 or row.gaps[hit.first]:
        return True
    if row.tokens[hit.last - 1].text.endswith(":") or (hit.last < len(row.tokens) and row.tokens[hit.last].text == ":"):
        return True
    before = row.tokens[hit.first - 1].text
    return before in _BREAKS or before[-1] in "|●•"


def beside(label: Label, stop: int) -> Place | None:
    """The run right of a label, up to token `stop` (the next label) or the next column."""
    row, first = label.row, label.hit.last
    while first < stop and _PUNCTUATION.match(row.tokens[first].text):
        first += 1
    if first >= stop:
        return None
    last = first + 1
    while last < stop and not row.gaps[last]:
        last += 1
    return Place(row, first, last)


def below(label: Label, lines: int = 2) -> Iterator[Place]:
    """Runs under a label: in its column, on the next rows."""
    x0, _, x1, y1 = label.span.bbox
    size = max(label.row.tokens[label.hit.first].size, 1.0)
    seen = 0
    for row in label.sheet.rows[label.row.index + 1 :]:
        if row.top - y1 > _BELOW_LINES * size * lines or seen == lines:
            return
        runs = list(row.segments())
        far = [run for run in runs if row.tokens[run[0]].bbox[0] > x0 - size]
        for first, last in runs:
            left, right = row.tokens[first].bbox[0], row.tokens[last - 1].bbox[2]
            alone = len(far) == 1 and (first, last) == far[0] and seen == 0 and last == len(row.tokens)
            if alone and x0 > 0.4 * label.sheet.width and row.top - y1 < 1.2 * size:
                seen += 1
                yield Place(row, first, last, below=True)
                break
            if min(right, x1) - max(left, x0) > 0 or abs(left - x0) < size or abs(right - x1) < size:
                seen += 1
                yield Place(row, first, last, below=True)
                break


def stops(labels: list[Label]) -> dict[int, int]:
    """For each label (by `id`), the token at which the next strong label of its row begins."""
    found: dict[int, int] = {}
    for place, label in enumerate(labels):
        stop = len(label.row.tokens)
        for other in labels[place + 1 : place + 8]:
            if other.row is label.row and other.strong:
                stop = other.hit.first
                break
        found[id(label)] = stop
    return found
