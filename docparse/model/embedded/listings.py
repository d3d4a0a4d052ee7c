"""Program listings and commands: monospaced paragraphs that belong together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from docparse.geometry import Box, area, inside_share, union
from docparse.model.embedded.code import MACRO, code_text, has_signs, is_mono
from docparse.model.embedded.line_ends import PAGES
from docparse.model.embedded.lines import Line
from docparse.model.embedded.lists import read_marker
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.paragraphs import Para
from docparse.model.embedded.stats import PageStats
from docparse.schemas.document import Code
from docparse.schemas.page import PageImage, WordStyle

_ADDRESS = re.compile(r"\w@\w|://|www\.|doi\b|\b10\.\d{4}/")
_BESIDE_EM, _BESIDE_LINES = 8.0, 3  # to a cell in the row of a lone line, and its lines
_TERM_EM, _TERM = 1.0, 0.7  # indent of what is said of a term, and its type in that of the term
_LARGER, _OTHER_SIZE = 1.1, 1.3  # of the text's size: headings; and type that is no part of a listing
_FRAME_EM, _FRAME_LINES = 8.0, 1.8  # width and height of a frame: lower ones are drawn behind single lines
_INSIDE = 0.7  # of a box: long lines stick out of their frame
_WITHIN = 0.9  # of its box
_OPEN = 4  # listings side by side
_PROSE, _COLUMN_EM = 3, 14.0  # lines of a paragraph that shows a column, and its width
_SIGNS, _SIGN_EM, _LEVEL_EM = 12, 14.0, 0.4  # letters of signs, how far from their line they stand, and how level
_WORD = re.compile(r"[^\W\d_]{2}")
_SECTION = re.compile(r"\d{1,2}(\.\d{1,3})*\.?")
_BOLD = int(WordStyle.BOLD)
_RAISED = 0.1  # of the size of type
_PRINTED = re.compile(r"\[1\]\s")  # what R prints
_PROMPT = re.compile(r"(?:>>>|[>$%])\s|" + MACRO)
_BULLETS = ("•", "◦", "▪", "‣", "●", "○")  # no program's signs
_SHORTEST = 4  # letters of a command


def find_listings(paras: Sequence[Para], stats: PageStats, page: PageImage) -> dict[int, Code | None]:
    """The listing that begins with a paragraph, by its place; None for paragraphs that are part of one before."""
    if stats.mono or not stats.code:
        return {}
    others = (_is_item, _is_index, _is_note)
    mono = [all(map(is_mono, para.lines)) and not any(kind(para) for kind in others) for para in paras]
    frames = _frames(page, stats.size) if any(mono) else []
    signs = _signs(paras, mono)
    found: dict[int, Code | None] = {}
    for members in _with_cells(_runs(paras, mono, frames, stats, signs), paras):
        if sum(len(paras[j].lines) for j in members) < 2 and not _is_command(members[0], paras, frames, stats):
            continue
        own = [j for j in signs if j not in found and _is_within(paras[j], members, paras)] if signs else []
        members += own
        lines = [line for j in members for line in paras[j].lines]
        lines.sort(key=lambda line: (round(line.baseline), line.x0))
        found.update(dict.fromkeys(members))
        found[members[0]] = Code(text=code_text(lines), bbox=Para(lines).box)
    return found


def _is_item(para: Para) -> bool:
    """Whether names in monospaced type are the items of a list, or heads, whose markers or numbers are not."""
    first = para.lines[0]
    if len(first.words) < 2 or (is_mono_word(first.words[0]) and first.words[0].text not in _BULLETS):
        return False
    numbered = first.words[0].style & _BOLD and _SECTION.fullmatch(first.words[0].text)
    return bool(numbered) or read_marker(first.plain) is not None


def _is_index(para: Para) -> bool:
    """Whether names in monospaced type are entries of an index, with the numbers of pages in the type of the text."""
    return all(PAGES.search(line.plain) and not is_mono_word(line.words[-1]) for line in para.lines)


def _is_note(para: Para) -> bool:
    """Whether a raised number stands before an address, and nothing follows but what else there is of it, and more."""
    mark, *rest = para.lines[0].words
    raised = mark.text.isdecimal() and bool(rest) and mark.baseline < rest[0].baseline - _RAISED * rest[0].size
    return raised and _ADDRESS.search(rest[0].text) is not None and all(len(line.words) <= 2 for line in para.lines)


def _signs(paras: Sequence[Para], mono: Sequence[bool]) -> set[int]:
    """Paragraphs of a few signs of another font, as quotes and backslashes often are, in rows of monospaced lines."""
    few = [
        i for i, para in enumerate(paras)
        if not mono[i] and all(len(line.plain) <= _SIGNS and not _WORD.search(line.plain) for line in para.lines)
    ]  # fmt: skip
    if not few:
        return set()
    rows = [line for para, is_code in zip(paras, mono, strict=True) if is_code for line in para.lines]
    return {i for i in few if all(any(_in_row(line, row) for row in rows) for line in paras[i].lines)}


def _in_row(sign: Line, line: Line) -> bool:
    reach = _SIGN_EM * line.size
    level = abs(sign.baseline - line.baseline) < _LEVEL_EM * line.size
    return level and line.x0 - reach < sign.x0 < line.x1 + reach


def _is_within(para: Para, members: Sequence[int], paras: Sequence[Para]) -> bool:
    return all(any(_in_row(line, row) for j in members for row in paras[j].lines) for line in para.lines)


def _runs(
    paras: Sequence[Para], mono: Sequence[bool], frames: Sequence[Box], stats: PageStats, signs: Collection[int]
) -> list[list[int]]:
    """Monospaced paragraphs under one another."""
    prose = [
        para.box for para, is_code in zip(paras, mono, strict=True)
        if not is_code and len(para.lines) >= _PROSE and para.box[2] - para.box[0] > _COLUMN_EM * stats.size
    ]  # fmt: skip
    runs: list[list[int]] = []
    going: list[tuple[list[int], Box, Box | None]] = []  # those that may go on, with the box and frame of each
    for i, para in enumerate(paras):
        box = para.box
        if i in signs:
            continue
        if not mono[i]:
            going = [each for each in going if not _parts(box, each[1], stats.size)]
            continue
        inner = [word.bbox for line in para.lines for word in line.words if not word.text.isdecimal()]
        frame = _frame_of(union(inner), frames) if inner else None
        own = next(
            (
                each for each in going
                if (each[2] == frame or not inner)  # numbers of lines may stand outside
                and _same_size(paras[each[0][-1]], para)
                and _continues(each[1], box, stats)
                and not _in_columns(each[1], box, prose)
            ),
            None,
        )  # fmt: skip
        run = own[0] if own else []
        if own:
            going.remove(own)
        else:
            runs.append(run)
        run.append(i)
        going.insert(0, (run, union((own[1], box)) if own else box, own[2] if own and not inner else frame))
        del going[_OPEN:]
    return runs


def _with_cells(runs: Sequence[list[int]], paras: Sequence[Para]) -> list[list[int]]:
    """The runs, with what stands within one and comes later in reading order: a cell of what a program printed."""
    kept: list[tuple[list[int], Box]] = []
    for run in runs:
        box = union(paras[i].box for i in run)
        around = next((other for other, outer in kept if inside_share(box, outer) > _WITHIN), None)
        if around is None:
            kept.append((run, box))
        else:
            around += run
    return [run for run, _ in kept]


def _same_size(above: Para, below: Para) -> bool:
    """Whether their type, but for the lines' numbers, is of about one size."""
    one, other = (
        max((word.size for line in para.lines for word in line.words if not word.text.isdecimal()), default=0.0)
        for para in (above, below)
    )
    return min(one, other) == 0 or max(one, other) < _OTHER_SIZE * min(one, other)


def _continues(above: Box, below: Box, stats: PageStats) -> bool:
    """Below the run, or beside a part of it: what is set in columns is one listing."""
    near = below[1] - above[3] < 2.5 * stats.leading and below[1] > above[1] - stats.size
    return near and min(above[2], below[2]) > max(above[0], below[0]) - 10 * stats.size


def _in_columns(one: Box, other: Box, prose: Sequence[Box]) -> bool:
    """Whether two boxes stand in two columns of text, which has paragraphs in either."""
    left, right = sorted((one, other))
    return (
        left[2] < right[0]
        and any(box[0] < left[2] and box[2] < right[0] for box in prose)
        and any(box[0] > left[2] and box[2] > right[0] for box in prose)
    )


def _parts(box: Box, run: Box, em: float) -> bool:
    """Other text under the run, in its columns or hardly before them: the listing ends there."""
    before = em if box[1] > run[3] else 0.0
    return box[1] > run[1] and box[0] < run[2] and run[0] - before < box[2]


def _is_command(i: int, paras: Sequence[Para], frames: Sequence[Box], stats: PageStats) -> bool:
    """Whether a monospaced line alone is one of a program: no name, address, heading, term or cell."""
    line = paras[i].lines[0]
    text = line.plain
    large = line.size > _LARGER * stats.size and not _PROMPT.match(text)
    if _ADDRESS.search(text) or (line.bold and not has_signs(text)) or large:
        return False
    if len(text) < _SHORTEST or (len(line.words) < 2 and not has_signs(text)):
        return False
    if read_marker(text) is not None and not _PRINTED.match(text) and _frame_of(line.box, frames) is None:
        return False
    for j, para in enumerate(paras):
        if j == i or not any(map(str.isalpha, para.lines[0].plain)):
            continue
        first = para.lines[0]
        if abs(first.baseline - line.baseline) < 0.3 * line.size and len(para.lines) <= _BESIDE_LINES:
            if max(first.x0 - line.x1, line.x0 - first.x1) < _BESIDE_EM * line.size:
                return False
        elif 0 < first.baseline - line.baseline < 1.5 * stats.leading and (
            _TERM_EM * line.size < first.x0 - line.x0 < line.width + 4 * line.size and first.size > _TERM * line.size
        ):
            return False
    return True


def _frames(page: PageImage, em: float) -> list[Box]:
    """Boxes drawn round something, or two strokes on both sides of it."""
    boxes = [shape.bbox for shape in page.shapes]
    strokes = sorted(
        ((round(x.bbox[1]), round(x.bbox[3]), x.bbox) for x in page.rules if not x.horizontal),
        key=lambda s: (*s[:2], s[2][0]),
    )
    for left, right in pairwise(strokes):
        if left[:2] == right[:2]:
            boxes.append(union((left[2], right[2])))
    return [box for box in boxes if box[2] - box[0] > _FRAME_EM * em and box[3] - box[1] > _FRAME_LINES * em]


def _frame_of(box: Box, frames: Sequence[Box]) -> Box | None:
    around = [frame for frame in frames if inside_share(box, frame) > _INSIDE]
    return min(around, key=area) if around else None
