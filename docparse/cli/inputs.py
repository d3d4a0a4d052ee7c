"""What the user named on the command line, as a list of documents: files, folders, stdin."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docparse.errors import DocparseError, FileMissing, InputError, UsageError

SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One document to parse.

    `shown` is its name in messages, `path` None for stdin, `relative` its path below the output folder (with its own
    suffix). `error` is set when it is already known that it can't be read.
    """

    shown: str
    path: Path | None
    relative: Path
    error: DocparseError | None = None


def expand_inputs(names: Sequence[str]) -> list[Input]:
    """All documents that `names` stand for, each once, folders sorted and without hidden files.

    Raises UsageError if stdin is mixed with files or named twice.
    """
    if STDIN in names:
        if len(names) > 1:
            raise UsageError("stdin (-) is one document; other inputs can't be given with it")
        return [Input("stdin", None, Path("stdin"))]
    found: dict[Path, Input] = {}
    for name in names:
        for item in _expand(Path(name)):
            found.setdefault(Path(os.path.abspath(item.path or name)), item)
    return _apart(list(found.values()))


def _expand(path: Path) -> Iterator[Input]:
    if not path.is_dir():
        missing = None if os.path.lexists(path) else FileMissing(f"no such file: {path}")
        yield Input(str(path), path, Path(path.name), missing)
        return
    files = list(_walk(path))
    if not files:
        nothing = InputError(
            f"the folder holds no documents: {path}",
            user_action="It needs PDFs or images (PNG, JPEG, WebP, BMP, GIF, TIFF).",
        )
        yield Input(str(path), path, Path(path.name), nothing)
    for file in files:
        yield Input(str(file), file, file.relative_to(path))


def _walk(folder: Path) -> Iterator[Path]:
    """Documents below a folder in name order; links to folders are not followed, so that loops can't happen."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent, name)


def _apart(items: list[Input]) -> list[Input]:
    """Two inputs with one relative path (a/x.pdf and b/x.pdf) keep their folders below what is common to them."""
    count = Counter(item.relative for item in items)
    out = []
    for item in items:
        if count[item.relative] > 1 and item.path is not None:
            same = [os.path.abspath(other.path) for other in items if other.path and other.relative == item.relative]
            item = replace(item, relative=Path(os.path.relpath(os.path.abspath(item.path), os.path.commonpath(same))))
        out.append(item)
    return out


def output_stems(items: Sequence[Input]) -> list[Path]:
    """The output path of each input below the output folder, without the format's suffix.

    `report.pdf` becomes `report`; where that is the stem of two inputs, the full name `report.pdf` is used for both.
    Raises UsageError if two inputs would still be written to one place.
    """
    stems = [item.relative.with_suffix("") if item.path else item.relative for item in items]
    for _ in range(2):  # a full name may be another input's stem: x.pdf, x.png and x.pdf.png
        count = Counter(stems)
        stems = [stem if count[stem] == 1 else item.relative for stem, item in zip(stems, items, strict=True)]
    twice = [str(stem) for stem, times in Counter(stems).items() if times > 1]
    if twice:
        raise UsageError(f"two inputs would be written to {twice[0]}", user_action="Parse them in two runs.")
    return stems
