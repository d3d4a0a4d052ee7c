"""Narrow columns: justified lines stay whole, tables keep to their own column, heads belong to their table."""

from __future__ import annotations

import random

from typeset import Sheet

from docparse.model.embedded.gutters import Gutters
from docparse.model.embedded.justified import join_justified
from docparse.model.embedded.lines import make_lines
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.heads import join_heads
from docparse.model.embedded.tables.page_columns import page_gutters
from docparse.model.embedded.types import FoundTable
from docparse.schemas.document import Cell, Paragraph
from docparse.schemas.page import PageImage, Rule, Word


def page(rules: tuple[Rule, ...] = ()) -> PageImage:
    return PageImage(1, 616, 868, 595.0, 842.0, rules=rules)


def set_words(texts: list[str], x0: float, x1: float, y: float, line: int, size: float = 10.0) -> list[Word]:
    """Words spread evenly from x0 to x1, as a justified line has them."""
    widths = [0.5 * size * len(text) for text in texts]
    blank = (x1 - x0 - sum(widths)) / max(1, len(texts) - 1)
    words, x = [], x0
    for text, width in zip(texts, widths, strict=True):
        box = (x, y - 0.9 * size, x + width, y + 0.25 * size)
        words.append(Word(text, box, size, "Serif", 0, 0, y, line))
        x += width + blank
    return words


def justified(x0: float, x1: float, y: float, lines: int, first: int = 0, pitch: float = 13.0) -> list[Word]:
    chance = random.Random(7)
    words: list[Word] = []
    for number in range(lines):
        texts = ["a" * chance.randint(3, 8) for _ in range(3 + number % 3)]
        words += set_words(texts, x0, x1, y + pitch * number, first + number)
    return words


def numbers(xs: list[float], y: float, rows: int, pitch: float, first: int = 0) -> list[Word]:
    words: list[Word] = []
    for row in range(rows):
        for col, x in enumerate(xs):
            text = f"{row + 1}{col}4" if col else f"Item{row}"
            level = y + pitch * row
            words.append(Word(text, (x, level - 9, x + 5 * len(text), level + 2.5), 10.0, "Serif", 0, 0, level, first))
            first += 1
    return words


def test_justified_lines_of_a_narrow_column_stay_whole() -> None:
    lines = join_justified(make_lines(justified(50, 220, 100, 9)))
    assert len(lines) == 9
    assert max(len(line.words) for line in lines) == 5


def test_cells_below_one_another_stay_apart() -> None:
    lines = make_lines(numbers([50, 120, 200], 100, 8, 13))
    assert len(join_justified(lines)) == len(lines) == 24


def test_two_justified_columns_stay_two() -> None:
    words = justified(50, 220, 100, 9) + justified(260, 430, 100, 9, first=20)
    lines = join_justified(make_lines(words))
    assert len(lines) == 18
    assert not any(line.x0 < 230 < line.x1 for line in lines)


def test_torn_line_that_fills_its_column_is_whole() -> None:
    solid = [word for n in range(4) for word in set_words(["aaaaa"] * 8, 50, 270, 100 + 13 * n, n)]
    torn = set_words(["bbbbbb", "cccc", "ddddddd"], 50, 270, 152, 4)
    more = [word for n in range(2) for word in set_words(["aaaaa"] * 8, 50, 270, 165 + 13 * n, 5 + n)]
    lines = join_justified(make_lines([*solid, *torn, *more]))
    assert [len(line.words) for line in lines] == [8, 8, 8, 8, 3, 8, 8]


def test_torn_line_of_an_item_between_blanks_fills_the_column_of_other_text() -> None:
    solid = [word for n in range(5) for word in set_words(["aaaaa"] * 8, 50, 270, 100 + 13 * n, n)]
    torn = set_words(["2.", "bbbbbb", "cccc", "ddddddd", "e"], 55, 270, 180, 5)
    end = set_words(["fff."], 65, 85, 193, 6)
    lines = join_justified(make_lines([*solid, *torn, *end]))
    assert [len(line.words) for line in lines] == [8, 8, 8, 8, 8, 5, 1]


def test_rows_of_cells_as_wide_as_the_text_over_them_stay_apart() -> None:
    solid = [word for n in range(4) for word in set_words(["aaaaa"] * 8, 50, 270, 100 + 13 * n, n)]
    cells = []
    for row in range(3):
        y = 152 + 13 * row
        cells += set_words(["label"], 50, 75 + 5 * row, y, 4 + row)
        cells += set_words(["value", "x"], 230, 270, y, 8 + row)
    lines = join_justified(make_lines([*solid, *cells]))
    assert len(lines) == 4 + 6


def test_label_and_sum_under_text_stay_apart() -> None:
    solid = [word for n in range(4) for word in set_words(["aaaaa"] * 8, 50, 270, 100 + 13 * n, n)]
    total = set_words(["total"], 50, 75, 152, 4) + set_words(["123"], 255, 270, 152, 5)
    assert len(join_justified(make_lines([*solid, *total]))) == 6


def test_columns_whose_words_reach_into_the_gutter_stay_two() -> None:
    exact = justified(50, 220, 100, 12) + justified(230, 400, 100, 12, first=20)
    gutters = Gutters(exact)
    loose = [word._replace(bbox=(word.bbox[0] - 2, word.bbox[1], word.bbox[2] + 2, word.bbox[3])) for word in exact]
    lines = make_lines(loose, gutters)
    assert join_justified(lines) != join_justified(lines, gutters)
    assert not any(line.x0 < 225 < line.x1 for line in join_justified(lines, gutters))


def test_tables_in_neighbouring_columns_do_not_merge() -> None:
    words = numbers([50, 150, 220], 100, 12, 15.0) + numbers([275, 375, 445], 107, 10, 18.5, first=60)
    found = find_tables(page(), words)
    assert [(table.rows, table.cols) for table in found] == [(12, 3), (10, 3)]


def test_table_beside_running_text_keeps_to_its_column() -> None:
    words = numbers([50, 150, 220], 100, 9, 13.0) + justified(262, 500, 100, 9, first=60)
    (table,) = find_tables(page(), words)
    assert (table.rows, table.cols) == (9, 3)
    assert table.bbox[2] < 260


def test_gap_between_columns_of_one_table_is_no_gutter_of_the_page() -> None:
    assert page_gutters(numbers([50, 90, 130], 100, 12, 13.0), 10.0) == []


def test_band_with_heads_joins_the_table_below() -> None:
    head = FoundTable(
        (50, 80, 300, 100), (Cell(row=0, col=0, text="A"), Cell(row=0, col=1, text="B")), 1, 2, ruled=True
    )
    cells = tuple(Cell(row=row, col=col, text=f"{row}{col}") for row in range(3) for col in range(2))
    body = FoundTable((50, 101, 300, 160), cells, 3, 2)
    apart = FoundTable((50, 300, 300, 360), cells, 3, 2)
    joined = join_heads([head, body, apart], 10.0)
    assert [table.rows for table in joined] == [4, 3]
    assert [cell.text for cell in joined[0].cells if cell.header] == ["A", "B"]


def test_heads_above_the_first_rule_belong_to_the_table() -> None:
    words = numbers([50, 150, 250], 130, 5, 14.0, first=10)
    for col, text in enumerate(("Name", "First", "Second")):
        x = (50, 150, 250)[col]
        words.append(Word(text, (x, 101, x + 5 * len(text), 112.5), 10.0, "Serif", 0, 0, 110.0, col))
    rules = (Rule((45, 116, 300, 116), True, 0.5), Rule((45, 192, 300, 192), True, 0.5))
    (table,) = find_tables(page(rules), words)
    assert [cell.text for cell in table.cells if cell.row == 0] == ["Name", "First", "Second"]


def test_two_columns_below_lines_of_full_width_stay_two() -> None:
    wide = [w for n in range(6) for w in set_words(["wide" * 2] * 9, 50, 430, 100 + 13 * n, 100 + n)]
    columns = justified(50, 220, 178, 9) + justified(260, 430, 178, 9, first=20)
    lines = join_justified(make_lines([*wide, *columns]))
    assert not any(line.x0 < 230 < line.x1 for line in lines if line.baseline > 175)


def test_river_of_a_paragraph_over_the_gap_between_two_columns_of_a_table_parts_nothing() -> None:
    words: list[Word] = []
    chance = random.Random(3)
    for row in range(8):  # a blank of half an em at x = 160 in every line
        for x0, x1 in ((50, 157.5), (162.5, 290)):
            words += set_words(["a" * chance.randint(2, 7) for _ in range(4)], x0, x1, 100 + 13 * row, row)
    words += numbers([50, 90, 130, 168, 210, 250], 214, 4, 13, first=16)
    assert page_gutters(words, 10.0) == []
    (table,) = find_tables(page(), words)
    assert table.cols == 6


def _cell(text: str, x: float, y: float, line: int, *, right: bool = False) -> list[Word]:
    width = sum(5.0 * len(part) + 3 for part in text.split()) - 3
    return set_words(text.split(), x - width if right else x, x if right else x + width, y, line)


def test_a_wide_table_whose_labels_and_numbers_fill_its_left_half_is_one() -> None:
    rows = [
        ("Goods of the years", "Sold in all", "Sent", "Kept here"),
        ("Iron ore and coal", "9,335.72", "722", "447.58"),
        ("Wool of the farms in the far north of it", "7.06", "910", "1.81"),
        ("Fish", "500.92", "9,417", "2,631.66"),
        ("Salt of the two mines by the sea", "81.55", "12", "75.20"),
    ]
    words: list[Word] = []
    for number, row in enumerate(rows):
        y = 100.0 + 18 * number
        words += _cell(row[0], 50, y, 4 * number)
        for col, x in enumerate((310.0, 358.0, 420.0), 1):
            words += _cell(row[col], x, y, 4 * number + col, right=True)
    assert page_gutters(words, 10.0) == []
    (table,) = find_tables(page(), words)
    assert [[cell.text for cell in table.cells if cell.row == r] for r in range(table.rows)] == [list(r) for r in rows]


def test_punctuation_that_hangs_into_the_gutter_joins_no_columns() -> None:
    """As Chinese and Japanese are set: the square of the last sign reaches into the margin, and is blank there."""
    sheet = Sheet()
    for row in range(14):
        hung = "。" if row % 3 == 1 else "，" if row % 3 == 2 else ""
        sheet.put(60, 100 + 18 * row, "字" * 18 + hung, 12, "ja")
        sheet.put(60 + 12 * 18 + 18, 103 + 16 * row, "行" * 18, 12, "ja")
    found = [block.text.replace("\n", "") for block in sheet.blocks() if isinstance(block, Paragraph)]
    assert not any("字" in text and "行" in text for text in found)
    assert sum(text.count("行") for text in found) == 18 * 14
