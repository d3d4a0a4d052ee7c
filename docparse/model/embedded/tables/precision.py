"""What looks like a table and is none: charts and drawings, columns of prose, tables of contents, lists, forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docparse.geometry import Box, area, overlap
from docparse.model.embedded.captions import names_table
from docparse.model.embedded.line_ends import PAGES
from docparse.model.embedded.mono import is_mono_word
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.text_rows import words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import PageImage, Word

_LEADER = re.compile(r"(\.\s?){4,}|…{2,}|_{4,}")
_AMOUNT = re.compile(r"^[^,.]*\d[.,]\d+\D*$|\d[.,]\d{3}\b|[$€£¥%]")
_SUM = re.compile(r"\d[.,]\d\d(\s?\D{1,4})?$")
_EQUATION_NUMBER = re.compile(r"^\(?[A-Z]?\d+(\.\d+)?[a-z]?\)$")
_MARKER = re.compile(r"^(\[?\(?[0-9a-zA-Z]{1,3}[.)\]]|[•◦▪●○■–—-])$")
_ENTRY = re.compile(r"(\d{1,2}(?:\.\d{1,3})*\.?)\s?\D")
_CONTENTS_ROWS, _CONTENTS_PARTS, _RISING = 5, 0.3, 0.9  # entries, shares of parts of sections and of pages in order
_LED = 0.8  # of the rows have dots
_SECTION = re.compile(r"^([A-Z]|\d{1,2}|[IVX]+)(\.\d{1,3})*\.?$")
_PROGRAM = re.compile(r"[;{}]$|\w:$|^[$>#;%]\s|\w\(.*\)|<-|=>|::|\$\w|\\\w")  # of a program, and no cell's as "==" is
_UNENDED = re.compile(r"[;{}\[\](,]$")
_PROMPT = re.compile(r"[$%]\s[a-z]|\w*>\s[a-z]")
_INDEX_LINES, _INDEX_SHARE = 10, 0.6
_CARD_LETTERS = 30  # of a cell on the average
_LINE_LETTERS, _LINE_PAIRS = 20, 8
_LONG_CELL_WORDS, _SHORT_WORDS = 5, 4
# of a listing: letters in monospaced type, lines that read as a program's, and such lines where no cell cuts one
_MONO_SHARE, _SIGNS_SHARE, _ALL_SIGNS = 0.7, 0.2, 0.6
_TYPED_SHARE, _PROMPTED_SHARE = 0.6, 0.9  # of a page's letters: with more in monospaced type it is typewritten
_OUTPUT = ("## ", "[1] ")  # what R puts before a line that it prints
_INPUT = "> "  # … and before one that it is given
_PROMPTS = frozenset((">", ">>>", "R>", "$", "%", "#"))
_NEXT_LINE, _NEXT_LINES, _LINE = 1.6, 2.8, 8  # sizes to the next line and to that after a blank one; its letters
_MONO_BLANK = 0.75  # em: a blank of a listing
_TICK_PT = 6.0  # of an axis
_HEAD_PT, _CUT_HEAD_PT = 9.0, 4.0  # an arrow's head is smaller, and larger where it is cut from a box
_BLANK = 0.55  # em: words of a line stand no further apart
_ALIGNED = 0.75  # confidence of tables that nothing but the places of their words show
_EMPTY, _BARS, _BAR_EM = 0.5, 4, 1.2  # of its cells, lengths of bars, and how thick and long these are
_MANY, _FULL = 30, 0.8  # filled cells, and their share, that no plot has
_SMALL, _FULL_SMALL = 12, 0.62  # of so few cells most must be filled


def has_caption(box: Box, words: Sequence[Word], em: float) -> bool:
    """A line "Table 3 ..." starts right above or below the box."""
    return any(
        names_table(f"{w.text} {following.text}")
        for w, following in zip(words, [*words[1:], words[0]], strict=True)
        if box[0] - 4 * em < w.bbox[0] < box[2]
        and (-0.5 * em < box[1] - w.bbox[3] < 5 * em or -0.5 * em < w.bbox[1] - box[3] < 2 * em)
    )


def is_caption(words: Sequence[Word]) -> bool:
    """The line begins with "Table 3" or the like."""
    return names_table(" ".join(word.text for word in words[:2]))


def is_drawing(table: FoundTable, page: PageImage, em: float) -> bool:
    """Curves, slanted lines, arrows or bars run through it: a chart or a diagram."""
    if _has_arrow(table.bbox, page) or _has_ticks(table.bbox, page):
        return True
    filled = sum(bool(cell.text) for cell in table.cells)
    if table.ruled and filled > 0.6 * len(table.cells):
        return False
    if filled < _EMPTY * len(table.cells) and _has_bars(table.bbox, page, em):
        return True
    curves = 0
    for shape in page.shapes:
        width, height = shape.bbox[2] - shape.bbox[0], shape.bbox[3] - shape.bbox[1]
        slanted = shape.segments == 1 and not shape.filled  # a straight stroke that is no rule
        least, long = (1.0, 1.2 * em) if slanted else (0.5 * em, 2 * em)
        if min(width, height) < least or max(width, height) < long or (shape.filled and shape.segments < 6):
            continue
        curves += overlap(table.bbox, shape.bbox) > 0 and area(shape.bbox) < 4 * area(table.bbox)
    return curves > 1 and curves > 0.1 * filled


def _has_bars(box: Box, page: PageImage, em: float) -> bool:
    """Filled bars of several lengths that begin under one another, in it or through its sides."""
    ends: dict[int, set[int]] = {}
    for shape in page.shapes:
        x0, y0, x1, y1 = shape.bbox
        if shape.filled and y1 - y0 < _BAR_EM * em < x1 - x0 and overlap(box, shape.bbox) > 0:
            ends.setdefault(round(x0), set()).add(round(x1))
    return any(len(lengths) >= _BARS for lengths in ends.values())


def is_full(table: FoundTable) -> bool:
    """Many cells and few empty ones: the labels of a plot make no such grid."""
    filled = sum(bool(cell.text) for cell in table.cells)
    return table.cols >= 3 and filled >= max(_MANY, _FULL * len(table.cells))


def cuts_lines(table: FoundTable, words: Sequence[Word], em: float) -> bool:
    """Its sides run through lines of text, between words that stand as close as words do: it is no whole table."""
    x0, y0, x1, y1 = table.bbox
    cut = 0
    for left, right in pairwise(words):
        if left.line != right.line or not -0.2 * em < right.bbox[0] - left.bbox[2] < _BLANK * em:
            continue
        if y0 < (left.bbox[1] + left.bbox[3]) / 2 < y1 and y0 < (right.bbox[1] + right.bbox[3]) / 2 < y1:
            sides = [x0 < (word.bbox[0] + word.bbox[2]) / 2 < x1 for word in (left, right)]
            cut += sides[0] != sides[1]
    return cut > (1 if table.ruled or table.confidence > _ALIGNED else 0)


def has_one_row(table: FoundTable) -> bool:
    """Of several rows only one has more than one filled cell: heads, hints and rules between them. Heads over drawn
    columns are those of a table that is still to be filled in."""
    filled = [0] * table.rows
    for cell in table.cells:
        filled[cell.row] += bool(cell.text)
    if table.ruled and table.cols > 2 and filled[0] == table.cols and not any(filled[1:]):
        return False
    return table.rows > 2 and sum(cells > 1 for cells in filled) < 2


def is_listing(table: FoundTable, words: Sequence[Word]) -> bool:
    """Lines of a program on a coloured ground or in a frame, cut at their blanks."""
    x0, y0, x1, y1 = table.bbox
    lines: dict[int, list[Word]] = {}
    for word in words:
        if x0 < (word.bbox[0] + word.bbox[2]) / 2 < x1 and y0 < (word.bbox[1] + word.bbox[3]) / 2 < y1:
            lines.setdefault(round(word.baseline), []).append(word)
    inner = [word for line in lines.values() for word in line]
    mono = sum(len(word.text) for word in inner if is_mono_word(word))
    if mono < _MONO_SHARE * sum(len(word.text) for word in inner):
        return False
    texts = ["".join(word.text + " " * word.space for word in line).rstrip() for line in lines.values()]
    if not table.ruled and (_goes_on(inner, words) or sum(text.startswith(_OUTPUT) for text in texts) > len(texts) / 2):
        return True
    if texts[0].startswith(_INPUT):
        return True
    if not table.ruled and sum(_UNENDED.search(text) is not None for text in texts) >= _ALL_SIGNS * len(lines):
        return True  # parts of it stand under one another
    cells = [cell.bbox for cell in table.cells if cell.bbox and cell.text]
    if not any(_cuts(line, cells) for line in lines.values()):
        return False
    if any(map(_PROMPT.match, texts)):
        return True  # a command, and what it printed
    return sum(_PROGRAM.search(text) is not None for text in texts) >= _SIGNS_SHARE * len(lines)


def is_index(table: FoundTable, words: Sequence[Word]) -> bool:
    """Lines that end with the numbers of pages, behind commas: the columns of an index, between rules."""
    lines: dict[int, list[str]] = {}
    for word in words_in(words, table.bbox):
        lines.setdefault(word.line, []).append(word.text)
    return sum(PAGES.search(" ".join(texts)) is not None for texts in lines.values()) > max(
        _INDEX_LINES, _INDEX_SHARE * len(lines)
    )


def _goes_on(inner: Sequence[Word], words: Sequence[Word]) -> bool:
    """Whether a listing among other text goes on above or below: its lines follow as those of the table do."""
    letters = [0, 0]
    prompts = False
    for word in words:
        mono = is_mono_word(word)
        letters[mono] += len(word.text)
        prompts = prompts or (mono and word.text in _PROMPTS)
    if not inner or letters[True] > (_PROMPTED_SHARE if prompts else _TYPED_SHARE) * sum(letters):
        return False
    x0, x1 = min(word.bbox[0] for word in inner), max(word.bbox[2] for word in inner)
    first, last = min(word.baseline for word in inner), max(word.baseline for word in inner)
    size = median(word.size for word in inner)
    rows: dict[int, list[Word]] = {}
    for word in words:
        away = max(first - word.baseline, word.baseline - last)
        if 0.5 * size < away < _NEXT_LINES * size and word.bbox[0] < x1 and word.bbox[2] > x0:
            rows.setdefault(round((word.baseline - first) / size * 2), []).append(word)
    for row in rows.values():
        away = max(first - row[0].baseline, row[0].baseline - last)
        text = " ".join(word.text for word in row)
        if (
            all(map(is_mono_word, row))
            and len(text) >= _LINE
            and (away < _NEXT_LINE * size or _PROGRAM.search(text) is not None)
        ):
            return True
    return False


def _cuts(line: Sequence[Word], cells: Sequence[Box]) -> bool:
    """Whether the edge of a cell runs between words that stand a blank apart."""
    for left, right in pairwise(sorted(line, key=lambda word: word.bbox[0])):
        start, end, y = left.bbox[2], right.bbox[0], (left.bbox[1] + left.bbox[3]) / 2
        if end - start < _MONO_BLANK * left.size and not any(
            x0 < start - 0.1 and end + 0.1 < x1 and y0 < y < y1 for x0, y0, x1, y1 in cells
        ):
            return True
    return False


def _has_arrow(box: Box, page: PageImage) -> bool:
    """A small filled head stands at the end of a long rule in the box."""
    x0, y0, x1, y1 = box
    heads = [
        shape.bbox
        for shape in page.shapes
        if shape.filled
        and (3 <= shape.segments <= 6 or shape.segments == 1)  # a box that a clip cuts to a triangle
        and _sides(shape.bbox)[0] > (1.5 if shape.segments > 1 else _CUT_HEAD_PT)
        and _sides(shape.bbox)[1] < _HEAD_PT
    ]
    heads = [b for b in heads if b[0] < x1 + 3 and x0 - 3 < b[2] and b[1] < y1 + 3 and y0 - 3 < b[3]]
    if not heads:
        return False
    for rule in page.rules:
        (a, b, c, d), along = rule.bbox, 0 if rule.horizontal else 1
        if not overlap((a - 1, b - 1, c + 1, d + 1), box) or _sides(rule.bbox)[1] < 3 * _HEAD_PT:
            continue
        axis = (b + d) / 2 if rule.horizontal else (a + c) / 2
        for head in heads:
            level = (head[1 - along] + head[3 - along]) / 2
            ends = (rule.bbox[along], rule.bbox[along + 2])
            if abs(level - axis) < 0.7 and any(head[along] - 1.5 < end < head[along + 2] + 1.5 for end in ends):
                return True
    return False


def _has_ticks(box: Box, page: PageImage) -> bool:
    """Short strokes of one length at the left and at the bottom: those of the axes of a plot."""
    x0, y0, x1, y1 = box
    left: dict[tuple[int, int], int] = {}
    low: dict[tuple[int, int], int] = {}
    for rule in page.rules:
        a, b, c, d = rule.bbox
        if max(c - a, d - b) > _TICK_PT or max(c - a, d - b) < 1:
            continue
        if rule.horizontal and abs(a - x0) < _TICK_PT and y0 < b < y1:
            left[round(a), round(c)] = left.get((round(a), round(c)), 0) + 1
        elif not rule.horizontal and abs(d - y1) < _TICK_PT and x0 < a < x1:
            low[round(b), round(d)] = low.get((round(b), round(d)), 0) + 1
    return min(max(left.values(), default=0), max(low.values(), default=0)) > 1


def _sides(box: Box) -> tuple[float, float]:
    """Shorter and longer side."""
    width, height = box[2] - box[0], box[3] - box[1]
    return (width, height) if width < height else (height, width)


def is_prose(table: FoundTable) -> bool:
    """Every column holds running text."""
    texts = _columns(table)
    if len(texts) > 3:
        return False
    long = all(sum(len(t.split()) for t in column) > _LONG_CELL_WORDS * len(column) for column in texts.values())
    broken = all(sum(t[0].islower() for t in column) > 0.4 * len(column) for column in texts.values())
    full = all(sum(len(t.split()) > 7 for t in column) > 0.25 * len(column) for column in texts.values())
    return long or broken or (full and len(texts) == 2)


def is_open_table(table: FoundTable, captioned: bool) -> bool:
    """A column of aligned numbers or a dense grid of words; no table of contents, list, equations or form."""
    texts = _columns(table)
    if len(texts) < 2 or table.rows < 3:
        return False
    first, last = texts.get(0, []), texts.get(table.cols - 1, [])
    covered = sum(cell.rowspan * cell.colspan for cell in table.cells if cell.text)
    places = table.rows * table.cols
    if not captioned and covered < (_FULL_SMALL if places <= _SMALL else 0.45) * places:
        return False
    if not captioned and _is_contents(texts, first, last, table):
        return False
    if table.cols == 2 and first and sum(text.endswith(":") for text in first) >= 0.5 * len(first):
        return False
    if last and all(_EQUATION_NUMBER.match(text) for text in last):
        return False
    if table.cols == 2 and first and sum(bool(_MARKER.match(text)) for text in first) >= 0.5 * len(first):
        return False
    if _is_short(texts, table):
        return True
    if any(col > 0 and _is_numeric(entries) for col, entries in texts.items()):
        return table.rows >= 4 or table.cols > 2 or captioned or all(map(_SUM.search, last))
    return table.cols > 2 and table.rows >= 5 and _is_dense(texts, table.rows)


def _is_short(texts: dict[int, list[str]], table: FoundTable) -> bool:
    """A head and two rows, every cell filled, with numbers alone in all columns but the first."""
    if table.rows != 3 or table.cols < 3 or any(len(texts.get(col, ())) != 3 for col in range(table.cols)):
        return False
    head, *rows = zip(*(texts[col] for col in range(table.cols)), strict=True)
    labels = [*head, *(row[0] for row in rows)]
    return not any(map(is_number, labels)) and all(is_number(text) for row in rows for text in row[1:])


def is_grid(table: FoundTable, *, numeric: bool = False) -> bool:
    """Short texts in all columns but one at most, side by side in most rows: no running text is set so.

    `numeric` asks for a column of numbers as well.
    """
    texts = _columns(table)
    first, last = texts.get(0, []), texts.get(table.cols - 1, [])
    if len(texts) < 2 or _is_contents(texts, first, last, table):
        return False
    if table.cols == 2 and first and (_is_counted(first) or sum(map(bool, map(_MARKER.match, first))) > 1):
        return False
    if numeric and not any(col > 0 and _is_numeric(entries) for col, entries in texts.items()):
        return False
    rows: dict[int, int] = {}
    for cell in table.cells:
        if cell.text:
            rows[cell.row] = rows.get(cell.row, 0) + 1
    full = sum(count > 1 for count in rows.values())
    long = sum(sum(len(text.split()) <= _SHORT_WORDS for text in own) < 0.8 * len(own) for own in texts.values())
    return long <= 1 and table.rows >= 3 and full >= 0.75 * table.rows


def _is_counted(entries: Sequence[str]) -> bool:
    """Numbers one after the other: those of lines or items."""
    numbers = [int(text) for text in entries if text.isdecimal()]
    return len(numbers) > 0.8 * len(entries) and sum(b - a == 1 for a, b in pairwise(numbers)) > 0.7 * len(numbers)


def _columns(table: FoundTable) -> dict[int, list[str]]:
    """Texts of each column, that of the labels first."""
    texts: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.text and cell.colspan == 1:
            texts.setdefault(cell.col, []).append(_LEADER.sub("", cell.text).rstrip() or cell.text)
    if is_rtl_text([word for column in texts.values() for text in column for word in text.split()], False):
        return {table.cols - 1 - col: column for col, column in texts.items()}
    return texts


def _is_contents(texts: dict[int, list[str]], first: list[str], last: list[str], table: FoundTable) -> bool:
    """Dot leaders, or page numbers that never fall behind titles."""
    rows = [""] * table.rows
    for cell in table.cells:
        rows[cell.row] += cell.text + " "
    if sum(bool(_LEADER.search(text)) for text in rows) > 0.3 * table.rows:
        return not _has_amounts(texts, last)
    pages = [int(text) for text in last if text.isdecimal()]
    if table.cols > 4 or len(pages) < 3 or len(pages) < 0.8 * len(last) or pages != sorted(pages):
        return False
    titles = [text for col, entries in texts.items() if col < table.cols - 1 for text in entries]
    plain = sum(bool(_SECTION.match(text)) or not is_number(text) for text in titles)
    return plain >= 0.9 * len(titles) and (
        table.cols == 2 or sum(map(bool, map(_SECTION.match, first))) > 0.5 * len(first)
    )


def is_contents(table: FoundTable) -> bool:
    """Rows that begin with the number of a section and end with that of a page, which never falls behind; or rows with
    dots that lead to that of a page."""
    if table.ruled:
        return False
    rows = [""] * table.rows
    for cell in sorted(table.cells, key=lambda cell: cell.col):
        rows[cell.row] += f" {cell.text}" if cell.text else ""
    rows = [row.strip() for row in rows if row]
    led = [page for row in rows if (page := _page_of(row)) and _LEADER.search(row)]
    if len(led) >= max(_CONTENTS_ROWS, _LED * len(rows)) and _rise(led):
        return True
    entries = [(entry[1], page, row) for row in rows if (entry := _ENTRY.match(row)) and (page := _page_of(row))]
    parts = sum("." in section.rstrip(".") or ".." in row for section, _, row in entries)
    if len(entries) < max(_CONTENTS_ROWS, len(rows) / 2) or parts < _CONTENTS_PARTS * len(rows):
        return False
    return _rise([page for _, page, _ in entries])


def _rise(pages: Sequence[int]) -> bool:
    return sum(a <= b for a, b in pairwise(pages)) >= _RISING * (len(pages) - 1)


def _page_of(row: str) -> int:
    """The number behind a title and the dots that lead to it, 0 where none is."""
    title = row.rstrip("0123456789")
    digits = row[len(title) :]
    title = title.rstrip(" .")
    return int(digits) if 0 < len(digits) < 5 and title and not title[-1].isdigit() and title[-1] != "," else 0


def _has_amounts(texts: dict[int, list[str]], last: list[str]) -> bool:
    """Labels, and beside them columns of numbers alone: two, or one of amounts. No page numbers are set so."""
    numeric = [_is_numeric(entries) for col, entries in texts.items() if col > 0]
    if not all(numeric) or sum(is_number(text) for text in texts.get(0, ())) > 1:
        return False
    return len(numeric) > 1 or sum(bool(_AMOUNT.search(text)) for text in last) > 0.5 * len(last)


def _is_dense(texts: dict[int, list[str]], rows: int) -> bool:
    """Nearly every cell holds a word or two: a table of words."""
    cells = [text for entries in texts.values() for text in entries]
    short = sum(len(text.split()) < 4 for text in cells)
    return len(cells) >= 0.8 * rows * len(texts) and short >= 0.8 * len(cells)


def _is_numeric(entries: Sequence[str]) -> bool:
    return sum(map(is_number, entries)) >= max(3, 0.6 * len(entries))


def is_masthead(table: FoundTable, words: Sequence[Word]) -> bool:
    """Two or three rows between rules of which one is set far larger: the head of a paper, not of a table."""
    if table.rows > 3:
        return False
    sizes = sorted(word.size for word in words_in(words, table.bbox))
    return bool(sizes) and sizes[-1] > 2.2 * sizes[0]


def is_cards(table: FoundTable) -> bool:
    """Frames of text side by side: what is between them makes columns of empty cells."""
    filled = [cell for cell in table.cells if cell.text]
    full = {col for cell in filled for col in range(cell.col, cell.col + cell.colspan)}
    free = [col for col in range(min(full, default=0), max(full, default=0)) if col not in full]
    letters = sum(len(cell.text) for cell in filled)
    return len(full) > 1 and len(free) >= len(full) - 1 and letters > _CARD_LETTERS * len(filled)


def runs_on(table: FoundTable) -> bool:
    """Cells of a column that go on in the next one, as lines of running text do, and no rules between them."""
    if table.ruled:
        return False
    texts = {(cell.row, cell.col): cell.text for cell in table.cells if cell.text}
    pairs = [(text, texts[row + 1, col]) for (row, col), text in texts.items() if (row + 1, col) in texts]
    on = sum(below[0].islower() and above[-1] not in ".:;!?" and len(above) > _LINE_LETTERS for above, below in pairs)
    return len(pairs) >= _LINE_PAIRS and 2 * on > len(pairs)


def is_dotted(table: FoundTable) -> bool:
    """Cells that hold nothing but the dots that lead to a page number: a page of contents, cut up."""
    filled = [cell.text for cell in table.cells if cell.text]
    return 5 * sum(not text.strip(" .·…") for text in filled) > 2 * len(filled)
