"""Tables beside a gutter of the page, and the lists and figures that stand across it or under them."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.crossed import in_columns_of
from docparse.model.embedded.tables.runs import Run, text_runs
from docparse.schemas.page import Shape, Word
from tests.embedded.test_table_rows import flat, page, put, put_rows, rows_of

LINE = "the merchants of the town kept the books of it"
TABLE = [["Goods", "2021", "2020"], ["Grain", "513", "100"], ["Fish", "4,411", "6,935"], ["Timber", "9,588", "2,100"],
         ["Wine", "5,747", "1,988"], ["Cloth", "7,633", "6,188"]]  # fmt: skip
LEFT, RIGHT = 68.0, 315.0


def _right(x: float, y: float, text: str) -> list[Word]:
    return put(x - 5 * len(text), y, text)


def test_a_table_beside_a_list_of_another_column_is_one_of_its_own() -> None:
    lines = ["Grain and salted fish of the harbours", "and of towns", "Count the barrels of fish one by one and",
             "mark them", "Write all the sums into books", "of leather and keep them"]  # fmt: skip
    levels = [190.0, 203.0, 222.0, 239.0, 257.0, 274.0]
    words = [word for y, text in zip(levels, lines, strict=True) for word in put(87, y, text, int(y))]
    words += [word for i in range(3) for word in put(LEFT, levels[2 * i], f"{i + 1}.", 80 + i)]
    for y in (40.0, 55.0, 160.0, 175.0):
        words += [*put(LEFT, y, LINE, 1), *put(RIGHT, y, LINE, 2)]
    rows = [["Goods", "2021", "2020"], ["Grain chests", "64.91", "505.9"], ["Fish", "2.07", "539.4"],
            ["Wine", "16.58", "4.6"], ["Cloth", "63.78", "641.7"], ["Oil", "3,290.24", "12.5"]]  # fmt: skip
    for y, (label, first, last) in zip([217.0, 234.0, 251.0, 292.0, 309.0, 326.0], rows, strict=True):
        words += [*put(RIGHT, y, label), *_right(445, y, first), *_right(522, y, last)]
    words += [*put(RIGHT, 263, "from the", 50), *put(RIGHT, 276, "north", 51)]
    across = [Run((87.0, 208.0, 522.0, 262.0), 0.5)]
    assert [run.bbox[0] for run in in_columns_of(across, words, 10.0)] == [RIGHT]
    (found,) = find_tables(page(), words)
    cells = rows_of(found)
    assert [cells[0], cells[-1]] == [rows[0], rows[-1]]
    assert [row[1:] for row in cells if row[1]] == [row[1:] for row in rows]


def test_a_table_across_both_columns_stays_whole() -> None:
    wide = [[*row, *row[1:]] for row in TABLE]
    words = put_rows(wide, 229.0, 15, (LEFT, 170.0, 250.0, 350.0, 450.0))
    for y, text in ((120.0, "Figure 1: The harbour"), (185.0, LINE), (200.0, LINE)):
        words += [*put(LEFT, y, text, 1), *put(RIGHT, y, text, 2)]
    runs = text_runs(words, 10.0)
    assert in_columns_of(runs, words, 10.0) == runs
    (table,) = find_tables(page(), words)
    assert rows_of(table) == wide


def _bullets(x: float, texts: Sequence[str], at: float) -> list[Word]:
    """A list with its signs at `at`, its texts at x."""
    lines = enumerate(texts)
    return [word for i, text in lines for word in [*put(x, 200 + 15 * i, text, i), *put(at, 200 + 15 * i, "▪", i)]]


def test_bullets_before_unspaced_text_are_no_column() -> None:
    assert text_runs(_bullets(114.0, ["粮 食和木材", "咸 鱼", "布 匹和葡萄酒", "石 油"], 97.0), 10.0) == []


def test_bullets_right_of_right_to_left_text_are_no_column() -> None:
    words: list[Word] = []
    for i, text in enumerate(["حبوب وخشب", "سمك مملح", "قماش ونبيذ", "زيت"]):
        width = 5 * len(text.replace(" ", "")) + 3 * text.count(" ")
        words += [*put(300.0 - width, 200 + 15 * i, text, i), *put(314.0, 200 + 15 * i, "▪", i)]
    assert text_runs(words, 10.0) == []


def test_a_list_between_the_rules_of_two_tables_is_no_row_of_them() -> None:
    xs = (100.0, 250.0, 340.0)
    items = _bullets(118.0, ["Grain of the north and of the isles", "Fish from the western harbours"], 101.0)
    words = [*put_rows(TABLE, 90, 16, xs), *items, *put_rows(TABLE, 252, 16, xs)]
    rules = [flat(y, 95.0, 400.0) for y in (78.0, 97.0, 175.0, 240.0, 259.0, 337.0)]
    found = find_tables(page(rules), words)
    assert [rows_of(table) for table in found] == [TABLE, TABLE]


def test_labels_left_of_a_table_that_has_its_own_are_no_column_of_it() -> None:
    stripes = [Shape((RIGHT - 5, 211.0 + 15 * i, 560.0, 226.0 + 15 * i), 1, True, 0xDDDDDD) for i in (0, 2, 4)]
    table = put_rows(TABLE, 222.0, 15, (RIGHT, RIGHT + 100, RIGHT + 200))
    left = [word for i in range(6) for word in put(LEFT, 220 + 16 * i, f"{i + 1}. Weigh sacks", 50 + i)]
    found = find_tables(page([], stripes), [*left, *table])
    assert [rows_of(table) for table in found] == [TABLE]


def test_labels_broken_over_many_lines_are_those_of_rows_that_stand_apart() -> None:
    xs, labels = (100.0, 170.0, 240.0), ["Grain from", "The north", "And from", "The isles", "In sacks"]
    words, y = put_rows(TABLE[:1], 90, 12, xs), 90.0
    for number, (_, *values) in enumerate(TABLE[1:4]):
        y += 22
        words += put_rows([[labels[0], *values]], y, 12, xs)
        for label in labels[1 : 5 - number]:
            y += 12
            words += put(xs[0], y, label, 90)
    rules = [flat(78, 95, 300), flat(97, 95, 300), flat(y + 8, 95, 300)]
    (table,) = find_tables(page(rules), words)
    expected = [[" ".join(labels[: 5 - number]), *values] for number, (_, *values) in enumerate(TABLE[1:4])]
    assert rows_of(table) == [TABLE[0], *expected]


def test_bulleted_lists_in_the_cells_of_a_table_stay_in_it() -> None:
    xs = (100.0, 200.0, 330.0)
    words = [*put_rows([["", "Young people", "Old people"]], 90, 16, xs)]
    words += put_rows([["Physical signs", "At birth:", "Short stature"]], 116, 16, xs)
    signs = ["Skin of the neck", "Hands and feet", "Short neck", "Face", "Ratio", "Spine", "Elbow", "Knee", "Wrist"]
    for i, text in enumerate(signs):
        words += [*put(216.0, 130 + 14 * i, "-", 20 + i), *put(232.0, 130 + 14 * i, text, 20 + i)]
    words += put_rows([["Bone", "Hip and spine", "Spine alone"], ["Ear", "Otitis media", "Loss"]], 256, 16, xs)
    rules = [flat(y, 95.0, 430.0) for y in (78.0, 97.0, 280.0)]
    (table,) = find_tables(page(rules), words)
    assert (table.bbox[1], table.bbox[3]) == (78.0, 280.0)
    assert [row[0] for row in rows_of(table) if row[0]] == ["Physical signs", "Bone", "Ear"]
