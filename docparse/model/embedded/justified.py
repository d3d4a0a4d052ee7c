"""Justified lines whose blanks are as wide as gutters: pieces of one column put together again.

In a narrow column the blanks of a justified line can be wider than those between table cells. What tells them from
cells is that they stand elsewhere in every line: no white corridor runs down through the lines around.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docparse.model.embedded.code import is_mono
from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.line_ends import KIND
from docparse.model.embedded.lines import Line, line_of, next_panel
from docparse.model.embedded.script import is_unspaced
from docparse.schemas.page import WordStyle

_ROWS_AROUND = 7  # rows above and below that are asked
_LEAST_AROUND = 2
_CORRIDOR_EM = 0.7  # white of that width through all rows around is a gutter
_FLUSH_EM = 0.6
_MANY_PIECES = 5
_WIDEST_EM = 16.0
_STRETCHED_EM, _SET_SOLID = 4.0, 1.5
_INDENT_EM = 3.0
_EVEN_PIECES, _EVEN = 4, 1.25
_EVEN_GAP_EM, _EVEN_GAPS, _UNLIKE = 1.5, 0.03, 1.5  # between words stretched alike, what these differ by, their widths
_QUAD_EM, _QUAD_ROWS_EM = 1.05, 2.5  # the blank, and to the lines next to it
_PROSE_WORDS = 5
_SENTENCES_EM, _NEAR_EM = 1.8, 4.2  # between sentences of one line, and to lines that show how wide a line is

_TEXT_WORDS, _MANY_LINES, _OWN_ROWS = 3, 4, 5
_ENDS_EM, _GAP_EM, _GAP_SHARE = 0.25, 8.0, 0.5  # how lines end alike; the widest gap, also as a share of the line
_SIZES, _EVEN_SIZES = 0.08, 0.15  # between pieces of one line
_STRETCHED_BLANK_EM = 1.0  # narrower than gutters
_SMALL = 0.87  # of the size: indices and parts of fractions

_ITALIC = int(WordStyle.ITALIC)

Row = list[Line]


def join_justified(lines: list[Line], gutters: Gutters | None = None) -> list[Line]:
    """Lines top to bottom, those of justified text whole; cells and columns stay apart.

    Nothing is joined over one of `gutters`: words that OCR read are too long or too short to show all of them.
    """
    rows = _rows(lines)
    if all(len(row) == 1 for row in rows):
        return lines
    result: list[Line] = []
    texts = [line for line in lines if _is_text(line)]
    for number, row in enumerate(rows):
        for part in _between(row, gutters):
            if len(part) > 1:
                part = _joined(part, _follow(rows, number, -1), _follow(rows, number, 1))
                part = _with_quads(_with_even(part), rows, number)
            result += _filled(part, rows, number, texts) if len(part) > 1 else part
    return result if len(result) < len(lines) else lines


def _between(row: Row, gutters: Gutters | None) -> list[Row]:
    """The row cut where a gutter runs through it, and between the captions of panels side by side."""
    parts = [[row[0]]]
    for left, right in pairwise(row):
        if next_panel(left.words, right.words[0]) or (
            gutters and gutters.part(left.x1, right.x0, right.baseline, max(left.size, right.size))
        ):
            parts.append([right])
        else:
            parts[-1].append(right)
    return parts


def _rows(lines: Sequence[Line]) -> list[Row]:
    rows: list[Row] = []
    for line in lines:  # they come sorted by baseline
        if rows and line.baseline - rows[-1][0].baseline < 0.2 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return rows


def _follow(rows: Sequence[Row], number: int, step: int) -> list[Row]:
    """Rows above (-1) or below (1) that follow one another as lines of text do."""
    found: list[Row] = []
    last, at = rows[number], number + step
    while 0 <= at < len(rows) and len(found) < _ROWS_AROUND:
        if abs(rows[at][0].baseline - last[0].baseline) > 2.0 * last[0].size:
            break
        last = rows[at]
        found.append(last)
        at += step
    return found


def _whole(run: Row) -> Line:
    return line_of([word for piece in run for word in piece.words], run[0].rtl)


def _with_even(row: Row) -> Row:
    """The row with neighbours put together that are words of unequal width equally far apart: they were stretched, as
    cells of one pitch are not."""
    result: Row = []
    start = 0
    while start < len(row):
        run = _even_run(row[start:])
        widths = [piece.x1 - piece.x0 for piece in run]
        if len(run) >= _EVEN_PIECES and max(widths) > _UNLIKE * min(widths) and _has_names(run):
            result.append(_whole(run))
        else:
            run = run[:1]
            result += run
        start += len(run)
    return result


def _even_run(row: Row) -> Row:
    """The first pieces of a row that stand equally far apart, some further behind commas, sentences and slanted words;
    the first one alone where not two gaps show how far that is."""
    end, least, most, counted = 1, math.inf, 0.0, 0
    for left, right in pairwise(row):
        gap, em = right.x0 - left.x1, max(left.size, right.size)
        ends = left.plain[-1] in ".!?:,;" or left.styled(_ITALIC) > right.styled(_ITALIC)
        if not 0 < gap < (2 if ends else 1) * _EVEN_GAP_EM * em or min(left.size, right.size) < _SMALL * em:
            break
        if is_mono(left) and is_mono(right):
            break  # columns of numbers that a program printed
        if not ends:
            least, most, counted = min(least, gap), max(most, gap), counted + 1
        if most > least + _EVEN_GAPS * em:
            break
        end += 1
    return row[:end] if counted > 1 else row[:1]


def _is_equation(line: Line) -> bool:
    return any(word.text == "=" for word in line.words)


def _has_names(run: Row) -> bool:
    """Whether most pieces are words, no numbers and signs."""
    return 3 * sum(any(map(str.isalpha, piece.plain)) for piece in run) > 2 * len(run)


def _with_quads(row: Row, rows: Sequence[Row], number: int) -> Row:
    """The row whole where its blanks are as wide as a letter and the lines next to it run over all of them."""
    em = max(piece.size for piece in row)
    next_to = [rows[at] for at in (number - 1, number + 1) if 0 <= at < len(rows)]
    if (
        len(row) < 2
        or len(next_to) < 2
        or any(is_mono(piece) or _is_equation(piece) for piece in row)
        or any(len(other) > 1 or abs(other[0].baseline - row[0].baseline) > _QUAD_ROWS_EM * em for other in next_to)
        or any(right.x0 - left.x1 > _QUAD_EM * em for left, right in pairwise(row))
        or not all(_bridged(left, right, [other]) for left, right in pairwise(row) for other in next_to)
    ):
        return row
    return [_whole(row)]


def _joined(row: Row, above: Sequence[Row], below: Sequence[Row]) -> Row:
    if any(is_unspaced(piece.plain[0]) for piece in row):
        return row  # scripts without blanks are stretched between all their letters
    around = [*above, *below]
    # an unbroken line may be one that is as wide as two columns
    broken = [other for other in around if len(other) > 1]
    row = _stretched(row, [line for other in around for line in other])
    if len(broken) < _LEAST_AROUND:
        return row
    runs: list[Row] = [[row[0]]]
    for left, right in pairwise(row):
        if _bridged(left, right, broken):
            runs[-1].append(right)
        else:
            runs.append([right])
    result: Row = []
    for run in runs:
        if len(run) > 1 and _is_flush(run, around):
            result.append(_whole(run))
        else:
            result += run
    return result


def _stretched(row: Row, next_to: Sequence[Line]) -> Row:
    """The row with pieces put together that fill the width of a line of text right above or below.

    Sentences a little apart may fill that of several further away: those next to them may be torn the same way.
    """
    if len(row) < _EVEN_PIECES and all(b.x0 - a.x1 < _SENTENCES_EM * a.size for a, b in pairwise(row)):
        whole = [
            line for line in next_to
            if abs(line.baseline - row[0].baseline) < _NEAR_EM * line.size
            and _is_prose(line) and _fills(row, line, even=False, near=False)
        ]  # fmt: skip
        if len(whole) >= _LEAST_AROUND:
            return [_whole(row)]
    for line in next_to:
        em = line.size
        if len(row) < _EVEN_PIECES and abs(line.baseline - row[0].baseline) >= _SET_SOLID * em:
            continue
        near = next((i for i, piece in enumerate(row) if piece.x0 > line.x0 - _INDENT_EM * em), len(row))
        first = next((i for i, piece in enumerate(row) if abs(piece.x0 - line.x0) < _FLUSH_EM * em), near)
        last = next((i for i, piece in enumerate(row) if abs(piece.x1 - line.x1) < _FLUSH_EM * em), 0)
        if last <= first:
            continue
        run = row[first : last + 1]
        even = _is_even(run)
        if _fills(run, line, even) and (even or _is_prose(line)):
            row = [*row[:first], _whole(run), *row[last + 1 :]]
    return row


def _filled(row: Row, rows: Sequence[Row], number: int, texts: Sequence[Line]) -> Row:
    """The row with pieces put together that fill a column of text, where no row next to it has the same gaps."""
    while True:
        found = _filling(row, texts)
        if found is None:
            return row
        first, last, alike = found
        run = row[first : last + 1]
        if not _is_sentence(run) or not _stands_in_text(run, rows, number, alike):
            return row
        row = [*row[:first], _whole(run), *row[last + 1 :]]


def _filling(row: Row, texts: Sequence[Line]) -> tuple[int, int, list[Line]] | None:
    """The first pieces that reach from edge to edge of lines of text anywhere on the page, and these lines."""
    em = median(piece.size for piece in row)
    for last in range(1, len(row)):
        end = row[last].x1
        ending = [line for line in texts if abs(line.x1 - end) < _ENDS_EM * em and abs(line.size - em) < 0.05 * em]
        for first in range(last) if len(ending) >= _LEAST_AROUND else ():
            start = row[first].x0
            alike = [line for line in ending if abs(line.x0 - start) < _INDENT_EM * em]
            if len(alike) >= _LEAST_AROUND:
                return first, last, alike
    return None


def _is_sentence(run: Row) -> bool:
    """Words not far apart, no label and its value, no sums."""
    last, width = run[-1], run[-1].x1 - run[0].x0
    if (
        run[0].plain.isdecimal()
        or 2 * sum(piece.bold for piece in run) >= len(run)
        or any(is_mono(piece) for piece in run[:-1])
    ):
        return False
    if len(last.words) == 1 and last.words[0].text[0].isdecimal():
        return False
    return all(b.x0 - a.x1 < min(_GAP_EM * a.size, _GAP_SHARE * width) for a, b in pairwise(run)) and any(
        word.text[0].isalpha() for piece in run[1:] for word in piece.words
    )


def _stands_in_text(run: Row, rows: Sequence[Row], number: int, alike: Sequence[Line]) -> bool:
    """Whether the rows above and below, up to a whole line, have other gaps, or a whole line stands next to it."""
    near: list[Row] = []
    for step in (-1, 1):
        near += _own_rows(rows, number, step, run[0].x0, run[-1].x1)
    torn = [row for row in near if len(row) > 1]
    whole = {id(line) for line in alike}
    if len(alike) < _MANY_LINES and not any(id(row[0]) in whole for row in near if len(row) == 1):
        return False
    levels = [run[0].baseline, *(row[0].baseline for row in torn)]
    if len(torn) < _LEAST_AROUND and not any(
        abs(row[0].baseline - level) < _SET_SOLID * run[0].size for row in near if len(row) == 1 for level in levels
    ):
        return False
    return not torn or all(_bridged(left, right, torn, _STRETCHED_BLANK_EM) for left, right in pairwise(run))


def _own_rows(rows: Sequence[Row], number: int, step: int, start: float, end: float) -> list[Row]:
    """The next rows above (-1) or below (1) of the column between two edges, up to a whole one, without other columns'
    pieces."""
    found: list[Row] = []
    last, at = rows[number][0], number + step
    em = last.size
    while 0 <= at < len(rows) and len(found) < _OWN_ROWS and abs(rows[at][0].baseline - last.baseline) < _NEAR_EM * em:
        own = [line for line in rows[at] if line.x0 < end and start < line.x1 and line.size > _SMALL * em]
        if len(own) > 1 and KIND.fullmatch(own[-1].plain):
            own.pop()
        if own:
            found.append(own)
            last = own[0]
            if len(own) == 1:
                break
        at += step
    return found


def _is_text(line: Line) -> bool:
    """A line of running text, in a narrow column too."""
    words = line.words
    return len(words) >= _TEXT_WORDS and 5 * sum(word.text[0].isalpha() for word in words) > 3 * len(words)


def _is_even(run: Row) -> bool:
    """Whether many pieces stand equally far apart, as the words of a stretched line do and cells don't."""
    if len(run) < _EVEN_PIECES:
        return False
    gaps = [b.x0 - a.x1 for a, b in pairwise(run)]
    return max(gaps) < _EVEN * min(gaps)


def _fills(run: Row, line: Line, even: bool, *, near: bool = True) -> bool:
    """Whether pieces, not far apart, reach from edge to edge of a line of text.

    They are words stretched to fill the line; sums and cells stand further apart, end in a number or begin a column.
    """
    em, first, last = line.size, run[0], run[-1]
    sizes = _EVEN_SIZES if even else _SIZES  # names in monospaced type are set larger
    if any(b.x0 - a.x1 > _STRETCHED_EM * em or abs(a.size - b.size) > sizes * em for a, b in pairwise(run)):
        return False
    if first.plain.isdecimal() or all(piece.bold for piece in run) or abs(first.size - em) > 0.05 * em:
        return False
    if len(last.words) == 1 and last.words[0].text[0].isdecimal() and not even:
        return False
    return (
        abs(line.x1 - last.x1) < _FLUSH_EM * em
        and abs(line.x0 - first.x0) < _INDENT_EM * em
        and (even or not near or abs(line.baseline - first.baseline) < _SET_SOLID * em)
        and all(abs(piece.x0 - line.x0) > 0.3 * em for piece in run[1:])
    )


def _is_prose(line: Line) -> bool:
    letters = sum(word.text[0].isalpha() for word in line.words)
    return len(line.words) >= _PROSE_WORDS and letters > 0.6 * len(line.words)


def _bridged(left: Line, right: Line, around: Sequence[Row], corridor_em: float = _CORRIDOR_EM) -> bool:
    """Whether the text of the rows around leaves no white corridor between the two."""
    em = max(left.size, right.size)
    if min(left.size, right.size) < 0.87 * em or right.x0 - left.x1 > _WIDEST_EM * em:
        return False
    free = [(left.x1, right.x0)]
    for row in around:
        for line in row:
            if line.x1 <= left.x1 or line.x0 >= right.x0:
                continue
            for word in line.words:
                free = _without(free, word.bbox[0], word.bbox[2])
            free = [gap for gap in free if gap[1] - gap[0] > corridor_em * em]
            if not free:
                return True
    return False


def _without(gaps: Sequence[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    left: list[tuple[float, float]] = []
    for start, end in gaps:
        if high <= start or low >= end:
            left.append((start, end))
            continue
        left += [(start, low)] if low > start else []
        left += [(high, end)] if high < end else []
    return left


def _is_flush(run: Row, around: Sequence[Row]) -> bool:
    """Whether rows around that reach into the run's width start and end where it does.

    Of a run of many pieces, which can hardly be cells, it is enough that some start there and others end there.
    """
    em, start, end = run[0].size, run[0].x0, run[-1].x1
    near = begins = ends = both = 0
    for row in around:
        inside = [line for line in row if line.x1 > start + em and line.x0 < end - em]
        if inside:
            begin, stop = abs(inside[0].x0 - start) < _FLUSH_EM * em, abs(inside[-1].x1 - end) < _FLUSH_EM * em
            near, begins, ends, both = near + 1, begins + begin, ends + stop, both + (begin and stop)
    if len(run) >= _MANY_PIECES and min(begins, ends) >= _LEAST_AROUND:
        return True
    return both >= _LEAST_AROUND and 5 * both >= 2 * near
