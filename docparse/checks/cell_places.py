"""Cells against the page: values that stand in another row or column of the page than in the output.

A model that leaves out an empty cell shifts the rest of a row; every value is still there, under the wrong header. The
places of the cells' words tell.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from docparse.checks.printed import squeeze_all
from docparse.checks.turn import turned
from docparse.checks.witness import Witness
from docparse.geometry import Box, union
from docparse.schemas.document import Cell, Table

_AT_ONCE, _COLS_AT_ONCE = 300, 100  # cells compared with one another, of so many columns
_MOST_DOUBLES = 40  # how often a value may stand in a table and still be matched in order


def misplaced_cells(table: Table, words: Sequence[int], witness: Witness, turn: int = 0) -> list[Cell]:
    """Cells whose words stand beside other columns or rows than theirs.

    `words` are those inside the table's box, `turn` is by how many degrees clockwise the page must be turned.
    """
    if table.cols < 2 or table.rows < 2 or not words:
        return []
    placed = _locate(table.cells, _units(words, witness, turn))
    placed.sort(key=lambda item: item[0].col // _COLS_AT_ONCE)  # row order within these columns
    wrong: list[Cell] = []
    for start in range(0, len(placed), _AT_ONCE):
        part = placed[start : start + _AT_ONCE]
        if len(part) >= 4:
            wrong += [part[i][0] for i in _out_of_line(part)]
    return wrong


def _units(words: Sequence[int], witness: Witness, turn: int) -> list[tuple[str, Box]]:
    """Words joined where the page has no blank between them: (letters and digits, box on the upright page)."""
    units: list[tuple[str, Box]] = []
    joined = False
    for place in words:
        word, plain = witness.words[place], witness.plain[place]
        if joined and units:
            units[-1] = (units[-1][0] + plain, union((units[-1][1], word.bbox)))
        else:
            units.append((plain, word.bbox))
        joined = not word.space
    units = [unit for unit in units if unit[0]]
    if not turn or not units:
        return units
    boxes = turned(np.array([box for _, box in units], np.float64), turn).tolist()
    return [(plain, (x0, y0, x1, y1)) for (plain, _), (x0, y0, x1, y1) in zip(units, boxes, strict=True)]


def _locate(cells: Sequence[Cell], units: list[tuple[str, Box]]) -> list[tuple[Cell, Box]]:
    """Cells with the place of their words, in row order; those whose words stand several times are matched in order."""
    pieces = [piece.split() for piece in squeeze_cells([cell.text for cell in cells])]
    said = Counter(piece for cell in pieces for piece in cell)
    found: dict[str, list[Box]] = defaultdict(list)
    for plain, box in units:
        found[plain].append(box)
    lone = Counter(cell[0] for cell in pieces if len(cell) == 1)
    rows: dict[str, set[int]] = defaultdict(set)
    for cell, names in zip(cells, pieces, strict=True):
        for name in names:
            rows[name].add(cell.row)
    for name, boxes in found.items():
        if len(rows[name]) == 1:
            boxes.sort()  # from left to right, however unevenly OCR cut them out
        elif len(boxes) > 1:
            _sort_lines(boxes)
    turn: Counter[str] = Counter()
    places: list[Box | None] = []
    for names in pieces:
        boxes = [found[name][0] for name in names if said[name] == 1 and len(found.get(name, ())) == 1]
        if not boxes and len(names) == 1 and 1 < said[names[0]] <= _MOST_DOUBLES:
            name = names[0]
            if lone[name] == said[name] == len(found.get(name, ())):
                boxes = [found[name][turn[name]]]
                turn[name] += 1
        places.append(union(boxes) if boxes else None)
    _locate_in_rows(cells, pieces, places, found)
    return [(cell, box) for cell, box in zip(cells, places, strict=True) if box is not None]


def _locate_in_rows(
    cells: Sequence[Cell], pieces: Sequence[Sequence[str]], places: list[Box | None], found: dict[str, list[Box]]
) -> None:
    """Values that stand in many rows, found at the height of their row's other cells; `places` is filled in."""
    levels: dict[int, list[Box]] = defaultdict(list)
    twins: Counter[tuple[int, str]] = Counter()
    for cell, names, box in zip(cells, pieces, places, strict=True):
        twins.update((cell.row, name) for name in names)
        if box is not None and cell.rowspan == 1:
            levels[cell.row].append(box)
    for place, (cell, names) in enumerate(zip(cells, pieces, strict=True)):
        boxes = levels.get(cell.row)
        if places[place] is not None or not boxes or len(names) != 1 or twins[cell.row, names[0]] != 1:
            continue
        candidates = found.get(names[0], ())
        if len(candidates) <= _MOST_DOUBLES:
            top, bottom = boxes[0][1], boxes[0][3]
            here = [box for box in candidates if top < (box[1] + box[3]) / 2 < bottom]
            places[place] = here[0] if len(here) == 1 else None


def _sort_lines(boxes: list[Box]) -> None:
    """Line by line from left to right; a line's words may stand a little higher or lower."""
    boxes.sort(key=lambda box: box[1] + box[3])
    lines: list[list[Box]] = []
    for box in boxes:
        last = lines[-1][-1] if lines else None
        if last is not None and box[1] + box[3] - last[1] - last[3] < box[3] - box[1]:
            lines[-1].append(box)
        else:
            lines.append([box])
    boxes[:] = [box for line in lines for box in sorted(line)]


def squeeze_cells(texts: list[str]) -> list[str]:
    """Letters and digits of every text, its words parted by blanks."""
    flat = [piece for text in texts for piece in (text.split() or [""])]
    plain = iter(squeeze_all(flat))
    return [" ".join(next(plain) for _ in (text.split() or [""])) for text in texts]


def _out_of_line(placed: Sequence[tuple[Cell, Box]]) -> list[int]:
    boxes = np.array([box for _, box in placed], np.float64)
    texts = np.array([len(cell.text) for cell, _ in placed])
    upright = (boxes[:, 2] - boxes[:, 0]) * 1.2 >= (boxes[:, 3] - boxes[:, 1])
    if (upright | (texts < 4)).sum() < 0.5 * len(placed):
        boxes = boxes[:, [1, 0, 3, 2]]  # a table that lies on its side
    rows = np.array([cell.row for cell, _ in placed])
    cols = np.array([cell.col for cell, _ in placed])
    one_col = np.array([cell.colspan == 1 for cell, _ in placed])
    one_row = np.array([cell.rowspan == 1 for cell, _ in placed])
    x0, y0, x1, y1 = boxes.T
    across = (np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)) > 0.5
    along = np.minimum(y1[:, None], y1) - np.maximum(y0[:, None], y0)
    level = along > 0.4 * np.minimum((y1 - y0)[:, None], y1 - y0)
    wrong = _strayed(across, cols, one_col, 2) | _strayed(level, rows, one_row, 1)
    wrong |= _backwards(x0, x1, cols, rows, one_col & one_row)
    wrong |= _backwards(y0, y1, rows, cols, one_col & one_row)
    return [int(i) for i in np.flatnonzero(wrong)]


def _backwards(
    start: NDArray[np.float64], end: NDArray[np.float64], lines: NDArray[np.int_], across: NDArray[np.int_],
    single: NDArray[np.bool_],
) -> NDArray[np.bool_]:  # fmt: skip
    """Cells of one row (column) that follow on the page the other way round than in the output."""
    pairs = (across[:, None] == across) & (lines[:, None] < lines) & single[:, None] & single
    ahead, behind = pairs & (end[:, None] <= start + 1), pairs & (end <= start[:, None] + 1)
    if behind.sum() > ahead.sum():  # right to left, or turned
        ahead, behind = behind, ahead
    result: NDArray[np.bool_] = behind.any(axis=0) | behind.any(axis=1)
    return result


def _strayed(
    near: NDArray[np.bool_], lines: NDArray[np.int_], single: NDArray[np.bool_], wanted: int
) -> NDArray[np.bool_]:
    """Cells in line with none of their own column (row) but with `wanted` of another one."""
    names, index = np.unique(lines, return_inverse=True)
    own = np.zeros((len(lines), len(names)), np.float32)  # products of whole numbers are far slower
    own[np.arange(len(lines)), index] = single
    counts = near.astype(np.float32) @ own
    others = counts.copy()
    others[np.arange(len(lines)), index] = 0
    mine = counts[np.arange(len(lines)), index] - single
    mates = own.sum(axis=0)[index] - single
    result: NDArray[np.bool_] = single & (mine == 0) & (mates >= wanted) & (others.max(axis=1) >= wanted)
    return result
