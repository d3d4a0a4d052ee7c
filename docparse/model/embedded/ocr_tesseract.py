"""Tesseract, when the program is installed: for the scripts that PP-OCRv6 does not know, and for a second opinion."""

from __future__ import annotations

import functools
import io
import os
import re
import shutil
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from docparse.model.base import Deadline
from docparse.model.embedded.ocr_types import OcrLine, OcrWord
from docparse.model.embedded.programs import printed

_PAGE_CPU_S, _GLANCE_CPU_S, _LIST_CPU_S = 60, 20, 10
_FIELDS = 12


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
    arguments = [
        "-",
        "-",
        "-l",
        "+".join(langs),
        "--psm",
        str(psm),
        "-c",
        "tessedit_create_tsv=1",
        "-c",
        "tessedit_do_invert=1",
    ]
    if dpi:
        arguments += ["--dpi", str(dpi)]
    output = _run(arguments, _bmp(image), cpu_s=_PAGE_CPU_S, deadline=deadline)
    return ([], False) if output is None else (parse_tsv(output.decode("utf-8", "replace")), True)


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


def parse_tsv(tsv: str) -> list[OcrLine]:
    """Lines of Tesseract's TSV output (level 5 rows are words)."""
    rows = [row.split("\t") for row in tsv.splitlines()[1:]]
    words = [row for row in rows if len(row) == _FIELDS and row[0] == "5" and row[11].strip()]
    lines: list[OcrLine] = []
    for _, group in groupby(words, key=lambda row: row[1:5]):
        found = tuple(_word(row) for row in group)
        boxes = [word.bbox for word in found]
        bbox = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
        lines.append(OcrLine(found, bbox, float(np.mean([word.confidence for word in found])), True))
    return lines


def _word(row: list[str]) -> OcrWord:
    x, y, w, h = (float(value) for value in row[6:10])
    return OcrWord(row[11].strip(), (x, y, x + w, y + h), min(1.0, max(0.0, float(row[10]) / 100)))


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
