"""Pages become a document: what can only be seen over several pages."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from docparse.assemble.joins import join_columns, join_pages
from docparse.assemble.letterheads import free_letterheads
from docparse.assemble.levels import name_headings, set_levels
from docparse.assemble.order import mend_order
from docparse.assemble.running import label_running
from docparse.assemble.ties import tie_captions, tie_footnotes
from docparse.assemble.unrepeated import free_unrepeated
from docparse.errors import DocparseError
from docparse.geometry import Box
from docparse.options import ParseOptions
from docparse.schemas.document import Document, Heading, Page
from docparse.schemas.page import PageImage, PageOutput, Word

Outline = Sequence[tuple[int, str, int]]


@dataclass(slots=True)
class PageDraft:
    """A page with what assembling needs to know of it: the type size of its headings, by block id.

    `words` are those of the text layer where it is sound, else what OCR read. `score` (0 to 1) and `doubt` (why the
    page should be read again, empty if it should not) are the verifier's.
    """

    page: Page
    sizes: dict[str, float] = field(default_factory=dict)
    words: tuple[Word, ...] = ()
    score: float = 1.0
    doubt: str = ""
    error: DocparseError | None = None

    @classmethod
    def of(cls, page: Page, image: PageImage, output: PageOutput) -> PageDraft:
        words = output.words or image.text.words
        headings = [block for block in page.blocks if isinstance(block, Heading) and block.bbox]
        sizes = {block.id: _type_size(block.bbox, words) for block in headings if block.bbox}
        return cls(page, {key: size for key, size in sizes.items() if size}, tuple(words))


def _type_size(box: Box, words: Sequence[Word]) -> float:
    """Median type size of the words in a box; 0 if there is none."""
    left, top, right, bottom = (2 * side for side in box)
    found = [
        word.size or word.bbox[3] - word.bbox[1]
        for word in words
        if top <= (b := word.bbox)[1] + b[3] <= bottom and left <= b[0] + b[2] <= right
    ]
    return statistics.median(found) if found else 0.0


def assemble(document: Document, drafts: Sequence[PageDraft], *, outline: Outline, options: ParseOptions) -> None:
    """What only the whole document, or the finished page, shows; each step has its switch in the options."""
    if options.levels:
        name_headings(document.pages, outline)
    if options.running:
        label_running(document.pages)
        free_letterheads(document.pages)
        free_unrepeated(document.pages)
    for page in document.pages:
        finish_page(page, options)
    if options.levels:
        set_levels(drafts, outline)
    if options.join:
        join_pages(document.pages, dehyphenate=options.dehyphenate)


def finish_page(page: Page, options: ParseOptions) -> None:
    """What can be done with one page: order mended, columns joined, captions and footnotes tied."""
    if options.reorder:
        mend_order(page)
    if options.join:
        join_columns(page, dehyphenate=options.dehyphenate)
    if options.captions:
        tie_captions(page)
    if options.footnotes:
        tie_footnotes(page)
