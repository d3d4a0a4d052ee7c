"""Words to text lines: pieces of one baseline that belong to one column.

A `Line` never crosses a column gutter. Its `y0` and `y1` follow baseline and font size, not the font's own box, which
some fonts set far too tall; `x0` and `x1` are the words' own.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from docparse.geometry import Box
from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.script import is_rtl_text
from docparse.rtl import reading_order as rtl_order
from docparse.schemas.page import Word, WordStyle

_ASCENT, _DESCENT = 0.78, 0.22
_SPLIT_GAP_EM = 1.7  # a wider gap inside a source line parts two columns or cells
_MERGE_GAP_EM = 0.9  # pieces of one baseline closer than this are one line
_PASSED_GAP_EM = 1.7  # to a comma behind a small picture, as of an author's account
_LABEL_WORDS, _LABEL_LETTERS = 3, 16  # of a label at the head of a note
_TAB_EM, _NEXT_EM, _CLOSE_EM = 4.0, 1.6, 2.6  # the blank behind it, the next line, lines above and below
_SAME_SIZE, _SAME_EDGE_EM = 0.05, 0.3
_HUNG_GAP_EM, _HUNG_RISE = 2.0, 0.12  # of a raised mark that hangs before its note, in sizes of that
_LED_GAP_EM = 2.0  # to the next dot of those that lead to a number
_BOLD = int(WordStyle.BOLD)
_NEAR = 40
_CITED = re.compile(r"\[\d{1,3}\][,;]?")  # a mark of a source that is cited
_HUNG = re.compile(r"\d{1,2}|[*†‡§¶#]{1,2}")  # a mark before a note
_PASSED = ","
_TALL = frozenset("√∑∏∫∮⋃⋂⨁⨂")
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


@dataclass(slots=True)
class Piece:
    """Words that surely belong together: one source line, or one column's part of it."""

    words: list[Word]
    x0: float
    x1: float
    size: float
    baseline: float

    @classmethod
    def of(cls, words: list[Word]) -> Piece:
        if len(words) == 1:
            word = words[0]
            return cls(words, word.bbox[0], word.bbox[2], word.size, word.baseline)
        lead = _lead(words)
        boxes = [word.bbox for word in words]
        return cls(words, min([box[0] for box in boxes]), max([box[2] for box in boxes]), lead.size, lead.baseline)

    @property
    def letters(self) -> int:
        return sum([len(word.text) for word in self.words])


def _lead(words: Sequence[Word]) -> Word:
    """The word whose size and baseline stand for the line: that of most letters, the larger of equals."""
    if len({word.size for word in words}) == 1:
        return words[0]
    weight: dict[float, int] = {}
    for word in words:
        weight[word.size] = weight.get(word.size, 0) + len(word.text)
    size = max(weight, key=lambda key: (weight[key] * min(key, 2.0 * words[0].size) ** 2, key))
    return next(word for word in words if word.size == size)


def make_lines(words: Sequence[Word], gutters: Gutters | None = None) -> list[Line]:
    """Upright words as lines, top to bottom; `gutters` are those between the columns of the words, if known."""
    if not words:
        return []
    rows = _rows(_with_tall_signs([Piece.of(piece) for piece in _pieces(words)]))
    gutters = gutters or Gutters(words)
    merged = [piece for row in _with_labels([_merge_row(row, gutters) for row in rows], gutters) for piece in row]
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
        return gap <= _SPLIT_GAP_EM * em
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


def _with_tall_signs(pieces: list[Piece]) -> list[Piece]:
    """Roots, sums and integrals, whose origin is at their top, on the baseline of the text beside them."""
    tall = [piece for piece in pieces if _is_tall(piece)]
    if not tall or len(tall) > 400:
        return pieces
    others = [piece for piece in pieces if not _is_tall(piece)]
    others.sort(key=lambda piece: piece.baseline)
    bases = [piece.baseline for piece in others]
    for sign in tall:
        em = sign.size
        near = others[bisect_left(bases, sign.baseline - 0.4 * em) : bisect_left(bases, sign.baseline + 2.6 * em)]
        beside = [
            piece
            for piece in near[:_NEAR]
            if -0.3 * em <= max(piece.x0 - sign.x1, sign.x0 - piece.x1) <= 0.5 * em and piece.letters > 1
        ]
        if beside:
            sign.baseline = min((piece.baseline for piece in beside), key=lambda y: abs(y - sign.baseline - 0.8 * em))
    return pieces


def _is_tall(piece: Piece) -> bool:
    return len(piece.words) == 1 and piece.words[0].text in _TALL


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
        reach = _LED_GAP_EM if led else _PASSED_GAP_EM if part.words[0].text[0] in _PASSED else _MERGE_GAP_EM
        stacked = part.words[0].size < 0.87 * em  # a subscript that starts under the superscript before it
        if (
            alike
            and (-0.8 if stacked else -0.35) * em <= gap <= reach * em
            and not gutters.part(last.x1, part.x0, part.baseline, em)
            and not next_panel(last.words, part.words[0])
        ):
            merged[-1] = Piece.of(last.words + part.words)
        elif alike and part.x1 < last.x1 and _fits_in(part, last):  # a formula drawn after the line it stands in
            merged[-1] = Piece.of(_insert(last.words, part))
        else:
            merged.append(part)
    return merged


def _with_labels(rows: list[list[Piece]], gutters: Gutters) -> list[list[Piece]]:
    """Rows in which pieces that wide blanks part are one: a label and its text ("NOTE    Of goals …"), where a line
    below goes on under both in the middle of the sentence, or all of a line, where those above and below run on over
    its blanks."""
    for i, row in enumerate(rows[:-1]):
        pairs = list(pairwise(row))
        if not pairs or any(gutters.part(one.x1, other.x0, other.baseline, other.size) for one, other in pairs):
            continue
        around = (rows[i - 1], rows[i + 1]) if i else ()
        if around and all(_runs_over(each, *pair) for each in around for pair in pairs):
            rows[i] = [Piece.of([word for piece in row for word in piece.words])]
            continue
        label, text = pairs[0]
        far = text.x0 - label.x1 > _TAB_EM * text.size
        if not far and _is_label(label, text) and any(_goes_on_under(piece, label, text) for piece in rows[i + 1]):
            rows[i] = [Piece.of(label.words + text.words), *row[2:]]
    return rows


def _runs_over(row: Sequence[Piece], label: Piece, text: Piece) -> bool:
    """Whether a line close by runs well over the blank between two pieces, which is no wide one."""
    em = max(label.size, text.size)
    if text.x0 - label.x1 > _SPLIT_GAP_EM * em or not text.words[0].text[0].isalnum():
        return False
    return any(
        piece.x0 < label.x1 - em and text.x0 + em < piece.x1 and abs(piece.baseline - text.baseline) < _CLOSE_EM * em
        for piece in row
        if abs(piece.size - em) < _SAME_SIZE * em
    )


def _is_label(label: Piece, text: Piece) -> bool:
    few = len(label.words) <= _LABEL_WORDS < len(text.words) and label.letters <= _LABEL_LETTERS
    return few and label.words[0].text[0].isalpha() and abs(label.size - text.size) < _SAME_SIZE * text.size


def _goes_on_under(piece: Piece, label: Piece, text: Piece) -> bool:
    em = text.size
    return (
        abs(piece.x0 - label.x0) < _SAME_EDGE_EM * em
        and label.x1 < piece.x1 < text.x1 + em
        and 0 < piece.baseline - text.baseline < _NEXT_EM * em
        and abs(piece.size - em) < _SAME_SIZE * em
        and len(piece.words) > 1
        and piece.words[0].text[0].islower()
    )


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


def attach_small(pieces: list[Piece]) -> list[Piece]:
    """Pieces with the super- and subscripts, and drop capitals, that the source drew apart put back into them."""
    pieces.sort(key=lambda piece: piece.baseline)
    gone: set[int] = set()
    for i, small in enumerate(pieces):
        marks = all(_CITED.fullmatch(word.text) for word in small.words)
        if not marks and (len(small.words) > 8 or small.letters > 8):
            continue
        host = _host(pieces, i, gone)
        if host is None:
            continue
        words = _insert(pieces[host].words, small)
        after = _after(pieces, i, host, gone) if marks else None
        if after is not None:
            words += pieces[after].words
            gone.add(after)
        pieces[host] = Piece.of(words)
        gone.add(i)
    return [piece for i, piece in enumerate(pieces) if i not in gone]


def _after(pieces: list[Piece], i: int, host: int, gone: set[int]) -> int | None:
    """The piece that goes on behind marks at the end of their host: the full stop, or the rest of the line."""
    marks, before = pieces[i], pieces[host]
    if marks.x1 < before.x1:
        return None
    for j in range(max(0, host - _NEAR), min(len(pieces), host + _NEAR)):
        piece = pieces[j]
        level = abs(piece.baseline - before.baseline) < 0.1 * before.size and piece.size > 0.87 * before.size
        if j not in (i, host) and j not in gone and level and abs(piece.x0 - marks.x1) < 0.4 * before.size:
            return j
    return None


def _insert(words: list[Word], small: Piece) -> list[Word]:
    """The small piece's words put where they stand among the bigger one's."""
    middle = (small.x0 + small.x1) / 2
    at = sum((word.bbox[0] + word.bbox[2]) / 2 < middle for word in words)
    return words[:at] + small.words + words[at:]


def _host(pieces: list[Piece], i: int, gone: set[int]) -> int | None:
    """The bigger piece that a small one hangs on, nearest in height."""
    small = pieces[i]
    best, nearest = None, math.inf
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(pieces) and abs(j - i) <= _NEAR:
            big = pieces[j]
            rise = big.baseline - small.baseline  # above 0: a superscript
            if abs(rise) > 0.7 * big.size and abs(rise) > 20:
                break
            if j not in gone and _hangs_on(small, big, rise) and abs(rise) < nearest:
                best, nearest = j, abs(rise)
            j += step
    return best


def _hangs_on(small: Piece, big: Piece, rise: float) -> bool:
    if not 0.4 * big.size < small.size < 0.87 * big.size or not -0.32 * big.size <= rise <= 0.62 * big.size:
        return False
    reach = 0.3 * big.size
    if (
        small.x1 < big.x0 - (_HUNG_GAP_EM * big.size if _is_hung(small, big, rise) else reach)
        or small.x0 > big.x1 + reach
    ):
        return False
    return not any(
        word.bbox[0] + 0.5 < small.x1 - 0.5 and small.x0 + 0.5 < word.bbox[2] - 0.5
        for word in big.words
        if word.size > 0.87 * big.size
    )


def _is_hung(small: Piece, big: Piece, rise: float) -> bool:
    """Whether a raised mark may hang before a note, with a blank between them: a note begins with a word."""
    first = big.words[0].text
    note = len(big.words) > _LABEL_WORDS and len(first) > 1 and first.isalpha()
    return (
        len(small.words) == 1 and note and rise > _HUNG_RISE * big.size and bool(_HUNG.fullmatch(small.words[0].text))
    )


def line_of(words: list[Word], rtl: bool = False) -> Line:
    """One line of words that stand on one baseline (any order in, reading order out)."""
    lead = _lead(words)
    right_to_left = is_rtl_text([word.text for word in words], rtl)
    x0, x1 = min([word.bbox[0] for word in words]), max([word.bbox[2] for word in words])
    top, bottom = lead.baseline - _ASCENT * lead.size, lead.baseline + _DESCENT * lead.size
    return Line(_reading(words, right_to_left), x0, top, x1, bottom, lead.size, lead.baseline, right_to_left)


def _reading(words: list[Word], rtl: bool) -> list[Word]:
    """Words in reading order: as the source has them, or from right to left but for numbers and Latin words."""
    if not rtl:
        return words
    spans = [(word.bbox[0], word.bbox[2]) for word in words]
    return [words[i] for i in rtl_order([word.text for word in words], spans, words[0].size)]
