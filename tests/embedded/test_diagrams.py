"""Diagrams of boxes and arrows, the labels round them and the ground they lie on; and what only looks like them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typeset import LOREM, Sheet

from docparse.geometry import Box
from docparse.model.embedded.diagrams import with_diagrams, without_diagrams
from docparse.model.embedded.figures import Figure
from docparse.model.embedded.recognise import recognise
from docparse.schemas.page import PageImage, Rule, Shape, TextLayer, TextQuality

BOXES = {"Reader": (100.0, 200.0), "Engine": (240.0, 200.0), "Checks": (170.0, 290.0)}
SIDES = (80.0, 30.0)


def frame(x: float, y: float, width: float = SIDES[0], height: float = SIDES[1]) -> list[Rule]:
    x1, y1 = x + width, y + height
    level = [Rule((x, at, x1, at), True, 0.5) for at in (y, y1)]
    return level + [Rule((at, y, at, y1), False, 0.5) for at in (x, x1)]


def arrow(sheet: Sheet, box: Box) -> None:
    """A slanted stroke with a head at its end."""
    sheet.shapes.append(Shape(box, 1, False))
    sheet.shapes.append(Shape((box[2] - 5, box[3] - 5, box[2], box[3]), 3, True))


def diagram(sheet: Sheet, *, arrows: bool = True) -> None:
    for text, (x, y) in BOXES.items():
        sheet.rules += frame(x, y)
        sheet.put(x + 15, y + 18, text)
    if arrows:
        arrow(sheet, (140, 230, 185, 290))
        arrow(sheet, (230, 230, 270, 290))


def page_of(sheet: Sheet) -> PageImage:
    return PageImage(1, 588, 840, sheet.width, sheet.height, rules=tuple(sheet.rules), shapes=tuple(sheet.shapes))


def found(sheet: Sheet, plots: list[Figure] | None = None) -> list[Figure]:
    return with_diagrams(plots or [], page_of(sheet), sheet.words, 10.0)


def text(figure: Figure) -> list[str]:
    return [word.text for word in figure.words]


def with_prose(sheet: Sheet) -> Sheet:
    sheet.paragraph(60, 400, 460, LOREM * 6)
    return sheet


def test_boxes_with_arrows_between_them_are_one_figure_with_its_labels() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet)
    (figure,) = found(sheet)
    assert sorted(text(figure)) == sorted(BOXES)
    assert figure.bbox[1] == pytest.approx(200, abs=1)
    assert figure.bbox[3] == pytest.approx(320, abs=1)
    assert not figure.chart


def test_boxes_without_arrows_are_none() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet, arrows=False)
    assert found(sheet) == []


def test_two_boxes_are_none() -> None:
    sheet = with_prose(Sheet())
    for name in ("Reader", "Engine"):
        x, y = BOXES[name]
        sheet.rules += frame(x, y)
        sheet.put(x + 15, y + 18, name)
    arrow(sheet, (180, 205, 240, 225))
    arrow(sheet, (180, 212, 240, 228))
    assert found(sheet) == []


def test_cells_of_a_table_with_two_arrows_in_it_are_none() -> None:
    sheet = with_prose(Sheet())
    for row in range(8):
        for column in range(5):
            sheet.rules += frame(100 + 60 * column, 100 + 20 * row, 60, 20)
            sheet.put(105 + 60 * column, 114 + 20 * row, f"{row}.{column}")
    arrow(sheet, (110, 104, 120, 116))
    arrow(sheet, (110, 124, 120, 136))
    assert found(sheet) == []


def test_labels_at_its_edge_and_beside_it_are_its_own_and_text_is_not() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet)
    sheet.put(310, 250, "reads pages", 9)  # from its inside out
    sheet.paragraph(60, 340, 460, LOREM)
    (figure,) = found(sheet)
    assert {"reads", "pages"} <= set(text(figure))
    assert figure.bbox[2] > 330
    assert "lorem" not in text(figure)


@pytest.mark.parametrize("prose", [False, True])
def test_the_ground_it_lies_on_is_of_it_unless_text_stands_there(prose: bool) -> None:
    sheet = with_prose(Sheet())
    ground = (80.0, 150.0, 400.0, 380.0)
    sheet.shapes.append(Shape(ground, 1, True))
    diagram(sheet)
    sheet.put(100, 170, "How pages are read", 11)
    if prose:
        sheet.paragraph(100, 340, 290, LOREM * 2, 6)
    (figure,) = found(sheet)
    assert (figure.bbox == ground) is not prose
    assert ("How" in text(figure)) is not prose


def test_keys_drawn_in_a_sentence_are_none() -> None:
    sheet = Sheet()
    for line in range(3):
        x, y = 60.0, 200.0 + 16 * line
        for _ in range(4):
            end = sheet.put(x, y, "press it", 10)
            sheet.rules += frame(end, y - 11, 40, 14)
            sheet.put(end + 8, y, "Shift", 10)
            sheet.line -= 2
            arrow(sheet, (end + 30, y - 10, end + 46, y + 2))
            x = end + 50
        sheet.line += 1
    assert found(sheet) == []


def test_what_is_a_chart_already_stays_one() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet)
    chart = Figure((100, 200, 320, 320), chart=True)
    assert found(sheet, [chart]) == [chart]


def test_its_frames_are_no_cells() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet)
    page = page_of(sheet)
    line = Rule((60, 390, 500, 390), True, 0.5)
    page = replace(page, rules=(*page.rules, line))
    assert without_diagrams(page, found(sheet)).rules == (line,)
    assert without_diagrams(page, []).rules == page.rules


def test_a_page_with_one_has_a_picture_with_its_words_and_no_table() -> None:
    sheet = with_prose(Sheet())
    diagram(sheet)
    for n, (x, y) in enumerate(BOXES.values()):  # boxes of two cells
        sheet.rules.append(Rule((x + 55, y, x + 55, y + SIDES[1]), False, 0.5))
        sheet.put(x + 60, y + 18, f"v{n}")
    layer = TextLayer(tuple(sheet.words), TextQuality.SOUND)
    page = replace(page_of(sheet), text=layer)
    html = recognise(page, fast=True).html
    assert html.count('class="image') == 1
    assert all(html.count(f"{name}") == 1 for name in BOXES)
    assert "<table" not in html


BRANCHES = {"Homo sapiens": (250.0, 120.0), "Pan": (230.0, 140.0), "Pongo abelii": (280.0, 170.0)}


def tree(sheet: Sheet) -> None:
    """((Homo, Pan), Pongo), its root at the left."""
    joints = [(150.0, 130.0, 170.0), (200.0, 120.0, 140.0)]
    sheet.rules += [Rule((x, top, x, bottom), False, 0.5) for x, top, bottom in joints]
    sheet.rules += [Rule((100, 150, 150, 150), True, 0.5), Rule((150, 130, 200, 130), True, 0.5)]
    for name, (end, y) in BRANCHES.items():
        sheet.rules.append(Rule((150 if y == 170 else 200, y, end, y), True, 0.5))
        sheet.put(end + 4, y + 3, name)


def test_a_tree_of_level_and_upright_strokes_is_a_figure_with_its_names() -> None:
    sheet = with_prose(Sheet())
    tree(sheet)
    (figure,) = found(sheet)
    assert text(figure) == ["Homo", "sapiens", "Pan", "Pongo", "abelii"]
    assert figure.bbox[0] == pytest.approx(100, abs=1)


def test_the_tree_is_no_table() -> None:
    sheet = with_prose(Sheet())
    tree(sheet)
    page = replace(page_of(sheet), text=TextLayer(tuple(sheet.words), TextQuality.SOUND))
    html = recognise(page, fast=True).html
    assert html.count('class="image') == 1
    assert "<table" not in html


@pytest.mark.parametrize("right", [True, False])
def test_columns_of_a_table_are_no_branches(right: bool) -> None:
    sheet = with_prose(Sheet())
    sheet.rules += [Rule((100, y, 300, y), True, 0.5) for y in (100, 130, 160)]
    sheet.rules += [Rule((x, 100, x, 160), False, 0.5) for x in (180, *([300] if right else []))]
    sheet.rules.append(Rule((100, 145, 180, 145), True, 0.5))  # a cell on the left is cut
    for x in (110, 190):
        for y in (115, 150):
            sheet.put(x, y, f"cell{x}{y}")
    assert found(sheet) == []


def test_a_tree_beside_points_is_left_to_the_figure_that_they_make() -> None:
    sheet = with_prose(Sheet())
    tree(sheet)
    sheet.shapes += [Shape((end + 70, y - 4, end + 78, y + 4), 4, True) for end, y in BRANCHES.values()]
    assert found(sheet) == []
