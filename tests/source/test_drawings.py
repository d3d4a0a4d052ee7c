"""Rules, boxes and shapes from vector graphics."""

import made_sources as made
import pymupdf
import pytest

from docparse.schemas.page import PageImage


def drawn(content: bytes) -> PageImage:
    return made.first_page(made.raw_pdf(content, page=b"/MediaBox[0 0 400 300]"))


def boxes(items: tuple[object, ...]) -> list[list[int]]:
    return [[round(side) for side in item.bbox] for item in items]  # type: ignore[attr-defined]


def test_strokes_and_thin_boxes_are_rules() -> None:
    page = drawn(b"2 w 50 200 m 350 200 l S 50 100 300 0.5 re f 100 50 0.5 100 re f")
    assert sorted(boxes(page.rules)) == [[50, 100, 350, 100], [50, 200, 350, 200], [100, 150, 100, 250]]
    assert [rule.horizontal for rule in page.rules].count(True) == 2
    assert page.shapes == ()


def test_segments_of_a_rule_are_merged() -> None:
    page = drawn(b"50 200 m 150 200 l S 150 200 m 250 200 l S 251 200.3 m 350 200.3 l S 50 150 m 350 150 l S")
    assert sorted(boxes(page.rules)) == [[50, 100, 350, 100], [50, 150, 350, 150]]


def test_stroked_box_gives_four_rules() -> None:
    assert len(drawn(b"50 100 200 100 re S").rules) == 4


def test_filled_box_is_a_shape_with_its_colour() -> None:
    (shape,) = drawn(b"0 0 1 rg 50 100 200 100 re f").shapes
    assert (shape.filled, shape.colour) == (True, 0x0000FF)
    assert [round(side) for side in shape.bbox] == [50, 100, 250, 200]


@pytest.mark.parametrize("content", [b"1 g 50 100 200 100 re f", b"1 G 50 100 m 300 100 l S"])
def test_white_ink_is_dropped(content: bytes) -> None:
    page = drawn(content)
    assert page.rules == ()
    assert page.shapes == ()


def test_curves_are_shapes_and_everything_is_cut_to_the_page() -> None:
    page = drawn(b"50 50 m 100 300 200 300 250 50 c S -500 100 m 900 100 l S 500 0 m 500 300 l S")
    assert boxes(page.rules) == [[0, 200, 400, 200]]
    (shape,) = page.shapes
    assert not shape.filled


def test_a_page_of_countless_paths_is_not_listed() -> None:
    lines = b"".join(b"%d %d m %d %d l S\n" % (at % 400, at % 300, at % 400 + 3, at % 300 + 2) for at in range(61_000))
    page = drawn(lines)
    assert "drawings_skipped" in page.flags
    assert page.rules == ()


def test_dashed_line_is_one_rule() -> None:
    document = pymupdf.open()
    sheet = document.new_page(width=400, height=300)
    sheet.draw_line((50, 100), (350, 100), dashes="[3 3] 0")
    assert boxes(made.first_page(document.tobytes()).rules) == [[50, 100, 350, 100]]


def test_box_drawn_side_by_side_is_a_box() -> None:
    outline = b"0 0 1 rg 50 100 m 250 100 l 250 130 l 50 130 l 50 100 l f 300 50 m 350 50 l 325 90 l f"
    box, triangle = drawn(outline).shapes
    assert box.segments == 1
    assert triangle.segments > 1
