"""The life of one document: open, render, recognise, read, check, assemble. Export is the caller's.

with open_source(…) as source:              1 open      (guarded child process)
    for image in source.pages(…):           2 render    (child processes, ahead of the engine)
        engine.submit(image)                3 recognise (the engine's own processes or device)
        settle(output, image)               4 read, 5 check; read again if it is not to be believed
assemble(document)                          6 assemble
"""

from __future__ import annotations

import functools
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import docparse
from docparse.assemble import Outline, PageDraft, assemble, finish_page
from docparse.errors import Cancelled, DocparseError, EngineError, PageTimeout
from docparse.ladder import settle
from docparse.model import open_engine
from docparse.model.base import Deadline, Engine
from docparse.options import ParseOptions
from docparse.process import cores
from docparse.reading import failed_page
from docparse.schemas.document import Document, EngineInfo, Page, SourceInfo, Status
from docparse.schemas.page import PageImage, PageOutput
from docparse.second_witness import Seeking, seek_witness
from docparse.settings import Settings, load_settings
from docparse.source import PageSource, open_source

__all__ = ["PageDone", "finish_document", "open_engine", "parse", "parse_drafts", "parse_pages"]

AnySource = str | Path | bytes | BinaryIO
_OCR_JOBS = 4  # processes of the embedded engine beside another one
_GRACE_S = 5.0  # an engine reports its own timeout; this is for one that does not


@dataclass(frozen=True, slots=True)
class PageDone:
    """Progress: page `number` is finished, `done` of `total`."""

    number: int
    done: int
    total: int
    status: Status
    seconds: float


Progress = Callable[[PageDone], None]


@dataclass(slots=True)
class _Run:
    """One document on its way: what every step needs."""

    source: PageSource
    engine: Engine
    info: EngineInfo
    options: ParseOptions
    deadline: Deadline
    fallback: Callable[[], Engine]
    progress: Progress | None = None
    done: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page that the engine is reading, and OCR beside it."""

    number: int
    image: PageImage | DocparseError
    future: Future[PageOutput] | None = None
    seeking: Seeking = ""
    started_s: float = field(default_factory=time.monotonic)

    @property
    def ready(self) -> bool:
        return self.future is None or self.future.done()

    def cancel(self) -> None:
        for future in (self.future, self.seeking):
            if isinstance(future, Future):
                future.cancel()


def parse(
    source: AnySource, *, options: ParseOptions | None = None, settings: Settings | None = None,
    progress: Progress | None = None, engine: Engine | str | None = None, name: str | None = None, **fields: Any,
) -> Document:  # fmt: skip
    """Parse a PDF or image (path, bytes or binary stream) into a `Document`.

    `fields` are fields of ParseOptions: `parse("x.pdf", pages="1-3", engine="embedded-fast")`. A page that fails is
    listed in `document.errors` and the status is "partial"; if every page fails, the first error is raised. `engine` is
    a name or an open `Engine`, which stays open, so that one serves many files.
    """
    with ExitStack() as stack:
        run = _open(stack, source, options, settings, progress, engine, name, fields)
        return _parse(run, keep_words=False)[0]


def parse_pages(
    source: AnySource, *, options: ParseOptions | None = None, settings: Settings | None = None,
    progress: Progress | None = None, engine: Engine | str | None = None, name: str | None = None, **fields: Any,
) -> Iterator[Page]:  # fmt: skip
    """The pages of a document one by one, in constant memory: what `parse` gives, without what needs all pages.

    Running headers, heading levels over the document and paragraphs joined over pages need the whole document and are
    left out. A failed page comes with status "failed" and its error.
    """
    with ExitStack() as stack:
        run = _open(stack, source, options, settings, progress, engine, name, fields)
        for draft in _drafts(run):
            finish_page(draft.page, run.options)
            yield draft.page


def parse_drafts(
    source: AnySource, *, options: ParseOptions | None = None, settings: Settings | None = None,
    progress: Progress | None = None, engine: Engine | str | None = None, name: str | None = None, **fields: Any,
) -> tuple[Document, list[PageDraft]]:  # fmt: skip
    """Like `parse`, with the words of every page kept beside it: for whoever must show where a value was read."""
    with ExitStack() as stack:
        return _parse(_open(stack, source, options, settings, progress, engine, name, fields), keep_words=True)


def _parse(run: _Run, *, keep_words: bool) -> tuple[Document, list[PageDraft]]:
    drafts = [draft if keep_words else replace(draft, words=()) for draft in _drafts(run)]
    source = run.source
    document = finish_document(
        drafts, source=source.info, outline=source.outline, flags=source.flags, engine=run.info, options=run.options
    )
    return document, drafts


def _open(
    stack: ExitStack, source: AnySource, options: ParseOptions | None, settings: Settings | None,
    progress: Progress | None, engine: Engine | str | None, name: str | None, fields: dict[str, Any],
) -> _Run:  # fmt: skip
    if isinstance(engine, str):
        fields = {**fields, "engine": engine}
        engine = None
    options = (options or ParseOptions()).model_copy(update=ParseOptions(**fields).model_dump(include=set(fields)))
    settings = settings or load_settings()
    opened = stack.enter_context(open_source(source, options=options, settings=settings, name=name))
    if engine is None:
        engine, info = open_engine(options, settings)
        stack.callback(engine.close)
    else:
        info = EngineInfo(name=engine.name, reason="passed in")
    fallback = functools.cache(lambda: _open_fallback(stack, options, settings))
    return _Run(opened, engine, info, options, Deadline.after(options.document_timeout_s), fallback, progress)


def _open_fallback(stack: ExitStack, options: ParseOptions, settings: Settings) -> Engine:
    """The embedded engine for pages that another one could not read and for OCR beside a model, opened at need."""
    jobs = options.jobs or min(_OCR_JOBS, os.cpu_count() or 1)
    engine, _ = open_engine(options.model_copy(update={"engine": "embedded", "jobs": jobs}), settings)
    stack.callback(engine.close)
    return engine


def _drafts(run: _Run) -> Iterator[PageDraft]:
    """Pages in order; recognition runs a few pages behind rendering."""
    waiting: deque[_Waiting] = deque()
    jobs = run.options.jobs or min(2, cores())
    window = max(2 * jobs + 1, getattr(run.engine, "window", 0))  # an engine that batches wants more in hand
    try:
        for number, image in zip(run.source.numbers, run.source.pages(run.engine.budget, jobs), strict=True):
            waiting.append(_submit(run, number, image))
            while len(waiting) > window or (waiting and waiting[0].ready):
                yield _finish(run, waiting.popleft())
        while waiting:
            yield _finish(run, waiting.popleft())
    finally:
        for page in waiting:
            page.cancel()


def _submit(run: _Run, number: int, image: PageImage | DocparseError) -> _Waiting:
    """The page goes to the engine, and to OCR beside it where nothing else could vouch for what a model says."""
    if isinstance(image, DocparseError):
        return _Waiting(number, image)
    deadline = _page_deadline(run)
    future = run.engine.submit(image, deadline=deadline)
    seeking = seek_witness(run.engine, image, options=run.options, deadline=deadline, embedded=run.fallback)
    return _Waiting(number, image, future, seeking)


def _page_deadline(run: _Run) -> Deadline:
    left, page_s = run.deadline.remaining_s, run.options.page_timeout_s
    return Deadline.after(page_s if left is None else min(page_s, left))


def _finish(run: _Run, page: _Waiting) -> PageDraft:
    number, image = page.number, page.image
    try:
        if isinstance(image, DocparseError):
            raise image
        assert page.future is not None
        draft = settle(
            run.engine, image, _answer(run, page.future, number), options=run.options, deadline=_page_deadline(run),
            fallback=run.fallback, seeking=page.seeking,
        )  # fmt: skip
    except Cancelled:
        raise
    except DocparseError as error:
        draft = failed_page(number, image if isinstance(image, PageImage) else None, error, run.engine.name)
    run.done += 1
    if run.progress is not None:
        seconds = time.monotonic() - page.started_s
        run.progress(PageDone(number, run.done, len(run.source.numbers), draft.page.status, seconds))
    return draft


def _answer(run: _Run, future: Future[PageOutput], number: int) -> PageOutput | DocparseError:
    try:
        return _result(run, future, number)
    except DocparseError as error:
        return error


def _result(run: _Run, future: Future[PageOutput], number: int) -> PageOutput:
    """The engine's answer. Queue time does not count against the page: an engine starts the clock when it starts."""
    try:
        return future.result(run.deadline.remaining_s)
    except CancelledError:
        raise PageTimeout(f"page {number} was cancelled", page=number) from None
    except FutureTimeout:
        future.cancel()
        raise PageTimeout(
            f"page {number}: the document's time was up", page=number, user_action="Raise --document-timeout."
        ) from None
    except DocparseError:
        raise
    except Exception as error:  # an engine's own bug must not cost the document
        raise EngineError(f"page {number}: {type(error).__name__}: {error}", page=number) from error


def finish_document(
    drafts: list[PageDraft], *, source: SourceInfo, outline: Outline, flags: Sequence[str], engine: EngineInfo,
    options: ParseOptions,
) -> Document:  # fmt: skip
    """Step 6: the document of all its pages. Raises the first page's error when every page failed."""
    if drafts and all(draft.page.status == "failed" for draft in drafts):
        raise _first_error(drafts)
    errors = [draft.page.error for draft in drafts if draft.page.error is not None]
    document = Document(
        docparse_version=docparse.__version__, source=source, engine=engine,
        options=options.model_dump(exclude={"password"}, exclude_defaults=True),
        status="partial" if errors else "ok", pages=[draft.page for draft in drafts], flags=list(flags), errors=errors,
    )  # fmt: skip
    assemble(document, drafts, outline=outline, options=options)
    return document


def _first_error(drafts: list[PageDraft]) -> DocparseError:
    return next(draft.error for draft in drafts if draft.error is not None)
