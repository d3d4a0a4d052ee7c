"""Charts to data by measuring: tick labels give the scale, colours the marks, pixels the values. No model."""

from docparse.model.embedded.charts.chart import ChartReading
from docparse.model.embedded.charts.read import read_chart

__all__ = ["ChartReading", "read_chart"]
