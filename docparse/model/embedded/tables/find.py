"""All tables of a page."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.model.embedded.tables.lattice import lattice_table, without_overlaps
from docparse.model.embedded.tables.rules import clusters, collect
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word


def find_tables(page: PageImage, words: Sequence[Word], regions: Sequence[Region] = ()) -> list[FoundTable]:
    """Tables of a page, top to bottom, with cells in page units.

    `words` are the text layer's or an OCR engine's; `regions` what a layout model saw, if one ran.
    """
    horizontal, vertical = collect(page)
    found = [lattice_table(cluster, words) for cluster in clusters(horizontal, vertical)]
    return without_overlaps([table for table in found if table])
