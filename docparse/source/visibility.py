"""Which words of a text layer nobody sees: in the colour of their ground, or under something drawn later.

Geometry alone can't tell (clips, soft masks, white text on a dark cell), so suspects are looked up in a small render.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pymupdf

from docparse.geometry import Box, area, centre, contains_point, inside_share, union
from docparse.schemas.page import Word, WordStyle

_HIDDEN = int(WordStyle.HIDDEN)
_LIGHT = 200  # every channel of a colour that may vanish on paper
_COVER_LEAST_PT2 = 60.0  # a smaller fill or image hides no word
_CELL_PT = 72.0
_CONTRAST = 14  # of 255, between ink and ground in a word's box
_LOOK_PIXELS = 1_200_000
_PAINT = ("fill-path", "fill-image", "fill-shade")


def hide_unseen(
    words: list[Word], page: pymupdf.Page, display_list: pymupdf.DisplayList, covers: Sequence[Box],
    pictures: Sequence[dict[str, Any]],
) -> list[Word]:  # fmt: skip
    """The words, those that can't be seen marked.

    `covers` are the boxes of the page's opaque fills, `pictures` MuPDF's facts about its images; display coordinates.
    """
    seen = [place for place, word in enumerate(words) if not word.style & _HIDDEN]
    suspects = {place for place in seen if words[place].colour and _light(words[place].colour)}
    opaque = [tuple(info["bbox"]) for info in pictures if not info.get("has-mask")]
    if _may_cover(words, seen, [*covers, *opaque]):
        under_fill, under_image = _drawn_over(page, covers, opaque)
        for place in seen:
            middle = centre(words[place].bbox)
            if any(contains_point(box, *middle) for box in under_image):
                words[place] = words[place]._replace(style=words[place].style | _HIDDEN)
            elif any(contains_point(box, *middle) for box in under_fill):
                suspects.add(place)
    if suspects:
        for place in _without_contrast(words, sorted(suspects), display_list):
            words[place] = words[place]._replace(style=words[place].style | _HIDDEN)
    return words


def _light(colour: int) -> bool:
    return colour & 255 >= _LIGHT and colour >> 8 & 255 >= _LIGHT and colour >> 16 & 255 >= _LIGHT


def _may_cover(words: Sequence[Word], seen: Iterable[int], covers: Sequence[Box]) -> bool:
    large = [box for box in covers if area(box) >= _COVER_LEAST_PT2]
    if not large:
        return False
    middles = [centre(words[place].bbox) for place in seen]
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in large for x, y in middles)


def _drawn_over(
    page: pymupdf.Page, covers: Sequence[Box], opaque: Sequence[Box]
) -> tuple[list[Box], list[Box]]:  # fmt: skip
    """Boxes of the text that a fill, and of that which an opaque image, is drawn over."""
    turn = page.rotation_matrix if page.rotation else None
    log = [(kind, tuple(pymupdf.Rect(box) * turn) if turn else box) for kind, box in page.get_bboxlog()]
    texts: dict[tuple[int, int], list[Box]] = {}  # by the cell of the page in which their middle lies
    under_fill: set[Box] = set()
    under_image: set[Box] = set()
    wide = {_key(box) for box in opaque}
    for kind, box in log:
        if kind in ("fill-text", "stroke-text"):
            x, y = centre(box)
            texts.setdefault((int(x // _CELL_PT), int(y // _CELL_PT)), []).append(box)
            under_image.discard(box)
        elif kind in _PAINT and texts and area(box) >= _COVER_LEAST_PT2:
            under = _inside(box, texts)
            if kind == "fill-image" and _key(box) in wide:
                under_image.update(under)
            else:
                under_fill.update(under)
    return list(under_fill), list(under_image)


def _inside(box: Box, texts: dict[tuple[int, int], list[Box]]) -> list[Box]:
    x0, y0, x1, y1 = (int(side // _CELL_PT) for side in box)
    near = [cell for cell in texts if x0 <= cell[0] <= x1 and y0 <= cell[1] <= y1]
    return [text for cell in near for text in texts[cell] if inside_share(text, box) > 0.9]


def _key(box: Box) -> tuple[int, ...]:
    return tuple(round(side / 2) for side in box)


def _without_contrast(words: Sequence[Word], places: Sequence[int], display_list: pymupdf.DisplayList) -> list[int]:
    """Those of the words in whose boxes the rendered page is of one colour."""
    whole = display_list.rect
    zoom = min(1.5, (_LOOK_PIXELS / max(1.0, whole.width * whole.height)) ** 0.5)
    unseen: list[int] = []
    for band in _bands(words, places):
        unseen += _even(words, band, display_list, zoom)
    return unseen


def _bands(words: Sequence[Word], places: Sequence[int]) -> list[list[int]]:
    """The places of words that stand far from others, down the page, apart: only what is looked at is rendered."""
    bands: list[list[int]] = []
    end = 0.0
    for place in sorted(places, key=lambda place: words[place].bbox[1]):
        _, y0, _, y1 = words[place].bbox
        if bands and y0 <= end + _CELL_PT:
            bands[-1].append(place)
        else:
            bands.append([place])
        end = y1 if len(bands[-1]) == 1 else max(end, y1)
    return bands


def _even(words: Sequence[Word], places: Sequence[int], display_list: pymupdf.DisplayList, zoom: float) -> list[int]:
    from PIL import Image

    x0, y0, x1, y1 = union(words[place].bbox for place in places)
    clip = pymupdf.Rect(x0 - 1, y0 - 1, x1 + 1, y1 + 1) & display_list.rect
    pixmap = display_list.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=0, clip=clip)
    if not pixmap.width or not pixmap.height:
        return []
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    even = []
    for place in places:
        x0, y0, x1, y1 = (side * zoom for side in words[place].bbox)
        inset = 0.2 * (y1 - y0)
        left, top = round(x0), round(y0 + inset)
        box = (left, top, max(left + 1, round(x1)), max(top + 1, round(y1 - inset)))
        crop = image.crop((box[0] - pixmap.x, box[1] - pixmap.y, box[2] - pixmap.x, box[3] - pixmap.y))
        bands: Any = crop.getextrema()
        if max(high - low for low, high in bands) < _CONTRAST:
            even.append(place)
    return even
