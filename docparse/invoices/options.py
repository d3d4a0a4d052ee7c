"""`InvoiceOptions`: what was asked of an extraction, beyond how pages are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docparse.options import ParseOptions


@dataclass(frozen=True, slots=True)
class InvoiceOptions:
    """`parse` says how pages are read. `templates` is a folder of invoice2data templates. `fields` is a JSON Schema of
    other data to extract by a model engine. `xml` false leaves embedded XML unread."""

    parse: ParseOptions = field(default_factory=ParseOptions)
    templates: Path | None = None
    fields: dict[str, Any] | None = None
    xml: bool = True

    @property
    def asks_model(self) -> bool:
        """Is a model to read, rather than rules?"""
        return self.parse.engine in ("qwen", "remote")
