"""PNG, JPEG, WebP, BMP, GIF and TIFF files as pages, inside the guarded child.

Each frame of a TIFF is a page; of an animated GIF, PNG or WebP only the first frame is (the others are moments of the
same picture). Orientation of EXIF is applied, pixels that are no squares (faxes) become squares, transparency becomes
white (black behind what is all light), and every colour model becomes RGB.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from docparse.errors import DamagedFile, LimitExceeded
from docparse.geometry import smart_resize
from docparse.schemas.page import PageImage, Picture, PixelBudget
from docparse.source.protocol import FileFacts, OpenFile

_FORMATS = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/tiff": "TIFF", "image/webp": "WEBP",
    "image/bmp": "BMP",
}  # fmt: skip
_SQUARE, _MOST = 1.25, 2.6  # one resolution over the other: up to the first it is square, past the second an error
_LIGHT, _DARKEST = 150, 2  # grey level and percentile of what can't be seen on white
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
        return displayed(self._image), flags


def displayed(image: Image.Image) -> Image.Image:
    """A decoded image as it is shown: RGB, upright, its pixels squares."""
    if (size := _square_size(image)) != image.size:
        info = image.info
        image = image.convert("L" if image.mode == "1" else image.mode).resize(size, Image.Resampling.BICUBIC)
        image.info = info
    return _to_rgb(ImageOps.exif_transpose(image) or image)


def _square_size(image: Image.Image) -> tuple[int, int]:
    """The size at which the image has the same resolution both ways, as a fax of 204 by 98 dots to the inch has not."""
    width, height = image.size
    across, down = (float(side) for side in image.info.get("dpi") or (1, 1))
    ratio = across / down if across > 0 and down > 0 else 1.0
    if _SQUARE < ratio <= _MOST:
        return width, round(height * ratio)
    if _SQUARE < 1 / ratio <= _MOST:
        return round(width / ratio), height
    return width, height


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
        ground = Image.new("RGBA", rgba.size, "black" if _is_light(rgba) else "white")
        return Image.alpha_composite(ground, rgba).convert("RGB")
    return image.convert("RGB")


def _is_light(image: Image.Image) -> bool:
    """Whether all that can be seen of an image is so light that a white ground would swallow it."""
    seen = np.asarray(image.convert("L"))[np.asarray(image.getchannel("A")) > 127]
    return 0 < seen.size < image.width * image.height and bool(np.percentile(seen, _DARKEST) > _LIGHT)


def _to_8_bit(image: Image.Image) -> Image.Image:
    """16-bit and float grey to 8 bits: Pillow's own conversion clips everything above 255 to white."""
    high: Any = image.getextrema()[1]
    top: Any = 65535.0 if image.mode.startswith("I") and high > 255 else 255.0 if high > 1 else 1.0
    return image.convert("F").point(lambda value: value * (255.0 / top) + 0.0).convert("L")
