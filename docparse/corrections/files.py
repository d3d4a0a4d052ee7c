"""Results and their corrections as files: `out.json` and, beside it, `out.corrections.json`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from docparse.corrections.apply import Recrop, apply
from docparse.errors import CorrectionInvalid, DamagedFile, FileMissing, InputError
from docparse.export.files import write_atomically
from docparse.schemas.corrections import Corrections
from docparse.schemas.document import Document


def corrections_beside(result: Path) -> Path:
    """Where the corrections of a result on disk are: `out.json` -> `out.corrections.json`."""
    return result.with_name(f"{result.stem}.corrections.json")


def load_document(path: Path) -> Document:
    """A JSON result. Raises FileMissing, InputError, DamagedFile."""
    data = _read(path)
    try:
        return Document.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise DamagedFile(
            f"{path} is no JSON result of docparse: {where}: {first['msg'].lower()}",
            user_action="Give a file that docparse wrote with -o NAME.json.",
        ) from None


def load_corrections(path: Path) -> Corrections:
    """None made yet where there is no file. Raises InputError, CorrectionInvalid."""
    try:
        return Corrections.model_validate_json(_read(path))
    except FileMissing:
        return Corrections()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CorrectionInvalid(
            f"{path}: {where}: {first['msg'].lower()}", user_action="Correct the file, or move it away."
        ) from None


def save_corrections(path: Path, corrections: Corrections) -> None:
    """Written whole or not at all. Raises OutputError."""
    data = corrections.model_dump(mode="json", exclude_unset=False)
    data["edits"] = [edit.model_dump(mode="json", exclude_unset=True) for edit in corrections.edits]
    write_atomically(path, json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n")


def corrected_file(path: Path, recrop: Recrop | None = None) -> tuple[Document, int]:
    """A result with the corrections beside it, and how many edits those are. Raises what the others raise."""
    document = load_document(path)
    corrections = load_corrections(corrections_beside(path))
    return apply(document, corrections, recrop), len(corrections.edits)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"no such file: {path}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}", user_action="Give a file that can be read.") from None
