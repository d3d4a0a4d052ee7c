"""The service reads a doubted page again, as `parse` does: other ways, the embedded engine, all stopped by a cancel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from made_services import ended, pdf_of, put_job, started

from docparse.bench.gpu_model import Measures
from docparse.bench.service_rig import wait_until
from docparse.errors import DocparseError, EngineError, EngineUnavailable
from docparse.model.base import Deadline, Engine
from docparse.model.embedded.engine import EmbeddedEngine
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo, Page
from docparse.schemas.job import JobState
from docparse.schemas.page import PageImage, PageOutput, PixelBudget
from docparse.settings import Settings
from docparse.workers import tasks
from docparse.workers.local import LocalExecutor

TEXT = "Alpha beta gamma 2024 delta epsilon zeta"
WRONG = '<p data-bbox="40 40 400 60">Something else altogether 5555</p>'
Answer = str | DocparseError | None  # None: no answer until it is cancelled


class Scripted:
    """Answers in turn, the last answer again and again; remembers what it was asked."""

    name = "qwen"
    budget = PixelBudget(render=False)
    answers: tuple[Answer, ...] = ()
    asked: tuple[Future[PageOutput], ...] = ()

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        Scripted.asked = (*self.asked, future)
        if isinstance(answer, DocparseError):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(PageOutput(html=answer, engine=self.name, seconds=0.01, tokens=3))
        return future

    def submit_at(self, page: PageImage, *, temperature: float, deadline: Deadline) -> Future[PageOutput]:
        return self.submit(page, deadline=deadline)

    def close(self) -> None:
        """Nothing is open."""


def open_scripted(options: ParseOptions, settings: Settings) -> tuple[Engine, EngineInfo]:
    """For the setting engine_factory."""
    if options.engine == "embedded":
        return EmbeddedEngine(fast=True), EngineInfo(name="embedded")
    return Scripted(), EngineInfo(name="qwen")


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[LocalExecutor]:
    Scripted.asked = ()
    with started(tmp_path, Measures(), engine_factory=f"{__name__}:open_scripted") as found:
        yield found


def read(executor: LocalExecutor, *answers: Answer, **options: object) -> Page:
    """The page as the service reads it."""
    Scripted.answers = answers
    service = executor.service
    job = ended(service, put_job(service, pdf_of(TEXT), options=ParseOptions.model_validate(options)))
    assert job.state is JobState.COMPLETED, job
    return service.result("default", job.id).pages[0]


def good() -> str:
    return f'<p data-bbox="72 60 400 80">{TEXT}</p>'


def test_a_doubted_page_is_read_again(executor: LocalExecutor) -> None:
    page = read(executor, WRONG, good())
    assert [attempt.settings for attempt in page.attempts] == ["", "temperature 0.2"]
    assert page.attempts[-1].outcome == "passed"
    assert executor.worker.counts["reread"] == 1


def test_in_the_end_the_embedded_engine_reads_it(executor: LocalExecutor) -> None:
    page = read(executor, WRONG)
    assert [attempt.engine for attempt in page.attempts] == ["qwen", "qwen", "qwen", "embedded-fast"]
    assert "degraded" in page.flags
    assert TEXT.split(maxsplit=1)[0] in str(page.blocks)
    assert executor.worker.counts["flag:degraded"] == 1


def test_an_error_of_the_engine_is_a_try(executor: LocalExecutor) -> None:
    page = read(executor, EngineError("a bug"), good())
    assert [attempt.outcome for attempt in page.attempts] == ["error: a bug", "passed"]


def test_an_engine_that_stays_away_is_waited_for_a_while(
    executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_PATIENT", 3)  # the first attempt was the rendering
    page = read(executor, EngineUnavailable("the server is busy"))
    assert len(Scripted.asked) == 2
    assert executor.worker.counts["retried:recognize"] == 1
    assert "degraded" in page.flags
    Scripted.asked = ()
    page = read(executor, EngineUnavailable("the server is busy"), good(), languages=("deu",))
    assert (len(Scripted.asked), page.attempts) == (2, [])


def test_all_tries_share_the_time_of_the_page(executor: LocalExecutor) -> None:
    started_s = time.monotonic()
    page = read(executor, WRONG, None, page_timeout_s=1.5)
    assert time.monotonic() - started_s < 8
    assert "time was up" in page.attempts[-1].outcome
    assert Scripted.asked[-1].cancelled()


def test_cancelling_stops_whatever_try_is_at_work(executor: LocalExecutor) -> None:
    Scripted.answers = (WRONG, WRONG, None)
    service = executor.service
    job = put_job(service, pdf_of(TEXT))
    assert wait_until(lambda: len(Scripted.asked) == 3, 20)
    service.cancel("default", job.id)
    assert wait_until(lambda: executor.worker.keeper.claims() == [], 5)
    assert Scripted.asked[-1].cancelled()
    assert len(Scripted.asked) == 3, "nothing more is begun"
    assert service.store.job("default", job.id).state is JobState.CANCELED
