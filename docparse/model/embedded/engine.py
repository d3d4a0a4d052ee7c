"""The embedded engine behind the seam: CPU only, no download, one page per process at a time.

`embedded-fast` needs only the text layer and geometry: a page takes milliseconds, so it is done where it is submitted.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from docparse.errors import DocparseError, EngineError, PageTimeout
from docparse.model.base import Deadline
from docparse.process import ChildProcess, cores
from docparse.schemas.page import PageImage, PageOutput, PixelBudget

_POLL_S = 0.05
# One heap for glibc, and images of large pages outside it: it leaves fewer holes. What else is freed stays at hand for
# the next page: giving it back at once and asking for it again took up to a tenth of the time.
_MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "12582912", "MALLOC_TRIM_THRESHOLD_": "33554432"}
_OCR_SHARE = 0.8  # of a page's time: OCR stops there, so that what it has read becomes a page before the time is up
_BUDGET = PixelBudget(max_pixels=1600 * 28 * 28, max_scan_pixels=6144 * 28 * 28)
_FAST_BUDGET = PixelBudget(max_pixels=1600 * 28 * 28, max_scan_pixels=1600 * 28 * 28, render=False)


@dataclass(frozen=True, slots=True)
class Task:
    """A page on its way to a worker process; `pixels` follow it as raw bytes. OCR and OSRA have `remaining_s`."""

    page: PageImage
    has_pixels: bool
    remaining_s: float | None
    options: Mapping[str, Any]
    words_only: bool = False


_Waiting = tuple[PageImage, Deadline, "Future[PageOutput]", bool]


class EmbeddedEngine:
    """`fast` reads the text layer only; else OCR and a layout model are used where a page needs them.

    `jobs` is the number of worker processes (all cores by default), started as pages come, or the first by `warm_up`.
    """

    def __init__(
        self, *, fast: bool = False, jobs: int | None = None, languages: tuple[str, ...] = (), ocr: str = "auto"
    ) -> None:
        self.name = "embedded-fast" if fast else "embedded"
        self.budget = _FAST_BUDGET if fast else _BUDGET
        self._fast = fast
        self._jobs = jobs or cores()
        self._options: dict[str, Any] = {"languages": languages, "ocr_mode": ocr}
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._closed = False

    def warm_up(self) -> None:
        """Start one process if pages go to any: it imports for a second, in which the file can be opened."""
        if not self._fast and not self._threads:
            self._start_thread()
            self._idle.release()

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        if self._fast and not self._closed:
            _recognise_here(page, future, self._options)
        else:
            self._enqueue(page, deadline, future, words_only=False)
        return future

    def submit_words(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        """What OCR reads on the page, as `words` of an answer without HTML."""
        future: Future[PageOutput] = Future()
        self._enqueue(page, deadline, future, words_only=True)
        return future

    def _enqueue(self, page: PageImage, deadline: Deadline, future: Future[PageOutput], *, words_only: bool) -> None:
        if self._closed:
            future.set_exception(EngineError("the engine is closed", page=page.number))
            return
        self._queue.put((page, deadline, future, words_only))
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._jobs:
            self._start_thread()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._work, name="docparse-embedded", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _work(self) -> None:
        """One thread feeds one worker process, which a timeout or a cancelled page costs its life."""
        threads = max(1, cores() // self._jobs)
        worker = _start_worker(threads)
        try:
            while (waiting := self._queue.get()) is not None:
                page, deadline, future, words_only = waiting
                if future.cancelled() or (words_only and deadline.passed):
                    _settle(future, PageTimeout(f"page {page.number} waited too long for OCR", page=page.number))
                    self._idle.release()
                    continue
                if not worker.alive:
                    worker = _start_worker(threads)
                _ask(worker, page, deadline if words_only else deadline.anew(), future, self._options, words_only)
                self._idle.release()
        finally:
            worker.kill()


def _start_worker(threads: int) -> ChildProcess:
    count = str(threads)
    return ChildProcess(
        "docparse.model.embedded.engine:serve_pages",
        without=("pymupdf", "pymupdf.layout", "pymupdf4llm"),
        env={"OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "OMP_THREAD_LIMIT": count, **_MALLOC},
    )


def _ask(
    worker: ChildProcess, page: PageImage, deadline: Deadline, future: Future[PageOutput], options: Mapping[str, Any],
    words_only: bool,
) -> None:  # fmt: skip
    """Have the worker do one page and settle the future, come what may."""
    number = page.number
    try:
        pixels = page.pixels
        left_s = deadline.remaining_s
        ocr_s = None if left_s is None else left_s * _OCR_SHARE
        task = Task(page.replace(pixels=None), pixels is not None, ocr_s, options, words_only)
        worker.connection.send(task)
        if pixels is not None:
            worker.connection.send_bytes(np.ascontiguousarray(pixels).data.cast("B"))
        while not worker.connection.poll(_POLL_S):
            if future.cancelled():
                worker.kill()
                return
            if deadline.passed:
                worker.kill()
                raise PageTimeout(f"page {number} was not recognised in time", page=number)
        answer = worker.connection.recv()
    except (EOFError, OSError):
        code, last = worker.death()
        why = f"code {code}: {last}" if last else f"code {code}"
        answer = EngineError(f"page {number} ended the recogniser's process ({why})", page=number)
    except DocparseError as error:
        answer = error
    _settle(future, answer)


def _settle(future: Future[PageOutput], answer: PageOutput | DocparseError) -> None:
    """The future stays pending until now, so that it can be cancelled at any time."""
    with contextlib.suppress(InvalidStateError):
        if isinstance(answer, DocparseError):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def serve_pages(connection: Connection) -> None:
    """The worker process: recognise page after page until the parent hangs up."""
    import docparse.model.embedded.recognise  # noqa: F401  it takes a second, best while no page is there yet

    while True:
        task: Task = connection.recv()
        page = task.page
        if task.has_pixels:
            data = connection.recv_bytes()
            page = page.replace(pixels=np.frombuffer(data, np.uint8).reshape(page.height_px, page.width_px, 3))
        deadline = Deadline.after(task.remaining_s)
        connection.send(_recognise(page, deadline, task.options, fast=False, words_only=task.words_only))


def _recognise_here(page: PageImage, future: Future[PageOutput], options: Mapping[str, Any]) -> None:
    _settle(future, _recognise(page, Deadline(), options, fast=True))


def _recognise(
    page: PageImage, deadline: Deadline, options: Mapping[str, Any], *, fast: bool, words_only: bool = False
) -> PageOutput | DocparseError:
    from docparse.model.embedded.recognise import read_words, recognise

    started = time.perf_counter()
    try:
        if words_only:
            output = read_words(page, languages=options["languages"], deadline=deadline)
        else:
            output = recognise(page, fast=fast, deadline=deadline, **options)
    except DocparseError as error:
        return error
    except Exception as error:  # a bug on one page must not cost the others
        return EngineError(f"page {page.number}: {type(error).__name__}: {error}", page=page.number)
    seconds = time.perf_counter() - started
    return PageOutput(
        html=output.html, engine=output.engine, words=output.words, flags=output.flags, seconds=round(seconds, 4)
    )
