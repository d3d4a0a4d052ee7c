"""PNG, JPEG, WebP, BMP, GIF and TIFF files as pages, inside the guarded child.

Each frame of a TIFF is a page; of an animated GIF, PNG or WebP only the first frame is (the others are moments of the
same picture). Orientation of EXIF is applied, transparency becomes white, and every colour model becomes RGB.
"""

from __future__ import annotations

import warnings
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from docparse.errors import DamagedFile, LimitExceeded
from docparse.geometry import smart_resize
from docparse.schemas.page import PageImage, Picture, PixelBudget
from docparse.source.protocol import FileFacts, OpenFile

_FORMATS = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/tiff": "TIFF", "image/webp": "WEBP",
    "image/bmp": "BMP",
}  # fmt: skip
_BROKEN = (OSError, ValueError, SyntaxError, IndexError, KeyError, TypeError, EOFError)  # what Pillow's decoders raise


class ImageReader:
    """Pages of one image file. Raises what `open_source` says."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._limit = round(file.limits.max_image_mpx * 1e6)
        Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
        warnings.simplefilter("ignore")
        try:
            self._image = Image.open(file.path, formats=[_FORMATS[file.media_type]])
        except (UnidentifiedImageError, *_BROKEN) as error:
            raise DamagedFile(f"{file.name} can't be read: {error}") from None
        frames = getattr(self._image, "n_frames", 1)
        pages = frames if file.media_type == "image/tiff" else 1
        if pages > file.limits.max_pages:
            raise LimitExceeded(f"{file.name} has {pages} pages, more than max_pages ({file.limits.max_pages})")
        self._check_size()
        self.facts = FileFacts(pages, flags=("animation",) if frames > pages else ())

    def page(self, number: int, budget: PixelBudget, with_poppler: bool = False) -> tuple[PageImage, bytes | None]:
        del with_poppler  # knows no images
        try:
            if number > 1 or self._image.tell():
                self._image.seek(number - 1)
            self._check_size()
            image, flags = self._decoded()
        except _BROKEN as error:
            raise DamagedFile(f"page {number} can't be decoded: {error}", page=number) from None
        width, height = image.size
        height_px, width_px = _target(height, width, budget, number)
        if (width_px, height_px) != image.size:
            image = image.resize((width_px, height_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
        page = PageImage(
            number=number, width_px=width_px, height_px=height_px, width=float(width), height=float(height), unit="px",
            pictures=(Picture((0.0, 0.0, float(width), float(height)), width, height),), is_scan=True, flags=flags,
        )  # fmt: skip
        return page, image.tobytes()

    def attachments(self) -> dict[str, bytes]:
        return {}

    def close(self) -> None:
        self._image.close()

    def _check_size(self) -> None:
        width, height = self._image.size
        if width * height > self._limit:
            limit = f"max_image_mpx ({self._file.limits.max_image_mpx:g} megapixels)"
            raise LimitExceeded(f"{self._file.name} has {width} x {height} pixels, more than {limit}")

    def _decoded(self) -> tuple[Image.Image, tuple[str, ...]]:
        from PIL import ImageFile

        flags: tuple[str, ...] = ()
        try:
            self._image.load()
        except OSError:
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            try:
                self._image.load()
                flags = ("truncated",)
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = False
        return _to_rgb(ImageOps.exif_transpose(self._image) or self._image), flags


def _target(height: int, width: int, budget: PixelBudget, number: int) -> tuple[int, int]:
    try:
        return smart_resize(height, width, min_pixels=budget.min_pixels, max_pixels=budget.max_scan_pixels)
    except ValueError:
        raise LimitExceeded(
            f"page {number} is {width} x {height} pixels: one side is over 200 times the other", page=number
        ) from None


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        return _to_8_bit(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _to_8_bit(image: Image.Image) -> Image.Image:
    """16-bit and float grey to 8 bits: Pillow's own conversion clips everything above 255 to white."""
    high: Any = image.getextrema()[1]
    top: Any = 65535.0 if image.mode.startswith("I") and high > 255 else 255.0 if high > 1 else 1.0
    return image.convert("F").point(lambda value: value * (255.0 / top) + 0.0).convert("L")
