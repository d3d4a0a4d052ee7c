"""Blobs: whole or not at all, inside their folder, gone with their job."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest

from docparse.errors import NotFound, StoreFull, StoreUnavailable
from docparse.workers.blobs import Blobs

SCOPE = "default/job_00ff"


@pytest.fixture(params=["folder", "object store"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """A folder, and what is no folder (fsspec's memory stands for S3)."""
    return Blobs(str(tmp_path / "blobs") if request.param == "folder" else f"memory://{tmp_path.name}-{os.getpid()}")


def test_there_and_back(blobs: Blobs) -> None:
    blob = blobs.put(SCOPE, b"hello")
    assert blob.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert blob.key == f"{SCOPE}/{blob.sha256}"
    assert blobs.get(blob.key) == b"hello"
    with blobs.open(blob.key) as stream:
        assert stream.read() == b"hello"
    with blobs.local(blob.key) as path:
        assert path.read_bytes() == b"hello"
    blobs.check()


def test_copies_and_scopes(blobs: Blobs) -> None:
    blob = blobs.put(SCOPE, b"hello")
    copy = blobs.copy(blob.key, "default/job_0aaa")
    assert set(blobs.scopes()) == {SCOPE, "default/job_0aaa"}
    blobs.remove_scope(SCOPE)
    blobs.remove_scope(SCOPE)
    assert blobs.get(copy) == b"hello"
    with pytest.raises(NotFound):
        blobs.get(blob.key)
    blobs.remove(copy)
    with pytest.raises(NotFound):
        blobs.get(copy)


@pytest.mark.parametrize("key", ["../etc/passwd", "default/job_00/../../x", "default/job_00/ab", "/etc/passwd", ""])
def test_nothing_outside_is_reached(blobs: Blobs, key: str) -> None:
    with pytest.raises(NotFound):
        blobs.get(key)
    with pytest.raises(NotFound):
        blobs.put(key, b"x")


def _upload_half(blobs: Blobs) -> None:
    with blobs.writer(SCOPE) as writer:
        writer.write(b"half")
        raise ConnectionResetError


def test_a_broken_upload_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    with pytest.raises(ConnectionResetError):
        _upload_half(blobs)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(str(tmp_path))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull) as caught:
        blobs.put(SCOPE, b"x")
    assert caught.value.http_status == 507
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    half = tmp_path / ".tmp" / "docparse-blob-0"
    half.write_bytes(b"half")
    assert blobs.sweep() == 0
    os.utime(half, (time.time() - 61,) * 2)
    assert blobs.sweep() == 1
    assert not half.exists()


def test_a_folder_that_cant_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        Blobs(str(tmp_path / "file" / "blobs"))
