"""Made documents as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docparse.errors import OutputError
from docparse.export import write_atomically
from docparse.synth.make import SynthDocument


def write_document(made: SynthDocument, folder: Path) -> dict[str, Any]:
    """Write PDF and truth (HTML, JSON, Markdown, and the facts of an invoice) to `folder`; returns its manifest line.

    Raises OutputError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error
    write_atomically(folder / f"{made.name}.pdf", made.pdf)
    document = made.document
    document.save(folder / f"{made.name}.html", images="none")
    document.save(folder / f"{made.name}.json")
    document.save(folder / f"{made.name}.md")
    if made.facts:
        facts = json.dumps(made.facts, ensure_ascii=False, indent=1)
        write_atomically(folder / f"{made.name}.truth.json", facts.encode())
    kinds = sorted({block.kind for page in document.pages for block in page.blocks})
    return {
        "name": made.name, "layout": made.plan.layout, "language": made.plan.language, "pages": len(document.pages),
        "kinds": kinds,
    }  # fmt: skip
