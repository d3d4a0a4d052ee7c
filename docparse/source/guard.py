"""The parent's side of the guarded child: start, ask with a deadline, kill, reuse.

Children are plain subprocesses, so that no user's main module is run again and threads in the parent do no harm. They
are kept in one pool per process and serve file after file.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
from collections.abc import Sequence
from typing import Any

from docparse.errors import DocparseError, SourceFault, SourceTimeout
from docparse.process import ChildProcess
from docparse.schemas.page import PageImage
from docparse.source.protocol import CloseFile, Limits, OpenFile, ReadPage, Request

_START_TIMEOUT_S = 60.0
_RETIRE_MIB = 700  # a child that grew beyond this is not used for the next file
_KEEP_IDLE = max(2, os.cpu_count() or 1)
# pymupdf loads its layout model on import when that is installed: half a second that reading pages has no use for.
_WITHOUT = ("pymupdf.layout", "pymupdf4llm")
# glibc hands memory back to the system page by page and asks for it again at once: a tenth of the time of plain pages.
_MALLOC = {"MALLOC_TRIM_THRESHOLD_": "33554432", "MALLOC_TOP_PAD_": "4194304", "MALLOC_MMAP_THRESHOLD_": "33554432"}


class Child(ChildProcess):
    """One guarded process that reads files. Whoever holds it asks one thing at a time."""

    def __init__(self) -> None:
        super().__init__("docparse.source.child:serve_files", without=_WITHOUT, env=_MALLOC)
        self._ready = False

    def ask(self, request: Request, timeout_s: float) -> Any:
        """The child's answer. Raises what it raised; SourceTimeout and SourceFault leave the child dead."""
        page = request.number if isinstance(request, ReadPage) else None
        what = f"page {page}" if page else "the file"
        try:
            self._wait_until_ready()
            self.connection.send(request)
            if not self.connection.poll(timeout_s):
                self.kill()
                raise SourceTimeout(f"reading {what} took longer than {timeout_s:g} s", page=page)
            answer, has_pixels = self.connection.recv()
            if has_pixels:
                answer = _with_pixels(answer, self.connection.recv_bytes())
        except (EOFError, OSError):
            raise SourceFault(f"reading {what} {self._why()}", page=page) from None
        if isinstance(answer, DocparseError):
            raise answer
        return answer

    def _wait_until_ready(self) -> None:
        if not self._ready:
            if not self.connection.poll(_START_TIMEOUT_S):
                raise EOFError
            self.connection.recv()
            self._ready = True

    def _why(self) -> str:
        """Why the child died, as the end of a sentence."""
        code, last = self.death()
        if code == -signal.SIGXCPU:
            return "took more CPU seconds than source_cpu_s allows"
        if code < 0:
            return f"broke the PDF library (signal {-code})"
        return f"ended the source process (code {code}{': ' if last else ''}{last})"


def _with_pixels(page: PageImage, data: bytes) -> PageImage:
    import numpy as np

    return page.replace(pixels=np.frombuffer(data, np.uint8).reshape(page.height_px, page.width_px, 3))


class Reading:
    """One file open in one child, opened again in a fresh child after a fault."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file
        self._child: Child | None = None
        self._closed = False
        self._lock = threading.Lock()

    def ask(self, request: Request) -> Any:
        """Raises DocparseError. Opens the file first where that is needed."""
        limits = self._file.limits
        child = self._opened(limits)
        try:
            return child.ask(request, limits.timeout_s)
        except DocparseError:
            if not child.alive:
                self._release()
            raise

    def open(self) -> Any:
        """`FileFacts` of the file. Raises DocparseError."""
        limits = self._file.limits
        with self._lock:
            if self._closed:
                raise SourceFault("the source is closed")
            child = self._child = lease()
        try:
            return child.ask(self._file, limits.timeout_s)
        except DocparseError:
            self._release()
            raise

    def interrupt(self) -> None:
        """End what the child is doing, from another thread; the next `ask` opens the file in a fresh child."""
        with self._lock:
            child = self._child
        if child is not None:
            child.kill()

    def close(self) -> None:
        """Give the child back."""
        with self._lock:
            self._closed = True
        self._release()

    def _opened(self, limits: Limits) -> Child:
        if self._child is None or not self._child.alive:
            self._release()
            self.open()
        child = self._child
        if child is None:
            raise SourceFault("the source is closed")
        return child

    def _release(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            give_back(child)


_idle: list[Child] = []
_all: set[Child] = set()
_pool_lock = threading.Lock()


def lease() -> Child:
    """A child of the pool, or a new one."""
    with _pool_lock:
        while _idle:
            child = _idle.pop()
            if child.alive:
                return child
        child = Child()
        _all.add(child)
        return child


def give_back(child: Child) -> None:
    """Return a child whose file is done with; one that is dead, too big or too many is ended."""
    peak_mib = _RETIRE_MIB + 1
    if child.alive:
        try:
            peak_mib = child.ask(CloseFile(), 5.0)
        except DocparseError:
            child.kill()
    with _pool_lock:
        if child.alive and peak_mib <= _RETIRE_MIB and len(_idle) < _KEEP_IDLE:
            _idle.append(child)
            return
        _all.discard(child)
    child.kill()


def close_pool() -> None:
    """Kill every child of this process, at work or not."""
    with _pool_lock:
        children: Sequence[Child] = list(_all)
        _all.clear()
        _idle.clear()
    for child in children:
        child.kill()


def _forget() -> None:
    """A forked copy of the parent owns none of its children."""
    for child in _all:
        child.forget()
    _idle.clear()
    _all.clear()
    with contextlib.suppress(RuntimeError):  # another thread held the lock when this process was forked off
        _pool_lock.release()


atexit.register(close_pool)
os.register_at_fork(after_in_child=_forget)
