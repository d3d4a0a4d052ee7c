"""PDF exports of files that nobody vouches for: drawn in a child process with bounds on memory, CPU time and clock."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from docparse.errors import DocparseError, SourceFault, SourceTimeout
from docparse.process import ChildProcess
from docparse.schemas.document import Document
from docparse.settings import Settings

PdfExport = Literal["overlay", "searchable"]
_MIB = 1 << 20
_BASE_S = 20.0  # to start, open and write; each page adds to it
_PAGE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Order:
    kind: PdfExport
    document: Document
    path: str
    password: str | None
    memory_mb: int


def pdf_in_child(
    kind: PdfExport, document: Document, original: Path, settings: Settings, *, password: str | None = None
) -> bytes:
    """`to_overlay` or `to_searchable`. Raises what those raise, SourceFault and SourceTimeout."""
    seconds = _BASE_S + _PAGE_S * len(document.pages)
    # memory for the whole file, and for the one that is written, which is in memory too
    memory_mb = settings.source_memory_mb + 4 * (original.stat().st_size // _MIB)
    child = ChildProcess("docparse.export.guarded:serve_pdf", without=("pymupdf.layout", "pymupdf4llm"))
    try:
        without_pictures = _without_pictures(document)
        child.connection.send(_Order(kind, without_pictures, str(original), password, memory_mb))
        if not child.connection.poll(seconds):
            raise SourceTimeout(f"the {kind} PDF took longer than {seconds:g} s")
        answer = child.connection.recv()
        if isinstance(answer, DocparseError):
            raise answer
        return child.connection.recv_bytes()
    except (EOFError, OSError):
        code, last = child.death()
        raise SourceFault(f"drawing the {kind} PDF ended its process (code {code}) {last}".rstrip()) from None
    finally:
        child.kill()


def _without_pictures(document: Document) -> Document:
    """Neither export needs them."""
    pages = []
    for page in document.pages:
        blocks = [
            block.model_copy(update={"crop": None}) if getattr(block, "crop", None) is not None else block
            for block in page.blocks
        ]
        pages.append(page.model_copy(update={"blocks": blocks}))
    return document.model_copy(update={"pages": pages})


def serve_pdf(connection: Connection) -> None:
    """The child: one order, one answer."""
    from docparse.export.overlay import BROKEN, to_overlay
    from docparse.export.searchable import to_searchable

    order: _Order = connection.recv()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + order.memory_mb * _MIB, resource.getrlimit(resource.RLIMIT_AS)[1]))
    make = to_overlay if order.kind == "overlay" else to_searchable
    try:
        data = make(order.document, Path(order.path), password=order.password)
    except DocparseError as error:
        connection.send(error)
    except MemoryError:
        connection.send(SourceFault("drawing the PDF needs more memory than source_memory_mb allows"))
    except BROKEN as error:
        connection.send(SourceFault(f"the original can't be drawn: {error}"))
    else:
        connection.send(None)
        connection.send_bytes(data)
