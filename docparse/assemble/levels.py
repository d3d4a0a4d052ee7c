"""Heading levels over the whole document: outline, numbering, then type size."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docparse.assemble.running import KEPT
from docparse.schemas.document import Block, Heading, Page, PageHeader, PageNumber, Paragraph

if TYPE_CHECKING:
    from docparse.assemble import Outline, PageDraft

_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+\S")
_SAME_SIZE = 0.06  # sizes closer than 6 % count as one
_MAX_LEVEL = 6


def set_levels(drafts: Sequence[PageDraft], outline: Outline) -> None:
    """Level every heading. The PDF's own outline decides where it names the heading, else its tags; else
    numbering, else size."""
    headings = [
        (block, draft.sizes.get(block.id, 0.0))
        for draft in drafts
        for block in draft.page.blocks
        if isinstance(block, Heading)
    ]
    named = {_key(title): level for level, title, _ in outline}
    ranks = _size_ranks([size for _, size in headings if size])
    for block, size in headings:
        level = named.get(_key(block.text)) or (_rank(size, ranks) if size and block.source != "tags" else None)
        if level is not None:
            block.level = min(level, _MAX_LEVEL)
    _follow_numbering([block for block, _ in headings if block.source != "tags" and _key(block.text) not in named])


def name_headings(pages: Sequence[Page], outline: Outline) -> None:
    """What the PDF's own outline names on a page is a heading, however it is set, unless another one there is."""
    entries: dict[int, dict[str, int]] = defaultdict(dict)
    for level, title, number in outline:
        if len(key := _key(title)) > 1:
            entries[number].setdefault(key, level)
    for page in pages:
        wanted = entries.get(page.number)
        if not wanted:
            continue
        known = {_key(block.text) for block in page.blocks if isinstance(block, Heading)}
        numbers = [block for block in page.blocks if isinstance(block, PageNumber)]
        for index, block in enumerate(page.blocks):
            if not isinstance(block, Paragraph | PageHeader) or (key := _key(block.text)) in known or key not in wanted:
                continue
            if any(_in_one_row(block, number) for number in numbers):  # the running head names its chapter, too
                continue
            known.add(key)
            kept = {name: getattr(block, name) for name in KEPT}
            level = min(wanted[key], _MAX_LEVEL)
            page.blocks[index] = Heading(text=" ".join(block.text.split()), level=level, **kept)


def _in_one_row(block: Block, other: Block) -> bool:
    if block.bbox is None or other.bbox is None:
        return False
    return block.bbox[1] < (other.bbox[1] + other.bbox[3]) / 2 < block.bbox[3]


def _key(text: str) -> str:
    return re.sub(r"^[\d.\s]+|\W+", "", text.lower())


def _size_ranks(sizes: list[float]) -> list[float]:
    """Distinct type sizes, largest first; near ones merged."""
    ranks: list[float] = []
    for size, _ in sorted(Counter(round(s, 1) for s in sizes).items(), reverse=True):
        if not ranks or size < ranks[-1] * (1 - _SAME_SIZE):
            ranks.append(size)
    return ranks


def _rank(size: float, ranks: list[float]) -> int:
    return next((i for i, rank in enumerate(ranks, 1) if size >= rank * (1 - _SAME_SIZE)), len(ranks))


def _follow_numbering(headings: list[Heading]) -> None:
    """ "2.1" stands one below "2": numbered headings take the level of the first "n" heading plus their depth."""
    numbered = [(h, m["number"].count(".")) for h in headings if (m := _NUMBERED.match(h.text))]
    tops = [h.level for h, depth in numbered if depth == 0]
    if len(numbered) < 2 or not tops:
        return
    base = Counter(tops).most_common(1)[0][0]
    for heading, depth in numbered:
        heading.level = min(base + depth, _MAX_LEVEL)
