"""Small documents, and what came of one call of the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pymupdf


@dataclass(frozen=True)
class Result:
    code: int
    out: bytes
    err: str


Docparse = Callable[..., Result]


def write_pdf(path: Path, *texts: str, **save: object) -> Path:
    """One page for each text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pymupdf.open() as document:
        for text in texts or ("The quick brown fox jumps over the lazy dog.",):
            page = document.new_page(width=300, height=200)
            page.insert_text((30, 60), text, fontsize=11)
        document.save(path, **save)
    return path


def write_png(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 56, 56)).save(path)
    return path
