"""Files of the service through fsspec: a folder as it comes, S3-compatible storage for several machines.

A blob is addressed by the SHA-256 of its bytes inside the scope of its job (`tenant/job`): a job's blobs go with it,
and no tenant can reach another's by its hash. A blob is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import posixpath
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import fsspec
from fsspec.implementations.local import LocalFileSystem

from docparse.errors import DocparseError, NotFound, SettingsError, StoreFull, StoreUnavailable

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*/job_[0-9a-f]+/[0-9a-f]{64}")
_SCOPE = re.compile(r"[a-z0-9][a-z0-9_-]*/job_[0-9a-f]+")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    """What was written: key, SHA-256 and size in bytes."""

    key: str
    sha256: str
    bytes: int


class Blobs:
    """`url` is a folder or an fsspec URL such as s3://bucket/prefix. Thread-safe."""

    def __init__(self, url: str) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise SettingsError(f"setting 'blobs': {error}") from None
        self._local = isinstance(self._files, LocalFileSystem)
        self._spool = Path(self._root, ".tmp") if self._local else Path(tempfile.gettempdir())
        if self._local:
            with _translated("made"):
                self._spool.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, scope: str, data: bytes) -> Blob:
        """Raises StoreFull or StoreUnavailable; then nothing is left."""
        with self.writer(scope) as writer:
            writer.write(data)
        return writer.blob

    def writer(self, scope: str) -> BlobWriter:
        """For a stream: write blocks inside a `with`; `blob` is set when it ends well, nothing is left when not."""
        if not _SCOPE.fullmatch(scope):
            raise NotFound(f"no blob scope: {scope[:80]!r}")
        return BlobWriter(self, scope, self._spool)

    def get(self, key: str) -> bytes:
        """Raises NotFound or StoreUnavailable."""
        with _translated("read"):
            data: bytes = self._files.cat_file(self._path(key))
        return data

    def open(self, key: str) -> IO[bytes]:
        """A readable stream. Raises NotFound or StoreUnavailable."""
        with _translated("read"):
            stream: IO[bytes] = self._files.open(self._path(key), "rb")
        return stream

    @contextlib.contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """The blob as a file: itself in a folder, a copy for the time of the `with` otherwise."""
        path = self._path(key)
        if self._local:
            if not os.path.isfile(path):
                raise NotFound(f"the blob {posixpath.basename(key)[:12]} is gone")
            yield Path(path)
            return
        with tempfile.TemporaryDirectory(prefix="docparse-") as folder:
            copy = Path(folder, "blob")
            with _translated("read"):
                self._files.get_file(path, str(copy))
            yield copy

    def copy(self, key: str, scope: str) -> str:
        """The same bytes in another scope; returns their key."""
        target = f"{scope}/{key.rsplit('/', 1)[1]}"
        with _translated("copied"):
            if self._local:
                Path(self._path(target)).parent.mkdir(parents=True, exist_ok=True)
                partial = self._spool / os.urandom(12).hex()
                shutil.copyfile(self._path(key), partial)
                os.replace(partial, self._path(target))
            else:
                self._files.cp_file(self._path(key), self._path(target))
        return target

    def remove(self, key: str) -> None:
        """Harmless when the blob is gone."""
        with _translated("removed"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(key))

    def remove_scope(self, scope: str) -> None:
        """Every blob of a job. Harmless when there is none."""
        if not _SCOPE.fullmatch(scope):
            raise NotFound(f"no blob scope: {scope[:80]!r}")
        with _translated("removed"), contextlib.suppress(FileNotFoundError):
            self._files.rm(posixpath.join(self._root, scope), recursive=True)

    def scopes(self) -> Iterator[str]:
        """All scopes that have blobs."""
        with _translated("listed"), contextlib.suppress(FileNotFoundError):
            self._files.invalidate_cache()
            for tenant in self._files.ls(self._root, detail=False):
                if posixpath.basename(tenant.rstrip("/")).startswith("."):
                    continue
                for job in self._files.ls(tenant, detail=False):
                    scope = posixpath.join(*job.rstrip("/").split("/")[-2:])
                    if _SCOPE.fullmatch(scope):
                        yield scope

    def sweep(self, older_than_s: float = 60.0) -> int:
        """Remove halves that a killed process left behind and that nobody writes to any more; returns how many."""
        swept = 0
        for path in self._spool.glob("*" if self._local else "docparse-blob-*"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > older_than_s:
                    path.unlink()
                    swept += 1
        return swept

    def check(self) -> None:
        """Raises StoreUnavailable or StoreFull when nothing can be written."""
        if self._local:
            with _translated("written"):
                probe = self._spool / f"probe-{os.urandom(8).hex()}"
                probe.write_bytes(b"x" * 4096)
                probe.unlink()
        else:
            with _translated("listed"), contextlib.suppress(FileNotFoundError):
                self._files.ls(self._root, detail=False)

    def keep(self, partial: Path, key: str) -> None:
        """Move a finished file to its place (for `BlobWriter`)."""
        target = self._path(key)
        if self._local:
            os.makedirs(os.path.dirname(target), exist_ok=True, mode=0o700)
            os.replace(partial, target)
            return
        self._files.put_file(str(partial), target)
        partial.unlink()

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise NotFound("there is no such blob")
        return posixpath.join(self._root, key)


class BlobWriter:
    """A blob in the making. `sha256` and `bytes` are those of what was written so far."""

    def __init__(self, blobs: Blobs, scope: str, folder: Path) -> None:
        self._blobs, self._scope = blobs, scope
        self._path = folder / f"docparse-blob-{os.urandom(12).hex()}"
        self._digest = hashlib.sha256()
        self._file: Any = None
        self.bytes = 0
        self.blob: Blob

    def write(self, data: bytes) -> None:
        with _translated("written"):
            self._file.write(data)
        self._digest.update(data)
        self.bytes += len(data)

    def __enter__(self) -> Self:
        with _translated("written"):
            self._file = self._path.open("xb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        digest = self._digest.hexdigest()
        try:
            with _translated("written"):
                with self._file:
                    if kind is None:
                        self._file.flush()
                        os.fsync(self._file.fileno())
                if kind is None:
                    self._blobs.keep(self._path, f"{self._scope}/{digest}")
                    self.blob = Blob(f"{self._scope}/{digest}", digest, self.bytes)
        finally:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


@contextlib.contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (DocparseError, GeneratorExit):
        raise
    except FileNotFoundError:
        raise NotFound("there is no such blob") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreFull("the blobs have no room left") from error
        raise StoreUnavailable(f"a blob can't be {what}: {error.strerror or error}") from error
    except Exception as error:  # object stores raise their client's own errors
        raise StoreUnavailable(f"a blob can't be {what}: {type(error).__name__}") from error
