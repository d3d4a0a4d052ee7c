"""Page images on their way to a server: PNG as data URL, of a size that no server changes."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from docparse.errors import EngineError
from docparse.geometry import PATCH_PX
from docparse.schemas.page import PageImage, PixelBudget

if TYPE_CHECKING:
    from PIL.Image import Image


def page_url(page: PageImage, budget: PixelBudget) -> str:
    """The page as PNG data URL. Raises EngineError for a page without pixels or of a size the budget forbids."""
    from PIL import Image

    if page.pixels is None:
        raise EngineError("the page image has no pixels", page=page.number)
    width, height = page.width_px, page.height_px
    if width % PATCH_PX or height % PATCH_PX:
        raise EngineError(f"the sides of a page image are multiples of {PATCH_PX}, not {width} x {height}")
    most = max(budget.max_pixels, budget.max_scan_pixels)
    if width * height > most:
        raise EngineError(f"{width} x {height} pixels are above the budget of {most}", page=page.number)
    return png_url(Image.fromarray(page.pixels))


def png_url(image: Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def visual_tokens(page: PageImage) -> int:
    return page.width_px * page.height_px // PATCH_PX**2
