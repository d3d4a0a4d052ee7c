"""Overlay PDF: the original pages with a coloured, labelled box around every block."""

from __future__ import annotations

import functools
import io
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pymupdf
from PIL import Image, UnidentifiedImageError

from docparse.errors import DamagedFile, FileMissing
from docparse.geometry import Box
from docparse.schemas.document import Block, Document, Page
from docparse.source.images import displayed

Colour = tuple[float, float, float]
_COLOURS: dict[str, Colour] = {
    "heading": (0.80, 0.10, 0.10),
    "paragraph": (0.10, 0.35, 0.80),
    "list": (0.00, 0.55, 0.60),
    "table": (0.90, 0.45, 0.00),
    "chart": (0.55, 0.25, 0.75),
    "formula": (0.75, 0.10, 0.55),
    "image": (0.10, 0.55, 0.15),
    "music": (0.45, 0.35, 0.10),
    "chemistry": (0.35, 0.50, 0.00),
    "code": (0.30, 0.30, 0.30),
    "caption": (0.20, 0.60, 0.85),
    "footnote": (0.50, 0.50, 0.20),
}
_RUNNING: Colour = (0.55, 0.55, 0.55)
_CELL: Colour = (0.95, 0.70, 0.40)
_LABEL_PT = 5.5
_POINTS_PER_PX = 0.5  # image inputs: 144 pixels an inch
_MAX_SIDE_PT = 14_400.0
BROKEN = (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase)  # what MuPDF raises on a damaged file


def to_overlay(document: Document, original: str | Path | bytes, *, password: str | None = None) -> bytes:
    """PDF of the parsed pages with boxes and labels (reading order and kind) drawn on them.

    `original` is the file that was parsed, a PDF or an image (its frames become pages). A page that can't be drawn
    stays white under its boxes. Raises FileMissing, or DamagedFile when the original can't be opened at all.
    """
    placed: dict[int, list[tuple[Block, Box]]] = defaultdict(list)
    for number, block in ((page.number, block) for page in document.pages for block in page.blocks):
        for part in block.parts:
            placed[part.page].append((block, part.bbox))
        if not block.parts and block.bbox is not None:
            placed[number].append((block, block.bbox))
    with pymupdf.open() as out:
        with open_original(original, password) as source:
            for page in document.pages:
                draw_page(out, source, page)
                _draw_boxes(out[-1], page, placed[page.number])
        if not len(out):
            out.new_page()
        data: bytes = out.tobytes(garbage=3, deflate=True)
    return data


Original = pymupdf.Document | Image.Image


@contextmanager
def open_original(original: str | Path | bytes, password: str | None) -> Iterator[Original]:
    """The file that was parsed, from memory. Raises FileMissing or DamagedFile."""
    data = original if isinstance(original, bytes) else _read(Path(original))
    if b"%PDF" in data[:1024]:
        try:
            pdf = pymupdf.open(stream=data, filetype="pdf")
            if pdf.needs_pass and not pdf.authenticate(password or ""):
                raise ValueError("it is encrypted, and the password does not open it")
            pdf.bake()  # annotations and form fields become part of the pages
        except BROKEN as error:
            raise DamagedFile(f"the original can't be opened for the overlay: {error}") from None
        with pdf:
            yield pdf
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(data))
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise DamagedFile(f"the original can't be opened for the overlay: {error}") from None
        with image:
            yield image


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(f"{path}: {error.strerror or error}") from None


def draw_page(out: pymupdf.Document, source: Original, page: Page) -> None:
    """Append the original page to `out`, upright, or a white page of its size."""
    count = len(out)
    try:
        if isinstance(source, Image.Image):
            _append_image(out, source, page)
        else:
            shown = source[page.number - 1]
            new = out.new_page(width=_side(shown.rect.width), height=_side(shown.rect.height))
            # as a form on an upright page: rotation and crop box of the original then need no further thought
            rotation = shown.rotation
            shown.set_rotation(0)
            new.show_pdf_page(new.rect, source, page.number - 1, rotate=-rotation)
    except (*BROKEN, OSError, SyntaxError, EOFError):
        if len(out) <= count:
            out.new_page(width=_side(page.width or 595), height=_side(page.height or 842))


def _append_image(out: pymupdf.Document, image: Image.Image, page: Page) -> None:
    image.seek(page.number - 1)
    frame = displayed(image)
    factor = min(_POINTS_PER_PX, _MAX_SIDE_PT / max(frame.size))
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=85)
    new = out.new_page(width=max(frame.width * factor, 3.0), height=max(frame.height * factor, 3.0))
    new.insert_image(new.rect, stream=buffer.getvalue())


def _side(units: float) -> float:
    return min(max(units, 3.0), _MAX_SIDE_PT)


def _draw_boxes(target: pymupdf.Page, page: Page, placed: Sequence[tuple[Block, Box]]) -> None:
    """Boxes of cells, and those of blocks and of the parts of blocks that began on a page before."""
    shape = target.new_shape()
    labels = pymupdf.TextWriter(target.rect)  # insert_text forgets its font where the original has one of that name
    across = target.rect.width / page.width if page.width > 0 else 1.0
    down = target.rect.height / page.height if page.height > 0 else 1.0
    scaled = pymupdf.Matrix(across, down)
    for block in page.blocks:
        for cell in getattr(block, "cells", ()):
            if cell.bbox is not None:
                shape.draw_rect(pymupdf.Rect(cell.bbox) * scaled)
                shape.finish(color=_CELL, width=0.3)
    for block, box in placed:
        colour = _COLOURS.get(block.kind, _RUNNING)
        shape.draw_rect(pymupdf.Rect(box) * scaled)
        shape.finish(color=colour, width=0.9, fill=colour, fill_opacity=0.06)
        corner = pymupdf.Point(box[0] * across, box[1] * down)
        _label(shape, labels, corner, _label_text(block), colour)
    shape.commit()
    if placed:
        labels.write_text(target, color=(1, 1, 1))


def _label_text(block: Block) -> str:
    level = f" {block.level}" if block.kind == "heading" else ""
    sure = f" {block.confidence:.2f}" if block.confidence is not None else ""
    return f"{block.order} {block.kind}{level}{sure}"


def _label(shape: pymupdf.Shape, labels: pymupdf.TextWriter, corner: pymupdf.Point, text: str, colour: Colour) -> None:
    """White text on a strip of the box's colour, just above the box where there is room."""
    font = _font()
    width = font.text_length(text, fontsize=_LABEL_PT) + 2
    height = _LABEL_PT + 1.5
    top = max(corner.y - height, 0.0)
    left = max(min(corner.x, labels.rect.width - width), 0.0)
    shape.draw_rect(pymupdf.Rect(left, top, left + width, top + height))
    shape.finish(color=None, fill=colour, fill_opacity=0.85)
    labels.append(pymupdf.Point(left + 1, top + height - 2), text, font=font, fontsize=_LABEL_PT)


@functools.cache
def _font() -> pymupdf.Font:
    return pymupdf.Font("helv")
