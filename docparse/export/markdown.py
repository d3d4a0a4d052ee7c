"""`Document` to Markdown: CommonMark with GFM tables, `$…$` math, and HTML tables where cells span."""

from __future__ import annotations

import re
from typing import Literal, TypeGuard

from docparse.export.crops import Images, crop_source
from docparse.export.escape import escape_block, escape_cell, escape_label, escape_latex, escape_line, fence
from docparse.export.linking import link_to, linked_html, linked_markdown
from docparse.links import loose, on_words
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
_TASKS = {"☐": "[ ] ", "☑": "[x] ", "☒": "[x] "}
_CIRCLE = "o"  # as word processors set a round bullet
_NUMBER = re.compile(r"\d{1,9}[.)]")


def to_markdown(
    document: Document,
    *,
    headers_footers: HeadersFooters = "drop",
    images: Images = "none",
    figure_text: bool = True,
    page_breaks: bool = False,
) -> str:
    """Markdown in reading order.

    Running headers, footers and page numbers are left out unless `headers_footers` is "keep". `images` is "none",
    "embed" (data URLs) or a mapping from block id to a relative path. Text printed in figures and
    charts follows them unless `figure_text` is false; `page_breaks` puts a comment before each page.
    """
    writer = _Writer(headers_footers == "keep", images, figure_text)
    parts: list[str] = []
    above: Block | None = None
    for page in document.pages:
        if page_breaks:
            parts.append(f"<!-- page {page.number} -->")
        for block in page.blocks:
            text = writer.block(block)
            if not text:
                continue
            if _is_ordered(above) and _is_ordered(block) and not _goes_on(above, block):
                parts.append("<!-- -->")  # or the two lists would be numbered through
            parts.append(text)
            above = block
    return "\n\n".join(parts) + "\n" if parts else ""


def _is_ordered(block: Block | None) -> TypeGuard[ListBlock]:
    return isinstance(block, ListBlock) and block.ordered


def _goes_on(above: ListBlock, below: ListBlock) -> bool:
    """Whether a list counts on where the one before it, in another column, stopped."""
    numbers = [
        [int(item.marker[:-1]) for item in each.items if _NUMBER.fullmatch(item.marker)] for each in (above, below)
    ]
    return all(numbers) and numbers[1][0] == numbers[0][-1] + 1


def block_markdown(block: Block, *, figure_text: bool = True) -> str:
    """Markdown of one block without pictures."""
    return _Writer(True, "none", figure_text).block(block)


class _Writer:
    def __init__(self, running: bool, images: Images, figure_text: bool) -> None:
        self.running, self.figure_text = running, figure_text
        self.source = crop_source(images)

    def block(self, block: Block) -> str:
        match block:
            case Heading():
                return f"{'#' * block.level} {linked_markdown(block.text, block.links, escape_line)}"
            case Paragraph() | Caption():
                return linked_markdown(block.text, block.links, escape_block)
            case Footnote():
                shift = len(block.printed) - len(block.text)
                return linked_markdown(block.printed, block.links, escape_block, shift=shift)
            case PageHeader() | PageFooter() | PageNumber():
                return linked_markdown(block.text, block.links, escape_block) if self.running else ""
            case ListBlock():
                return _list(block)
            case Table():
                return table_markdown(block)
            case Code():
                return fence(block.text, block.language)
            case Formula():
                return _join(
                    f"$$\n{escape_latex(block.latex)}\n$$"
                    if block.latex
                    else linked_markdown(block.text, on_words(block), escape_block),
                    self._image(block),
                )
            case Music():
                return _join(self._image(block), fence(block.abc, "abc") if block.abc else "")
            case Chemistry():
                return _join(self._image(block), fence(block.smiles, "smiles") if block.smiles else "")
            case Image():
                return _join(self._image(block, block.caption), self._printed(block.ocr, block))
            case Chart():
                data = _grid(block.data) if block.data else ""
                return _join(self._image(block, block.description), data, self._printed(block.text, block))

    def _printed(self, text: str, block: Block) -> str:
        return linked_markdown(text, on_words(block), escape_block) if self.figure_text and text else ""

    def _image(self, block: Block, label: str = "") -> str:
        """The picture, or its description in brackets where there is no file to refer to."""
        href = self.source(block)
        if href:
            picture = f"![{escape_label(label)}]({href})"
            return link_to(picture, loose(block)) or picture
        said = f"Image: {escape_label(label)}"
        return link_to(said, loose(block)) or f"[{said}]" if label.strip() else ""


def _join(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _list(block: ListBlock) -> str:
    """Items with their printed numbers; a marker that Markdown has no form for ("a)", "(iv)") stays in the text."""
    lines: list[str] = []
    indents = [0]  # where the text of the item above begins, by level
    for item in block.items:
        level = min(item.level, len(indents))
        del indents[level:]
        number = _NUMBER.fullmatch(item.marker)
        sign, text = (item.marker, item.text) if number else ("-", item.text)
        if not number and any(map(str.isalnum, item.marker)) and item.marker != _CIRCLE:
            text = f"{item.marker} {text}"
        written = linked_markdown(text, item.links, escape_block, shift=len(text) - len(item.text))
        indents.append(indents[-1] + len(sign) + 1)
        body = _TASKS.get(item.marker, "") + written.replace("\n", "\n" + " " * indents[-1])
        lines.append(f"{' ' * indents[-2]}{sign} {body}".rstrip())
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
            rows[cell.row][cell.col] = linked_markdown(cell.text, cell.links, escape_cell)
    return _pipes(rows)


def _grid(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    return _pipes([[*map(escape_cell, row), *[""] * (width - len(row))] for row in rows])


def _pipes(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    width = len(rows[0])
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
        rows[cell.row].append(f"<{tag}{spans}>{linked_html(cell.text, cell.links)}</{tag}>")
    return "<table>\n" + "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "\n</table>"
