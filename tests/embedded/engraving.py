"""Tunes engraved by Verovio and drawn by MuPDF."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray

_DEFINITION = re.compile(r'<svg[^>]*class="definition-scale"[^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>')


def engrave(tune: str, *, font: str = "Leipzig", **options: Any) -> str:
    """SVG of a tune, with all scaling in one group: MuPDF knows no nested view boxes."""
    verovio = pytest.importorskip("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(
        {
            "pageWidth": 2100, "pageHeight": 60000, "adjustPageHeight": True, "scale": 100, "font": font,
            "header": "none", "footer": "none", "xmlIdSeed": 7, **options,
        }
    )  # fmt: skip
    assert toolkit.loadData(tune)
    svg = toolkit.renderToSVG(1)
    size, inner = re.search(r'<svg width="([\d.]+)px"', svg), _DEFINITION.search(svg)
    assert size is not None
    assert inner is not None
    scale = float(size[1]) / float(inner[1])
    head, _, tail = svg.replace(inner[0], f'<g transform="scale({scale})" stroke="black">').rpartition("</svg>")
    body, _, rest = head.rpartition("</svg>")
    return re.sub(r'<ellipse[^>]*rx="90"[^>]*/>', "", f"{body}</g>{rest}</svg>{tail}")  # Verovio's placeholders


def draw(svg: str, width_px: int = 1400) -> NDArray[np.uint8]:
    """Grey pixels of a drawing."""
    page = pymupdf.open(stream=svg.encode(), filetype="svg")[0]
    times = width_px / page.rect.width
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(times, times), colorspace=pymupdf.csGRAY, alpha=False)
    return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width).copy()
