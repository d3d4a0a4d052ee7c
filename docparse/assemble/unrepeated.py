"""Heads and feet that one page alone takes for running lines: where no other page bears it out, they are text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from docparse.assemble.running import as_text, masked
from docparse.geometry import Box
from docparse.schemas.document import Block, Page, PageFooter, PageHeader, PageNumber

_LEAST_PAGES = 5  # of a document, from which on its running lines come again
_AGAIN = 2  # pages with one text
_LEVEL = 0.006  # of the page height: how exactly running lines stand in one place
_OFTEN = 3  # one page in so many has a line where lines run, whatever they say


class _Running(NamedTuple):
    """A header or footer of a page, with its place in the page's blocks and its text with its numbers masked."""

    page: Page
    place: int
    kind: type[Block]
    text: str
    box: Box

    @property
    def y(self) -> float:
        return self.box[1] / self.page.height


def free_unrepeated(pages: Sequence[Page]) -> None:
    """Make paragraphs of heads and feet that stand on one page alone, in no place of running lines and beside no
    page number; not on the first page, whose imprint stands there once."""
    if len(pages) < _LEAST_PAGES:
        return
    found = [line for page in pages for line in _running_lines(page)]
    texts: dict[tuple[type[Block], str], set[int]] = defaultdict(set)
    for line in found:
        texts[line.kind, line.text].add(line.page.number)
    again = [line for line in found if len(texts[line.kind, line.text]) >= _AGAIN]
    repeated = {id(line) for line in again}
    for line in found:
        if id(line) in repeated or line.page.number == 1 or line.page.text_layer != "sound":
            continue
        if not _is_beside(line, again) and not _is_place(line, found, again, len(pages)):
            _free(line)


def _running_lines(page: Page) -> list[_Running]:
    return [
        _Running(page, index, type(block), masked(block.text), block.bbox)
        for index, block in enumerate(page.blocks)
        if isinstance(block, PageHeader | PageFooter) and block.bbox is not None and page.height
    ]


def _is_beside(line: _Running, again: Sequence[_Running]) -> bool:
    """Whether a page number or a line that comes again stands in the row of a line."""
    known = {other.place for other in again if other.page is line.page}
    return any(
        block.bbox is not None and min(block.bbox[3], line.box[3]) > max(block.bbox[1], line.box[1])
        for index, block in enumerate(line.page.blocks)
        if isinstance(block, PageNumber) or index in known
    )


def _is_place(line: _Running, found: Sequence[_Running], again: Sequence[_Running], pages: int) -> bool:
    """Whether lines of other pages run where a line stands."""
    if any(_same_place(line, other) for other in again):
        return True
    there = {other.page.number for other in found if _same_place(line, other)}
    return _OFTEN * len(there) > pages


def _same_place(line: _Running, other: _Running) -> bool:
    return line.kind is other.kind and abs(line.y - other.y) < _LEVEL


def _free(line: _Running) -> None:
    old = line.page.blocks[line.place]
    assert isinstance(old, PageHeader | PageFooter)
    line.page.blocks[line.place] = as_text(old)
