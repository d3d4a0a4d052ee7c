"""Searchable PDF: the original pages with the recognised text on them, invisible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymupdf

from docparse.export.overlay import draw_page, open_original
from docparse.export.text import block_text
from docparse.geometry import Box
from docparse.schemas.document import Block, Document, ListBlock, Page, Table

_INVISIBLE = 3  # PDF text render mode
_MIN_PT, _MAX_PT = 1.0, 72.0


def to_searchable(document: Document, original: str | Path | bytes, *, password: str | None = None) -> bytes:
    """PDF of the parsed pages whose text can be searched and copied: invisible, each block's in its box.

    A page with a sound text layer of its own is taken over as it is. Errors are those of `to_overlay`.
    """
    fonts: dict[str, pymupdf.Font] = {}
    with pymupdf.open() as out:
        with open_original(original, password) as source:
            for page in document.pages:
                draw_page(out, source, page)
                if page.text_layer != "sound":
                    _write_text(out[-1], page, fonts)
        if not len(out):
            out.new_page()
        data: bytes = out.tobytes(garbage=3, deflate=True)
    return data


def _write_text(target: pymupdf.Page, page: Page, fonts: dict[str, pymupdf.Font]) -> None:
    across = target.rect.width / page.width if page.width > 0 else 1.0
    down = target.rect.height / page.height if page.height > 0 else 1.0
    writer = pymupdf.TextWriter(target.rect)
    wrote = False
    for block in page.blocks:
        for text, box in _pieces(block):
            scaled = pymupdf.Rect(box[0] * across, box[1] * down, box[2] * across, box[3] * down)
            wrote = _place(writer, text, scaled, fonts) or wrote
    if wrote:
        writer.write_text(target, render_mode=_INVISIBLE)


def _pieces(block: Block) -> Iterator[tuple[str, Box]]:
    """(text, box) of the smallest parts that have a box of their own."""
    parts = block.cells if isinstance(block, Table) else block.items if isinstance(block, ListBlock) else []
    boxed = [(part.text, part.bbox) for part in parts if part.bbox is not None]
    if boxed and len(boxed) == len(parts):
        yield from boxed
    elif block.bbox is not None:
        yield block_text(block), block.bbox


def _place(writer: pymupdf.TextWriter, text: str, box: pymupdf.Rect, fonts: dict[str, pymupdf.Font]) -> bool:
    """Lay the words out in lines that fill the box, each line as wide as the box."""
    words = text.split()
    if not words or box.is_empty:
        return False
    font = _font(text, fonts)
    size, lines = _fit(words, box, font)
    wrote = False
    for number, line in enumerate(lines):
        baseline = box.y0 + (number + 0.8) * box.height / len(lines)
        try:
            writer.append(pymupdf.Point(box.x0, baseline), line + " ", font=font, fontsize=size)
            wrote = True
        except (ValueError, RuntimeError):  # a character that no font of MuPDF has
            continue
    return wrote


def _fit(words: list[str], box: pymupdf.Rect, font: pymupdf.Font) -> tuple[float, list[str]]:
    """Size and lines: the size at which the text as one line, broken at the box's width, fills its height."""
    whole = " ".join(words)
    length = font.text_length(whole, fontsize=1.0) or 1.0
    size = min(max((box.width * box.height / (length * 1.2)) ** 0.5, _MIN_PT), _MAX_PT, max(box.height, _MIN_PT))
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for word in words:
        width = font.text_length(word + " ", fontsize=size)
        if line and used + width > box.width * 1.05:
            lines.append(" ".join(line))
            line, used = [], 0.0
        line.append(word)
        used += width
    return size, [*lines, " ".join(line)]


def _font(text: str, fonts: dict[str, pymupdf.Font]) -> pymupdf.Font:
    """Helvetica for Latin text, MuPDF's built-in CJK font for the rest."""
    name = "helv" if all(ord(char) < 0x250 or not char.isalpha() for char in text) else "cjk"
    if name not in fonts:
        fonts[name] = pymupdf.Font(name)
    return fonts[name]
