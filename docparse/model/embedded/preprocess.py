"""Page pixels made easier to read: size, ink, skew, straightening."""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from docparse.model.embedded.inference import model_path
from docparse.model.embedded.ocr_detect import detect_text
from docparse.schemas.page import PageImage

_SIDE_PX = 1000
_SMALL_PX, _LINE_PX, _TIMES = 600, 22, 3  # longer side of a picture and height of a line that are small
_MAX_SKEW_DEG = 8.0
_MIN_SKEW_DEG = 0.35
_MIN_GAIN = 1.15  # sharpness of the line profile against the page as it is
_AROUND_PX, _DARKER = 10, 20  # to each side of a pixel, and of 255, by which ink is darker than what is around it
_MIN_POINTS = 1500  # edges of ink: some lines of text
_MAX_POINTS = 60_000


def grey(pixels: NDArray[np.uint8], side_px: int | None = None) -> NDArray[np.uint8]:
    """Luminance of an RGB image, its longer side reduced to `side_px`."""
    image = Image.fromarray(pixels).convert("L")
    if side_px is not None and max(image.size) > side_px:
        image.thumbnail((side_px, side_px), Image.Resampling.BOX)
    return np.asarray(image)


def darkest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The least of each pixel's red, green and blue; `min(axis=2)` takes 25 times as long."""
    return np.minimum(np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def line_ink(strip: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the strip of a line is printed, be it dark on light or light on dark."""
    shade = darkest(strip).astype(np.int16)
    off = np.abs(shade - np.median(shade[::2, ::2]))
    mask: NDArray[np.bool_] = np.greater(off, 0.5 * np.percentile(off[::2, ::2], 98))
    return mask


def enlarged(page: PageImage) -> PageImage:
    """A small picture of small print at three times its size, at which letters of five pixels are read better."""
    if page.pixels is None or max(page.width_px, page.height_px) >= _SMALL_PX or model_path("text-detection") is None:
        return page
    heights = [box.bbox[3] - box.bbox[1] for box in detect_text(page.pixels)]
    if not heights or median(heights) >= _LINE_PX:
        return page
    size = (_TIMES * page.width_px, _TIMES * page.height_px)
    image = Image.fromarray(page.pixels).resize(size, Image.Resampling.BICUBIC)
    return page.replace(pixels=np.asarray(image), width_px=size[0], height_px=size[1])


def otsu(values: NDArray[np.uint8]) -> int:
    """Threshold that parts a grey image best in two (Otsu 1979); ink is at or below it on light paper."""
    # by Pillow, which counts bytes as they are; np.bincount makes them eight times as wide first
    count = np.array(Image.fromarray(np.atleast_2d(values)).histogram(), np.float64)
    below = np.cumsum(count)
    mean = np.cumsum(count * np.arange(256))
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (mean[-1] * below / below[-1] - mean) ** 2 / (below * (below[-1] - below))
    spread[~np.isfinite(spread)] = 0
    return int(spread.argmax())


def ink_mask(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where there is ink: the rarer side of the threshold. All false on an even page."""
    low, high = int(values.min()), int(values.max())
    if high - low < 24:
        return np.zeros(values.shape, np.bool_)
    mask = values <= otsu(values)
    return mask if np.count_nonzero(mask) <= mask.size / 2 else ~mask


def skew(pixels: NDArray[np.uint8]) -> float:
    """Degrees by which the lines of text fall to the right (clockwise), 0 where they run straight or there are none.

    Ink is projected across the lines for every angle; at the right one the profile is sharpest (Postl 1986). Lines may
    run across or down the page.
    """
    small = grey(pixels, _SIDE_PX)
    y, x = _edges(_darker(small))  # shadows and dark panels have next to none
    if len(y) < _MIN_POINTS:
        y, x = _edges(ink_mask(small))
    if len(y) < _MIN_POINTS:
        return 0.0
    if len(y) > _MAX_POINTS:
        chosen = np.linspace(0, len(y) - 1, _MAX_POINTS).astype(np.intp)
        y, x = y[chosen], x[chosen]
    across, down = _sharpest(y, x), _sharpest(x, y)
    angle, gain, _ = across if across[2] >= down[2] else (-down[0], down[1], down[2])
    return angle if abs(angle) >= _MIN_SKEW_DEG and gain >= _MIN_GAIN else 0.0


def _darker(values: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where a grey image is darker than what is around."""
    around = np.asarray(Image.fromarray(values).filter(ImageFilter.BoxBlur(_AROUND_PX)), np.int16)
    return np.asarray(around - values > _DARKER, np.bool_)


def _edges(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns where level runs of ink begin and end."""
    y, x = np.nonzero(mask[:, 1:] != mask[:, :-1])
    return y, x


def _sharpest(along: NDArray[np.intp], across: NDArray[np.intp]) -> tuple[float, float, float]:
    """(degrees, sharpness over that at 0 degrees, and over that at most angles) of lines that run along `across`.

    Borders, bars and the blocks of JPEG are sharp in themselves, but hardly sharper at one angle than at others.
    """
    coarse = np.arange(-_MAX_SKEW_DEG, _MAX_SKEW_DEG + 0.25, 0.5)
    found = [sharpness(along, across, angle) for angle in coarse]
    middle = float(coarse[int(np.argmax(found))])
    fine = np.arange(middle - 0.4, middle + 0.45, 0.1)
    angle = float(fine[int(np.argmax([sharpness(along, across, angle) for angle in fine]))])
    best, level, usual = sharpness(along, across, angle), sharpness(along, across, 0.0), float(np.median(found))
    return angle, best / level if level else 1.0, best / usual if usual else 0.0


def sharpness(along: NDArray[np.intp], across: NDArray[np.intp], degrees: float) -> float:
    """How sharply the points gather in lines that fall by so many degrees."""
    shifted = along - across * np.tan(np.radians(degrees))
    profile = np.bincount((shifted - shifted.min()).astype(np.intp)).astype(np.float64)
    return float((np.diff(profile) ** 2).sum())


def straighten(pixels: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The image turned counter-clockwise about its centre, its size kept, corners filled with its paper colour."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    paper = tuple(int(value) for value in np.median(border, axis=0))
    turned = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=paper)
    return np.asarray(turned)
