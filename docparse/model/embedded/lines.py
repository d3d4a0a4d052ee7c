"""Words to text lines: pieces of one baseline that belong to one column.

A `Line` never crosses a column gutter. Its `y0` and `y1` follow baseline and font size, not the font's own box, which
some fonts set far too tall; `x0` and `x1` are the words' own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docparse.geometry import Box
from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.line_pieces import SPLIT_GAP_EM, Piece, attach_small, insert, lead, with_tall_signs
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.torn_rows import mend_rows
from docparse.rtl import reading_order as rtl_order
from docparse.schemas.page import Word, WordStyle

_ASCENT, _DESCENT = 0.78, 0.22
_MERGE_GAP_EM = 0.9  # pieces of one baseline closer than this are one line
_PASSED_GAP_EM = 1.7  # to a comma behind a small picture, as of an author's account
_LED_GAP_EM = 2.0  # to the next dot of those that lead to a number
_BOLD = int(WordStyle.BOLD)
_BARS = "|∣‖∥"
_EDGE_EM, _EDGE_LINES = 0.2, 3  # how near the ends of lines are to one edge, and how many there are
_SQUARE = frozenset("、。，．：；！？）」』】》")  # as wide as a Chinese character, and blank in the right half
_INVISIBLE = " \u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u0000"


@dataclass(slots=True)
class Line:
    """Words of one line in reading order, with what layout asks of them (page units)."""

    words: list[Word]
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    baseline: float
    rtl: bool = False

    @property
    def box(self) -> Box:
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    def styled(self, flag: int) -> bool:
        """Whether nearly all letters carry a style."""
        marked = sum([len(word.text) for word in self.words if word.style & flag])
        return marked > 0 and marked >= 0.85 * sum([len(word.text) for word in self.words])

    @property
    def bold(self) -> bool:
        return self.styled(_BOLD)

    @property
    def plain(self) -> str:
        return " ".join([word.text for word in self.words])


def sound_words(words: Iterable[Word], width: float, height: float) -> list[Word]:
    """Words with finite boxes on the page, their size and baseline filled in where the source had none, and without
    the blank half of punctuation that hangs over the edge of its column."""
    kept: list[Word] = []
    hung = False
    for word in words:
        text, (x0, y0, x1, y1), given, _, style, _, level, _, _, _ = word
        size, baseline = given, level
        if (
            0 <= x0 <= x1 <= width and 0 <= y0 <= y1 <= height and text.isalnum() and type(style) is int
            and 0 < size <= 4 * (y1 - y0) + 4 and y0 - 0.5 * size <= baseline <= y1 + 0.5 * size
        ):  # fmt: skip
            kept.append(word)  # as nearly all are
            continue
        if (
            not (x1 >= 0 and y1 >= 0 and x0 <= width and y0 <= height)  # no number is on no side of another
            or not abs(x0 + y0 + x1 + y1) < math.inf
            or not (text.isalnum() or text.strip(_INVISIBLE))
        ):
            continue
        if text[0] in _BARS and len(text) > 1 and x1 - x0 < 0.45 * size and not text.strip(text[0]):
            word = word._replace(text=text[0])  # the pieces of one tall bar, one over the other
        hung |= text[-1] in _SQUARE and word.font != ""
        if not 0 < size <= 4 * (y1 - y0) + 4:
            size = max(0.8 * (y1 - y0), 0.5)
        if not y0 - 0.5 * size <= baseline <= y1 + 0.5 * size:
            baseline = y1 - 0.2 * (y1 - y0)
        if size != given or baseline != level or type(style) is not int:
            word = word._replace(size=size, baseline=baseline, style=int(style))  # an IntFlag is slow to test
        kept.append(word)
    return _without_hanging(kept) if hung else kept


def _without_hanging(words: list[Word]) -> list[Word]:
    """Words whose last sign hangs over the edge at which other lines end, without the blank half of its square."""
    ends = sorted([word.bbox[2] for word in words if word.space and word.text[-1] not in _SQUARE])
    kept: list[Word] = []
    for word in words:
        (x0, y0, x1, y1), size = word.bbox, word.size
        if word.text[-1] in _SQUARE and word.space and x1 - x0 > 0.85 * size * len(word.text):
            edge = x1 - size
            if bisect_left(ends, edge + _EDGE_EM * size) - bisect_left(ends, edge - _EDGE_EM * size) >= _EDGE_LINES:
                word = word._replace(bbox=(x0, y0, x1 - 0.5 * size, y1))
        kept.append(word)
    return kept


def make_lines(words: Sequence[Word], gutters: Gutters | None = None) -> list[Line]:
    """Upright words as lines, top to bottom; `gutters` are those between the columns of the words, if known."""
    if not words:
        return []
    rows = _rows(with_tall_signs([Piece.of(piece) for piece in _pieces(words)]))
    gutters = gutters or Gutters(words)
    merged = [piece for row in mend_rows([_merge_row(row, gutters) for row in rows], gutters) for piece in row]
    rtl = is_rtl_text([word.text for word in words], False)
    lines = [line_of(piece.words, rtl) for piece in attach_small(merged)]
    lines.sort(key=lambda line: (line.baseline, line.x0))
    return _with_drop_caps(lines)


def _with_drop_caps(lines: list[Line]) -> list[Line]:
    """Lines with a capital that hangs over several of them put before the first."""
    caps = [line for line in lines if len(line.words) == 1 and len(line.words[0].text) == 1 and line.plain.isalpha()]
    gone: set[int] = set()
    for cap in caps[:20]:
        beside = [
            line
            for line in lines
            if -0.1 * cap.size <= line.x0 - cap.x1 <= 0.5 * cap.size
            and 1.7 * line.size < cap.size
            and cap.y0 - 0.6 * line.size <= line.y0
            and line.baseline <= cap.baseline + 0.3 * line.size
        ]
        if len(beside) < 2 or not beside[0].plain[0].isalpha():
            continue
        first = beside[0]
        letter = cap.words[0]
        alone = first.plain[0].isupper() and letter.text in "AI"
        first.words.insert(0, letter._replace(space=alone, line=first.words[0].line, size=first.size))
        gone.add(id(cap))
    return [line for line in lines if id(line) not in gone] if gone else lines


def _pieces(words: Sequence[Word]) -> list[list[Word]]:
    """Runs of words as the source has them, cut where the gap is that of a column or cell."""
    pieces: list[list[Word]] = []
    last: Word | None = None
    end = 0.0
    for word in words:
        if last is not None and _continues(last, word, end) and not next_panel(pieces[-1], word):
            pieces[-1].append(word)
            right = word.bbox[2]
            end = right if right > end else end
        else:
            pieces.append([word])
            end = word.bbox[2]
        last = word
    return pieces


def _continues(last: Word, word: Word, end: float) -> bool:
    """Whether a word goes on where the one before it stopped; `end` is the right edge of all before it."""
    em = word.size if word.size > last.size else last.size
    if word.line == last.line and word.line >= 0:
        left, right = (last.bbox, word.bbox) if word.bbox[0] >= last.bbox[0] else (word.bbox, last.bbox)
        gap = right[0] - left[2]
        if not -0.6 * em - 2 <= gap or abs(word.baseline - last.baseline) >= 0.7 * em:
            return False
        return gap <= SPLIT_GAP_EM * em
    return (  # shaped scripts draw a vowel sign back over the letters before it, as a line of its own
        word.line == last.line + 1
        and word.size == last.size
        and abs(word.baseline - last.baseline) < 0.02 * em
        and -1.5 * em <= word.bbox[0] - end <= 0.4 * em
    )


def next_panel(words: Sequence[Word], word: Word) -> bool:
    """Whether a word that the source sets apart begins the caption of the panel beside that of these words."""
    if word.text[0] != "(" or word.line == words[-1].line:
        return False
    before, after = words[0].text, word.text
    return all(len(text) == 3 and text[2] == ")" for text in (before, after)) and ord(after[1]) == ord(before[1]) + 1


def _rows(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces grouped by baseline."""
    pieces.sort(key=lambda piece: piece.baseline)
    rows: list[list[Piece]] = []
    base = size = 0.0
    for piece in pieces:
        if rows and piece.baseline - base <= 0.3 * min(size, piece.size) + 0.5:
            rows[-1].append(piece)
            size = max(size, piece.size)
            continue
        rows.append([piece])
        base, size = piece.baseline, piece.size
    return rows


def _merge_row(row: list[Piece], gutters: Gutters) -> list[Piece]:
    """Pieces of one row: neighbours joined, pieces cut where a gutter runs through them."""
    parts = [part for piece in row for part in _cut_at_gutters(piece, gutters)]
    parts.sort(key=lambda piece: (piece.x0, piece.x1))
    merged = [parts[0]]
    for part in parts[1:]:
        last = merged[-1]
        gap, em = part.x0 - last.x1, max(part.size, last.size)
        alike = min(part.size, last.size) > 0.6 * em
        led = part.words[0].text == "." and last.words[-1].font and part.words[0].font  # dots set one by one
        reach = _LED_GAP_EM if led else _PASSED_GAP_EM if part.words[0].text[0] == "," else _MERGE_GAP_EM
        stacked = part.words[0].size < 0.87 * em  # a subscript that starts under the superscript before it
        if (
            alike
            and (-0.8 if stacked else -0.35) * em <= gap <= reach * em
            and not gutters.part(last.x1, part.x0, part.baseline, em)
            and not next_panel(last.words, part.words[0])
        ):
            merged[-1] = Piece.of(last.words + part.words)
        elif alike and part.x1 < last.x1 and _fits_in(part, last):  # a formula drawn after the line it stands in
            merged[-1] = Piece.of(insert(last.words, part))
        else:
            merged.append(part)
    return merged


def _fits_in(part: Piece, host: Piece) -> bool:
    """Whether a piece stands in a gap between two words of another."""
    low, high = part.x0 + 0.1 * part.size, part.x1 - 0.1 * part.size
    return not any(word.bbox[0] < high and low < word.bbox[2] for word in host.words)


def _cut_at_gutters(piece: Piece, gutters: Gutters) -> list[Piece]:
    if not gutters.stripes or len(piece.words) == 1:
        return [piece]
    words = sorted(piece.words, key=lambda word: word.bbox[0])
    groups, end = [[words[0]]], words[0].bbox[2]
    for word in words[1:]:
        if gutters.part(end, word.bbox[0], word.baseline, piece.size):
            groups.append([word])
        else:
            groups[-1].append(word)
        end = max(end, word.bbox[2])
    return [piece] if len(groups) == 1 else [Piece.of(group) for group in groups]


def line_of(words: list[Word], rtl: bool = False) -> Line:
    """One line of words that stand on one baseline (any order in, reading order out)."""
    first = lead(words)
    right_to_left = is_rtl_text([word.text for word in words], rtl)
    x0, x1 = min([word.bbox[0] for word in words]), max([word.bbox[2] for word in words])
    top, bottom = first.baseline - _ASCENT * first.size, first.baseline + _DESCENT * first.size
    return Line(_reading(words, right_to_left), x0, top, x1, bottom, first.size, first.baseline, right_to_left)


def _reading(words: list[Word], rtl: bool) -> list[Word]:
    """Words in reading order: as the source has them, or from right to left but for numbers and Latin words."""
    if not rtl:
        return words
    spans = [(word.bbox[0], word.bbox[2]) for word in words]
    return [words[i] for i in rtl_order([word.text for word in words], spans, words[0].size)]
