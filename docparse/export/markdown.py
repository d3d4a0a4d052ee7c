"""`Document` to Markdown: CommonMark with GFM tables, `$…$` math, and HTML tables where cells span."""

from __future__ import annotations

from html import escape
from typing import Literal

from docparse.export.crops import Images, crop_source
from docparse.export.escape import escape_block, escape_cell, fence
from docparse.schemas.document import (
    Block,
    Caption,
    Chart,
    Chemistry,
    Code,
    Document,
    Footnote,
    Formula,
    Heading,
    Image,
    ListBlock,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)

HeadersFooters = Literal["drop", "keep"]


def to_markdown(
    document: Document,
    *,
    headers_footers: HeadersFooters = "drop",
    images: Images = "none",
    figure_text: bool = False,
    page_breaks: bool = False,
) -> str:
    """Markdown in reading order.

    Running headers, footers and page numbers are left out unless `headers_footers` is "keep". `images` is "none",
    "embed" (data URLs) or a mapping from block id to a relative path. `figure_text` adds the text that is printed in
    figures and charts; `page_breaks` puts a comment before each page.
    """
    writer = _Writer(headers_footers == "keep", images, figure_text)
    parts: list[str] = []
    for page in document.pages:
        if page_breaks:
            parts.append(f"<!-- page {page.number} -->")
        parts += filter(None, map(writer.block, page.blocks))
    return "\n\n".join(parts) + "\n" if parts else ""


class _Writer:
    def __init__(self, running: bool, images: Images, figure_text: bool) -> None:
        self.running, self.figure_text = running, figure_text
        self.source = crop_source(images)

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return f"{'#' * block.level} {escape_block(' '.join(block.text.split()), heading=True)}"
            case Paragraph() | Caption() | Footnote():
                return escape_block(block.text)
            case PageHeader() | PageFooter() | PageNumber():
                return escape_block(block.text) if self.running else ""
            case ListBlock():
                return _list(block)
            case Table():
                return table_markdown(block)
            case Code():
                return fence(block.text, block.language)
            case Formula():
                return _join(f"$$\n{block.latex}\n$$" if block.latex else escape_block(block.text), self._image(block))
            case Music():
                return _join(self._image(block), fence(block.abc, "abc") if block.abc else "")
            case Chemistry():
                return _join(self._image(block), fence(block.smiles, "smiles") if block.smiles else "")
            case Image():
                return _join(self._image(block, block.caption), self._printed(block.ocr))
            case Chart():
                data = _grid(block.data) if block.data else ""
                return _join(self._image(block, block.description), data, self._printed(block.text))

    def _printed(self, text: str) -> str:
        return escape_block(text) if self.figure_text and text else ""

    def _image(self, block: Block, label: str = "") -> str:
        href = self.source(block)
        return f"![{escape_block(' '.join(label.split()), label=True)}]({href})" if href else escape_block(label)


def _join(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _list(block: ListBlock) -> str:
    lines = []
    counts: dict[int, int] = {}
    for item in block.items:
        counts[item.level] = counts.get(item.level, 0) + 1
        for deeper in [level for level in counts if level > item.level]:
            del counts[deeper]
        sign = "-"
        if block.ordered:
            digits = item.marker.strip("().")
            sign = f"{digits}." if digits.isdigit() and len(digits) < 10 else f"{counts[item.level]}."
        indent = "    " * (item.level - 1)
        text = escape_block(item.text).replace("\n", "\n" + indent + " " * (len(sign) + 1))
        lines.append(f"{indent}{sign} {text}".rstrip())
    return "\n".join(lines)


def table_markdown(table: Table) -> str:
    """A GFM pipe table, or an HTML table where a cell spans or the table has no header row of its own."""
    if not table.rows or not table.cols:
        return ""
    if any(cell.rowspan > 1 or cell.colspan > 1 for cell in table.cells):
        return _html_table(table)
    rows = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        if cell.row < table.rows and cell.col < table.cols:
            rows[cell.row][cell.col] = cell.text
    return _grid(rows)


def _grid(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    lines = ["| " + " | ".join(escape_cell(cell) for cell in [*row, *[""] * (width - len(row))]) + " |" for row in rows]
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def _html_table(table: Table) -> str:
    rows: list[list[str]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.col)):
        if cell.row >= table.rows:
            continue
        tag = "th" if cell.header else "td"
        spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        spans += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        text = escape(cell.text, quote=False).replace("\n", "<br/>")
        rows[cell.row].append(f"<{tag}{spans}>{text}</{tag}>")
    return "<table>\n" + "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "\n</table>"
