"""PP-OCRv6: boxes of text to lines of words (Latin, Chinese, Japanese), with numpy and Pillow around the two models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import Box
from docparse.model.base import Deadline
from docparse.model.embedded.inference import load_model, model_path
from docparse.model.embedded.ocr_decode import Decoded, Decoder
from docparse.model.embedded.ocr_detect import TextBox, detect_text
from docparse.model.embedded.ocr_types import OcrLine, OcrWord

_LINE_PX = 48  # height of the strips the recogniser reads
_STEP_PX = 8  # strip pixels per column of its answer
_SQUEEZE = 0.88  # width of long lines against their height: a tenth of the time, no loss in clear print
_WIDTH_STEP = 320  # strips are padded to multiples, so that few shapes occur and no compiled one is wasted
_MAX_WIDTH = 3200
_BATCH_PX = 3200  # strip pixels in one batch


def available() -> bool:
    return model_path("text-detection") is not None and model_path("text-recognition") is not None


def read_lines(image: NDArray[np.uint8], *, deadline: Deadline | None = None) -> tuple[list[OcrLine], bool]:
    """Lines of an RGB image, unordered, and whether all of it was read before the deadline."""
    return recognise(image, detect_text(image), deadline=deadline)


def recognise(
    image: NDArray[np.uint8], boxes: Sequence[TextBox], *, clear: bool = False, deadline: Deadline | None = None
) -> tuple[list[OcrLine], bool]:
    """Read the boxes (pixels of `image`), narrowed where the print is `clear`; False when the deadline stopped it."""
    page = Image.fromarray(image)
    model = load_model("text-recognition")
    decoder = Decoder(model)
    strips = sorted(
        ((_strip(page, box.bbox, _SQUEEZE if clear else 1.0), box) for box in boxes), key=lambda pair: pair[0].shape[1]
    )
    lines: list[OcrLine] = []
    for batch in _batches(strips):
        if deadline is not None and deadline.passed:
            return lines, False
        width = _padded(batch[-1][0].shape[1])
        stack = np.zeros((len(batch), 3, _LINE_PX, width), np.float32)
        for row, (strip, _) in zip(stack, batch, strict=True):
            row[:, :, : strip.shape[1]] = strip.transpose(2, 0, 1) / np.float32(127.5) - np.float32(1)
        answer = model(stack)[0]
        for columns, (strip, box) in zip(answer, batch, strict=True):
            used = -(-strip.shape[1] // _STEP_PX) + 1
            line = _line(decoder.decode(columns[:used]), box.bbox, strip.shape[1])
            if line is not None:
                lines.append(line)
    return lines, True


def _strip(page: Image.Image, box: Box, squeeze: float) -> NDArray[np.uint8]:
    """The box as a strip of the recogniser's height; a tall narrow box is taken for turned or vertical text."""
    x0, y0, x1, y1 = (round(value) for value in box)
    crop = page.crop((x0, y0, max(x0 + 1, x1), max(y0 + 1, y1)))
    if crop.height > 1.5 * crop.width and crop.height > 32:
        crop = crop.transpose(Image.Transpose.ROTATE_90)
    squeeze = squeeze if crop.width > 4 * crop.height else 1.0
    width = min(_MAX_WIDTH, max(_STEP_PX, round(squeeze * crop.width * _LINE_PX / crop.height)))
    return np.asarray(crop.resize((width, _LINE_PX), Image.Resampling.BILINEAR))


def _padded(width: int) -> int:
    return -(-width // _WIDTH_STEP) * _WIDTH_STEP


def _batches(
    strips: Iterable[tuple[NDArray[np.uint8], TextBox]],
) -> Iterable[list[tuple[NDArray[np.uint8], TextBox]]]:
    """Strips of about one width together."""
    batch: list[tuple[NDArray[np.uint8], TextBox]] = []
    for strip in strips:
        width = _padded(strip[0].shape[1])
        if batch and (width != _padded(batch[0][0].shape[1]) or width * (len(batch) + 1) > max(_BATCH_PX, width)):
            yield batch
            batch = []
        batch.append(strip)
    if batch:
        yield batch


def _line(decoded: Decoded, box: Box, width: int) -> OcrLine | None:
    if not decoded.text:
        return None
    scale = (box[2] - box[0]) / max(1, width)
    centres = box[0] + (decoded.columns + 0.5) * _STEP_PX * scale
    words = tuple(_words(decoded.text, centres, decoded.scores, box))
    if not words:
        return None
    return OcrLine(words, box, float(np.mean([word.confidence for word in words])))


def _words(
    text: Sequence[str], centres: NDArray[np.floating[Any]], scores: NDArray[np.float32], box: Box
) -> Iterable[OcrWord]:
    """Words of a decoded line: runs between blanks; a word's box ends half way to its neighbours."""
    blanks = [i for i, char in enumerate(text) if char.isspace()]
    starts = [0, *(i + 1 for i in blanks)]
    ends = [*blanks, len(text)]
    for start, end in zip(starts, ends, strict=True):
        if start == end:
            continue
        half = (centres[end - 1] - centres[start]) / max(1, end - start - 1) / 2 if end - start > 1 else 0.0
        half = half or (box[3] - box[1]) * 0.3
        x0 = box[0] if start == 0 else max(box[0], centres[start] - half)
        x1 = box[2] if end == len(text) else min(box[2], centres[end - 1] + half)
        yield OcrWord("".join(text[start:end]), (float(x0), box[1], float(x1), box[3]), float(scores[start:end].mean()))
