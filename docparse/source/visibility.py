"""Which words of a text layer nobody sees: in the colour of their ground, or under something drawn later.

Geometry alone can't tell (clips, soft masks, white text on a dark cell), so suspects are looked up in a small render.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pymupdf
from pymupdf import mupdf

from docparse.geometry import Box, area, centre, contains_point, inside_share, union
from docparse.schemas.page import Word, WordStyle
from docparse.source.drawings import EVERYWHERE

if TYPE_CHECKING:
    from PIL import Image

_HIDDEN = int(WordStyle.HIDDEN)
_LIGHT = 200  # every channel of a colour that may vanish on paper
_COVER_LEAST_PT2 = 60.0  # a smaller fill or image hides no word
_CELL_PT, _STRIP_PT, _FARTHEST_PT = 72.0, 16.0, 20_000.0
_PART = 0.15  # of a line that a fill must cover to count for the line
_MOSTLY = 0.7  # of a word's box, which is taller than its letters
_FAR, _MOST_LOGGED = 6, 4000
_EDGE_PT = 1.5  # between fills side by side a line of the ground may show
_CONTRAST = 14  # of 255, between ink and ground in a word's box
_DARK, _BAR = 110, "█"
_LOOK_PIXELS = 1_200_000
_UNIT = mupdf.FzRect(mupdf.FzRect.Fixed_UNIT)
_PAINT = ("fill-path", "fill-image", "fill-shade")


def hide_unseen(
    words: list[Word], display_list: pymupdf.DisplayList, covers: Sequence[Box], pictures: Sequence[dict[str, Any]]
) -> list[Word]:  # fmt: skip
    """The words, those that can't be seen marked.

    `covers` are the boxes of the page's opaque fills, `pictures` MuPDF's facts about its images; display coordinates.
    """
    seen = [place for place, word in enumerate(words) if not word.style & _HIDDEN]
    light = {colour for colour in {word.colour for word in words} if _light(colour)}
    suspects = {place: [words[place].bbox] for place in seen if words[place].colour in light} if light else {}
    barred: set[int] = set()
    opaque = [tuple(info["bbox"]) for info in pictures if not info.get("has-mask")]
    if _may_cover(words, seen, [*covers, *opaque]):
        under_fill, partly, under_image, free = _drawn_over(display_list, opaque)
        covered: dict[int, list[Box]] = {}
        filled_texts, barred_texts = Strips(under_fill), Strips(partly)
        for place in seen if under_fill or partly or under_image else ():
            middle = x, y = centre(words[place].bbox)
            if any(contains_point(box, *middle) for box in under_image):
                words[place] = words[place]._replace(style=words[place].style | _HIDDEN)
                continue
            under = filled_texts.around(x, y)
            if under:
                tightest = min(under, key=area)
                over = (box for box in free if area(box) < area(tightest) and contains_point(box, *middle))
                if next(over, None) is None:
                    covered[place] = under_fill[tightest]
            elif partly:  # a bar over some words of a line
                bars = [
                    bar for text in barred_texts.around(x, y) for bar in partly[text]
                    if bar[0] <= x <= bar[2] and bar[1] <= y <= bar[3]  # as one over most of the word does
                    and inside_share(words[place].bbox, bar) > _MOSTLY
                ]  # fmt: skip
                if bars:
                    covered[place] = bars
                    barred.add(place)
        above = [words[place].bbox for place in seen if place not in covered] if covered else []
        suspects |= {place: _parts(words[place].bbox, fills, above) for place, fills in covered.items()}
    if suspects:
        for place, shade in _without_contrast(words, suspects, display_list).items():
            word = words[place]
            if place in barred and shade < _DARK:
                words[place] = word._replace(text=_BAR * len(word.text))  # blackened: what is seen is a bar
            else:
                words[place] = word._replace(style=word.style | _HIDDEN)
    return words


class Strips:
    """Boxes by the strips across the page that they touch, so that few are looked at for a point."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._strips: dict[int, list[Box]] = {}
        for box in boxes:
            for strip in range(_strip(box[1]), _strip(box[3]) + 1):
                self._strips.setdefault(strip, []).append(box)

    def around(self, x: float, y: float) -> list[Box]:
        """Those that hold the point, in their order."""
        near = self._strips.get(_strip(y), ())
        return [box for box in near if box[0] <= x <= box[2] and box[1] <= y <= box[3]]


def _strip(y: float) -> int:
    return int(min(max(y, 0.0), _FARTHEST_PT) // _STRIP_PT)


def _parts(box: Box, fills: Sequence[Box], above: Sequence[Box]) -> list[Box]:
    """What of a word's box lies well within the fills over it and under no other word; all of it if that is little."""
    if not any(inside_share(box, fill) > 0.9 for fill in fills):
        inner = [(x0 + _EDGE_PT, y0 + _EDGE_PT, x1 - _EDGE_PT, y1 - _EDGE_PT) for x0, y0, x1, y1 in fills]
        parts = [clipped for fill in inner if (clipped := _common(box, fill)) is not None]
    else:
        parts = [box]
    x0, y0, x1, y1 = box
    for other in [other for other in above if other[0] < x1 and x0 < other[2] and other[1] < y1 and y0 < other[3]]:
        parts = [rest for part in parts for rest in _beside(part, other)]
    return parts if sum(map(area, parts)) > 0.5 * area(box) else [box]


def _common(a: Box, b: Box) -> Box | None:
    x0, y0, x1, y1 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _beside(part: Box, other: Box) -> list[Box]:
    """What of a box lies on the left and on the right of another."""
    x0, y0, x1, y1 = part
    sides = [(x0, y0, min(x1, other[0] - 0.5), y1), (max(x0, other[2] + 0.5), y0, x1, y1)]
    return [side for side in sides if side[2] - side[0] > 1]


def _light(colour: int) -> bool:
    return colour & 255 >= _LIGHT and colour >> 8 & 255 >= _LIGHT and colour >> 16 & 255 >= _LIGHT


def _may_cover(words: Sequence[Word], seen: Iterable[int], covers: Sequence[Box]) -> bool:
    large = [box for box in covers if area(box) >= _COVER_LEAST_PT2]
    if not large:
        return False
    middles = [centre(words[place].bbox) for place in seen]
    return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in large for x, y in middles)


class _Log(mupdf.FzDevice2):  # type: ignore[misc]
    """Kind and box of what a page paints, in its order: `Page.get_bboxlog` without strokes, from a display list."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, Box]] = []
        self.use_virtual_fill_path()
        self.use_virtual_fill_text()
        self.use_virtual_stroke_text()
        self.use_virtual_fill_shade()
        self.use_virtual_fill_image()

    def _add(self, kind: str, rect: Any) -> None:
        self.entries.append((kind, (rect.x0, rect.y0, rect.x1, rect.y1)))

    def fill_path(self, _context: Any, path: Any, _even_odd: Any, ctm: Any, *_: Any) -> None:
        self._add("fill-path", mupdf.ll_fz_bound_path(path, None, ctm))

    def fill_text(self, _context: Any, text: Any, ctm: Any, *_: Any) -> None:
        self._add("fill-text", mupdf.ll_fz_bound_text(text, None, ctm))

    def stroke_text(self, _context: Any, text: Any, stroke: Any, ctm: Any, *_: Any) -> None:
        self._add("stroke-text", mupdf.ll_fz_bound_text(text, stroke, ctm))

    def fill_shade(self, _context: Any, shade: Any, ctm: Any, *_: Any) -> None:
        self._add("fill-shade", mupdf.ll_fz_bound_shade(shade, ctm))

    def fill_image(self, _context: Any, _image: Any, ctm: Any, *_: Any) -> None:
        self._add("fill-image", mupdf.ll_fz_transform_rect(_UNIT.internal(), ctm))


def _drawn_over(
    display_list: pymupdf.DisplayList, opaque: Sequence[Box]
) -> tuple[dict[Box, list[Box]], dict[Box, list[Box]], list[Box], list[Box]]:  # fmt: skip
    """Boxes of text that fills are drawn over, with these; of text of which some is; under an image; all else."""
    device = _Log()
    mupdf.fz_run_display_list(display_list.this, device, mupdf.FzMatrix(), EVERYWHERE, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    log = device.entries
    texts: dict[tuple[int, int], list[Box]] = {}  # by the cell of the page in which their middle lies
    partly: dict[Box, list[Box]] = {}
    under_image: set[Box] = set()
    wide = {_key(box) for box in opaque}
    reach = _FAR if len(log) < _MOST_LOGGED else 1  # a bar may lie far from the middle of its line
    for kind, box in log:
        if kind in ("fill-text", "stroke-text"):
            x, y = centre(box)
            texts.setdefault((int(x // _CELL_PT), int(y // _CELL_PT)), []).append(box)
            under_image.discard(box)
        elif kind in _PAINT and texts and area(box) >= _COVER_LEAST_PT2:
            under = _under(box, texts, reach)
            if kind == "fill-image" and _key(box) in wide:
                under_image.update(text for text, share in under if share > 0.9)
            else:
                for text, _ in under:
                    partly.setdefault(text, []).append(box)
    # cells of a table, side by side, may cover together what none of them covers alone
    covered = {text: fills for text, fills in partly.items() if _covers(fills, text)}
    free = [box for cell in texts.values() for box in cell if box not in covered] if covered else []
    rest = {text: fills for text, fills in partly.items() if text not in covered}
    return covered, rest, list(under_image), free


def _covers(fills: Sequence[Box], text: Box) -> bool:
    shares = (inside_share(text, fill) for fill in fills)
    return sum(share for share in shares if share > _PART) > 0.9


def _under(box: Box, texts: dict[tuple[int, int], list[Box]], reach: int) -> list[tuple[Box, float]]:
    """Boxes of text that lie under the box, and how much of each."""
    x0, y0, x1, y1 = (int(side // _CELL_PT) for side in box)
    near = [cell for cell in texts if x0 - reach <= cell[0] <= x1 + reach and y0 <= cell[1] <= y1]
    left, top, right, bottom = box
    touched = (
        text for cell in near for text in texts[cell]
        if text[0] < right and left < text[2] and text[1] < bottom and top < text[3]
    )  # fmt: skip
    shares = ((text, inside_share(text, box)) for text in touched)
    return [(text, share) for text, share in shares if share > 0]


def _key(box: Box) -> tuple[int, ...]:
    return tuple(round(side / 2) for side in box)


def _without_contrast(
    words: Sequence[Word], suspects: Mapping[int, Sequence[Box]], display_list: pymupdf.DisplayList
) -> dict[int, int]:
    """Those of the words in whose boxes (or parts of them) the rendered page is of one colour, with its lightness."""
    whole = display_list.rect
    zoom = min(1.5, (_LOOK_PIXELS / max(1.0, whole.width * whole.height)) ** 0.5)
    unseen: dict[int, int] = {}
    for band in _bands(words, sorted(suspects)):
        unseen |= _even({place: suspects[place] for place in band}, display_list, zoom)
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


def _even(boxes: Mapping[int, Sequence[Box]], display_list: pymupdf.DisplayList, zoom: float) -> dict[int, int]:
    from PIL import Image

    x0, y0, x1, y1 = union(box for parts in boxes.values() for box in parts)
    clip = pymupdf.Rect(x0 - 1, y0 - 1, x1 + 1, y1 + 1) & display_list.rect
    pixmap = display_list.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=0, clip=clip)
    if not pixmap.width or not pixmap.height:
        return {}
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    origin = (pixmap.x, pixmap.y)
    shades = {place: [_shade(image, origin, part, zoom) for part in parts] for place, parts in boxes.items()}
    return {place: max(found) for place, found in shades.items() if min(found) >= 0}


def _shade(image: Image.Image, origin: tuple[int, int], box: Box, zoom: float) -> int:
    """The lightest channel of a box that is of one colour, else -1."""
    x0, y0, x1, y1 = (side * zoom for side in box)
    inset = 0.2 * (y1 - y0)
    left, top = round(x0), round(y0 + inset)
    right, bottom = max(left + 1, round(x1)), max(top + 1, round(y1 - inset))
    crop = image.crop((left - origin[0], top - origin[1], right - origin[0], bottom - origin[1]))
    bands: Any = crop.getextrema()
    return max(high for _, high in bands) if max(high - low for low, high in bands) < _CONTRAST else -1
