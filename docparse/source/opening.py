"""`open_source`: from a path, bytes or a stream to pages, through guarded child processes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self

from docparse.errors import (
    DocparseError,
    FileMissing,
    InputError,
    LimitExceeded,
    OutputError,
    SourceFault,
    SourceTimeout,
)
from docparse.options import ParseOptions, select_pages
from docparse.process import cores
from docparse.schemas.document import SourceInfo
from docparse.schemas.page import PageImage, PixelBudget
from docparse.settings import Settings
from docparse.source.guard import Reading
from docparse.source.protocol import FileFacts, Limits, OpenFile, OutlineItem, ReadAttachments, ReadPage
from docparse.source.sniff import HEAD_BYTES, media_type

_MIB = 1 << 20
_GIVE_UP_AFTER = 8  # pages in a row that overload the PDF library; the rest is not tried


def open_source(
    source: str | Path | bytes | BinaryIO, *, options: ParseOptions, settings: Settings, name: str | None = None
) -> PageSource:
    """Open a PDF or image; use it as a context manager.

    `source` is a path, the file's bytes or a binary stream (read to its end). Raises FileMissing, EmptyInput,
    UnsupportedType, DamagedFile, EncryptedFile, WrongPassword, LimitExceeded, PageRangeInvalid, SourceFault and
    SourceTimeout; other trouble with the path is an InputError.
    """
    with contextlib.ExitStack() as stack:
        path, shown = _as_path(source, name, settings, stack)
        head, digest, size = _fingerprint(path, shown, settings)
        file = OpenFile(str(path), shown, media_type(head, name=shown), options.password, _limits(settings))
        reading = Reading(file)
        stack.callback(reading.close)
        facts: FileFacts = reading.open()
        numbers = select_pages(options.pages, facts.pages)
        info = SourceInfo(
            name=shown, sha256=digest, media_type=file.media_type, bytes=size, pages=facts.pages,
            metadata=facts.metadata,
        )  # fmt: skip
        return PageSource(file, info, facts, numbers, reading, stack.pop_all())


class PageSource:
    """An open file: facts about it and its chosen pages as `PageImage`s.

    `numbers` are the chosen pages (from 1), `outline` (level from 1, title, page or 0), `flags` what is odd about the
    file ("repaired", "encrypted", …). Close it, or use it in a `with`.
    """

    def __init__(
        self, file: OpenFile, info: SourceInfo, facts: FileFacts, numbers: list[int], reading: Reading,
        resources: contextlib.ExitStack,
    ) -> None:  # fmt: skip
        self.info = info
        self.numbers = numbers
        self.outline: list[OutlineItem] = list(facts.outline)
        self.flags: tuple[str, ...] = facts.flags
        self._file = file
        self._readings = [reading]
        self._resources = resources
        self._lock = threading.Lock()

    def page(self, number: int, budget: PixelBudget) -> PageImage:
        """One page (from 1). Raises SourceFault, SourceTimeout, DamagedFile or LimitExceeded for that page alone."""
        with self._lock:
            return _read(self._readings[0], number, budget)

    def pages(self, budget: PixelBudget, jobs: int = 1) -> Iterator[PageImage | DocparseError]:
        """The chosen pages in order; in place of one that fails, its error (`error.page` is its number).

        `jobs` child processes read ahead, each by one page, so memory does not grow with the document. On a single core
        none does: it would only take turns with the reader of the page before, each emptying the other's caches.
        """
        jobs = max(1, min(jobs, len(self.numbers))) if cores() > 1 else 0
        with self._lock:
            while len(self._readings) < jobs:
                reading = Reading(self._file)
                self._resources.callback(reading.close)
                self._readings.append(reading)
            free = deque(self._readings[: max(1, jobs)])

            def read(number: int) -> PageImage | DocparseError:
                reading = free.popleft()  # there are as many as threads
                try:
                    return _read(reading, number, budget)
                except DocparseError as error:
                    return error
                finally:
                    free.append(reading)

            executor = ThreadPoolExecutor(max(1, jobs), thread_name_prefix="docparse-source")
            try:
                ahead = _read_ahead(executor, read, self.numbers, jobs) if jobs else map(read, self.numbers)
                yield from self._until_hopeless(ahead)
            except BaseException:
                for reading in self._readings[: max(1, jobs)]:
                    reading.interrupt()
                raise
            finally:
                executor.shutdown(cancel_futures=True)

    def _until_hopeless(self, outcomes: Iterable[PageImage | DocparseError]) -> Iterator[PageImage | DocparseError]:
        faults = 0
        for done, outcome in enumerate(outcomes, start=1):
            faults = faults + 1 if isinstance(outcome, SourceFault) else 0
            yield outcome
            if faults >= _GIVE_UP_AFTER:
                reason = f"not tried: the {_GIVE_UP_AFTER} pages before it overloaded the PDF library"
                for number in self.numbers[done:]:
                    yield SourceFault(f"page {number} was {reason}", page=number)
                return

    def attachments(self) -> dict[str, bytes]:
        """Embedded files by name; empty for images. Raises SourceFault, SourceTimeout."""
        with self._lock:
            files: dict[str, bytes] = self._readings[0].ask(ReadAttachments())
            return files

    def close(self) -> None:
        """Give the child processes back; harmless when done twice."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_ahead(
    executor: Executor, read: Callable[[int], PageImage | DocparseError], numbers: Iterable[int], jobs: int
) -> Iterator[PageImage | DocparseError]:
    """What `read` makes of each page, in order, `jobs` of them ahead."""
    waiting: deque[Future[PageImage | DocparseError]] = deque()
    for number in numbers:
        waiting.append(executor.submit(read, number))
        if len(waiting) > jobs:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _read(reading: Reading, number: int, budget: PixelBudget) -> PageImage:
    """A page by MuPDF; one that kills it is tried once more with poppler."""
    try:
        page: PageImage = reading.ask(ReadPage(number, budget))
    except SourceTimeout:
        raise
    except SourceFault as fault:
        try:
            page = reading.ask(ReadPage(number, budget, with_poppler=True))
        except DocparseError:
            raise fault from None
    return page


def readable(text: str | Path) -> str:
    """A path, or a message with one, as it can be written and shown: bytes of a name that are no UTF-8 are escaped, as
    in "caf\\udce9.pdf"."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def _as_path(
    source: str | Path | bytes | BinaryIO, name: str | None, settings: Settings, stack: contextlib.ExitStack
) -> tuple[Path, str]:
    """The file to read and the name to show for it; bytes and streams go to a temporary file."""
    if isinstance(source, (str, Path)):
        path = Path(source)
        if not path.exists():
            raise FileMissing(f"{path} does not exist")
        if not path.is_file():
            raise InputError(f"{path} is {'a folder' if path.is_dir() else 'no regular file'}, not a PDF or image")
        path = path.absolute()  # the child may have started in another folder
        return path if readable(path) == str(path) else _linked(path, stack), name or readable(path.name)
    try:
        file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="docparse-"))  # noqa: SIM115
        if isinstance(source, bytes):
            _check_size(len(source), name or "the input", settings)
            file.write(source)
        else:
            _copy(source, file, name or "the input", settings)
        file.flush()
    except OSError as error:
        folder = tempfile.gettempdir()
        raise OutputError(f"can't keep the input in {folder}: {error.strerror or error}") from None
    return Path(file.name), name or "document"


def _linked(path: Path, stack: contextlib.ExitStack) -> Path:
    """The file under a name that MuPDF can open: it takes UTF-8 only."""
    try:
        link = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docparse-"))) / "document"
        link.symlink_to(path)
    except OSError as error:
        raise OutputError(f"can't link to the input in {tempfile.gettempdir()}: {error.strerror or error}") from None
    return link


def _copy(source: BinaryIO, target: IO[bytes], name: str, settings: Settings) -> None:
    size = 0
    while block := source.read(_MIB):
        size += len(block)
        _check_size(size, name, settings)
        target.write(block)


def _check_size(size: int, name: str, settings: Settings) -> None:
    if size > settings.max_file_mb * _MIB:
        raise LimitExceeded(f"{name} is larger than max_file_mb ({settings.max_file_mb:g} MiB)")


def _fingerprint(path: Path, name: str, settings: Settings) -> tuple[bytes, str, int]:
    """(first bytes, SHA-256, size) of a file."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(size, name, settings)
            head = file.read(HEAD_BYTES)
            file.seek(0)
            return head, hashlib.file_digest(file, "sha256").hexdigest(), size
    except OSError as error:
        raise InputError(f"can't read {name}: {error.strerror or error}") from None


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_pages=settings.max_pages, max_image_mpx=settings.max_image_mpx, max_page_points=settings.max_page_points,
        memory_mb=settings.source_memory_mb, cpu_s=settings.source_cpu_s, timeout_s=settings.source_page_timeout_s,
    )  # fmt: skip
