"""From placed pieces to the truth: a `Document` with boxes that hold the ink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray

import docparse
from docparse.geometry import Box, clip, smart_resize
from docparse.schemas.document import Block, Cell, Document, EngineInfo, ListBlock, Page, SourceInfo, Table
from docparse.schemas.page import PixelBudget
from docparse.synth.piece import Piece

_ZOOM = 2.0  # pixels per point of the raster in which ink is looked for
_INK = 40  # how far a channel lies from the ground's, of 255
_SLACK_PT = 1.5  # how far ink may stand out of the box that layout gave


def page_images(pdf: bytes) -> list[NDArray[np.uint8]]:
    """Every page as uint8 RGB of shape (height, width, 3), two pixels a point."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        pixmaps = [page.get_pixmap(matrix=pymupdf.Matrix(_ZOOM, _ZOOM), alpha=False) for page in document]
    return [np.frombuffer(p.samples, np.uint8).reshape(p.height, p.width, 3) for p in pixmaps]


def ink_box(pixels: NDArray[np.uint8], box: Box) -> Box | None:
    """The ink in a box (points): what differs from its ground; None if nothing does."""
    height, width = pixels.shape[:2]
    x0, y0 = (max(0, math.floor(value * _ZOOM)) for value in box[:2])
    x1, y1 = (math.ceil(value * _ZOOM) for value in box[2:])
    part = pixels[y0 : min(y1, height), x0 : min(x1, width)]
    if not part.size:
        return None
    ground = _ground(part)
    ink = (np.abs(part.astype(np.int16) - ground) > _INK).any(axis=2)
    rows, cols = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return (
        (x0 + cols[0]) / _ZOOM, (y0 + rows[0]) / _ZOOM, (x0 + cols[-1] + 1) / _ZOOM, (y0 + rows[-1] + 1) / _ZOOM,
    )  # fmt: skip


def _ground(part: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The colour of the rim of a box."""
    rim = np.concatenate((part[0], part[-1], part[:, 0], part[:, -1]))
    keys, counts = np.unique(rim.astype(np.int32) @ (65536, 256, 1), return_counts=True)
    key = int(keys[counts.argmax()])
    return np.array((key >> 16, key >> 8 & 255, key & 255), np.int16)


class PageTruth:
    """Blocks of one page in the making; boxes are snapped outwards to the pixels that the HTML counts in."""

    def __init__(self, number: int, pixels: NDArray[np.uint8], width: float, height: float) -> None:
        self.pixels = pixels
        budget = PixelBudget()
        zoom = math.sqrt(budget.max_pixels / (width * height))
        height_px, width_px = smart_resize(height * zoom, width * zoom, max_pixels=budget.max_pixels)
        self.page = Page(
            number=number, width=width, height=height, image_width=width_px, image_height=height_px, engine="synth",
            text_layer="sound",
        )  # fmt: skip

    def add(self, block: Block, place: dict[str, Any]) -> None:
        """The block at its place; one without a box (nothing printed) is left out."""
        box = self._box(_reach(place["box"], place["frame"]), tight=block.kind != "image")
        if box is None:
            return
        number = len(self.page.blocks) + 1
        values: dict[str, Any] = {"page": self.page.number, "bbox": box, "order": number}
        if isinstance(block, Table):
            values["cells"] = [
                cell.model_copy(update={"bbox": self._box(place["cells"].get(f"{cell.row},{cell.col}"))})
                for cell in block.cells
            ]
            values |= _rows_of(block, values.pop("cells"), place["rows"])
        elif isinstance(block, ListBlock):
            values["items"] = [
                item.model_copy(update={"bbox": self._box(found)})
                for item, found in zip(block.items, place["items"], strict=True)
            ]
        self.page.blocks.append(block.model_copy(update={**values, "id": f"p{self.page.number}-b{number}"}, deep=True))

    def _box(self, layout: Sequence[float] | None, *, tight: bool = True) -> Box | None:
        """The ink of a box; a photograph is all ink, however light its rim (`tight` false)."""
        if layout is None:
            return None
        whole = (layout[0], layout[1], layout[2], layout[3])
        found = ink_box(self.pixels, whole) if tight else whole
        return None if found is None else snapped(found, self.page)


def snapped(box: Box, page: Page) -> Box:
    """The box on the page, its edges moved outwards to whole pixels of the page image."""
    x, y = page.image_width / page.width, page.image_height / page.height
    cut = clip(box, page.width, page.height)
    return (
        round(math.floor(cut[0] * x + 0.05) / x, 2), round(math.floor(cut[1] * y + 0.05) / y, 2),
        min(round(math.ceil(cut[2] * x - 0.05) / x, 2), page.width),
        min(round(math.ceil(cut[3] * y - 0.05) / y, 2), page.height),
    )  # fmt: skip


def _reach(box: Sequence[float] | None, frame: Sequence[float]) -> Sequence[float] | None:
    """Where the ink of a piece may lie: a little around its layout box, not above or below its own frame.

    Fonts claim more above and below a line than the line is high, and that may be the neighbours' place.
    """
    if box is None:
        return None
    top, bottom = max(box[1] - _SLACK_PT, frame[1] - 0.5), min(box[3] + _SLACK_PT, frame[3] + 0.5)
    return (box[0] - _SLACK_PT, top, box[2] + _SLACK_PT, bottom)


def _rows_of(table: Table, cells: list[Cell], rows: list[int] | None) -> dict[str, Any]:
    """`cells` and `rows` of a table cut over columns or pages: its header rows and body rows `rows[0]` to `rows[1]`."""
    if rows is None:
        return {"cells": cells}
    head = 0
    while any(cell.header and cell.row == head for cell in cells):
        head += 1
    first = head + rows[0]
    last = table.rows if rows[1] < 0 else head + rows[1]
    kept = [cell for cell in cells if cell.row < head or first <= cell.row < last]
    moved = [cell if cell.row < head else cell.model_copy(update={"row": cell.row - first + head}) for cell in kept]
    return {"cells": moved, "rows": head + last - first}


def build_document(
    name: str, pieces: Sequence[Piece], running: dict[str, Piece], places: list[dict[str, Any]], pdf: bytes,
    *, seed: int, first_number: int, options: dict[str, Any],
) -> Document:  # fmt: skip
    """The truth of one printed document."""
    images = page_images(pdf)
    with pymupdf.open(stream=pdf, filetype="pdf") as opened:
        sizes = [(round(page.rect.width, 2), round(page.rect.height, 2)) for page in opened]
    pages = [PageTruth(n, pixels, *size) for n, (pixels, size) in enumerate(zip(images, sizes, strict=True), 1)]
    for place in places:
        block = _block_of(place, pieces, running, first_number)
        pages[place["page"]].add(block, place)
    return Document(
        docparse_version=docparse.__version__,
        source=SourceInfo(name=f"{name}.pdf", media_type="application/pdf", pages=len(pages)),
        engine=EngineInfo(name="synth", reason=f"made by docparse synth, seed {seed}"), options=options,
        pages=[page.page for page in pages],
    )  # fmt: skip


def _block_of(place: dict[str, Any], pieces: Sequence[Piece], running: dict[str, Piece], first_number: int) -> Block:
    name = str(place["id"])
    if name in running:
        block = running[name].block
        text = getattr(block, "text", "").replace("{n}", str(first_number + place["page"]))
        return block.model_copy(update={"text": text})
    index, _, note = name.partition("n")
    piece = pieces[int(index)]
    return piece.notes[int(note)].block if note else piece.block
