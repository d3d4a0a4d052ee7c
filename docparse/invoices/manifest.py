"""The run manifest of `docparse invoices`: a JSON line for each finished file, to go on from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docparse.errors import OutputError
from docparse.invoices.options import InvoiceOptions


class RunManifest:
    """Lines are appended as files finish. `done` are the files of earlier runs that need not be read again.

    A file counts as done if it has the same size and time of change, and was read with the same options.
    """

    def __init__(self, path: Path, options: InvoiceOptions) -> None:
        self.path = path
        self._asked = fingerprint(options)
        self._done = _finished(path, self._asked)

    def is_done(self, source: Path) -> bool:
        return self._done.get(str(source)) == stamp(source)

    def add(self, source: Path, statuses: Iterable[str], seconds: float, error: str | None) -> None:
        """Note a finished file. Raises OutputError."""
        record: dict[str, Any] = {
            "source": str(source), "stamp": stamp(source), "asked": self._asked, "statuses": list(statuses),
            "seconds": seconds, "error": error,
        }  # fmt: skip
        try:
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as error_:
            raise OutputError(f"manifest {self.path}: {error_.strerror or error_}") from None


def fingerprint(options: InvoiceOptions) -> str:
    """What the results depend on, as a text to compare."""
    asked = options.parse.model_dump(mode="json", exclude={"password", "jobs"}, exclude_defaults=True)
    return json.dumps([asked, str(options.templates or ""), options.fields, options.xml], sort_keys=True)


def stamp(source: Path) -> str:
    """Size and time of change of a file; "" if it is gone."""
    try:
        found = source.stat()
    except OSError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}"


def _finished(path: Path, asked: str) -> dict[str, str]:
    """Stamps of the files that an earlier run finished; a line cut off by an interruption is skipped."""
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return found
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"manifest {path}: {error}") from None
    for line in lines:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(record, dict) and record.get("asked") == asked and not record.get("error"):
            found[str(record.get("source"))] = str(record.get("stamp"))
    return found
