"""The structure tree of a tagged PDF, as far as it stands on one page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pymupdf
from pymupdf import mupdf

from docparse.geometry import Box
from docparse.schemas.page import HEADING_ROLES, Tag

_FLAGS = pymupdf.TEXT_COLLECT_STRUCTURE | pymupdf.TEXT_PRESERVE_WHITESPACE
_FAR = 1.6  # of a line's height
_STRUCT = 2  # what MuPDF calls such blocks
_KEPT = HEADING_ROLES | {
    "P", "L", "LI", "Lbl", "LBody", "Figure", "Formula", "Caption", "Note", "FENote", "Code", "BlockQuote", "TOC",
    "TOCI", "Form",
}  # fmt: skip
_CELLS = ("TH", "TD")
_WHOLE = HEADING_ROLES | {"Caption"}  # in one column, as cells are
_MOST_DEEP = 60
_MOST_IN_TABLE = 5_000  # elements; a table of more is left to geometry
_MOST_MARKS = 5_000  # on a page, of those looked through for figures
_MOST_SPAN = 1_000
_LONGEST_ALT = 2_000


def read_tags(page: pymupdf.Page, display_list: pymupdf.DisplayList) -> tuple[Tag, ...]:
    """Elements of the page in the order of the tree; none where the file is not tagged, or its tree is damaged."""
    with contextlib.suppress(RuntimeError, ValueError, mupdf.FzErrorBase):
        tree = mupdf.pdf_document_from_fz_document(page.parent.this)
        root = mupdf.pdf_dict_getp(mupdf.pdf_trailer(tree), "Root/StructTreeRoot")
        if not mupdf.pdf_is_dict(root):
            return ()
        blocks = pymupdf.TextPage(display_list.get_textpage(_FLAGS)).extractDICT()["blocks"]
        reader = _Reader(mupdf.pdf_dict_gets(root, "RoleMap"))
        tags = [kid for block in blocks if block["type"] == _STRUCT for kid in reader.read(block, root, 0)[1]]
        return (*tags, *reader.described(page, tree, root))
    return ()


class _Reader:
    def __init__(self, roles: Any) -> None:
        self._roles = roles

    def read(self, block: dict[str, Any], parent: Any, depth: int, whole: bool = False) -> tuple[list[Box], list[Tag]]:
        """Lines of text of an element that are its own, and the elements in it; the element itself if it is kept."""
        element = _kid(parent, block["index"])
        role = block["std"]
        if role == "Table" and depth < _MOST_DEEP:
            with contextlib.suppress(_TooLarge):
                return [], [Tag(role, (), tuple(self._cells(block, element, depth)))]
            return [], []
        lines, kids = self._inside(block, element, depth, whole or role in _WHOLE)
        if role not in _KEPT:
            return lines, kids
        return [], [Tag(role, tuple(lines), tuple(kids))]

    def described(self, page: pymupdf.Page, tree: Any, root: Any) -> Iterator[Tag]:
        """Figures with a place and a description; pictures without text are in no block of MuPDF's."""
        number = mupdf.pdf_dict_gets(mupdf.pdf_load_object(tree, page.xref), "StructParents")
        if not mupdf.pdf_is_int(number):
            return
        owners = mupdf.pdf_lookup_number(mupdf.pdf_dict_gets(root, "ParentTree"), mupdf.pdf_to_int(number))
        known: set[int] = set()
        for index in range(min(mupdf.pdf_array_len(owners), _MOST_MARKS)):
            owner = mupdf.pdf_array_get(owners, index)
            which = mupdf.pdf_to_num(owner)
            if which in known:
                continue
            known.add(which)
            alt, place = _alt(owner), _attributes(owner, "BBox")
            if alt and place and self._role(owner) == "Figure":
                sides = [mupdf.pdf_to_real(mupdf.pdf_array_get(place[0], side)) for side in range(4)]
                box = pymupdf.Rect(sides).normalize() * page.transformation_matrix * page.rotation_matrix
                yield Tag("Figure", (tuple(box),), (), alt)

    def _inside(
        self, block: dict[str, Any], element: Any, depth: int, whole: bool = False
    ) -> tuple[list[Box], list[Tag]]:
        lines: list[Box] = []
        kids: list[Tag] = []
        for inner in block.get("blocks") or () if depth < _MOST_DEEP else ():
            if inner["type"] == _STRUCT:
                its_lines, its_kids = self.read(inner, element, depth + 1, whole)
                lines += its_lines
                kids += its_kids
            else:
                lines += [tuple(line["bbox"]) for line in inner.get("lines", ())]
        return _without_strays(lines, whole), kids

    def _cells(self, table: dict[str, Any], element: Any, depth: int) -> Iterator[Tag]:
        """Cells of a table from the first to the last row of it that has text on the page."""
        shown: dict[tuple[int, ...], tuple[list[Box], list[Tag]]] = {}
        self._shown_cells(table, element, (), depth, shown)
        grid = self._grid(element)
        rows = [grid[path][0] for path in shown if path in grid]
        first, last = min(rows, default=0), max(rows, default=-1)
        for path, (row, col, rowspan, colspan, role) in grid.items():
            top, bottom = max(row, first), min(row + rowspan - 1, last)
            if top <= bottom:
                lines, kids = shown.get(path, ([], []))
                yield Tag(role, tuple(lines), tuple(kids), "", top - first, col, bottom - top + 1, colspan)

    def _shown_cells(
        self, block: dict[str, Any], element: Any, path: tuple[int, ...], depth: int,
        found: dict[tuple[int, ...], tuple[list[Box], list[Tag]]],
    ) -> None:  # fmt: skip
        for inner in block.get("blocks") or () if depth < _MOST_DEEP else ():
            if inner["type"] != _STRUCT:
                continue
            kid, place = _kid(element, inner["index"]), (*path, inner["index"])
            if inner["std"] in _CELLS:
                found[place] = self._inside(inner, kid, depth + 1, whole=True)
            elif inner["std"] != "Table":
                self._shown_cells(inner, kid, place, depth + 1, found)

    def _grid(self, table: Any) -> dict[tuple[int, ...], tuple[int, int, int, int, str]]:
        """Row, column, spans and role of each cell of a whole table, placed as HTML places them."""
        taken: set[tuple[int, int]] = set()
        grid: dict[tuple[int, ...], tuple[int, int, int, int, str]] = {}
        for row, (path, element) in enumerate(self._rows(table, (), [0])):
            col = 0
            for index, cell in _kids(element):
                role = self._role(cell)
                if role not in _CELLS:
                    continue
                rowspan, colspan = _span(cell, "RowSpan"), _span(cell, "ColSpan")
                while (row, col) in taken:
                    col += 1
                taken.update((r, c) for r in range(row, row + rowspan) for c in range(col, col + colspan))
                if len(taken) > _MOST_IN_TABLE:
                    raise _TooLarge
                grid[(*path, index)] = (row, col, rowspan, colspan, role)
                col += colspan
        return grid

    def _rows(self, element: Any, path: tuple[int, ...], seen: list[int]) -> Iterator[tuple[tuple[int, ...], Any]]:
        for index, kid in _kids(element):
            seen[0] += 1
            if seen[0] > _MOST_IN_TABLE or len(path) > _MOST_DEEP:
                raise _TooLarge
            role = self._role(kid)
            if role == "TR":
                yield (*path, index), kid
            elif role not in ("Table", "Caption"):
                yield from self._rows(kid, (*path, index), seen)

    def _role(self, element: Any) -> str:
        name = mupdf.pdf_dict_gets(element, "S")
        return str(mupdf.fz_structure_to_string(mupdf.pdf_structure_type(self._roles, name)))


class _TooLarge(ValueError):
    """A table of more elements than are read."""


def _without_strays(lines: list[Box], whole: bool) -> list[Box]:
    """Lines of an element up to one far from those before: MuPDF counts what is drawn after an element, and marked as
    a running head or foot, as its own. What goes on in the next column stands over the others, if it isn't `whole`."""
    for i, (above, line) in enumerate(pairwise(lines), 1):
        height = max(above[3] - above[1], line[3] - line[1])
        lower, higher = line[1] - above[3] > _FAR * height, line[3] < above[1] - height
        if lower or (higher and (whole or line[0] < above[2])):
            return lines[:i]
    return lines


def _kid(element: Any, index: int) -> Any:
    kids = mupdf.pdf_dict_gets(element, "K")
    return mupdf.pdf_array_get(kids, index) if mupdf.pdf_is_array(kids) else kids


def _kids(element: Any) -> Iterator[tuple[int, Any]]:
    """Elements under one, with their place among all that is under it."""
    kids = mupdf.pdf_dict_gets(element, "K")
    if not mupdf.pdf_is_array(kids):
        if mupdf.pdf_is_dict(kids):
            yield 0, kids
        return
    for index in range(mupdf.pdf_array_len(kids)):
        kid = mupdf.pdf_array_get(kids, index)
        if mupdf.pdf_is_dict(kid):
            yield index, kid


def _span(cell: Any, name: str) -> int:
    spans = [int(mupdf.pdf_to_int(found)) for found in _attributes(cell, name)]
    return min(max([1, *spans]), _MOST_SPAN)


def _attributes(element: Any, name: str) -> list[Any]:
    """What the attributes of an element say under a name."""
    attributes = mupdf.pdf_dict_gets(element, "A")
    if mupdf.pdf_is_array(attributes):
        found = [mupdf.pdf_array_get(attributes, i) for i in range(min(20, mupdf.pdf_array_len(attributes)))]
    else:
        found = [attributes]
    said = [mupdf.pdf_dict_gets(each, name) for each in found if mupdf.pdf_is_dict(each)]
    return [each for each in said if not mupdf.pdf_is_null(each)]


def _alt(element: Any) -> str:
    return str(mupdf.pdf_to_text_string(mupdf.pdf_dict_gets(element, "Alt")))[:_LONGEST_ALT].strip()
