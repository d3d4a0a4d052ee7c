"""Charts: the data are a table with a series of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from docparse.checks.numbers import read_number
from docparse.schemas.document import Chart, Check

_TYPES = re.compile(
    r"area|bar|barh|bubble|box|candlestick|column|combo|donut|doughnut|gantt|grouped(_bar)?|heatmap|histogram|map|line|"
    r"horizontal_bar|pie|radar|scatter|stacked(_bar)?|treemap|violin|waterfall"
)


def check_chart(chart: Chart) -> None:
    """Check the data table of a chart, fill ragged rows."""
    if chart.data:
        _check_data(chart)
    if chart.chart_type:
        name = re.sub(r"[\s_-]+", "_", chart.chart_type.strip().lower())
        known = _TYPES.fullmatch(name.removesuffix("_chart").removesuffix("_plot")) is not None
        detail = "" if known else f"unknown type {chart.chart_type[:40]!r}"
        chart.checks.append(Check(name="chart_type", outcome="passed" if known else "failed", detail=detail))
        chart.flags += [] if known else ["chart_type_unknown"]


def _check_data(chart: Chart) -> None:
    width = max(len(row) for row in chart.data)
    if any(len(row) != width for row in chart.data):
        chart.data = [[*row, *[""] * (width - len(row))] for row in chart.data]
        chart.flags.append("ragged_rows")
        chart.checks.append(Check(name="chart_data", outcome="repaired", detail="short rows filled"))
    columns = list(zip(*chart.data, strict=True))[1:] if width > 1 else []
    series = sum(_numeric(column[1:]) for column in columns) or sum(_numeric(row[1:]) for row in chart.data)
    if series:
        chart.checks.append(Check(name="chart_series", outcome="passed", detail=f"{series} series of numbers"))
    else:
        chart.flags.append("chart_without_numbers")
        chart.checks.append(Check(name="chart_series", outcome="failed", detail="no series of numbers"))


def _numeric(values: Sequence[str]) -> bool:
    filled = [value for value in values if value.strip()]
    return bool(filled) and sum(read_number(value) is not None for value in filled) > 0.7 * len(filled)
