"""One page from pixels and text layer to QwenVL HTML: what the embedded engine does in its worker processes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.base import Deadline
from docparse.model.embedded import ocr, orientation, regions
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.types import Region
from docparse.qwenvl.writer import write_page
from docparse.schemas.document import Block, ListBlock, Table
from docparse.schemas.page import FinishReason, PageImage, PageOutput, TextQuality, Word


def recognise(
    page: PageImage,
    *,
    fast: bool,
    languages: tuple[str, ...] = (),
    ocr_mode: str = "auto",
    deadline: Deadline | None = None,
) -> PageOutput:
    """QwenVL HTML of a page. `fast` takes the text layer and geometry alone: no OCR, no layout model.

    `ocr_mode` is that of ParseOptions.ocr: "force" reads the pixels even where the text layer is sound, "never" takes
    the text layer as it is.
    """
    started_s = time.perf_counter()
    flags: tuple[str, ...] = ()
    read: list[Word] = []
    turned, turn = page, 0
    words: Sequence[Word] = page.text.words
    if _wants_ocr(page, ocr_mode) and not fast:
        turned, turn = orientation.upright(page)
        result = ocr.read_words(turned, languages=languages, deadline=deadline)
        words, flags = result.words, result.flags
        read = [word._replace(bbox=_back(word.bbox, page, turn)) for word in words] if turn else list(words)
    found: Sequence[Region] = () if fast or turned.pixels is None else regions.detect_regions(turned)
    tables = find_tables(turned, words, found)
    blocks = build_blocks(turned, words, found, tables)
    if turn:
        blocks = [_turned_back(block, page, turn) for block in blocks]
        flags = (*flags, f"turned:{turn}")
    html = write_page(
        blocks, number=page.number, width_px=page.width_px, height_px=page.height_px,
        scale_x=page.scale_x, scale_y=page.scale_y,
    )  # fmt: skip
    return PageOutput(
        html=html, engine="embedded-fast" if fast else "embedded", finish_reason=FinishReason.STOP, words=tuple(read),
        flags=flags, seconds=time.perf_counter() - started_s,
    )  # fmt: skip


def _wants_ocr(page: PageImage, mode: str) -> bool:
    if mode == "never" or page.pixels is None:
        return False
    return mode == "force" or page.text.quality is not TextQuality.SOUND


def _back(box: Box, page: PageImage, turn: int) -> Box:
    return orientation.turn_box(box, turn, page.width, page.height)  # type: ignore[arg-type]


def _turned_back(block: Block, page: PageImage, turn: int) -> Block:
    """The block with every box in it on the page as displayed."""
    changes: dict[str, object] = {}
    if block.bbox is not None:
        changes["bbox"] = _back(block.bbox, page, turn)
    parts = block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else []
    for part in parts:
        if part.bbox is not None:
            part.bbox = _back(part.bbox, page, turn)
    return block.model_copy(update=changes)
