"""Text lines of a table's body joined to table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import median

from docparse.model.embedded.script import is_unspaced
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import TextRow

Span = tuple[int, int]
_TWO_WORDS = 12  # letters
_LEAST_APART, _MOST_APART = 0.3, 0.6  # of the lines, or of those of several cells, where rows are farther apart
_BLANK_EM, _FLUSH_EM = 0.2, 0.3
_HALF_EM = 0.75  # nearer than this is a cell set to the middle of a taller one beside it
_BRACKETS, _WITH_BRACKETS = re.compile(r"\([^()]*\)\S{0,2}"), re.compile(r"[^\s(]+ ?\(")


def group_rows(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], horizontal: Sequence[Line], em: float
) -> list[list[int]]:
    """Numbers of the text lines that make up each table row, top to bottom."""
    if not rows:
        return []
    ruled = _ruled_groups(rows, horizontal)
    if ruled is not None:
        return ruled
    pitch = _pitch(rows, spans)
    steps = [step for step in pitch if step > _HALF_EM * em] or pitch
    tight = _tight_pitch(steps)
    several = [step for row, step in zip(rows[1:], pitch, strict=True) if len(row.chunks) > 1]
    apart = _share(steps, tight) >= _LEAST_APART or _share(several, tight) >= _MOST_APART
    groups = [[0]]
    for i in range(1, len(rows)):
        near = pitch[i - 1] <= tight
        labelled = spans[groups[-1][0]][0][0] == 0  # a label begins with the first line, it is not set to the middle
        beside = _overlap(rows, spans, i) and not (labelled and _several_records(rows, [*groups[-1], i]))
        near = near and not _rule_between(rows[i - 1], rows[i], horizontal)
        if (
            beside
            or (near and _continues(rows, spans, groups[-1], i, em))
            or (near and apart and _breaks_label(rows, spans, groups[-1], i, em))
        ):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def _ruled_groups(rows: Sequence[TextRow], horizontal: Sequence[Line]) -> list[list[int]] | None:
    """Rows between drawn rules, when rules part most of the lines."""
    groups = [[0]]
    for i in range(1, len(rows)):
        if _rule_between(rows[i - 1], rows[i], horizontal):
            groups.append([i])
        else:
            groups[-1].append(i)
    if len(groups) < 3 or any(_several_records(rows, group) for group in groups):
        return None
    return groups


def _several_records(rows: Sequence[TextRow], group: list[int]) -> bool:
    """Two or more lines of a ruled row have numbers below one another; several where other lines stand between."""
    numeric = [{round(c.x1 / 4) for c in rows[i].chunks if is_number(c.text)} for i in group]
    return any(a & b for a, b in pairwise(numeric)) or any(len(a & b) > 1 for a, b in combinations(numeric, 2))


def _rule_between(upper: TextRow, lower: TextRow, horizontal: Sequence[Line]) -> bool:
    x0, x1 = min(upper.x0, lower.x0), max(upper.x1, lower.x1)
    return any(
        upper.middle < line.pos < lower.middle and min(line.end, x1) - max(line.start, x0) > 0.8 * (x1 - x0)
        for line in horizontal
    )


def _pitch(rows: Sequence[TextRow], spans: Sequence[Sequence[Span]]) -> list[float]:
    """Distance of each line but the first from the nearest one above it in its columns."""
    middles = [median(word.bbox[1] + word.bbox[3] for word in row.words) / 2 for row in rows]
    last: dict[int, float] = {}
    result = []
    for i, own in enumerate(spans):
        columns = [column for first, end in own for column in range(first, end + 1)]
        above = [last[column] for column in columns if column in last]
        if i:
            result.append(middles[i] - max(above, default=middles[i - 1]))
        last.update(dict.fromkeys(columns, middles[i]))
    return result


def _share(steps: Sequence[float], tight: float) -> float:
    return sum(step > tight for step in steps) / len(steps) if steps else 0.0


def _tight_pitch(pitch: list[float]) -> float:
    """Distance of lines up to which the lower one may continue the upper one."""
    if not pitch:
        return 0.0
    ordered = sorted(pitch)
    low = ordered[len(ordered) // 10]
    wide = [p for p in ordered if p > 1.3 * low]
    # most rows stand apart and some lines close together: only the close ones can belong together
    return 1.25 * low if len(wide) >= _LEAST_APART * len(ordered) else 1.25 * median(ordered)


def _overlap(rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], index: int) -> bool:
    """Two lines at overlapping heights in different columns: cells centred against a taller neighbour."""
    upper, lower = rows[index - 1], rows[index]
    shared = upper.y1 - lower.y0
    if shared <= 0.3 * min(upper.y1 - upper.y0, lower.y1 - lower.y0):
        return False
    taken = {c for first, last in spans[index - 1] for c in range(first, last + 1)}
    return not taken.intersection(c for first, last in spans[index] for c in range(first, last + 1))


def _continues(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], index: int, em: float
) -> bool:
    """Does line `index` go on with the table row made of `group`?"""
    row, above = rows[index], rows[index - 1]
    columns = {c for first, last in spans[index] for c in range(first, last + 1)}
    taken = {c for i in group for first, last in spans[i] for c in range(first, last + 1)}
    rest = [_goes_on_in_brackets(rows, spans, group, index, number) for number in range(len(row.chunks))]
    lower = all(known or _is_lower(chunk.words[0].text) for known, chunk in zip(rest, row.chunks, strict=True))
    if lower and len(row.chunks) > 1 and columns <= taken and _has_words(rows, spans, group, columns):
        return True
    if 0 in columns and 0 not in taken and _is_head_of_centred(rows, spans, group, index):
        return True
    if any(is_number(chunk.text) and not known for known, chunk in zip(rest, row.chunks, strict=True)):
        return _label_came_first(rows, spans, group, index, em)
    if 0 not in columns:
        return columns <= taken and len(taken) > 1
    if columns == {0} and len(taken) > 1:
        text = row.chunks[0].words[0].text
        indent = row.chunks[0].x0 - above.chunks[0].x0
        return 0 in taken and (_is_lower(text) or text[0] == "(" or indent > 0.8 * em) and indent > -0.3 * em
    return False


def _breaks_label(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], index: int, em: float
) -> bool:  # fmt: skip
    """The line holds a label alone, whose first word had no room in the label's line above."""
    above = next((i for i in reversed(group) if spans[i][0] == (0, 0)), None)
    if above is None or list(spans[index]) != [(0, 0)] or all(spans[i] == [(0, 0)] for i in group):
        return False
    label, chunk = rows[above].chunks[0], rows[index].chunks[0]
    right = max(row.chunks[0].x1 for row, own in zip(rows, spans, strict=True) if own and own[0] == (0, 0))
    word = chunk.words[0]
    width = word.bbox[2] - word.bbox[0]
    room = width / len(word.text) if is_unspaced(word.text[0]) else width + _BLANK_EM * em
    return abs(chunk.x0 - label.x0) < _FLUSH_EM * em and label.x1 + room > right


def _is_head_of_centred(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], index: int
) -> bool:  # fmt: skip
    """Lines without a label are the first of tall cells, to whose middle the line with the label is set."""
    above = {span for i in group for span in spans[i]}
    under = {span: chunk.text for chunk, span in zip(rows[index].chunks, spans[index], strict=True)}
    texts = [chunk.text for i in group for chunk in rows[i].chunks] + [under.get(span, "0") for span in above]
    return all(first == last for first, last in above) and not any(map(is_number, texts)) and len(under) > 2


def _has_words(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], columns: set[int]
) -> bool:  # fmt: skip
    """Whether the cells so far are of two words or more each, in which lines break; OCR may have lost the blank."""
    cells = [c for i in group for c, (first, _) in zip(rows[i].chunks, spans[i], strict=True) if first in columns]
    letters = sum(len(chunk.text) for chunk in cells)
    return sum(len(chunk.words) for chunk in cells) >= 2 * len(columns) or letters >= _TWO_WORDS * len(columns)


def _goes_on_in_brackets(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], index: int, number: int
) -> bool:
    """What stands in brackets under a bare number is the rest of it, where other rows have both in one line."""
    own = spans[index][number]
    if not _BRACKETS.fullmatch(rows[index].chunks[number].text) or own[0] != own[1]:
        return False
    column = [[c.text for c, span in zip(row.chunks, each, strict=True) if span == own]
              for row, each in zip(rows, spans, strict=True)]  # fmt: skip
    above = [text for i in group for text in column[i]]
    if not above or "(" in above[-1]:
        return False
    texts = [text for line in column for text in line]
    return 2 * sum(map(bool, map(_WITH_BRACKETS.match, texts))) >= len(texts)


def _label_came_first(
    rows: Sequence[TextRow], spans: Sequence[Sequence[Span]], group: list[int], index: int, em: float
) -> bool:
    """A label in column 0 broke over lines, and the data stand beside its last line."""
    row, _above = rows[index], rows[index - 1]
    if len(group) > 3 or any(spans[i] != [(0, 0)] for i in group) or not spans[index] or spans[index][0] != (0, 0):
        return False
    text = row.chunks[0].words[0].text
    return _is_lower(text) or text[0] == "("


def _is_lower(text: str) -> bool:
    """A word of small letters, no name such as "p53"."""
    return text[0].islower() and not any(map(str.isdecimal, text))
