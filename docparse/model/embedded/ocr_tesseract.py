"""Tesseract, when the program is installed: for the scripts that PP-OCRv6 does not know, and for a second opinion."""

from __future__ import annotations

import functools
import io
import os
import re
import shutil
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from lxml import etree
from numpy.typing import NDArray
from PIL import Image

from docparse.geometry import union
from docparse.model.base import Deadline
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.programs import printed

_PAGE_CPU_S, _GLANCE_CPU_S, _LIST_CPU_S = 60, 20, 10
_X_WORD = re.compile(r"bbox (\d+) (\d+) (\d+) (\d+); x_wconf (\d+)")
_X_SIGN = re.compile(r"\bx_conf ([\d.]+)")
_SCALE = 7  # measured: what a word lacks of full confidence for what its worst sign lacks of it
_LONG = 8  # signs of a word


@functools.cache
def languages() -> frozenset[str]:
    """Names of the installed language and script data ("eng", "Cyrillic"); empty without Tesseract."""
    output = _run(["--list-langs"], cpu_s=_LIST_CPU_S)
    if output is None:
        return frozenset()
    names = (line.strip() for line in output.decode("utf-8", "replace").splitlines()[1:])
    return frozenset(name for name in names if name)


def available() -> bool:
    return bool(languages())


def read_lines(
    image: NDArray[np.uint8],
    langs: tuple[str, ...],
    *,
    psm: int = 3,
    dpi: int | None = None,
    deadline: Deadline | None = None,
) -> tuple[list[OcrLine], bool]:
    """Lines of an RGB or grey image in Tesseract's reading order, and whether it finished in time."""
    output = _hocr(image, langs, psm, dpi, deadline)
    return ([], False) if output is None else (parse_lines(output), True)


def read_signs(
    image: NDArray[np.uint8], langs: tuple[str, ...], *, psm: int, dpi: int, deadline: Deadline | None = None
) -> list[tuple[str, float]]:
    """The signs of an RGB or grey image and the confidence of each; none if it did not finish in time."""
    output = _hocr(image, langs, psm, dpi, deadline)
    return parse_signs(output) if output is not None else []


def orientation_and_script(
    image: NDArray[np.uint8], *, deadline: Deadline | None = None
) -> tuple[int, float, str, float] | None:
    """(degrees to turn clockwise, confidence, script, confidence) by Tesseract; None if it can't say."""
    if "osd" not in languages():
        return None
    arguments = ["-", "-", "--psm", "0", "--dpi", "300"]
    output = _run(arguments, _bmp(image), cpu_s=_GLANCE_CPU_S, deadline=deadline)
    found = dict(re.findall(r"^([A-Za-z ]+): (\S+)", (output or b"").decode("utf-8", "replace"), re.M))
    try:
        return (
            int(found["Rotate"]), float(found["Orientation confidence"]),
            found["Script"], float(found["Script confidence"]),
        )  # fmt: skip
    except (KeyError, ValueError):
        return None


def parse_lines(hocr: bytes) -> list[OcrLine]:
    """Lines of Tesseract's hOCR output with the boxes of single signs."""
    lines: list[OcrLine] = []
    for _, group in groupby(_words(hocr), key=lambda span: span.getparent()):
        found = tuple(word for span in group if (word := _word(span)) is not None)
        if found:
            confidence = float(np.mean([word.confidence for word in found]))
            lines.append(OcrLine(found, union(word.bbox for word in found), confidence, True))
    return lines


def parse_signs(hocr: bytes) -> list[tuple[str, float]]:
    """The signs of that output and their confidences."""
    return [sign for span in _words(hocr) for sign in _signs(span)]


def _words(hocr: bytes) -> list[etree._Element]:
    if not hocr.strip():
        return []
    root = etree.fromstring(hocr, etree.HTMLParser(encoding="utf-8"))
    return [span for span in root.iter("span") if span.get("class") == "ocrx_word"]


def _word(span: etree._Element) -> OcrWord | None:
    signs, found = _signs(span), _X_WORD.search(span.get("title", ""))
    if not signs or found is None:
        return None
    x0, y0, x1, y1, whole = map(float, found.groups())
    return OcrWord("".join(text for text, _ in signs), (x0, y0, x1, y1), _confidence(whole / 100, signs))


def _signs(span: etree._Element) -> list[tuple[str, float]]:
    """The signs of a word, each with its confidence on the scale of words: that of a word is that of its worst sign."""
    found = (((sign.text or "").strip(), _X_SIGN.search(sign.get("title", ""))) for sign in span.iter("span"))
    return [(text, min(1.0, max(0.0, 1 - _SCALE * (1 - float(x[1]) / 100)))) for text, x in found if text and x]


def _confidence(whole: float, signs: Sequence[tuple[str, float]]) -> float:
    """That of a word; of a long one the mean of its parts', as among many signs one is bad in any script."""
    if len(signs) <= _LONG:
        return min(1.0, max(0.0, whole))
    parts = range(0, len(signs), _LONG)
    return float(np.mean([min(confidence for _, confidence in signs[at : at + _LONG]) for at in parts]))


def _hocr(
    image: NDArray[np.uint8], langs: tuple[str, ...], psm: int, dpi: int | None, deadline: Deadline | None
) -> bytes | None:
    arguments = ["-", "-", "-l", "+".join(langs), "--psm", str(psm)]
    for setting in ("tessedit_create_hocr=1", "hocr_char_boxes=1", "tessedit_do_invert=1"):
        arguments += ["-c", setting]
    if dpi:
        arguments += ["--dpi", str(dpi)]
    return _run(arguments, _bmp(image), cpu_s=_PAGE_CPU_S, deadline=deadline)


def _bmp(image: NDArray[np.uint8]) -> bytes:
    """The image as BMP: Leptonica reads it without unpacking anything."""
    out = io.BytesIO()
    Image.fromarray(image).save(out, "BMP")
    return out.getvalue()


def _run(arguments: list[str], stdin: bytes = b"", *, cpu_s: int, deadline: Deadline | None = None) -> bytes | None:
    """What tesseract writes, or None: not installed, failed or too slow. One thread: pages run side by side."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    env = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return printed([program, *arguments], stdin, cpu_s=cpu_s, deadline=deadline, env=env)
