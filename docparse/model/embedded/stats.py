"""What is usual on a page: body size, leading and column width, against which everything else stands out."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from docparse.model.embedded.code import has_signs, is_mono
from docparse.model.embedded.lines import Line
from docparse.model.embedded.script import is_cjk
from docparse.schemas.page import Word

_PROSE_WORDS, _PROSE_LINES = 6, 3
_LARGER = 1.4  # than labels in plots
_CODE_SHARE = 0.4  # of the monospaced lines of a page
_AMID = ",-‐–—，、"  # ends of lines within a sentence
_FULL, _LONG = 0.8, 30  # of a column's width, that a line fills, and its letters at least
_TYPED_SHARE, _FEW_SIGNS = 0.3, 0.1  # of them: prose, and lines with a program's signs beside a line in other type
_SMALL_CODE = 0.85  # of the size of the prose over it
_DOUBLE_EM, _FARTHEST_EM, _ALIKE = 1.8, 3.4, 0.08  # of double-spaced lines: their step, and by how much it may vary
_DOUBLE, _LEAST_DOUBLE = 0.7, 3  # of the lines that go on from another, share and least number of double-spaced ones
_PROSE_SHARE = 0.3  # of a page's letters: with less of it the size of its listings is the usual one


@dataclass(frozen=True, slots=True)
class PageStats:
    """`size`, `leading` and `width` in page units; `bold` and `mono` are the body's own; `code`: some lines are
    monospaced; `ocr`: no fonts are known; `double`: the step from line to line of double-spaced text, else 0."""

    size: float = 10.0
    leading: float = 12.0
    width: float = 400.0
    bold: bool = False
    letters: int = 0
    rtl: bool = False
    mono: bool = False
    code: bool = False
    ocr: bool = False
    double: float = 0.0

    @property
    def step(self) -> float:
        """From one line of running text to the next, in page units."""
        return self.double or self.leading

    def beside(self, words: Sequence[Word]) -> PageStats:
        """The statistics of a page most of whose text is these words of tables: a slide's title is no body text."""
        letters = sum(len(word.text) for word in words)
        if letters < 2 * self.letters or letters < 40:
            return self
        size = median(word.size for word in words)
        if size <= 0 or not size < 0.8 * self.size:
            return self
        return dataclasses.replace(self, size=size, leading=1.25 * size, bold=False, double=0.0)


def _other_prose(lines: Sequence[Line], size: float) -> int:
    """Lines of running text in another type: with some of them what is monospaced is code, however much it is."""
    prose = (line for line in lines if len(line.words) >= _PROSE_WORDS and line.size > 0.9 * size)
    return sum(line.words[0].font != "" and not is_mono(line) for line in prose)


def _is_typed(lines: Sequence[Line], size: float) -> bool:
    """Whether the page's text itself is monospaced, as that of a typewriter: no listing beside prose or headings."""
    others = _other_prose(lines, size)
    mono = [line for line in lines if is_mono(line)]
    rows: dict[int, list[str]] = {}
    for line in mono:  # OCR parts them at wide blanks
        rows.setdefault(round(line.baseline / size), []).append(line.plain)
    signs = sum(has_signs(" ".join(row)) for row in rows.values())
    few = sum(map(_is_prose, mono)) < _TYPED_SHARE * len(mono) and signs > _FEW_SIGNS * len(rows)
    if others >= _PROSE_LINES or (others and few):
        return False
    return signs < _CODE_SHARE * len(rows)


def _is_prose(line: Line) -> bool:
    words = [word.text.strip(".,;:!?()\"'") for word in line.words]
    return len(words) >= _PROSE_WORDS and sum(map(str.isalpha, words)) > 0.8 * len(words)


def _is_larger_prose(lines: Sequence[Line], sizes: Counter[float], code: Counter[float]) -> bool:
    """Whether what is not monospaced is running text over listings in small print, and no headings over them."""
    if not sizes:
        return False
    size, small = (max(found, key=lambda key: (found[key], key)) for found in (sizes, code))
    prose = [line for line in lines if abs(line.size - size) < 0.5]
    return small < _SMALL_CODE * size and _other_prose(prose, size) >= _PROSE_LINES


def _double_spaced(lines: Sequence[Line], size: float, width: float) -> float:
    """The step of lines that go on in the middle of a sentence, where it is that of double-spaced text; else 0."""
    steps, going = [], []
    for above, line in pairwise(lines):
        step = line.baseline - above.baseline
        if not 0.8 * size < step < _FARTHEST_EM * size or above.x0 >= line.x1 or line.x0 >= above.x1:
            continue
        steps.append(step)
        first, last = line.plain[0], above.plain[-1]
        amid = (last.isalpha() or last in _AMID) and (first.islower() or is_cjk(first))
        if amid and above.width > _FULL * width and len(above.plain) > _LONG:
            going.append(step)
    usual = median(going) if going else 0.0
    if usual < _DOUBLE_EM * size:
        return 0.0
    alike = sum(abs(step - usual) < _ALIKE * usual for step in going)
    nearer = sum(step < (1 - _ALIKE) * usual for step in steps)
    return usual if alike >= max(_LEAST_DOUBLE, _DOUBLE * len(going)) and 2 * nearer < len(steps) else 0.0


def page_stats(lines: Sequence[Line]) -> PageStats:
    """Statistics of a page's lines, weighted by letters."""
    if not lines:
        return PageStats()
    sizes: Counter[float] = Counter()
    code: Counter[float] = Counter()
    bold = letters = rtl = read = 0
    for line in lines:
        count = sum(len(word.text) for word in line.words)
        (code if is_mono(line) else sizes)[round(line.size * 2) / 2] += count
        letters += count
        rtl += count if line.rtl else 0
        bold += count if line.bold else 0
        read += count if not line.words[0].font else 0
    mono = code.total()
    if mono and letters - mono < _PROSE_SHARE * letters and not _is_larger_prose(lines, sizes, code):
        sizes += code
    size = max(sizes, key=lambda key: (sizes[key], key))
    prose = [round(line.size * 2) / 2 for line in lines if _is_prose(line)]
    if len(prose) >= _PROSE_LINES and (usual := median(prose)) > _LARGER * size:
        size = usual  # most letters are those of labels in plots
    exact = [line for line in lines if abs(line.size - size) <= 0.26]
    steps = [b.baseline - a.baseline for a, b in pairwise(exact) if a.x0 < b.x1 and b.x0 < a.x1]
    steps = [step for step in steps if 0.8 * size < step < 2.2 * size]
    widths = sorted(line.width for line in exact)
    width = widths[int(0.8 * (len(widths) - 1))] if widths else 400.0
    return PageStats(
        size=max(median(line.size for line in exact) if exact else size, 0.1),
        leading=median(steps) if steps else 1.25 * size,
        width=width,
        bold=bold > 0.6 * letters,
        letters=letters,
        rtl=rtl > 0.5 * letters,
        mono=mono > 0.6 * letters and _is_typed(lines, size),
        code=mono > 0,
        ocr=read > 0.5 * letters,
        double=_double_spaced(exact, size, width),
    )
