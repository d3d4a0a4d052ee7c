"""Tables found in vector drawings, in text alone and in pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scaling import growth

from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.tables import find_tables
from docparse.model.embedded.tables.masks import dark
from docparse.model.embedded.tables.pixels import ink_mask, pixel_lines, rule_boxes, tighten, with_pale
from docparse.model.embedded.tables.precision import cuts_lines, is_cards, is_dotted, is_masthead, runs_on
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.stacks import with_spanner
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.document import Cell, Table
from docparse.schemas.page import PageImage, Rule, Shape, Word, WordStyle

W, H = 595.0, 842.0


def page(rules: tuple[Rule, ...] = (), shapes: tuple[Shape, ...] = (), **changes: object) -> PageImage:
    return PageImage(1, 616, 868, W, H, rules=rules, shapes=shapes).replace(**changes)


def h(y: float, x0: float, x1: float) -> Rule:
    return Rule((x0, y, x1, y), True, 0.5)


def v(x: float, y0: float, y1: float) -> Rule:
    return Rule((x, y0, x, y1), False, 0.5)


def text(x: float, y: float, line: str, size: float = 10.0, style: int = 0, char: float = 0.5) -> list[Word]:
    """Words of a line whose left end is at x and whose top is at y."""
    words = []
    for part in line.split():
        width = len(part) * size * char
        words.append(Word(part, (x, y, x + width, y + 1.2 * size), size, "Sans", style, baseline=y + size))
        x += width + 0.3 * size
    return words


def rows_of(table: FoundTable) -> list[list[str]]:
    grid = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        grid[cell.row][cell.col] = cell.text
    return grid


def ruled(xs: list[float], ys: list[float]) -> tuple[Rule, ...]:
    return tuple([h(y, xs[0], xs[-1]) for y in ys] + [v(x, ys[0], ys[-1]) for x in xs])


def column_texts(rows: list[list[str]], xs: list[float], y: float, pitch: float) -> list[Word]:
    return [
        w for r, row in enumerate(rows) for x, cell in zip(xs, row, strict=True) for w in text(x, y + r * pitch, cell)
    ]


DATA = [["Item", "Qty", "Price"], ["Apples", "12", "3.40"], ["Pears", "7", "2.10"], ["Plums", "130", "11.00"]]


def test_ruled_grid() -> None:
    words = column_texts(DATA, [105, 205, 305], 104, 20)
    (table,) = find_tables(page(ruled([100, 200, 300, 400], [100, 120, 140, 160, 180])), words)
    assert rows_of(table) == DATA
    assert table.ruled
    assert table.bbox == pytest.approx((100, 100, 400, 180))
    assert [cell.header for cell in table.cells] == [True] * 3 + [False] * 9


def test_missing_inner_rules_are_spans() -> None:
    rules = (
        *[h(y, 100, 400) for y in (100, 140, 160, 180)], h(120, 200, 400), v(100, 100, 180), v(200, 100, 180),
        v(300, 120, 180), v(400, 100, 180),
    )  # fmt: skip
    words = [
        *text(105, 110, "Name"), *text(280, 104, "Year"), *text(205, 124, "2001"), *text(305, 124, "2002"),
        *column_texts([["a", "1", "2"], ["b", "3", "4"]], [105, 205, 305], 144, 20),
    ]  # fmt: skip
    (table,) = find_tables(page(rules), words)
    spans = {cell.text: (cell.rowspan, cell.colspan) for cell in table.cells}
    assert spans["Name"] == (2, 1)
    assert spans["Year"] == (1, 2)
    assert (table.rows, table.cols) == (4, 3)
    assert {cell.text for cell in table.cells if cell.header} == {"Name", "Year", "2001", "2002"}


def test_rules_in_dashes_and_double_lines() -> None:
    xs, ys = [100.0, 200.0, 300.0, 400.0], [100.0, 120.0, 140.0, 160.0, 180.0]
    dashes = [h(y, x, x + 4) for y in ys for x in np.arange(100, 399, 6)]
    doubled = [v(x + d, 100, 180) for x in xs for d in (0, 1.5)]
    words = column_texts(DATA, [105, 205, 305], 104, 20)
    (table,) = find_tables(page((*dashes, *doubled)), words)
    assert rows_of(table) == DATA


def test_shaded_cells_without_rules() -> None:
    shapes = tuple(
        Shape((x, y, x + 98, y + 18), 1, True, 0xDDDDDD) for x in (100, 200, 300) for y in (100, 120, 140, 160)
    )
    words = column_texts(DATA, [105, 205, 305], 103, 20)
    (table,) = find_tables(page(shapes=shapes), words)
    assert rows_of(table) == DATA


def test_booktabs_with_group_header() -> None:
    rules = (h(100, 100, 450), h(118, 190, 310), h(118, 330, 450), h(140, 100, 450), h(220, 100, 450))
    words = [
        *text(225, 104, "Men"), *text(360, 104, "Women"), *text(100, 124, "Country"),
        *column_texts([["2001", "2002", "2001", "2002"]], [200, 270, 340, 410], 124, 14),
        *column_texts(
            [[n, "1.5", "2.5", "3.5", "44.5"] for n in ("Austria", "Belgium", "Chile", "Denmark", "Estonia")],
            [100, 200, 270, 340, 410], 144, 15,
        ),
    ]  # fmt: skip
    (table,) = find_tables(page(rules), words)
    spans = {cell.text: (cell.row, cell.rowspan, cell.colspan) for cell in table.cells if cell.header}
    assert spans["Country"] == (0, 2, 1)
    assert spans["Men"] == (0, 1, 2)
    assert spans["Women"] == (0, 1, 2)
    assert rows_of(table)[2] == ["Austria", "1.5", "2.5", "3.5", "44.5"]
    assert (table.rows, table.cols) == (7, 5)


def test_wrapped_labels_are_one_row() -> None:
    rules = (h(100, 100, 400), h(118, 100, 400), h(200, 100, 400))
    words = [
        *text(100, 103, "Measure"), *text(320, 103, "Value"), *text(100, 122, "Households with children"),
        *text(100, 134, "under eighteen years"), *text(320, 122, "12.5"), *text(100, 152, "Income"),
        *text(320, 152, "13.5"), *text(100, 170, "Rent"), *text(320, 170, "9.5"),
    ]  # fmt: skip
    (table,) = find_tables(page(rules), words)
    assert ["Households with children under eighteen years", "12.5"] in rows_of(table)
    assert table.rows == 4


def test_aligned_numbers_without_rules() -> None:
    rows = [["Age", "Share"], *[[f"{n}-{n + 9}", f"0.{n}50"] for n in (20, 30, 40, 50, 60)]]
    (table,) = find_tables(page(), column_texts(rows, [100, 220], 100, 14))
    assert rows_of(table) == rows
    assert not table.ruled


def test_turned_table_is_read_upright() -> None:
    rows = [["Age", "Share"], *[[f"{n}-{n + 9}", f"0.{n}50"] for n in (20, 30, 40, 50, 60)]]
    upright = column_texts(rows, [100, 220], 100, 14)
    turned = [
        w._replace(bbox=(w.bbox[1], H - w.bbox[2], w.bbox[3], H - w.bbox[0]), style=int(WordStyle.ROTATED), line=n // 2)
        for n, w in enumerate(upright)
    ]
    (table,) = find_tables(page(), turned)
    assert rows_of(table) == rows
    assert table.bbox[2] < 200
    assert table.bbox[1] > 500


def test_table_region_of_a_layout_model() -> None:
    rows = [["Name", "Place"], ["Ada", "London"], ["Emmy", "Erlangen"], ["Sofia", "Stockholm"]]
    words = column_texts(rows, [100, 220], 100, 14)
    assert find_tables(page(), words) == []
    (table,) = find_tables(page(), words, [Region("table", (95, 95, 300, 160), 0.9)])
    assert rows_of(table) == rows


def scan_of(levels: tuple[int, ...], posts: tuple[int, ...]) -> tuple[PageImage, list[Word]]:
    """A scan of DATA with lines at these heights and places."""
    image = Image.new("RGB", (616, 868), "white")
    draw = ImageDraw.Draw(image)
    for y in levels:
        draw.line((100, y, 400, y), fill="black", width=2)
    for x in posts:
        draw.line((x, 100, x, 200), fill="black", width=2)
    words = []
    for r, row in enumerate(DATA):
        for c, cell in enumerate(row):
            draw.text((110 + 100 * c, 106 + 25 * r), cell, fill="black", font_size=14)
            box = draw.textbbox((110 + 100 * c, 106 + 25 * r), cell, font_size=14)
            words.append(Word(cell, (box[0] - 3, box[1] - 4, box[2] + 3, box[3] + 4), confidence=0.9))
    return PageImage(1, 616, 868, 616.0, 868.0, "px", np.asarray(image), is_scan=True), words


def lettered(lines: list[tuple[float, float, str]], posts: tuple[int, ...], levels: tuple[int, ...]) -> tuple[
    PageImage, list[Word]
]:  # fmt: skip
    """A scan of texts, each with its right end at x, and their words as OCR boxes them: as far as the rules beside."""
    image = Image.new("RGB", (616, 868), "white")
    draw = ImageDraw.Draw(image)
    for x in posts:
        draw.line((x, levels[0], x, levels[-1]), fill="black", width=2)
    for y in levels:
        draw.line((posts[0], y, posts[-1], y), fill="black", width=2)
    words = []
    for number, (right, y, line) in enumerate(lines):
        x = right - draw.textlength(line, font_size=14)
        for part in line.split():
            x0, y0, x1, y1 = draw.textbbox((x, y), part, font_size=14)
            draw.text((x, y), part, fill="black", font_size=14)
            words.append(Word(part, (x0 - 5, y0 - 4, x1 + 5, y1 + 4), line=number, confidence=0.9))
            x += draw.textlength(part + " ", font_size=14)
    return PageImage(1, 616, 868, 616.0, 868.0, "px", np.asarray(image), is_scan=True), words


def test_words_close_to_the_rules_of_a_scan_end_before_them() -> None:
    rows = [["Item", "Sold", "Left"], ["Apples", "12", "340"], ["Pears", "7", "210"], ["Plums", "130", "11"],
            ["Nuts", "22", "19"], ["Figs", "5", "66"]]  # fmt: skip
    rights = [197, 297, 397]
    lines = [(x, 106 + 20 * r, cell) for r, row in enumerate(rows) for x, cell in zip(rights, row, strict=True)]
    image, words = lettered(lines, (100, 200, 300, 400), (100, 124, 226))
    (table,) = find_tables(image, words)
    assert rows_of(table) == rows


def test_words_of_a_scan_part_at_the_blank_between_them() -> None:
    image, words = lettered([(300, 106, "mm ill")], (20, 21), (20, 22))
    left, right = words
    cut = (left.bbox[2] + 2 * left.bbox[0]) / 3  # through the first word
    words = [left._replace(bbox=(*left.bbox[:2], cut + 12, left.bbox[3])), right]
    ink = ink_mask(image)
    assert ink is not None
    tight = tighten(ink, image, words)
    drawn = lettered([(300, 106, "mm ill")], (20, 21), (20, 22))[1]
    assert tight[0].bbox[2] == pytest.approx(drawn[0].bbox[2] - 5, abs=2)
    assert tight[1].bbox[0] == pytest.approx(drawn[1].bbox[0] + 5, abs=2)


def test_a_line_in_clearly_larger_type_keeps_its_size() -> None:
    image = Image.new("RGB", (616, 868), "white")
    draw = ImageDraw.Draw(image)
    words = []
    for number, (y, size, line) in enumerate([(100, 26, "Invoice"), (140, 14, "Item Price"), (160, 14, "Pears 12.50")]):
        x = 100.0
        for part in line.split():
            x0, y0, x1, y1 = draw.textbbox((x, y), part, font_size=size)
            draw.text((x, y), part, fill="black", font_size=size)
            words.append(Word(part, (x0 - 3, y0 - 4, x1 + 3, y1 + 4), 0.8 * (y1 - y0 + 8), line=number, confidence=0.9))
            x += draw.textlength(part + " ", font_size=size)
    page_image = PageImage(1, 616, 868, 616.0, 868.0, "px", np.asarray(image), is_scan=True)
    ink = ink_mask(page_image)
    assert ink is not None
    title, *others = [word.size for word in tighten(ink, page_image, words)]
    assert title > 1.3 * max(others)
    assert max(others) < 1.15 * min(others)


def test_blanks_of_monospaced_words_read_by_ocr_part_no_columns() -> None:
    def typed(x: float, y: float, line: str) -> list[Word]:
        words = text(x, y, line, char=0.6)
        starts = [sum(len(part) + 1 for part in line.split()[:i]) for i in range(len(words))]
        return [
            Word(word.text, (x + 6 * at + 0.9, y, x + 6 * (at + len(word.text)) - 0.9, y + 12), 10.0, confidence=0.9)
            for word, at in zip(words, starts, strict=True)
        ]  # fmt: skip

    names = ["Interviewed, then left", "Interviewed in person", "Asked again later", "Never again asked"]
    words = [w for r, name in enumerate(names) for w in typed(100, 104 + 16 * r, name)]
    words += [w for r in range(4) for w in typed(300, 104 + 16 * r, f"{1000 + 7 * r}")]
    words += [w for r in range(4) for w in typed(380, 104 + 16 * r, f"{14 + 7 * r}.5")]
    (table,) = find_tables(page(is_scan=True), words, [Region("table", (95, 100, 420, 170), 0.9)])
    assert rows_of(table) == [[name, f"{1000 + 7 * r}", f"{14 + 7 * r}.5"] for r, name in enumerate(names)]


def test_a_number_that_reaches_over_to_its_neighbour_keeps_its_own_cell() -> None:
    rows = [[f"row{r}", f"{100 + r}", f"{200 + r}"] for r in range(9)]
    rows[4][2] = "12345678"
    words = [w for r, row in enumerate(rows) for w in text(100, 104 + 16 * r, row[0])]
    for r, row in enumerate(rows):
        for right, cell in ((200, row[1]), (243, row[2])):
            words += text(right - 5 * len(cell), 104 + 16 * r, cell)
    (table,) = find_tables(page((h(100, 95, 250), h(252, 95, 250))), words)
    assert rows_of(table) == rows


def test_pale_rules_of_a_scan_count_up_to_the_dark_ones() -> None:
    scan, words = scan_of((100, 200), (100, 200, 300, 400))
    assert scan.pixels is not None
    image = Image.fromarray(scan.pixels)
    draw = ImageDraw.Draw(image)
    for y in (125, 150, 175):
        for x in (100, 200, 300):
            draw.line((x + 6, y, x + 94, y), fill=(222, 232, 244), width=2)
    boxes = with_pale(rule_boxes(dark(np.asarray(image)), scan, 14), scan.replace(pixels=np.asarray(image)), 14)
    levels, _ = pixel_lines(boxes, scan, words, 14)
    assert len(levels) == 5
    assert all(line.start == pytest.approx(100, abs=2) and line.end == pytest.approx(400, abs=2) for line in levels)


def test_rules_of_two_heads_close_to_one_another_stay_two() -> None:
    image = Image.new("RGB", (616, 868), "white")
    draw = ImageDraw.Draw(image)
    draw.line((100, 100, 200, 100), fill="black", width=2)
    draw.line((206, 100, 300, 100), fill="black", width=2)
    scan = PageImage(1, 616, 868, 616.0, 868.0, "px", np.asarray(image), is_scan=True)
    levels, _ = pixel_lines(rule_boxes(dark(np.asarray(image)), scan, 14), scan, [], 14)
    assert [(round(line.start), round(line.end)) for line in levels] == [(100, 201), (206, 301)]


def test_a_caption_right_above_a_table_is_no_head_of_it() -> None:
    words = [
        *text(105, 86, "Table 2:"),
        *text(205, 86, "Fruit and what it costs"),
        *column_texts(DATA, [105, 205, 305], 104, 16),
    ]
    (table,) = find_tables(page((h(100, 100, 400), h(118, 100, 400), h(168, 100, 400))), words)
    assert rows_of(table) == DATA


def test_rules_and_words_of_a_scan() -> None:
    (table,) = find_tables(*scan_of((100, 125, 150, 175, 200), (100, 200, 300, 400)))
    assert rows_of(table) == DATA


def test_lines_of_a_scanned_plot_make_no_table() -> None:
    scan, words = scan_of((100, 125, 200), ())
    assert scan.pixels is not None
    image = Image.fromarray(scan.pixels)
    for x, y in ((180, 185), (280, 170), (370, 150), (185, 160), (275, 140), (375, 135)):
        ImageDraw.Draw(image).ellipse((x - 6, y - 6, x + 6, y + 6), outline="black", width=3)
    scan = scan.replace(pixels=np.asarray(image))
    assert find_tables(scan, words)
    assert find_tables(scan, words, [Region("figure", (80, 80, 420, 220), 0.9)]) == []
    assert find_tables(scan, words, [Region("figure", (300, 80, 420, 220), 0.9)])


def test_a_figure_of_the_model_that_shows_text_and_rules_alone_is_a_table() -> None:
    scan, words = scan_of((100, 125, 200), ())
    region = Region("figure", (80, 80, 420, 220), 0.9)
    tables = find_tables(scan, words, [region])
    assert [rows_of(table) for table in tables] == [DATA]
    (block,) = build_blocks(scan, words, [region], tables)
    assert isinstance(block, Table)


def test_a_table_of_numbers_that_the_model_takes_for_text_is_one() -> None:
    rows = [["Group", "Share"], *[[f"{10 * r}-{10 * r + 9}", f"0.{26 - r}50"] for r in range(2, 8)]]
    lines = [(x, 106 + 20 * r, cell) for r, row in enumerate(rows) for x, cell in zip((150, 300), row, strict=True)]
    scan, words = lettered(lines, (20, 21), (20, 22))
    region = Region("text", (80, 90, 320, 260), 0.9)
    tables = find_tables(scan, words, [region])
    assert [rows_of(table) for table in tables] == [rows]
    (block,) = build_blocks(scan, words, [region], tables)
    assert isinstance(block, Table)


@pytest.mark.parametrize("label", ["{}", "{}.", "[{}]"])
def test_numbered_lines_of_a_scan_stay_text(label: str) -> None:
    rows = [[label.format(r + 1), f"go on with step {'abcdefgh'[r]} of the whole"] for r in range(8)]
    scan, words = lettered(
        [(x, 106 + 20 * r, cell) for r, row in enumerate(rows) for x, cell in zip((120, 400), row, strict=True)],
        (20, 21),
        (20, 22),
    )
    region = Region("text", (80, 90, 420, 280), 0.9)
    tables = find_tables(scan, words, [region])
    assert not any(isinstance(block, Table) for block in build_blocks(scan, words, [region], tables))


def test_a_full_table_that_the_model_takes_for_a_figure_is_one() -> None:
    rows = [w for r in range(12) for x in (110, 210, 310) for w in text(x, 128 + 20 * r, str(7 * x + r))]
    scan, words = scan_of((100, 125, 380), ())
    found = find_tables(
        scan, [*(w for w in words if w.bbox[3] < 125), *rows], [Region("figure", (80, 80, 420, 400), 0.9)]
    )
    assert [(table.rows, table.cols) for table in found] == [(13, 3)]


PROSE = "the quick brown fox jumps over the lazy dog again and once more today"


@pytest.mark.parametrize(
    "words",
    [
        [w for r in range(30) for x in (50, 310) for w in text(x, 100 + 12 * r, PROSE[: 45 + r % 3])],
        [w for r in range(9) for w in text(60, 100 + 14 * r, f"{r + 1}.") + text(80, 100 + 14 * r, PROSE[:60])],
        [
            w for r in range(9) for x, part in ((60, f"Chapter {r}"), (140, ". " * 30), (480, f"{7 * r}"))
            for w in text(x, 100 + 14 * r, part)
        ],
        [w for r, t in enumerate(["Ada Lovelace", "12 Hill Street", "London"]) for w in text(60, 100 + 14 * r, t)],
        [w for r in range(5) for w in text(60, 100 + 24 * r, "a = b + c") + text(500, 100 + 24 * r, f"({r + 1})")],
    ],
    ids=["two columns", "list", "contents", "address", "equations"],
)  # fmt: skip
def test_no_table_in(words: list[Word]) -> None:
    assert find_tables(page(), words) == []


def test_boxes_and_charts_are_no_tables() -> None:
    frame = (h(90, 50, 550), h(400, 50, 550), v(50, 90, 400), v(550, 90, 400))
    assert find_tables(page(frame), text(60, 100, PROSE)) == []
    grid = ruled([100 + 40 * i for i in range(8)], [100 + 30 * i for i in range(8)])
    ticks = [w for i in range(8) for w in text(80, 95 + 30 * i, str(70 - 10 * i))]
    assert find_tables(page(grid), ticks) == []


def test_degenerate_input() -> None:
    assert find_tables(page(), []) == []
    nothing = [Word("x", (10, 10, 10, 10)), Word("", (5, 5, 5, 5)), Word("y", (20, 30, 10, 10))]
    rules = (Rule((0, 0, 0, 0), True, 0.0), Rule((5, 5, 1, 1), False, -1.0), h(1e7, -1e7, 1e7))
    assert find_tables(page(rules, (Shape((0, 0, 0, 0), 0, True),)), nothing) == []


@pytest.mark.no_cover
def test_time_grows_with_the_cells_of_a_grid() -> None:
    def run(side: int) -> None:
        edges = [100.0 + 20 * i for i in range(side + 1)]
        words = [w for y in edges[:-1] for x in edges[:-1] for w in text(x + 2, y + 4, "7", size=8)]
        big = PageImage(1, 4200, 4200, 4200.0, 4200.0, rules=ruled(edges, edges))
        (table,) = find_tables(big, words)
        assert (table.rows, table.cols) == (side, side)

    assert growth(run, 50, 200) < 64  # 16 times the cells; their square would be 256


@pytest.mark.no_cover
def test_time_grows_with_the_words_and_rules() -> None:
    def run(words: int) -> None:
        rng = np.random.default_rng(3)
        tangled = [Word("ab", (x, y, x + 10, y + 8)) for x, y in rng.uniform(0, 800, (words, 2)).tolist()]
        rules = tuple(
            h(y, x, x + 30) if i % 2 else v(x, y, y + 30)
            for i, (x, y) in enumerate(rng.uniform(0, 800, (words // 4, 2)).tolist())
        )
        assert isinstance(find_tables(page(rules), tangled), list)

    assert growth(run, 1000, 8000) < 32  # 8 times as many; their square would be 64


def test_grounds_of_two_cells_part_a_column_that_no_rule_parts() -> None:
    rows = [["Item", "Price", "Off", "Sum"], ["Pears", "4.55", "10%", "20.48"], ["Plums", "19.80", "5%", "19.00"]]
    words = column_texts(rows, [110, 210, 260, 310], 104, 20)
    rules = ruled([100, 200, 300, 400], [100, 120, 140, 160])
    head = [Shape((x0, 100, x1, 120), 1, True, 0xEEEEEE) for x0, x1 in ((100, 200), (200, 250), (250, 300), (300, 400))]
    (table,) = find_tables(page(rules, tuple(head)), words)
    assert (table.rows, table.cols) == (3, 4)
    assert [cell.text for cell in table.cells if cell.row == 1] == rows[1]
    padding = [Shape((x0, 100, x1, 120), 1, True, 0xEEEEEE) for x0, x1 in ((200, 206), (206, 290), (290, 300))]
    (table,) = find_tables(page(rules, tuple(padding)), words)
    assert table.cols == 3


def test_head_centred_over_the_rules_of_the_columns_belongs_to_the_table() -> None:
    words = [*text(301, 98, "Year Ended"), *text(255, 116, "2025"), *text(355, 116, "2024")]
    over_columns = [Line(112, 230, 320), Line(112, 330, 420)]
    assert with_spanner((100, 115, 420, 210), words, over_columns, 10) == (100, 98, 420, 210)
    assert with_spanner((100, 115, 420, 210), words, [Line(112, 100, 420)], 10) == (100, 115, 420, 210)
    assert with_spanner((100, 115, 420, 210), text(110, 98, "A title of it all"), over_columns, 10)[1] == 115


def test_framed_curves_of_straight_strokes_are_no_table() -> None:
    words = column_texts([["Peru", "Chile", "Cuba"], ["Mali", "Chad", "Togo"]], [110, 210, 310], 104, 60)
    rules = ruled([100, 200, 300, 400], [100, 160, 220])
    strokes = tuple(
        Shape((x + 25 * i, y, x + 25 * i + 25, y + 4), 1, filled=False)
        for x in (110, 210, 310) for y in (130, 190) for i in range(3)
    )  # fmt: skip
    assert find_tables(page(rules), words)
    assert not [table for table in find_tables(page(rules, strokes), words) if not table.ruled]


def test_signs_of_a_font_with_tall_boxes_stay_on_their_line() -> None:
    """TeX's symbol font gives every sign a box of two lines."""
    rows = [["a set", "in", f"0.{n}"] for n in range(6)]
    words = [
        word._replace(
            text="\u2208", bbox=(word.bbox[0], word.bbox[1] + 1, word.bbox[2], word.bbox[1] + 20), font="CMSY10"
        )
        if word.text == "in"
        else word
        for word in column_texts(rows, [100, 160, 220], 100, 14)
    ]
    (table,) = find_tables(page(), words)
    assert rows_of(table) == [[a, "\u2208", c] for a, _, c in rows]


def test_superscripts_stay_in_their_row() -> None:
    rows = [["Age", "Area"], *[[f"{n}-{n + 9}", f"0.{n}"] for n in (20, 30, 40, 50, 60)]]
    words = column_texts(rows, [100, 220], 100, 14)
    raised = [
        word._replace(text="2", bbox=(x1, y0 - 4, x1 + 4, y0 + 4), size=6.0, style=int(WordStyle.SUPERSCRIPT))
        for word in words
        if word.text.startswith("0.")
        for x1, y0 in [(word.bbox[2], word.bbox[1])]
    ]
    merged = [
        part
        for word in words
        for part in (word, *[r for r in raised if r.bbox[0] == word.bbox[2] and r.bbox[1] + 4 == word.bbox[1]])
    ]
    (table,) = find_tables(page(), merged)
    assert (table.rows, table.cols) == (6, 2)
    assert rows_of(table)[1][1] == "0.20 2"


def test_axes_with_arrowheads_are_no_table() -> None:
    rules = (h(200, 100, 400), v(200, 100, 300))
    words = [
        *text(110, 110, "a"),
        *text(210, 110, "g2"),
        *text(300, 150, "P"),
        *text(390, 205, "g1"),
        *text(120, 250, "c"),
    ]
    assert find_tables(page(rules), words)
    heads = (Shape((397, 198, 401, 202), 3, True), Shape((198, 99, 202, 103), 3, True))
    assert find_tables(page(rules, heads), words) == []


def test_framed_text_is_no_table() -> None:
    rules = (h(100, 100, 450), h(170, 100, 450), v(100, 100, 170), v(450, 100, 170))
    rows = [["Let f be", "so that", "Then"], ["g is odd", "for all", "Hence"], ["h is", "but not", "Always"]]
    words = column_texts(rows, [110, 210, 310], 110, 18)
    assert find_tables(page(rules), words) == []
    assert find_tables(page(rules[:2]), words)


def folded(rules: tuple[Rule, ...]) -> list[FoundTable]:
    runs = [[["Age", "People"], *[[f"{n + 10 * k} years", f"{n + k},{k}00"] for n in range(6 - k)]] for k in range(3)]
    words = [
        word for k, rows in enumerate(runs) for word in column_texts(rows, [105 + 120 * k, 170 + 120 * k], 104, 14)
    ]
    return find_tables(page((h(100, 100, 460), h(118, 100, 460), h(205, 100, 460), *rules)), words)


def test_runs_of_a_long_table_side_by_side_are_parted() -> None:
    tables = folded((v(220, 100, 205), v(340, 100, 205)))
    assert [rows_of(table)[0] for table in tables] == [["Age", "People"]] * 3
    assert [table.rows for table in tables] == [7, 6, 5]
    assert rows_of(tables[1])[1] == ["10 years", "1,100"]
    assert tables[0].bbox[2] <= tables[1].bbox[0] + 1


def test_repeated_heads_without_rules_between_the_runs_are_one_table() -> None:
    assert [table.cols for table in folded(())] == [6]


def test_head_that_goes_on_below_several_heads_spans_none_of_them() -> None:
    rules = (h(100, 100, 400), h(130, 100, 400), h(210, 100, 400), v(240, 100, 210))
    words = [
        *text(105, 103, "Age"), *text(180, 103, "Total"), *text(180, 115, "people"), *text(250, 103, "Year"),
        *text(330, 103, "Share"),
        *column_texts([[f"{n} up", f"{n}00", "1990", f"0.{n}"] for n in (1, 7, 13, 19)], [105, 180, 250, 330], 134, 15),
    ]  # fmt: skip
    (table,) = find_tables(page(rules), words)
    assert rows_of(table)[0] == ["Age", "Total people", "Year", "Share"]


def test_rows_of_words_under_a_ruled_head_belong_to_it() -> None:
    rules = (h(98, 100, 420), h(116, 100, 420))
    rows = [["Entry", "Base", "Solvent", "Seen in"], *[[f"S{n}", "DMAc", "r.t.", f"Fig. S{n}"] for n in range(1, 9)]]
    (table,) = find_tables(page(rules), column_texts(rows, [105, 190, 270, 350], 101, 17))
    assert rows_of(table) == rows


def test_row_with_a_tall_cell_does_not_end_the_table() -> None:
    rules = tuple(h(y, 100, 420) for y in (100, 120, 140, 200, 220))
    shops = ("one shop, two shop,", "three shop, four", "and five")
    words = [
        *column_texts([["Kind", "Shops"], ["Fuel", "all stations"]], [105, 220], 104, 20), *text(105, 164, "Cafe"),
        *[w for n, line in enumerate(shops) for w in text(220, 146 + 17 * n, line)],
        *column_texts([["Bread", "the baker"]], [105, 220], 204, 20),
    ]  # fmt: skip
    (table,) = find_tables(page(rules), words)
    assert rows_of(table)[2:] == [["Cafe", "one shop, two shop, three shop, four and five"], ["Bread", "the baker"]]


def test_paragraph_between_rules_ends_the_table() -> None:
    rules = tuple(h(y, 100, 420) for y in (100, 120, 140, 200, 220))
    words = [
        *column_texts([["Kind", "Shops"], ["Fuel", "all stations"]], [105, 220], 104, 20),
        *[w for n in range(4) for w in text(105, 143 + 14 * n, "this is a line of running text that goes on")],
        *column_texts([["Bread", "the baker"]], [105, 220], 204, 20),
    ]  # fmt: skip
    assert all(table.bbox[3] <= 141 for table in find_tables(page(rules), words))


def test_a_table_whose_side_runs_through_lines_of_text_is_none() -> None:
    lines = [text(60, 100 + 14 * n, "The first argument of this macro says how many words are eaten") for n in range(3)]
    words = [word._replace(line=number) for number, line in enumerate(lines) for word in line]
    edge = words[6].bbox[2] + 1
    cut = FoundTable((55, 95, edge, 145), (), 3, 1, confidence=0.9)
    assert cuts_lines(cut, words, 10)
    assert not cuts_lines(dataclasses.replace(cut, bbox=(55, 95, 500, 145)), words, 10)
    one = dataclasses.replace(cut, bbox=(55, 95, edge, 112))
    assert not cuts_lines(one, words, 10)  # one line may stand close by chance
    assert cuts_lines(dataclasses.replace(one, confidence=0.7), words, 10)
    apart = [word if word.bbox[0] < edge else word._replace(bbox=(word.bbox[0] + 6, *word.bbox[1:])) for word in words]
    assert not cuts_lines(cut, apart, 10)


def _cells(rows: list[list[str]]) -> FoundTable:
    cells = tuple(Cell(row=r, col=c, text=text) for r, row in enumerate(rows) for c, text in enumerate(row) if text)
    return FoundTable((50, 50, 550, 400), cells, len(rows), len(rows[0]))


def test_columns_of_running_text_and_cards_are_no_tables() -> None:
    lines = [
        "the mayor thanked all those who",
        "had kept the ferry running until",
        "the last of the floods had gone",
    ] * 2
    assert runs_on(_cells([[line, line] for line in lines]))
    assert not runs_on(_cells([["a whole sentence in its own cell.", "12 pieces"]] * 6))
    card = "Nobody was injured when the first pier gave way in March."
    assert is_cards(_cells([["Marsh", "", "Finch"], [card, "", card]]))
    assert not is_cards(_cells([["Marsh", "", "Finch"], ["12", "", "13"]]))
    assert not is_cards(_cells([["Marsh", "Finch"], [card, card]]))
    assert is_dotted(_cells([["DEDICATION", ".", ".", ".", "ii"]] * 4))
    assert not is_dotted(_cells([["Rent", ".", "20", "21"]] * 4))


def test_columns_between_rules_without_a_frame_are_no_table() -> None:
    prose = ["wordy and long as lines of papers", "are where they run in columns and"] * 10
    words = [w for i, line in enumerate(prose) for x in (60, 310) for w in text(x, 112 + 12 * i, line)]
    rules = (h(100, 50, 550), v(300, 100, 360), h(360, 50, 550))
    assert not find_tables(page(rules), words)


def test_a_masthead_is_no_table() -> None:
    words = [
        *text(60, 90, "Daily  Paper", 36),
        *text(60, 110, "6 April"),
        *text(300, 110, "No 14"),
        *text(500, 110, "1.20"),
    ]
    table = FoundTable((50, 50, 550, 120), (), 2, 3)
    assert is_masthead(table, words)
    assert not is_masthead(table, words[2:])
