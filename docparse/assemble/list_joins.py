"""Numbered items that a page break parts from their list: alone on their page they were paragraphs."""

from __future__ import annotations

import re
from typing import NamedTuple

from docparse.schemas.document import Block, Link, ListBlock, ListItem, Page, Paragraph

_NUMBERED = re.compile(r"(\(?)(\d{1,3})([.)])(?:\s+(?=\S)|$)")
_LED = re.compile(r"(?:\s?[.·․‥…]){4,}")  # to the number of a page: an entry of contents


class _Number(NamedTuple):
    value: int
    signs: str  # around it


def list_over_break(before: Page, head: Block | None, after: Page, tail: Block | None) -> None:
    """Make items of the last paragraph of a page and the first of the next, or of one of them, where they count on."""
    last, first = _last(head), _first(tail)
    if last is None or first is None or last.signs != first.signs or last.value + 1 != first.value:
        return
    for page, block in ((before, head), (after, tail)):
        if isinstance(block, Paragraph):
            page.blocks[page.blocks.index(block)] = _as_list(block)


def _last(block: Block | None) -> _Number | None:
    if isinstance(block, ListBlock):
        top = [item for item in block.items if item.level == 1]
        return _number(top[-1].marker) if top else None
    return _first(block)


def _first(block: Block | None) -> _Number | None:
    if isinstance(block, ListBlock):
        return _number(block.items[0].marker) if block.items else None
    if isinstance(block, Paragraph) and not block.parts and block.original is None and not _LED.search(block.text):
        return _number(block.text)
    return None


def _number(text: str) -> _Number | None:
    found = _NUMBERED.match(text)
    return _Number(int(found[2]), found[1] + found[3]) if found else None


def _as_list(paragraph: Paragraph) -> ListBlock:
    found = _NUMBERED.match(paragraph.text)
    start = found.end() if found else 0
    marker = paragraph.text[:start].rstrip()
    item = ListItem(
        text=paragraph.text[start:],
        bbox=paragraph.bbox,
        marker=marker,
        links=[_moved(link, start) for link in paragraph.links],
    )
    shared = paragraph.model_dump(include={"id", "page", "bbox", "order", "source", "confidence", "checks", "flags"})
    return ListBlock(**shared, ordered=True, items=[item])


def _moved(link: Link, by: int) -> Link:
    return link if link.start is None else link.model_copy(update={"start": max(0, link.start - by)})
