"""Paragraphs that run over a page break, joined with both boxes kept."""

from __future__ import annotations

import itertools
import re

from docparse.schemas.document import (
    Block,
    Footnote,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Part,
)  # fmt: skip

_FURNITURE = (PageHeader, PageFooter, PageNumber, Footnote)
_OPEN_END = re.compile(r"[\w,;\-–—(]\s*$")
_GOES_ON = re.compile(r"\s*[a-zà-öø-ÿα-ωа-яё]")
_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")


def join_paragraphs(pages: list[Page]) -> None:
    """Join the last paragraph of a page with the first of the next where the sentence goes on in lower case."""
    for before, after in itertools.pairwise(pages):
        if after.number != before.number + 1:
            continue
        head, tail = _last(before), _first(after)
        if head is None or tail is None or not _OPEN_END.search(head.text) or not _GOES_ON.match(tail.text):
            continue
        _join(head, tail)
        after.blocks.remove(tail)


def _last(page: Page) -> Paragraph | None:
    return _paragraph(page.blocks[::-1])


def _first(page: Page) -> Paragraph | None:
    return _paragraph(page.blocks)


def _paragraph(blocks: list[Block]) -> Paragraph | None:
    """The first of the blocks that is no furniture, if it is a paragraph."""
    block = next((b for b in blocks if not isinstance(b, _FURNITURE)), None)
    return block if isinstance(block, Paragraph) else None


def _join(head: Paragraph, tail: Paragraph) -> None:
    for piece in (head, tail):
        if not piece.parts and piece.bbox is not None:
            piece.parts = [Part(page=piece.page, bbox=piece.bbox)]
    head.parts = [*head.parts, *tail.parts]
    if _HYPHEN.search(head.text):
        head.text = head.text[:-1] + tail.text.lstrip()
    else:
        head.text = f"{head.text.rstrip()} {tail.text.lstrip()}"
    head.flags = list(dict.fromkeys([*head.flags, *tail.flags, "joined"]))
