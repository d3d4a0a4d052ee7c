"""Exports as bytes and as files, written whole or not at all."""

from __future__ import annotations

import importlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from docparse.errors import InputError, OutputError, UsageError
from docparse.export.crops import crop_of, safe_href
from docparse.export.formats import format_of, named
from docparse.schemas.document import Document

_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}


def export_bytes(
    document: Document, format: str, *, original: str | Path | bytes | None = None, password: str | None = None,
    **options: Any,
) -> bytes:  # fmt: skip
    """One export as bytes (text as UTF-8). `format` is its name in `FORMATS`, `options` are those of its function.

    PDFs are drawn on `original`, the file that was parsed. Raises UsageError, MissingDependency, and for PDFs what
    opening the original raises.
    """
    chosen = named(format)
    module, _, name = chosen.target.partition(":")
    function = getattr(importlib.import_module(module), name)
    if chosen.needs_original:
        if original is None:
            raise UsageError(f"the format {chosen.name} needs the file that was parsed")
        return bytes(function(document, original, password=password, **options))
    result = function(document, **options)
    return result if isinstance(result, bytes) else result.encode("utf-8", "replace")


def save(document: Document, path: str | Path, **options: Any) -> Path:
    """Write the export that the suffix of `path` names; the file is whole or not there.

    Raises UsageError for an unknown suffix and OutputError when it can't be written.
    """
    return write_atomically(path, export_bytes(document, format_of(path).name, **options))


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


def read_images(document: Document, folder: str | Path) -> Document:
    """The document with the pictures inside that it refers to below `folder`; what is not there stays a reference."""
    base = Path(folder)
    pages = []
    for page in document.pages:
        blocks = []
        for block in page.blocks:
            crop = crop_of(block)
            href = safe_href(crop.href) if crop is not None else None
            path = base / unquote(href) if href else None
            if crop is not None and path is not None and ".." not in path.parts and path.is_file():
                try:
                    found = crop.model_copy(update={"data": path.read_bytes(), "href": None})
                except OSError as error:
                    raise InputError(f"{path}: {error.strerror or error}") from None
                block = block.model_copy(update={"crop": found})
            blocks.append(block)
        pages.append(page.model_copy(update={"blocks": blocks}))
    return document.model_copy(update={"pages": pages})
