"""The words of a page that must be read from its pixels."""

from __future__ import annotations

from docparse.geometry import Box
from docparse.model.base import Deadline
from docparse.model.embedded import ocr_rapid, ocr_tesseract
from docparse.model.embedded.ocr_types import OcrLine, OcrResult
from docparse.schemas.page import PageImage, Word

__all__ = ["OcrResult", "read_words"]


def read_words(page: PageImage, *, languages: tuple[str, ...] = (), deadline: Deadline | None = None) -> OcrResult:
    """Words of the page image in page units, line by line, each with the engine's confidence.

    `languages` are Tesseract names ("deu", "rus") or scripts ("Cyrillic"). The page should be upright: see
    `orientation.upright`. Never fails on a page: what could not be read is said in the flags.
    """
    if page.pixels is None or not (ocr_rapid.available() or ocr_tesseract.available()):
        return OcrResult(flags=("ocr_unavailable",))
    if ocr_rapid.available():
        lines, complete = ocr_rapid.read_lines(page.pixels, deadline=deadline)
    else:
        lines, complete = ocr_tesseract.read_lines(page.pixels, languages or ("eng",), deadline=deadline)
    flags = () if complete else ("ocr_incomplete",)
    return OcrResult(_page_words(_sorted(lines), page), flags)


def _sorted(lines: list[OcrLine]) -> list[OcrLine]:
    """Top to bottom, lines side by side from left to right."""
    rows: list[list[OcrLine]] = []
    for line in sorted(lines, key=lambda line: line.bbox[1] + line.bbox[3]):
        middle = (line.bbox[1] + line.bbox[3]) / 2
        if rows and rows[-1][0].bbox[1] < middle < rows[-1][0].bbox[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.bbox[0])]


def _page_words(lines: list[OcrLine], page: PageImage) -> list[Word]:
    words: list[Word] = []
    for number, line in enumerate(lines):
        size = (line.bbox[3] - line.bbox[1]) / page.scale_y * 0.8
        for word in line.words:
            words.append(_word(word.text, page.to_units(word.bbox), size, number, word.confidence, word.space))
    return words


def _word(text: str, bbox: Box, size: float, line: int, confidence: float, space: bool) -> Word:
    baseline = bbox[3] - 0.2 * (bbox[3] - bbox[1])
    return Word(text, bbox, size=size, baseline=baseline, line=line, space=space, confidence=confidence)
