"""Charts are measured: drawn from known data, read back from their pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.charts import ChartReading, read_chart
from docparse.model.embedded.charts.labels import number
from docparse.model.embedded.charts.values import rounded

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

LABELS = ["North", "South", "East", "West"]
ONE = [17.0, 76.0, 49.0, 58.0]
TWO = [33.0, 29.0, 41.0, 12.0]


def figure(draw: Any, **size: float) -> tuple[NDArray[np.uint8], list[tuple[str, Box, int]]]:
    """Pixels of a chart, and its words where a text layer would have them."""
    drawn, axes = pyplot.subplots(figsize=(size.get("width", 5.5), size.get("height", 3.6)), dpi=size.get("dpi", 110))
    try:
        draw(axes)
        drawn.canvas.draw()
        pixels = np.asarray(drawn.canvas.buffer_rgba())[:, :, :3].copy()
        frame = axes.get_window_extent()
        words: list[tuple[str, Box, int]] = []
        for line, text in enumerate(drawn.findobj(matplotlib.text.Text)):
            box = text.get_window_extent()
            outside = text in axes.get_yticklabels() and not frame.y0 - 2 <= (box.y0 + box.y1) / 2 <= frame.y1 + 2
            outside |= text in axes.get_xticklabels() and not frame.x0 - 2 <= (box.x0 + box.x1) / 2 <= frame.x1 + 2
            if text.get_text().strip() and not text.get_rotation() and not outside:
                height = pixels.shape[0]
                words.append((text.get_text(), (box.x0, height - box.y1, box.x1, height - box.y0), line))
        return pixels, words
    finally:
        pyplot.close(drawn)


def read(draw: Any, **size: float) -> ChartReading:
    reading = read_chart(*figure(draw, **size))
    assert reading is not None
    return reading


def columns(reading: ChartReading) -> dict[str, list[float]]:
    head, *body = reading.data
    return {name: [float(row[place]) for row in body] for place, name in enumerate(head) if place}


@pytest.mark.parametrize("dpi", [80, 110, 160])
@pytest.mark.parametrize("style", ["default", "ggplot", "seaborn-v0_8-whitegrid"])
def test_bars(style: str, dpi: float) -> None:
    with pyplot.style.context(style):
        reading = read(lambda axes: axes.bar(LABELS, ONE), dpi=dpi)
    assert reading.kind == "bar"
    assert [row[0] for row in reading.data[1:]] == LABELS
    assert columns(reading)["value"] == pytest.approx(ONE, abs=0.6)


def test_level_bars_beside_years() -> None:
    """Years are numbers too, and run evenly: the marks tell which axis is the scale."""
    years = ["2019", "2020", "2021", "2022"]
    reading = read(lambda axes: axes.barh(years, ONE))
    assert reading.kind == "horizontal_bar"
    assert dict(zip((row[0] for row in reading.data[1:]), columns(reading)["value"], strict=True)) == pytest.approx(
        dict(zip(years, ONE, strict=True)), abs=0.6
    )


def test_grouped_and_stacked() -> None:
    def grouped(axes: Any) -> None:
        axes.bar(np.arange(4) - 0.2, ONE, width=0.4, label="First")
        axes.bar(np.arange(4) + 0.2, TWO, width=0.4, label="Second")
        axes.set_xticks(range(4), LABELS)
        axes.set_ylim(0, 120)
        axes.legend()

    def stacked(axes: Any) -> None:
        axes.bar(LABELS, ONE, label="First")
        axes.bar(LABELS, TWO, bottom=ONE, label="Second")
        axes.set_ylim(0, 160)
        axes.legend()

    for draw, kind in ((grouped, "grouped_bar"), (stacked, "stacked_bar")):
        reading = read(draw)
        assert reading.kind == kind
        assert columns(reading)["First"] == pytest.approx(ONE, abs=0.8)
        assert columns(reading)["Second"] == pytest.approx(TWO, abs=0.8)


def test_printed_values_go_before_measured_ones() -> None:
    values = [17.3, 76.8, 49.1, 58.6]
    reading = read(lambda axes: axes.bar_label(axes.bar(LABELS, values)))
    assert columns(reading)["value"] == values


@pytest.mark.parametrize("marker", ["", "o", "s"])
def test_lines(marker: str) -> None:
    def draw(axes: Any) -> None:
        axes.plot(LABELS, ONE, marker=marker, label="First")
        axes.plot(LABELS, TWO, marker=marker, label="Second")
        axes.set_ylim(0, 120)
        axes.legend(loc="upper left")

    reading = read(draw)
    assert reading.kind == "line"
    assert columns(reading)["First"] == pytest.approx(ONE, abs=1.0)
    assert columns(reading)["Second"] == pytest.approx(TWO, abs=1.0)


def test_areas_pies_points_and_bins() -> None:
    def filled(axes: Any) -> None:
        axes.fill_between(range(4), ONE)
        axes.set_xticks(range(4), LABELS)
        axes.set_ylim(0, 90)

    area = read(filled)
    assert area.kind == "area"
    assert columns(area)["value"] == pytest.approx(ONE, abs=1.5)
    pie = read(lambda axes: axes.pie(ONE, labels=LABELS))
    assert pie.kind == "pie"
    shares = {row[0]: float(row[1].split()[0]) for row in pie.data[1:]}
    assert shares == pytest.approx(dict(zip(LABELS, (v / 2 for v in ONE), strict=True)), abs=0.6)
    points = [(3.0, 20.0), (12.0, 77.0), (30.0, 41.0), (44.0, 8.0), (58.0, 60.0)]
    scatter = read(lambda axes: axes.scatter(*zip(*points, strict=True)))
    assert scatter.kind == "scatter"
    assert [(float(row[0]), float(row[1])) for row in scatter.data[1:]] == [pytest.approx(p, abs=0.6) for p in points]
    bins = read(lambda axes: axes.stairs([12, 14, 3, 17], [0, 10, 20, 30, 40], fill=True))
    assert bins.kind == "histogram"
    assert [row[0] for row in bins.data[1:]] == ["0-10", "10-20", "20-30", "30-40"]
    assert columns(bins)["value"] == pytest.approx([12, 14, 3, 17], abs=0.3)


def test_what_does_not_fit_together_is_not_read() -> None:
    assert read_chart(*figure(lambda axes: (axes.plot(LABELS, [1, 30, 900, 9000]), axes.set_yscale("log")))) is None
    assert read_chart(*figure(lambda axes: axes.imshow(np.random.default_rng(1).random((9, 9))))) is None
    pixels, words = figure(lambda axes: axes.bar(LABELS, ONE))
    assert read_chart(pixels, [word for word in words if number(word[0]) is None]) is None, "no scale"
    assert read_chart(np.full_like(pixels, 255), words) is None, "labels alone"
    noise = np.random.default_rng(2).integers(0, 256, pixels.shape, np.uint8)
    assert read_chart(noise, words) is None
    assert read_chart(np.zeros((1, 1, 3), np.uint8), words) is None
    assert read_chart(pixels, []) is None


def test_decimals_are_those_that_the_pixels_bear_out() -> None:
    assert rounded([17.04, 76.1, 48.93], 0.25) == ["17", "76", "49"]
    assert rounded([17.4, 76.1, None], 0.05) == ["17.4", "76.1", ""]
    assert rounded([1210.0, 3990.0], 20.0) == ["1200", "4000"]
    assert rounded([], 1.0) == []


def test_numbers_of_tick_labels() -> None:
    assert [number(text) for text in ("1,200", "20k", "1.5M", "−3", "35 %", "Q1")] == [1200, 20e3, 1.5e6, -3, 35, None]
    assert [number(text) for text in ("0.350", "-0,125", "1.200")] == [0.35, -0.125, 1200]


def test_what_can_be_read_in_two_ways_is_not_read() -> None:
    def two_scales(axes: Any) -> None:
        axes.plot(LABELS, ONE, color="tab:blue")
        other = axes.twinx()
        other.set_ylim(0, 5)
        for tick in (1, 2, 3, 4):
            axes.text(1.02, tick / 5, str(tick), transform=axes.transAxes, va="center")

    def dashes(axes: Any) -> None:
        axes.plot(LABELS, ONE, color="tab:blue", label="First")
        axes.plot(LABELS, TWO, "--", color="tab:blue", label="Second")
        axes.set_ylim(0, 120)
        axes.legend(loc="upper left")

    assert read_chart(*figure(two_scales)) is None
    assert read_chart(*figure(dashes)) is None


def widened(words: list[tuple[str, Box, int]], by: float = 9) -> list[tuple[str, Box, int]]:
    """Words in boxes as OCR gives them: wider and higher than their ink."""
    return [(text, (x0 - by, y0 - 4, x1 + by / 3, y1 + 4), line) for text, (x0, y0, x1, y1), line in words]


@pytest.mark.parametrize("kind", ["grouped", "lines"])
def test_a_legend_is_found_under_the_wide_boxes_of_ocr(kind: str) -> None:
    def draw(axes: Any) -> None:
        if kind == "lines":
            axes.plot(LABELS, ONE, marker="o", label="Product X")
            axes.plot(LABELS, TWO, marker="s", label="Product Y")
        else:
            axes.bar(np.arange(4) - 0.2, ONE, width=0.4, label="Product X")
            axes.bar(np.arange(4) + 0.2, TWO, width=0.4, label="Product Y")
            axes.set_xticks(range(4), LABELS)
        axes.legend(loc="upper right")
        axes.set_ylim(0, 120)

    pixels, words = figure(draw)
    reading = read_chart(pixels, widened(words))
    assert reading is not None
    found = columns(reading)
    assert found["Product X"] == pytest.approx(ONE, abs=0.7)
    assert found["Product Y"] == pytest.approx(TWO, abs=0.7)


def test_the_power_of_ten_at_the_end_of_an_axis_counts() -> None:
    reading = read(lambda axes: axes.bar(LABELS, [value * 1e5 for value in ONE]))
    assert columns(reading)["value"] == pytest.approx([value * 1e5 for value in ONE], rel=0.02)
    assert number("9.4e+06") == 9.4e6
    assert number("60000-") == 60000


def test_pies_whose_colours_come_again_and_whose_title_stands_over_a_sector() -> None:
    values = [9, 86, 44, 49, 51, 63, 55, 46]

    def draw(axes: Any) -> None:
        names = [f"{name} ({value})" for name, value in zip("ABCDEFGH", values, strict=True)]
        axes.pie(values, labels=names, colors=["tab:blue", "tab:orange", "tab:green", "0.4", "0.55"])
        axes.set_title("Visitors by letter")

    reading = read(draw)
    assert reading.kind == "pie"
    assert reading.data[1:] == [[name, str(value)] for name, value in zip("ABCDEFGH", values, strict=True)]


def test_a_misread_number_of_a_sector_is_measured() -> None:
    def draw(axes: Any) -> None:
        axes.pie([22, 16, 31, 5, 26], labels=["A (22)", "B (16)", "C (31)", "D (51)", "E (26)"])

    found = columns(read(draw))["value"]
    assert found == pytest.approx([22, 16, 31, 5, 26], abs=0.4)


def test_empty_bins_and_thin_outlines_of_a_histogram() -> None:
    counts = [2, 23, 0, 7, 1, 25]

    def draw(axes: Any) -> None:
        axes.hist(np.arange(6) * 20 + 10, bins=np.arange(7) * 20, weights=counts, edgecolor="white")

    reading = read(draw)
    assert reading.kind == "histogram"
    assert [row[0] for row in reading.data[1:]] == ["0-20", "20-40", "40-60", "60-80", "80-100", "100-120"]
    assert columns(reading)["value"] == counts


def test_a_bar_that_ends_behind_the_legend_is_left_out() -> None:
    def draw(axes: Any) -> None:
        axes.bar(np.arange(6) - 0.2, [40, 66, 81, 36, 80, 96], width=0.4, label="First")
        axes.bar(np.arange(6) + 0.2, [88, 30, 61, 24, 80, 70], width=0.4, label="Second")
        axes.set_xticks(range(6), list("ABCDEF"))
        axes.legend(loc="upper left")

    reading = read(draw)
    assert reading.found < 1
    row = next(row for row in reading.data if row[0] == "A")
    assert sorted(row[1:]) == ["", "40"]


def test_a_broad_line_is_no_area_and_a_grey_series_is_one() -> None:
    def draw(axes: Any) -> None:
        axes.plot(LABELS, ONE, linewidth=5)

    assert read(draw).kind == "line"

    def two(axes: Any) -> None:
        axes.plot(LABELS, ONE, color="navy", label="First")
        axes.plot(LABELS, TWO, color="0.6", label="Second")
        axes.legend()

    assert columns(read(two))["Second"] == pytest.approx(TWO, abs=1.0)


def test_areas_are_whole_behind_a_legend_and_at_their_ends() -> None:
    def draw(axes: Any) -> None:
        axes.stackplot(LABELS, ONE, TWO, labels=["First", "Second"])
        axes.legend(loc="lower center")

    found = columns(read(draw))
    assert found["First"] == pytest.approx(ONE, abs=1.2)
    assert found["Second"] == pytest.approx(TWO, abs=1.2)


def test_names_belong_to_their_tick_marks() -> None:
    """Slanted names end at their mark: their middles stand left of it."""

    def draw(axes: Any) -> None:
        axes.plot(LABELS, [10, 90, 20, 80], marker="o")

    pixels, words = figure(draw)
    moved = [
        (text, (box[0] - 30, box[1], box[2] - 5, box[3]) if text in LABELS else box, line) for text, box, line in words
    ]
    reading = read_chart(pixels, moved)
    assert reading is not None
    assert columns(reading)["value"] == pytest.approx([10, 90, 20, 80], abs=1.0)


def _heat(axes: Any, numbers: bool = True, years: bool = False) -> None:
    grid = [[3.0, 41.0, 25.0], [17.0, 8.0, 36.0], [29.0, 12.0, 5.0]]
    axes.imshow(grid, aspect="auto", cmap="Oranges", vmax=60)
    axes.set_xticks(range(3), LABELS[:3])
    axes.set_yticks(range(3), ["1991", "1992", "1993"] if years else ["Spring", "Summer", "Autumn"])
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            axes.text(x, y, f"{value:g}" if numbers else "a", ha="center", va="center")


@pytest.mark.parametrize("years", [False, True])
def test_heatmaps_are_read_from_the_numbers_on_their_fields(*, years: bool) -> None:
    reading = read(lambda axes: _heat(axes, years=years))
    assert reading.kind == "heatmap"
    assert columns(reading) == {"North": [3, 17, 29], "South": [41, 8, 12], "East": [25, 36, 5]}
    assert [row[0] for row in reading.data[1:]] == (
        ["1991", "1992", "1993"] if years else ["Spring", "Summer", "Autumn"]
    )


def test_fields_without_numbers_and_numbers_on_paper_are_no_heatmap() -> None:
    assert read_chart(*figure(lambda axes: _heat(axes, numbers=False))) is None
    pixels, words = figure(_heat)
    reading = read_chart(np.full_like(pixels, 255), words)
    assert reading is None or reading.kind != "heatmap"
