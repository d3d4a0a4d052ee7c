"""The structure tree of a tagged PDF on a page."""

from __future__ import annotations

from docparse.schemas.page import Tag
from tests.source.made_sources import first_page, text_pdf
from tests.tagging import Said, element, picture, row, table_of, tagged_pdf

WORDS = [["Town", "North", "South"], ["Aldon", "12", ""], ["Berk", "7", "9"]]


def _only(tags: tuple[Tag, ...], role: str) -> list[Tag]:
    return [each for tag in tags for each in ([tag] if tag.role == role else _only(tag.kids, role))]


def test_elements_come_with_the_boxes_of_their_lines() -> None:
    page = first_page(tagged_pdf(
        element("Sect", element("H1", Said("A harbour", 72, 80, 18)),
                element("P", Said("Ships came in the morning", 72, 110), element("Span", Said("and left.", 72, 124)))),
    ))  # fmt: skip
    heading, text = page.tags
    assert (heading.role, text.role) == ("H1", "P")
    assert [round(box[0]) for box in text.lines] == [72, 72]
    assert heading.lines[0][1] < 80 < heading.lines[0][3] < text.lines[0][1] < 110 < text.lines[0][3]


def test_cells_have_their_place_in_the_grid_empty_ones_and_spans_too() -> None:
    table = table_of(WORDS)
    head = element("TH", Said("Ships", 72, 182), keys="/A[<</O/Table/Scope/Column>><</O/Table/ColSpan 2>>]")
    tall = element("TH", Said("Loss", 252, 182), keys="/A<</O/Table/RowSpan 2>>")
    table.inside[0] = row(*table.inside[0].inside[:2])  # type: ignore[union-attr,arg-type]
    table.inside.insert(0, row(head, tall))
    (found,) = first_page(tagged_pdf(table)).tags
    assert [(cell.row, cell.col, cell.rowspan, cell.colspan) for cell in found.kids] == [
        (0, 0, 1, 2), (0, 2, 2, 1), (1, 0, 1, 1), (1, 1, 1, 1),
        (2, 0, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1), (3, 0, 1, 1), (3, 1, 1, 1), (3, 2, 1, 1),
    ]  # fmt: skip
    assert [cell.role for cell in found.kids].count("TH") == 4
    assert [len(cell.lines) for cell in found.kids[4:7]] == [1, 1, 0]


def test_roles_of_the_authors_own_are_mapped() -> None:
    page = first_page(tagged_pdf(element("Ueberschrift", Said("A harbour", 72, 80)), role_map="/Ueberschrift/H2"))
    assert [tag.role for tag in page.tags] == ["H2"]


def test_a_row_that_a_span_reaches_past_and_one_without_cells_are_no_fault() -> None:
    table = table_of(WORDS)
    table.inside.append(row())
    table.inside.append(row(element("TD", Said("All", 72, 254), keys="/A<</O/Table/RowSpan 999999999/ColSpan -3>>")))
    (found,) = first_page(tagged_pdf(table)).tags
    assert found.kids[-1].colspan == 1
    assert max(cell.row for cell in found.kids) < 6


def test_a_figure_says_what_its_author_wrote() -> None:
    keys = "/Alt(A map of the harbour)/A[<</O/Layout/Placement/Block>><</O/Layout/BBox[100 500 260 620]>>]"
    tag, _ = first_page(
        tagged_pdf(element("Figure", picture(100, 172, 260, 292), keys=keys), element("P", Said("N", 72, 80)))
    ).tags[::-1]
    assert (tag.role, tag.alt, tag.lines) == ("Figure", "A map of the harbour", ((100.0, 172.0, 260.0, 292.0),))


def test_pages_without_tags_have_none() -> None:
    assert first_page(text_pdf("A harbour")).tags == ()
    assert _only(first_page(tagged_pdf(element("P"), untagged=(Said("A harbour", 72, 80),))).tags, "P") == []


def test_a_tree_that_bites_its_tail_is_no_hang() -> None:
    cell = row(element("TD", Said("A harbour", 72, 80)))
    loop = element("Table", cell, element("Sect", "10 0 R"))  # object 10 is the section itself
    page = first_page(tagged_pdf(loop, element("P", Said("Ships", 72, 120))))
    assert [word.text for word in page.text.words] == ["A", "harbour", "Ships"]
    assert [tag.role for tag in page.tags] == ["P"]


def test_running_heads_and_feet_behind_an_element_are_not_its_own() -> None:
    table = table_of([["Town", "Ships"], ["Aldon", "12"]], x=72)
    for said in (Said("Page 3", 72, 760), Said("The harbour", 300, 40)):
        (found,) = first_page(tagged_pdf(table, untagged=(said,))).tags
        assert [len(cell.lines) for cell in found.kids] == [1, 1, 1, 1]
    for role, x in (("P", 80), ("H2", 200)):
        last = element(role, Said("Ships came in the morning", 72, 300), Said("and left.", 72, 314))
        for y in (40.0, 760.0):
            (found,) = first_page(tagged_pdf(last, untagged=(Said("The harbour", x, y),))).tags
            assert len(found.lines) == 2


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    text = element("P", Said("Ships came in the morning", 72, 700), Said("and left", 72, 714), Said("again.", 320, 80))
    (found,) = first_page(tagged_pdf(text)).tags
    assert len(found.lines) == 3
