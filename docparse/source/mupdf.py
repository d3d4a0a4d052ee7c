"""A `PageImage` from a PyMuPDF page."""

from __future__ import annotations

import pymupdf

from docparse.errors import LimitExceeded
from docparse.geometry import smart_resize
from docparse.schemas.page import Link, PageImage, Picture, PixelBudget, Rule, Shape, TextQuality
from docparse.source.protocol import Limits
from docparse.source.text_layer import read_text_layer

_RULE_THICKNESS_PT = 3.0


def read_page(page: pymupdf.Page, number: int, budget: PixelBudget, limits: Limits) -> tuple[PageImage, bytes | None]:
    """What stands on a page, without pixels, and its pixels (RGB rows) as the budget wants them.

    Raises LimitExceeded when the page is too large or too narrow.
    """
    width, height = page.rect.width, page.rect.height
    _check_size(number, width, height, limits)
    text = read_text_layer(page)
    pictures = tuple(Picture(tuple(info["bbox"]), info["width"], info["height"]) for info in page.get_image_info())
    rules, shapes = _drawings(page)
    scan = text.quality is not TextQuality.SOUND
    limit = budget.max_scan_pixels if scan else budget.max_pixels
    zoom = (limit / (width * height)) ** 0.5
    height_px, width_px = smart_resize(height * zoom, width * zoom, min_pixels=budget.min_pixels, max_pixels=limit)
    pixels = _pixels(page, width_px, height_px) if budget.render or scan else None
    image = PageImage(
        number=number, width_px=width_px, height_px=height_px, width=width, height=height, text=text, rules=rules,
        shapes=shapes, pictures=pictures, links=_links(page), rotation=page.rotation, is_scan=scan,
    )  # fmt: skip
    return image, pixels


def _check_size(number: int, width: float, height: float, limits: Limits) -> None:
    if max(width, height) > limits.max_page_points:
        limit = f"max_page_points ({limits.max_page_points:g})"
        raise LimitExceeded(f"page {number} is {width:g} x {height:g} points, more than {limit}", page=number)
    if min(width, height) <= 0 or max(width, height) > 200 * min(width, height):
        raise LimitExceeded(f"page {number} is {width:g} x {height:g} points: too narrow to be read", page=number)


def _pixels(page: pymupdf.Page, width_px: int, height_px: int) -> bytes:
    """RGB rows of exactly width_px x height_px: the page's box is stretched by less than a pixel to fill them."""
    matrix = pymupdf.Matrix(width_px / page.rect.width, height_px / page.rect.height)
    pixmap = page.get_pixmap(matrix=matrix, alpha=False)
    if (pixmap.width, pixmap.height) == (width_px, height_px):
        return pixmap.samples
    exact = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, width_px, height_px))
    exact.clear_with(255)
    pixmap.set_origin(0, 0)
    exact.copy(pixmap, pymupdf.IRect(0, 0, width_px, height_px))
    return exact.samples


def _drawings(page: pymupdf.Page) -> tuple[tuple[Rule, ...], tuple[Shape, ...]]:
    rules: list[Rule] = []
    shapes: list[Shape] = []
    for path in page.get_cdrawings():
        filled = "f" in path["type"]
        items = path["items"]
        thickness = path.get("width") or 0.0
        found = []
        for item in items:
            if item[0] == "l":
                (x0, y0), (x1, y1) = item[1], item[2]
                if abs(y1 - y0) <= 1 or abs(x1 - x0) <= 1:
                    found.append(
                        Rule(
                            (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)),
                            abs(y1 - y0) <= abs(x1 - x0),
                            thickness,
                        )
                    )
            elif item[0] == "re":
                x0, y0, x1, y1 = item[1]
                if min(x1 - x0, y1 - y0) <= _RULE_THICKNESS_PT:
                    found.append(Rule((x0, y0, x1, y1), x1 - x0 >= y1 - y0, min(x1 - x0, y1 - y0)))
                elif not filled:
                    found += [
                        Rule((x0, y0, x1, y0), True, thickness), Rule((x0, y1, x1, y1), True, thickness),
                        Rule((x0, y0, x0, y1), False, thickness), Rule((x1, y0, x1, y1), False, thickness),
                    ]  # fmt: skip
        rules += found
        if len(found) < len(items):
            shapes.append(Shape(tuple(path["rect"]), len(items), filled))
    return tuple(rules), tuple(shapes)


def _links(page: pymupdf.Page) -> tuple[Link, ...]:
    return tuple(Link(tuple(link["from"]), link.get("uri", ""), link.get("page", -1) + 1) for link in page.get_links())
