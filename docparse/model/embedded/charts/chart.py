"""What is known of a chart before its marks are measured, and the table that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.charts.inks import Ink
from docparse.model.embedded.charts.labels import Label
from docparse.model.embedded.charts.scales import Scale
from docparse.model.embedded.charts.values import rounded

_LEAST_FOUND = 0.75  # of the values of a chart; below, it was not understood

Pixels = NDArray[np.uint8]
Table = list[list[str]]


@dataclass(frozen=True, slots=True)
class ChartReading:
    """`data` as in `Chart.data`; `found` is the share of values that could be measured."""

    kind: str
    data: Table
    found: float


class ChartParts(NamedTuple):
    """A chart with values growing upwards: level ones are turned. `labels` name the places along the other axis."""

    pixels: Pixels
    inks: list[Ink]
    names: list[str]
    value: Scale
    labels: list[Label]
    places: list[float]
    printed: list[Label]
    level: bool = False
    legend: Box | None = None


def table_of(chart: ChartParts, cells: dict[tuple[int, int], float], kind: str) -> ChartReading | None:
    """Rows by label, columns by colour; one column where the colours only tell the labels apart."""
    inks = sorted({ink for _, ink in cells})
    if not inks:
        return None
    per_pixel = abs(chart.value.slope)
    if len(inks) > 1 and len(cells) <= len(chart.labels) and len({place for place, _ in cells}) == len(cells):
        cells = {(place, inks[0]): value for (place, _), value in cells.items()}
        inks, kind = inks[:1], "bar"
    found = len(cells) / (len(inks) * len(chart.labels))
    if found < _LEAST_FOUND or (len(inks) > 1 and any(not chart.names[ink] for ink in inks)):
        return None
    named = sorted(inks, key=lambda ink: min((p,) for p, i in cells if i == ink))
    columns = [rounded([cells.get((place, ink)) for place in range(len(chart.labels))], per_pixel) for ink in named]
    head = ["", *(chart.names[ink] for ink in named)] if len(named) > 1 else ["", chart.names[named[0]] or "value"]
    body = [[label.text, *values] for label, *values in zip(chart.labels, *columns, strict=True)]
    return ChartReading(kind, [head, *body], found)
