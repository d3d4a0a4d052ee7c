"""Open PDFs and images safely and turn their pages into `PageImage`s: `open_source`."""

from docparse.source.opening import PageSource, open_source, readable

__all__ = ["PageSource", "open_source", "readable"]
