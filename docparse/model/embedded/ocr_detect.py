"""Text lines in a page image: PP-OCRv6's detector and the shapes in its probability map.

Differentiable binarisation (Liao et al. 2020): every connected area of the map is a shrunken line; its rectangle is
grown again by area x ratio / perimeter. Components and rectangles are found with numpy alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box, iou, union
from docparse.model.embedded.inference import load_model

SIDE_PX = 1280  # longest side the detector sees
_MULTIPLE = 32
_THRESHOLD = 0.3
_BOX_SCORE = 0.55
_UNCLIP = 1.6
_MIN_SIDE = 3
_MAX_LINES = 3000
# height of most lines as the detector sees them: below the first some are missed, at the second none is
_LEAST_LINE_PX, _GOOD_LINE_PX = 13.5, 18.0
_LOOKS, _NEARLY = 2, 0.95  # further looks, and the scale that is as good as whole
_BLIND = 3.0  # how much closer the next look is after one that saw nothing
_LONG = 2.2  # height over width of an image that is no sheet but a long strip
_MOST_WIDTH_PX, _BAND_SHARED_PX = 1600, 160
_SAME, _NEAR = 0.3, 400
_TORN, _ONE_LINE, _TALLER = (
    0.4,
    0.8,
    1.35,
)  # heights that the two parts of a torn line share, across, along, and differ by
_PIECE = 6.0  # heights below which a line is a piece torn off another
_SAMPLE = 10  # lines that tell what a page is


@dataclass(frozen=True, slots=True)
class TextBox:
    """An upright rectangle around a line of text (pixels of the image), and the detector's score."""

    bbox: Box
    score: float


class _Last(NamedTuple):
    image: NDArray[np.uint8] | None
    boxes: list[TextBox]


_last = _Last(None, [])


def detect_text(image: NDArray[np.uint8]) -> list[TextBox]:
    """Boxes of text lines in an RGB image, unordered. Lines should run roughly level.

    The last image's are remembered: orientation, reading and figures ask for the same page.
    """
    global _last  # noqa: PLW0603
    last = _last
    if last.image is not image:
        last = _last = _Last(image, whole_lines(_detect(image)))
    return list(last.boxes)


def sampled(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Some longer lines from all over the page."""
    ranked = sorted(boxes, key=lambda box: box.bbox[0] - box.bbox[2])
    longer = ranked[: max(_SAMPLE, len(ranked) // 2)]
    return longer[:: max(1, len(longer) // _SAMPLE)][:_SAMPLE]


def _detect(image: NDArray[np.uint8]) -> list[TextBox]:
    height, width = image.shape[:2]
    scale = min(1.0, SIDE_PX / max(height, width))
    boxes = _detect_at(image, scale)
    for _ in range(_LOOKS):
        if scale >= _NEARLY or not (wanted := _better_scale(boxes, scale, height / width)):
            break
        scale = min(1.0, wanted, _MOST_WIDTH_PX / width)
        boxes = _detect_in_bands(image, scale)
    return boxes


def whole_lines(boxes: list[TextBox]) -> list[TextBox]:
    """The boxes, those that lie over each other's ends on one line as one: the tear goes through a letter or two."""
    found: list[TextBox] = []
    open_ends: list[TextBox] = []  # those that reach beyond the left edge of the next one
    for box in sorted(boxes, key=lambda box: box.bbox[0]):
        open_ends = [other for other in open_ends if other.bbox[2] > box.bbox[0]]
        left = next((other for other in open_ends if _is_torn(other.bbox, box.bbox)), None)
        if left is not None:
            found.remove(left)
            open_ends.remove(left)
            box = TextBox(union((left.bbox, box.bbox)), min(left.score, box.score))
        found.append(box)
        open_ends.append(box)
    return found if len(found) < len(boxes) else boxes


def _is_torn(left: Box, right: Box) -> bool:
    low, high = sorted((left[3] - left[1], right[3] - right[1]))
    across = min(left[3], right[3]) - max(left[1], right[1])
    along = left[2] - right[0]
    shorter = min(left[2] - left[0], right[2] - right[0])  # two long ones are lines of neighbouring columns
    return (
        shorter < _PIECE * low
        and high < _TALLER * low
        and across > _ONE_LINE * low
        and along > _TORN * low
        and right[2] > left[2]
    )


def _better_scale(boxes: Sequence[TextBox], scale: float, tallness: float) -> float:
    """The scale at which the lines that were seen would be tall enough to see all of them; 0 where they are."""
    if not boxes:
        return scale * _BLIND if tallness > _LONG else 0.0
    seen = median(box.bbox[3] - box.bbox[1] for box in boxes) * scale
    return scale * _GOOD_LINE_PX / max(seen, _MIN_SIDE) if seen < _LEAST_LINE_PX else 0.0


def _detect_in_bands(image: NDArray[np.uint8], scale: float) -> list[TextBox]:
    """Lines of a large image, band by band; a line that the edge of a band cuts is whole in the next one."""
    height = image.shape[0]
    tall = min(height, round(SIDE_PX / scale))
    shared = min(tall // 3, round(_BAND_SHARED_PX / scale))
    found: list[TextBox] = []
    for top in range(0, max(1, height - shared), tall - shared):
        bottom = min(height, top + tall)
        for box in _detect_at(image[top:bottom], scale):
            x0, y0, x1, y1 = box.bbox
            cut = (y0 < 1 and top > 0) or (y1 > bottom - top - 1 and bottom < height)
            moved = (x0, y0 + top, x1, y1 + top)
            if not (cut and y1 - y0 < shared) and not any(iou(moved, other.bbox) > _SAME for other in found[-_NEAR:]):
                found.append(TextBox(moved, box.score))
    return found


def _detect_at(image: NDArray[np.uint8], scale: float) -> list[TextBox]:
    height, width = image.shape[:2]
    h = max(_MULTIPLE, round(height * scale / _MULTIPLE) * _MULTIPLE)
    w = max(_MULTIPLE, round(width * scale / _MULTIPLE) * _MULTIPLE)
    resized = Image.fromarray(image).resize((w, h), Image.Resampling.BILINEAR, reducing_gap=2.0)
    batch = np.asarray(resized, np.float32).transpose(2, 0, 1)[None] / np.float32(127.5) - np.float32(1)
    probability = load_model("text-detection")(np.ascontiguousarray(batch))[0][0, 0]
    return boxes_of_map(probability, width / w, height / h, (width, height))


def boxes_of_map(
    probability: NDArray[np.float32], scale_x: float, scale_y: float, size: tuple[int, int]
) -> list[TextBox]:
    """Rectangles of the connected areas of a probability map, scaled to the image of `size` (width, height)."""
    mask = probability > _THRESHOLD
    areas, boxes = components(mask)
    cumulated = np.pad(np.cumsum(np.cumsum(probability, 0, dtype=np.float64), 1), ((1, 0), (1, 0)))
    found: list[TextBox] = []
    for area, (x0, y0, x1, y1) in zip(areas[:_MAX_LINES], boxes[:_MAX_LINES], strict=True):
        w, h = x1 - x0, y1 - y0
        if min(w, h) < _MIN_SIDE:
            continue
        total = cumulated[y1, x1] - cumulated[y0, x1] - cumulated[y1, x0] + cumulated[y0, x0]
        score = float(total / area)  # of its own area: the upright box of a slanting line is mostly paper
        if score < _BOX_SCORE:
            continue
        grow = w * h * _UNCLIP / (2 * (w + h))
        bbox = (
            max(0.0, (x0 - grow) * scale_x), max(0.0, (y0 - grow) * scale_y),
            min(float(size[0]), (x1 + grow) * scale_x), min(float(size[1]), (y1 + grow) * scale_y),
        )  # fmt: skip
        found.append(TextBox(bbox, min(1.0, score)))
    return found


def components(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Connected areas (8 neighbours) of a mask: their pixel counts and boxes (x0, y0, x1, y1), end exclusive."""
    return components_of_runs(level_runs(mask), mask.shape[0])


def components_of_runs(runs: NDArray[np.int64], height: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`components` of the mask of this height that consists of these `level_runs`."""
    if not len(runs):
        return np.zeros(0, np.int64), np.zeros((0, 4), np.int64)
    label = join_runs(runs, height)
    order = np.argsort(label, kind="stable")
    label, runs = label[order], runs[order]
    starts = np.flatnonzero(np.concatenate(([True], label[1:] != label[:-1])))
    y, x0, x1 = runs[:, 0], runs[:, 1], runs[:, 2]
    area = np.add.reduceat(x1 - x0, starts)
    boxes = np.stack(
        [
            np.minimum.reduceat(x0, starts), np.minimum.reduceat(y, starts),
            np.maximum.reduceat(x1, starts), np.maximum.reduceat(y, starts) + 1,
        ], axis=1,
    )  # fmt: skip
    return area, boxes


def level_runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Horizontal runs as rows (y, x0, x1), top to bottom."""
    height, width = mask.shape
    flat = np.zeros(height * (width + 1) + 1, np.bool_)  # one row after the other, a blank before each
    flat[:-1].reshape(height, width + 1)[:, 1:] = mask
    edges = np.flatnonzero(flat[1:] != flat[:-1])  # starts and ends take turns
    y, x0 = np.divmod(edges[::2], width + 1)
    return np.stack([y, x0, x0 + edges[1::2] - edges[::2]], axis=1)


def join_runs(runs: NDArray[np.int64], height: int, *, diagonal: bool = True) -> NDArray[np.int64]:
    """A label for every run, equal where runs of neighbouring rows touch, be it at corners where `diagonal` is set.

    It is the first run's place of all that hang together: labels that meet are put under the lower one until none do.
    """
    y, x0, x1 = runs[:, 0], runs[:, 1], runs[:, 2]
    first = np.searchsorted(y, np.arange(height + 1))
    wide = int(x1.max()) + 2
    key_start, key_end = y * wide + x0, y * wide + x1
    # runs of the next row that touch run i: those that end at or after its start and start at or before its end
    low = np.searchsorted(key_end, key_start + wide, side="left" if diagonal else "right")
    high = np.searchsorted(key_start, key_end + wide, side="right" if diagonal else "left")
    low = np.maximum(low, first[np.minimum(y + 1, height)])
    count = np.maximum(high - low, 0)
    left = np.repeat(np.arange(len(runs)), count)
    right = np.repeat(low, count) + np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count)
    label = np.arange(len(runs))
    while len(left):
        one, other = label[left], label[right]
        np.minimum.at(label, np.maximum(one, other), np.minimum(one, other))
        label = _followed(label)
        apart = label[left] != label[right]
        left, right = left[apart], right[apart]
    return label


def _followed(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """Labels of labels, to the last."""
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return label
        label = further
