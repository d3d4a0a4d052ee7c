"""Pages that MuPDF can't do, drawn and read by poppler (pdftoppm through pdf2image, pdftotext) in the guarded child.

The programs inherit the child's memory limit, and its deadline kills them: they run in the child's process group.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from typing import TYPE_CHECKING

from docparse.errors import DamagedFile, MissingDependency
from docparse.geometry import smart_resize
from docparse.schemas.page import PageImage, PixelBudget, TextLayer, TextQuality, Word
from docparse.source.protocol import Limits, OpenFile

if TYPE_CHECKING:
    from PIL.Image import Image

_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)"')
_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">([^<]*)</word>')
_LINE = re.compile(r"<line [^>]*>(.*?)</line>", re.S)
_INSTALL = "Install poppler (Debian: apt install poppler-utils; macOS: brew install poppler)."


def page_count(file: OpenFile) -> int:
    """Pages that poppler sees. Raises DamagedFile, MissingDependency."""
    _check_installed()
    from pdf2image import pdfinfo_from_path
    from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError

    try:
        pages = pdfinfo_from_path(file.path, userpw=file.password or "", timeout=_seconds(file.limits)).get("Pages", 0)
    except PDFInfoNotInstalledError:
        raise MissingDependency("pdfinfo is not installed", user_action=_INSTALL) from None
    except (PDFPageCountError, ValueError, OSError, subprocess.TimeoutExpired):
        return 0
    return int(pages)


def read_page(file: OpenFile, number: int, budget: PixelBudget) -> tuple[PageImage, bytes]:
    """One page (from 1) and its RGB rows, flagged "poppler". Raises DamagedFile, LimitExceeded, MissingDependency."""
    from docparse.source.mupdf import check_size

    _check_installed()
    width, height, words = _words(file, number)
    check_size(number, width, height, file.limits)
    quality = TextQuality.SOUND if words else TextQuality.ABSENT
    limit = budget.max_pixels if words else budget.max_scan_pixels
    zoom = (limit / (width * height)) ** 0.5
    height_px, width_px = smart_resize(height * zoom, width * zoom, min_pixels=budget.min_pixels, max_pixels=limit)
    image = _drawn(file, number, width_px, height_px)
    page = PageImage(
        number=number, width_px=width_px, height_px=height_px, width=width, height=height,
        text=TextLayer(tuple(words), quality), flags=("poppler",),
    )  # fmt: skip
    return page, image.tobytes()


def _drawn(file: OpenFile, number: int, width_px: int, height_px: int) -> Image:
    from pdf2image import convert_from_path

    try:
        images = convert_from_path(
            file.path, first_page=number, last_page=number, size=(width_px, height_px), userpw=file.password or "",
            use_cropbox=True, timeout=_seconds(file.limits),
        )  # fmt: skip
    except Exception as error:  # pdf2image raises what its parts raise; the guard has the last word on hangs
        raise DamagedFile(f"page {number} can't be drawn: {error}", page=number) from None
    if not images:
        raise DamagedFile(f"page {number} can't be drawn by MuPDF or poppler", page=number)
    image = images[0].convert("RGB")
    return image if image.size == (width_px, height_px) else image.resize((width_px, height_px))


def _words(file: OpenFile, number: int) -> tuple[float, float, list[Word]]:
    """(width, height, words) of a page in points, as pdftotext sees it."""
    command = ["pdftotext", "-bbox-layout", "-cropbox", "-f", str(number), "-l", str(number)]
    if file.password is not None:
        command += ["-upw", file.password]
    try:
        done = subprocess.run(
            [*command, file.path, "-"], capture_output=True, timeout=_seconds(file.limits), check=False
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DamagedFile(f"page {number} can't be read by poppler: {error}", page=number) from None
    text = done.stdout.decode("utf-8", errors="replace")
    size = _PAGE.search(text)
    if size is None:
        raise DamagedFile(f"page {number} can't be read by MuPDF or poppler", page=number)
    lines = [
        [_word(match, line) for match in _WORD.finditer(part)] for line, part in enumerate(_LINE.findall(text))
    ]  # fmt: skip
    return float(size[1]), float(size[2]), [word for words in lines for word in words if word.text]


def _word(match: re.Match[str], line: int) -> Word:
    x0, y0, x1, y1 = (float(match[group]) for group in range(1, 5))
    return Word(unescape(match[5]), (x0, y0, x1, y1), y1 - y0, baseline=y0 + 0.8 * (y1 - y0), line=line)


def _check_installed() -> None:
    missing = [program for program in ("pdftoppm", "pdftotext") if shutil.which(program) is None]
    if missing:
        raise MissingDependency(f"MuPDF can't do this page and {missing[0]} is not installed", user_action=_INSTALL)


def _seconds(limits: Limits) -> int:
    return max(1, round(limits.timeout_s * 0.45))
