"""Exports: pure functions from `Document`, and `save`, which writes one to a file atomically."""

from docparse.export.files import FORMATS, export_bytes, format_of, save, write_atomically, write_images

__all__ = ["FORMATS", "export_bytes", "format_of", "save", "write_atomically", "write_images"]
