"""Lines that PP-OCRv6 found, read by Tesseract: cut out, stacked to one tall image, and put back where they were.

Tesseract's own page analysis fails on photographs and sparse pages; its reading of a single line does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box, union
from docparse.model.base import Deadline
from docparse.model.embedded import ocr_tesseract, preprocess
from docparse.model.embedded.ocr_types import OcrLine, OcrWord

_HEIGHT_PX = 56
_GAP_PX = 28
_MAX_WIDTH = 2400
_MARGIN = 0.06  # of the line's height, cut away on both sides again: the detector's boxes are generous
_ONE_BLOCK, _DPI = 6, 300  # Tesseract's page segmentation mode: a uniform block of text


@dataclass(frozen=True, slots=True)
class _Placed:
    """A strip in the stacked image: where its line was, where it begins, and by how much it was scaled."""

    box: Box
    top: int
    scale: float


def read_boxes(
    image: NDArray[np.uint8], boxes: Sequence[Box], langs: tuple[str, ...], *, deadline: Deadline | None = None
) -> list[OcrLine]:
    """Read the boxes (pixels of `image`) as one line each; those in which nothing was read are left out."""
    if not boxes:
        return []
    stacked, places = _stack(preprocess.grey(image), boxes)
    lines, _ = ocr_tesseract.read_lines(stacked, langs, psm=_ONE_BLOCK, dpi=_DPI, deadline=deadline)
    words: dict[int, list[OcrWord]] = {}
    for line in lines:
        for word in line.words:
            at = int((word.bbox[1] + word.bbox[3]) / 2) // (_HEIGHT_PX + _GAP_PX)
            if at < len(places):
                words.setdefault(at, []).append(word._replace(bbox=_back(word.bbox, places[at])))
    return [_line(words[at]) for at in sorted(words)]


def read_signs(
    image: NDArray[np.uint8], boxes: Sequence[Box], langs: tuple[str, ...], *, deadline: Deadline | None = None
) -> list[tuple[str, float]]:
    """The signs in the boxes (pixels of `image`), one line each, and the confidence of each."""
    if not boxes:
        return []
    stacked, _ = _stack(preprocess.grey(image), boxes)
    return ocr_tesseract.read_signs(stacked, langs, psm=_ONE_BLOCK, dpi=_DPI, deadline=deadline)


def _stack(values: NDArray[np.uint8], boxes: Sequence[Box]) -> tuple[NDArray[np.uint8], list[_Placed]]:
    strips: list[Image.Image] = []
    places: list[_Placed] = []
    page = Image.fromarray(values)
    for number, box in enumerate(boxes):
        cut = (box[3] - box[1]) * _MARGIN
        area = (round(box[0]), round(box[1] + cut), max(round(box[0]) + 1, round(box[2])), max(1, round(box[3] - cut)))
        crop = page.crop((area[0], area[1], area[2], max(area[1] + 1, area[3])))
        scale = min(_HEIGHT_PX / crop.height, _MAX_WIDTH / crop.width)
        size = (max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
        strips.append(crop.resize(size, Image.Resampling.BICUBIC))
        places.append(_Placed((area[0], area[1], area[2], area[3]), _GAP_PX + number * (_HEIGHT_PX + _GAP_PX), scale))
    width = max(strip.width for strip in strips) + 2 * _GAP_PX
    sheet = Image.new("L", (width, _GAP_PX + len(strips) * (_HEIGHT_PX + _GAP_PX)), 255)
    for strip, place in zip(strips, places, strict=True):
        sheet.paste(_light(strip), (_GAP_PX, place.top))
    return np.asarray(sheet), places


def _light(strip: Image.Image) -> Image.Image:
    """Dark text on white, contrast stretched to the full range."""
    values = np.asarray(strip, np.float32)
    low, high = np.percentile(values, (2, 98))
    stretched = np.clip((values - low) / max(1.0, float(high - low)), 0, 1) * 255
    edge = np.concatenate([stretched[0], stretched[-1]])
    if np.median(edge) < 96:
        stretched = 255 - stretched
    return Image.fromarray(stretched.astype(np.uint8))


def _back(box: Box, place: _Placed) -> Box:
    x0, y0 = place.box[0], place.box[1]
    return (
        x0 + (box[0] - _GAP_PX) / place.scale, y0 + (box[1] - place.top) / place.scale,
        x0 + (box[2] - _GAP_PX) / place.scale, y0 + (box[3] - place.top) / place.scale,
    )  # fmt: skip


def _line(words: list[OcrWord]) -> OcrLine:
    confidence = float(np.mean([word.confidence for word in words]))
    return OcrLine(tuple(words), union(word.bbox for word in words), confidence, tight=True)
