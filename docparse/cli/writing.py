"""Results onto disk or stdout: checked first, written whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docparse.cli.outputs import HeadersFooters, Images, Job, Target
from docparse.errors import OutputError, OutputExists, UsageError
from docparse.export import export_bytes, write_atomically, write_images
from docparse.schemas.document import Document


def check_targets(targets: Sequence[Target], *, no_overwrite: bool) -> None:
    """Before any work: can the results be written? Raises MissingDependency, UsageError, OutputExists, OutputError."""
    for target in targets:
        target.format.check()
        if target.path is None:
            if not target.format.is_text and sys.stdout.isatty():
                action = f"Name a file: NAME{target.format.suffix}."
                raise UsageError(f"the format {target.format.name} is not written to a terminal", user_action=action)
            continue
        if target.path.is_dir():
            raise OutputError(f"{target.path} is a folder", user_action="Give a file name.")
        if no_overwrite and target.path.exists():
            raise OutputExists(f"{target.path} exists")


def make_folder(folder: Path | None) -> None:
    """A folder of results, with those above it. Raises OutputError."""
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error


def make_folders(folder: Path | None, targets: Sequence[Target]) -> None:
    """The folders below an output folder; the folder of a single named file must be there already."""
    for target in targets:
        if target.path is None or target.path.parent.is_dir():
            continue
        parent = target.path.parent
        if folder is None and target.format.name != "overlay":
            raise OutputError(f"the folder of {target.path} does not exist", user_action=f"Make {parent} first.")
        make_folder(parent)


def write_targets(
    document: Document, job: Job, original: Path | bytes | None, *, headers_footers: HeadersFooters,
    images: Images | None, password: str | None,
) -> None:  # fmt: skip
    """Write all results of one document, each file whole or not at all. Raises OutputError.

    `original` is the file that was parsed; UsageError when a result is drawn on it and it is not there.
    """
    with_files: Document | None = None
    for target in job.targets:
        format = target.format
        options: dict[str, Any] = {}
        shown = document
        if format.needs_original:
            if original is None:
                raise UsageError(
                    f"{format.name} is drawn on the file that was parsed ({document.source.name}), which was not found",
                    user_action="Give it with --source FILE.",
                )
            options |= {"original": original, "password": password}
        if "images" in format.takes:
            mode = images or target.default_images
            options["images"] = "none" if mode == "none" else "embed"
            if mode == "files" and target.path is not None:
                shown = with_files = with_files or _write_pictures(document, target.path)
        if "headers_footers" in format.takes:
            options["headers_footers"] = headers_footers
        _write(target, export_bytes(shown, format.name, **options))


def _write_pictures(document: Document, beside: Path) -> Document:
    """Pictures into `<name>.images/` beside the output; the document that refers to them there."""
    folder = beside.with_name(f"{beside.stem}.images")
    return write_images(document, folder, prefix=quote(os.fsencode(folder.name)))


def _write(target: Target, data: bytes) -> None:
    if target.path is None:
        write_stdout(data)
    else:
        write_atomically(target.path, data)


def write_stdout(data: bytes) -> None:
    """The result and nothing else; stdout is used once."""
    sys.stdout.buffer.write(data if data.endswith(b"\n") or data.startswith((b"%PDF", b"PK")) else data + b"\n")
    sys.stdout.buffer.flush()
