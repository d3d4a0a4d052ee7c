"""Running headers, footers and page numbers: what stands in the margin of page after page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from docparse.schemas.document import (
    Block,
    Caption,
    Footnote,
    Heading,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
)  # fmt: skip

# what a block keeps that becomes one of another kind
KEPT = ("id", "page", "bbox", "order", "source", "confidence", "checks", "flags", "parts", "links")
_MARGIN = 0.12  # share of the page height at top and bottom in which running elements stand
_DEEP = 0.2  # in which numbers stand that count with the pages
_LEVEL = 0.012  # of the page height: how exactly running elements stand in one place
_LONGEST = 160
_LONE_LIKE = 2  # page numbers elsewhere that tell a number alone on its page
_NUMBER = re.compile(
    r"[\s\W]*(?:page|seite|pagina|página|pág\.?|p\.|стр\.?)?\s*(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|di|sur|из)\s*\d{1,4})?[\s\W]*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    page: Page
    index: int
    text: str
    top: bool
    y: float


def label_running(pages: list[Page]) -> None:
    """Turn repeated margin text into page_header / page_footer, and counting numbers into page_number."""
    candidates = [c for page in pages for c in _with_body(page, list(_candidates(page)))]
    groups: dict[tuple[bool, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.top, _pattern(candidate)].append(candidate)
    for (top, pattern), members in groups.items():
        for cluster in _same_height(members):
            if len({c.page.number for c in cluster}) < _wanted(len(pages)) or not _counts(cluster):
                continue
            for candidate in cluster:
                _relabel(candidate, top, number=pattern in ("#", "") or bool(_NUMBER.fullmatch(candidate.text)))
    _label_lone_numbers(pages)


def _label_lone_numbers(pages: list[Page]) -> None:
    """On a page without other content, the number that stands where those of other pages do and counts with them."""
    places = [
        (block.bbox[1] / page.height, int(block.text) - page.number)
        for page in pages
        for block in page.blocks
        if isinstance(block, PageNumber) and block.text.isdecimal() and block.bbox is not None and page.height
    ]
    for page in pages:
        for lone in _candidates(page) if places and len(page.blocks) == 1 else ():
            if lone.text.isdecimal():
                same = [y for y, first in places if abs(y - lone.y) < _LEVEL and first == int(lone.text) - page.number]
                if len(same) >= _LONE_LIKE:
                    _relabel(lone, lone.top, number=True)


def _wanted(pages: int) -> int:
    """How many pages must show the same text: two of a short document, a few of a long one."""
    return 2 if pages < 5 else 3


def _candidates(page: Page) -> Iterator[_Candidate]:
    for index, block in enumerate(page.blocks):
        if not isinstance(block, (Paragraph, Heading, Footnote, Caption)) or block.bbox is None or not page.height:
            continue
        if len(block.text) > _LONGEST:
            continue
        text = block.text.strip()
        margin = page.height * (_DEEP if text.isdecimal() else _MARGIN)
        top = block.bbox[3] <= margin
        if top or block.bbox[1] >= page.height - margin:
            yield _Candidate(page, index, text, top, block.bbox[1] / page.height)


def _counts(cluster: list[_Candidate]) -> bool:
    """Whether numbers that stand deep in the page count with the pages."""
    deep = [c for c in cluster if c.text.isdecimal() and _MARGIN < c.y < 1 - _MARGIN]
    return len({int(c.text) - c.page.number for c in deep}) < 2


def _with_body(page: Page, candidates: list[_Candidate]) -> list[_Candidate]:
    """None on a page of a single block: what stands alone on its page is its content."""
    return candidates if len(page.blocks) > 1 else []


def _pattern(candidate: _Candidate) -> str:
    """The text with its numbers masked: "Page 3 of 10" and "Page 4 of 10" are the same.

    Not so for headings: "Chapter 3" and "Chapter 4" in large type are no running header.
    """
    text = candidate.text
    if isinstance(candidate.page.blocks[candidate.index], Heading):
        return text
    return masked(text)


def as_text(block: PageHeader | PageFooter) -> Paragraph:
    """A head or foot that is none as the paragraph that it is."""
    return Paragraph(text=block.text, **{name: getattr(block, name) for name in KEPT})


def masked(text: str) -> str:
    """A text with a sign for each of its numbers."""
    return re.sub(r"\s+", " ", re.sub(r"\b(?:\d+|[ivxlc]{1,7})\b", "#", text.lower())).strip()


def _same_height(members: list[_Candidate]) -> list[list[_Candidate]]:
    """Split by position on the page: running elements do not move."""
    clusters: list[list[_Candidate]] = []
    for candidate in sorted(members, key=lambda c: c.y):
        if clusters and candidate.y - clusters[-1][-1].y < _LEVEL:
            clusters[-1].append(candidate)
        else:
            clusters.append([candidate])
    return clusters


def _relabel(candidate: _Candidate, top: bool, *, number: bool) -> None:
    old: Block = candidate.page.blocks[candidate.index]
    kind = PageNumber if number else PageHeader if top else PageFooter
    kept = {name: getattr(old, name) for name in KEPT}
    candidate.page.blocks[candidate.index] = kind(text=candidate.text, **kept)
