"""How far drawings reach: axes, arrows and labels round them, and drawings that their caption alone tells of."""

from __future__ import annotations

from docparse.model.embedded.figures import find_figures
from docparse.schemas.document import Caption, Chart, Image, Paragraph
from docparse.schemas.page import PageImage, Picture, Rule, Shape
from tests.embedded.typeset import LOREM, Sheet

CURVE = (Shape((231, 420, 350, 543), 20, False), Shape((250, 430, 300, 500), 20, False))
AXES = (Rule((230, 400, 230, 600), False, 1), Rule((200, 545, 400, 545), True, 1))
TIPS = (Shape((227, 398, 233, 402), 3, True), Shape((398, 542, 403, 548), 3, True))


def _sheet() -> Sheet:
    sheet = Sheet()
    foot = sheet.paragraph(90, 300, 420, LOREM * 2)
    assert foot < 380
    sheet.paragraph(90, 660, 420, LOREM * 2)
    return sheet


def test_axes_and_what_is_written_at_them_are_of_the_drawing() -> None:
    sheet = _sheet()
    sheet.rules += AXES
    sheet.put(404, 556, "x × y")
    sheet.put(214, 404, "(f, g)")
    sheet.put(90, 630, "Figure 1: What is drawn")
    sheet.shapes += CURVE + TIPS
    blocks = sheet.blocks()
    (image,) = [block for block in blocks if isinstance(block, Image)]
    assert sorted(image.ocr.split()) == sorted(["x", "×", "y", "(f,", "g)"])
    assert image.bbox is not None
    assert image.bbox[1] < 400
    assert image.bbox[3] >= 600
    assert len([block for block in blocks if isinstance(block, Paragraph)]) == 2


def test_no_figure_grows_into_text_or_over_what_begins_at_its_margin() -> None:
    sheet = _sheet()
    sheet.rules += (Rule((230, 310, 230, 700), False, 1),)
    sheet.put(90, 412, "And then:")
    sheet.put(90, 630, "Figure 1: What is drawn")
    sheet.shapes += CURVE
    blocks = sheet.blocks()
    (image,) = [block for block in blocks if isinstance(block, Image)]
    assert image.bbox is not None
    assert image.bbox[1] >= 420 - 1
    assert "And then:" in [block.text for block in blocks if isinstance(block, Paragraph)]


def test_the_name_under_a_photograph_stays_a_line_of_text() -> None:
    sheet = _sheet()
    sheet.pictures.append(Picture((200, 420, 300, 540), 400, 480))
    sheet.put(225, 552, "Ada Byron")
    blocks = sheet.blocks()
    assert "Ada Byron" in [block.text for block in blocks if isinstance(block, (Paragraph, Caption))]


def test_a_drawing_of_few_strokes_is_known_by_its_caption() -> None:
    sheet = _sheet()
    strokes = [Rule((x, 420, x, 560), False, 1) for x in (220, 240, 320, 340)] + [Rule((200, 560, 400, 560), True, 1)]
    sheet.rules += strokes
    arrows = (Shape((398, 557, 403, 563), 3, True), Shape((220, 480, 240, 500), 1, False))
    sheet.put(224, 575, "x")
    page = PageImage(1, 588, 840, 595, 842, shapes=arrows, rules=tuple(strokes))
    assert find_figures(page, sheet.words, [], [], 10) == []
    sheet.put(90, 630, "Figure 4: Two strips")
    (found,) = find_figures(page, sheet.words, [], [], 10)
    assert [word.text for word in found.words] == ["x"]
    sheet.put(90, 610, "A sentence that stands between the two of them")
    assert find_figures(page, sheet.words, [], [], 10) == []


def test_a_panel_keeps_the_line_under_it() -> None:
    sheet = _sheet()
    sheet.rules += AXES
    sheet.put(240, 612, "(a) Ball")
    sheet.put(90, 640, "Figure 1: What is drawn")
    sheet.shapes += CURVE + TIPS
    blocks = sheet.blocks()
    assert "(a) Ball" in [block.text for block in blocks if isinstance(block, Paragraph)]


def test_numbers_of_an_axis_that_stand_at_a_margin_of_the_text_are_of_the_drawing() -> None:
    sheet = _sheet()
    sheet.rules += (Rule((106, 410, 106, 620), False, 1), Rule((106, 620, 350, 620), True, 1))
    sheet.shapes += (Shape((110, 420, 350, 610), 20, False),)
    for i in range(6):
        sheet.put(90, 424 + 36 * i, str(50 - 5 * i))
    (figure,) = [block for block in sheet.blocks() if isinstance(block, (Image, Chart))]
    assert figure.bbox is not None
    assert figure.bbox[0] <= 91
