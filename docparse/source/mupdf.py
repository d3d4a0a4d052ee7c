"""A `PageImage` from a PyMuPDF page: what stands on it, and its pixels at the resolution that reading needs."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Sequence
from typing import Any

import pymupdf
from pymupdf import mupdf

from docparse.errors import DamagedFile, LimitExceeded
from docparse.geometry import area, clip, smart_resize
from docparse.schemas.page import Link, PageImage, Picture, PixelBudget, TextLayer, TextQuality, Word, WordStyle
from docparse.source.drawings import EVERYWHERE, opaque_fills, read_drawings, rules_and_shapes
from docparse.source.fields import with_fields
from docparse.source.notes import read_notes
from docparse.source.protocol import Limits
from docparse.source.tags import read_tags
from docparse.source.text_layer import judge, raw_words
from docparse.source.visibility import hide_unseen

_HIDDEN = int(WordStyle.HIDDEN)
_SCAN_SHARE = 0.5  # of the page under raster images: its pixels are worth that of the images
_MAIN_IMAGE_SHARE = 0.02  # of the page: an image (or strip of one) whose resolution counts
_STAMP_CHARS = 60  # visible text over a page-filling image up to this is a stamp or page number
_FULL_SHARE = 0.8
_MOST_ZOOM = 400 / 72  # pixels per point that show all there is in a drawing: tiny pages are not blown up
_MOST_LINKS, _LONGEST_ADDRESS = 5_000, 8_192
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def read_page(page: pymupdf.Page, number: int, budget: PixelBudget, limits: Limits) -> tuple[PageImage, bytes | None]:
    """What stands on a page, without pixels, and its pixels (RGB rows) as the budget wants them.

    Raises LimitExceeded when the page or an image on it is too large, DamagedFile when it can't be drawn.
    """
    rect = page.rect  # MuPDF is asked for it each time
    width, height = rect.width, rect.height
    check_size(number, width, height, limits)
    display_list = page.get_displaylist()
    words = with_fields(raw_words(page, display_list, (0.0, 0.0, width, height)), page)
    pictures = _facts_of_pictures(page, display_list, words)
    _check_pictures(number, pictures, limits)
    paths, skipped = read_drawings(page, display_list)
    words = hide_unseen(words, display_list, opaque_fills(paths), pictures)
    text, odd = judge(words)
    covered = _covered_share(pictures, width, height)
    text = _without_stamps(text, covered)
    rules, shapes = rules_and_shapes(paths, width, height)
    from_pixels = text.quality is not TextQuality.SOUND
    scan = from_pixels and covered >= _SCAN_SHARE
    zoom = _scale(pictures, width, height) if scan else 0.0
    height_px, width_px = _size(width, height, budget, zoom, from_pixels or (budget.render and text.has_holes))
    pixels = _pixels(display_list, width_px, height_px) if budget.render or from_pixels else None
    links, too_many = _links(page)
    tags = () if from_pixels else read_tags(page, display_list)
    image = PageImage(
        number=number, width_px=width_px, height_px=height_px, width=width, height=height, text=text, rules=rules,
        shapes=shapes, pictures=_pictures(pictures, width, height), links=links, notes=read_notes(page),
        tags=tags, rotation=page.rotation, is_scan=scan, flags=(*skipped, *odd, *too_many),
    )  # fmt: skip
    return image, pixels


def check_size(number: int, width: float, height: float, limits: Limits) -> None:
    """Raises LimitExceeded for a page that no engine could read, DamagedFile for one without a size."""
    if max(width, height) > limits.max_page_points:
        limit = f"max_page_points ({limits.max_page_points:g})"
        raise LimitExceeded(f"page {number} is {width:g} x {height:g} points, more than {limit}", page=number)
    if min(width, height) <= 0:
        raise DamagedFile(f"page {number} has no size", page=number)
    if max(width, height) >= 200 * min(width, height):
        narrow = "one side is over 200 times the other"
        raise LimitExceeded(f"page {number} is {width:g} x {height:g} points: {narrow}", page=number)


def _facts_of_pictures(
    page: pymupdf.Page, display_list: pymupdf.DisplayList, words: Sequence[Word]
) -> list[dict[str, Any]]:
    """MuPDF's facts about the images on a page, inline ones too where there is no text to make do with."""
    if not _has_images(page, display_list) and any(not word.style & _HIDDEN for word in words):
        return []
    found = pymupdf.TextPage(display_list.get_textpage(pymupdf.TEXT_PRESERVE_IMAGES))
    facts: list[dict[str, Any]] = found.extractIMGINFO()
    return facts


class _ImageSpotter(mupdf.FzDevice2):  # type: ignore[misc]
    """Whether a page draws what MuPDF counts as an image."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False
        self.use_virtual_fill_image()
        self.use_virtual_fill_image_mask()
        self.use_virtual_fill_shade()

    def fill_image(self, *_: Any) -> None:
        self.found = True

    def fill_image_mask(self, *_: Any) -> None:
        self.found = True

    def fill_shade(self, *_: Any) -> None:
        self.found = True


def _has_images(page: pymupdf.Page, display_list: pymupdf.DisplayList) -> bool:
    """Whether images stand on the page; its own resources tell most often, asking for all of them takes far longer.

    Those of nested drawings can take the most, so they are asked only where something like an image is drawn at all.
    """
    document, xref = page.parent, page.xref
    try:
        inherited = document.xref_get_key(xref, "Resources")[0] == "null"
        if not inherited and document.xref_get_key(xref, "Resources/XObject")[0] == "null":
            return False
        spotter = _ImageSpotter()
        mupdf.fz_run_display_list(display_list.this, spotter, mupdf.FzMatrix(), EVERYWHERE, mupdf.FzCookie())
        mupdf.fz_close_device(spotter)
        return spotter.found and bool(page.get_images())
    except (RuntimeError, ValueError):  # damaged: the page itself tells
        return True


def _check_pictures(number: int, pictures: Sequence[dict[str, Any]], limits: Limits) -> None:
    for info in pictures:
        if info["width"] * info["height"] > limits.max_image_mpx * 1e6:
            size = f"{info['width']} x {info['height']} pixels"
            limit = f"max_image_mpx ({limits.max_image_mpx:g} megapixels)"
            raise LimitExceeded(f"page {number} holds an image of {size}, more than {limit}", page=number)


def _without_stamps(text: TextLayer, covered: float) -> TextLayer:
    """A page-filling image with a few words over it (a stamp, a page number) is still to be read from its pixels."""
    if text.quality is not TextQuality.SOUND or covered < _FULL_SHARE:
        return text
    seen, hidden = (sum(len(word.text) for word in words) for words in (text.words, text.hidden))
    if seen > max(_STAMP_CHARS, hidden / 4):
        return text
    quality = TextQuality.HIDDEN if text.hidden else TextQuality.ABSENT
    return TextLayer(text.words, quality, "only a few words over a page-filling image", text.hidden)


def _covered_share(pictures: Sequence[dict[str, Any]], width: float, height: float) -> float:
    """Share of the page under images; strips add up, what they overlap counts twice."""
    return min(1.0, sum(area(clip(tuple(info["bbox"]), width, height)) for info in pictures) / (width * height))


def _scale(pictures: Sequence[dict[str, Any]], width: float, height: float) -> float:
    """Pixels per point of the finest image that holds a good part of the page; 0 without one."""
    scales = [0.0]
    for info in pictures:
        x0, y0, x1, y1 = info["bbox"]
        if area(clip((x0, y0, x1, y1), width, height)) >= _MAIN_IMAGE_SHARE * width * height:
            scales.append((info["width"] * info["height"] / ((x1 - x0) * (y1 - y0))) ** 0.5)
    return max(scales)


def _size(width: float, height: float, budget: PixelBudget, scale: float, from_pixels: bool) -> tuple[int, int]:
    """(height, width) in pixels: a scan's own resolution, else all that the budget allows."""
    limit = budget.max_scan_pixels if from_pixels else budget.max_pixels
    zoom = min((limit / (width * height)) ** 0.5, scale or _MOST_ZOOM)
    return smart_resize(height * zoom, width * zoom, min_pixels=budget.min_pixels, max_pixels=limit)


def _pixels(display_list: pymupdf.DisplayList, width_px: int, height_px: int) -> bytes:
    """RGB rows of exactly width_px x height_px: the page is stretched by less than a patch to fill them."""
    whole = display_list.rect
    matrix = pymupdf.Matrix(width_px / whole.width, height_px / whole.height)
    pymupdf.TOOLS.set_icc(True)
    try:
        pixmap = display_list.get_pixmap(matrix=matrix, alpha=0, clip=whole)
    finally:
        pymupdf.TOOLS.set_icc(False)
    if (pixmap.width, pixmap.height) == (width_px, height_px):
        return bytes(pixmap.samples)
    exact = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, width_px, height_px))
    exact.clear_with(255)
    pixmap.set_origin(0, 0)
    exact.copy(pixmap, pymupdf.IRect(0, 0, width_px, height_px))
    return bytes(exact.samples)


def _pictures(pictures: Sequence[dict[str, Any]], width: float, height: float) -> tuple[Picture, ...]:
    placed = ((clip(tuple(info["bbox"]), width, height), info) for info in pictures)
    return tuple(Picture(box, info["width"], info["height"]) for box, info in placed if area(box) > 0)


def _links(page: pymupdf.Page) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """From MuPDF's own chain of links: PyMuPDF's looks through all annotations of the page again at each of its steps.

    "links_skipped" where there are too many, or where an address is longer than any or a rectangle is nowhere.
    """
    links: list[Link] = []
    skipped = False
    with contextlib.suppress(RuntimeError, ValueError, mupdf.FzErrorBase):  # of a damaged file
        link = mupdf.fz_load_links(page.this)
        while link.m_internal and len(links) < _MOST_LINKS:
            rect, uri = link.rect(), link.uri() or ""
            box = (rect.x0, rect.y0, rect.x1, rect.y1)
            if len(uri) > _LONGEST_ADDRESS or not all(map(math.isfinite, box)):
                skipped = True
            else:
                target = 0 if mupdf.fz_is_external_link(uri) else page.parent.resolve_link(uri)[0] + 1
                links.append(Link(box, "" if target > 0 else _address(uri), max(target, 0)))
            link = link.next()
        skipped = skipped or bool(link.m_internal)
    return tuple(links), ("links_skipped",) if skipped else ()


def _address(uri: str) -> str:
    """Without control characters; one without a scheme, of which MuPDF makes a file's, is the web's or a mail's."""
    uri = _CONTROL.sub("", uri.encode("utf-8", "replace").decode()).strip()
    bare = uri.removeprefix("file://")
    if bare == uri or not bare:
        return bare
    return f"http://{bare}" if bare.startswith("www.") else f"mailto:{bare}" if _MAIL.fullmatch(bare) else uri
