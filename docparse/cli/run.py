"""The run: every job through the pipeline with one engine, results written, outcomes counted."""

from __future__ import annotations

import os
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docparse.cli.inputs import Input
from docparse.cli.manifest import Manifest, document_record, sha256_of
from docparse.cli.outcome import Outcome, partial_error, warnings
from docparse.cli.outputs import HeadersFooters, Images, Job, Plan
from docparse.cli.progress import Progress
from docparse.cli.report import as_docparse_error, error_line, error_object
from docparse.cli.writing import check_targets, make_folder, make_folders, write_targets
from docparse.errors import Cancelled, DocparseError, EmptyInput, LimitExceeded, UsageError
from docparse.model.base import Engine
from docparse.options import ParseOptions
from docparse.pipeline import PageDone, open_engine, parse
from docparse.schemas.document import Document, EngineInfo
from docparse.settings import Settings

_STOP_S = 3.0  # how long running documents may take to notice that the run was stopped


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What was asked of the run rather than of a document."""

    headers_footers: HeadersFooters = "drop"
    images: Images | None = None
    skip_existing: bool = False
    no_overwrite: bool = False
    abort_on_error: bool = False
    keep_documents: bool = False


class Run:
    """One run of `docparse parse`. `outcomes` fills up as documents finish."""

    def __init__(
        self, plan: Plan, options: ParseOptions, settings: Settings, how: RunOptions, progress: Progress,
        manifest: Manifest,
    ) -> None:  # fmt: skip
        self.plan, self.options, self.settings, self.how = plan, options, settings, how
        self.progress, self.manifest = progress, manifest
        self.outcomes: list[Outcome] = []
        self.info: EngineInfo | None = None
        self.seconds = 0.0
        self._engine: Engine | None = None
        self._stop = threading.Event()
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        jobs = options.jobs or settings.jobs or _cores()
        self.threads = max(1, min(jobs + (jobs > 1), len(plan.jobs)))  # one is opened while the others are read
        self._per_document = options.model_copy(update={"jobs": max(1, jobs // self.threads)})

    def __call__(self) -> None:
        """Work through the jobs. Raises Cancelled or KeyboardInterrupt when stopped; other errors are in `outcomes`."""
        make_folder(self.plan.folder)
        started = time.monotonic()
        try:
            self._in_threads()
        finally:
            self.seconds = time.monotonic() - started
            self._stop.set()
            self._let_go()

    def _in_threads(self) -> None:
        """Every document in a thread, a single one too: Ctrl-C is raised in the main thread, which only waits here.

        Raised while a page is read it could be lost: pydantic-core prints and drops what it meets in `isinstance`.
        """
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="document")
        waiting: set[Future[Outcome]] = set()
        try:
            queue = iter(self.plan.jobs)
            going = True
            while going or waiting:
                while going and len(waiting) < self.threads and (job := next(queue, None)) is not None:
                    waiting.add(pool.submit(self._guarded, job))
                if not waiting:
                    break
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    going = self._take(future.result()) and going
        except BaseException:
            self._give_up(waiting)
            raise
        pool.shutdown()

    def _give_up(self, waiting: set[Future[Outcome]]) -> None:
        """Stop the documents in work; what does not notice in time is left behind by ending the process."""
        self._stop.set()
        self._let_go()
        _, stuck = wait(waiting, timeout=_STOP_S)
        if stuck:
            self._writing.acquire()  # never released: no thread may begin a file now
            print(error_line(Cancelled("stopped; nothing half-written is left")), file=sys.stderr, flush=True)
            os._exit(Cancelled.exit_code)

    def _let_go(self) -> None:
        """End what works for this run elsewhere; may be called twice."""
        if self._engine is not None:
            self._engine.close()

    def _take(self, outcome: Outcome) -> bool:
        """Note one outcome; whether to go on."""
        self.outcomes.append(outcome)
        item = outcome.item
        self.progress.document(item.shown)
        self.progress.event(
            "document", input=item.shown, status=outcome.status, seconds=outcome.seconds, outputs=outcome.outputs,
            error=error_object(outcome.error) if outcome.error else None,
        )  # fmt: skip
        if outcome.error is not None:
            self.progress.say(error_line(outcome.error, item.shown))
        elif outcome.status == "skipped":
            self.progress.note(f"{item.shown}: skipped, its results exist")
        self.manifest.add(
            {
                "input": item.shown, "status": outcome.status, "seconds": outcome.seconds, "outputs": outcome.outputs,
                **outcome.record, "error": error_object(outcome.error) if outcome.error else None,
            }
        )  # fmt: skip
        return not (self.how.abort_on_error and outcome.status == "failed")

    def _guarded(self, job: Job) -> Outcome:
        """One job; whatever goes wrong becomes its outcome."""
        started = time.monotonic()
        try:
            outcome = self._work(job)
        except (Cancelled, BrokenPipeError, KeyboardInterrupt):
            raise
        except Exception as error:
            if self.progress.verbosity >= 2 and not isinstance(error, DocparseError):
                raise
            record = {"sha256": sha256_of(job.item.path), "options": asked(self.options)}
            outcome = Outcome(job.item, "failed", error=as_docparse_error(error), record=record)
        outcome.seconds = round(time.monotonic() - started, 3)
        return outcome

    def _work(self, job: Job) -> Outcome:
        item, how = job.item, self.how
        if item.error is not None:
            raise item.error
        if how.skip_existing and job.targets and all(t.path is not None and t.path.exists() for t in job.targets):
            return Outcome(item, "skipped")
        check_targets(job.targets, no_overwrite=how.no_overwrite)
        make_folders(self.plan.folder, job.targets)
        source = item.path if item.path is not None else read_stdin(self.settings)
        document = self._parse(item, source)
        with self._writing:
            self._check_stop()
            write_targets(
                document, job, source, headers_footers=how.headers_footers, images=how.images,
                password=self.options.password,
            )  # fmt: skip
        for warning in warnings(document):
            self.progress.note(f"docparse: {item.shown}: {warning}")
        return Outcome(
            item, document.status, [str(t.path) for t in job.targets if t.path is not None],
            error=partial_error(document), record=document_record(document),
            document=document if how.keep_documents else None,
        )  # fmt: skip

    def _parse(self, item: Input, source: Path | bytes) -> Document:
        def on_page(page: PageDone) -> None:
            self._check_stop()
            self.progress.page(item.shown, page)

        engine, info = self._open_engine()
        document = parse(
            source, options=self._per_document, settings=self.settings, progress=on_page, engine=engine,
            name="stdin" if item.path is None else None,
        )  # fmt: skip
        document.engine = info
        document.options = asked(self.options)
        return document

    def _open_engine(self) -> tuple[Engine, EngineInfo]:
        """The engine of the whole run, opened when the first document needs it."""
        with self._opening:
            if self._engine is None or self.info is None:
                self._engine, self.info = open_engine(self.options, self.settings)
                reason = f" ({self.info.reason})" if self.info.reason else ""
                self.progress.note(f"docparse: engine {self.info.name}{reason}")
                self.progress.event("engine", name=self.info.name, reason=self.info.reason)
            return self._engine, self.info

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise Cancelled("stopped; nothing half-written is left")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def asked(options: ParseOptions) -> dict[str, Any]:
    """The options as the result shows them: without the password and what is at its default."""
    return options.model_dump(mode="json", exclude={"password"}, exclude_defaults=True)


def read_stdin(settings: Settings) -> bytes:
    """The document on stdin. Raises UsageError on a terminal, EmptyInput, LimitExceeded."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("stdin is a terminal", user_action="Pipe a file into it: docparse - < file.pdf")
    limit = int(settings.max_file_mb * 1024 * 1024)
    data = sys.stdin.buffer.read(limit + 1)
    if not data:
        raise EmptyInput("stdin is empty")
    if len(data) > limit:
        raise LimitExceeded(f"stdin holds more than max_file_mb ({settings.max_file_mb:g} MB)")
    return data
