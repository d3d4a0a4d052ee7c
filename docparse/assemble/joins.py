"""What runs over a page or column break, joined with both boxes kept: paragraphs, footnotes, tables."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Sequence

from docparse.assemble.list_joins import list_over_break
from docparse.assemble.table_joins import join_tables
from docparse.geometry import area
from docparse.pieces import Glue, join_texts
from docparse.schemas.document import (
    Block,
    Caption,
    Chart,
    Footnote,
    Image,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

_FURNITURE = (PageHeader, PageFooter, PageNumber)
_FLOATS = (Image, Chart, Table, Caption)  # stand between the halves of a paragraph at the head or foot of a page
_SAME_WIDTH, _LINES = 0.6, 1.5
_OPEN_END = re.compile(r"[\w,;\-–—(]\s*$")
_GOES_ON = re.compile(r"\s*[a-zà-öø-ÿα-ωа-яё]")
_ENTRY = re.compile(r"(?:\s?[.·․‥…]){4,}\s*[\w ,–-]*$")  # of an index or of contents
_NUMBERED = re.compile(r".*,\s?\d+(?:[,–-]\s?\d+)*$")  # an entry of an index with its pages
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐\u00ad]$")
_KEPT_HYPHEN = re.compile(r"(?:^|\W)(?:self|non|well|semi|quasi|ex|all|e|\w+[-‐]\w+)[-‐]$", re.IGNORECASE)


def join_pages(pages: Sequence[Page], *, dehyphenate: bool = True) -> None:
    """Join tables, paragraphs and footnotes that go on on the next page."""
    for before, after in itertools.pairwise(pages):
        if after.number != before.number + 1:
            continue
        join_tables(before, after)
        list_over_break(before, _no_float(_body(before)[::-1]), after, _no_float(_body(after)))
        _join_if_open(_first(_body(before)[::-1]), _first(_body(after)), after, dehyphenate)
        notes = [block for block in before.blocks if isinstance(block, Footnote)]
        more = [block for block in after.blocks if isinstance(block, Footnote)]
        if notes and more and not more[0].marker:
            _join_if_open(notes[-1], more[0], after, dehyphenate)


def _body(page: Page) -> list[Block]:
    return [block for block in page.blocks if not isinstance(block, (*_FURNITURE, Footnote))]


def join_columns(page: Page, *, dehyphenate: bool = True) -> None:
    """Join the last paragraph of a column with the first of the next where the sentence goes on."""
    kept: list[Block] = []
    for block in page.blocks:
        head = next((b for b in reversed(kept) if not isinstance(b, _FLOATS)), None)
        if (
            isinstance(head, Paragraph)
            and isinstance(block, Paragraph)
            and _next_column(head, block)
            and _runs_on(head.text, block.text)
        ):
            _join(head, block, dehyphenate)
        else:
            kept.append(block)
    page.blocks = kept


def _next_column(head: Paragraph, tail: Paragraph) -> bool:
    """Whether the tail starts a column of about the same width, right of the head's and above its end."""
    last = head.parts[-1].bbox if head.parts else head.bbox
    if last is None or tail.bbox is None:
        return False
    wide, other = last[2] - last[0], tail.bbox[2] - tail.bbox[0]
    return (
        tail.bbox[0] >= last[2] - 1
        and tail.bbox[1] < (last[1] + last[3]) / 2
        and min(wide, other) > _SAME_WIDTH * max(wide, other)
        and max(last[3] - last[1], tail.bbox[3] - tail.bbox[1]) > _LINES * _line_height(head, tail)
    )


def _line_height(head: Paragraph, tail: Paragraph) -> float:
    """A rough line height: both paragraphs' area over their characters, were they set solid."""
    size = sum(area(block.bbox) for block in (head, tail) if block.bbox)
    return math.sqrt(2 * size / max(len(head.text) + len(tail.text), 1))


def _first(blocks: Iterable[Block]) -> Paragraph | None:
    """The first block that is no figure or table, if it is a paragraph."""
    block = _no_float(blocks)
    return block if isinstance(block, Paragraph) else None


def _no_float(blocks: Iterable[Block]) -> Block | None:
    return next((block for block in blocks if not isinstance(block, _FLOATS)), None)


def _runs_on(head: str, tail: str) -> bool:
    if not _OPEN_END.search(head) or not _GOES_ON.match(tail) or _ENTRY.search(head):
        return False
    return not (_NUMBERED.fullmatch(head.rsplit("\n", 1)[-1]) and _NUMBERED.fullmatch(tail.split("\n", 1)[0]))


def _join_if_open(
    head: Paragraph | Footnote | None, tail: Paragraph | Footnote | None, after: Page, dehyphenate: bool
) -> None:
    if head is not None and tail is not None and _runs_on(head.text, tail.text):
        _join(head, tail, dehyphenate)
        after.blocks.remove(tail)


def _join(head: Paragraph | Footnote, tail: Paragraph | Footnote, dehyphenate: bool) -> None:
    glue: Glue = "space"
    if dehyphenate and _HYPHEN.search(head.text):
        kept = _KEPT_HYPHEN.search(head.text) and not head.text.endswith("\u00ad")
        glue = "none" if kept else "hyphen"
    join_texts(head, tail, glue)
    head.flags = list(dict.fromkeys([*head.flags, *tail.flags, "joined"]))
    head.checks = [*head.checks, *tail.checks]
    sure = [piece.confidence for piece in (head, tail) if piece.confidence is not None]
    head.confidence = min(sure, default=None)
