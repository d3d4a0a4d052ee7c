"""All tables of a page."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, overlap
from docparse.model.embedded.tables.lattice import lattice_table, without_overlaps
from docparse.model.embedded.tables.open_tables import area_of, open_table
from docparse.model.embedded.tables.pixels import ink_mask, pixel_lines, tighten
from docparse.model.embedded.tables.rules import Line, band_edges, clusters, drawn_lines, merge
from docparse.model.embedded.tables.runs import is_open_table, text_runs
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
    for box in rule_stacks(horizontal, words, em):
        tables += _open_table(box, tables, words, horizontal, vertical, em)
    for box in _regions(regions):
        tables += _open_table(box, tables, words, horizontal, vertical, em)
    for box in text_runs(words, [table.bbox for table in tables], em):
        tables += [t for t in _open_table(box, tables, words, horizontal, vertical, em) if is_open_table(t, False)]
    return without_overlaps(tables)


def _open_table(
    box: Box, tables: Sequence[FoundTable], words: Sequence[Word], horizontal: Sequence[Line],
    vertical: Sequence[Line], em: float,
) -> list[FoundTable]:  # fmt: skip
    if any(overlap(box, table.bbox) for table in tables):
        return []
    area = area_of(box, words, horizontal, vertical)
    table = open_table(area, em) if area else None
    return [table] if table else []


def _regions(regions: Sequence[Region]) -> list[Box]:
    """Where the layout model saw tables."""
    return [region.bbox for region in regions if region.kind == "table" and region.score >= 0.5]


def _lattices(horizontal: Sequence[Line], vertical: Sequence[Line], words: Sequence[Word]) -> list[FoundTable]:
    found = (lattice_table(cluster, words) for cluster in clusters(horizontal, vertical))
    return [table for table in found if table]
