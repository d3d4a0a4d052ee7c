"""Charts by their axes, music by its staves: what page drawings of them look like, and what only seems so."""

from __future__ import annotations

from itertools import chain

import pytest

from docparse.geometry import Box
from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.picture_kinds import _has_bonds
from docparse.model.embedded.plots import find_plots, find_staves
from docparse.schemas.document import Chart, Image, Music
from docparse.schemas.page import PageImage, Rule, Shape, Word, WordStyle


def page(rules: list[Rule], shapes: list[Shape] | None = None) -> PageImage:
    return PageImage(1, 616, 868, 595.0, 842.0, rules=tuple(rules), shapes=tuple(shapes or ()))


def h(y: float, x0: float, x1: float) -> Rule:
    return Rule((x0, y, x1, y), True, 0.5)


def v(x: float, y0: float, y1: float) -> Rule:
    return Rule((x, y0, x, y1), False, 0.5)


def word(text: str, x: float, y: float, font: str = "Serif") -> Word:
    return Word(text, (x, y - 9, x + 5 * len(text), y + 2.5), 10.0, font, 0, 0, y, round(y))


def axes() -> tuple[list[Rule], list[Word]]:
    """A frame from (150, 100) to (350, 250) with tick marks and their labels."""
    rules = [h(100, 150, 350), h(250, 150, 350), v(150, 100, 250), v(350, 100, 250)]
    rules += [v(x, 250, 254) for x in (160, 200, 240, 280, 320)] + [h(y, 146, 150) for y in (120, 160, 200, 240)]
    labels = [word(str(n), x - 3, 268, "Sans") for n, x in enumerate((160, 200, 240, 280, 320))]
    labels += [word("10", 132, y + 3, "Sans") for y in (120, 160, 200, 240)]
    return rules, labels


def test_axes_with_ticks_are_a_chart_with_its_labels_and_titles() -> None:
    rules, labels = axes()
    prose = [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    title = [word("Amount", 220, 285, "Sans")]
    (plot,) = find_plots(page(rules), [*labels, *title, *prose], 10.0)
    assert plot.chart
    assert {w.text for w in plot.words} == {"0", "1", "2", "3", "4", "10", "Amount"}
    assert plot.bbox[0] <= 132
    assert plot.bbox[3] >= 285


@pytest.mark.parametrize(
    ("text", "x", "taken"),
    [
        ("Sales by year", 217.5, True),
        ("Figure 3: Sales", 212.5, False),
        ("2.1 Sales", 227.5, False),
        ("Sales", 150, False),
    ],
)
def test_title_over_the_middle_of_the_axes_is_the_chart_s_whatever_its_type(text: str, x: float, taken: bool) -> None:
    rules, labels = axes()
    prose = [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    title, size = [], 0.0
    for part in text.split():
        title.append(word(part, x + size, 92)._replace(line=7))
        size += 5 * len(part) + 5
    (plot,) = find_plots(page(rules), [*title, *labels, *prose], 10.0)
    assert (title[-1] in plot.words) is taken


def run(text: str, x: float, y: float, line: int, step: float = 5.0) -> list[Word]:
    """Words of one line in the type of the text, a blank between them."""
    words = []
    for part in text.split():
        words.append(word(part, x, y)._replace(line=line))
        x = words[-1].bbox[2] + step
    return words


def plain_axes() -> tuple[list[Rule], list[Word]]:
    rules, labels = axes()
    prose = [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    return rules, [label._replace(font="Serif") for label in labels] + prose


def test_names_of_several_words_at_an_axis_are_the_chart_s_as_a_whole() -> None:
    rules, words = plain_axes()
    words = [word for word in words if word.text != "10"]
    names = [run("Far North East", 146 - 75 - 2, y + 3, 900 + n) for n, y in enumerate((120, 160, 200, 240))]
    beside = run("prose beside", 20, 163, 901, 5.0)  # of the same line, a gap between
    (plot,) = find_plots(page(rules), [*chain(*names), *beside, *words], 10.0)
    assert all(word in plot.words for name in names for word in name)
    assert not any(word in plot.words for word in beside)
    assert plot.bbox[0] == names[0][0].bbox[0]


def test_title_of_the_level_axis_is_the_chart_s_in_the_type_of_the_text_too() -> None:
    rules, words = plain_axes()
    title, text = run("Number of items", 212.5, 282, 900), run("A line of text begins here", 60, 310, 901)
    (plot,) = find_plots(page(rules), [*words, *title, *text], 10.0)
    assert all(word in plot.words for word in title)
    assert not any(word in plot.words for word in text)
    caption = run("Figure 3: Items", 212.5, 282, 900)
    (plot,) = find_plots(page(rules), [*words, *caption], 10.0)
    assert not any(word in plot.words for word in caption)


def test_turned_title_of_the_upright_axis_is_the_chart_s() -> None:
    rules, words = plain_axes()
    title = Word("Amount", (119, 150, 130, 200), 10.0, "Serif", int(WordStyle.ROTATED), 0, 200, 900)
    (plot,) = find_plots(page(rules), [*words, title], 10.0)
    assert title in plot.words


def test_axis_at_the_right_and_labels_at_the_corners_are_the_chart_s() -> None:
    rules, words = plain_axes()
    rules += [h(y, 350, 354) for y in (120, 160, 200, 240)]
    right = [word(text, 357, y + 3) for text, y in (("0.4", 240), ("0.5", 200), ("0.6", 160), ("0.7", 120))]
    corner, title = word("50", 132, 83), Word("Share", (376, 150, 384, 200), 10.0, "Serif", int(WordStyle.ROTATED))
    (plot,) = find_plots(page(rules), [*words, *right, corner, title], 10.0)
    assert all(label in plot.words for label in (*right, corner, title))


def test_charts_over_one_another_with_a_caption_between_are_two() -> None:
    rules, labels = axes()
    below = [Rule((r.bbox[0], r.bbox[1] + 260, r.bbox[2], r.bbox[3] + 260), r.horizontal, 0.5) for r in rules]
    lower = [label._replace(bbox=moved(label.bbox, 260), line=label.line + 5000) for label in labels]
    caption = run("Figure 3: The first of two charts", 120, 310, 900)
    plots = find_plots(page([*rules, *below]), [*labels, *lower, *caption], 10.0)
    assert len(plots) == 2
    assert not any(word in plot.words for plot in plots for word in caption)
    assert all(plot.bbox[3] - plot.bbox[1] < 200 for plot in plots)


def test_charts_beside_and_over_one_another_are_each_one_with_its_own_labels() -> None:
    rules, words = [], []
    for n, (x, y) in enumerate((x, y) for x in (0, 200) for y in (0, 110)):
        axis = [h(120 + 15 * k, 96, 100) for k in range(5)]
        axis += [v(100, 120, 180), h(180, 100, 230), *(v(tick, 180, 183) for tick in (130, 190))]
        rules += [Rule((r.bbox[0] + x, r.bbox[1] + y, r.bbox[2] + x, r.bbox[3] + y), r.horizontal, 0.5) for r in axis]
        rules += [h(y + 130 + 7 * k, x + 125, x + 129) for k in (0, 4)]  # of error bars
        words += [word(f"{n}.{k}", x + 78, y + 183 - 15 * k, "Sans")._replace(line=100 * n + k) for k in range(5)]
        words += [word(f"name{n}", x + tick - 12, y + 196, "Sans")._replace(line=100 * n + 50) for tick in (130, 190)]
    words += [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    plots = find_plots(page(rules), words, 10.0)
    assert len(plots) == 4
    for plot in plots:
        (number,) = {w.text[0] for w in plot.words if w.text[0].isdigit()}
        assert {w.text for w in plot.words} == {f"name{number}", *(f"{number}.{k}" for k in range(5))}


def moved(box: Box, down: float) -> Box:
    return (box[0], box[1] + down, box[2], box[3] + down)


def test_title_of_two_sideways_lines_is_the_chart_s_and_text_further_out_is_not() -> None:
    rules, words = plain_axes()
    up = int(WordStyle.ROTATED | WordStyle.UP)
    title = [
        Word(text, (x, 150, x + 9, 200), 10.0, "Serif", up, 0, 200, 900 + x)
        for text, x in (("Income", 110), ("(€)", 121))
    ]
    far = Word("Margin", (60, 150, 69, 200), 10.0, "Serif", up, 0, 200, 999)
    (plot,) = find_plots(page(rules), [*words, *title, far], 10.0)
    assert all(word in plot.words for word in title)
    assert far not in plot.words


def test_chart_becomes_one_block() -> None:
    rules, labels = axes()
    (plot,) = find_plots(page(rules), labels, 10.0)
    blocks = build_blocks(page(rules), [], (), (), [plot])
    assert [type(block) for block in blocks] == [Chart]
    assert isinstance(blocks[0], Chart)
    assert "10" in blocks[0].text
    assert blocks[0].flags == ["chart_data_not_recognised"]


@pytest.mark.parametrize(("way", "wanted"), [(WordStyle.UP, "Income (dollars)"), (WordStyle.DOWN, "(dollars) Income")])
def test_sideways_lines_follow_one_another_as_they_are_read(way: WordStyle, wanted: str) -> None:
    rules, labels = axes()
    style = int(WordStyle.ROTATED | way)
    title = [
        Word("(dollars)", (120, 150, 129, 200), 10.0, "Sans", style, 0, 200, 901),
        Word("Income", (108, 150, 117, 200), 10.0, "Sans", style, 0, 200, 900),
    ]
    prose = [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    (plot,) = find_plots(page(rules), [*labels, *title, *prose], 10.0)
    (block,) = build_blocks(page(rules), [], (), (), [plot])
    assert isinstance(block, Chart)
    assert block.text.endswith(wanted)


def numbers(x: float, places: tuple[float, ...]) -> list[Word]:
    return [word(str(50 * (len(places) - n)), x - 5 * len(str(50 * (len(places) - n))), y + 3, "Sans")
            for n, y in enumerate(places)]  # fmt: skip


def bars(base: float) -> list[Shape]:
    return [Shape((170 + 40 * n, base - 30 - 10 * n, 190 + 40 * n, base), 1, True, 0x1F77B4) for n in range(4)]


def test_grid_lines_through_even_numbers_are_a_chart() -> None:
    places = (100.0, 140.0, 180.0, 220.0)
    names = [word(name, 170 + 40 * n, 250, "Names") for n, name in enumerate(("Ada", "Bo", "Cy", "Di"))]
    prose = [word("prose", 60 + 30 * n, 500 + 12 * line) for n in range(12) for line in range(4)]
    grid = page([h(y, 150, 350) for y in places], bars(240))
    (plot,) = find_plots(grid, [*numbers(145, places), *names, *prose], 10.0)
    assert plot.chart
    assert {w.text for w in plot.words} == {"200", "150", "100", "50", "Ada", "Bo", "Cy", "Di"}


def test_a_panel_beside_even_numbers_is_a_chart() -> None:
    places = (110.0, 150.0, 190.0, 230.0)
    panel = Shape((150, 100, 350, 240), 1, True, 0xEAEAF2)
    (plot,) = find_plots(page([], [panel, *bars(240)]), numbers(145, places), 10.0)
    assert plot.chart
    assert plot.bbox[0] < 150
    assert find_plots(page([], [panel]), numbers(145, places), 10.0) == []  # nothing is drawn on it


def test_the_lowest_number_of_a_panel_may_stand_at_its_edge() -> None:
    panel = Shape((150, 100, 350, 241), 1, True, 0xEAEAF2)
    (plot,) = find_plots(page([], [panel, *bars(240)]), numbers(145, (122.0, 162.0, 202.0, 242.0)), 10.0)
    assert plot.bbox[0] < 150


def test_numbers_between_the_rules_of_a_table_are_no_scale() -> None:
    rules = [h(y, 60, 350) for y in (100, 120, 140, 160, 180, 200)]
    words = [word(str(n), 62, 114 + 20 * n) for n in range(5)] + [word("Name", 150, 114 + 20 * n) for n in range(5)]
    assert find_plots(page(rules), words, 10.0) == []


@pytest.mark.parametrize(
    "rules",
    [
        [h(200, 50, 250), *(v(50 + 12 * n, 192, 200) for n in range(16))],  # comb of a form
        [rule for n in range(6) for rule in (h(100, 50 + 40 * n, 58 + 40 * n), h(108, 50 + 40 * n, 58 + 40 * n),
         v(50 + 40 * n, 100, 108), v(58 + 40 * n, 100, 108))],  # boxes to be ticked
        [h(100 + 14 * n, 50, 300) for n in range(9)] + [v(50 + 50 * n, 100, 212) for n in range(6)],  # a table
    ],
)  # fmt: skip
def test_forms_and_tables_are_no_charts(rules: list[Rule]) -> None:
    words = [word("Name", 60 + 40 * n, 110 + 14 * line) for n in range(5) for line in range(8)]
    assert find_plots(page(rules), words, 10.0) == []


def test_staves_are_music_and_keep_their_lyrics_as_text() -> None:
    rules = [h(top + 5 * n, 80, 500) for top in (120, 180) for n in range(5)]
    notes = [Shape((100 + 20 * n, 110, 106 + 20 * n, 140), 12, True) for n in range(10)]
    (box,) = find_staves(page(rules, notes))
    assert box[1] <= 110
    assert box[3] >= 200
    lyric, sign = word("lullaby", 120, 160), word("\ue050", 90, 140)
    plots = find_plots(page(rules, notes), [lyric, sign], 10.0)
    assert [plot.music for plot in plots] == [True]
    assert plots[0].words == [sign]
    (block,) = build_blocks(page(rules, notes), [], (), (), plots)
    assert isinstance(block, Music)
    assert block.flags == ["music_not_recognised"]


def test_lines_of_a_form_are_no_staff() -> None:
    assert find_staves(page([h(120 + 20 * n, 80, 500) for n in range(5)])) == []
    assert find_staves(page([h(120 + 6 * n, 80, 500) for n in range(9)])) == []


def test_strokes_of_one_length_at_a_slant_are_bonds() -> None:
    bonds = [Shape((100 + 17 * n, 100, 117 + 17 * n, 110), 1, False) for n in range(6)]
    assert _has_bonds(page([], bonds), (90, 90, 300, 120))
    plot = [Shape((100, 100, 300, 180), 40, False), Shape((100, 100, 104, 104), 8, True)]
    assert not _has_bonds(page([], plot), (90, 90, 310, 190))


def test_a_lone_drawing_on_an_empty_page_is_a_picture() -> None:
    ellipse = Shape((200, 300, 400, 420), 4, False)
    (block,) = build_blocks(page([], [ellipse]), [], (), ())
    assert isinstance(block, Image)
    assert block.bbox == (200, 300, 400, 420)
    paper = Shape((0, 0, 595, 842), 1, True)
    assert build_blocks(page([], [paper]), [], (), ()) == []


def test_charts_over_one_another_whose_ticks_are_not_as_far_apart_are_two() -> None:
    rules, labels = axes()
    lower = [h(400, 150, 350), h(500, 150, 350), v(150, 400, 500), v(350, 400, 500)]
    lower += [v(x, 500, 504) for x in (160, 200, 240, 280, 320)] + [h(410 + 10 * k, 146, 150) for k in range(9)]
    caption = run("Figure 3: The first of two charts", 120, 310, 900)
    plots = find_plots(page([*rules, *lower]), [*labels, *caption], 10.0)
    assert sorted(round(plot.bbox[3] - plot.bbox[1]) // 100 for plot in plots) == [1, 1]
    assert not any(word in plot.words for plot in plots for word in caption)


@pytest.mark.parametrize(("size", "taken"), [(12.0, True), (18.0, False)])
def test_a_title_farther_over_a_chart_is_its_own_if_its_type_is_that_of_one(size: float, taken: bool) -> None:
    rules, words = plain_axes()
    titles = [word(name, x, 78)._replace(size=size, line=7) for name, x in (("Kidney", 235), ("Liver", 480))]
    (plot,) = find_plots(page(rules), [*titles, *words], 10.0)
    assert (titles[0] in plot.words) is taken
    assert titles[1] not in plot.words


def test_a_title_under_an_axis_may_stand_as_far_below_its_numbers_as_these_are_high() -> None:
    rules, words = plain_axes()
    title = word("p-value", 230, 292)
    (plot,) = find_plots(page(rules), [*words, title], 10.0)
    assert title in plot.words


@pytest.mark.parametrize(("font", "taken"), [("Sans", True), ("Serif", False)])
def test_a_title_over_the_left_edge_of_a_chart_is_its_own_in_the_type_of_its_labels(font: str, taken: bool) -> None:
    rules, labels = axes()
    prose = run("prose of many words that fill a line of its own at the foot", 60, 500, 800)
    others = [word(f"{n}", 400, 600 + 20 * n, "Sans") for n in range(9)]  # as much in the type of the labels
    title = [part._replace(font=font) for part in run("Isotype diversity", 150, 92, 7)]
    (plot,) = find_plots(page(rules), [*title, *labels, *prose, *others], 10.0)
    assert (title[-1] in plot.words) is taken


@pytest.mark.parametrize("keys", [True, False])
def test_names_behind_signs_at_the_right_are_the_legend(keys: bool) -> None:
    rules, words = plain_axes()
    names = [*run("Before", 380, 150, 901), *run("After it", 380, 165, 902)]
    head = run("Time", 368, 133, 903)
    item = run("of a list that stands there", 440, 190, 904)
    signs = [Shape((x - 14, y - 8, x - 4, y), 1, True) for x, y in ((380, 150), (380, 165), (440, 190))]
    (plot,) = find_plots(page(rules, signs if keys else []), [*words, *head, *names, *item], 10.0)
    assert all((word in plot.words) is keys for word in [*head, *names])
    assert not any(word in plot.words for word in item)


def test_points_that_are_set_as_type_are_no_text_of_a_chart() -> None:
    rules, labels = axes()
    points = [word("●", 170 + 15 * n, 150 + 7 * n) for n in range(9)]
    (plot,) = find_plots(page(rules), [*labels, *points], 10.0)
    (chart,) = build_blocks(page(rules), [], (), (), [plot])
    assert isinstance(chart, Chart)
    assert "●" not in chart.text
    assert "10" in chart.text


def test_marks_without_labels_round_much_text_are_no_axes() -> None:
    rules, _ = axes()
    text = [word("cell", 160 + 40 * n, 120 + 30 * row) for n in range(4) for row in range(4)]
    assert find_plots(page(rules), text, 10.0) == []
    assert len(find_plots(page(rules), text[:3], 10.0)) == 1
