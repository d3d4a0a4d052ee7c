"""Raster images: drawn scenes whose description is known."""

from __future__ import annotations

import io
import random

import numpy as np
from PIL import Image as Raster
from PIL import ImageDraw, ImageFilter

from docparse.schemas.document import Image
from docparse.synth.content.figures import figure
from docparse.synth.piece import Piece

_COLOURS = {
    "red": (196, 52, 45), "blue": (45, 94, 176), "green": (58, 138, 78), "yellow": (226, 187, 60),
    "grey": (120, 120, 125),
    "orange": (222, 128, 48), "purple": (118, 72, 150),
}  # fmt: skip
_SHAPES = ("circle", "square", "triangle")


def picture(rng: random.Random, *, width_pt: int = 200) -> Piece:
    """A photograph-like scene or a few coloured shapes, as JPEG."""
    width, height = 420, rng.randint(240, 340)
    raster, caption = (_landscape if rng.random() < 0.6 else _shapes)(rng, width, height)
    buffer = io.BytesIO()
    raster.save(buffer, "JPEG", quality=82)
    return figure(Image(caption=caption), buffer.getvalue(), "image/jpeg", width_pt, width / height)


def _landscape(rng: random.Random, width: int, height: int) -> tuple[Raster.Image, str]:
    sky, name = rng.choice(
        (((120, 170, 225), "a clear sky"), ((235, 160, 100), "an evening sky"), ((165, 170, 178), "clouds"))
    )
    pixels = np.zeros((height, width, 3))
    fade = np.linspace(0, 1, height)[:, None, None]
    pixels[:] = np.array(sky) * (1 - fade) + 235 * fade
    ridges = rng.randint(2, 4)
    columns = np.arange(width)
    for index in range(ridges):
        level = height * (0.4 + 0.5 * index / ridges)
        line = level + sum(
            rng.uniform(4, 22) * np.sin(columns * rng.uniform(0.006, 0.04) + rng.uniform(0, 6.28)) for _ in range(4)
        )
        shade = np.array((70, 105, 80)) * (1.2 - 0.7 * index / ridges)
        pixels[np.arange(height)[:, None] >= line[None, :]] = shade
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 7, pixels.shape)
    raster = Raster.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
    return raster.filter(ImageFilter.GaussianBlur(0.8)), f"Landscape with {ridges} ridges of hills under {name}"


def _shapes(rng: random.Random, width: int, height: int) -> tuple[Raster.Image, str]:
    raster = Raster.new("RGB", (width, height), (232, 230, 222))
    draw = ImageDraw.Draw(raster)
    names = rng.sample(list(_COLOURS), 3)
    found = []
    for index, name in enumerate(names):
        x, y, r = int(width * (0.2 + 0.3 * index)), height // 2 + rng.randint(-25, 25), rng.randint(35, 55)
        shape = rng.choice(_SHAPES)
        if shape == "circle":
            draw.ellipse((x - r, y - r, x + r, y + r), fill=_COLOURS[name])
        elif shape == "square":
            draw.rectangle((x - r, y - r, x + r, y + r), fill=_COLOURS[name])
        else:
            draw.polygon(((x, y - r), (x - r, y + r), (x + r, y + r)), fill=_COLOURS[name])
        found.append(f"a {name} {shape}")
    return raster, f"Drawing of {found[0]}, {found[1]} and {found[2]} side by side"
