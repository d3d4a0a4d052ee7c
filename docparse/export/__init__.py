"""Exports: pure functions from `Document`, and `save`, which writes one to a file atomically."""

from docparse.export.files import export_bytes, save, write_atomically, write_images
from docparse.export.formats import FORMATS, Format, format_of

__all__ = ["FORMATS", "Format", "export_bytes", "format_of", "save", "write_atomically", "write_images"]
