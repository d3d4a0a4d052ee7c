"""Plots that stand on a page image and that the layout model did not see."""

from __future__ import annotations

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from docparse.geometry import Box
from docparse.model.embedded.figure_reach import rows_of
from docparse.model.embedded.figures import find_figures
from docparse.model.embedded.ink_plots import InkPlots
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word

EM = 12.0
AXES = [(100, 100, 100, 300), (100, 300, 400, 300)]
CURVE = [(100 + 6 * i, 200 + round(80 * np.sin(i / 4))) for i in range(50)]


class Paper:
    """A page image with words as OCR gives them; the words themselves are not drawn, as their ink does not count."""

    def __init__(self) -> None:
        self.image = Picture.new("RGB", (600, 800), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[Word] = []

    def put(self, x: float, y: float, text: str) -> None:
        line = len(self.words)
        for part in text.split():
            wide = 0.5 * EM * len(part)
            self.words.append(Word(part, (x, y, x + wide, y + EM), EM, line=line, baseline=y + EM))
            x += wide + 0.3 * EM

    @property
    def page(self) -> PageImage:
        return PageImage(
            number=1, width_px=600, height_px=800, width=600, height=800, unit="px", pixels=np.asarray(self.image),
            is_scan=True,
        )  # fmt: skip

    def plots(self, taken: tuple[Box, ...] = ()) -> list[Box]:
        return InkPlots(self.page, self.words, rows_of(self.words, EM), taken, EM).found


def drawn() -> Paper:
    """A curve with its axes and their numbers, and nothing else."""
    paper = Paper()
    for line in AXES:
        paper.draw.line(line, "black", 2)
    paper.draw.line(CURVE, "black", 2)
    for i in range(6):
        paper.put(80, 110 + 30 * i, f"{60 - 10 * i}")
        paper.put(110 + 50 * i, 308, f"{10 * i}")
    return paper


def plotted() -> Paper:
    paper = drawn()
    paper.put(210, 324, "Age in whole years")
    for y in range(500, 620, 16):
        paper.put(90, y, "All that is written here is a sentence that goes on and on for the width of it")
    return paper


def test_a_curve_with_all_that_is_written_at_it_is_a_plot() -> None:
    paper = plotted()
    paper.draw.line((120, 350, 145, 350), "black", 2)
    paper.put(152, 344, "Japanese cedar of the north")
    paper.put(120, 360, "-- Mites")
    (box,) = paper.plots()
    assert box[0] <= 80
    assert box[3] >= 372
    (figure,) = find_figures(paper.page, paper.words, [], [], EM)
    assert {"Age", "Japanese", "Mites", "60"} < {word.text for word in figure.words}
    assert "sentence" not in {word.text for word in figure.words}


def test_it_is_one_on_a_page_that_the_model_takes_for_one_figure() -> None:
    paper = plotted()
    table = FoundTable((90.0, 640.0, 400.0, 760.0), (), 4, 2)
    whole = Region("figure", (20.0, 20.0, 580.0, 780.0), 0.5)
    (figure,) = find_figures(paper.page, paper.words, [whole], [table], EM)
    assert figure.bbox[3] < 400


def test_frames_rules_and_what_is_known_are_none() -> None:
    paper = Paper()
    paper.put(150, 150, "In a frame")
    for y in (100, 160, 220, 280):
        paper.draw.line((80, y, 500, y), "black", 2)
    for x in (80, 220, 360, 500):
        paper.draw.line((x, 100, x, 280), "black", 2)
    assert paper.plots() == []
    assert plotted().plots(taken=((90.0, 90.0, 420.0, 310.0),)) == []


def test_a_scribble_over_running_text_is_none() -> None:
    paper = Paper()
    for y in range(100, 320, 16):
        paper.put(60, y, "All that is written here is a sentence that goes on and on for the width of it all")
    paper.draw.line(CURVE, "black", 2)
    assert paper.plots() == []


def test_the_legend_under_a_plot_that_the_model_saw_is_of_it_and_listings_and_captions_are_not() -> None:
    paper = plotted()
    paper.put(104, 350, "-- Mites")
    paper.put(80, 376, "+ plot(x, y) # and more than that, as a listing has it")
    paper.put(80, 420, "Figure 1: Age")
    (figure,) = find_figures(paper.page, paper.words, [Region("figure", (76, 90, 420, 322), 0.9)], [], EM)
    texts = {word.text for word in figure.words}
    assert {"Age", "Mites"} < texts
    assert not {"plot(x,", "Figure"} & texts


def test_where_no_text_stands_the_page_is_the_drawing() -> None:
    paper = Paper()
    for line in (*AXES, CURVE):
        paper.draw.line(line, "black", 2)
    paper.put(80, 110, "HO")
    paper.put(410, 290, "Cl")
    assert paper.plots() == []
    paper.put(90, 500, "All that is written here is a sentence that goes on and on for the width of it")
    assert len(paper.plots()) == 1


def _bars() -> Paper:
    """The text of `plotted` with three bars on one line in place of the plot."""
    paper = plotted()
    paper.image.paste("white", (60, 60, 420, 340))
    paper.words = [word for word in paper.words if word.bbox[1] >= 500]
    for i, high in enumerate((150, 60, 110)):
        paper.draw.rectangle((120 + 60 * i, 300 - high, 150 + 60 * i, 300), "navy")
    return paper


def test_bars_with_the_numbers_of_their_axis_are_a_chart() -> None:
    paper = _bars()
    for i in range(6):
        paper.put(72, 120 + 34 * i, f"{50 - 10 * i} -")
    (figure,) = find_figures(paper.page, paper.words, [], [], EM)
    assert figure.chart
    assert {"50", "0"} < {word.text for word in figure.words}


def test_bars_without_numbers_are_no_chart() -> None:
    paper = _bars()
    assert paper.plots() == []


def test_a_filled_area_without_words_is_a_picture() -> None:
    paper = plotted()
    paper.image.paste("teal", (60, 60, 420, 340))
    paper.words = [word for word in paper.words if word.bbox[1] >= 500]
    ((x0, y0, x1, y1),) = paper.plots()
    assert abs(x0 - 60) + abs(y0 - 60) + abs(x1 - 420) + abs(y1 - 340) < EM


def test_grain_around_a_plot_does_not_lead_away_from_it() -> None:
    paper = plotted()
    for x in range(404, 596, 12):
        paper.draw.rectangle((x, 180, x + 7, 187), "black")
    (box,) = paper.plots()
    assert box[2] < 480


def test_names_of_level_bars_are_of_the_plot_though_they_begin_where_text_does() -> None:
    paper = Paper()
    for i, name in enumerate(("Ducks", "Swans", "Geese", "Coots")):
        paper.draw.rectangle((125, 100 + 30 * i, 200 + 40 * i, 120 + 30 * i), fill="black")
        paper.put(120 - 6 * len(name), 104 + 30 * i, name)
    paper.draw.line((124, 90, 124, 220), "black", 2)
    for i in range(5):
        paper.put(120 + 50 * i, 226, f"{10 * i}")
    for y in range(400, 560, 16):
        paper.put(90, y, "All that is written here is a sentence that goes on and on for the width of it")
    (box,) = paper.plots()
    assert box[0] <= 90
    (figure,) = find_figures(paper.page, paper.words, [], [], EM)
    assert {"Ducks", "Swans", "Geese", "Coots", "40"} <= {word.text for word in figure.words}


def test_numbers_with_the_mark_of_the_axis_read_as_a_dash_are_of_the_plot() -> None:
    paper = plotted()
    paper.words = [word._replace(text=f"{word.text}-") if word.bbox[0] == 80 else word for word in paper.words]
    (box,) = paper.plots()
    assert box[0] <= 80


def test_a_plot_that_the_model_saw_together_with_text_is_found_in_it() -> None:
    paper = plotted()
    for y in range(30, 90, 16):
        paper.put(60, y, "All that is written here is a sentence that goes on and on")
    (figure,) = find_figures(paper.page, paper.words, [Region("figure", (40, 20, 480, 345), 0.8)], [], EM)
    assert figure.bbox[1] > 90
    assert {"60", "Age"} < {word.text for word in figure.words}


def test_points_of_a_slide_beside_a_plot_are_none_of_it_and_a_legend_is() -> None:
    paper = drawn()
    paper.put(150, 340, "• Mites")
    paper.put(150, 360, "• Cedars")
    assert paper.plots() == []
    for i, text in enumerate(("• Fewer mites", "• More cedars")):
        paper.words += [
            word._replace(bbox=(450, 100 + 40 * i, 560, 124 + 40 * i), size=2 * EM, line=100 + i)
            for word in [Word(text, (0, 0, 0, 0), EM, baseline=120.0 + 40 * i)]
        ]
    assert len(paper.plots()) == 1
