"""Pages that lie on their side, stand on their head or were scanned askew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, clip, union
from docparse.model.embedded import ocr_rapid, ocr_tesseract, orientation_net, preprocess
from docparse.model.embedded.bend import Bend, find_bend, levelled
from docparse.model.embedded.ground import evened
from docparse.model.embedded.ocr_detect import TextBox, detect_text, sampled
from docparse.schemas.page import PageImage, Tag, TextQuality

Turn = orientation_net.Turn
_TURNS: tuple[Turn, ...] = (0, 90, 180, 270)
_OSD_CONFIDENCE = 2.0
_SURE = 0.88  # mean confidence of strips that are read the right way up
_PROBES = 5
_LEAST_LETTERS = 30.0
_PROBE_ASPECT = 18.0


@dataclass(frozen=True, slots=True)
class Pose:
    """How a page was set upright: straightened by `skew` degrees, its lines levelled, turned clockwise by `turn`.

    `width` and `height` are those of the displayed page, in its units.
    """

    turn: Turn = 0
    skew: float = 0.0
    width: float = 0.0
    height: float = 0.0
    bend: Bend | None = None

    def __bool__(self) -> bool:
        return bool(self.turn or self.skew or self.bend)

    @property
    def flags(self) -> tuple[str, ...]:
        turned = (f"turned:{self.turn}",) if self.turn else ()
        skewed = (f"deskewed:{self.skew:.1f}",) if self.skew else ()
        return (*turned, *skewed, *(("levelled",) if self.bend else ()))

    def back(self, box: Box) -> Box:
        """A box of the upright page on the displayed page: the smallest upright rectangle around it."""
        x0, y0, x1, y1 = turn_box(box, self.turn, self.width, self.height)
        if self.bend:
            x0, y0, x1, y1 = self.bend.back((x0, y0, x1, y1), self.width, self.height)
        if not self.skew:
            return clip((x0, y0, x1, y1), self.width, self.height) if self.bend else (x0, y0, x1, y1)
        sine, cosine = math.sin(math.radians(self.skew)), math.cos(math.radians(self.skew))
        cx, cy = self.width / 2, self.height / 2
        corners = ((x - cx, y - cy) for x in (x0, x1) for y in (y0, y1))
        points = [(cx + x * cosine - y * sine, cy + x * sine + y * cosine) for x, y in corners]
        return clip(union((x, y, x, y) for x, y in points), self.width, self.height)


def upright(page: PageImage) -> tuple[PageImage, Pose]:
    """The page with its pixels upright and its lines level, and what was done to it.

    Only pages that are read from pixels are changed; a page with a sound text layer comes back as it is. On a turned
    page rules, shapes, pictures and links are turned too. `Pose.back` puts results on the displayed page again.
    """
    if page.pixels is None or (page.text.quality is TextQuality.SOUND and page.text.words):
        return page, Pose()
    pixels = page.pixels
    even = evened(page).pixels
    assert even is not None
    skew = preprocess.skew(pixels)
    if skew:
        straight = preprocess.straighten(pixels, skew)
        pixels, skew = (straight, skew) if _has_lines(straight) else (pixels, 0.0)
    bend = None
    if even is not page.pixels:  # no scanner made this, so that it may be a photograph
        bend = find_bend(preprocess.straighten(even, skew) if skew else even)
    if bend is not None:
        level = levelled(pixels, bend)
        pixels, bend = (level, bend) if _has_lines(level) else (pixels, None)
    turned, turn = _turned(page.replace(pixels=pixels), pixels)
    return turned, Pose(turn, skew, page.width, page.height, bend)


def _turned(page: PageImage, pixels: NDArray[np.uint8]) -> tuple[PageImage, Turn]:
    """The page set upright. A likely turn is tried first: where the lines read well, they need not be found again."""
    if ocr_rapid.available() and (turn := orientation_net.likely_turn(pixels)):
        turned = turn_page(page, turn)
        if turned.pixels is not None and _reads_well(turned.pixels):
            return turned, turn
    turn = detect_turn(pixels)
    return turn_page(page, turn), turn


def _reads_well(pixels: NDArray[np.uint8]) -> bool:
    boxes = detect_text(pixels)
    return _letters(boxes) >= _LEAST_LETTERS and not _lie(boxes) and _legibility(pixels, boxes, 0) >= _SURE


def turn_page(page: PageImage, turn: Turn) -> PageImage:
    """The page turned clockwise, with everything on it."""
    if turn == 0:
        return page
    w, h = page.width, page.height
    swap = turn in (90, 270)

    def there(box: Box) -> Box:
        return _turn(box, turn, w, h)

    def turned(tag: Tag) -> Tag:
        return tag._replace(lines=tuple(map(there, tag.lines)), kids=tuple(map(turned, tag.kids)))

    return page.replace(
        pixels=None if page.pixels is None else np.ascontiguousarray(np.rot90(page.pixels, -turn // 90)),
        width_px=page.height_px if swap else page.width_px, height_px=page.width_px if swap else page.height_px,
        width=h if swap else w, height=w if swap else h,
        rules=tuple(r._replace(bbox=there(r.bbox), horizontal=r.horizontal != swap) for r in page.rules),
        shapes=tuple(s._replace(bbox=there(s.bbox)) for s in page.shapes),
        pictures=tuple(
            p._replace(bbox=there(p.bbox), width_px=p.height_px if swap else p.width_px,
                       height_px=p.width_px if swap else p.height_px)
            for p in page.pictures
        ),
        links=tuple(link._replace(bbox=there(link.bbox)) for link in page.links),
        tags=tuple(turned(tag) for tag in page.tags),
    )  # fmt: skip


def turn_box(box: Box, turn: Turn, width: float, height: float) -> Box:
    """A box of a page that was turned clockwise, on the displayed page of `width` x `height` again."""
    if turn in (90, 270):
        return _turn(box, 270 if turn == 90 else 90, height, width)
    return _turn(box, turn, width, height)


def _turn(box: Box, turn: int, width: float, height: float) -> Box:
    """A box on a sheet of `width` x `height` after the sheet was turned clockwise."""
    x0, y0, x1, y1 = box
    if turn == 90:
        return (height - y1, x0, height - y0, x1)
    if turn == 180:
        return (width - x1, height - y1, width - x0, height - y0)
    if turn == 270:
        return (y0, width - x1, y1, width - x0)
    return box


def detect_turn(pixels: NDArray[np.uint8]) -> Turn:
    """Degrees clockwise that make the text stand upright; 0 when nothing says otherwise.

    Some lines are read both ways round, which settles it for the scripts the recogniser knows; for the others
    Tesseract's own detection is asked when it is installed.
    """
    scores: dict[Turn, float] = {}
    if ocr_rapid.available():
        boxes = detect_text(pixels)
        if _letters(boxes) < _LEAST_LETTERS:
            return 0
        for turn in (_TURNS[1], _TURNS[3]) if _lie(boxes) else (_TURNS[0], _TURNS[2]):
            scores[turn] = _legibility(pixels, boxes, turn)
            if scores[turn] >= _SURE:
                return turn
    found = ocr_tesseract.orientation_and_script(preprocess.grey(pixels, 2000))
    if found is not None and found[1] >= _OSD_CONFIDENCE:
        return _TURNS[found[0] // 90 % 4]
    best = max(scores, key=lambda turn: scores[turn], default=_TURNS[0])
    return best if scores and scores[best] > 0.7 and scores[best] > 1.2 * min(scores.values()) else 0


def _has_lines(pixels: NDArray[np.uint8]) -> bool:
    """Whether there is text enough for a skew to mean something: drawings have slanted lines of their own."""
    if not ocr_rapid.available():
        return True
    boxes = detect_text(pixels)
    return _letters(boxes) >= 3 * _LEAST_LETTERS and sum(_length(box) > 4 * _thickness(box) for box in boxes) >= 3


def _lie(boxes: Sequence[TextBox]) -> bool:
    """Whether most of the lines run up or down the page."""
    return sum(_length(box) for box in boxes if _tall(box)) > 0.6 * sum(_length(box) for box in boxes)


def _letters(boxes: Sequence[TextBox]) -> float:
    """Roughly how many letters the boxes hold."""
    return sum(1.5 * _length(box) / _thickness(box) for box in boxes)


def _legibility(pixels: NDArray[np.uint8], boxes: Sequence[TextBox], turn: Turn) -> float:
    """Mean confidence of some lines when the page is turned so; as it is, of those that the reader starts with."""
    if turn == 0:
        return _sureness(pixels, sampled(boxes))
    ranked = sorted(boxes, key=_length, reverse=True)
    chosen = ranked[len(ranked) // 6 :][:_PROBES]
    height, width = pixels.shape[:2]
    turned = np.rot90(pixels, -turn // 90)
    probes = [TextBox(_head(_turn(box.bbox, turn, width, height)), box.score) for box in chosen]
    return _sureness(np.ascontiguousarray(turned), probes)


def _sureness(pixels: NDArray[np.uint8], probes: Sequence[TextBox]) -> float:
    """How well the lines read, 0 to 1: the mean confidence, less where few letters come out for their length."""
    lines, _ = ocr_rapid.recognise(pixels, probes)
    letters = sum(len(line.text) for line in lines)
    wanted = sum(0.6 * (p.bbox[2] - p.bbox[0]) / (p.bbox[3] - p.bbox[1]) for p in probes)
    sure = sum(line.confidence * len(line.text) for line in lines) / max(1, letters)
    return sure * min(1.0, letters / max(1.0, wanted))


def _head(box: Box) -> Box:
    """The start of a long line: enough to tell."""
    x0, y0, x1, y1 = box
    return (x0, y0, min(x1, x0 + _PROBE_ASPECT * (y1 - y0)), y1)


def _tall(box: TextBox) -> bool:
    x0, y0, x1, y1 = box.bbox
    return y1 - y0 > 1.5 * (x1 - x0)


def _thickness(box: TextBox) -> float:
    x0, y0, x1, y1 = box.bbox
    return max(1.0, min(x1 - x0, y1 - y0))


def _length(box: TextBox) -> float:
    x0, y0, x1, y1 = box.bbox
    return max(x1 - x0, y1 - y0)
