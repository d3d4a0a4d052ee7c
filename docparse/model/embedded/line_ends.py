"""Lines that end where their author ended them: addresses, verse, signatures, entries of an index.

A line of running text ends where its next word did not fit. Lines that stop far short of their column do not.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docparse.geometry import Box
from docparse.model.embedded.captions import has_label
from docparse.model.embedded.lines import Line
from docparse.model.embedded.script import is_cjk

_NOTE_SIGNS = ("*", "**", "∗", "†", "‡", "§", "¶")
_SHORT = 0.62  # of its column's width: running text is wider
_MOST = 3000  # lines; beyond them nobody wrote a letter
_SEVERAL, _FEW = 3, 6
_SPARSE = 0.4  # of the width of what stands on a page
_EDGE_PT = 8.0
_OFTEN = 12
PAGES = re.compile(r", \d{1,4}$")  # how an entry of an index ends
_LABEL = re.compile(r"[^\W\d_][^:]{0,28}:\s+\S")
_WEB = re.compile(r"@|^(www\.|https?:)")
_SHORTENED = re.compile(r"^([A-Z]\.)*[A-Z]\w{0,4}\.$")  # "B.V.", "Inc.", "Str."
_NUMBER = re.compile(r"(?<!\S)[+(#]?\d|(?<!\S)[A-Z]{0,4}[-/]?\d{2}")  # a word that begins as one
_NAME = re.compile(r"[^\W\d_]{2}")
_MOST_LINES, _LINE_WORDS, _PER_NUMBER = 8, 6, 4  # of an address; lines of one number
_AT_EDGE_EM, _SHORT_EM = 0.2, 25.0  # of lines set to the right
_TAB_EM = 1.6
KIND = re.compile(r"\[[A-Z][^\[\]]{2,40}\]")  # of a definition, flush right in manuals: "[Method on Array]"
_MISREAD, _NEXT_EM, _WIDER = 0.35, 2.0, 1.2  # of a size that is measured, to the next line of a text, and its width
STOPS = ".!?:;。！？：；…”’\"')]؟۔।"


def goes_on(prev: Line, line: Line) -> bool:
    """On scans, whether a sentence goes on in the next line, and with it the type: short lines are measured badly."""
    if line.words[0].font or not line.plain[0].islower() or prev.plain[-1] in STOPS or line.width > _WIDER * prev.width:
        return False
    apart = abs(prev.size - line.size)
    return apart < _MISREAD * max(prev.size, line.size) and line.baseline - prev.baseline < _NEXT_EM * prev.size


class LineEnds:
    """The columns of a page, and which runs of lines stay short of theirs."""

    def __init__(self, lines: Sequence[Line], fixed: Sequence[Box], page_width: float, usual_width: float) -> None:
        self._lines = lines
        self._boxes = [*((line.x0, line.y0, line.x1, line.y1) for line in lines), *fixed]
        self._page_width, self._usual_width = page_width, usual_width

    @functools.cached_property
    def _loose(self) -> set[int]:
        """The edges at which lines start where not a few stop before there was need to."""
        loose: Counter[int] = Counter()
        pairs: Counter[int] = Counter()
        ends: dict[int, float] = {}
        for line in self._lines:
            key = round(line.x0 / _EDGE_PT)
            ends[key] = max(ends.get(key, 0.0), line.x1)
        for prev, line in pairwise(sorted(self._lines, key=lambda line: (round(line.x0 / _EDGE_PT), line.y0))):
            step, key = line.baseline - prev.baseline, round(line.x0 / _EDGE_PT)
            pairs[key] += 1
            alike = abs(line.x0 - prev.x0) < 0.6 * line.size and abs(line.size - prev.size) < 0.1 * line.size
            if alike and 0 < step < 1.9 * line.size and _stops_early(prev, line, ends[key]):
                loose[key] += 1
        return {key for key, count in loose.items() if _OFTEN * count > pairs[key]}

    def deliberate(self, run: Sequence[Line]) -> bool:
        """Whether every line of a run of one size under one another is a line of its own."""
        x0, x1 = min([line.x0 for line in run]), max([line.x1 for line in run])
        em = median(line.size for line in run)
        if all(_LABEL.match(line.plain) for line in run) or all(PAGES.search(line.plain) for line in run):
            return True
        if self._is_centred(run, x0, x1, em):
            return all(line.x1 - line.x0 < _SHORT * self._page_width for line in run) and not any(
                line.plain[0].islower() for line in run[1:]
            )
        if _is_flush_right(run, x0, x1, em) or is_address(run):
            return True
        if x1 - x0 > 0.95 * self._usual_width and x1 - x0 > _SHORT * (self._margin(x0) - x0):
            return False
        if run[0].rtl or len(self._lines) > _MOST or is_cjk(run[0].plain[0]) or has_label(run[0].plain):
            return False
        if any(line.plain[-1] in "-‐\u00ad" for line in run[:-1]) or _is_justified(run, x1):
            return False
        edge, sure = self._column_end(run, x0, x1, em)
        if x1 - x0 > _SHORT * (edge - x0):
            return False
        early = sum(_stops_early(prev, line, x1) for prev, line in pairwise(run))
        if early or round(x0 / _EDGE_PT) in self._loose:
            return True
        few = len(run) <= _FEW and not any(line.plain[0].islower() for line in run[1:])
        return few and (sure or (len(run) >= _SEVERAL and self._is_sparse and not _is_enumeration(run)))

    @property
    def _is_sparse(self) -> bool:
        """Whether lines of the page are usually too short for running text."""
        return self._usual_width < _SPARSE * (self._right - min(line.x0 for line in self._lines))

    def _margin(self, x0: float) -> float:
        """Where lines end that begin at x0 with nothing beside them: as far from the page's edge, or as other lines."""
        return max(self._page_width - x0, self._right)

    @functools.cached_property
    def _right(self) -> float:
        margin = self._page_width - min(line.x0 for line in self._lines)  # pictures may go on to the page's edge
        return max([line.x1 for line in self._lines] + [box[2] for box in self._boxes if box[2] <= margin])

    def _is_centred(self, run: Sequence[Line], x0: float, x1: float, em: float) -> bool:
        """Whether lines of unlike width stand on the middle of the page."""
        middles = [line.x0 + line.x1 for line in run]
        apart = max(line.x0 for line in run) - x0 > 0.6 * em
        return apart and max(middles) - min(middles) < em and abs(x0 + x1 - self._page_width) < 4 * em

    def _column_end(self, run: Sequence[Line], x0: float, x1: float, em: float) -> tuple[float, bool]:
        """Right end of the column in which a run starts, and whether lines of text show it."""
        y0, y1 = min([line.y0 for line in run]), max([line.y1 for line in run])
        mine = {id(line) for line in run}
        ends = [
            line.x1
            for line in self._lines
            if abs(line.x0 - x0) < 0.6 * em
            and line.x1 > x1 + 4 * em
            and abs(line.size - em) < 0.15 * em
            and len(line.words) > 4
            and id(line) not in mine
        ]
        edge = max(ends, default=self._margin(x0))
        beside = [box[0] for box in self._boxes if x1 <= box[0] < edge and box[1] < y1 and y0 < box[3]]
        return (min(beside) - em, False) if beside else (edge, len(ends) > 1)


def _is_flush_right(run: Sequence[Line], x0: float, x1: float, em: float) -> bool:
    """Whether lines of a few words, names among them, end at one edge and begin each at its own, also farther right
    than the line above."""
    starts = sorted(line.x0 for line in run)
    if not any(b.x0 - a.x0 > em for a, b in pairwise(run)) or x1 - x0 > _SHORT_EM * em or not run[0].words[0].font:
        return False
    if sum(b - a < _AT_EDGE_EM * em for a, b in pairwise(starts)) * 4 > len(run):
        return False
    return all(
        x1 - line.x1 < _AT_EDGE_EM * em and len(line.words) <= _LINE_WORDS and not line.rtl
        and not line.plain[0].islower() and _NAME.search(line.plain)
        for line in run
    )  # fmt: skip


def is_address(run: Sequence[Line]) -> bool:
    """Whether a few lines of few words begin, and most of them end, with names and numbers; one in four has a number,
    and of two lines both."""
    if not 2 <= len(run) <= _MOST_LINES or any(len(line.words) > _LINE_WORDS for line in run):
        return False
    texts = [line.plain for line in run]
    if not all(text[0].isupper() or text[0].isdecimal() or _WEB.search(text) for text in texts):
        return False
    if any(line.x1 - line.x0 > _SHORT_EM * line.size for line in run):
        return False
    numbered = sum(_NUMBER.search(text) is not None for text in texts)
    named = sum(_NAME.search(text) is not None for text in texts)
    if numbered < (max(1, len(run) // _PER_NUMBER) if len(run) >= _SEVERAL else 2) or 2 * named < len(run):
        return False
    last = [text.split()[-1] for text in texts]
    if any(word[-1] in STOPS and not _SHORTENED.search(word) for word in last):
        return False
    ended = sum(word[0].isupper() or word[0].isdecimal() or _WEB.search(word) is not None for word in last)
    return 2 * ended > len(last)


def _is_enumeration(run: Sequence[Line]) -> bool:
    """Whether a run goes on with what it lists, or is of signs without blanks, which may end anywhere."""
    return any(line.plain[-1] == ";" or is_cjk(line.plain[0]) for line in run)


def _stops_early(prev: Line, line: Line, right: float) -> bool:
    """Whether the next word would have fitted, though no sentence ends."""
    if prev.plain[-1] in ".!?:。":
        return False
    first = line.words[0].bbox
    return right - prev.x1 > first[2] - first[0] + 0.8 * line.size


def _is_justified(run: Sequence[Line], right: float) -> bool:
    flush = sum(right - line.x1 < 0.25 * line.size for line in run)
    return flush >= 3 and 2 * flush > len(run)


def names_kind(line: Line) -> bool:
    """Whether a line says at its end, far behind the rest, what it defines: "[Function]"."""
    words = line.words
    if words[-1].text[-1] != "]":
        return False
    first = next((i for i in range(len(words) - 1, 0, -1) if words[i].text[0] == "["), 0)
    label = " ".join([word.text for word in words[first:]])
    return (
        first > 0 and KIND.fullmatch(label) is not None and words[first].bbox[0] - words[first - 1].bbox[2] > line.size
    )


def is_entry(line: Line) -> bool:
    """Whether a line is a text and, far behind it, a number: an entry of a contents page."""
    if len(line.words) < 2 or not line.words[-1].text.strip(".").isalnum():
        return False
    text, number = line.words[-2], line.words[-1]
    numeral = number.text.isdigit() or not number.text.lower().strip("ivxlc")
    return numeral and number.bbox[0] - text.bbox[2] > _TAB_EM * line.size


def opens_with_sign(line: Line) -> bool:
    """Whether a raised number or sign stands first, as in footnotes and the addresses of authors."""
    first = line.words[0]
    raised = first.size < 0.87 * line.size and line.baseline - first.baseline > 0.15 * line.size
    return raised and len(line.words) > 1 and (first.text.isdigit() or first.text in _NOTE_SIGNS)
