"""An engine that models a GPU: fixed slots, fixed step time, continuous batching. Its throughput is known beforehand.

Its measures come from the environment variable GPU_MODEL, "SLOTS,STEPS,STEP_SECONDS"; a page holds a slot for STEPS
steps, so SLOTS / (STEPS x STEP_SECONDS) pages a second come out. A page whose text holds the word "poison" ends the
process that reads it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass

from docparse.errors import PageTimeout
from docparse.model.base import Deadline
from docparse.options import ParseOptions
from docparse.schemas.document import EngineInfo
from docparse.schemas.page import PageImage, PageOutput, PixelBudget
from docparse.settings import Settings

VARIABLE = "GPU_MODEL"


@dataclass(frozen=True, slots=True)
class Measures:
    """`slots` pages at a time, `steps` of `step_s` seconds for each."""

    slots: int = 4
    steps: int = 10
    step_s: float = 0.025

    @classmethod
    def read(cls) -> Measures:
        text = os.environ.get(VARIABLE)
        if not text:
            return cls()
        slots, steps, step_s = text.split(",")
        return cls(int(slots), int(steps), float(step_s))

    @property
    def page_s(self) -> float:
        return self.steps * self.step_s

    @property
    def pages_per_s(self) -> float:
        return self.slots / self.page_s

    def __str__(self) -> str:
        return f"{self.slots},{self.steps},{self.step_s}"


@dataclass(slots=True)
class _Page:
    page: PageImage
    deadline: Deadline
    future: Future[PageOutput]
    left: int


class GpuModel:
    """Pages wait until a slot is free; all slots advance together, step by step."""

    def __init__(self, measures: Measures) -> None:
        self.name = "gpu-model"
        self.budget = PixelBudget(render=False)
        self._measures = measures
        self._waiting: deque[_Page] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="gpu-model", daemon=True)
        self._thread.start()

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        if any("poison" in word.text for word in page.text.words):
            os._exit(139)
        with self._changed:
            self._waiting.append(_Page(page, deadline, future, self._measures.steps))
            self._changed.notify()
        return future

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        running: list[_Page] = []
        next_s = time.monotonic()
        while True:
            with self._changed:
                while not running and not self._waiting and not self._closed:
                    self._changed.wait()
                    next_s = time.monotonic()
                if self._closed:
                    return
                while self._waiting and len(running) < self._measures.slots:
                    running.append(self._waiting.popleft())
            next_s += self._measures.step_s
            time.sleep(max(0.0, next_s - time.monotonic()))
            running = [page for page in running if self._step(page)]

    def _step(self, at: _Page) -> bool:
        """Whether the page needs more steps."""
        if at.future.cancelled():
            return False
        if at.deadline.passed:
            at.future.set_exception(PageTimeout(f"page {at.page.number} was not recognised in time"))
            return False
        at.left -= 1
        if at.left:
            return True
        words = " ".join(word.text for word in at.page.text.words)
        box = f"0,0,{at.page.width_px},{at.page.height_px}"
        html = f'<body><p data-bbox="{box.replace(",", " ")}">{words}</p></body>'
        if not at.future.cancelled():
            at.future.set_result(
                PageOutput(html=html, engine=self.name, tokens=at.page.number, seconds=self._measures.page_s)
            )
        return False


def open_engine(options: ParseOptions, settings: Settings) -> tuple[GpuModel, EngineInfo]:
    """For the setting `engine_factory`."""
    return GpuModel(Measures.read()), EngineInfo(name="gpu-model", reason="a model of a GPU")
