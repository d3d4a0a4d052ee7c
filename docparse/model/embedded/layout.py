"""Words, regions and tables of a page to typed blocks in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import area, overlap
from docparse.model.embedded import turned
from docparse.model.embedded.classify import Content, body_blocks
from docparse.model.embedded.figure_parts import join_parts
from docparse.model.embedded.figures import Figure, find_figures, pictures_in
from docparse.model.embedded.formula import unread_block
from docparse.model.embedded.formula_find import find_displays
from docparse.model.embedded.formula_rows import formula_blocks
from docparse.model.embedded.formula_seen import seen_displays
from docparse.model.embedded.furniture import Furniture, is_stamp, split_furniture
from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.headings import number_of
from docparse.model.embedded.ink import page_ink
from docparse.model.embedded.inline_math import with_stacks
from docparse.model.embedded.joining import join_lines, line_text
from docparse.model.embedded.justified import join_justified
from docparse.model.embedded.line_ends import LineEnds
from docparse.model.embedded.lines import Line, make_lines, sound_words
from docparse.model.embedded.listing import group_lists
from docparse.model.embedded.lists import read_marker
from docparse.model.embedded.order import Told, reading_order
from docparse.model.embedded.paragraphs import make_paragraphs
from docparse.model.embedded.rows import join_rows
from docparse.model.embedded.script import is_cjk
from docparse.model.embedded.stats import page_stats
from docparse.model.embedded.tables.precision import is_listing
from docparse.model.embedded.tables.text_rows import em_of, words_within
from docparse.model.embedded.tagged_text import by_tags, name_figures
from docparse.model.embedded.turned import Direction
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import (
    Block,
    Chart,
    Heading,
    Image,
    Music,
    PageFooter,
    PageHeader,
    PageNumber,
    Paragraph,
    Table,
)
from docparse.schemas.page import PageImage, Word, WordStyle

_POINTS, _MANY_POINTS = frozenset("●○■□▲△◆◇◦"), 8
_ROTATED, _DOWN = int(WordStyle.ROTATED), int(WordStyle.DOWN)
_SIGN = 0.3  # of a word, in scripts without blanks
_SHORT, _FULL = 5, 0.6  # words; share of a grid's cells
_SURE = 0.8  # of a table, whatever its cells look like
_GROUND = 0.6  # of the page: what the model takes all of this for says nothing of a table in it


def build_blocks(
    page: PageImage, words: Sequence[Word], regions: Sequence[Region], tables: Sequence[FoundTable],
    plots: Sequence[Figure] = (),
) -> list[Block]:  # fmt: skip
    """Blocks of a page in reading order, boxes in page units, ids unset. No word outside tables is lost.

    The words of `plots` (charts, music) are not among `words`.
    """
    kept = sound_words(words, page.width, page.height)
    named = [region for region in regions if area(region.bbox) < _GROUND * page.width * page.height]
    tables = [table for table in tables if not _is_other(table, kept, named if _is_drawn_grid(table, 2) else regions)]
    held: list[Word] = []
    if tables:
        held = words_within(kept, [table.bbox for table in tables])
        inner = {id(word) for word in held}
        kept = [word for word in kept if id(word) not in inner]
    ways = _by_direction(kept)
    blocks = _upright_blocks(page, ways.get("right", []), regions, tables, held, plots)
    others: tuple[Direction, ...] = ("down", "up", "left")
    notes = [block for way in others for block in _side_notes(page, ways.get(way, []), way)]
    return blocks + [note for note in notes if not _is_axis_title(note, blocks)]


def _is_axis_title(note: Block, blocks: Sequence[Block]) -> bool:
    """Whether turned text stands in a figure or right beside it; if so it is put there."""
    if not isinstance(note, Paragraph) or note.bbox is None:
        return False
    x0, y0, x1, y1 = note.bbox
    reach = 2.5 * min(x1 - x0, y1 - y0)
    for figure in blocks:
        if not isinstance(figure, Image | Chart) or figure.bbox is None:
            continue
        left, top, right, bottom = figure.bbox
        if left - reach <= x0 and x1 <= right + reach and top - reach <= y0 and y1 <= bottom + reach:
            if isinstance(figure, Image):
                figure.ocr = f"{figure.ocr}\n{note.text}".strip()
            else:
                figure.text = f"{figure.text}\n{note.text}".strip()
            figure.bbox = (min(left, x0), min(top, y0), max(right, x1), max(bottom, y1))
            return True
    return False


def _by_direction(words: Sequence[Word]) -> dict[Direction, list[Word]]:
    rotated = [word for word in words if word.style & _ROTATED]
    if not rotated:
        return {"right": list(words)} if words else {}
    ways: dict[Direction, list[Word]] = {}
    found = iter(turned.directions(rotated))
    for word in words:
        way: Direction = next(found) if word.style & _ROTATED else "right"
        ways.setdefault(way, []).append(word)
    return ways


def _upright_blocks(
    page: PageImage, words: Sequence[Word], regions: Sequence[Region], tables: Sequence[FoundTable],
    held: Sequence[Word] = (), plots: Sequence[Figure] = (),
) -> list[Block]:  # fmt: skip
    """Blocks of the words that run to the right; `held` are those that the tables have already."""
    em = em_of(words) if words else page.height / 70
    figures = find_figures(page, words, regions, tables, em, plots)
    drawn = {id(word) for figure in figures for word in figure.words}
    running = [word for word in words if id(word) not in drawn]
    figures += plots
    fixed = [table.bbox for table in tables] + [figure.bbox for figure in figures]
    gutters = ink = None
    if running and not running[0].font:  # read by OCR: the ink shows the gutters
        ink = ink.without(fixed) if (ink := page_ink(page)) else None
        gutters = Gutters(running, ink)
    lines = join_rows(join_justified(make_lines(running, gutters), gutters))
    stats = page_stats(lines).beside(held)
    top = min((box[1] for box in fixed), default=page.height)
    bottom = max((box[3] for box in fixed), default=0.0)
    furniture = split_furniture(page, lines, stats, top, bottom, regions)
    walls = [region.bbox for region in regions if region.kind in ("heading", "caption")]
    content = Content(page, stats, regions, [figure.bbox for figure in figures], [table.bbox for table in tables])
    if stats.ocr:
        displays = seen_displays(furniture.body, regions, stats.size, ink)
    else:
        displays = find_displays(furniture.body, page.rules, stats.size, page.shapes)
    taken = {id(word) for display in displays for line in display.lines for word in line.words}
    prose = [line for line in furniture.body if id(line.words[0]) not in taken]
    if not stats.ocr:
        prose = with_stacks(prose, page.rules)
    ends = None if stats.ocr else LineEnds(prose, fixed, page.width, stats.width)
    paras = by_tags(make_paragraphs(prose, stats, walls, ends, fixed), page)
    body: list[Block] = body_blocks(paras, content)
    for each in displays:
        body += [unread_block(each)] if stats.ocr else formula_blocks(each, page.rules, page.shapes)
    body += [table_block(table) for table in tables]
    body += [figure_block(figure) for figure in figures]
    if not stats.ocr:
        body += [figure_block(figure) for figure in pictures_in(tables, page, held)]
    body += [Image(bbox=region.bbox, flags=["text_not_recognised"]) for region in regions if region.kind == "unread"]
    body = join_parts(body, stats.size)
    name_figures(body, page)
    boxes = [block.bbox or (0, 0, 0, 0) for block in body]
    told = Told(_numbers(body), {i for i, block in enumerate(body) if isinstance(block, Heading)})
    order = reading_order(boxes, stats.size, rtl=stats.rtl, rules=page.rules, told=told)
    ordered = group_lists([body[i] for i in order], stats.size)
    blocks = [*_running(furniture.headers, PageHeader), *ordered, *_feet(furniture)]
    if len(blocks) == 1 and isinstance(blocks[0], (PageHeader, PageFooter)):  # what stands alone is the content
        return [Paragraph(text=blocks[0].text, bbox=blocks[0].bbox)]
    return blocks


def _numbers(blocks: Sequence[Block]) -> dict[int, int]:
    """The numbers that headings begin with, or where these have none, those of numbered paragraphs."""
    heads = {i: number_of(block.text) for i, block in enumerate(blocks) if isinstance(block, Heading)}
    found = {i: int(key) for i, key in heads.items() if key is not None and key.isdecimal()}
    if found:
        return found
    markers = {i: read_marker(block.text) for i, block in enumerate(blocks) if isinstance(block, Paragraph)}
    return {i: int(mark.key) for i, mark in markers.items() if mark is not None and mark.key.isdecimal()}


def _running(lines: Sequence[Line], kind: type[PageHeader] | type[PageFooter]) -> list[Block]:
    return [kind(text=line_text(line), bbox=line.box) for line in lines]


def _feet(furniture: Furniture) -> list[Block]:
    numbers: list[Block] = [PageNumber(text=line_text(line), bbox=line.box) for line in furniture.numbers]
    return _running(furniture.footers, PageFooter) + numbers


def _side_notes(page: PageImage, words: Sequence[Word], way: Direction) -> list[Block]:
    """Text beside the page's own direction: paragraphs, flagged `rotated` where they are turned."""
    if not words:
        return []
    lines = make_lines(turned.turn_words(words, way, page.width, page.height))
    blocks: list[Block] = []
    for para in make_paragraphs(lines, page_stats(lines)):
        box = turned.turn_back(para.box, way, page.width, page.height)
        text = join_lines(para.lines, para.breaks)
        margin = box[2] < 0.09 * page.width or box[0] > 0.91 * page.width
        kind = PageFooter if margin and is_stamp(text) else Paragraph
        blocks.append(kind(text=text, bbox=box, flags=["rotated"] if way != "right" else []))
    return blocks


def _turned_text(words: Sequence[Word]) -> str:
    """The sideways lines of a picture, as they follow one another: those that run up from left to right."""
    lines: dict[int, list[Word]] = {}
    for word in words:
        if word.style & _ROTATED:
            lines.setdefault(word.line, []).append(word)
    up = [line for line in lines.values() if not line[0].style & _DOWN]
    down = [line for line in lines.values() if line[0].style & _DOWN]
    ordered = sorted(up, key=lambda line: line[0].bbox[0]) + sorted(down, key=lambda line: -line[0].bbox[0])
    return " ".join(word.text for line in ordered for word in line)


def figure_block(figure: Figure) -> Image | Chart | Music:
    """Picture or chart with the text printed in it, line by line."""
    if figure.music and figure.abc:
        return Music(bbox=figure.bbox, abc=figure.abc, confidence=figure.score, flags=["music_from_image"])
    if figure.music:
        return Music(bbox=figure.bbox, flags=["music_not_recognised"])
    upright = [word for word in figure.words if not word.style & _ROTATED]
    plain = [word for word in upright if not _POINTS.issuperset(word.text)]
    if figure.chart or len(upright) - len(plain) >= _MANY_POINTS:  # points that are set as type are no text
        upright = plain
    text = "\n".join(line_text(line) for line in make_lines(upright))
    text = f"{text}\n{_turned_text(figure.words)}".strip()
    if figure.chart:
        return Chart(bbox=figure.bbox, text=text, flags=["chart_data_not_recognised"])
    return Image(bbox=figure.bbox, ocr=text)


def table_block(table: FoundTable) -> Table:
    return Table(
        bbox=table.bbox, rows=table.rows, cols=table.cols, cells=list(table.cells),
        confidence=min(1.0, max(0.0, table.confidence)), source="tags" if table.tagged else "embedded",
    )  # fmt: skip


def _is_other(table: FoundTable, words: Sequence[Word], regions: Sequence[Region]) -> bool:
    """Whether running text was taken for a table: cells full of prose, or a frame in which the model sees text."""
    if table.tagged:
        return False
    texts = [len(cell.text) for cell in table.cells if cell.text]
    same = [
        r
        for r in regions
        if r.kind == "table" and overlap(r.bbox, table.bbox) > 0.4 * min(area(r.bbox), area(table.bbox))
    ]
    if words and not words[0].font and is_listing(table, words):  # OCR's words have their type only now
        return True
    if any(region.score >= _SURE for region in same) or table.grid or _is_drawn_grid(table, 3):
        return False
    if not table.ruled and texts and sum(texts) > 90 * len(texts):
        return True
    if not table.ruled and table.confidence < 0.85 and _holds_prose(table, words):  # drawn rules speak for a table
        return True
    if same:
        return False
    seen = 0.0
    for region in regions:
        if region.kind == "figure" and (table.plain or len(texts) >= 20):
            continue  # the model takes a picture that is one table for a figure
        if region.kind in ("text", "figure", "heading", "caption") and region.score > 0.5:
            weight = 3.0 if region.kind == "heading" else 1.0  # no table has a heading in it
            seen += weight * overlap(region.bbox, table.bbox)
    return seen > 0.6 * area(table.bbox)


def _is_drawn_grid(table: FoundTable, columns: int) -> bool:
    """Between drawn rules, in so many columns at least, short texts in most cells: no figure is drawn so, and pictures
    may stand in the others."""
    texts = [cell.text for cell in table.cells if cell.text]
    short = sum(len(text.split()) <= _SHORT for text in texts)
    full = len(texts) >= _FULL * len(table.cells) and short >= 0.9 * len(texts)
    return table.ruled and table.rows >= 4 and table.cols >= columns and full


def _holds_prose(table: FoundTable, words: Sequence[Word]) -> bool:
    """Whether the source's lines in the table are long, as those of paragraphs are and those of cells are not."""
    counts: dict[int, float] = {}
    for word in words_within(words, [table.bbox]):
        if word.line >= 0 and word.text:
            counts[word.line] = counts.get(word.line, 0.0) + _share_of_word(word)
    total = sum(counts.values())
    return total >= 80 and sum(count for count in counts.values() if count >= 5) > 0.65 * total


def _share_of_word(word: Word) -> float:
    """A word is one, a sign of a script without blanks a part of one, dots and the parts of a number are none."""
    first = word.text[0]
    if is_cjk(first):
        return _SIGN * len(word.text)
    return float(first.isalpha() or (word.space and first != "."))
