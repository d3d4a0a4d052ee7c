"""Boxes of page images drawn in to the ink."""

from __future__ import annotations

import numpy as np

from docparse.model.embedded.snug import snug
from docparse.schemas.document import Block, Cell, Image, ListBlock, ListItem, Paragraph, Table
from docparse.schemas.page import PageImage


def sheet(*inked: tuple[int, int, int, int], paper: int = 250, ink: int = 20) -> PageImage:
    """A page of 1000 x 800 pixels, two to a page unit."""
    pixels = np.full((800, 1000, 3), paper, np.uint8)
    for x0, y0, x1, y1 in inked:
        pixels[y0:y1, x0:x1] = ink
    return PageImage(
        number=1, width_px=1000, height_px=800, width=500, height=400, unit="px", pixels=pixels, is_scan=True
    )


def test_text_is_as_wide_as_its_ink_and_as_high_as_its_type() -> None:
    text = Paragraph(text="a", bbox=(94, 48, 306, 62))
    snug([text], sheet((200, 100, 600, 104)))
    assert text.bbox == (100, 48, 300, 62)


def test_items_and_pictures_are_drawn_in_too() -> None:
    item = ListItem(text="a", bbox=(90, 48, 310, 62))
    listed, picture = ListBlock(items=[item], bbox=(90, 48, 310, 62)), Image(bbox=(90, 190, 310, 260))
    blocks: list[Block] = [listed, picture]
    snug(blocks, sheet((200, 100, 600, 104), (200, 400, 600, 402), (200, 400, 202, 500), (598, 400, 600, 500)))
    assert item.bbox == listed.bbox == (100, 48, 300, 62)
    assert picture.bbox == (100, 200, 300, 250)


def test_a_table_ends_at_its_pale_rules_and_its_cells_with_it() -> None:
    cells = [
        Cell(row=0, col=0, text="a", bbox=(90, 90, 200, 260)),
        Cell(row=0, col=1, text="b", bbox=(200, 90, 310, 260)),
    ]
    table = Table(rows=1, cols=2, cells=cells, bbox=(90, 90, 310, 260))
    snug([table], sheet((200, 200, 600, 202), (200, 500, 600, 502), ink=232))
    assert table.bbox == (100, 100, 300, 251)
    assert [cell.bbox for cell in table.cells] == [(100, 100, 200, 251), (200, 100, 300, 251)]


def test_no_side_moves_by_more_than_a_rim_and_none_without_ink() -> None:
    wide, blank, dark = blocks = [Paragraph(text="a", bbox=(x, 48, x + 100, 62)) for x in (50, 200, 350)]
    snug(blocks, sheet((180, 100, 200, 120), (704, 90, 896, 130)))
    assert wide.bbox == (70, 48, 130, 62)
    assert blank.bbox == (200, 48, 300, 62)
    assert dark.bbox == (350, 48, 450, 62)
