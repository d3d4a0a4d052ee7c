"""Faults put into a good page: what recognisers get wrong, one at a time."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from docparse.checks.printed import printed, squeeze, tokens
from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Footnote,
    Heading,
    ListBlock,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

Fault = Callable[[list[Block], Sequence[Block], random.Random], list[Block] | None]
_ASIDE = (PageHeader, PageFooter, PageNumber, Footnote, Caption)
_TEXT = (Heading, Paragraph, *_ASIDE)
_INVENTED = (
    "The committee met again in the spring and approved the revised schedule without further changes.",
    "In most of the cases that were examined the effect was small, and it vanished once age was taken into account.",
    "Visitors are kindly asked to leave umbrellas and large bags at the entrance of the east wing.",
    "Water is heated in the lower tank, rises through the pipe and gives off its warmth in the rooms above.",
)
_TIMES = 30


def drop_block(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """A block with text is left out."""
    places = [place for place, block in enumerate(blocks) if _says(block)]
    if len(places) < 2:
        return None
    place = rng.choice(places)
    return [*blocks[:place], *blocks[place + 1 :]]


def invent_paragraph(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """A paragraph that the page does not have, in the box of another or a strip of it."""
    boxes = [block.bbox for block in blocks if block.bbox is not None]
    if not boxes:
        return None
    x0, y0, x1, y1 = rng.choice(boxes)
    new = Paragraph(text=rng.choice(_INVENTED), bbox=(x0, (y0 + y1) / 2, x1, y1))
    place = rng.randrange(len(blocks) + 1)
    return [*blocks[:place], new, *blocks[place:]]


def change_digit(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """One digit of one number becomes another one."""
    spots = [(holder, at) for holder in _holders(blocks) for at, sign in enumerate(holder.text) if sign in "0123456789"]
    if not spots:
        return None
    holder, at = rng.choice(spots)
    digit = rng.choice([sign for sign in "0123456789" if sign != holder.text[at]])
    holder.text = holder.text[:at] + digit + holder.text[at + 1 :]
    return blocks


def repeat_row(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """A row of a table (an item of a list, a paragraph) comes 30 times more."""
    tables = [block for block in blocks if isinstance(block, Table) and block.rows]
    if tables:
        table = rng.choice(tables)
        rows = sorted({cell.row for cell in table.cells if squeeze(cell.text)})
        if rows:
            _repeat_in_table(table, rng.choice(rows))
            return blocks
    places = [place for place, block in enumerate(blocks) if _says(block)]
    if not places:
        return None
    place = rng.choice(places)
    copies = [blocks[place].model_copy(deep=True) for _ in range(_TIMES)]
    return [*blocks[: place + 1], *copies, *blocks[place + 1 :]]


def _repeat_in_table(table: Table, row: int) -> None:
    line = [cell for cell in table.cells if cell.row == row]
    copies = [
        cell.model_copy(update={"row": cell.row + times, "rowspan": 1})
        for times in range(1, _TIMES + 1)
        for cell in line
    ]
    for cell in table.cells:
        if cell.row > row:
            cell.row += _TIMES
    table.cells += copies
    table.rows += _TIMES


def swap_blocks(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """Two blocks of the running text change places in the reading order."""
    places = [place for place, block in enumerate(blocks) if _says(block) and not isinstance(block, _ASIDE)]
    if len(places) < 2:
        return None
    one, other = rng.sample(places, 2)
    blocks[one], blocks[other] = blocks[other], blocks[one]
    return blocks


def shift_column(blocks: list[Block], _: Sequence[Block], rng: random.Random) -> list[Block] | None:
    """The values of a table's column move down by a row, or those of its rows to the right by a column."""
    tables = [block for block in blocks if isinstance(block, Table)]
    if not tables:
        return None
    table = rng.choice(tables)
    ways = [_shift_down, _shift_right]
    rng.shuffle(ways)
    return blocks if any(way(table, rng) for way in ways) else None


def _shift_down(table: Table, rng: random.Random) -> bool:
    columns: dict[int, list[Cell]] = defaultdict(list)
    for cell in sorted(table.cells, key=lambda cell: cell.row):
        if cell.row > 0 and cell.rowspan == cell.colspan == 1:
            columns[cell.col].append(cell)
    lines = [line for line in columns.values() if _differ(line)]
    if not lines or len(columns) < 2:
        return False
    _rotate(rng.choice(lines))
    return True


def _shift_right(table: Table, rng: random.Random) -> bool:
    rows: dict[int, list[Cell]] = defaultdict(list)
    first = rng.randrange(max(1, table.cols - 1))
    for cell in sorted(table.cells, key=lambda cell: cell.col):
        if cell.row > 0 and cell.col >= first and cell.rowspan == cell.colspan == 1:
            rows[cell.row].append(cell)
    lines = [line for line in rows.values() if _differ(line)]
    if not any(len({squeeze(cell.text) for cell in line} - {""}) > 1 for line in lines):
        return False  # one value a row, beside empty columns: moved or not, it says the same
    for line in lines:
        _rotate(line)
    return True


def _differ(line: Sequence[Cell]) -> bool:
    return len({squeeze(cell.text) for cell in line}) > 1


def _rotate(line: Sequence[Cell]) -> None:
    texts = [cell.text for cell in line]
    for cell, text in zip(line, [texts[-1], *texts[:-1]], strict=True):
        cell.text = text


def text_of_another_page(blocks: list[Block], other: Sequence[Block], _: random.Random) -> list[Block] | None:
    """The blocks of another page, as a mixed-up batch gives them."""
    if not other or not _unlike(blocks, other):
        return None
    return [block.model_copy(deep=True) for block in other]


def _unlike(one: Iterable[Block], other: Iterable[Block]) -> bool:
    words, others = ({token for block in page for token in tokens(printed(block).text)} for page in (one, other))
    return bool(others) and len(words & others) < 0.9 * len(words | others)


def _says(block: Block) -> bool:
    said = printed(block)
    return bool(squeeze(said.text)) and said.whole


def _holders(blocks: Iterable[Block]) -> Iterable[Heading | Paragraph | Cell]:
    """Everything with a text of its own: text blocks, list items, cells; nothing with maths in it."""
    for block in blocks:
        parts: Sequence[object] = ()
        if isinstance(block, _TEXT):
            parts = [block]
        elif isinstance(block, ListBlock):
            parts = block.items
        elif isinstance(block, Table):
            parts = block.cells
        for part in parts:
            if "$" not in part.text:  # type: ignore[attr-defined]
                yield part  # type: ignore[misc]


FAULTS: dict[str, Fault] = {
    "block dropped": drop_block,
    "paragraph invented": invent_paragraph,
    "digit changed": change_digit,
    "row repeated": repeat_row,
    "blocks swapped": swap_blocks,
    "column shifted": shift_column,
    "text of another page": text_of_another_page,
}
