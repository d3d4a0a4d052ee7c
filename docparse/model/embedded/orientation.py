"""Pages that lie on their side or stand on their head."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.embedded import ocr_tesseract
from docparse.schemas.page import PageImage, TextQuality

Turn = Literal[0, 90, 180, 270]
_OSD_CONFIDENCE = 2.0


def upright(page: PageImage) -> tuple[PageImage, Turn]:
    """The page with its pixels turned upright, and by how many degrees clockwise it was turned.

    Only pages that are read from pixels are turned; a page with a sound text layer comes back as it is. On the turned
    page rules, shapes, pictures and links are turned too; map results back with `turn_box`.
    """
    if page.pixels is None or (page.text.quality is TextQuality.SOUND and page.text.words):
        return page, 0
    turn = detect_turn(page.pixels)
    return (page, 0) if turn == 0 else (turn_page(page, turn), turn)


def turn_page(page: PageImage, turn: Turn) -> PageImage:
    """The page turned clockwise, with everything on it."""
    if turn == 0 or page.pixels is None:
        return page
    w, h = page.width, page.height
    swap = turn in (90, 270)

    def there(box: Box) -> Box:
        return _turn(box, turn, w, h)

    return page.replace(
        pixels=np.ascontiguousarray(np.rot90(page.pixels, -turn // 90)),
        width_px=page.height_px if swap else page.width_px, height_px=page.width_px if swap else page.height_px,
        width=h if swap else w, height=w if swap else h,
        rules=tuple(r._replace(bbox=there(r.bbox), horizontal=r.horizontal != swap) for r in page.rules),
        shapes=tuple(s._replace(bbox=there(s.bbox)) for s in page.shapes),
        pictures=tuple(
            p._replace(bbox=there(p.bbox), width_px=p.height_px if swap else p.width_px,
                       height_px=p.width_px if swap else p.height_px)
            for p in page.pictures
        ),
        links=tuple(link._replace(bbox=there(link.bbox)) for link in page.links),
    )  # fmt: skip


def turn_box(box: Box, turn: Turn, width: float, height: float) -> Box:
    """A box of the page that `upright` turned, on the displayed page of `width` x `height` again."""
    if turn in (90, 270):
        return _turn(box, 270 if turn == 90 else 90, height, width)
    return _turn(box, turn, width, height)


def _turn(box: Box, turn: int, width: float, height: float) -> Box:
    """A box on a sheet of `width` x `height` after the sheet was turned clockwise."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (height - y1, x0, height - y0, x1)
    if turn == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    if turn == 270:
        return (y0, width - x1, y1, width - x0)
    return box


def detect_turn(pixels: NDArray[np.uint8]) -> Turn:
    """Degrees clockwise that make the text stand upright; 0 when nothing says otherwise."""
    found = ocr_tesseract.orientation_and_script(_reduced(pixels))
    if found is None or found[1] < _OSD_CONFIDENCE:
        return 0
    turn = found[0] % 360
    return turn if turn in (90, 180, 270) else 0  # type: ignore[return-value]


def _reduced(pixels: NDArray[np.uint8], side_px: int = 2000) -> NDArray[np.uint8]:
    image = Image.fromarray(pixels).convert("L")
    image.thumbnail((side_px, side_px), Image.Resampling.BILINEAR)
    return np.asarray(image)
