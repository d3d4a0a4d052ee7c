"""The run manifest: one JSON line for each input, appended as it finishes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docparse import __version__
from docparse.errors import OutputError

if TYPE_CHECKING:
    from docparse.schemas.document import Document, Page

NAME = "manifest.jsonl"


class Manifest:
    """Appends to `path`; does nothing without one. `run` on each line tells the runs apart."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.run = datetime.now(UTC).isoformat(timespec="seconds")

    def add(self, record: dict[str, Any]) -> None:
        """Write one line at once, so that an interrupted run leaves whole lines. Raises OutputError."""
        if self.path is None:
            return
        line = json.dumps({"run": self.run, "docparse_version": __version__, **record}, ensure_ascii=False)
        try:
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(line + "\n")
        except OSError as error:
            raise OutputError(f"manifest {self.path}: {error.strerror or error}") from error


def document_record(document: Document) -> dict[str, Any]:
    """What the manifest keeps of a parsed document."""
    return {
        "sha256": document.source.sha256,
        "engine": document.engine.model_dump(exclude_defaults=True),
        "options": document.options,
        "flags": document.flags,
        "pages": [_page_record(page) for page in document.pages],
    }


def _page_record(page: Page) -> dict[str, Any]:
    record: dict[str, Any] = {"page": page.number, "status": page.status, "seconds": page.seconds, "flags": page.flags}
    if page.error is not None:
        record["error"] = page.error.model_dump(exclude_none=True)
    return record


def sha256_of(path: Path | None) -> str:
    """Hash of a file that could not be parsed; empty if it can't be read either."""
    if path is None or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
