"""The embedded engine behind the seam: worker processes, deadlines, cancelling."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError
from multiprocessing.connection import Connection

import numpy as np
import pytest

from docparse.errors import EngineError, PageTimeout
from docparse.model import open_engine
from docparse.model.base import Deadline
from docparse.model.embedded import engine as module
from docparse.model.embedded.engine import EmbeddedEngine
from docparse.options import ParseOptions
from docparse.schemas.page import PageImage, PageOutput, TextLayer, TextQuality, Word
from docparse.settings import Settings


def page(number: int = 1, text: str = "hello world") -> PageImage:
    words = tuple(
        Word(part, (50.0 + 60 * i, 100.0, 100.0 + 60 * i, 112.0), size=11, baseline=110, line=0)
        for i, part in enumerate(text.split())
    )
    pixels = np.full((840, 588, 3), 255, np.uint8)
    return PageImage(
        number, 588, 840, 588.0, 840.0, pixels=pixels, text=TextLayer(words=words, quality=TextQuality.SOUND)
    )


def stuck(connection: Connection) -> None:
    """A worker that never answers."""
    connection.recv()
    connection.recv_bytes()
    time.sleep(60)


def dying(connection: Connection) -> None:
    raise SystemExit(3)


def telling(connection: Connection) -> None:
    """A worker that says how long OCR had, and takes half a second for each page."""
    while True:
        task = connection.recv()
        connection.recv_bytes()
        time.sleep(0.5)
        connection.send(PageOutput(html=str(task.remaining_s), engine="embedded"))


@pytest.mark.parametrize("fast", [True, False])
def test_a_page_comes_back_as_html(fast: bool) -> None:
    engine = EmbeddedEngine(fast=fast, jobs=1)
    output = engine.submit(page(), deadline=Deadline.after(60)).result(60)
    engine.close()
    assert "hello world" in output.html
    assert output.engine == ("embedded-fast" if fast else "embedded")
    assert output.seconds > 0


def test_ocr_ends_before_the_page_and_waiting_costs_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_start_worker", lambda threads: module.ChildProcess(f"{__name__}:telling"))
    engine = EmbeddedEngine(jobs=1)
    futures = [engine.submit(page(number), deadline=Deadline.after(20)) for number in range(1, 4)]
    given = [float(future.result(60).html) for future in futures]
    engine.close()
    assert all(15.9 < seconds <= 16 for seconds in given), given


def test_a_stuck_worker_costs_its_page_and_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    real = module._start_worker
    started: list[module.ChildProcess] = []

    def start(threads: int) -> module.ChildProcess:
        started.append(real(threads) if started else module.ChildProcess(f"{__name__}:stuck"))
        return started[-1]

    monkeypatch.setattr(module, "_start_worker", start)
    engine = EmbeddedEngine(jobs=1)
    first = engine.submit(page(7), deadline=Deadline.after(0.5))
    with pytest.raises(PageTimeout) as caught:
        first.result(30)
    assert caught.value.page == 7
    assert "hello" in engine.submit(page(8), deadline=Deadline.after(60)).result(60).html
    engine.close()


def test_a_worker_that_dies_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_start_worker", lambda _: module.ChildProcess(f"{__name__}:dying"))
    engine = EmbeddedEngine(jobs=1)
    with pytest.raises(EngineError, match="page 3"):
        engine.submit(page(3), deadline=Deadline.after(30)).result(30)
    engine.close()


def test_cancelling_stops_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[module.ChildProcess] = []

    def start(_: int) -> module.ChildProcess:
        workers.append(module.ChildProcess(f"{__name__}:stuck"))
        return workers[-1]

    monkeypatch.setattr(module, "_start_worker", start)
    engine = EmbeddedEngine(jobs=1)
    future = engine.submit(page(), deadline=Deadline.after(50))
    while not workers:
        time.sleep(0.01)
    assert future.cancel()
    with pytest.raises(CancelledError):
        future.result(0)
    limit = time.monotonic() + 30
    while workers[0].alive and time.monotonic() < limit:
        time.sleep(0.02)
    assert not workers[0].alive
    engine.close()


@pytest.mark.parametrize("name", ["embedded", "embedded-fast"])
def test_one_process_is_started_while_the_file_is_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = int(name == "embedded")

    started: list[module.ChildProcess] = []

    def start(_: int) -> module.ChildProcess:
        started.append(module.ChildProcess(f"{__name__}:telling"))
        return started[-1]

    monkeypatch.setattr(module, "_start_worker", start)
    engine, _ = open_engine(ParseOptions.model_validate({"engine": name, "jobs": 2}), Settings())
    limit = time.monotonic() + 10
    while len(started) < wanted and time.monotonic() < limit:
        time.sleep(0.01)
    assert len(started) == wanted
    assert engine.submit(page(), deadline=Deadline.after(60)).result(60).html
    assert len(started) == wanted, "the process that waits takes the first page"
    engine.close()
    assert not any(worker.alive for worker in started)


def test_a_closed_engine_refuses() -> None:
    engine = EmbeddedEngine(jobs=1)
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.submit(page(), deadline=Deadline()).result(1)
