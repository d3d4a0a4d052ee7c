"""Words, regions and tables of a page to typed blocks in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import contains_point
from docparse.model.embedded.lines import make_lines, sound_words
from docparse.model.embedded.order import reading_order
from docparse.model.embedded.paragraphs import make_paragraphs
from docparse.model.embedded.stats import page_stats
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import Block, Heading, Paragraph, Table
from docparse.schemas.page import PageImage, Word, WordStyle


def build_blocks(
    page: PageImage, words: Sequence[Word], regions: Sequence[Region], tables: Sequence[FoundTable]
) -> list[Block]:
    """Blocks of a page in reading order, boxes in page units, ids unset. No word outside tables is lost."""
    kept = sound_words(words, page.width, page.height)
    if tables:
        kept = [word for word in kept if not _in_table(word, tables)]
    upright = [word for word in kept if not word.style & WordStyle.ROTATED]
    lines = make_lines(upright)
    stats = page_stats(lines)
    blocks: list[Block] = []
    for para in make_paragraphs(lines, stats):
        text = para.text
        if para.size > 1.15 * stats.size and len(text) < 200:
            blocks.append(Heading(text=text, bbox=para.box))
        else:
            blocks.append(Paragraph(text=text, bbox=para.box))
    blocks += [table_block(table) for table in tables]
    order = reading_order([block.bbox or (0, 0, 0, 0) for block in blocks], stats.size, rtl=stats.rtl)
    return [blocks[i] for i in order]


def table_block(table: FoundTable) -> Table:
    return Table(
        bbox=table.bbox,
        rows=table.rows,
        cols=table.cols,
        cells=list(table.cells),
        confidence=min(1.0, max(0.0, table.confidence)),
    )


def _in_table(word: Word, tables: Sequence[FoundTable]) -> bool:
    x0, y0, x1, y1 = word.bbox
    return any(contains_point(table.bbox, (x0 + x1) / 2, (y0 + y1) / 2) for table in tables)
