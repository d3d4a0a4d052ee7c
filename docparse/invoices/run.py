"""Many files in, one result for each invoice out: `extract_invoices`."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from docparse.errors import Cancelled, DocparseError, UsageError
from docparse.invoices.asking import Asker, open_asker
from docparse.invoices.document import Tools, read_document
from docparse.invoices.options import InvoiceOptions
from docparse.invoices.source import open_reader
from docparse.invoices.templates import load_templates
from docparse.model.base import Engine
from docparse.schemas.invoice import Failure, InvoiceResult
from docparse.settings import Settings, load_settings
from docparse.source import readable

AnyInput = str | Path


def extract_invoice(
    source: str | Path | bytes, *, options: InvoiceOptions | None = None, settings: Settings | None = None,
    engine: Engine | None = None, asker: Asker | None = None, name: str | None = None,
) -> InvoiceResult:  # fmt: skip
    """The (first) invoice of a file: `.data` is the `Invoice`, beside it the proof of every value.

    Raises the typed error of a file that can't be read.
    """
    options, settings = options or InvoiceOptions(), settings or load_settings()
    with ExitStack() as stack:
        tools = _tools(stack, options, settings, engine, asker)
        return read_document(source, options, settings, tools, name=name)[0]


def _tools(
    stack: ExitStack, options: InvoiceOptions, settings: Settings, engine: Engine | None, asker: Asker | None
) -> Tools:
    """What all files of a run share; what is opened here is closed with the stack."""
    if options.fields is not None and not options.asks_model and asker is None:
        raise UsageError("--fields needs a model", user_action="Choose --engine qwen or --engine remote.")
    templates = load_templates(options.templates) if options.templates is not None else []
    if asker is None and options.asks_model:
        asker = open_asker(options.parse, settings)
        stack.callback(asker.close)
    if engine is None:
        engine = open_reader(options.parse, settings)
        stack.callback(engine.close)
    return Tools(engine, asker, templates)


def extract_invoices(
    sources: Iterable[AnyInput], options: InvoiceOptions | None = None, *, settings: Settings | None = None,
    jobs: int | None = None, engine: Engine | None = None, asker: Asker | None = None,
) -> Iterator[InvoiceResult]:  # fmt: skip
    """Results in the order of the files, several for a file that holds several invoices.

    A file that fails gives a result with status "failed" and its error; nothing stops the others. At most a few files
    are in work at a time, so memory does not grow with their number. Close the iterator to stop early.
    """
    options, settings = options or InvoiceOptions(), settings or load_settings()
    jobs = jobs or options.parse.jobs or settings.jobs or _cores()
    stack = ExitStack()
    tools = _tools(stack, options, settings, engine, asker)
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="invoices")
    waiting: deque[Future[list[InvoiceResult]]] = deque()
    try:
        for source in sources:
            waiting.append(pool.submit(_guarded, source, options, settings, tools))
            if len(waiting) > 2 * jobs:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        stack.close()


def _guarded(source: AnyInput, options: InvoiceOptions, settings: Settings, tools: Tools) -> list[InvoiceResult]:
    """One file; whatever goes wrong becomes its result."""
    started = time.monotonic()
    try:
        return read_document(source, options, settings, tools)
    except Cancelled:
        raise
    except DocparseError as error:
        return [failed(source, error, started)]
    except Exception as error:  # a bug on one file must not cost the others
        return [failed(source, DocparseError(f"unexpected {type(error).__name__}: {error}"), started)]


def failed(source: AnyInput, error: DocparseError, started_s: float) -> InvoiceResult:
    """The result of a file that could not be read."""
    failure = Failure(code=error.code, message=readable(error.message), user_action=error.user_action)
    seconds = round(time.monotonic() - started_s, 3)
    return InvoiceResult(source=readable(source), status="failed", origin="none", error=failure, seconds=seconds)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
