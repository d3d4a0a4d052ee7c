"""Loops: the same text again and again, as models write when they lose the thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from docparse.checks.printed import printed, squeeze
from docparse.schemas.document import Block, ListBlock, Table

_BLOCKS, _LINES, _TIMES = 4, 8, 8
_LONGEST_PERIOD = 400
_TAIL = 24
_SIGNS = 12


def loops(blocks: Sequence[Block], suspects: Iterable[int] | None = None) -> list[int]:
    """Places of blocks that repeat themselves or are repeated.

    Only `suspects` (blocks with words that the page lacks) are looked into if given: of these, a few single signs are
    the boxes and bullets of a form, which no witness spells.
    """
    places = range(len(blocks)) if suspects is None else sorted(set(suspects))
    plain = {place: squeeze(printed(blocks[place]).text) for place in places}
    found = {place for place in places if _inner_loop(blocks[place], plain[place])}
    for text, run in groupby(places, key=lambda place: (blocks[place].kind, plain[place])):
        same = list(run)
        if len(same) >= _BLOCKS and text[1] and (suspects is None or len(same) * len(text[1]) > _SIGNS):
            found.update(same[1:])
    return sorted(found)


def _inner_loop(block: Block, plain: str) -> bool:
    match block:
        case Table():
            rows: dict[int, list[str]] = defaultdict(list)
            for cell in block.cells:
                rows[cell.row].append(cell.text)
            return _longest_run(["\t".join(row).strip() for _, row in sorted(rows.items())]) >= _LINES
        case ListBlock():
            return _longest_run([item.text for item in block.items]) >= _LINES
        case _:
            return _ends_in_loop(plain)


def _longest_run(lines: list[str]) -> int:
    return max((len(list(run)) for line, run in groupby(lines) if line), default=0)


def _ends_in_loop(text: str) -> bool:
    """Whether the text ends with one stretch many times over; linear in its length."""
    if len(text) < 5 * _TAIL:
        return False
    before = text.rfind(text[-_TAIL:], max(0, len(text) - _TAIL - _LONGEST_PERIOD), len(text) - 1)
    if before < 0:
        return False
    period = len(text) - _TAIL - before
    length = period * _TIMES
    return length <= len(text) and text[-length:-period] == text[-length + period :]
