"""`Document` as DoclingDocument JSON. Needs docling-core (the extra `docling`)."""

from __future__ import annotations

import importlib
from typing import Any

from pydantic import AnyUrl, ValidationError

from docparse.errors import MissingDependency
from docparse.links import Span, is_safe, spans
from docparse.schemas.document import (
    Block,
    Chart,
    Chemistry,
    Code,
    Document,
    Formula,
    Heading,
    Image,
    Link,
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
            link = _address(next(iter(_followed(block.text, block.links)), None))
            result.add_heading(text=block.text, level=block.level, prov=prov, hyperlink=link)
        case ListBlock():
            group = result.add_list_group()
            for item in block.items:
                place = _provenance(core, item, item.text, page) or prov
                found, whole = _followed(item.text, item.links), _whole(item.text, item.links)
                said = result.add_list_item(
                    text="" if found and not whole else item.text, enumerated=block.ordered,
                    marker=item.marker or None, parent=group, prov=place, hyperlink=whole,
                )  # fmt: skip
                if found and not whole:
                    _add_inline(result, "text", item, place, said)
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
            whole = _whole(block.text, block.links)
            if whole or not _followed(block.text, block.links):
                result.add_text(label=_LABELS[block.kind], text=block.text, prov=prov, hyperlink=whole)
            else:
                _add_inline(result, _LABELS[block.kind], block, prov, None)


def _add_inline(result: Any, label: str, owner: Any, prov: Any, parent: Any) -> None:
    """Text with links in it, as docling has it: a group of pieces, of which some lead somewhere."""
    group = result.add_inline_group(parent=parent)
    position = 0
    for start, end, link in [*_followed(owner.text, owner.links), Span(len(owner.text), len(owner.text), Link())]:
        if before := owner.text[position:start].strip():
            result.add_text(label=label, text=before, parent=group, prov=prov)
        if words := owner.text[start:end].strip():
            address = _address(Span(start, end, link))
            result.add_text(label=label, text=words, parent=group, prov=prov, hyperlink=address)
        position = end


def _followed(text: str, links: list[Link]) -> list[Span]:
    return [span for span in spans(text, links) if is_safe(span.link) and _address(span)] if links else []


def _whole(text: str, links: list[Link]) -> AnyUrl | None:
    """Where all of a text leads."""
    found = _followed(text, links)
    return _address(found[0]) if len(found) == 1 and text.strip() == text[slice(*found[0][:2])].strip() else None


def _address(span: Span | None) -> AnyUrl | None:
    try:
        return AnyUrl(span.link.uri) if span is not None else None
    except ValidationError:  # an address that docling has no form for
        return None


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
