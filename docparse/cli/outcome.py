"""What came of an input, and of a whole run, as errors with exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from docparse.cli.inputs import Input
from docparse.errors import AllFailed, DocparseError, PartialResult, SomeFailed
from docparse.schemas.document import Document


@dataclass(slots=True)
class Outcome:
    """What came of one input."""

    item: Input
    status: Literal["ok", "partial", "failed", "skipped"]
    outputs: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: DocparseError | None = None
    record: dict[str, Any] = field(default_factory=dict)
    document: Document | None = None


def warnings(document: Document) -> list[str]:
    """What a person should look at although the document is done: damage, empty pages."""
    return [warning for warning in (_damage(document), _unread(document), _without_content(document)) if warning]


def _damage(document: Document) -> str:
    cut = [str(page.number) for page in document.pages if "content_lost" in page.flags]
    if cut:
        return f"the file is damaged, and a part of page {', '.join(cut[:10])} is not in it"
    if "truncated" in document.flags:
        return "the file is cut off; what is left of it was read"
    if "repaired" in document.flags:
        return "the file is damaged and was repaired; see whether something is missing"
    return ""


def _unread(document: Document) -> str:
    """Scripts that no OCR engine here reads, and the packages that bring them."""
    pages = [page for page in document.pages if any(flag.startswith("script_unsupported:") for flag in page.flags)]
    if not pages:
        return ""
    flags = {flag for page in pages for flag in page.flags}
    packages = sorted(flag.removeprefix("install:") for flag in flags if flag.startswith("install:"))
    which = f"page {pages[0].number}" if len(pages) == 1 else f"{len(pages)} of {len(document.pages)} pages"
    names = {flag.removeprefix("script_unsupported:") for flag in flags if flag.startswith("script_unsupported:")}
    script = f" ({', '.join(sorted(names - {'unknown'}))})" if names - {"unknown"} else ""
    advice = f"apt install {' '.join(packages)}" if packages else "Tesseract's data for its language may read it"
    return f"text on {which} is in a script{script} that no OCR here reads, and is shown as picture: {advice}"


def _without_content(document: Document) -> str:
    empty = [page.number for page in document.pages if page.status == "ok" and not page.blocks]
    if not empty:
        return ""
    which = f"page {empty[0]}" if len(empty) == 1 else f"{len(empty)} of {len(document.pages)} pages"
    return f"nothing was found on {which}: blank, or not readable for the engine {document.engine.name}"


def partial_error(document: Document) -> PartialResult | None:
    """The error of a document with failed pages, with the reason of the first."""
    failed = [page for page in document.pages if page.status == "failed"]
    if document.status == "ok":
        return None
    first = next((page.error for page in failed if page.error is not None), None)
    why = f"; page {first.page}: {first.message}" if first else ""
    return PartialResult(f"{len(failed)} of {len(document.pages)} pages failed{why}")


def summary(outcomes: Sequence[Outcome], folder: Path | None, seconds: float) -> str:
    """What a run has written, in one line; "" if it has written no file."""
    pages = sum(len(outcome.record.get("pages", ())) for outcome in outcomes)
    written = [path for outcome in outcomes for path in outcome.outputs]
    if not written:
        return ""
    what = "1 page" if pages == 1 else f"{pages} pages"
    if len(outcomes) > 1:
        what = f"{sum(outcome.status in ('ok', 'partial') for outcome in outcomes)} documents, {what}"
    where = f"{folder}/" if folder is not None else ", ".join(written)
    return f"docparse: {what} in {seconds:.1f} s, written to {where}"


def final_error(outcomes: Sequence[Outcome], planned: int, manifest: Path | None) -> DocparseError | None:
    """The error of a whole run, with its exit code; None when all went well."""
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    if planned == 1:
        return outcomes[0].error if outcomes else None
    action = f"{manifest} lists each file and its error." if manifest else "The lines above name each file."
    if len(failed) == planned:
        return AllFailed(f"all {planned} documents failed", user_action=action)
    if failed:
        return SomeFailed(f"{len(failed)} of {planned} documents failed", user_action=action)
    partial = sum(outcome.status == "partial" for outcome in outcomes)
    return PartialResult(f"{partial} of {planned} documents have failed pages", user_action=action) if partial else None
