"""`apply`: a document and its corrections give the corrected document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError

from docparse.checks.kinds import check_block
from docparse.corrections.grid import LARGEST, cell_at, edit_line, set_cell, span_cell
from docparse.corrections.kinds import BLOCK, FIGURES, convert
from docparse.errors import CorrectionInvalid
from docparse.export.text import block_text
from docparse.geometry import Box
from docparse.links import owners_of, settle
from docparse.pieces import forget_places
from docparse.schemas.corrections import (
    AddBlock,
    Confirm,
    Corrections,
    DeleteBlock,
    Edit,
    EditItem,
    EditLine,
    MoveBlock,
    SetBox,
    SetCell,
    SetFields,
    SetKind,
    SpanCell,
)
from docparse.schemas.document import Block, Chart, Check, Crop, Document, ListBlock, ListItem, Page, Table

Recrop = Callable[[int, Box], Crop | None]
"""(page, box in page units) -> the picture there, None where the page can't be seen."""
_MOST_WORK = 15_000_000  # grid positions that all edits together may go through: some seconds
_DEEPEST = 20  # level of a list item
_KEEPS_CHECKS = (MoveBlock, DeleteBlock, Confirm)


def apply(document: Document, corrections: Corrections, recrop: Recrop | None = None) -> Document:
    """The document with all edits, in order; what was given stays as it is.

    `recrop` cuts pictures of figures whose box changed; without it those have no picture. Raises CorrectionInvalid,
    whose `edit` counts from 0, for the first edit that does not fit, and for corrections of another result.
    """
    if not corrections.edits:
        return document
    if corrections.base and corrections.base != fingerprint(document):
        raise CorrectionInvalid(
            "the corrections were made for another result of this document",
            user_action="Move the file of corrections away, or ask for the original.",
        )
    editor = _Editor(document)
    for number, edit in enumerate(corrections.edits):
        try:
            editor.do(edit)
        except CorrectionInvalid as error:
            error.edit = number
            raise
    return editor.finish(recrop)


def fingerprint(document: Document) -> str:
    """What corrections belong to: the blocks of a result with their boxes and texts, whatever file it is in."""
    digest = hashlib.sha256()
    for page in document.pages:
        for block in page.blocks:
            digest.update(repr((block.id, block.kind, block.bbox, block_text(block))).encode("utf-8", "replace"))
    return digest.hexdigest()


def touched_pages(document: Document, edits: Iterable[Edit]) -> list[int]:
    """Numbers of the pages that edits are about."""
    page_of = {block.id: page.number for page in document.pages for block in page.blocks}
    page_of |= {edit.id: edit.page for edit in edits if isinstance(edit, AddBlock)}
    found = {getattr(edit, "page", None) or page_of.get(getattr(edit, "block", None) or "") for edit in edits}
    return sorted(number for number in found if number)


class _Editor:
    """Pages are copied when they are first changed; `finish` checks again what was touched."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._pages = {page.number: page for page in document.pages}
        self._where = {block.id: page.number for page in document.pages for block in page.blocks}
        self._owned: set[int] = set()
        self._work = 0
        self._changed: dict[str, str] = {}  # block id -> text that was read
        self._moved: set[str] = set()  # blocks whose picture is to be cut anew
        self._confirmed: set[str] = set()  # blocks that were looked at after their last change

    def do(self, edit: Edit) -> None:
        if isinstance(edit, AddBlock):
            self._add(edit)
            return
        if isinstance(edit, Confirm) and edit.page is not None:
            _confirm(self._page(edit.page))
            return
        page, place = self._find(str(edit.block))
        block = page.blocks[place]
        if not isinstance(edit, _KEEPS_CHECKS):
            self._changed.setdefault(block.id, block.original or block_text(block))
            self._confirmed.discard(block.id)
        match edit:
            case DeleteBlock():
                self._delete(page, place)
            case MoveBlock():
                del page.blocks[place]
                page.blocks.insert(self._after(page, edit.after), block)
            case Confirm():
                self._confirmed.add(block.id)
            case SetKind():
                page.blocks[place] = convert(block, edit.kind, edit.level)
                _check_size(page.blocks[place], block.id)
                if edit.kind in FIGURES and getattr(page.blocks[place], "crop", None) is None:
                    self._moved.add(block.id)
            case SetBox():
                self._set_box(block, edit)
            case _:
                self._count_work(block)
                page.blocks[place] = _edited(block, edit)

    def finish(self, recrop: Recrop | None) -> Document:
        for page in (self._pages[number] for number in sorted(self._owned)):
            for order, block in enumerate(page.blocks, 1):
                block.order = order
                if block.id in self._changed:
                    self._close(block, recrop)
                if block.id in self._confirmed:
                    _confirm(block)
        pages = [self._pages[page.number] for page in self._document.pages]
        return self._document.model_copy(update={"pages": pages})

    def _close(self, block: Block, recrop: Recrop | None) -> None:
        """A block that a person changed: theirs now, judged by the checks of its kind alone."""
        read = self._changed[block.id]
        block.source, block.confidence, block.flags, block.checks = "user", None, [], []
        if read != block_text(block):
            block.original = read or block.original
            forget_places(block.parts)
        if block.id in self._moved and hasattr(block, "crop"):
            block.crop = recrop(block.page, block.bbox) if recrop is not None and block.bbox is not None else None
        for name in ("mathml", "canonical", "inchikey", "formula"):
            if isinstance(getattr(block, name, None), str):
                setattr(block, name, "")
        for owner in owners_of(block):
            settle(owner)
        check_block(block)
        block.checks.append(_seen("corrected"))

    def _count_work(self, block: Block) -> None:
        """Every edit of a table goes through all of it: thousands of edits of a huge one are refused."""
        self._work += block.rows * block.cols if isinstance(block, Table) else 0
        if self._work > _MOST_WORK:
            raise CorrectionInvalid(f"too many edits of a table as large as {block.id}")

    def _page(self, number: int) -> Page:
        """A page of our own, to be changed. Raises CorrectionInvalid."""
        if number not in self._pages:
            raise CorrectionInvalid(f"the document has no page {number}")
        if number not in self._owned:
            self._owned.add(number)
            page = self._pages[number]
            blocks = [_copy(block) for block in page.blocks]
            self._pages[number] = page.model_copy(update={"blocks": blocks})
        return self._pages[number]

    def _find(self, block_id: str) -> tuple[Page, int]:
        if block_id in self._where:
            page = self._page(self._where[block_id])
            for place, block in enumerate(page.blocks):
                if block.id == block_id:
                    return page, place
        raise CorrectionInvalid(f"the document has no block {block_id}")

    def _after(self, page: Page, block_id: str | None) -> int:
        if block_id is None:
            return 0
        for place, block in enumerate(page.blocks, 1):
            if block.id == block_id:
                return place
        raise CorrectionInvalid(f"page {page.number} has no block {block_id}")

    def _add(self, edit: AddBlock) -> None:
        if edit.id in self._where or not edit.id.startswith(f"p{edit.page}-"):
            raise CorrectionInvalid(f"a new block of page {edit.page} can't have the id {edit.id}")
        page = self._page(edit.page)
        _check_size(edit.block, edit.id)
        block = _copy(edit.block).model_copy(
            update={"id": edit.id, "page": edit.page, "parts": [], "original": None}
        )  # fmt: skip
        page.blocks.insert(self._after(page, edit.after), block)
        self._where[edit.id] = edit.page
        self._changed[edit.id] = ""
        self._moved.add(edit.id)

    def _delete(self, page: Page, place: int) -> None:
        gone = page.blocks.pop(place).id
        del self._where[gone]
        pointing = [
            block.id for each in self._pages.values() for block in each.blocks if getattr(block, "target", None) == gone
        ]
        for block_id in pointing:
            other, there = self._find(block_id)
            other.blocks[there].target = None  # type: ignore[union-attr]

    def _set_box(self, block: Block, edit: SetBox) -> None:
        if edit.row is not None and edit.col is not None:
            if not isinstance(block, Table):
                raise CorrectionInvalid(f"{block.id} is a {block.kind}: it has no cells with boxes")
            cell_at(block, edit.row, edit.col).bbox = edit.bbox
        elif edit.index is not None:
            _item(block, edit.index).bbox = edit.bbox
        else:
            rest = [part for part in block.parts if part.page != block.page]
            here = [part for part in block.parts if part.page == block.page]
            block.bbox = edit.bbox
            block.parts = [here[0].model_copy(update={"bbox": edit.bbox}), *rest] if rest and here else []
            if rest and here:
                block.parts[0].hyphen = here[-1].hyphen
            self._moved.add(block.id)


def _copy(block: Block) -> Block:
    """Deep, but for the bytes of its picture, which nobody changes."""
    crop = getattr(block, "crop", None)
    if crop is None:
        return block.model_copy(deep=True)
    copied = block.model_copy(update={"crop": None}).model_copy(deep=True)
    return copied.model_copy(update={"crop": crop})


def _edited(block: Block, edit: SetFields | SetCell | EditLine | SpanCell | EditItem) -> Block:
    match edit:
        case SetFields():
            return _with_fields(block, edit)
        case SetCell() | EditLine():
            if not isinstance(block, Table) and block.kind != "chart":
                raise CorrectionInvalid(f"{block.id} is a {block.kind}: it has no rows and columns")
            if isinstance(edit, SetCell):
                set_cell(block, edit)
            else:
                edit_line(block, edit)
        case SpanCell():
            if not isinstance(block, Table):
                raise CorrectionInvalid(f"{block.id} is a {block.kind}: it has no cells that span")
            span_cell(block, edit)
        case EditItem():
            _edit_item(block, edit)
    return block


def _with_fields(block: Block, edit: SetFields) -> Block:
    values: dict[str, Any] = edit.values
    foreign = sorted(set(values) - set(type(block).model_fields))
    if foreign:
        raise CorrectionInvalid(f"{block.id} is a {block.kind}: it has no {', '.join(foreign)}")
    try:
        found: Block = BLOCK.validate_python({**dict(block), **values})
    except ValidationError as error:
        first = error.errors()[0]
        raise CorrectionInvalid(f"{block.id}: {first['loc'][-1]}: {first['msg'].lower()}") from None
    _check_size(found, found.id)
    return _copy(found)


def _check_size(block: Block, name: str) -> None:
    """Raises CorrectionInvalid for what no page holds and no export could be made of."""
    if isinstance(block, Table):
        if block.rows * block.cols > LARGEST:
            raise CorrectionInvalid(f"{name}: a table has {LARGEST} cells at most")
        if any(cell.row + cell.rowspan > block.rows or cell.col + cell.colspan > block.cols for cell in block.cells):
            raise CorrectionInvalid(f"{name}: a cell lies outside of the {block.rows} rows and {block.cols} columns")
        if sum(cell.rowspan * cell.colspan for cell in block.cells) > 2 * LARGEST:
            raise CorrectionInvalid(f"{name}: too many cells stand on one another")
    if isinstance(block, Chart) and len(block.data) * max(map(len, block.data), default=0) > LARGEST:
        raise CorrectionInvalid(f"{name}: a chart has {LARGEST} values at most")
    if isinstance(block, ListBlock) and any(item.level > _DEEPEST for item in block.items):
        raise CorrectionInvalid(f"{name}: items of a list are {_DEEPEST} levels deep at most")


def _edit_item(block: Block, edit: EditItem) -> None:
    if edit.action == "insert":
        if not isinstance(block, ListBlock) or edit.index > len(block.items):
            raise CorrectionInvalid(f"{block.id} has no place for an item at {edit.index}")
        new = ListItem(text=edit.text or "", level=edit.level or 1, marker=edit.marker or "")
        block.items.insert(edit.index, new)
        return
    item = _item(block, edit.index)
    if edit.action == "delete":
        assert isinstance(block, ListBlock)
        del block.items[edit.index]
        return
    for name in ("text", "level", "marker"):
        if getattr(edit, name) is not None:
            setattr(item, name, getattr(edit, name))


def _item(block: Block, index: int) -> ListItem:
    if not isinstance(block, ListBlock) or index >= len(block.items):
        raise CorrectionInvalid(f"{block.id} has no item {index}")
    return block.items[index]


def _confirm(what: Block | Page) -> None:
    what.flags = []
    what.checks = [check for check in what.checks if check.outcome != "failed"] + [_seen("confirmed")]


def _seen(what: str) -> Check:
    return Check(name="user", outcome="passed", detail=what)
