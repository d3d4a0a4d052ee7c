"""Exports as files: format by suffix, written whole or not at all."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from docparse.errors import OutputError, UsageError
from docparse.export.crops import crop_of
from docparse.schemas.document import Document

# suffix -> (module, function); the modules load on call
_EXPORTS = {
    ".html": ("docparse.export.html", "to_html"),
    ".htm": ("docparse.export.html", "to_html"),
    ".json": ("docparse.export.json", "to_json"),
    ".md": ("docparse.export.markdown", "to_markdown"),
    ".markdown": ("docparse.export.markdown", "to_markdown"),
    ".txt": ("docparse.export.text", "to_text"),
    ".csv": ("docparse.export.tables", "to_csv"),
    ".xlsx": ("docparse.export.xlsx", "to_xlsx"),
    ".chunks.jsonl": ("docparse.export.chunks", "to_chunks"),
    ".jsonl": ("docparse.export.chunks", "to_chunks"),
    ".docling.json": ("docparse.export.docling", "to_docling"),
}
FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(_EXPORTS)
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}


def format_of(path: str | Path) -> str:
    """The suffix that chooses the export; UsageError when there is none for it."""
    name = Path(path).name.lower()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(suffix):
            return suffix
    raise UsageError(f"{Path(path).name}: no export is known for this suffix (known: {', '.join(FORMATS)})")


def export_bytes(document: Document, suffix: str, **options: Any) -> bytes:
    """One export as bytes (text as UTF-8)."""
    module, name = FORMATS[suffix]
    result = getattr(importlib.import_module(module), name)(document, **options)
    return result if isinstance(result, bytes) else result.encode("utf-8", "replace")


def save(document: Document, path: str | Path, **options: Any) -> Path:
    """Write the export that the suffix of `path` names; the file is whole or not there.

    Raises UsageError for an unknown suffix and OutputError when it can't be written.
    """
    return write_atomically(path, export_bytes(document, format_of(path), **options))


def write_atomically(path: str | Path, data: bytes) -> Path:
    """Write beside the target and rename over it. Raises OutputError (no folder, no right, no room)."""
    target = Path(path)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OutputError(f"{target}: {error.strerror or error}") from error
        raise
    return target


def _umask() -> int:
    """The process's umask, read without changing it where the system tells (Linux)."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    except (OSError, ValueError):
        return 0o022
    return 0o022


def write_images(document: Document, folder: str | Path, *, prefix: str | None = None) -> Document:
    """Write every picture to `folder`; returns the document with `href`s (`<prefix>/<block id>.png`) instead of data.

    `prefix` is the folder as the export names it, by default its last part. Raises OutputError.
    """
    base = Path(folder)
    prefix = base.name if prefix is None else prefix
    pages = []
    for page in document.pages:
        blocks = []
        for block in page.blocks:
            crop = crop_of(block)
            if crop is not None and crop.data is not None:
                name = f"{block.id}{_SUFFIXES.get(crop.media_type, '.png')}"
                try:
                    base.mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise OutputError(f"{base}: {error.strerror or error}") from error
                write_atomically(base / name, crop.data)
                href = f"{prefix}/{name}" if prefix else name
                block = block.model_copy(update={"crop": crop.model_copy(update={"data": None, "href": href})})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    return document.model_copy(update={"pages": pages})
