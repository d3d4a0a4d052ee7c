"""Each block checked by its kind."""

from __future__ import annotations

import itertools
import re

from docparse.checks.chart import check_chart
from docparse.checks.chemistry import check_chemistry
from docparse.checks.formula import check_formula
from docparse.checks.music import check_music
from docparse.checks.table import check_table
from docparse.schemas.document import Block, Chart, Check, Chemistry, Formula, Heading, ListBlock, Music, Table

_LONG_HEADING = 300
_NUMBER = re.compile(r"\(?(\d{1,4})[.)]?")


def check_block(block: Block, *, quick: bool = False) -> None:
    """Check a block by its kind: results in `checks` and `flags`, safe repairs in place.

    `quick` leaves out what takes a library of its own to check the LaTeX of an engine that wrote it by rule.
    """
    match block:
        case Table():
            check_table(block)
        case Formula():
            check_formula(block, quick=quick)
        case ListBlock():
            _check_list(block)
        case Heading():
            _check_heading(block)
        case Chart():
            check_chart(block)
        case Chemistry():
            check_chemistry(block)
        case Music():
            check_music(block)
        case _:
            pass


def _check_heading(heading: Heading) -> None:
    if len(heading.text) > _LONG_HEADING:
        heading.flags.append("heading_long")
        detail = f"{len(heading.text)} characters"
        heading.checks.append(Check(name="heading", outcome="failed", detail=detail))


def _check_list(block: ListBlock) -> None:
    """Items with text, and numbers that count on."""
    filled = [item for item in block.items if item.text or item.marker]
    if not filled:
        block.flags.append("list_empty")
        block.checks.append(Check(name="list", outcome="failed", detail="no items with text"))
        return
    found = [_NUMBER.fullmatch(item.marker) for item in filled if item.level == filled[0].level]
    numbers = [int(match[1]) for match in found if match is not None]
    gaps = [f"{a} then {b}" for a, b in itertools.pairwise(numbers) if b != a + 1]
    if len(numbers) == len(found) and gaps:
        block.flags.append("list_numbers_skip")
        block.checks.append(
            Check(name="list", outcome="failed", detail=f"numbers do not count on: {', '.join(gaps[:5])}")
        )
