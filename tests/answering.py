"""An engine for tests that answers every page with the same text."""

from __future__ import annotations

from concurrent.futures import Future

from docparse.model.base import Deadline
from docparse.schemas.page import PageImage, PageOutput, PixelBudget


class Model:
    """A model engine as the pipeline sees it."""

    name = "remote"
    budget = PixelBudget()

    def __init__(self, answer: str = "") -> None:
        self.answer = answer

    def submit(self, page: PageImage, *, deadline: Deadline) -> Future[PageOutput]:
        future: Future[PageOutput] = Future()
        future.set_result(PageOutput(self.answer, self.name))
        return future

    def close(self) -> None:
        pass
