"""Charts by matplotlib in several styles, with the data they show."""

from __future__ import annotations

import functools
import io
import random
from typing import Any

from docparse.errors import MissingDependency
from docparse.schemas.document import Chart
from docparse.synth.content.figures import svg_figure
from docparse.synth.content.text import Writer
from docparse.synth.piece import Piece

CHARTS = ("bar", "barh", "grouped", "stacked", "line", "multiline", "area", "pie", "scatter", "heatmap")
_PLOTLY = {
    "axes.facecolor": "#E5ECF6", "axes.edgecolor": "white", "axes.grid": True, "grid.color": "white",
    "grid.linewidth": 1.0, "axes.axisbelow": True, "xtick.color": "#2a3f5f", "ytick.color": "#2a3f5f",
    "text.color": "#2a3f5f", "axes.labelcolor": "#2a3f5f",
    "axes.prop_cycle": "cycler('color', ['636EFA','EF553B','00CC96','AB63FA','FFA15A','19D3F3'])",
}  # fmt: skip
_STYLES: tuple[Any, ...] = (
    "default", "seaborn-v0_8-whitegrid", "seaborn-v0_8-deep", "ggplot", "bmh", "grayscale", "fivethirtyeight",
    _PLOTLY, _PLOTLY,
)  # fmt: skip
_FONTS = ["DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans CJK KR"]


@functools.cache
def _pyplot() -> Any:
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import font_manager, pyplot
    except ImportError:
        raise MissingDependency(
            "drawing charts needs matplotlib", user_action="Install it with: pip install 'docparse[synth]'"
        ) from None
    known = {font.name for font in font_manager.fontManager.ttflist}
    fonts = [name for name in _FONTS if name in known]
    return pyplot, {
        "font.family": fonts,
        "svg.fonttype": "none",
        "svg.hashsalt": "docparse",
        "axes.unicode_minus": False,
    }


def chart(writer: Writer, *, kind: str | None = None, width_pt: int = 220) -> Piece:
    """A chart; the first row of its data is the header, the first column the labels."""
    pyplot, settings = _pyplot()
    rng = writer.rng
    kind = kind or rng.choice(CHARTS)
    data = _data(writer, kind)
    style = rng.choice(_STYLES)
    buffer = io.BytesIO()
    with pyplot.style.context([style, {**settings, "font.size": 9}]):
        figure, axes = pyplot.subplots(figsize=(4.2, rng.uniform(2.5, 3.4)))
        _DRAW[kind](axes, data, rng)
        if rng.random() < 0.6:
            axes.set_title(writer.title(2, 5))
        if kind not in ("pie", "heatmap") and rng.random() < 0.6:
            axes.set_ylabel(writer.words(1, 2))
        figure.savefig(buffer, format="svg", bbox_inches="tight", pad_inches=0.04, metadata={"Date": None})
        pyplot.close(figure)
    return svg_figure(Chart(chart_type=kind, data=data), buffer.getvalue().decode(), width_pt)


def _data(writer: Writer, kind: str) -> list[list[str]]:
    """Labels and values, with as many digits as the chart can show."""
    rng = writer.rng
    if kind == "scatter":
        points = sorted(
            (round(rng.uniform(0, 50), 1), round(rng.uniform(0, 100), 1)) for _ in range(rng.randint(6, 14))
        )
        return [["x", "y"], *([f"{x:g}", f"{y:g}"] for x, y in points)]
    series = rng.randint(2, 4) if kind in ("grouped", "stacked", "multiline", "heatmap") else 1
    count = rng.randint(3, 6)
    years = kind in ("line", "multiline", "area") or rng.random() < 0.3
    first = rng.randint(1990, 2018)
    labels = [str(first + i) for i in range(count)] if years else distinct(writer, count)
    names = distinct(writer, series)
    top = rng.choice((10, 50, 100, 400))
    rows = [[label, *(f"{max(1, round(rng.uniform(0.1, 1) * top))}" for _ in names)] for label in labels]
    return [["", *names], *rows]


def distinct(writer: Writer, count: int) -> list[str]:
    """So many labels of one word or two, no two alike."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[writer.words(1, 1)[:16]] = None
    return list(found)


def _columns(data: list[list[str]]) -> tuple[list[str], list[str], list[list[float]]]:
    """(labels, names of series, values by series)."""
    return (
        [row[0] for row in data[1:]],
        data[0][1:],
        [[float(v) for v in col] for col in list(zip(*data[1:], strict=True))[1:]],
    )


def _bar(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    bars = axes.bar(labels, values[0], width=0.65)
    if rng.random() < 0.5:
        axes.bar_label(bars)
    axes.set_xlabel(names[0])


def _barh(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    axes.barh(labels, values[0])
    axes.set_xlabel(names[0])


def _grouped(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    step = 0.8 / len(names)
    for index, (name, column) in enumerate(zip(names, values, strict=True)):
        axes.bar([i - 0.4 + step * (index + 0.5) for i in range(len(labels))], column, width=step, label=name)
    axes.set_xticks(range(len(labels)), labels)
    axes.legend(fontsize=8)


def _stacked(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    base = [0.0] * len(labels)
    for name, column in zip(names, values, strict=True):
        axes.bar(labels, column, bottom=base, label=name, width=0.6)
        base = [a + b for a, b in zip(base, column, strict=True)]
    axes.legend(fontsize=8)


def _line(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    marker = rng.choice(("o", "s", "", "^"))
    for name, column in zip(names, values, strict=True):
        axes.plot(labels, column, marker=marker, label=name)
    axes.legend(fontsize=8)


def _area(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    axes.fill_between(range(len(labels)), values[0], alpha=0.6, label=names[0])
    axes.set_xticks(range(len(labels)), labels)
    axes.legend(fontsize=8)


def _pie(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, _, values = _columns(data)
    shown = [f"{label} ({value:g})" for label, value in zip(labels, values[0], strict=True)]
    axes.pie(values[0], labels=shown, startangle=rng.randint(0, 90))


def _scatter(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    axes.scatter([float(row[0]) for row in data[1:]], [float(row[1]) for row in data[1:]], s=18)
    axes.set_xlabel("x")


def _heatmap(axes: Any, data: list[list[str]], rng: random.Random) -> None:
    labels, names, values = _columns(data)
    grid = list(zip(*values, strict=True))
    axes.imshow(grid, aspect="auto", cmap=rng.choice(("Blues", "YlGn", "Oranges")), vmax=1.5 * max(map(max, grid)))
    axes.grid(False)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(labels)), labels)
    for y, row in enumerate(grid):
        for x, value in enumerate(row):
            axes.text(x, y, f"{value:g}", ha="center", va="center", color="black")


_DRAW = {
    "bar": _bar, "barh": _barh, "grouped": _grouped, "stacked": _stacked, "line": _line, "multiline": _line,
    "area": _area, "pie": _pie, "scatter": _scatter, "heatmap": _heatmap,
}  # fmt: skip
