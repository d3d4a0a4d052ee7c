"""Pictures of other programs on the page: a drawing as SVG or a raster image."""

from __future__ import annotations

import base64
import re

from docparse.schemas.document import Block
from docparse.synth.piece import Piece

_VIEW_BOX = re.compile(r"viewBox=['\"]([\d.+-]+)[ ,]+([\d.+-]+)[ ,]+([\d.]+)[ ,]+([\d.]+)")


def figure(block: Block, data: bytes, media_type: str, width_pt: float, shape: float) -> Piece:
    """A picture, at most as wide as its column and centred in it; `shape` is its width divided by its height."""
    source = base64.b64encode(data).decode()
    size = f"width:{width_pt:g}pt;aspect-ratio:{shape:.5g}"
    return Piece(block, f'<div class="figure"><img style="{size}" src="data:{media_type};base64,{source}"></div>')


def svg_figure(block: Block, svg: str, width_pt: float) -> Piece:
    """A drawing; its shape is read from its viewBox (ValueError without one)."""
    found = _VIEW_BOX.search(svg)
    if found is None:
        raise ValueError("the drawing has no viewBox")
    return figure(block, svg.encode(), "image/svg+xml", width_pt, float(found[3]) / float(found[4]))
