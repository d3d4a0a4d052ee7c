"""PP-OCRv6: boxes of text to lines of words (Latin, Chinese, Japanese), with numpy and Pillow around the two models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.base import Deadline
from docparse.model.embedded.inference import Model, load_model, load_quick_model, model_path
from docparse.model.embedded.ocr_decode import Decoded, Decoder
from docparse.model.embedded.ocr_detect import TextBox, detect_text
from docparse.model.embedded.ocr_leaders import has_room, with_leaders
from docparse.model.embedded.ocr_mend import run_together, with_letters
from docparse.model.embedded.ocr_raised import with_indices
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.preprocess import line_ink
from docparse.model.embedded.script import is_unspaced

_LINE_PX = 48  # height of the strips the recogniser reads
_STEP_PX = 8  # strip pixels per column of its answer
_LARGE_PX = 36  # height of a line's box, from which it is made smaller rather than larger
# width of clear long lines against their height, in small print and in large: a tenth of the time and more, no loss
_SQUEEZE = (0.88, 0.84)
_ROOM_PX = 48  # grey room after a strip: without it, or with the paper's colour in it, strips read worse
_WIDTH_STEPS = ((576, 64), (10_000, 128))  # widths up to, and their step: a new shape costs 20 ms and 4 MB
_FIT = 0.94  # of a long line's width in large print, to which it is narrowed where that spares the network a step
_MAX_WIDTH = 3200
_DOUBTFUL = 0.92  # confidence below which a strip is read again, drawn out
_SURE = 0.94  # confidence below which what 8-bit integers read is read in floating point: nearly all that differs
_AT_ONCE = 16  # strips that are decoded together
_STRETCH = 1.3  # handwriting and narrow or blurred print read better so
_BLANK_PX = 20  # of a strip without ink between two letters: no letter has so much room around it


class _Last(NamedTuple):
    image: NDArray[np.uint8]
    lines: dict[Box, OcrLine | None]
    decoder: Decoder  # what it learnt of the page's script holds for all of its lines


_last: _Last | None = None


def available() -> bool:
    return model_path("text-detection") is not None and model_path("text-recognition") is not None


def read_lines(image: NDArray[np.uint8], *, deadline: Deadline | None = None) -> tuple[list[OcrLine], bool]:
    """Lines of an RGB image, unordered, and whether all of it was read before the deadline."""
    return recognise(image, detect_text(image), deadline=deadline)


def recognise(
    image: NDArray[np.uint8], boxes: Sequence[TextBox], *, clear: bool = False, again: bool = False,
    deadline: Deadline | None = None,
) -> tuple[list[OcrLine], bool]:  # fmt: skip
    """Read the boxes (pixels of `image`), narrowed where the print is `clear`; False when the deadline stopped it.

    Lines that were read whole in the last image are remembered: orientation and reading ask for the same ones. What is
    not sure in 8-bit integers is read in floating point. `again` reads doubtful ones once more; the surer counts.
    """
    global _last  # noqa: PLW0603
    if _last is None or _last.image is not image:
        _last = _Last(image, {}, Decoder(load_model("text-recognition")))
    known, decoder = _last.lines, _last.decoder
    page = Image.fromarray(image)
    lines = [(known[box.bbox], box) for box in boxes if box.bbox in known]
    strips = [(_strip(page, box.bbox, clear=clear), box) for box in boxes if box.bbox not in known]
    strips.sort(key=lambda pair: pair[0].shape[1])
    complete = True
    while strips and complete:
        group, strips = strips[:_AT_ONCE], strips[_AT_ONCE:]
        read = _read_together([strip for strip, _ in group], decoder, deadline)
        complete = len(read) == len(group)
        for decoded, (strip, box) in zip(read, group, strict=False):
            lines.append((_line(decoded, box.bbox, strip), box))
            if not clear:
                known[box.bbox] = lines[-1][0]
    if again:
        lines = [(_surer(line, page, box, decoder, deadline), box) for line, box in lines]
    return [line for line, _ in lines if line is not None], complete


def read_box(image: NDArray[np.uint8], box: Box) -> OcrLine | None:
    """What one box reads on its own."""
    strip = _strip(Image.fromarray(image), box)
    return _read_strip(strip, box, Decoder(load_model("text-recognition")))


def read_signs(image: NDArray[np.uint8]) -> list[tuple[str, float, float]]:
    """Characters of an image that is one line, each with its x (pixels of the image) and how sure the network is."""
    height, width = image.shape[:2]
    strip = _strip(Image.fromarray(image), (0, 0, width, height))
    decoded = _decoded(strip, Decoder(load_model("text-recognition")))
    centres = (decoded.columns + 0.5) * _STEP_PX * width / strip.shape[1]
    return list(zip(decoded.text, centres.tolist(), decoded.scores.tolist(), strict=True))


def _read_together(strips: Sequence[NDArray[np.uint8]], decoder: Decoder, deadline: Deadline | None) -> list[Decoded]:
    """What the strips read, up to the deadline: in 8-bit integers, and in floating point where that is not sure."""
    quick, exact = load_quick_model("text-recognition"), load_model("text-recognition")
    read = decoder.decode_all(_outputs(strips, quick, deadline))
    unsure = [] if quick is exact else [i for i, one in enumerate(read) if one.text and one.scores.mean() < _SURE]
    again = decoder.decode_all(_outputs([strips[i] for i in unsure], exact, deadline))
    for i, decoded in zip(unsure, again, strict=False):
        read[i] = decoded
    return read


def _read_strip(strip: NDArray[np.uint8], box: Box, decoder: Decoder, stretch: float = 1.0) -> OcrLine | None:
    return _line(_decoded(strip, decoder), box, strip, stretch)


def _decoded(strip: NDArray[np.uint8], decoder: Decoder) -> Decoded:
    return decoder.decode(_output(strip, load_model("text-recognition")))


def _outputs(strips: Iterable[NDArray[np.uint8]], model: Model, deadline: Deadline | None) -> list[NDArray[np.float32]]:
    return [_output(strip, model) for strip in strips if not _is_over(deadline)]


def _output(strip: NDArray[np.uint8], model: Model) -> NDArray[np.float32]:
    """What the network says of a strip, column by column."""
    width = strip.shape[1]
    batch = np.zeros((1, 3, _LINE_PX, _padded(width)), np.float32)
    batch[0, :, :, :width] = strip.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1)
    columns: NDArray[np.float32] = model(batch)[0][0]
    return columns[: -(-width // _STEP_PX) + 1]


def _is_over(deadline: Deadline | None) -> bool:
    return deadline is not None and deadline.passed


def _surer(
    line: OcrLine | None, page: Image.Image, box: TextBox, decoder: Decoder, deadline: Deadline | None
) -> OcrLine | None:
    """The line, or what is read in its box drawn out, if that is surer."""
    if line is None or line.confidence >= _DOUBTFUL or _is_over(deadline):
        return line
    other = _read_strip(_strip(page, box.bbox, stretch=_STRETCH), box.bbox, decoder, _STRETCH)
    return other if other is not None and other.confidence > line.confidence else line


def _strip(page: Image.Image, box: Box, *, clear: bool = False, stretch: float = 1.0) -> NDArray[np.uint8]:
    """The box as a strip of the recogniser's height; a tall narrow box is taken for turned or vertical text."""
    x0, y0, x1, y1 = (round(value) for value in box)
    crop = page.crop((x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)))
    if crop.height > 1.5 * crop.width and crop.height > 32:
        crop = crop.transpose(Image.Transpose.ROTATE_90)
    large, long = crop.height >= _LARGE_PX, crop.width > 4 * crop.height
    factor = _SQUEEZE[large] if clear and long else stretch
    width = min(_MAX_WIDTH, max(_STEP_PX, round(factor * crop.width * _LINE_PX / crop.height)))
    width = _fitted(width) if large and long and factor <= 1 else width
    return np.asarray(crop.resize((width, _LINE_PX), Image.Resampling.BILINEAR))


def _padded(width: int) -> int:
    """Width of the network's input for a strip: every pixel of it costs time."""
    step = _step(width)
    return -(-(width + _ROOM_PX) // step) * step


def _fitted(width: int) -> int:
    """The width of a strip, or a little less, so that no step of the network's input begins for its last pixels."""
    less = (width + _ROOM_PX) // _step(width) * _step(width) - _ROOM_PX
    return less if less >= _FIT * width else width


def _step(width: int) -> int:
    return next(step for most, step in _WIDTH_STEPS if width <= most)


def lost_blanks(decoded: Decoded, strip: NDArray[np.uint8], stretch: float = 1.0) -> list[int]:
    """Places of letters and digits before which the strip has room for a blank where none was read.

    The strip is drawn out by `stretch`. Never inside a number: tills set their digits wide.
    """
    blank_px = stretch * _BLANK_PX
    text, centres = decoded.text, ((decoded.columns + 0.5) * _STEP_PX).astype(int)
    wide = np.flatnonzero(np.diff(centres) > blank_px) + 1
    doubtful = [
        i
        for i in wide.tolist()
        if _is_spaced(text[i - 1]) and _is_spaced(text[i]) and not (text[i - 1].isdigit() and text[i].isdigit())
    ]
    if not doubtful:
        return []
    inked: NDArray[np.bool_] = np.logical_or.reduce(line_ink(strip), axis=0)
    read = [i for i, char in enumerate(text) if char.isspace() and 0 < i < len(text) - 1]
    usual = min([_widest_gap(inked[centres[i - 1] : centres[i + 1]]) for i in read], default=0)
    least = max(blank_px, 0.75 * usual)
    return [i for i in doubtful if _widest_gap(inked[centres[i - 1] : centres[i]]) >= least]


def _is_spaced(char: str) -> bool:
    return char.isalnum() and not is_unspaced(char)


def _widest_gap(inked: NDArray[np.bool_]) -> int:
    """Length of the longest run without ink."""
    at = np.flatnonzero(inked)
    return int(np.diff(np.concatenate(([-1], at, [len(inked)]))).max()) - 1


def _line(decoded: Decoded, box: Box, strip: NDArray[np.uint8], stretch: float = 1.0) -> OcrLine | None:
    if not decoded.text:
        return None
    if has_room(decoded, strip.shape[1], _LINE_PX, _STEP_PX):
        decoded = with_leaders(decoded, line_ink(strip), _STEP_PX)
    scale = (box[2] - box[0]) / max(1, strip.shape[1])
    centres = box[0] + (decoded.columns + 0.5) * _STEP_PX * scale
    text = _with_indices(decoded, strip)
    lost = sorted({*lost_blanks(decoded, strip, stretch), *run_together(text)})
    words = tuple(_words(with_letters(text, decoded.scores, lost), centres, decoded.scores, box, lost))
    if not words:
        return None
    return OcrLine(words, box, float(np.mean([word.confidence for word in words])))


def _with_indices(decoded: Decoded, strip: NDArray[np.uint8]) -> tuple[str, ...]:
    if not any(map(str.isdigit, decoded.text)):
        return decoded.text
    return with_indices(decoded, line_ink(strip), ((decoded.columns + 0.5) * _STEP_PX).astype(int))


def _words(
    text: Sequence[str], centres: NDArray[np.floating[Any]], scores: NDArray[np.float32], box: Box,
    lost: Sequence[int],
) -> Iterable[OcrWord]:  # fmt: skip
    """Words of a decoded line: runs between blanks; a word's box ends half way to its neighbours.

    `lost` are the places of characters before which a blank stands that was not read.
    """
    blanks = [i for i, char in enumerate(text) if char.isspace()]
    starts = sorted([0, *(i + 1 for i in blanks), *lost])
    ends = sorted([*blanks, *lost, len(text)])
    for start, end in zip(starts, ends, strict=True):
        if start == end:
            continue
        half = (centres[end - 1] - centres[start]) / max(1, end - start - 1) / 2 if end - start > 1 else 0.0
        half = half or (box[3] - box[1]) * 0.3
        x0 = box[0] if start == 0 else max(box[0], centres[start] - half)
        x1 = box[2] if end == len(text) else min(box[2], centres[end - 1] + half)
        yield OcrWord("".join(text[start:end]), (float(x0), box[1], float(x1), box[3]), float(scores[start:end].mean()))
