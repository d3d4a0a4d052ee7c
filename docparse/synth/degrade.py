"""Pages as scans: skew, blur, noise, JPEG, low resolution, shadows, stamps, fax; the boxes follow the skew."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from docparse.geometry import Box
from docparse.schemas.document import Block, Document, ListBlock, Page, Table
from docparse.synth.truth import snapped

_SKEW_DEGREES = 2.0  # more would push the running lines off the page
_SHARE = 0.7  # chance of each wished degradation on a page
_STAMPS = ("COPY", "PAID", "RECEIVED", "DRAFT", "APPROVED")


def scan_document(
    document: Document, pdf: bytes, degradations: tuple[str, ...], rng: random.Random, *, dpi: int
) -> tuple[bytes, Document]:
    """(PDF of page images without text, its truth). Every page suffers some of `degradations`, at least one."""
    pages = []
    with pymupdf.open(stream=pdf, filetype="pdf") as source, pymupdf.open() as scanned:
        for page, drawn in zip(document.pages, source, strict=True):
            pixmap = drawn.get_pixmap(dpi=dpi, alpha=False)
            image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
            chosen = [name for name in degradations if rng.random() < _SHARE] or [rng.choice(degradations)]
            angle = rng.uniform(0.3, _SKEW_DEGREES) * rng.choice((-1, 1)) if "skew" in chosen else 0.0
            data = _encoded(worn(image, chosen, rng, angle), chosen, rng)
            target = scanned.new_page(width=page.width, height=page.height)
            target.insert_image(target.rect, stream=data)
            pages.append(_turned_page(page, angle, chosen))
        content = scanned.tobytes(garbage=3, deflate=True, no_new_id=True)
    name = document.source.name.removesuffix(".pdf") + ".scan.pdf"
    source_info = document.source.model_copy(update={"name": name})
    options = {**document.options, "degrade": list(degradations), "dpi": dpi}
    return content, document.model_copy(update={"pages": pages, "source": source_info, "options": options})


def worn(image: Image.Image, names: list[str], rng: random.Random, angle: float) -> Image.Image:
    """The page as a bad scanner sees it; `angle` in degrees, counter-clockwise."""
    if "stamp" in names:
        image = _stamp(image, rng)
    if angle:
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=_corner(image))
    for name, effect in _EFFECTS.items():
        if name in names:
            image = effect(image, rng)
    return image


def _corner(image: Image.Image) -> tuple[int, ...]:
    colour = image.getpixel((2, 2))
    return colour if isinstance(colour, tuple) else (255, 255, 255)


def _encoded(image: Image.Image, names: list[str], rng: random.Random) -> bytes:
    buffer = io.BytesIO()
    if "fax" in names:
        image.convert("1").save(buffer, "PNG", optimize=True)
    else:
        image.save(buffer, "JPEG", quality=rng.randint(25, 55) if "jpeg" in names else 88)
    return buffer.getvalue()


def _shadow(image: Image.Image, rng: random.Random) -> Image.Image:
    """Light that falls off to one side, as at the spine of a book."""
    width, height = image.size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    turn = rng.uniform(0, 2 * math.pi)
    along = (x - 0.5) * math.cos(turn) + (y - 0.5) * math.sin(turn) + 0.5
    light = 1 - rng.uniform(0.25, 0.5) * np.clip(along, 0, 1) ** 2
    return _image(np.asarray(image) * light[:, :, None])


def _lowres(image: Image.Image, rng: random.Random) -> Image.Image:
    share = rng.uniform(0.5, 0.7)
    small = image.resize((int(image.width * share), int(image.height * share)), Image.Resampling.BILINEAR)
    return small.resize(image.size, Image.Resampling.BILINEAR)


def _blur(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.1)))


def _noise(image: Image.Image, rng: random.Random) -> Image.Image:
    """Grain, and specks of dust."""
    source = np.random.default_rng(rng.getrandbits(64))
    pixels = np.asarray(image).astype(np.float32)
    grain = source.standard_normal(pixels.shape[:2], dtype=np.float32)[:, :, None]
    pixels = pixels + grain * rng.uniform(4, 14)
    specks = source.random(pixels.shape[:2], dtype=np.float32) < 0.0004
    pixels[specks] = 40
    return _image(pixels)


def _fax(image: Image.Image, rng: random.Random) -> Image.Image:
    """Black and white only."""
    limit = rng.randint(120, 170)
    return image.convert("L").point([255 * (value > limit) for value in range(256)])


def _image(pixels: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _stamp(image: Image.Image, rng: random.Random) -> Image.Image:
    """A framed word in thin ink across some of the page."""
    width = image.width // 4
    font = ImageFont.load_default(size=width // 5)
    plate = Image.new("L", (width, width // 3), 0)
    draw = ImageDraw.Draw(plate)
    draw.rectangle((2, 2, width - 3, width // 3 - 3), outline=255, width=max(2, width // 60))
    draw.text((width / 2, width / 6), rng.choice(_STAMPS), font=font, fill=255, anchor="mm")
    plate = plate.rotate(rng.uniform(-30, 30), expand=True, resample=Image.Resampling.BICUBIC)
    colour = rng.choice(((180, 30, 40), (35, 60, 160), (40, 110, 60)))
    place = (rng.randint(0, image.width - plate.width), rng.randint(0, max(0, image.height - plate.height)))
    image = image.copy()
    image.paste(colour, place, plate.point([value * 3 // 5 for value in range(256)]))
    return image


_EFFECTS: dict[str, Callable[[Image.Image, random.Random], Image.Image]] = {
    "lowres": _lowres, "blur": _blur, "shadow": _shadow, "noise": _noise, "fax": _fax,
}  # fmt: skip


# -- truth


def _turned_page(page: Page, angle: float, names: list[str]) -> Page:
    """The page's truth with every box turned about the middle of the page."""
    blocks = [_turned(block, page, angle) for block in page.blocks]
    flags = [f"degraded:{name}" for name in names]
    return page.model_copy(update={"blocks": blocks, "text_layer": "absent", "flags": flags})


def _turned(block: Block, page: Page, angle: float) -> Block:
    changes: dict[str, object] = {"bbox": turned_box(block.bbox, page, angle)}
    if isinstance(block, Table):
        changes["cells"] = [c.model_copy(update={"bbox": turned_box(c.bbox, page, angle)}) for c in block.cells]
    elif isinstance(block, ListBlock):
        changes["items"] = [i.model_copy(update={"bbox": turned_box(i.bbox, page, angle)}) for i in block.items]
    return block.model_copy(update=changes)


def turned_box(box: Box | None, page: Page, angle: float) -> Box | None:
    """The upright box around a box turned by `angle` degrees (counter-clockwise) about the page's middle."""
    if box is None or not angle:
        return box
    x, y = page.width / 2, page.height / 2
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    corners = [(px - x, py - y) for px in (box[0], box[2]) for py in (box[1], box[3])]
    xs = [x + px * c + py * s for px, py in corners]
    ys = [y - px * s + py * c for px, py in corners]
    return snapped((min(xs), min(ys), max(xs), max(ys)), page)
