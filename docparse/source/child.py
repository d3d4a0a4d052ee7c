"""The guarded child process: everything that parses a file happens in here.

Started by `guard.Child`. It answers one request at a time over a socket;
errors go back typed, pixels as raw bytes after the pickled page.
"""

from __future__ import annotations

import gc
import itertools
import resource
import time
from multiprocessing.connection import Connection
from typing import Any, Protocol

from docparse.errors import DamagedFile, DocparseError, SourceFault
from docparse.schemas.page import PageImage, PixelBudget
from docparse.source.protocol import CloseFile, FileFacts, Limits, OpenFile, ReadAttachments, ReadPage, Request
from docparse.source.sniff import PDF

_MIB = 1 << 20
_COLLECT_EVERY = 50  # requests


class Reader(Protocol):
    """A file opened in this process."""

    @property
    def facts(self) -> FileFacts: ...

    def page(self, number: int, budget: PixelBudget, with_poppler: bool = False) -> tuple[PageImage, bytes | None]: ...

    def attachments(self) -> dict[str, bytes]: ...

    def close(self) -> None: ...


def serve_files(connection: Connection) -> None:
    """Serve requests until the parent hangs up."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import docparse.source.pdf  # noqa: F401  the start, not the first request, pays for it

    gc.freeze()
    gc.disable()  # a page makes many objects and hardly a cycle
    start_bytes = _address_space()
    reader: Reader | None = None
    limits: Limits | None = None
    connection.send(None)
    for count in itertools.count(1):
        request: Request = connection.recv()
        if count % _COLLECT_EVERY == 0:
            gc.collect()
        if isinstance(request, OpenFile):
            limits = request.limits
            _limit_memory(start_bytes, limits)
        if limits is not None:
            _allow_cpu(limits.cpu_s)
        reader = _serve(connection, request, reader)


def _serve(connection: Connection, request: Request, reader: Reader | None) -> Reader | None:
    pixels: bytes | None = None
    answer: Any
    try:
        if isinstance(request, OpenFile):
            reader = open_reader(request)
            answer = reader.facts
        elif isinstance(request, CloseFile):
            if reader is not None:
                reader.close()
            reader, answer = None, _peak_mib()
        elif reader is None:
            answer = SourceFault("no file is open in the source process")
        elif isinstance(request, ReadPage):
            answer, pixels = reader.page(request.number, request.budget, request.with_poppler)
        elif isinstance(request, ReadAttachments):
            answer = reader.attachments()
    except DocparseError as error:
        answer = error
    except MemoryError:
        answer = SourceFault("reading the file needs more memory than source_memory_mb allows")
    except Exception as error:  # whatever a PDF library raises on a damaged file
        answer = _typed(error, request)
    connection.send((answer, pixels is not None))
    if pixels is not None:
        connection.send_bytes(pixels)
    return reader


def _typed(error: Exception, request: Request) -> DocparseError:
    text = str(error) or type(error).__name__
    if any(sign in text for sign in ("malloc", "calloc", "realloc", "out of memory")):
        return SourceFault("reading the file needs more memory than source_memory_mb allows")
    what = f"page {request.number}" if isinstance(request, ReadPage) else "the file"
    return DamagedFile(f"{what} can't be read: {text}")


def open_reader(request: OpenFile) -> Reader:
    """Open a file in this process, without any guard."""
    if request.media_type == PDF:
        from docparse.source.pdf import PdfReader

        return PdfReader(request)
    from docparse.source.images import ImageReader

    return ImageReader(request)


def _address_space() -> int:
    """Bytes of address space in use now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _peak_mib() -> int:
    """Largest resident size of this process. Not ru_maxrss: that is handed down from the parent through exec."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) // 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _allow_cpu(cpu_s: int) -> None:
    """Let this process use `cpu_s` more, and be killed then."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + cpu_s + 1, hard))


def _limit_memory(start_bytes: int, limits: Limits) -> None:
    if start_bytes:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (start_bytes + limits.memory_mb * _MIB, hard))
