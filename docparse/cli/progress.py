"""Progress on stderr: a bar on a terminal, JSON lines on request, otherwise nothing."""

from __future__ import annotations

import json
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from docparse.pipeline import PageDone

Mode = Literal["auto", "json", "none"]


class Progress:
    """Silent, and the base of the others. Called from several threads."""

    def __init__(self, verbosity: int = 0) -> None:
        self.verbosity = verbosity
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def say(self, line: str) -> None:
        """A line for the user, whatever else is shown."""
        with self._lock:
            print(line, file=sys.stderr, flush=True)

    def note(self, line: str, *, level: int = 0) -> None:
        """A line shown from that verbosity on."""
        if self.verbosity >= level:
            self.say(line)

    def event(self, kind: str, /, **values: Any) -> None:
        """Something happened; only machines read these."""

    def page(self, shown: str, page: PageDone) -> None:
        self.event(
            "page", input=shown, page=page.number, done=page.done, total=page.total, status=page.status,
            seconds=round(page.seconds, 3),
        )  # fmt: skip
        self.note(f"{shown}: page {page.number} {page.status}, {page.seconds:.2f} s", level=1)

    def document(self, shown: str) -> None:
        """A document is finished."""

    def summary(self, line: str) -> None:
        """The last line of a run that went well, for a person who watches."""


class JsonLines(Progress):
    """One JSON object a line on stderr."""

    def event(self, kind: str, /, **values: Any) -> None:
        self.say(json.dumps({"event": kind, **values}, ensure_ascii=False))


class Bar(Progress):
    """A line for each document in work: pages done, pages/s, time left."""

    def __init__(self, documents: int, verbosity: int = 0) -> None:
        super().__init__(verbosity)
        self._rich: RichProgress = _rich_progress()
        self._tasks: dict[str, TaskID] = {}
        self._all: TaskID | None = None
        if documents > 1:
            self._all = self._rich.add_task("documents", total=documents, unit="")

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rich.stop()

    def say(self, line: str) -> None:
        self._rich.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def summary(self, line: str) -> None:
        self.say(line)

    def page(self, shown: str, page: PageDone) -> None:
        super().page(shown, page)
        with self._lock:
            if shown not in self._tasks:
                self._tasks[shown] = self._rich.add_task(_short(shown), total=page.total, unit="pages/s")
            self._rich.update(self._tasks[shown], completed=page.done)

    def document(self, shown: str) -> None:
        with self._lock:
            task = self._tasks.pop(shown, None)
            if task is not None and self._all is not None:
                self._rich.remove_task(task)
            if self._all is not None:
                self._rich.advance(self._all)


def _rich_progress() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f} {task.fields['unit']}" if speed and task.fields["unit"] else "")

    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
        console=Console(file=sys.stderr), transient=True, speed_estimate_period=60,
    )  # fmt: skip


def _short(shown: str, width: int = 40) -> str:
    return shown if len(shown) <= width else "…" + shown[1 - width :]


def open_progress(mode: Mode, *, documents: int, verbosity: int) -> Progress:
    """The progress that fits stderr: `verbosity` -1 (quiet) to 2."""
    if mode == "json":
        return JsonLines(verbosity=-1)
    if mode == "none" or verbosity < 0 or not sys.stderr.isatty():
        return Progress(verbosity)
    return Bar(documents, verbosity)
