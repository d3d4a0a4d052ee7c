"""What the parts of the embedded engine hand to one another. Boxes are in page units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from docparse.geometry import Box
from docparse.schemas.document import Cell

RegionKind = Literal[
    "text",
    "heading",
    "list",
    "table",
    "figure",
    "chart",
    "caption",
    "header",
    "footer",
    "footnote",
    "formula",
    "code",
    "unread",
]


class Region(NamedTuple):
    """A part of the page that a layout model (or geometry) took for one element.

    "unread" is text in a script that no OCR engine here knows.
    """

    kind: RegionKind
    bbox: Box
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table with its grid; `confidence` is 0 to 1, `ruled` whether drawn lines gave the cells.

    On scans, `plain` says that its place shows text and rules alone, `grid` that its cells are such as no running text
    has, too. `tagged` tables are those that the file's own structure names.
    """

    bbox: Box
    cells: tuple[Cell, ...]
    rows: int
    cols: int
    confidence: float = 1.0
    ruled: bool = False
    plain: bool = False
    grid: bool = False
    tagged: bool = False
