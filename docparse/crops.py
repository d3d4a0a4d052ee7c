"""Pictures of blocks that are seen rather than read, cut out of the page image."""

from __future__ import annotations

import io

from PIL import Image as PilImage

from docparse.geometry import clip
from docparse.schemas.document import Chart, Chemistry, Crop, Formula, Image, Music, Page
from docparse.schemas.page import PageImage

_MIN_SIDE_PX = 4
_FEW_COLOURS = 256  # line art stays PNG; photographs are a tenth the size as JPEG


def add_crops(page: Page, image: PageImage) -> None:
    """Give every figure-like block of the page its crop. Nothing happens where the page was not rendered."""
    if image.pixels is None:
        return
    for block in page.blocks:
        if isinstance(block, (Image, Chart, Music, Chemistry)) or (isinstance(block, Formula) and not block.latex):
            block.crop = crop_box(image, block.bbox) if block.bbox else None


def crop_box(image: PageImage, box: tuple[float, float, float, float]) -> Crop | None:
    """PNG (or JPEG for photographs) of a box in page units; None if it is smaller than 4 pixels a side."""
    assert image.pixels is not None
    x0, y0, x1, y1 = (round(v) for v in clip(image.to_px(box), image.width_px, image.height_px))
    if x1 - x0 < _MIN_SIDE_PX or y1 - y0 < _MIN_SIDE_PX:
        return None
    picture = PilImage.fromarray(image.pixels[y0:y1, x0:x1])
    data = io.BytesIO()
    few = picture.getcolors(_FEW_COLOURS) is not None
    if few:
        picture.save(data, "PNG", compress_level=4)
    else:
        picture.save(data, "JPEG", quality=88)
    return Crop(media_type="image/png" if few else "image/jpeg", width=x1 - x0, height=y1 - y0, data=data.getvalue())
