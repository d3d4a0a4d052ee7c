"""Bullets and boxes to tick that are drawn, not printed."""

import io
from collections.abc import Callable

import pymupdf

import docparse
from docparse.schemas.document import Block, ListBlock, Paragraph

Draw = Callable[[pymupdf.Page], None]


def _blocks(draw: Draw) -> list[Block]:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 60), "Questions to the tenants", fontsize=18)
    draw(page)
    for i in range(6):
        page.insert_text(
            (60, 400 + 14 * i), "A line of the text that follows, as wide as lines of letters are.", fontsize=11
        )
    data = io.BytesIO(document.tobytes())
    return docparse.parse(data, engine="embedded-fast").pages[0].blocks


def _items(blocks: list[Block]) -> list[tuple[int, str, str]]:
    return [(i.level, i.marker, i.text) for block in blocks if isinstance(block, ListBlock) for i in block.items]


def test_drawn_bullets_make_items() -> None:
    def draw(page: pymupdf.Page) -> None:
        for i, (x, text) in enumerate(
            [(60, "Gas and water"), (90, "by day"), (90, "by night"), (60, "Hand over the keys")]
        ):
            y = 100 + 14 * i
            page.draw_circle((x + 3, y - 4), 1.6, fill=(0, 0, 0) if x == 60 else None)
            page.insert_text((x + 14, y), text, fontsize=11)

    assert _items(_blocks(draw)) == [
        (1, "•", "Gas and water"), (2, "◦", "by day"), (2, "◦", "by night"), (1, "•", "Hand over the keys"),
    ]  # fmt: skip


def test_boxes_say_whether_they_are_ticked() -> None:
    def draw(page: pymupdf.Page) -> None:
        for i, text in enumerate(["Very satisfied", "Satisfied", "Not satisfied"]):
            y = 100 + 20 * i
            page.draw_rect((60, y - 10, 70, y))
            page.insert_text((78, y), text, fontsize=11)
        page.draw_line((60, 90), (70, 100))
        page.draw_line((70, 90), (60, 100))
        page.insert_text((61.5, 119), "x", fontsize=10)

    marked = [("☒", "Very satisfied"), ("☒", "Satisfied"), ("☐", "Not satisfied")]
    assert [item[1:] for item in _items(_blocks(draw))] == marked


def test_a_letter_in_a_box_is_no_tick() -> None:
    def draw(page: pymupdf.Page) -> None:
        for i, letter in enumerate("KEY"):
            page.draw_rect((60 + 30 * i, 90, 74 + 30 * i, 104))
            page.insert_text((63 + 30 * i, 101), letter, fontsize=11)

    assert "☐" not in "".join(str(block.model_dump()) for block in _blocks(draw))


def test_form_fields_are_read_with_their_ticks() -> None:
    def draw(page: pymupdf.Page) -> None:
        for i, (text, value) in enumerate([("By letter", True), ("By telephone", False)]):
            field = pymupdf.Widget()
            field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_CHECKBOX, f"box{i}"
            field.rect = pymupdf.Rect(60, 90 + 24 * i, 74, 104 + 24 * i)
            field.field_value, field.border_color, field.border_width = value, (0, 0, 0), 0.5
            page.add_widget(field)
            page.insert_text((82, 101 + 24 * i), text, fontsize=11)

    assert [item[1:] for item in _items(_blocks(draw))] == [("☑", "By letter"), ("☐", "By telephone")]


def test_what_is_filled_into_a_form_stands_behind_its_label() -> None:
    def draw(page: pymupdf.Page) -> None:
        for i, (label, value) in enumerate(
            [("Full name", "Eleanor Whitcombe"), ("City", "Harrowby"), ("Telephone", "")]
        ):
            y = 90 + 30 * i
            page.insert_text((60, y + 15), label, fontsize=11)
            field = pymupdf.Widget()
            field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, label
            field.rect, field.field_value, field.text_fontsize = pymupdf.Rect(180, y, 480, y + 20), value, 11
            page.add_widget(field)

    texts = [block.text for block in _blocks(draw) if isinstance(block, Paragraph)]
    assert texts[:3] == ["Full name Eleanor Whitcombe", "City Harrowby", "Telephone"]


def test_bullets_in_small_type_are_in_the_line_of_their_text() -> None:
    """OpenOffice sets its bullets at 45 % of the size and raises them: each had been a paragraph of its own."""

    def draw(page: pymupdf.Page) -> None:
        for i, text in enumerate(["Encouraging me to stay", "Changing this agreement", "Increasing my monitoring"]):
            page.insert_text((60, 97.5 + 17 * i), "l", fontname="zadb", fontsize=4.5)
            page.insert_text((77, 100 + 17 * i), text, fontsize=10)

    assert [item[1:] for item in _items(_blocks(draw))] == [
        ("●", "Encouraging me to stay"), ("●", "Changing this agreement"), ("●", "Increasing my monitoring"),
    ]  # fmt: skip


def test_outlines_of_letters_are_no_bullets() -> None:
    def draw(page: pymupdf.Page) -> None:
        page.insert_text((60, 100), "Summary of the application of the amendment", fontsize=11)
        for x in (119, 187):  # cairo draws bold letters so: the "o" of "of"
            page.draw_circle((x, 97), 2.4)

    assert _items(_blocks(draw)) == []
