"""Many files in, one result for each invoice out: `extract_invoices`."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from docparse.errors import Cancelled, DocparseError
from docparse.invoices.document import read_document
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.source import open_reader
from docparse.model.base import Engine
from docparse.schemas.invoice import Failure, InvoiceResult
from docparse.settings import Settings, load_settings

AnyInput = str | Path


def extract_invoice(
    source: str | Path | bytes, *, options: InvoiceOptions | None = None, settings: Settings | None = None,
    engine: Engine | None = None, name: str | None = None,
) -> InvoiceResult:  # fmt: skip
    """The (first) invoice of a file with proof of every value; raises the typed error of a file that can't be read."""
    with ExitStack() as stack:
        reader = engine or open_reader((options or InvoiceOptions()).parse, settings or load_settings())
        if engine is None:
            stack.callback(reader.close)
        return read_document(source, options or InvoiceOptions(), settings or load_settings(), reader, name=name)[0]


def extract_invoices(
    sources: Iterable[AnyInput], options: InvoiceOptions | None = None, *, settings: Settings | None = None,
    jobs: int | None = None, engine: Engine | None = None,
) -> Iterator[InvoiceResult]:  # fmt: skip
    """Results in the order of the files, several for a file that holds several invoices.

    A file that fails gives a result with status "failed" and its error; nothing stops the others. At most a few files
    are in work at a time, so memory does not grow with their number. Close the iterator to stop early.
    """
    options, settings = options or InvoiceOptions(), settings or load_settings()
    jobs = jobs or options.parse.jobs or settings.jobs or _cores()
    reader = engine or open_reader(options.parse, settings)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="invoices")
    waiting: deque[Future[list[InvoiceResult]]] = deque()
    try:
        for source in sources:
            waiting.append(pool.submit(_guarded, source, options, settings, reader))
            if len(waiting) > 2 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        if engine is None:
            reader.close()


def _guarded(source: AnyInput, options: InvoiceOptions, settings: Settings, reader: Engine) -> list[InvoiceResult]:
    """One file; whatever goes wrong becomes its result."""
    started = time.monotonic()
    try:
        return read_document(source, options, settings, reader)
    except Cancelled:
        raise
    except DocparseError as error:
        return [failed(source, error, started)]
    except Exception as error:  # a bug on one file must not cost the others
        return [failed(source, DocparseError(f"unexpected {type(error).__name__}: {error}"), started)]


def failed(source: AnyInput, error: DocparseError, started_s: float) -> InvoiceResult:
    """The result of a file that could not be read."""
    failure = Failure(code=error.code, message=error.message, user_action=error.user_action)
    seconds = round(time.monotonic() - started_s, 3)
    return InvoiceResult(source=str(source), status="failed", origin="none", error=failure, seconds=seconds)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
