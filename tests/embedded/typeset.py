"""Pages set in Helvetica with their words collected, for tests of what layout makes of them."""

from __future__ import annotations

import pymupdf

from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import Block
from docparse.schemas.page import PageImage, Picture, Rule, Shape, Word

LOREM = [f"{word}m" for word in ("lore", "ipsu", "dolore", "sita", "amete", "consectetur", "elite", "seddo") * 4]


class Sheet:
    """A page on which text is set in Helvetica, with its words collected."""

    def __init__(self, width: float = 595, height: float = 842) -> None:
        self.width, self.height = width, height
        self.words: list[Word] = []
        self.rules: list[Rule] = []
        self.pictures: list[Picture] = []
        self.shapes: list[Shape] = []
        self.line = 0

    def put(self, x: float, y: float, text: str, size: float = 10, font: str = "helv", style: int = 0) -> float:
        """One line with its baseline at y; returns its right edge."""
        metrics = pymupdf.Font("japan" if font == "ja" else font or "helv")  # OCR names no font
        for part in text.split():
            w = metrics.text_length(part, size)
            self.words.append(
                Word(part, (x, y - 0.9 * size, x + w, y + 0.25 * size), size, font, style, 0, y, self.line)
            )
            x += w + metrics.text_length(" ", size)
        self.line += 1
        return x

    def paragraph(self, x: float, y: float, width: float, words: list[str], size: float = 10) -> float:
        """Words filled into lines; returns the y of the next line."""
        metrics = pymupdf.Font("helv")
        line: list[str] = []
        for word in [*words, ""]:
            if not word or metrics.text_length(" ".join([*line, word]), size) > width:
                self.put(x, y, " ".join(line), size)
                y += 1.2 * size
                line = []
            line.append(word)
        return y

    def blocks(self, tables: tuple[FoundTable, ...] = (), regions: tuple[Region, ...] = ()) -> list[Block]:
        page = PageImage(
            1, 588, 840, self.width, self.height,
            rules=tuple(self.rules), shapes=tuple(self.shapes), pictures=tuple(self.pictures),
        )  # fmt: skip
        return build_blocks(page, self.words, regions, tables)


def texts(blocks: list[Block]) -> list[str]:
    return [getattr(block, "text", "") for block in blocks]


def body(blocks: list[Block]) -> str:
    return " ".join(texts(blocks))
