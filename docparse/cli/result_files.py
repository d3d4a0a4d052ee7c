"""Results on disk and what belongs to them: pictures, corrections, the file that was parsed."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docparse.corrections import Recrop, apply, corrections_beside, load_corrections, load_document
from docparse.errors import DocparseError, FileMissing, UsageError
from docparse.export import read_images
from docparse.geometry import Box
from docparse.schemas.document import Crop, Document
from docparse.settings import Settings

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """A JSON result with its pictures inside, and the file that was parsed where it is known."""

    path: Path
    document: Document
    source: Path | None


def open_result(path: Path, source: Path | None = None) -> Result:
    """Read a result. `source` given counts; else the file of its name beside the result or here, if it is the same.

    Raises FileMissing, InputError, DamagedFile; UsageError when `source` is another file.
    """
    document = read_images(load_document(path), path.parent)
    if source is None:
        return Result(path, document, _found(path, document))
    if not source.is_file():
        raise FileMissing(f"no such file: {source}")
    if document.source.sha256 and _sha256(source) != document.source.sha256:
        raise UsageError(
            f"{source} is not the file that {path.name} was made of",
            user_action=f"Give --source {document.source.name}, or parse it again.",
        )
    return Result(path, document, source)


def _found(path: Path, document: Document) -> Path | None:
    name = Path(document.source.name).name
    for folder in (path.parent, Path()):
        candidate = folder / name
        if name and candidate.is_file() and _sha256(candidate) == document.source.sha256:
            return candidate
    return None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def corrected(result: Result, settings: Settings, password: str | None = None) -> tuple[Document, int]:
    """The result with the corrections beside it, and how many edits those are. Raises CorrectionInvalid."""
    corrections = load_corrections(corrections_beside(result.path))
    with _cutter(result, settings, password) as recrop:
        return apply(result.document, corrections, recrop), len(corrections.edits)


@contextlib.contextmanager
def _cutter(result: Result, settings: Settings, password: str | None) -> Iterator[Recrop]:
    """Cuts pictures out of the pages of the file that was parsed, opened when the first one is asked for."""
    from docparse.crops import crop_box
    from docparse.options import ParseOptions
    from docparse.schemas.page import PixelBudget
    from docparse.source import PageSource, open_source

    opened: list[PageSource] = []

    with contextlib.ExitStack() as stack:

        def cut(number: int, box: Box) -> Crop | None:
            if result.source is None:
                return None
            try:
                if not opened:
                    options = ParseOptions(password=password)
                    source = open_source(result.source, options=options, settings=settings)
                    opened.append(stack.enter_context(source))
                image = opened[0].page(number, PixelBudget())
            except DocparseError:
                return None
            return crop_box(image, box) if image.pixels is not None else None

        yield cut
