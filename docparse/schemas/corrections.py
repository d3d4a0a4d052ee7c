"""`Corrections`: what a person changed about a result, as a list of typed edits that are applied in order.

The result itself never changes: it and its corrections give the corrected document (`docparse.corrections.apply`).
Blocks are named by id. Rows, columns and items count from 0, as they are after the edits before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from docparse.geometry import Box
from docparse.schemas.document import Block, Cell, ListItem

CORRECTIONS_VERSION = "1.0"
MOST_EDITS = 20_000

BlockId = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
Text = Annotated[str, Field(max_length=200_000)]
Index = Annotated[int, Field(ge=0, le=100_000)]
Level = Annotated[int, Field(ge=1, le=6)]
Kind = Literal[
    "heading", "paragraph", "list", "table", "chart", "formula", "image", "music", "chemistry", "code", "caption",
    "footnote", "page_header", "page_footer", "page_number",
]  # fmt: skip


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetFields(_Edit):
    """Sets fields of a block; only those that its kind has. `cells` come with `rows` and `cols`."""

    op: Literal["set"]
    block: BlockId
    text: Text | None = None
    level: Level | None = None
    latex: Text | None = None
    smiles: Text | None = None
    abc: Text | None = None
    caption: Text | None = None
    ocr: Text | None = None
    description: Text | None = None
    chart_type: Annotated[str, Field(max_length=60)] | None = None
    data: list[list[Text]] | None = None
    language: Annotated[str, Field(max_length=60)] | None = None
    marker: Annotated[str, Field(max_length=60)] | None = None
    ordered: bool | None = None
    target: BlockId | None = None
    items: list[ListItem] | None = None
    rows: Annotated[int, Field(ge=0, le=10_000)] | None = None
    cols: Annotated[int, Field(ge=0, le=10_000)] | None = None
    cells: Annotated[list[Cell], Field(max_length=200_000)] | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.values:
            raise ValueError("nothing is set")
        if len({"rows", "cols", "cells"} & set(self.values)) not in (0, 3):
            raise ValueError("rows, cols and cells are set together")
        return self

    @property
    def values(self) -> dict[str, Any]:
        """The fields that are set, as they are."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"op", "block"}}


class SetCell(_Edit):
    """Text or header of the table cell that begins there, or a value of a chart's data."""

    op: Literal["cell"]
    block: BlockId
    row: Index
    col: Index
    text: Text | None = None
    header: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.text is None and self.header is None:
            raise ValueError("text or header is needed")
        return self


class EditLine(_Edit):
    """A row or column of a table or of a chart's data; `insert` puts it before `at`."""

    op: Literal["row", "column"]
    block: BlockId
    action: Literal["insert", "delete"]
    at: Index


class SpanCell(_Edit):
    """Makes the cell cover these positions, the texts of what it covers joined; 1 and 1 splits it."""

    op: Literal["span"]
    block: BlockId
    row: Index
    col: Index
    rowspan: Annotated[int, Field(ge=1, le=10_000)] = 1
    colspan: Annotated[int, Field(ge=1, le=10_000)] = 1


class EditItem(_Edit):
    """An item of a list; `insert` puts a new one before `index`."""

    op: Literal["item"]
    block: BlockId
    index: Index
    action: Literal["set", "insert", "delete"] = "set"
    text: Text | None = None
    level: Annotated[int, Field(ge=1, le=20)] | None = None
    marker: Annotated[str, Field(max_length=60)] | None = None


class SetKind(_Edit):
    """Another kind; the content comes along as text."""

    op: Literal["kind"]
    block: BlockId
    kind: Kind
    level: Level | None = None


class SetBox(_Edit):
    """Moves a box: of the block, of the cell at `row` and `col`, or of the item at `index`. Page units."""

    op: Literal["box"]
    block: BlockId
    bbox: Box
    row: Index | None = None
    col: Index | None = None
    index: Index | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.row is None) != (self.col is None) or (self.row is not None and self.index is not None):
            raise ValueError("row and col together, or index, or none of them")
        x0, y0, x1, y1 = self.bbox
        if not (-1e6 < x0 < x1 < 1e6 and -1e6 < y0 < y1 < 1e6):
            raise ValueError("bbox is x0, y0, x1, y1 with x0 < x1 and y0 < y1")
        return self


class MoveBlock(_Edit):
    """Puts a block after another one of its page, or first (null), in the reading order."""

    op: Literal["move"]
    block: BlockId
    after: BlockId | None


class DeleteBlock(_Edit):
    op: Literal["delete"]
    block: BlockId


class AddBlock(_Edit):
    """A block that was not found, after another one of its page, or first (null)."""

    op: Literal["add"]
    id: Annotated[str, Field(pattern=r"^p[1-9][0-9]{0,6}-u[1-9][0-9]{0,6}$")]
    page: Annotated[int, Field(ge=1, le=10**6)]
    after: BlockId | None
    block: Block


class Confirm(_Edit):
    """Looked at, and right: the flags of a block, or of a page itself, go."""

    op: Literal["confirm"]
    block: BlockId | None = None
    page: Annotated[int, Field(ge=1, le=10**6)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.block is None) == (self.page is None):
            raise ValueError("block or page, one of them")
        return self


Edit = Annotated[
    SetFields | SetCell | EditLine | SpanCell | EditItem | SetKind | SetBox | MoveBlock | DeleteBlock | AddBlock
    | Confirm,
    Field(discriminator="op"),
]  # fmt: skip


class Corrections(BaseModel):
    """All edits of one document. `version` grows with each save; `base` tells the result that they belong to.

    `base` is the `fingerprint` of the result (`docparse.corrections`); "" fits any.
    """

    model_config = ConfigDict(extra="forbid")

    corrections_version: str = CORRECTIONS_VERSION
    version: int = Field(default=0, ge=0)
    updated_at: datetime | None = None
    base: str = ""
    edits: Annotated[list[Edit], Field(max_length=MOST_EDITS)] = Field(default_factory=list)
