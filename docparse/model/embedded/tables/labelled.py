"""Tables without rules of labels and what is said of each: definitions, agendas, data sheets, rows of several lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docparse.geometry import inside_share, overlap
from docparse.model.embedded.lists import read_marker
from docparse.model.embedded.tables.header import is_number, is_year
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, box_of, join_words, split_chunks, text_rows
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell
from docparse.schemas.page import Word, WordStyle

_GAP_EM, _EDGE_EM, _APART_EM = 0.8, 0.35, 1.7  # between chunks; how far edges stray; height that ends a table
_LEAST, _LEAST_PLAIN = 3, 4  # rows; of one line each, with nothing but their texts to tell them
_LABEL_WORDS, _LABEL_CHARS = 6, 40
_LABEL_SHARE, _SHARE_PLAIN = 0.45, 0.6  # the label's width in that of the table; where every row is one line
_WIDE = 1.1  # of the leading: the step to the next row where cells have room round them
_BESIDE_EM, _SHORT_EM, _FOREIGN_EM = 7.0, 2.0, 3.0
_CLOSE_EM, _BLOCK_ROWS = 0.4, 12  # the least blank after a label; rows that are looked at under those that show a block
_OVERLAP = 0.25  # of a row's height, in that of the next one
_CONFIDENCE, _OTHER_SIZE = 0.75, 0.08
_BOLD, _MONO = int(WordStyle.BOLD), int(WordStyle.MONO)
_EMPHASIS = int(WordStyle.BOLD | WordStyle.ITALIC)
_LEADER = re.compile(r"(\.\s?){4,}|…{2,}|_{4,}")
_SECTION = re.compile(r"([A-Z]|\d{1,3}|[IVX]+)(\.\d{1,3})*\.?|\W+")
_STOPS = ".!?;:。！？"


class _Run(NamedTuple):
    """Rows of which each begins at the label's edge `left` or goes on under what begins at `right`; between their
    heights stand those of `beside`, of a block further right."""

    rows: list[TextRow]
    left: float
    right: float
    beside: list[TextRow]

    def has_label(self, row: TextRow, em: float) -> bool:
        return row.x0 < self.right - _EDGE_EM * em


def labelled_tables(words: Sequence[Word], em: float) -> list[FoundTable]:
    """Tables of such rows among words that are of no other table, top to bottom; where OCR read the words, those of one
    line a row alone."""
    if not words:
        return []
    rows = text_rows(words)
    for row in rows:
        row.chunks = split_chunks(row, _GAP_EM * em)
    found = _tables(rows, em)
    for block in _blocks(rows, em):
        found += [table for table in _tables(block, em) if not any(overlap(table.bbox, t.bbox) for t in found)]
    return found


def _tables(rows: Sequence[TextRow], em: float) -> list[FoundTable]:
    found: list[FoundTable] = []
    at = 0
    while at < len(rows):
        run, first = _run(rows, at, em), at
        if at and run.rows and (above := _parted_at(rows[at - 1], run, em)):
            run, first = run._replace(rows=[above, *run.rows]), at - 1
        end = first + len(run.rows) + len(run.beside)
        around = [*rows[max(0, first - 1) : first], *rows[end:][:1]]
        table = None if len(run.rows) < _LEAST or _goes_on(run, around) else _table(run, em)
        if table is not None:
            found.append(table)
        at = end if table is not None else at + 1
    return found


def _parted_at(row: TextRow, run: _Run, em: float) -> TextRow | None:
    """The row over a run, where its label all but reaches its text: parted where the texts of the run begin."""
    near = run.rows[0].y0 - row.y1 <= _APART_EM * em
    if not near or len(row.chunks) != 1 or abs(row.x0 - run.left) > _EDGE_EM * em:
        return None
    return _parted(row, run.right, em)


def _parted(row: TextRow, right: float, em: float) -> TextRow | None:
    """The row with its first chunk in two, where a word of it begins at `right` behind the least blank."""
    first = row.chunks[0].words
    for at, (before, word) in enumerate(pairwise(first), 1):
        if abs(word.bbox[0] - right) < _EDGE_EM * em and word.bbox[0] - before.bbox[2] > _CLOSE_EM * em:
            parts = (first[:at], first[at:])
            chunks = [Chunk(part, part[0].bbox[0], part[-1].bbox[2]) for part in parts]
            return TextRow(row.words, row.y0, row.y1, [*chunks, *row.chunks[1:]])
    return None


def _blocks(rows: Sequence[TextRow], em: float) -> list[list[TextRow]]:
    """What stands far to the right of other text, line below line from one edge: blocks beside another one."""
    margin = min(row.x0 for row in rows) + _FOREIGN_EM * em
    starts: list[tuple[float, int]] = []
    for number, row in enumerate(rows):
        ends = [float("-inf"), *(chunk.x1 for chunk in row.chunks)]
        labels = zip(row.chunks[:-1], ends, strict=False)
        starts += [(c.x0, number) for c, end in labels if c.x0 > max(margin, end + _FOREIGN_EM * em)]
    starts.sort()
    found: list[list[TextRow]] = []
    while starts:
        left = starts[0][0]
        near = [number for x0, number in starts if x0 - left < _EDGE_EM * em]
        starts = starts[len(near) :]
        if len(near) >= _LEAST - 1:
            first, last = max(0, min(near) - 1), max(near) + _BLOCK_ROWS
            found.append([own for row in rows[first:last] if (own := _right_of(row, left - _EDGE_EM * em))])
    return found


def _right_of(row: TextRow, x: float) -> TextRow | None:
    kept = [chunk for chunk in row.chunks if chunk.x0 > x]
    return TextRow([word for chunk in kept for word in chunk.words], row.y0, row.y1, kept) if kept else None


def _run(rows: Sequence[TextRow], at: int, em: float) -> _Run:
    first, edge = rows[at], _EDGE_EM * em
    if len(first.chunks) < 2 or not _is_label(first.chunks[0].text):
        return _Run([], 0.0, 0.0, [])
    kept = [first]
    beside: list[TextRow] = []
    passed: list[TextRow] = []  # of a block beside the table, if it goes on
    left, right = first.x0, first.chunks[1].x0
    starts = [chunk.x0 for chunk in first.chunks[1:]]
    for number, row in enumerate(rows[at + 1 :], at + 1):
        if row.y0 - kept[-1].y1 > _APART_EM * em:
            break
        if row.x0 - right > _FOREIGN_EM * em and _is_between(row, kept[-1], rows[number + 1 :]):
            passed.append(row)
            continue
        label = abs(row.x0 - left) < edge
        if label and row.chunks[0].x1 > right - edge:
            parted = _parted(row, right, em)
            if parted is None:
                break
            row = parted
        begins = row.chunks[1:2] if label else row.chunks[:1]
        known = starts if not label else starts[:1]
        if (begins and all(abs(begins[0].x0 - start) > edge for start in known)) or _other_type(row, first):
            break
        kept.append(row)
        beside += passed
        passed = []
        starts += [chunk.x0 for chunk in row.chunks[2:]] if label else []
    return _Run(kept, left, right, beside)


def _is_between(row: TextRow, above: TextRow, below: Sequence[TextRow]) -> bool:
    """Whether a row stands neither level with its neighbours nor wholly apart from them."""
    return row.y0 < above.y1 - _OVERLAP * (above.y1 - above.y0) or any(
        other.y0 < row.y1 - _OVERLAP * (row.y1 - row.y0) for other in below[:1]
    )


def _goes_on(run: _Run, around: Sequence[TextRow]) -> bool:
    """Whether lines as near as those of the run stand over or under it: it is cut out of columns of text."""
    bases = [row.words[0].baseline for row in run.rows]
    least, x1 = min(b - a for a, b in pairwise(bases)), max(row.x1 for row in run.rows)
    return any(
        min(abs(row.words[0].baseline - base) for base in (bases[0], bases[-1])) <= _WIDE * least
        and row.x0 < x1 and row.x1 > run.left
        for row in around
    )  # fmt: skip


def _other_type(row: TextRow, first: TextRow) -> bool:
    """A line alone in type of another size than the labels: the next heading, a note."""
    size = first.words[0].size
    return len(row.chunks) == 1 and abs(row.words[0].size - size) > _OTHER_SIZE * size


def _is_label(text: str) -> bool:
    return len(text) <= _LABEL_CHARS and text.count(" ") < _LABEL_WORDS


def _table(run: _Run, em: float) -> FoundTable | None:
    groups = _records(run, em)
    if len(groups) < _LEAST or any(len(group[0].chunks) < 2 or not run.has_label(group[0], em) for group in groups):
        return None
    edges = [run.left, run.right, *_more_edges(groups, run.right, em)]
    groups = [[_own(row, edges, em) for row in group] for group in groups]
    words = [word for group in groups for row in group for word in row.words]
    box = box_of(words)
    if any(
        inside_share(word.bbox, box) > 0.5 and word not in words
        for row in [*run.rows, *run.beside]
        for word in row.words
    ):
        return None
    texts = [[[w for row in group for w in row.words if low <= w.bbox[0] + _EDGE_EM * em < high]
              for low, high in pairwise([*edges, box[2] + em])] for group in groups]  # fmt: skip
    labels = [join_words(cells[0]) for cells in texts]
    reach = max(word.bbox[2] for cells in texts for word in cells[0])
    share = _LABEL_SHARE if any(len(group) > 1 for group in groups) else _SHARE_PLAIN
    if reach - run.left > share * (box[2] - run.left) or not _are_labels(labels):
        return None
    if any(_LEADER.search(row.chunks[0].text) for group in groups for row in group):
        return None
    if sum(bool(word.style & _MONO) for word in words) * 2 > len(words) or not _is_told(run, groups, texts, em):
        return None
    bold = [all(word.style & _BOLD for cell in cells for word in cell) for cells in texts]
    header = bold[0] and not any(bold[1:])
    ys = [box[1], *((a[-1].y1 + b[0].y0) / 2 for a, b in pairwise(groups)), box[3]]
    xs = [*edges, box[2]]
    cells = tuple(
        Cell(row=r, col=c, text=join_words(cell), header=header and r == 0, bbox=(xs[c], ys[r], xs[c + 1], ys[r + 1]))
        for r, row in enumerate(texts)
        for c, cell in enumerate(row)
    )
    return FoundTable(box, cells, len(groups), len(edges), _CONFIDENCE, grid=True)


def _records(run: _Run, em: float) -> list[list[TextRow]]:
    """The lines of each row of the table: parted by height, or where all stand alike, by their labels."""
    steps = [b.words[0].baseline - a.words[0].baseline for a, b in pairwise(run.rows)]
    least = min(steps)
    wide = [step > _WIDE * least for step in steps]
    labels = [run.has_label(row, em) and len(row.chunks) > 1 for row in run.rows]
    parted = not all(labels) and sum(wide) >= _LEAST - 1
    groups = [[run.rows[0]]]
    for row, far, label in zip(run.rows[1:], wide, labels[1:], strict=True):
        if far if parted else label:
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups


def _more_edges(groups: Sequence[Sequence[TextRow]], right: float, em: float) -> list[float]:
    """Where further columns begin: in most rows, and no line runs over it."""
    edge = _EDGE_EM * em
    starts = sorted(chunk.x0 for group in groups for chunk in group[0].chunks[2:])
    found: list[float] = []
    for start in starts:
        if found and start - found[-1] < edge:
            continue
        near = sum(any(abs(chunk.x0 - start) < edge for chunk in group[0].chunks[2:]) for group in groups)
        over = any(c.x0 < start - edge and c.x1 > start for group in groups for row in group for c in row.chunks)
        if near >= 0.8 * len(groups) and not over and start > right:
            found.append(start)
    return found


def _own(row: TextRow, edges: Sequence[float], em: float) -> TextRow:
    """The row without what stands far to the right and in no column: text of a block beside the table."""
    for at, (before, chunk) in enumerate(pairwise(row.chunks), 1):
        far = at > 1 and chunk.x0 - before.x1 > _FOREIGN_EM * em
        if far and all(abs(chunk.x0 - edge) > _EDGE_EM * em for edge in edges):
            kept = row.chunks[:at]
            return TextRow([word for each in kept for word in each.words], row.y0, row.y1, kept)
    return row


def _are_labels(labels: Sequence[str]) -> bool:
    """Short texts, most of them none that number items, lead to fields or go on with a sentence."""
    count = len(labels)
    if not all(map(_is_label, labels)) or sum(label.endswith((":", "：")) for label in labels) * 2 >= count:
        return False
    lower = sum(label[:1].islower() for label in labels)
    names = lower >= 0.8 * count and sum(label.count(" ") for label in labels) * 3 <= count
    if lower > 0.2 * count and not names:
        return False
    marks = sum(bool(_SECTION.fullmatch(label)) or read_marker(label + " x") is not None for label in labels)
    numbers = sum(is_number(label) and not is_year(label) and ":" not in label for label in labels)
    return 3 * max(marks, numbers) < count


def _is_told(
    run: _Run, groups: Sequence[Sequence[TextRow]], texts: Sequence[Sequence[Sequence[Word]]], em: float
) -> bool:
    """Whether more than their places says that label and text belong together."""
    long = any(len(group) > 1 for group in groups)
    end = max(row.x1 for group in groups for row in group)
    stopped = all(
        len(a) == 1 or a[-1].words[-1].text[-1] in _STOPS or end - a[-1].x1 > _SHORT_EM * em
        or b[0].words[0].baseline - a[-1].words[0].baseline > _WIDE * (a[1].words[0].baseline - a[0].words[0].baseline)
        for a, b in pairwise(groups)
    )  # fmt: skip
    if long:
        exact = run.rows[0].words[0].font != ""  # what OCR read does not stand exactly enough on its lines
        return exact and stopped and sum(len(group) > 1 for group in groups) < max(sum(map(len, groups)), 2)
    set_apart = all(w.style & _EMPHASIS for cells in texts for w in cells[0]) and not any(
        all(w.style & _EMPHASIS for w in cells[1]) for cells in texts[1:] if cells[1]
    )
    values = [join_words(cells[1]) for cells in texts]
    if all(map(is_number, values)):
        return False  # page numbers, sums: other eyes look for those
    if set_apart:
        return True
    digits = sum(any(map(str.isdigit, value)) for value in values)
    reach = max(word.bbox[2] for cells in texts for word in cells[0])
    return len(groups) >= _LEAST_PLAIN and 2 * digits >= len(groups) and run.right - reach < _BESIDE_EM * em
