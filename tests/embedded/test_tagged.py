"""What a tagged PDF says of itself: tables, headings, lists, descriptions; and where the page speaks against it."""

from __future__ import annotations

import pytest

from docparse import parse
from docparse.model.embedded.lists import read_marker
from docparse.options import ParseOptions
from docparse.schemas.document import Block, Heading, Image, ListBlock, Paragraph, Table
from tests.tagging import Drawn, Element, Said, element, picture, row, table_of, tagged_pdf

TOWNS = [["Town", "Ships", "Loss"], ["Aldon", "12", ""], ["Berk", "7", "9"], ["Carn", "", "4"]]
TEXT = "the ships of the town came in before the morning and"


def _blocks(*elements: Element) -> list[Block]:
    return parse(tagged_pdf(*elements), options=ParseOptions(engine="embedded-fast"), name="tagged.pdf").pages[0].blocks


def _of(kind: type[Block], blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if isinstance(block, kind)]


def _prose(y: float, lines: int = 4) -> Element:
    return element("P", *(Said(TEXT, 72, y + 14 * i) for i in range(lines)))


def _rows(table: Table) -> list[list[str]]:
    rows = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.col] = cell.text
    return rows


def test_a_table_without_rules_has_the_cells_that_its_tags_name() -> None:
    sparse = [["Town", "Ships", "Loss"], ["Aldon", "a long word", ""], ["Berk", "", "lost at sea"]]
    (table,) = _of(Table, _blocks(_prose(80), table_of(sparse, y=180, wide=150), _prose(300)))
    assert isinstance(table, Table)
    assert (_rows(table), table.source) == (sparse, "tags")
    assert [cell.header for cell in table.cells[:4]] == [True, True, True, False]


def test_two_tables_under_one_another_stay_two() -> None:
    sums = table_of([["Net", "19"], ["Tax", "3"], ["Sum", "22"]], x=162, y=272)
    found = _of(Table, _blocks(table_of(TOWNS, y=200), sums))
    assert [_rows(table)[0] for table in found if isinstance(table, Table)] == [TOWNS[0], ["Net", "19"]]


def test_spans_are_those_of_the_tags() -> None:
    table = table_of(TOWNS, y=218)
    table.inside.insert(0, row(element("TH", Said("Harbours of the coast", 72, 200), keys="/A<</O/Table/ColSpan 3>>")))
    (found,) = _of(Table, _blocks(table))
    assert isinstance(found, Table)
    assert [(cell.colspan, cell.text) for cell in found.cells[:2]] == [(3, "Harbours of the coast"), (1, "Town")]


def test_rows_of_other_lengths_are_not_believed() -> None:
    ragged = table_of(TOWNS)
    ragged.inside.append(row(*(element("TD", Said("x", 72 + 20 * i, 290)) for i in range(24))))
    assert all(block.source != "tags" for block in _blocks(ragged))


def test_cells_that_stand_elsewhere_are_not_believed() -> None:
    table = table_of(TOWNS)
    table.inside.reverse()
    assert all(block.source != "tags" for block in _blocks(table))


def test_a_table_that_only_lays_out_the_page_is_none() -> None:
    left = element("TD", element("H2", Said("Ships", 72, 100, 16)), _prose(120))
    right = element("TD", *(Said("in the harbour there is", 400, 120 + 14 * i) for i in range(4)))
    low = row(element("TD", _prose(200)), element("TD", Said("nothing", 400, 200)))
    assert not _of(Table, _blocks(element("Table", row(left, right), low)))


def test_a_drawn_table_with_another_in_a_cell_of_it_is_whole() -> None:
    inner = table_of([["7 ships", "9 ships"], ["12 ships", "4 ships"]], x=215, y=262, wide=60, high=14)
    middle = {1: element("TD", inner)}
    rows = []
    for r in range(3):
        cells = [element("TD", Said(f"harbour {r}{c}", 76 + 140 * c, 220 + 50 * r)) for c in range(3)]
        if r == 1:
            cells = [middle.get(c, cell) for c, cell in enumerate(cells)]
        rows.append(row(*cells))
    strokes = [f"72 {792 - 205 - 50 * y} m 492 {792 - 205 - 50 * y} l S" for y in range(4)]
    strokes += [f"{72 + 140 * x} {792 - 205} m {72 + 140 * x} {792 - 355} l S" for x in range(4)]
    (table,) = _of(Table, _blocks(element("Table", *rows), element("P", Drawn(" ".join(strokes)))))
    assert isinstance(table, Table)
    assert (table.rows, table.cols) == (3, 3)
    assert "12 ships" in _rows(table)[1][1]


def test_a_drawn_table_of_short_words_is_as_wide_as_its_rules() -> None:
    strokes = [f"60 {792 - 180 - 20 * y} m 540 {792 - 180 - 20 * y} l S" for y in range(5)]
    strokes += [f"{60 + 240 * x} {792 - 180} m {60 + 240 * x} {792 - 260} l S" for x in range(3)]
    named = table_of([["Town", "No"], ["Aldon", "12"], ["Berk", "7"], ["Carn", "9"]], x=64, y=194, wide=240, high=20)
    (table,) = _of(Table, _blocks(_prose(80), named, element("P", Drawn(" ".join(strokes)))))
    assert isinstance(table, Table)
    assert (table.source, table.bbox) == ("tags", pytest.approx((60, 180, 540, 260), abs=1))


def test_labels_with_nothing_beside_them_are_no_table() -> None:
    blocks = _blocks(_prose(80), table_of([["Tax clause", ""], ["Tax identifier", ""]], y=180), _prose(300))
    assert not _of(Table, blocks)
    text = " ".join(block.text for block in blocks if isinstance(block, Paragraph | Heading))
    assert "Tax clause" in text
    assert "Tax identifier" in text


def test_headings_have_the_level_of_their_tags() -> None:
    blocks = _blocks(
        element("H1", Said("A harbour", 72, 80, 20)), _prose(110),
        element("H3", Said("Ships in it", 72, 190, 11, True)), _prose(210),
    )  # fmt: skip
    heads = [(block.text, block.level) for block in blocks if isinstance(block, Heading)]
    assert heads == [("A harbour", 1), ("Ships in it", 3)]


def test_a_date_under_a_title_is_a_heading_where_its_tag_says_so() -> None:
    for role, level in (("P", None), ("H2", 2)):
        title, date = Said("Drawings with a Package", 180, 100, 20), Said("29 September 2006", 232, 130, 14)
        heads = _of(Heading, _blocks(element("H1", title), element(role, date), _prose(200, 8)))
        assert [head.level for head in heads if head.text == date.text] == ([level] if level else [])


def test_what_looks_like_text_is_no_heading_whatever_its_tag() -> None:
    blocks = _blocks(element("H1", Said("in small print", 72, 80, 7)), _prose(110), _prose(200))
    assert not _of(Heading, blocks)


def test_items_without_printed_bullets_are_a_list() -> None:
    items = [
        element("LI", element("LBody", Said(f"Ship {name} of the harbour", 90, 200 + 16 * i)))
        for i, name in enumerate(("Anna", "Berta", "Clara"))
    ]
    (found,) = _of(ListBlock, _blocks(_prose(80), element("L", *items), _prose(300)))
    assert isinstance(found, ListBlock)
    assert [item.text for item in found.items] == [f"Ship {name} of the harbour" for name in ("Anna", "Berta", "Clara")]


def test_labels_are_markers_and_lists_in_items_are_nested() -> None:
    def item(label: str, text: str, x: float, y: float, *inside: Element) -> Element:
        return element("LI", element("Lbl", Said(label, x, y)), element("LBody", Said(text, x + 18, y), *inside))

    inner = element("L", item("(i)", "of wood", 96, 216), item("(ii)", "of iron", 96, 232))
    outer = element("L", item("A/", "Ships", 72, 200, inner), item("B/", "Boats", 72, 248))
    (found,) = _of(ListBlock, _blocks(_prose(80), outer))
    assert isinstance(found, ListBlock)
    told = [(item.marker, item.text, item.level) for item in found.items]
    assert told == [("A/", "Ships", 1), ("(i)", "of wood", 2), ("(ii)", "of iron", 2), ("B/", "Boats", 1)]


def test_fields_of_a_form_that_are_tagged_as_a_list_are_none() -> None:
    items = [element("LI", element("LBody", Said(text, x, 200))) for text, x in (("Name", 72), ("Anna", 200))]
    assert not _of(ListBlock, _blocks(_prose(80), element("L", *items)))


def test_a_paragraph_that_was_torn_is_whole() -> None:
    torn = element("P", Said(TEXT, 72, 80), Said(TEXT, 72, 94), Said(TEXT, 72, 118), Said("left again.", 72, 132))
    (found,) = _of(Paragraph, _blocks(torn))
    assert isinstance(found, Paragraph)
    assert found.text.endswith("left again.")


def test_lines_that_are_tagged_each_as_a_paragraph_stay_one() -> None:
    lines = [element("P", Said(TEXT, 72, 80 + 14 * i)) for i in range(5)]
    assert len(_of(Paragraph, _blocks(*lines))) == 1


def test_a_caption_is_one_by_its_tag() -> None:
    blocks = _blocks(_prose(80), element("Caption", Said("Where the ships lay in those days", 72, 170)), _prose(220))
    assert [block.kind for block in blocks] == ["paragraph", "caption", "paragraph"]


def test_pictures_in_cells_are_not_lost_and_grounds_of_words_are_none() -> None:
    for top, kept in ((168, 1), (145, 0)):
        table = table_of(TOWNS, y=100, high=60)
        table.inside.insert(0, row(element("TD"), element("TD", picture(66, top, 126, 208)), element("TD")))
        blocks = _blocks(table, _prose(400))
        assert [block.kind for block in blocks].count("image") == kept
        assert [block.kind for block in blocks].count("table") == 1


def test_bullets_of_sign_fonts_are_shown_as_what_they_are() -> None:
    marker = read_marker("\uf0b7 Ships")
    assert marker is not None
    assert (marker.mark, marker.text) == ("•", "Ships")


def test_a_figure_is_described_as_its_author_did() -> None:
    box = "/A<</O/Layout/BBox[100 500 260 620]>>"
    for alt, told in (("A map of it", "A map of it"), ("image1.png", "")):
        figure = element("Figure", picture(100, 172, 260, 292), keys=f"/Alt({alt}){box}")
        (found,) = _of(Image, _blocks(figure, _prose(400)))
        assert isinstance(found, Image)
        assert found.caption == told


def test_a_numbered_heading_that_is_tagged_as_an_item_is_one() -> None:
    label = element("Lbl", Said("2.", 72, 160, size=14, bold=True))
    head = element("L", element("LI", label, element("LBody", Said("References", 90, 160, size=14, bold=True))))
    items = [element("LI", element("LBody", Said(f"{n}. Ships of the harbour", 72, 260 + 16 * n))) for n in (1, 2)]
    blocks = _blocks(_prose(80), head, _prose(190), element("L", *items))
    assert [block.text for block in _of(Heading, blocks) if isinstance(block, Heading)] == ["2. References"]
    assert len(_of(ListBlock, blocks)) == 1


@pytest.mark.parametrize(("lines", "is_list"), [(5, False), (1, True)])
def test_texts_that_are_tagged_as_items_without_a_marker_are_no_list(lines: int, is_list: bool) -> None:
    text = "The ships of the harbour lie at their places until the tide comes in again,"
    items = [element("LI", element("LBody", Said("6.1 General", 72, 160)))]
    items += [
        element("LI", element("LBody", *(Said(text, 72, y + 12 * i) for i in range(lines)))) for y in (190, 270, 350)
    ]
    assert bool(_of(ListBlock, _blocks(_prose(80), element("L", *items)))) is is_list
