"""All tables of a page."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, inside_share, overlap
from docparse.geometry import area as area_size
from docparse.model.embedded.tables.lattice import lattice_table, without_overlaps
from docparse.model.embedded.tables.open_tables import area_of, open_table
from docparse.model.embedded.tables.pixels import ink_mask, pixel_lines, tighten
from docparse.model.embedded.tables.precision import has_caption, is_drawing, is_open_table, is_prose
from docparse.model.embedded.tables.rules import Line, band_edges, clusters, drawn_lines, merge
from docparse.model.embedded.tables.runs import join_runs, text_runs
from docparse.model.embedded.tables.stacks import rule_stacks
from docparse.model.embedded.tables.text_rows import em_of
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word


def find_tables(page: PageImage, words: Sequence[Word], regions: Sequence[Region] = ()) -> list[FoundTable]:
    """Tables of a page, top to bottom, with cells in page units.

    `words` are the text layer's or an OCR engine's; `regions` what a layout model saw, if one ran.
    """
    if not words:
        return []
    em = em_of(words)
    horizontal, vertical = drawn_lines(page)
    ink = ink_mask(page) if page.is_scan and not horizontal and not vertical else None
    if ink is not None:
        words = tighten(ink, page, words)
        em = em_of(words)
        horizontal, vertical = pixel_lines(ink, page, words, em)
    tables = _lattices(horizontal, vertical, words)
    bands = band_edges(page, [table.bbox for table in tables])
    if bands[0]:
        horizontal, vertical = merge([*horizontal, *bands[0]]), merge([*vertical, *bands[1]])
        tables = without_overlaps(tables + _lattices(horizontal, vertical, words))
    lattices = [table.bbox for table in tables]
    stacks = [box for box in rule_stacks(horizontal, words, em) if not _meets(box, lattices)]
    runs = text_runs(words, lattices, em)
    stacks, runs = join_runs(stacks, runs, words, em)
    seen = [region.bbox for region in regions if region.kind == "table" and region.score >= 0.5]
    others = [region.bbox for region in regions if region.kind != "table" and region.score >= 0.6]
    seen, runs = join_runs([box for box in seen if not _meets(box, lattices + stacks)], runs, words, em)
    for box in stacks + seen:
        area = area_of(box, words, horizontal, vertical)
        table = open_table(area, em) if area else None
        if table and not is_prose(table):
            tables.append(table)
    for box, _ in runs:
        if any(inside_share(box, other) > 0.8 for other in others if area_share(other, page) < 0.8):
            continue
        area = area_of(box, words, horizontal, vertical)
        table = open_table(area, em) if area else None
        if table and is_open_table(table, has_caption(box, words, em)):
            tables.append(table)
    return without_overlaps([table for table in tables if not is_drawing(table, page.shapes, em)])


def _meets(box: Box, boxes: Sequence[Box]) -> bool:
    return any(overlap(box, other) for other in boxes)


def area_share(box: Box, page: PageImage) -> float:
    return area_size(box) / (page.width * page.height)


def _lattices(horizontal: Sequence[Line], vertical: Sequence[Line], words: Sequence[Word]) -> list[FoundTable]:
    found = (lattice_table(cluster, words) for cluster in clusters(horizontal, vertical))
    return [table for table in found if table]
