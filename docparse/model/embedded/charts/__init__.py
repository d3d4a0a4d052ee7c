"""Charts to data by measuring: tick labels give the scale, colours the marks, pixels the values. No model."""

from docparse.model.embedded.charts.read import ChartReading, read_chart

__all__ = ["ChartReading", "read_chart"]
