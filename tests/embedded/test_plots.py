"""Charts by their axes, music by its staves: what page drawings of them look like, and what only seems so."""

from __future__ import annotations

import pytest

from docparse.model.embedded.layout import build_blocks
from docparse.model.embedded.picture_kinds import _has_bonds
from docparse.model.embedded.plots import find_plots, find_staves
from docparse.schemas.document import Chart, Image, Music
from docparse.schemas.page import PageImage, Rule, Shape, Word


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


def test_chart_becomes_one_block() -> None:
    rules, labels = axes()
    (plot,) = find_plots(page(rules), labels, 10.0)
    blocks = build_blocks(page(rules), [], (), (), [plot])
    assert [type(block) for block in blocks] == [Chart]
    assert isinstance(blocks[0], Chart)
    assert "10" in blocks[0].text
    assert blocks[0].flags == ["chart_data_not_recognised"]


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
