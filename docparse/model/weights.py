"""Weights on this machine: where they are, which commit they are of, and whether they are still what was downloaded.

At download every file's SHA-256 is recorded beside the hub's cache. The hub's own checks are used too: it names large
files in the cache by their SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docparse.errors import EngineUnavailable, OutputError
from docparse.qwenvl.profiles import Profile

RECORD = "docparse-hashes.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 20
_SPARE_GB = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One file of a model: "ok", "altered", "missing", or "unknown" where nothing is recorded to compare with."""

    name: str
    state: str
    sha256: str = ""


def revision_of(folder: Path) -> str:
    """The commit whose files a folder of the hub's cache holds; "" for any other folder."""
    return folder.name if folder.parent.name == "snapshots" and _COMMIT.fullmatch(folder.name) else ""


def record_path(folder: Path) -> Path:
    """Where the hashes of a folder are recorded: beside the snapshots of a cache, else in the folder."""
    commit = revision_of(folder)
    return folder.parent.parent / f"docparse-hashes-{commit}.json" if commit else folder / RECORD


def record(folder: Path, progress: Callable[[str], None] | None = None) -> int:
    """Write down the hashes of a model's files, checked against the hub's where it gave them; how many there are.

    Raises EngineUnavailable when a file is not what the hub said, OutputError when the record can't be written.
    """
    files = {}
    for path in _files(folder):
        if progress is not None:
            progress(path.name)
        found, wanted = sha256_of(path), _hub_sha256(path)
        if wanted and found != wanted:
            raise EngineUnavailable(
                f"{path.name} is not what the hub has (its SHA-256 is {found[:12]}…, not {wanted[:12]}…)",
                user_action="Delete it and download again.",
            )
        files[path.relative_to(folder).as_posix()] = found
    try:
        record_path(folder).write_text(json.dumps(files, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"can't write {record_path(folder)}: {error.strerror or error}") from None
    return len(files)


def verify(folder: Path) -> Iterator[Finding]:
    """Compare a model's files with what was recorded at download, or with the hub's names for them."""
    recorded = _recorded(folder)
    present = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
    for name in sorted({*recorded, *present}):
        path = present.get(name)
        if path is None:
            yield Finding(name, "missing")
            continue
        wanted = recorded.get(name) or _hub_sha256(path)
        found = sha256_of(path)
        yield Finding(name, "unknown" if not wanted else "ok" if found == wanted else "altered", found)


def _recorded(folder: Path) -> dict[str, str]:
    path = record_path(folder)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError):
        raise EngineUnavailable(
            f"the record {path} can't be read", user_action="Delete it and download again; complete files are kept."
        ) from None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != RECORD)


def _hub_sha256(path: Path) -> str:
    """The SHA-256 by which the hub's cache names a large file; "" where it does not."""
    name = Path(os.path.realpath(path)).name
    return name if path.is_symlink() and _SHA256.fullmatch(name) else ""


def sha256_of(path: Path) -> str:
    """Raises EngineUnavailable when the file can't be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError as error:
        raise EngineUnavailable(f"{path.name} can't be read: {error.strerror or error}") from None
    return found.hexdigest()


def check_room(profile: Profile, cache: Path) -> None:
    """Raises OutputError when a download would fill the disk."""
    place = cache
    while not place.exists() and place != place.parent:
        place = place.parent
    free_gb = shutil.disk_usage(place).free / 1e9
    if profile.download_gb and free_gb < profile.download_gb + _SPARE_GB:
        raise OutputError(
            f"{profile.repo} takes {profile.download_gb:g} GB, and {place} has {free_gb:.1f} GB free",
            user_action="Free some space, or set HF_HOME to a folder on a larger disk.",
        )
