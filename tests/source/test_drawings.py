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


STENCIL = b"q %d 0 0 %g %d %d cm BI /IM true /W 1 /H 1 /BPC 1 /D[1 0] ID \x80 EI Q "


def test_stencils_of_one_pixel_are_the_rules_of_old_converters() -> None:
    content = STENCIL % (300, 0.5, 50, 200) + STENCIL % (1, 80, 50, 120) + STENCIL % (100, 60, 200, 20)
    page = drawn(content)
    assert sorted(boxes(page.rules)) == [[50, 100, 51, 180], [50, 100, 350, 100]]
    turned = made.first_page(made.raw_pdf(content, page=b"/MediaBox[0 0 400 300]/Rotate 90"))
    assert sorted(boxes(turned.rules)) == [[120, 50, 200, 51], [200, 50, 200, 350]]


def test_stencils_beside_drawn_rules_and_pictures_in_strips_are_none() -> None:
    assert boxes(drawn(b"50 100 300 0.5 re f " + STENCIL % (300, 0.5, 50, 200)).rules) == [[50, 200, 350, 200]]
    assert not drawn(b"".join(STENCIL % (300, 0.5, 50, 20 + n / 2) for n in range(500))).rules


def test_fills_of_the_whole_page_that_clips_cut_to_bands_are_these_bands() -> None:
    bands = [(50, 200, 300, 20), (50, 180, 300, 20), (50, 160, 300, 20), (50, 159, 300, 0.5)]
    content = b"".join(b"q %g %g %g %g re W n 0.8 g 0 0 400 300 re f Q " % band for band in bands)
    page = drawn(content)
    assert boxes(page.shapes) == [[50, 80, 350, 100], [50, 100, 350, 120], [50, 120, 350, 140]]
    assert boxes(page.rules) == [[50, 140, 350, 141]]
    assert len(drawn(b"0.8 g 0 0 400 300 re f 0.9 g 0 0 400 300 re f").shapes) == 2


def test_what_a_clip_hides_is_not_there() -> None:
    clip = b"q 50 50 100 100 re W n "
    page = drawn(
        clip + b"1 0 0 rg 20 60 m 150 400 250 400 390 60 c f Q "
        + clip + b"0 100 m 400 100 l S Q " + clip + b"0 0 1 rg 200 200 50 50 re f 60 60 20 20 re 140 60 60 20 re f Q"
    )  # fmt: skip
    assert boxes(page.rules) == [[50, 200, 150, 200]]
    assert boxes(page.shapes) == [[50, 150, 150, 240], [60, 220, 80, 240], [140, 220, 150, 240]]


def test_boxes_that_one_path_fills_are_boxes() -> None:
    shapes = drawn(b"0 0 1 rg 50 100 60 20 re 110 100 60 20 re f 50 50 60 20 re 110 50 3 3 re f").shapes
    assert boxes(shapes) == [[50, 180, 110, 200], [110, 180, 170, 200], [50, 230, 113, 250]]
    assert [shape.segments for shape in shapes] == [1, 1, 2]
