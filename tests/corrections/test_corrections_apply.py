"""Corrections: every kind of edit, what it leaves alone, what does not fit."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from docparse.corrections import apply, fingerprint, touched_pages
from docparse.errors import CorrectionInvalid
from docparse.schemas.corrections import Corrections, Edit
from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Chart,
    Check,
    Code,
    Crop,
    Document,
    EngineInfo,
    Formula,
    Heading,
    Image,
    ListBlock,
    ListItem,
    Page,
    Paragraph,
    Part,
    SourceInfo,
    Table,
)

EDIT: TypeAdapter[Any] = TypeAdapter(Edit)


def made() -> Document:
    first: list[Block] = [
        Heading(text="Reprot", level=1, bbox=(10, 10, 90, 20), confidence=0.6, flags=["doubtful"]),
        Paragraph(text="Some text.", bbox=(10, 30, 90, 40)),
        Table(
            rows=2, cols=3, bbox=(10, 50, 90, 80), flags=["totals_differ"],
            checks=[Check(name="totals", outcome="failed"), Check(name="grid", outcome="passed")],
            cells=[
                Cell(row=0, col=0, text="a", header=True, bbox=(10, 50, 30, 60)),
                Cell(row=0, col=1, colspan=2, text="b"),
                Cell(row=1, col=0, text="1"), Cell(row=1, col=1, text="2"), Cell(row=1, col=2, text="3"),
            ],
        ),
        ListBlock(items=[ListItem(text="one", marker="1."), ListItem(text="two", marker="2.")], ordered=True),
        Caption(text="Table 1", target="p1-b3"),
    ]  # fmt: skip
    second: list[Block] = [
        Image(bbox=(10, 10, 50, 50), ocr="words", crop=Crop(width=40, height=40, data=b"old")),
        Chart(data=[["x", "y"], ["1", "2"]], bbox=(10, 60, 90, 90)),
        Formula(latex="x^2", mathml="<math/>"),
        Code(text="print(1)"),
    ]
    pages = []
    for number, blocks in enumerate((first, second), 1):
        for order, block in enumerate(blocks, 1):
            block.id, block.page, block.order = f"p{number}-b{order}", number, order
        pages.append(Page(number=number, width=100, height=100, image_width=112, image_height=112, blocks=blocks))
    return Document(source=SourceInfo(name="a.pdf", pages=2), engine=EngineInfo(name="embedded"), pages=pages)


def corrected(*edits: dict[str, Any], recrop: Any = None) -> Document:
    """`made()` with edits; the original must stay as it is."""
    document = made()
    before = document.model_dump_json()
    found = apply(document, Corrections(edits=[EDIT.validate_python(edit) for edit in edits]), recrop)
    assert document.model_dump_json() == before
    assert Document.model_validate_json(found.model_dump_json()) == found
    return found


def block(document: Document, block_id: str) -> Any:
    return next(block for page in document.pages for block in page.blocks if block.id == block_id)


def texts(table: Table) -> list[tuple[int, int, str]]:
    return [(cell.row, cell.col, cell.text) for cell in table.cells]


def test_text_of_a_block() -> None:
    document = corrected({"op": "set", "block": "p1-b1", "text": "Report", "level": 2})
    heading = block(document, "p1-b1")
    assert (heading.text, heading.level, heading.original) == ("Report", 2, "Reprot")
    assert (heading.source, heading.confidence, heading.flags) == ("user", None, [])
    assert heading.checks == [Check(name="user", outcome="passed", detail="corrected")]
    assert block(document, "p1-b2") == made().pages[0].blocks[1]


def test_nothing_to_do_is_the_same_object() -> None:
    document = made()
    assert apply(document, Corrections()) is document


def test_pages_that_no_edit_touches_are_shared() -> None:
    document = made()
    found = apply(document, Corrections(edits=[EDIT.validate_python({"op": "delete", "block": "p1-b2"})]))
    assert found.pages[1] is document.pages[1]


def test_cell_and_its_checks_again() -> None:
    document = corrected({"op": "cell", "block": "p1-b3", "row": 1, "col": 2, "text": "4", "header": True})
    table = block(document, "p1-b3")
    assert (1, 2, "4") in texts(table)
    assert table.cells[-1].header
    assert table.flags == []
    assert [check.name for check in table.checks] == ["grid", "user"]
    assert "3" in table.original


def test_value_of_a_chart() -> None:
    document = corrected({"op": "cell", "block": "p2-b2", "row": 1, "col": 1, "text": "5"})
    assert block(document, "p2-b2").data == [["x", "y"], ["1", "5"]]


@pytest.mark.parametrize(
    ("edits", "rows", "cols", "cells"),
    [
        (
            [{"op": "row", "action": "insert", "at": 1}], 3, 3,
            [(0, 0, "a"), (0, 1, "b"), (1, 0, ""), (1, 1, ""), (1, 2, ""), (2, 0, "1"), (2, 1, "2"), (2, 2, "3")],
        ),
        ([{"op": "row", "action": "delete", "at": 0}], 1, 3, [(0, 0, "1"), (0, 1, "2"), (0, 2, "3")]),
        (
            [{"op": "column", "action": "insert", "at": 2}], 2, 4,
            [(0, 0, "a"), (0, 1, "b"), (1, 0, "1"), (1, 1, "2"), (1, 2, ""), (1, 3, "3")],
        ),
        ([{"op": "column", "action": "delete", "at": 1}], 2, 2, [(0, 0, "a"), (0, 1, "b"), (1, 0, "1"), (1, 1, "3")]),
        (
            [{"op": "span", "row": 0, "col": 1, "rowspan": 1, "colspan": 1}], 2, 3,
            [(0, 0, "a"), (0, 1, "b"), (0, 2, ""), (1, 0, "1"), (1, 1, "2"), (1, 2, "3")],
        ),
        (
            [{"op": "span", "row": 1, "col": 0, "rowspan": 1, "colspan": 2}], 2, 3,
            [(0, 0, "a"), (0, 1, "b"), (1, 0, "1 2"), (1, 2, "3")],
        ),
        ([{"op": "row", "action": "delete", "at": 0}] * 2, 0, 3, []),
    ],
)  # fmt: skip
def test_grid(edits: list[dict[str, Any]], rows: int, cols: int, cells: list[tuple[int, int, str]]) -> None:
    table = block(corrected(*({"block": "p1-b3", **edit} for edit in edits)), "p1-b3")
    assert (table.rows, table.cols) == (rows, cols)
    assert texts(table) == cells
    covered = [
        (row, col)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for col in range(cell.col, cell.col + cell.colspan)
    ]
    assert sorted(covered) == [(row, col) for row in range(rows) for col in range(cols)]


def test_rows_and_columns_of_a_chart() -> None:
    document = corrected(
        {"op": "column", "block": "p2-b2", "action": "insert", "at": 2},
        {"op": "row", "block": "p2-b2", "action": "delete", "at": 0},
    )
    assert block(document, "p2-b2").data == [["1", "2", ""]]


def test_items_of_a_list() -> None:
    document = corrected(
        {"op": "item", "block": "p1-b4", "index": 1, "text": "second"},
        {"op": "item", "block": "p1-b4", "action": "insert", "index": 2, "text": "third", "marker": "3."},
        {"op": "item", "block": "p1-b4", "action": "delete", "index": 0},
    )
    assert [(item.marker, item.text) for item in block(document, "p1-b4").items] == [("2.", "second"), ("3.", "third")]


@pytest.mark.parametrize(
    ("block_id", "kind", "field", "value"),
    [
        ("p1-b2", "heading", "text", "Some text."),
        ("p1-b2", "code", "text", "Some text."),
        ("p1-b4", "paragraph", "text", "1. one\n2. two"),
        ("p1-b3", "paragraph", "text", "a\tb\n1\t2\t3"),
        ("p1-b3", "chart", "data", [["a", "b", ""], ["1", "2", "3"]]),
        ("p2-b1", "paragraph", "text", "words"),
        ("p2-b2", "table", "rows", 2),
        ("p2-b3", "paragraph", "text", "x^2"),
        ("p2-b4", "formula", "latex", "print(1)"),
    ],
)
def test_kind(block_id: str, kind: str, field: str, value: object) -> None:
    found = block(corrected({"op": "kind", "block": block_id, "kind": kind}), block_id)
    assert found.kind == kind
    assert getattr(found, field) == value


def test_kind_of_lines_with_markers() -> None:
    document = corrected(
        {"op": "set", "block": "p1-b2", "text": "1. apples\n2. pears"},
        {"op": "kind", "block": "p1-b2", "kind": "list"},
    )
    found = block(document, "p1-b2")
    assert found.ordered
    assert [(item.marker, item.text) for item in found.items] == [("1.", "apples"), ("2.", "pears")]


def test_every_kind_from_every_kind() -> None:
    kinds = [
        "heading", "paragraph", "list", "table", "chart", "formula", "image", "music", "chemistry", "code", "caption",
        "footnote", "page_header", "page_footer", "page_number",
    ]  # fmt: skip
    for page in made().pages:
        for each in page.blocks:
            for kind in kinds:
                found = block(corrected({"op": "kind", "block": each.id, "kind": kind}), each.id)
                assert (found.kind, found.bbox) == (kind, each.bbox)


def test_box_and_the_picture_there() -> None:
    seen = []

    def recrop(page: int, box: tuple[float, float, float, float]) -> Crop:
        seen.append((page, box))
        return Crop(width=1, height=1, data=b"new")

    document = corrected({"op": "box", "block": "p2-b1", "bbox": [1, 2, 3, 4]}, recrop=recrop)
    assert seen == [(2, (1, 2, 3, 4))]
    assert block(document, "p2-b1").crop.data == b"new"
    assert block(corrected({"op": "box", "block": "p2-b1", "bbox": [1, 2, 3, 4]}), "p2-b1").crop is None


def test_box_of_a_joined_block_keeps_its_other_pages() -> None:
    document = made()
    paragraph = document.pages[0].blocks[1]
    paragraph.parts = [Part(page=1, bbox=(10, 30, 90, 40)), Part(page=2, bbox=(10, 5, 90, 9))]
    edit = EDIT.validate_python({"op": "box", "block": "p1-b2", "bbox": [1, 2, 3, 4]})
    found = block(apply(document, Corrections(edits=[edit])), "p1-b2")
    assert found.parts == [Part(page=1, bbox=(1, 2, 3, 4)), Part(page=2, bbox=(10, 5, 90, 9))]


def test_boxes_of_a_cell_and_an_item() -> None:
    document = corrected(
        {"op": "box", "block": "p1-b3", "bbox": [1, 2, 3, 4], "row": 0, "col": 0},
        {"op": "box", "block": "p1-b4", "bbox": [5, 6, 7, 8], "index": 1},
    )
    assert block(document, "p1-b3").cells[0].bbox == (1, 2, 3, 4)
    assert block(document, "p1-b4").items[1].bbox == (5, 6, 7, 8)


def test_move_delete_and_add() -> None:
    new = {"kind": "paragraph", "text": "Overlooked.", "bbox": [10, 82, 90, 90], "id": "x", "original": "forged"}
    document = corrected(
        {"op": "move", "block": "p1-b5", "after": "p1-b2"},
        {"op": "add", "id": "p1-u1", "page": 1, "after": "p1-b4", "block": new},
        {"op": "delete", "block": "p1-b3"},
        {"op": "set", "block": "p1-u1", "text": "Overlooked!"},
    )
    blocks = document.pages[0].blocks
    assert [found.id for found in blocks] == ["p1-b1", "p1-b2", "p1-b5", "p1-b4", "p1-u1"]
    assert [found.order for found in blocks] == [1, 2, 3, 4, 5]
    assert blocks[2].target is None  # type: ignore[union-attr]
    assert blocks[4].text == "Overlooked!"  # type: ignore[union-attr]
    assert (blocks[4].page, blocks[4].source, blocks[4].original) == (1, "user", None)


def test_confirm_takes_flags_away_and_nothing_else() -> None:
    document = corrected({"op": "confirm", "block": "p1-b3"})
    table = block(document, "p1-b3")
    assert table.flags == []
    assert [check.name for check in table.checks] == ["grid", "user"]
    assert table.source == "embedded"


def test_confirm_counts_after_the_last_change_alone() -> None:
    set_latex = {"op": "set", "block": "p2-b3", "latex": r"\left( x"}
    flagged = corrected({"op": "confirm", "block": "p2-b3"}, set_latex)
    assert block(flagged, "p2-b3").flags == ["latex_invalid"]
    confirmed = corrected(set_latex, {"op": "confirm", "block": "p2-b3"})
    assert block(confirmed, "p2-b3").flags == []


def test_confirm_a_page() -> None:
    document = made()
    document.pages[1].flags = ["numbers_missing"]
    found = apply(document, Corrections(edits=[EDIT.validate_python({"op": "confirm", "page": 2})]))
    assert found.pages[1].flags == []
    assert document.pages[1].flags == ["numbers_missing"]


def test_formula_is_checked_anew() -> None:
    pytest.importorskip("latex2mathml")
    found = block(corrected({"op": "set", "block": "p2-b3", "latex": r"\frac{a}{b}"}), "p2-b3")
    assert "mfrac" in found.mathml
    assert [(check.name, check.outcome) for check in found.checks] == [("latex", "passed"), ("user", "passed")]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"op": "set", "block": "p9-b9", "text": "x"}, "no block p9-b9"),
        ({"op": "set", "block": "p1-b1", "latex": "x"}, "it has no latex"),
        ({"op": "set", "block": "p1-b1", "text": None}, "text"),
        ({"op": "cell", "block": "p1-b3", "row": 7, "col": 0, "text": "x"}, "no cell in row 7, column 0"),
        ({"op": "cell", "block": "p1-b3", "row": 0, "col": 2, "text": "x"}, "no cell in row 0, column 2"),
        ({"op": "cell", "block": "p1-b1", "row": 0, "col": 0, "text": "x"}, "no rows and columns"),
        ({"op": "cell", "block": "p2-b2", "row": 0, "col": 9, "text": "x"}, "no cell"),
        ({"op": "row", "block": "p1-b3", "action": "delete", "at": 2}, "2 rows"),
        ({"op": "column", "block": "p1-b3", "action": "insert", "at": 4}, "3 columns"),
        ({"op": "span", "block": "p1-b3", "row": 0, "col": 0, "colspan": 2}, "cut the cell"),
        ({"op": "span", "block": "p1-b3", "row": 1, "col": 1, "rowspan": 2}, "reaches out"),
        ({"op": "item", "block": "p1-b4", "index": 2, "text": "x"}, "no item 2"),
        ({"op": "item", "block": "p1-b1", "index": 0, "action": "insert"}, "no place"),
        ({"op": "box", "block": "p1-b1", "bbox": [0, 0, 1, 1], "index": 0}, "no item"),
        ({"op": "move", "block": "p1-b1", "after": "p2-b1"}, "page 1 has no block p2-b1"),
        ({"op": "add", "id": "p2-u1", "page": 1, "after": None, "block": {"kind": "code", "text": ""}}, "p2-u1"),
        ({"op": "add", "id": "p7-u1", "page": 7, "after": None, "block": {"kind": "code", "text": ""}}, "no page 7"),
        ({"op": "confirm", "page": 7}, "no page 7"),
        (
            {"op": "set", "block": "p1-b3", "rows": 1, "cols": 1, "cells": [{"row": 1, "col": 0}]},
            "outside of the 1 rows",
        ),
        ({"op": "set", "block": "p1-b3", "rows": 10_000, "cols": 10_000, "cells": []}, "250000 cells at most"),
        (
            {
                "op": "add",
                "id": "p1-u1",
                "page": 1,
                "after": None,
                "block": {"kind": "table", "rows": 10**9, "cols": 10**9},
            },
            "250000 cells at most",
        ),
        ({"op": "set", "block": "p1-b4", "items": [{"text": "x", "level": 10**9}]}, "20 levels deep"),
    ],
)
def test_what_does_not_fit(edit: dict[str, Any], says: str) -> None:
    with pytest.raises(CorrectionInvalid, match=says) as raised:
        corrected({"op": "confirm", "block": "p1-b1"}, edit)
    assert raised.value.edit == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "set", "block": "p1-b1"},
        {"op": "set", "block": "p1-b1", "rows": 1},
        {"op": "set", "block": "p1-b1", "text": "x", "page": 3},
        {"op": "cell", "block": "p1-b3", "row": 0, "col": 0},
        {"op": "box", "block": "p1-b1", "bbox": [5, 5, 1, 9]},
        {"op": "box", "block": "p1-b1", "bbox": [0, 0, 1, float("nan")]},
        {"op": "box", "block": "p1-b3", "bbox": [0, 0, 1, 1], "row": 0},
        {"op": "confirm"},
        {"op": "confirm", "block": "p1-b1", "page": 1},
        {"op": "kind", "block": "p1-b1", "kind": "script"},
        {"op": "row", "block": "p1-b3", "action": "insert", "at": -1},
        {"op": "evaluate", "block": "p1-b1"},
        {"op": "delete", "block": "../etc"},
    ],
)
def test_what_is_no_edit(edit: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EDIT.validate_python(edit)


def test_corrections_of_another_result() -> None:
    other = made()
    other.pages[0].blocks[1].text = "Another text."  # type: ignore[union-attr]
    edits = [EDIT.validate_python({"op": "delete", "block": "p1-b2"})]
    assert len(apply(made(), Corrections(base=fingerprint(made()), edits=edits)).pages[0].blocks) == 4
    with pytest.raises(CorrectionInvalid, match="another result"):
        apply(other, Corrections(base=fingerprint(made()), edits=edits))


def test_touched_pages() -> None:
    edits = [
        EDIT.validate_python(edit)
        for edit in (
            {"op": "delete", "block": "p2-b2"},
            {"op": "add", "id": "p1-u1", "page": 1, "after": None, "block": {"kind": "code", "text": ""}},
            {"op": "set", "block": "p1-u1", "text": "x"},
        )
    ]
    assert touched_pages(made(), edits) == [1, 2]


def test_endless_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    edits = [{"op": "cell", "block": "p1-b3", "row": 0, "col": 0, "text": "x"}] * 11
    assert corrected(*edits)
    monkeypatch.setattr(sys.modules["docparse.corrections.apply"], "_MOST_WORK", 60)  # ten edits of six cells
    with pytest.raises(CorrectionInvalid, match="too many edits") as raised:
        corrected(*edits)
    assert raised.value.edit == 10


def test_text_that_would_be_a_huge_table() -> None:
    text = {"op": "set", "block": "p1-b2", "text": "a\t" * 50_000 + "\nx" * 50_000}
    for kind in ("table", "chart"):
        with pytest.raises(CorrectionInvalid, match="at most"):
            corrected(text, {"op": "kind", "block": "p1-b2", "kind": kind})
    wide = {"op": "set", "block": "p2-b2", "data": [[""] * 100_000, *[["x"]] * 1000]}
    with pytest.raises(CorrectionInvalid, match="at most"):
        corrected(wide)
