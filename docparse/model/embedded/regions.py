"""Regions of a page by PP-Structure's layout model (PicoDet trained on CDLA), on scans and vector pages alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box, area, inside_share, iou
from docparse.model.embedded.inference import load_model, model_path
from docparse.model.embedded.types import Region, RegionKind
from docparse.schemas.page import PageImage

_INPUT = (608, 800)  # width, height the network was exported for
_STRIDES = (8, 16, 32, 64)
_WIDE = 1.4
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
_MIN_SCORE = 0.4
_NMS_IOU = 0.5
_CROSS_IOU = 0.7
_KINDS: dict[str, RegionKind] = {
    "text": "text", "title": "heading", "figure": "figure", "figure_caption": "caption", "table": "table",
    "table_caption": "caption", "header": "header", "footer": "footer", "reference": "text", "equation": "formula",
}  # fmt: skip


def available() -> bool:
    return model_path("layout") is not None


def detect_regions(page: PageImage, *, min_score: float = _MIN_SCORE) -> list[Region]:
    """Regions in page units, best score first; none without pixels or without the model."""
    if page.pixels is None or not available() or min(page.pixels.shape[:2]) < 2:
        return []
    model = load_model("layout")
    pixels = _on_a_sheet(page.pixels)
    outputs = model(_input(pixels))
    names = [name for name in model.characters if name]
    boxes, scores = _decode(outputs)
    kinds = scores.argmax(axis=1)
    best = scores[np.arange(len(kinds)), kinds]
    sx, sy = page.width / _INPUT[0], page.height / _INPUT[1] * pixels.shape[0] / page.pixels.shape[0]
    found = [
        Region(_KINDS[names[kinds[i]]], _scaled(boxes[i], sx, sy, page), float(best[i]))
        for i in np.argsort(-best)
        if best[i] >= min_score
    ]
    return _suppress(found)


def _on_a_sheet(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A cutting wider than any page, on one: drawn out to the network's shape it would look like a figure."""
    height, width = pixels.shape[:2]
    if width < _WIDE * height:
        return pixels
    sheet = np.full((width * _INPUT[1] // _INPUT[0], width, 3), 255, np.uint8)
    sheet[:height] = pixels
    return sheet


def _input(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    resized = Image.fromarray(pixels).resize(_INPUT, Image.Resampling.BILINEAR, reducing_gap=2.0)
    values = (np.asarray(resized, np.float32) / np.float32(255) - _MEAN) / _STD
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None], np.float32)


def _decode(outputs: list[NDArray[np.float32]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes in network pixels and class scores of all grid points; distances come as distributions (focal loss)."""
    boxes, scores = [], []
    for stride, score, spread in zip(_STRIDES, outputs[:4], outputs[4:], strict=True):
        columns, rows = -(-_INPUT[0] // stride), -(-_INPUT[1] // stride)
        xx, yy = np.meshgrid(np.arange(columns), np.arange(rows))
        centre = (np.stack([xx, yy, xx, yy], axis=-1).reshape(-1, 4) + 0.5) * stride
        bins = spread[0].reshape(len(centre), 4, -1)
        weight = np.exp(bins - bins.max(axis=2, keepdims=True))
        distance = (weight * np.arange(bins.shape[2])).sum(axis=2) / weight.sum(axis=2) * stride
        boxes.append(centre + distance * np.array([-1, -1, 1, 1]))
        scores.append(score[0])
    return np.concatenate(boxes).astype(np.float32), np.concatenate(scores)


def _scaled(box: NDArray[np.float32], sx: float, sy: float, page: PageImage) -> Box:
    x0, y0, x1, y1 = (float(value) for value in box)
    return (max(0.0, x0 * sx), max(0.0, y0 * sy), min(page.width, x1 * sx), min(page.height, y1 * sy))


def _suppress(regions: list[Region]) -> list[Region]:
    """Drop what a better region already covers: the same kind above `_NMS_IOU`, another kind above `_CROSS_IOU`."""
    kept: list[Region] = []
    for region in regions:
        if area(region.bbox) <= 0:
            continue
        doubled = any(
            iou(region.bbox, other.bbox) > (_NMS_IOU if region.kind == other.kind else _CROSS_IOU)
            or (region.kind == other.kind and inside_share(region.bbox, other.bbox) > 0.9)
            for other in kept
        )
        if not doubled:
            kept.append(region)
    return kept
