"""Pictures over one caption are one figure; a card of text is none."""

from __future__ import annotations

from docparse.geometry import Box
from docparse.model.embedded.figure_parts import join_parts
from docparse.model.embedded.figures import find_figures
from docparse.schemas.document import Block, Caption, Chart, Image, Paragraph
from docparse.schemas.page import PageImage, Shape, Word

PROSE = "Running text that says a good deal about what is to be seen further down on this page"


def picture(*box: float, ocr: str = "") -> Image:
    return Image(bbox=(box[0], box[1], box[2], box[3]), ocr=ocr)


def test_panels_over_a_caption_are_one_picture_with_their_labels() -> None:
    panels = [picture(60, 200, 200, 300, ocr="left"), picture(230, 200, 400, 300, ocr="right")]
    blocks: list[Block] = [
        Paragraph(text=PROSE, bbox=(60, 100, 400, 180)),
        *panels,
        Paragraph(text="(a) one of them", bbox=(80, 285, 150, 297)),
        Caption(text="Figure 2: Both of them", bbox=(60, 320, 300, 332)),
        Paragraph(text=PROSE, bbox=(60, 350, 400, 380)),
    ]
    joined = join_parts(blocks, 10)
    assert [block.kind for block in joined] == ["paragraph", "image", "caption", "paragraph"]
    assert joined[1].bbox == (60, 200, 400, 300)
    assert isinstance(joined[1], Image)
    assert joined[1].ocr == "left\nright\n(a) one of them"


def test_pictures_with_text_between_them_or_captions_of_their_own_stay_apart() -> None:
    upper, lower = picture(60, 100, 400, 180), picture(60, 230, 400, 300)
    caption = Caption(text="Figure 2: The lower one", bbox=(60, 310, 300, 322))
    between: list[Block] = [upper, Paragraph(text=PROSE, bbox=(60, 190, 400, 220)), lower, caption]
    assert join_parts(between, 10) == between

    def side_by_side(text: str, box: Box) -> list[Block]:
        left, right = picture(60, 100, 200, 180), picture(240, 100, 400, 180)
        return [left, right, Caption(text="Figure 1: left", bbox=(60, 190, 200, 202)), Caption(text=text, bbox=box)]

    assert len(join_parts(side_by_side("Figure 2: right", (240, 190, 400, 202)), 10)) == 4
    assert len(join_parts(side_by_side("Table 2: elsewhere", (60, 500, 400, 512)), 10)) == 3
    assert (
        len(join_parts([*side_by_side("Table 1", (60, 500, 400, 512))[1:], Chart(bbox=(60, 100, 200, 180))], 10)) == 4
    )


def test_a_card_with_a_title_and_a_line_is_no_figure_and_a_drawing_with_labels_is_one() -> None:
    def figures(height: float, lines: tuple[str, ...]) -> int:
        shapes = tuple(Shape((60, 100, 300, 100 + height), 9, True, 0xEEEEEE) for _ in range(3))
        words = [
            Word(
                text, (70 + 40 * k, 104 + 22 * i, 105 + 40 * k, 124 + 22 * i), 18, "helv", baseline=120 + 22 * i, line=i
            )
            for i, line in enumerate(lines)
            for k, text in enumerate(line.split())
        ]
        page = PageImage(1, 588, 840, 595, 842, shapes=shapes)
        return len(find_figures(page, words, [], [], 18))

    assert figures(52, ("Block title", "Cras viverra metus rhoncus")) == 0
    assert figures(150, ("Block title", "Cras viverra metus rhoncus")) == 1
    assert figures(52, ("A B", "C D")) == 1
