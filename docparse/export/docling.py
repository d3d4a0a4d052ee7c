"""`Document` as DoclingDocument JSON. Needs docling-core (the extra `docling`)."""

from __future__ import annotations

import importlib
from typing import Any

from docparse.errors import MissingDependency
from docparse.schemas.document import (
    Block,
    Chart,
    Chemistry,
    Code,
    Document,
    Formula,
    Heading,
    Image,
    ListBlock,
    Music,
    Page,
    Table,
)

_LABELS = {
    "paragraph": "text",
    "caption": "caption",
    "footnote": "footnote",
    "page_header": "page_header",
    "page_footer": "page_footer",
    "page_number": "page_footer",
}


def to_docling(document: Document) -> str:
    """JSON of a DoclingDocument with the same blocks, boxes and reading order. Raises MissingDependency."""
    try:
        core: Any = importlib.import_module("docling_core.types.doc.document")
    except ImportError:
        action = "pip install 'docparse[docling]'"
        raise MissingDependency("DoclingDocument needs docling-core", user_action=action) from None
    result = core.DoclingDocument(name=document.source.name or "document")
    for page in document.pages:
        result.add_page(page_no=page.number, size=core.Size(width=page.width, height=page.height))
        for block in page.blocks:
            _add(core, result, block, page)
    return str(result.model_dump_json(exclude_none=True, by_alias=True)) + "\n"


def _add(core: Any, result: Any, block: Block, page: Page) -> None:
    prov = _provenance(core, block, _text(block), page)
    match block:
        case Heading():
            result.add_heading(text=block.text, level=block.level, prov=prov)
        case ListBlock():
            group = result.add_list_group()
            for item in block.items:
                place = _provenance(core, item, item.text, page) or prov
                result.add_list_item(
                    text=item.text, enumerated=block.ordered, marker=item.marker or None, parent=group, prov=place
                )
        case Table():
            result.add_table(data=_table(core, block), prov=prov)
        case Chart():
            picture = result.add_picture(prov=prov)
            if block.data:
                width = max(map(len, block.data))
                rows = [[*row, *[""] * (width - len(row))] for row in block.data]
                result.add_table(data=_rows(core, rows), parent=picture, prov=prov)
        case Image() | Music():
            result.add_picture(prov=prov)
            if _text(block):
                result.add_text(label="text", text=_text(block), prov=prov)
        case Formula():
            result.add_text(label="formula", text=_text(block), prov=prov)
        case Code():
            result.add_code(text=block.text, prov=prov)
        case Chemistry():
            result.add_text(label="text", text=block.smiles, prov=prov)
        case _:
            result.add_text(label=_LABELS[block.kind], text=block.text, prov=prov)


def _text(block: Block) -> str:
    match block:
        case Formula():
            return block.latex or block.text
        case Image():
            return "\n".join(filter(None, (block.caption, block.ocr)))
        case Music():
            return block.abc
        case _:
            return str(getattr(block, "text", ""))


def _provenance(core: Any, owner: Any, text: str, page: Page) -> Any:
    if owner.bbox is None:
        return None
    x0, y0, x1, y1 = owner.bbox
    box = core.BoundingBox(l=x0, t=y0, r=x1, b=y1, coord_origin=core.CoordOrigin.TOPLEFT)
    return core.ProvenanceItem(page_no=page.number, bbox=box, charspan=(0, len(text)))


def _table(core: Any, table: Table) -> Any:
    cells = [
        core.TableCell(
            text=cell.text,
            row_span=cell.rowspan,
            col_span=cell.colspan,
            start_row_offset_idx=cell.row,
            end_row_offset_idx=cell.row + cell.rowspan,
            start_col_offset_idx=cell.col,
            end_col_offset_idx=cell.col + cell.colspan,
            column_header=cell.header,
        )
        for cell in table.cells
    ]
    return core.TableData(table_cells=cells, num_rows=table.rows, num_cols=table.cols)


def _rows(core: Any, rows: list[list[str]]) -> Any:
    cells = [
        core.TableCell(
            text=text,
            start_row_offset_idx=r,
            end_row_offset_idx=r + 1,
            start_col_offset_idx=c,
            end_col_offset_idx=c + 1,
            column_header=r == 0,
        )
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    return core.TableData(table_cells=cells, num_rows=len(rows), num_cols=len(rows[0]))
