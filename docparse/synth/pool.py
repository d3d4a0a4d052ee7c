"""Documents made by several processes, each with a browser of its own; the order is that of the plans."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

from docparse.errors import DocparseError, EngineError
from docparse.process import ChildProcess
from docparse.synth.options import SynthOptions
from docparse.synth.plan import Plan

if TYPE_CHECKING:
    from docparse.synth.make import SynthDocument


class Pool:
    """So many makers. Close it, or use it as a context manager."""

    def __init__(self, options: SynthOptions) -> None:
        self._children = [ChildProcess("docparse.synth.pool:serve_maker") for _ in range(options.jobs)]
        self._idle: SimpleQueue[ChildProcess] = SimpleQueue()
        for child in self._children:
            child.connection.send(options)
            self._idle.put(child)
        self._threads = ThreadPoolExecutor(options.jobs)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        for child in self._children:
            child.kill()
        self._threads.shutdown(cancel_futures=True)

    def make(self, plans: Sequence[Plan]) -> Iterator[SynthDocument]:
        """The documents of these plans, in their order."""
        waiting: deque[Future[SynthDocument]] = deque()
        for plan in plans:
            waiting.append(self._threads.submit(self._one, plan))
            if len(waiting) > 2 * len(self._children):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _one(self, plan: Plan) -> SynthDocument:
        child = self._idle.get()
        try:
            child.connection.send(plan)
            answer = child.connection.recv()
        except (EOFError, OSError) as error:
            code, last = child.death()
            raise EngineError(f"{plan.name}: the process ended with code {code}: {last}") from error
        finally:
            self._idle.put(child)
        if isinstance(answer, DocparseError):
            raise answer
        made: SynthDocument = answer
        return made


def serve_maker(connection: Connection) -> None:
    """The child's main: options once, then a document for each plan."""
    from docparse.synth.make import make_document
    from docparse.synth.press import Press

    options = connection.recv()
    press: Press | None = None
    try:
        while True:
            plan = connection.recv()
            try:
                press = press or Press()
                connection.send(make_document(plan, options, press))
            except DocparseError as error:
                connection.send(error)
    finally:
        if press is not None:
            press.close()
