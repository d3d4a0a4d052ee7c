"""Reading order of boxes: columns, cards, sections, and right-to-left pages."""

from __future__ import annotations

import random
import time

from docparse.geometry import Box
from docparse.model.embedded.order import Told, reading_order
from docparse.schemas.page import Rule


def test_full_width_box_parts_the_columns() -> None:
    boxes: list[Box] = [
        (50, 50, 550, 80),
        (50, 100, 290, 300), (310, 100, 550, 320),
        (50, 340, 550, 400),
        (50, 420, 290, 600), (310, 420, 550, 620),
    ]  # fmt: skip
    assert reading_order(boxes, 10) == [0, 1, 2, 3, 4, 5]


def test_column_of_many_boxes_comes_before_the_next() -> None:
    left: list[Box] = [(50, 100 + 50 * i, 290, 140 + 50 * i) for i in range(6)]
    right: list[Box] = [(310, 90 + 70 * i, 550, 150 + 70 * i) for i in range(4)]
    assert reading_order(right + left, 10) == [4, 5, 6, 7, 8, 9, 0, 1, 2, 3]


def test_rows_of_cards_are_read_row_by_row() -> None:
    boxes: list[Box] = [
        (50, 100, 290, 112), (50, 118, 290, 200), (310, 100, 550, 112), (310, 118, 550, 180),
        (50, 300, 290, 312), (50, 318, 290, 400), (310, 300, 550, 312), (310, 318, 550, 420),
    ]  # fmt: skip
    assert reading_order(boxes, 10) == list(range(8))


def test_paragraphs_that_happen_to_end_on_one_line_do_not_part_columns() -> None:
    left: list[Box] = [(50, 100, 290, 109), (50, 125, 290, 189), (50, 206, 290, 216), (50, 232, 290, 300)]
    right: list[Box] = [(310, 100, 550, 154), (310, 171, 550, 189), (310, 206, 550, 300), (310, 317, 550, 400)]
    left.append((50, 317, 290, 400))
    assert reading_order(left + right, 9) == list(range(9))


def test_right_column_first_when_right_to_left() -> None:
    boxes: list[Box] = [(50, 100, 290, 300), (310, 100, 550, 300)]
    assert reading_order(boxes, 10, rtl=True) == [1, 0]


def test_every_box_once_however_tangled_and_in_good_time() -> None:
    source = random.Random(3)
    boxes: list[Box] = []
    for _ in range(2000):
        x, y = source.random() * 500, source.random() * 800
        boxes.append((x, y, x + source.random() * 200, y + source.random() * 60))
    started = time.process_time()
    assert sorted(reading_order(boxes, 10)) == list(range(2000))
    assert time.process_time() - started < 5


def test_displays_between_short_lines_make_no_columns() -> None:
    boxes: list[Box] = [
        (50, 100, 100, 112), (200, 120, 300, 132), (200, 140, 300, 152), (50, 160, 150, 172), (180, 180, 300, 192),
        (50, 200, 500, 240),
    ]  # fmt: skip
    assert reading_order(boxes, 10) == [0, 1, 2, 3, 4, 5]


def test_a_short_side_column_is_not_read_between_the_lines_of_the_main_text() -> None:
    main: list[Box] = [(60, y, 370, y + 40) for y in range(100, 700, 50)]
    side: list[Box] = [(400, 105, 520, 120), (400, 148, 520, 180), (400, 205, 500, 220), (400, 248, 520, 260)]
    order = reading_order([*main, *side], 10)
    places = [order.index(i) for i in range(len(main), len(main) + len(side))]
    assert places == list(range(places[0], places[0] + len(side)))
    assert [i for i in order if i < len(main)] == list(range(len(main)))


def test_a_rule_across_the_page_parts_what_is_over_it_from_what_is_under_it() -> None:
    boxes: list[Box] = [(60, 100, 290, 300), (310, 100, 540, 300), (60, 310, 290, 500), (310, 310, 540, 500)]
    assert reading_order(boxes, 10) == [0, 2, 1, 3]
    rule = Rule((60, 305, 540, 305), True, 1.0)
    assert reading_order(boxes, 10, rules=[rule]) == [0, 1, 2, 3]
    assert reading_order(boxes, 10, rules=[rule._replace(bbox=(60, 305, 290, 305))]) == [0, 2, 1, 3]


def test_numbers_tell_whether_cards_are_read_across_or_down() -> None:
    cards: list[Box] = [(60, 100, 290, 180), (310, 100, 540, 180), (60, 240, 290, 330), (310, 240, 540, 330)]
    assert reading_order(cards, 10) == [0, 1, 2, 3]
    assert reading_order(cards, 10, told=Told({0: 1, 1: 3, 2: 2, 3: 4})) == [0, 2, 1, 3]
    assert reading_order(cards, 10, told=Told({0: 1, 1: 2, 2: 3, 3: 4})) == [0, 1, 2, 3]
    years = {0: 1999, 1: 2014, 2: 2003, 3: 1987}
    assert reading_order(cards, 10, told=Told(years)) == [0, 1, 2, 3]


def test_what_columns_run_round_is_read_after_the_text_left_of_it() -> None:
    boxes: list[Box] = [
        (50, 100, 290, 150), (50, 160, 290, 400), (50, 410, 290, 500),  # left column, narrow beside the picture
        (310, 100, 550, 150), (310, 160, 550, 390), (310, 400, 550, 500),
        (200, 220, 400, 380), (210, 385, 390, 395),  # the picture and its caption
    ]  # fmt: skip
    assert reading_order(boxes, 10) == [0, 1, 6, 7, 2, 3, 4, 5]


def test_a_title_over_the_gutter_is_nothing_that_columns_run_round() -> None:
    boxes: list[Box] = [(150, 80, 450, 102), (50, 100, 290, 300), (310, 100, 550, 300)]
    assert reading_order(boxes, 10) == [0, 1, 2]


def test_a_row_with_columns_of_its_own_belongs_to_what_it_heads() -> None:
    title: list[Box] = [(60, 60, 200, 90), (480, 65, 540, 80), (60, 100, 350, 130)]
    heads: list[Box] = [(60, 150, 180, 170), (250, 150, 300, 165)]
    left: list[Box] = [(60, 180, 230, 300), (60, 310, 230, 500)]
    right: list[Box] = [(250, 175, 540, 330), (250, 340, 540, 500)]
    boxes = [*title, *heads, *left, *right]
    assert reading_order(boxes, 10) == [0, 2, 1, 3, 5, 6, 4, 7, 8]
    date: list[Box] = [(260, 60, 320, 72)]
    heads = [(60, 100, 120, 115), (310, 100, 380, 115)]
    columns: list[Box] = [(60, 125, 290, 300), (310, 125, 540, 300)]
    assert reading_order([*date, *heads, *columns], 10) == [0, 1, 3, 2, 4]


def test_the_head_of_a_section_under_cards_is_read_after_all_of_them() -> None:
    cards = [(x, y, x + 80, y + 12) for x in (50, 200, 350) for y in (100, 116)]
    head, text = (50, 146, 150, 162), (50, 172, 450, 230)
    boxes = [*cards, head, text]
    assert reading_order(boxes, 10)[-2:] == [6, 7]
    low = (50, 150, 150, 162)
    spaced = [*cards, low, (50, 182, 450, 230)]
    assert reading_order(spaced, 10)[-2:] != [6, 7]
    assert reading_order([*cards, low, (50, 176, 450, 230)], 10, told=Told(headings={6}))[-2:] == [6, 7]


def test_what_ends_a_column_over_a_wide_table_stays_in_it() -> None:
    left, right, last, table = (50, 100, 240, 200), (260, 100, 450, 200), (50, 206, 240, 230), (50, 260, 450, 300)
    assert reading_order([left, right, last, table], 10) == [0, 2, 1, 3]


def test_numbers_that_come_twice_tell_no_order() -> None:
    """A text and its translation beside it, with the same numbers."""
    boxes: list[Box] = []
    for column in (50, 310):
        boxes += [(column, 100 + 60 * row + column / 20, column + 240, 150 + 60 * row) for row in range(5)]
    numbers = {i: 3 + i % 5 for i in range(10)}
    assert reading_order(boxes, 10, told=Told(numbers)) == list(range(10))
