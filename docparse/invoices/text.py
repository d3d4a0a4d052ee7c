"""Words of a page as rows of tokens: what the readers of invoices look at.

A row's `text` joins its tokens with a blank, or with a tab where the gap is that of a column, so that a pattern that
allows only blanks stays inside one column. Offsets into it lead back to the tokens, and so to their boxes.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

from docparse.geometry import Box, union
from docparse.schemas.page import Word, WordStyle

Turn = Literal[0, 90, 180, 270]
_BACK: dict[Turn, Turn] = {0: 0, 90: 270, 180: 180, 270: 90}
_COLUMN_GAP = 0.85  # type sizes between two words, from which on they stand in different columns
_SPLIT = re.compile(r"(?<=[:|●•·])(?=.)|(?<=.)(?=[|●•])")
_URL_OR_TIME = re.compile(r"\d:\d|://|^https?:", re.I)
_NO_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})


@lru_cache(maxsize=65536)
def squash(text: str) -> str:
    """Letters and digits alone, lower case, without accents: how labels are compared."""
    text = unicodedata.normalize("NFKD", text.replace("#", "no")).casefold()
    plain = unicodedata.normalize("NFKD", text.translate(_NO_LETTERS))
    return "".join(char for char in plain if char.isalnum())


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or the part of one before or after a colon."""

    text: str
    bbox: Box
    size: float
    bold: bool = False
    confidence: float = 1.0
    misread: bool = False  # by OCR, perhaps

    @property
    def key(self) -> str:
        """What it is compared as when labels are looked for."""
        key = squash(self.text)
        if not self.misread:
            return key
        from docparse.invoices.ocr_labels import label_key

        return label_key(key)

    @property
    def height(self) -> float:
        return self.bbox[3] - self.bbox[1]


@dataclass(slots=True, eq=False)
class Row:
    """Tokens on one visual line, left to right."""

    page: int
    index: int
    tokens: list[Token]
    text: str = ""
    starts: list[int] = field(default_factory=list)
    gaps: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts: list[str] = []
        length = 0
        for place, token in enumerate(self.tokens):
            wide = bool(place) and token.bbox[0] - self.tokens[place - 1].bbox[2] > _COLUMN_GAP * max(
                token.size, self.tokens[place - 1].size
            )
            self.gaps.append(wide)
            if place:
                parts.append("\t" if wide else " ")
                length += 1
            self.starts.append(length)
            parts.append(token.text)
            length += len(token.text)
        self.text = "".join(parts)

    @property
    def bbox(self) -> Box:
        return union(token.bbox for token in self.tokens)

    @property
    def top(self) -> float:
        return min(token.bbox[1] for token in self.tokens)

    @property
    def bottom(self) -> float:
        return max(token.bbox[3] for token in self.tokens)

    def between(self, start: int, end: int) -> list[Token]:
        """Tokens that the characters from `start` to `end` of `text` touch."""
        first = max(0, bisect_right(self.starts, start) - 1)
        return [
            token
            for token, at in zip(self.tokens[first:], self.starts[first:], strict=True)
            if at < end and at + len(token.text) > start
        ]

    def segments(self) -> Iterator[tuple[int, int]]:
        """(first, last + 1) token of each run without a column gap."""
        first = 0
        for place in range(1, len(self.tokens) + 1):
            if place == len(self.tokens) or self.gaps[place]:
                yield first, place
                first = place

    def span(self, first: int, last: int) -> Span:
        return Span(self.page, tuple(self.tokens[first:last]))


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens that a value was read from."""

    page: int
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.tokens)

    @property
    def bbox(self) -> Box:
        return union(token.bbox for token in self.tokens)

    def __add__(self, other: Span) -> Span:
        return Span(self.page, self.tokens + other.tokens)


@dataclass(eq=False)
class Sheet:
    """One page: its rows from top to bottom. `ocr`: read from pixels, so that letters may be wrong."""

    number: int
    width: float
    height: float
    rows: list[Row]
    ocr: bool = False
    turn: Turn = 0

    def displayed(self, box: Box) -> Box:
        """A box of this sheet, whose rows run upright, on the page as displayed."""
        return turn_box(box, self.turn, self.width, self.height)

    @cached_property
    def size(self) -> float:
        """Median type size."""
        sizes = [token.size for row in self.rows for token in row.tokens]
        return statistics.median(sizes) if sizes else 10.0


@dataclass
class Sheets:
    """The pages of one invoice."""

    pages: list[Sheet]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for sheet in self.pages for row in sheet.rows]

    @property
    def text(self) -> str:
        return "\n".join(row.text for row in self.rows)

    @property
    def ocr(self) -> bool:
        return any(sheet.ocr for sheet in self.pages)


def build_sheet(words: Iterable[Word], number: int, width: float, height: float, *, ocr: bool = False) -> Sheet:
    """The visible words of a page as rows; hidden and turned words are left out.

    A scan that lies on its side or head is read upright: its words come line by line in reading order.
    """
    skip = int(WordStyle.HIDDEN | WordStyle.ROTATED)
    words = list(words)
    turn = reading_turn(words) if ocr else 0
    if turn:
        words = [word._replace(bbox=turn_box(word.bbox, _BACK[turn], width, height)) for word in words]
        width, height = (width, height) if turn == 180 else (height, width)
    tokens = [token for word in joined(words) if not word.style & skip for token in _tokens(word, ocr=ocr)]
    rows = [Row(number, 0, _unspaced(sorted(row, key=lambda token: token.bbox[0]))) for row in _rows(tokens)]
    rows.sort(key=lambda row: row.top + row.bottom)
    for index, row in enumerate(rows):
        row.index = index
    return Sheet(number, width, height, rows, ocr, turn)


def reading_turn(words: Sequence[Word]) -> Turn:
    """How far, clockwise, the lines of OCR run from upright: 0, 90, 180 or 270 degrees."""
    votes: Counter[Turn] = Counter()
    for left, right in pairwise(words):
        if left.line != right.line:
            continue
        dx = (right.bbox[0] + right.bbox[2]) - (left.bbox[0] + left.bbox[2])
        dy = (right.bbox[1] + right.bbox[3]) - (left.bbox[1] + left.bbox[3])
        if abs(dx) >= abs(dy):
            votes[0 if dx > 0 else 180] += 1
        else:
            votes[90 if dy > 0 else 270] += 1
    turn, count = votes.most_common(1)[0] if votes else (0, 0)
    return turn if count > 3 and count > 0.7 * votes.total() else 0


def turn_box(box: Box, turn: Turn, width: float, height: float) -> Box:
    """A box turned clockwise with its page of `width` x `height` (before the turn)."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (height - y1, x0, height - y0, x1)
    if turn == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    if turn == 270:
        return (y0, width - x1, y1, width - x0)
    return box


def joined(words: Iterable[Word]) -> list[Word]:
    """Words whose pieces (a change of font inside them) are put together again."""
    found: list[Word] = []
    for word in words:
        last = found[-1] if found else None
        if last is not None and not last.space and last.line == word.line and _touches(last, word):
            text, box = last.text + word.text, union((last.bbox, word.bbox))
            found[-1] = last._replace(text=text, bbox=box, space=word.space)
        else:
            found.append(word)
    return found


def _touches(left: Word, right: Word) -> bool:
    return abs(right.bbox[0] - left.bbox[2]) < 0.3 * max(left.size, right.size, 1.0)


def _tokens(word: Word, *, ocr: bool) -> list[Token]:
    size = word.size or 0.8 * (word.bbox[3] - word.bbox[1])
    bold = bool(word.style & WordStyle.BOLD)
    text = word.text.strip("\u200b\u200e\u200f\ufeff ")
    if not text:
        return []
    parts = [text] if _URL_OR_TIME.search(text) else [part for part in _SPLIT.split(text) if part]
    x0, y0, x1, y1 = word.bbox
    step = (x1 - x0) / len(text)
    found, at = [], 0
    for part in parts:
        box = (x0 + at * step, y0, x0 + (at + len(part)) * step, y1)
        found.append(Token(part, box, size, bold, word.confidence, ocr))
        at += len(part)
    return found


def _rows(tokens: Sequence[Token]) -> list[list[Token]]:
    """Tokens by visual line: two share one when their middles lie within each other's height."""
    rows: list[list[Token]] = []
    spans: list[tuple[float, float]] = []
    for token in sorted(tokens, key=lambda token: token.bbox[1] + token.bbox[3]):
        middle, height = (token.bbox[1] + token.bbox[3]) / 2, token.height
        for place in range(len(rows) - 1, max(-1, len(rows) - 4), -1):
            centre, tall = spans[place]
            if abs(middle - centre) < 0.4 * min(height, tall) and not _collides(token, rows[place]):
                rows[place].append(token)
                break
        else:
            rows.append([token])
            spans.append((middle, height))
    return rows


def _collides(token: Token, row: Sequence[Token]) -> bool:
    """Overprinting, as in stamps and shadows: such tokens are no neighbours."""
    x0, _, x1, _ = token.bbox
    return any(
        min(x1, other.bbox[2]) - max(x0, other.bbox[0]) > 0.6 * min(x1 - x0, other.bbox[2] - other.bbox[0]) > 0
        for other in row
    )


def _unspaced(row: list[Token]) -> list[Token]:
    """Letters printed apart ("I N V O I C E") as one word."""
    found: list[Token] = []
    place = 0
    while place < len(row):
        end = place
        while end < len(row) and len(row[end].text) == 1 and row[end].text.isalpha():
            end += 1
        if end - place >= 5:
            run = row[place:end]
            text = "".join(token.text for token in run)
            found.append(Token(text, union(t.bbox for t in run), run[0].size, run[0].bold, misread=run[0].misread))
        else:
            end = max(end, place + 1)
            found += row[place:end]
        place = end
    return found
