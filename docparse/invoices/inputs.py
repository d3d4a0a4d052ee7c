"""The files that the names on a command line stand for: PDFs, images and XML invoices, folders searched through."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from docparse.errors import InputError

SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".xml"})


def expand(names: Sequence[str | Path]) -> list[Path]:
    """Every file once, those of a folder in name order without hidden ones. A file that is missing stays in the list.

    Raises InputError when there is nothing at all.
    """
    found: dict[str, Path] = {}
    for name in names:
        for path in _expand(Path(name)):
            found.setdefault(os.path.abspath(path), path)
    if not found:
        raise InputError("there are no documents", user_action="Give PDFs, images, XML invoices, or folders of them.")
    return list(found.values())


def _expand(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for parent, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)
