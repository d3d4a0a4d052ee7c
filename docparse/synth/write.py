"""Made documents as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docparse.errors import OutputError
from docparse.export import export_bytes, write_atomically
from docparse.schemas.document import Document
from docparse.synth.make import SynthDocument


def write_document(made: SynthDocument, folder: Path) -> dict[str, Any]:
    """Write PDF and truth (HTML, JSON, Markdown; the facts of an invoice) to `folder`; returns its manifest line.

    A scan of the pages becomes `NAME.scan.pdf` with its own truth. Raises OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error
    _write(folder / made.name, made.pdf, made.document)
    if made.scan_pdf is not None and made.scan_document is not None:
        _write(folder / f"{made.name}.scan", made.scan_pdf, made.scan_document)
    if made.facts:
        facts = json.dumps(made.facts, ensure_ascii=False, indent=1)
        write_atomically(folder / f"{made.name}.truth.json", facts.encode())
    kinds = sorted({block.kind for page in made.document.pages for block in page.blocks})
    plan, pages = made.plan, len(made.document.pages)
    return {"name": made.name, "layout": plan.layout, "language": plan.language, "pages": pages, "kinds": kinds}


def _write(stem: Path, pdf: bytes, document: Document) -> None:
    for suffix in (".html", ".json", ".md"):
        options = {} if suffix == ".json" else {"images": "none"}
        write_atomically(stem.with_name(stem.name + suffix), export_bytes(document, suffix, **options))
    write_atomically(stem.with_name(stem.name + ".pdf"), pdf)
