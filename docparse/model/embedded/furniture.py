"""Running headers, footers and page numbers of one page: by position, isolation and wording; cautious without proof.

Repetition over pages is the assembler's to see; a single page only shows where a line stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from docparse.geometry import area, inside_share
from docparse.model.embedded.captions import is_caption
from docparse.model.embedded.code import is_mono
from docparse.model.embedded.formula_kinds import is_math_font
from docparse.model.embedded.joining import line_text
from docparse.model.embedded.line_ends import opens_with_sign
from docparse.model.embedded.lines import Line, line_of
from docparse.model.embedded.stats import PageStats
from docparse.model.embedded.types import Region
from docparse.schemas.page import PageImage

_PAGE_NUMBER = re.compile(
    r"[-–—|\s.]*(?:(?:page|seite|p\.|pág(?:ina)?\.?|pagina|str\.|стр\.|страница|trang|页|頁|第|ページ|쪽|페이지|หน้า|صفحة)\s*)?"
    r"(?:\d{1,4}|[ivxlcdm]{1,6}|[IVXLCDM]{1,6}|[A-Z]?-?\d{1,3}|\d{1,3}\s?[-–]\s?\d{1,3}|[٠-٩۰-۹]{1,4})"
    r"(?:\s*(?:/|of|von|de|sur|di|из|van)\s*\d{1,4})?\s*(?:页|頁|ページ|쪽|페이지)?[-–—|\s.]*",
    re.I,
)
_TELLING = re.compile(
    r"https?://|www\.|\bdoi\b|©|\bcopyright\b|\bISSN\b|\bvol(?:ume|\.),?\s*(?:\d|[ivxlc]+\b)|\bpage \d|\bdownloaded\b|"
    r"\ball rights reserved\b|\b\d+ (?:of|von|sur|de) \d+\b|\brev(?:ision|\.):?\s*(?:\d|[a-z]\b)|\bconfidential\b|"
    r"\bpublished by\b|\bet al\b|\.(?:com|org|net|gov|edu)\b",
    re.I,
)
_NOTE = re.compile(r"(?:\d{1,2}|[*†‡§¶]|\(?[a-z]\))\s*[^\W\d_]")
_TOP, _TOP_WIDE = 0.075, 0.125  # of the page height: surely furniture's place, and possibly
_BOTTOM, _BOTTOM_WIDE = 0.935, 0.885
_TOP_DEEP = 0.2  # where a head may stand that has its page number beside it: margins may be broad
_LAST_APART = 0.8  # of the leading, between text and a number under its middle
_LEADING_EM = 1.5  # that it is at most
_CLOSE_HEAD = 0.5  # of the leading, by which the box of a line below may reach into a head with the page's number
_HEAD_WIDE = 0.6  # of the page's width, that such a head spans
_NUMERAL = re.compile(r"[-–—\s]*(?:\d{1,4}|[ivx]{2,6}|[iv])[-–—\s]*")
_SLIDE = 1.2  # width over height of slides, whose titles the layout model takes for running lines
_LEAST_LETTERS = 40  # of a page's text: where there is less, a line at its edge is what the page says
_BOLD_HEAD = 1.08  # of the size of the text: so large is a bold line only as a heading
_STOPPED = re.compile(r"[a-z]{3}[.:]$")  # no running line ends so
_COLONS = (":", "：")
_NEXT_LINE = 2.0  # of the leading, from one line of a program to the next
_NEXT_TEXT = 1.3  # … and of a paragraph
_CAPTION_APART = 2.0  # … and at most from a caption to its table or figure
_LARGE_HEAD = 1.4  # of the size of the text: journals' heads
_PANEL = 0.95  # of the page's width
_FORMULA, _MATH_WORDS = 0.95, 3
_SENTENCE = 9  # words of a line that a sentence fills
_CELLS = 4  # pieces of a row that may be one of a table
_SLIP = 1.7  # height over width from which on a scan is a slip from a till, which has no pages: no sheet is so narrow
_PAID = re.compile(
    r"\W*(?:cash(?:ier)?|change(?: due)?|tender(?:ed)?|kassierer(?:in)?|r[uü]ckgeld|wechselgeld|esp[eè]ces|rendu|"
    r"efectivo|cambio|contanti|resto|contant|wisselgeld|got[oó]wka|reszta|troco|tunai|baki)\b",
    re.I,
)
_AMOUNT = re.compile(r"\d[.,]\d\d\b")
_LEAST_AMOUNTS = 3  # lines of a slip with one
_SLIP_WORDS = 5  # of a line on it: prose has "change" and numbers too

Place = Literal["header", "footer", "number"]


@dataclass(slots=True)
class Furniture:
    """Lines that run with the page, by place, and the rest."""

    body: list[Line]
    headers: list[Line] = field(default_factory=list)
    footers: list[Line] = field(default_factory=list)
    numbers: list[Line] = field(default_factory=list)


def split_furniture(
    page: PageImage,
    lines: Sequence[Line],
    stats: PageStats,
    top: float,
    bottom: float,
    regions: Sequence[Region] = (),
) -> Furniture:
    """Lines parted; `top` and `bottom` bound the tables and figures of the page, which are body."""
    if stats.ocr and (page.height > _SLIP * page.width or _is_slip(lines)):
        return Furniture(list(lines))
    slide = page.width > _SLIDE * page.height
    seen = [
        line for line in lines
        if _in_region(line, regions, page.height) and not _too_big(line, stats) and not (slide and line.bold)
    ]  # fmt: skip
    seen = _without_prose(seen, lines, stats)
    if sum(len(line.plain) for line in lines) - sum(len(line.plain) for line in seen) < _LEAST_LETTERS:
        seen = []
    if seen:
        seen += [line for line in lines if line not in seen and _is_number_beside(line, seen)]
        known = {id(line) for line in seen}
        lines = [line for line in lines if id(line) not in known]
    rows = _rows(lines)
    scanned = any(area(picture.bbox) > 0.5 * page.width * page.height for picture in page.pictures)
    least = 0 if scanned else 2  # a stamped scan has no other text
    heads = _take(page, rows, stats, top, down=True) if len(rows) > least + 1 or scanned else []
    rest = rows[len(heads) :]
    heads = [_with_chapter(row) for row in heads]
    feet = _take(page, rest[::-1], stats, page.height - bottom, down=False) if len(rest) > least else []
    if not feet and len(rest) > least and _is_last_number(page, rest, stats, bottom):
        feet = [rest[-1]]
    body = rest[: len(rest) - len(feet)]
    result = Furniture([line for row in body for line in row])
    upper = [line for line in seen if line.baseline < 0.5 * page.height]
    lower = [line for line in seen if line.baseline >= 0.5 * page.height]
    for rows_found, target in (([upper, *heads], result.headers), ([*feet[::-1], lower], result.footers)):
        for line in (line for row in rows_found for line in row):
            (result.numbers if is_page_number(line_text(line)) else target).append(line)
    return result


def _is_slip(lines: Sequence[Line]) -> bool:
    """The words of a till beside an amount, and more amounts: a slip, though its scan is as broad as a sheet."""
    amounts = [line for line in lines if _AMOUNT.search(line_text(line))]
    if len(amounts) < _LEAST_AMOUNTS:
        return False
    short = [line for line in amounts if len(line.words) <= _SLIP_WORDS]
    paid = [line for line in lines if len(line.words) <= _SLIP_WORDS and _PAID.match(line_text(line))]
    return any(abs(line.baseline - other.baseline) < line.size for line in paid for other in short)


def is_stamp(text: str) -> bool:
    """Wording of what is stamped on every page: where it was downloaded, whose it is."""
    return _TELLING.search(text) is not None


def _in_region(line: Line, regions: Sequence[Region], height: float) -> bool:
    """Whether the layout model took a line at the page's edge for a running header or footer."""
    if 0.14 * height < line.baseline < 0.88 * height:
        return False
    return any(region.kind in ("header", "footer") and inside_share(line.box, region.bbox) > 0.6 for region in regions)


def _without_prose(seen: Sequence[Line], lines: Sequence[Line], stats: PageStats) -> list[Line]:
    """The lines that a layout model took for running ones without those of a paragraph, a full one with others at it,
    and without heads that end in a colon."""

    def is_next(line: Line, other: Line) -> bool:
        return 0 < abs(line.baseline - other.baseline) < _NEXT_TEXT * stats.leading

    prose = [line for line in seen if _is_prose([line], stats) and any(is_next(line, other) for other in lines)]
    seen = [line for line in seen if not line.plain.endswith(_COLONS)]
    return [line for line in seen if line not in prose and not any(is_next(line, other) for other in prose)]


def _is_number_beside(line: Line, seen: Sequence[Line]) -> bool:
    """Whether a number stands in the row of a running line, as the page's does at the other margin."""
    if not _NUMERAL.fullmatch(line.plain):
        return False
    return any(abs(line.baseline - other.baseline) < 0.5 * min(line.size, other.size) for other in seen)


def is_page_number(text: str) -> bool:
    return len(text) <= 24 and any(map(str.isalnum, text)) and _PAGE_NUMBER.fullmatch(text.strip()) is not None


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.baseline):
        if rows and line.baseline - rows[-1][0].baseline < 0.5 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.x0)
    return rows


def _take(page: PageImage, rows: list[list[Line]], stats: PageStats, bound: float, *, down: bool) -> list[list[Line]]:
    """Rows at the edge that are furniture: as far as the last gap that sets them apart."""
    height = page.height
    best = 0
    strong = False
    last = 0.0
    for k, row in enumerate(rows[:5]):
        near, far = _extent(row, height, down)
        if best and len(row) == 1 and near - last > stats.leading and not _is_telling(row):  # the body starts here
            break
        last = far
        beside_logo = _is_from_edge_to_edge(page, row, rows[k + 1 :], stats)
        edge = height if beside_logo else bound
        limit = (_TOP_WIDE if down else 1 - _BOTTOM_WIDE) * height
        if down and not k and far > limit and _is_deep_head(page, rows, stats, bound):
            return rows[:1]
        if (not down and any(_is_note(line) for line in row)) or _is_cells(row, rows[k + 1 : k + 8]):
            break
        big = any(_too_big(line, stats) for line in row) and not _is_numbered(row, rows[k + 1 :], stats)
        if far > limit or far > edge or big or _is_prose(row, stats):
            break
        if edge - far < _CAPTION_APART * stats.leading and _is_caption(row):
            break
        if (
            (down and _is_heading(row, stats))
            or _is_listing(row, rows[k + 1 : k + 2], page, stats)
            or (not stats.ocr and (_is_cut(row, rows[k + 1 : k + 2], down) or _is_formula(row, stats)))
        ):
            break
        strong = strong or _is_telling(row)
        next_near = min(_extent(rows[k + 1], height, down)[0] if k + 1 < len(rows) else height, edge)
        if _apart(page, row, far, next_near, stats, down, strong):
            best = k + 1
        elif next_near - far > 2.0 * stats.leading:
            break
    return rows[:best]


def _is_deep_head(page: PageImage, rows: list[list[Line]], stats: PageStats, bound: float) -> bool:
    """Whether the first row, below a broad margin, is a head with its page number: no line of a contents page."""
    row, below = _with_chapter(rows[0]), rows[1] if len(rows) > 1 else []
    numbers = [line for line in (row[0], row[-1]) if line.plain.isdecimal() and len(line.plain) < 5]
    _, far = _extent(row, page.height, down=True)
    if len(row) > 3 or len(numbers) != 1 or far > min(_TOP_DEEP * page.height, bound):
        return False
    if not _spread(row, page.width) and not _at_an_edge(numbers[0], rows[1:], stats):
        return False
    near = min(_extent(below, page.height, down=True)[0] if below else page.height, bound)
    small = all(line.size < 0.95 * stats.size for line in row)
    if near - far < (0.7 if small else 0.9) * stats.leading or any(_too_big(line, stats) for line in row):
        return False
    return not any(line.words[-1].text.isdecimal() and abs(line.x1 - numbers[0].x1) < line.size for line in below)


def _with_chapter(row: list[Line]) -> list[Line]:
    """A row between two numbers with that of the chapter at its title: the other one is the page's."""
    if len(row) != 3 or not (row[0].plain.isdecimal() and row[2].plain.isdecimal()):
        return row
    first, title, last = row
    before, behind = title.x0 - first.x1, last.x0 - title.x1
    if min(before, behind) > 0.5 * max(before, behind):
        return row
    if before < behind:
        return [line_of([*first.words, *title.words]), last]
    return [first, line_of([*title.words, *last.words])]


def _is_from_edge_to_edge(page: PageImage, row: list[Line], rows: list[list[Line]], stats: PageStats) -> bool:
    """Whether a page's number and a few words stand at the margins of the text: no axis beside a caption."""
    return not stats.ocr and _has_number(row, page.width) and all(_at_an_edge(line, rows, stats) for line in row)


def _at_an_edge(number: Line, rows: list[list[Line]], stats: PageStats) -> bool:
    """Whether a number or title stands where full lines of text begin or end."""
    full = (line for row in rows for line in row if line.width > 0.85 * stats.width)
    return any(min(abs(line.x0 - number.x0), abs(line.x1 - number.x1)) < 0.5 * number.size for line in full)


def _is_last_number(page: PageImage, rows: list[list[Line]], stats: PageStats, bottom: float) -> bool:
    """A number set apart under everything else, in the middle of the page or of its text: a page number, however much
    room follows."""
    line = rows[-1][0]
    alone = len(rows) == 1 and bottom <= 0  # then it is all that the page says
    if alone or len(rows[-1]) > 1 or not _NUMERAL.fullmatch(line.plain):
        return False
    middle = (line.x0 + line.x1) / 2
    full = [other for row in rows[:-1] for other in row if other.width > 0.85 * stats.width]
    middles = [page.width / 2, *((other.x0 + other.x1) / 2 for other in full)]
    above = max([bottom, *(other.y1 for row in rows[-2:-1] for other in row)])
    small = line.size < 0.95 * stats.size and line.y1 > _BOTTOM_WIDE * page.height
    leading = min(stats.leading, _LEADING_EM * stats.size)
    apart = line.y0 - above > (0.3 if small else _LAST_APART) * leading
    return apart and any(abs(place - middle) < 0.03 * page.width for place in middles)


def _is_formula(row: Sequence[Line], stats: PageStats) -> bool:
    """Whether a row has letters of mathematics in the size of the text: no running line has many."""
    words = [word for line in row for word in line.words if word.size > _FORMULA * stats.size]
    return sum(is_math_font(word.font) for word in words) >= _MATH_WORDS


def _is_note(line: Line) -> bool:
    """A footnote: a marker before a few words, or a raised one, as before the address of a page."""
    if opens_with_sign(line):
        return True
    return len(line.words) >= 4 and _NOTE.match(line.plain) is not None and not _is_telling([line])


def _is_cells(row: list[Line], others: list[list[Line]]) -> bool:
    """Whether half of a row's pieces start or end where pieces of one other row do: cells of a table."""
    if len(row) < _CELLS:
        return False
    return any(
        2 * sum(any(_one_edge(line, cell) for cell in other) for line in row) >= len(row)
        for other in others
        if len(other) >= _CELLS
    )


def _one_edge(line: Line, other: Line) -> bool:
    return min(abs(line.x0 - other.x0), abs(line.x1 - other.x1)) < 0.5 * line.size


def _extent(row: list[Line], height: float, down: bool) -> tuple[float, float]:
    """Near and far edge of a row, measured from the page's edge."""
    if down:
        return min(line.y0 for line in row), max(line.y1 for line in row)
    return height - max(line.y1 for line in row), height - min(line.y0 for line in row)


def _too_big(line: Line, stats: PageStats) -> bool:
    """A title: no running line is set larger than the text; sizes that a font states may differ from what is seen."""
    return line.size > (1.6 if line.plain.isdecimal() else 1.12 if stats.ocr else 1.25) * stats.size


def _is_numbered(row: list[Line], rows: list[list[Line]], stats: PageStats) -> bool:
    """Whether a large line has the page's number beside it, at the edge of the text."""
    numbers = [line for line in row if line.plain.isdecimal() and len(line.plain) < 4]
    if len(row) != 2 or len(numbers) != 1 or stats.ocr or any(line.size > _LARGE_HEAD * stats.size for line in row):
        return False
    return abs(row[0].size - row[1].size) < 0.5 and _at_an_edge(numbers[0], rows, stats)


def _is_heading(row: list[Line], stats: PageStats) -> bool:
    """A line alone that names no page: bold and larger than the text or with a stop at its end, or a colon there."""
    line = row[0]
    if len(row) > 1 or _is_telling(row):
        return False
    marked = line.size > _BOLD_HEAD * stats.size or _STOPPED.search(line.plain) is not None
    return line.plain.endswith(_COLONS) or (line.bold and not stats.ocr and marked)


def _is_caption(row: list[Line]) -> bool:
    """Whether a row is the label of a table or figure, and what it is called: the one that begins next to it."""
    line = row[0]
    return len(row) == 1 and is_caption(line_text(line), line.box, (), line.size)


def _is_prose(row: list[Line], stats: PageStats) -> bool:
    """A line of running text: body type, as wide as the column, many words."""
    return any(
        len(line.words) >= 9 and line.size > 0.93 * stats.size and line.width > 0.85 * stats.width for line in row
    ) and not _is_telling(row)


def _is_listing(row: list[Line], next_row: list[list[Line]], page: PageImage, stats: PageStats) -> bool:
    """The first or last of several lines of a program on a page of text, or one on a ground of its own; a name set so
    may run at the page's edge."""
    if not stats.code or stats.mono or _is_telling(row) or _has_number(row, page.width):
        return False
    if all(is_mono(line) and _is_on_ground(line, page) for line in row):
        return True
    rows = [row, *next_row]
    if len(rows) < 2 or not all(is_mono(line) for each in rows for line in each):
        return False
    return abs(row[0].baseline - next_row[0][0].baseline) < _NEXT_LINE * stats.leading


def _is_on_ground(line: Line, page: PageImage) -> bool:
    """Whether something is drawn around a line that is neither all the page nor from edge to edge of it."""
    return any(
        shape.bbox[2] - shape.bbox[0] < _PANEL * page.width and inside_share(line.box, shape.bbox) > 0.9
        for shape in page.shapes
    )


def _is_cut(row: list[Line], next_row: list[list[Line]], down: bool) -> bool:
    """Whether a line and the one next to it are of one sentence, as in the small print of a note."""
    if len(row) > 1 or not next_row or len(next_row[0]) > 1:
        return False
    first, second = (row[0], next_row[0][0]) if down else (next_row[0][0], row[0])
    if (
        len(first.words) < _SENTENCE
        or not second.plain[0].islower()
        or abs(first.size - second.size) > 0.05 * first.size
    ):
        return False
    near = second.baseline - first.baseline < 1.5 * first.size
    return near and not (_is_telling([first]) or _is_telling([second]))


def _is_telling(row: list[Line]) -> bool:
    texts = [line_text(line) for line in row]
    edges = (texts[0], texts[-1], texts[0].split(" ", 1)[0], texts[-1].rsplit(" ", 1)[-1])
    if any(is_page_number(text) and any(map(str.isdigit, text)) for text in edges[:2]):
        return True
    return any(_TELLING.search(text) for text in texts) or (
        len(row) > 1 and any(text.isdigit() and len(text) < 4 for text in edges)
    )


def _apart(
    page: PageImage, row: list[Line], far: float, next_near: float, stats: PageStats, down: bool, strong: bool
) -> bool:
    """Whether the gap behind the row, or a rule in it, sets it apart from the body."""
    gap = next_near - far
    sure = (_TOP if down else 1 - _BOTTOM) * page.height
    if stats.ocr and strong and far <= sure and gap > -_CLOSE_HEAD * stats.leading and _has_number(row, page.width):
        return True
    small = all(line.size < 0.95 * stats.size for line in row)
    needed = 0.55 if strong or far <= sure else 1.1
    if small:
        needed *= 0.75
    if far > sure and not strong and not small and not _spread(row, page.width):
        needed = 2.2
    if stats.letters < 500 and not strong:
        needed = max(needed, 2.5)
    return gap > needed * stats.leading or _ruled(page, row, far, next_near, down)


def _has_number(row: list[Line], width: float) -> bool:
    """The page's number at one margin and a few words at the other."""
    texts = (line_text(row[0]), line_text(row[-1]))
    ends = [is_page_number(text) and any(map(str.isdigit, text)) for text in texts]
    return len(row) == 2 and sum(ends) == 1 and _spread(row, width) and row[-1].x1 - row[0].x0 > _HEAD_WIDE * width


def _spread(row: list[Line], width: float) -> bool:
    """Pieces at both margins, as running heads have."""
    return len(row) > 1 and row[-1].x0 - row[0].x1 > 0.15 * width


def _ruled(page: PageImage, row: list[Line], far: float, next_near: float, down: bool) -> bool:
    lo, hi = (far, next_near) if down else (page.height - next_near, page.height - far)
    lo, hi = lo - 2, hi + 2
    return any(
        rule.horizontal and lo <= rule.bbox[1] <= hi and rule.bbox[2] - rule.bbox[0] > 0.4 * page.width
        for rule in page.rules
    )
