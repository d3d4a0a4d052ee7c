"""`Document` to plain text in reading order."""

from __future__ import annotations

from typing import Literal

from docparse.schemas.document import (
    Block,
    Chart,
    Chemistry,
    Footnote,
    Formula,
    Image,
    ListBlock,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Table,
)
from docparse.schemas.document import Document as _Document


def to_text(document: _Document, *, headers_footers: Literal["drop", "keep"] = "drop", figure_text: bool = True) -> str:
    """Plain text: blocks apart by a blank line, table cells by tabs, pages by a form feed.

    Running headers, footers and page numbers only with `headers_footers="keep"`; text printed in figures and charts
    unless `figure_text` is false.
    """
    keep = headers_footers == "keep"
    pages = []
    for page in document.pages:
        texts = (block_text(block, figure_text=figure_text) for block in page.blocks if keep or not _running(block))
        pages.append("\n\n".join(filter(None, texts)))
    text = "\n\f".join(pages)
    return text + "\n" if text.strip("\n\f") else ""


def _running(block: Block) -> bool:
    return isinstance(block, PageHeader | PageFooter | PageNumber)


def block_text(block: Block, *, figure_text: bool = True) -> str:
    """The text of one block; a table's cells apart by tabs, one row a line."""
    match block:
        case ListBlock():
            return "\n".join(
                "  " * (item.level - 1) + f"{item.marker or '-'} {item.text}".strip() for item in block.items
            )
        case Footnote():
            return block.printed
        case Table():
            return table_text(block)
        case Chart():
            rows = ["\t".join(row) for row in block.data]
            return "\n".join(filter(None, [block.description, *rows, block.text if figure_text else ""]))
        case Image():
            return "\n".join(filter(None, [block.caption, block.ocr if figure_text else ""]))
        case Formula():
            return block.latex or block.text
        case Music():
            return block.abc
        case Chemistry():
            return block.smiles
        case _:
            return block.text


def table_text(table: Table) -> str:
    rows: list[list[str]] = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        if cell.row < table.rows and cell.col < table.cols:
            rows[cell.row][cell.col] = " ".join(cell.text.split())
    return "\n".join("\t".join(row).rstrip("\t") for row in rows)
