"""Tables of a page from its rules and words: `find_tables`."""

from __future__ import annotations

from docparse.model.embedded.tables.find import find_tables

__all__ = ["find_tables"]
