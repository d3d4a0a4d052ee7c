"""The table of exports: what `--to`, the suffix of `-o`, `format=` of the service and `Document.save` choose from.

Nothing is imported here but when an export is made, so that help texts and the API start light.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from docparse.errors import MissingDependency, UsageError


@dataclass(frozen=True, slots=True)
class Format:
    """One export: `target` is its function ("module:name"), the first of `suffixes` the one its files get.

    `takes` are options of that function that callers may pass on; a format that `needs_original` is drawn on the file
    that was parsed; `module` is what it imports of the extra `extra`.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    media_type: str
    target: str
    takes: frozenset[str] = frozenset()
    needs_original: bool = False
    module: str = ""
    extra: str = ""

    @property
    def is_text(self) -> bool:
        return not self.media_type.startswith(("application/pdf", "application/vnd."))

    def check(self) -> None:
        """Raises MissingDependency when its extra is not installed."""
        if self.module and importlib.util.find_spec(self.module) is None:
            raise MissingDependency(
                f"the format {self.name} needs {self.module.replace('_', '-')}",
                user_action=f"pip install 'docparse[{self.extra}]'",
            )

    @property
    def suffix(self) -> str:
        return self.suffixes[0]


_PICTURES, _RUNNING = "images", "headers_footers"
_TABLE = (
    Format("html", "HTML with boxes (QwenVL)", (".html", ".htm"), "text/html; charset=utf-8",
           "docparse.export.html:to_html", frozenset((_PICTURES,))),
    Format("md", "Markdown", (".md", ".markdown"), "text/markdown; charset=utf-8",
           "docparse.export.markdown:to_markdown", frozenset((_PICTURES, _RUNNING))),
    Format("json", "JSON, everything", (".json",), "application/json",
           "docparse.export.json:to_json", frozenset((_PICTURES,))),
    Format("txt", "plain text", (".txt",), "text/plain; charset=utf-8",
           "docparse.export.text:to_text", frozenset((_RUNNING,))),
    Format("csv", "all tables as CSV", (".csv",), "text/csv; charset=utf-8", "docparse.export.tables:to_csv"),
    Format("xlsx", "all tables as Excel workbook", (".xlsx",),
           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "docparse.export.xlsx:to_xlsx",
           module="openpyxl", extra="xlsx"),
    Format("chunks", "chunks for retrieval (JSON lines)", (".chunks.jsonl", ".jsonl"), "application/jsonl",
           "docparse.export.chunks:to_chunks"),
    Format("docling", "DoclingDocument JSON", (".docling.json",), "application/json",
           "docparse.export.docling:to_docling", module="docling_core", extra="docling"),
    Format("searchable", "PDF whose text can be searched", (".searchable.pdf", ".pdf"), "application/pdf",
           "docparse.export.searchable:to_searchable", needs_original=True),
    Format("overlay", "PDF with boxes drawn on it", (".boxes.pdf",), "application/pdf",
           "docparse.export.overlay:to_overlay", needs_original=True),
)  # fmt: skip
FORMATS: Mapping[str, Format] = MappingProxyType({format.name: format for format in _TABLE})
_OF_SUFFIX = {suffix: format for format in _TABLE for suffix in format.suffixes}


def format_of(path: str | Path) -> Format:
    """The format that a file's name asks for; UsageError when there is none for it."""
    found = suffix_format(path)
    if found is None:
        raise UsageError(
            f"{Path(path).name}: no export is known for this suffix", user_action=f"Known are {', '.join(_OF_SUFFIX)}."
        )
    return found


def suffix_format(path: str | Path) -> Format | None:
    """The same; None when the name asks for none."""
    name = Path(path).name.lower()
    fitting = [suffix for suffix in _OF_SUFFIX if name.endswith(suffix)]
    return _OF_SUFFIX[max(fitting, key=len)] if fitting else None


def named(name: str) -> Format:
    """The format of that name or suffix. Raises UsageError."""
    plain = name.lower().removeprefix(".")
    found = FORMATS.get(plain) or _OF_SUFFIX.get(f".{plain}")
    if found is None:
        raise UsageError(f"there is no format {name!r}", user_action=f"Choose from {', '.join(FORMATS)}.")
    return found
