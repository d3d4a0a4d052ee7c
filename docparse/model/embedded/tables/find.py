"""All tables of a page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from docparse.geometry import Box, inside_share, overlap
from docparse.geometry import area as area_size
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.tables.broken_rules import dashed_rules, over_tints
from docparse.model.embedded.tables.crossed import in_columns_of
from docparse.model.embedded.tables.ends import above_foot, between_prose
from docparse.model.embedded.tables.fields import field_blocks
from docparse.model.embedded.tables.folded import unfolded
from docparse.model.embedded.tables.headed import headed_tables
from docparse.model.embedded.tables.heads import (
    HEAD_ROWS,
    join_heads,
    with_body,
    with_bold_heads,
    with_group_head,
    with_head,
    with_total,
)
from docparse.model.embedded.tables.labelled import labelled_tables
from docparse.model.embedded.tables.lattice import lattice_table, without_overlaps
from docparse.model.embedded.tables.leaders import with_short_leaders
from docparse.model.embedded.tables.masks import Mask
from docparse.model.embedded.tables.open_tables import area_of, open_table, with_tail
from docparse.model.embedded.tables.page_columns import WIDEST_EM, in_columns, page_gutters
from docparse.model.embedded.tables.pixels import (
    Drawn,
    ink_mask,
    pixel_lines,
    rule_boxes,
    tighten,
    with_pale,
    without_bars,
)
from docparse.model.embedded.tables.precision import (
    cuts_lines,
    has_caption,
    has_one_row,
    is_cards,
    is_contents,
    is_dotted,
    is_drawing,
    is_full,
    is_grid,
    is_index,
    is_listing,
    is_masthead,
    is_open_table,
    is_prose,
    runs_on,
)
from docparse.model.embedded.tables.rules import Line, band_edges, clusters, drawn_lines, merge
from docparse.model.embedded.tables.runs import Run, chunked_lines, join_runs, runs_of, text_runs
from docparse.model.embedded.tables.sides import side_by_side
from docparse.model.embedded.tables.spaced_cells import with_spaced_cells
from docparse.model.embedded.tables.stacks import is_frame, rule_stacks, with_spanner
from docparse.model.embedded.tables.stripes import ground_edges, is_stripe, last_edges, past_labels
from docparse.model.embedded.tables.text_rows import TextRow, em_of, well_boxed
from docparse.model.embedded.tables.totals import part_totals, sums_under
from docparse.model.embedded.turned import Direction, directions, turn_back, turn_box, turn_words
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word, WordStyle

# confidence of tables between drawn rules, of those from pixels or a layout model, and of those of aligned text alone
_DRAWN, _SEEN, _ALIGNED = 0.9, 0.8, 0.7
_ROTATED = int(WordStyle.ROTATED)
_WHOLE = 0.8  # of a table's width: shorter rules are those of a part of it
_COLUMN_EM = 22.0  # what is narrower than this can't lie across two columns of text


def find_tables(page: PageImage, words: Sequence[Word], regions: Sequence[Region] = ()) -> list[FoundTable]:
    """Tables of a page, top to bottom, with cells in page units.

    `words` are the text layer's or an OCR engine's; `regions` what a layout model saw, if one ran.
    """
    turned_words = [word for word in words if word.style & _ROTATED]
    if len(turned_words) > 10 and 2 * len(turned_words) > len(words):
        return _turned_tables(page, turned_words)
    return _upright_tables(page, above_foot(words, page.height), regions) if words else []


def _turned_tables(page: PageImage, words: Sequence[Word]) -> list[FoundTable]:
    """Tables whose text runs up or down the page, found upright and turned back."""
    ways = directions(words)
    way = max(set(ways), key=ways.count)
    w, h = page.width, page.height
    frame = page.replace(
        width=w if way == "left" else h,
        height=h if way == "left" else w,
        pixels=None,
        rules=[
            rule._replace(bbox=turn_box(rule.bbox, way, w, h), horizontal=rule.horizontal == (way == "left"))
            for rule in page.rules
        ],
        shapes=[shape._replace(bbox=turn_box(shape.bbox, way, w, h)) for shape in page.shapes],
    )
    chosen = [word for word, its in zip(words, ways, strict=True) if its == way]
    return [_turn_back(t, way, w, h) for t in _upright_tables(frame, turn_words(chosen, way, w, h), ())]


def _turn_back(table: FoundTable, way: Direction, width: float, height: float) -> FoundTable:
    cells = tuple(
        cell.model_copy(update={"bbox": cell.bbox and turn_back(cell.bbox, way, width, height)}) for cell in table.cells
    )
    return dataclasses.replace(table, bbox=turn_back(table.bbox, way, width, height), cells=cells)


def _upright_tables(page: PageImage, words: Sequence[Word], regions: Sequence[Region]) -> list[FoundTable]:
    words = with_short_leaders(well_boxed(words))
    em = em_of(words)
    horizontal, vertical = drawn_lines(page)
    ink = ink_mask(page) if page.is_scan and not horizontal and not vertical else None
    drawn: Drawn | None = None
    if ink is not None:
        words, (horizontal, vertical), drawn = _from_pixels(ink, page, words, em)
        em = em_of(words)
    tables, horizontal, vertical = _ruled(page, horizontal, vertical, words, em, drawn.dashed if drawn else ())
    tables, headed = _open_below(tables, words, em) if drawn is not None else (tables, [])
    free = _outside(words, [table.bbox for table in tables])
    fields, free, lines = _fields(free, horizontal, em, exact=drawn is None)
    lattices = [table.bbox for table in [*tables, *fields]]
    stacks = rule_stacks(_free_lines(horizontal, lattices), vertical, free, em)
    stacks = [box for box in stacks if not _meets(box, lattices)]
    runs = _runs(free, lines, em)
    tabular = [region.bbox for region in regions if region.kind == "table" and region.score >= 0.5]
    seen = [*headed, *(box for box in tabular if not _meets(box, headed))]
    stacks = [box for box in stacks if not any(_is_piece(box, other) for other in seen)]
    stacks, runs = join_runs(stacks, runs, words, em)
    others = [r for r in regions if r.kind != "table" and r.score >= 0.6 and area_share(r.bbox, page) < 0.8]
    if drawn is not None:  # the model takes many a table for a figure
        others = [region for region in others if region.kind != "figure" or not drawn.is_text(region.bbox)]
    figures = [region.bbox for region in others if region.kind == "figure" and ink is not None]
    seen, runs = join_runs([box for box in seen if not _meets(box, lattices + stacks)], runs, words, em)
    for box in [*stacks, *(part for region in seen for part in between_prose(region, words, em))]:
        whole = with_tail(_with_ends(box, free, horizontal, em) if box in stacks else box, free, horizontal, em)
        sure = _DRAWN if box in stacks and ink is None else _SEEN
        found = _open_tables(whole, words, horizontal, vertical, em, sure)
        if not found or is_prose(found[0]) or is_masthead(found[0], words) or has_one_row(found[0]):
            continue
        if box in stacks and any(inside_share(box, other) > 0.8 for other in figures) and not is_full(found[0]):
            continue  # lines of a plot that was printed and scanned
        if box not in stacks or not is_frame(box, vertical, em) or is_open_table(found[0], has_caption(box, words, em)):
            tables += found
    for box in (side for run in runs for side in side_by_side(run.bbox, free, em)):
        around = {other.kind for other in others if inside_share(box, other.bbox) > 0.8}
        if around and (drawn is None or around != {"text"}):
            continue
        whole = with_group_head(with_spanner(box, free, horizontal, em), free, em)
        whole = with_tail(whole, free, horizontal, em)
        found = _open_tables(whole, words, horizontal, vertical, em, _ALIGNED)
        if found and is_open_table(found[0], has_caption(box, words, em)):
            tables += found if not around or is_grid(found[0], numeric=True) else []
    tables += labelled_tables(_outside(free, [table.bbox for table in tables]), em)
    tables = [*_sound(tables, page, words, em), *fields]
    tables += _bills(page, tables, words, horizontal, em) if drawn is None else []
    tables = without_overlaps(tables)
    tables = join_heads(tables, em) if len(tables) > 1 else tables
    tables = _under_heads(tables, words, em) if drawn is None else tables
    if drawn is not None:
        tables = [_witnessed(table, drawn) for table in tables]
    return [_in_reading_order(run) for table in tables for run in unfolded(table, vertical, em)]


def _under_heads(tables: Sequence[FoundTable], words: Sequence[Word], em: float) -> list[FoundTable]:
    left = _outside(words, [table.bbox for table in tables])
    return [with_bold_heads(table, left, em) for table in tables]


def _sound(tables: Sequence[FoundTable], page: PageImage, words: Sequence[Word], em: float) -> list[FoundTable]:
    """The tables without what is a drawing, a part of lines of text, a listing, an index, cards or a contents page."""
    tables = [table for table in tables if not is_drawing(table, page, em) and not cuts_lines(table, words, em)]
    tables = [table for table in tables if not (is_listing(table, words) or is_index(table, words))]
    return [
        table for table in tables if not (is_cards(table) or runs_on(table) or is_dotted(table) or is_contents(table))
    ]


def _fields(
    words: list[Word], horizontal: Sequence[Line], em: float, *, exact: bool
) -> tuple[list[FoundTable], list[Word], list[TextRow]]:
    """Blocks of fields where words stand exactly, the words of no such block, and the lines of these."""
    lines = chunked_lines(words, em)
    fields = field_blocks(lines, words, horizontal, em) if exact else []
    if fields:
        words = _outside(words, [table.bbox for table in fields])
        lines = chunked_lines(words, em)
    return fields, words, lines


def _open_tables(
    whole: Box, words: Sequence[Word], horizontal: Sequence[Line], vertical: Sequence[Line], em: float, sure: float
) -> list[FoundTable]:
    """The table in a box, and that of the sums which stand apart under it."""
    goods, sums = part_totals(whole, words, horizontal, vertical, em)
    area = area_of(goods, words, horizontal, vertical)
    table = open_table(area, em, sure) if area else None
    if table is None or sums is None:
        return [table] if table else []
    below = area_of(sums, words, (), ())  # the rule over the last of them is no head's
    total = open_table(below, em, _SEEN) if below else None
    return [table, total] if total else [table]


def _bills(
    page: PageImage, tables: Sequence[FoundTable], words: Sequence[Word], horizontal: Sequence[Line], em: float
) -> list[FoundTable]:
    """Tables of a few goods under their heads, and those of the sums under goods, among words of no other table."""
    left = _outside(words, [table.bbox for table in tables])
    goods = headed_tables(left, horizontal, page.shapes, em)
    left = _outside(left, [table.bbox for table in goods])
    areas = [area_of(box, left, (), ()) for box in sums_under([*tables, *goods], left, em)]
    sums = [open_table(area, em, _SEEN) for area in areas if area]
    return [*goods, *(table for table in sums if table)]


def _open_below(tables: Sequence[FoundTable], words: Sequence[Word], em: float) -> tuple[list[FoundTable], list[Box]]:
    """The tables without those that are the drawn head of a body without rules, and the boxes of these with it."""
    kept: list[FoundTable] = []
    headed: list[Box] = []
    for table in tables:
        whole = with_body(table.bbox, words, em) if table.rows <= HEAD_ROWS else table.bbox
        if whole == table.bbox or any(overlap(whole, other.bbox) for other in tables if other is not table):
            kept.append(table)
        else:
            headed.append(whole)
    return kept, headed


def _runs(words: Sequence[Word], lines: Sequence[TextRow], em: float) -> list[Run]:
    """Runs of aligned lines; where some lie across columns of the page, the others and those of each column."""
    runs = runs_of(lines, em)
    if not words or not words[0].font or all(_width_em(run, em) <= _COLUMN_EM for run in runs):
        return runs
    whole = [run for run in runs if _width_em(run, em) <= _COLUMN_EM or _is_in_column(run, words, em)]
    if len(whole) == len(runs):
        return runs
    boxes = [run.bbox for run in whole]
    columns = (_outside(column, boxes) for column in in_columns(words, em))
    return in_columns_of([*whole, *(run for column in columns for run in text_runs(column, em))], words, em)


def _width_em(run: Run, em: float) -> float:
    return (run.bbox[2] - run.bbox[0]) / em


def _is_in_column(run: Run, words: Sequence[Word], em: float) -> bool:
    """Whether it is no wider than a column and no gutter of what stands around it runs through it."""
    if _width_em(run, em) > WIDEST_EM:
        return False
    x0, y0, x1, y1 = run.bbox
    cuts = page_gutters(_outside(words, [run.bbox]), em)
    return not any(x0 < cut.x < x1 and cut.top < y1 and y0 < cut.bottom for cut in cuts)


def _in_reading_order(table: FoundTable) -> FoundTable:
    """The table with its first column at the right where its words run from right to left."""
    if not is_rtl_text([word for cell in table.cells for word in cell.text.split()], False):
        return table
    cells = [cell.model_copy(update={"col": table.cols - cell.col - cell.colspan}) for cell in table.cells]
    return dataclasses.replace(table, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.col))))


def _with_ends(box: Box, words: Sequence[Word], horizontal: Sequence[Line], em: float) -> Box:
    """What stands between rules, with the heads over the first and the sum under the last."""
    return with_total(with_head(with_spanner(box, words, horizontal, em), words, em), words, em)


def _is_piece(box: Box, seen: Box) -> bool:
    """Rules run in a corner of a table that a layout model saw whole, under some of its columns and few of its rows."""
    width, height = seen[2] - seen[0], seen[3] - seen[1]
    return inside_share(box, seen) > 0.9 and box[2] - box[0] < _WHOLE * width and 2 * (box[3] - box[1]) < height


def _ruled(
    page: PageImage, horizontal: list[Line], vertical: list[Line], words: Sequence[Word], em: float,
    dashed: Sequence[Line] = (),
) -> tuple[list[FoundTable], list[Line], list[Line]]:  # fmt: skip
    """Tables whose cells are drawn or stand on bands, and the lines with the edges of bands and those of dashes."""
    horizontal, vertical = with_spaced_cells(page, horizontal, vertical, em)
    tables = _lattices(horizontal, vertical, words)
    ends, sides = ground_edges(page.shapes, [table.bbox for table in tables], (horizontal, vertical), words)
    if sides:
        horizontal, vertical = merge([*horizontal, *ends]), merge([*vertical, *sides])
        tables = _lattices(horizontal, vertical, words)
    bands = band_edges(page, [table.bbox for table in tables])
    if dashed:
        horizontal = merge([*horizontal, *dashed], 0.2 * em, 0.3 * em)
    if not bands[0]:
        return tables, horizontal, vertical
    edges = past_labels(bands[0], bands[1], em)
    horizontal, vertical = merge([*horizontal, *edges]), merge([*vertical, *bands[1]])
    banded = [t for t in _lattices(horizontal, vertical, words) if not is_stripe(t.bbox, edges, em)]
    return without_overlaps(tables + banded), [*horizontal, *last_edges(edges, words, em)], vertical


def _witnessed(table: FoundTable, drawn: Drawn) -> FoundTable:
    """The table with what its own place and shape say for it, against a layout model that sees text or a figure."""
    plain = table.rows > 2 and drawn.is_text(table.bbox)  # two rows may be the lines of a sheet
    grid = table.grid or (plain and is_grid(table, numeric=table.confidence < _SEEN))
    return dataclasses.replace(table, plain=plain, grid=grid)


def _from_pixels(
    ink: Mask, page: PageImage, words: Sequence[Word], em: float
) -> tuple[list[Word], tuple[list[Line], list[Line]], Drawn]:
    """Tighter words, the rules, and what else there is of a page that is a picture."""
    tight = tighten(without_bars(ink, page, em), page, words)
    em = em_of(tight)
    strokes = with_pale(rule_boxes(ink, page, em), page, em)
    flat, tall = pixel_lines(strokes, page, tight, em)
    drawn = Drawn(ink, page, words, strokes, dashed_rules(ink, page, tight, em))
    return tight, (over_tints(flat, page, em), tall), drawn


def _outside(words: Sequence[Word], boxes: Sequence[Box]) -> list[Word]:
    """Words that do not run along the page's other axis and touch none of the boxes."""
    upright = [word for word in words if not word.style & _ROTATED]
    return [word for word in upright if not _meets(word.bbox, boxes)] if boxes else upright


def _free_lines(lines: Sequence[Line], boxes: Sequence[Box]) -> list[Line]:
    """Horizontal lines that are no part of the boxes."""
    return [
        line for line in lines
        if not any(b[1] - 1 <= line.pos <= b[3] + 1 and b[0] < line.end and line.start < b[2] for b in boxes)
    ]  # fmt: skip


def _meets(box: Box, boxes: Sequence[Box]) -> bool:
    return any(overlap(box, other) for other in boxes)


def area_share(box: Box, page: PageImage) -> float:
    return area_size(box) / (page.width * page.height)


def _lattices(horizontal: Sequence[Line], vertical: Sequence[Line], words: Sequence[Word]) -> list[FoundTable]:
    found = (lattice_table(cluster, words) for cluster in clusters(horizontal, vertical))
    return [table for table in found if table]
